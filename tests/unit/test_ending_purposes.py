"""Objection, withdrawal and the link in a letter: what ends, since when, and who obeys it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from avow.common.masked import Masked
from avow.declaration.decision.facts import Group
from avow.declaration.decision.may_use import may_use
from avow.declaration.interpretation import in_force
from avow.declaration.model import Basis, Purpose, Scope, Use
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests import steps
from avow.duties.requests.acting import at_once, ended_in_time, objecting, unsubscribing
from avow.duties.requests.acting.ending import Act, NotEnded, named_by
from avow.duties.requests.acting.withdrawing import withdraw
from avow.duties.requests.book import Arrival, Asking, Person, open_request, read
from avow.duties.requests.machine import Request
from avow.duties.requests.words import Channel, Ground, ItemState, Outcome, Right, Rung, Way
from avow.engine.db.store import Store
from avow.engine.evidence.entries import PurposeEnded
from avow.engine.facts.about import about, as_facts, suppressed
from avow.engine.facts.standing import close, note
from avow.engine.planner.making import Memory, Wish, counted
from tests.answers_room import ANNA, BEN, Shop

HIS = named_by("email", "Ben@mail.example")
PROMO = Purpose("promo", "2", Basis.LEGITIMATE_INTEREST, Scope(category=frozenset({"newsletter"})),
                marketing=True)  # fmt: skip


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    """The shop, whose newsletter is marketing on two bases."""
    shop = Shop(tmp_path, store)
    old = shop.declaration
    news = replace(old.purposes["news"], marketing=True)
    purposes = {**old.purposes, "news": news, "promo": PROMO}
    shop.declaration = replace(old, purposes=purposes)
    shop.office.declaration = shop.declaration
    return shop


def ask(
    shop: Shop,
    right: Right,
    person: Person = BEN,
    *,
    marketing: bool = False,
    purpose: str | None = None,
    shown: bool = True,
) -> Request:
    """A request that arrived two hours ago."""
    now = shop.office.clock.now()
    asked = (Asking(1, right, purpose, marketing),)
    arrival = Arrival(Channel.EMAIL, now - timedelta(hours=2), "nl", (person,), asked)
    request = open_request(shop.office.book, arrival, by="claire", at=now)
    rung = steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS)
    return shop.office.take(request, rung) if shown else request


def uses(shop: Shop, purpose: str, category: str = "newsletter") -> list[str]:
    """Why Ben's data may not be used for a purpose; empty when they may."""
    now = shop.office.clock.now()
    facts = as_facts(about(shop.store, shop.office.ring, [HIS], now))
    law, _ = in_force(shop.declaration, now.date())
    return [r.why for r in may_use(Group(category, facts=facts), Use(purpose), law, now.date())]


def due(shop: Shop) -> int:
    """Rows of the newsletter that a sweep would erase today: what the planner sees of the facts."""
    day = shop.office.clock.now().date()
    memory = Memory(shop.store, shop.office.ring, shop.declaration, day)
    return sum(s.measure.rows for s in counted(shop.estate, memory, Wish("news", day)).steps)


def test_marketing_stops_at_once_without_any_proof(shop: Shop) -> None:
    """Every marketing purpose, whatever its basis; since the arrival; and the letter says so."""
    request = ask(shop, Right.OBJECTION, marketing=True, shown=False)
    assert (uses(shop, "promo"), due(shop)) == (["the data are undated"], 0)
    done = objecting.stop_marketing(shop.office.book, request.id, 1, by="avow", at=_now(shop))
    assert done.purposes == ("news", "promo")
    assert "the purpose has ended" in uses(shop, "news")
    assert "the purpose has ended" in uses(shop, "promo")
    assert due(shop) == 1  # nothing else needs the row: a sweep finds it by the fact
    (item,) = read(shop.office.book, request.id).items.values()
    assert (item.state, item.records) == (ItemState.DONE, done.records)
    facts = about(shop.store, shop.office.ring, [HIS], _now(shop))
    assert {f.since for f in facts} == {request.arrived}
    (letter,) = letters_to(shop.store, shop.office.ring, "controller", [Masked(BEN.email)])
    assert "- nieuws sturen" in letter.content.text
    told = [b.purpose for b in shop.office.told if isinstance(b, PurposeEnded)]
    assert told == ["news", "promo"]


def test_who_objected_does_not_come_back_when_their_data_are_gone(shop: Shop) -> None:
    request = ask(shop, Right.OBJECTION, marketing=True, shown=False)
    objecting.stop_marketing(shop.office.book, request.id, 1, by="avow", at=_now(shop))
    day = _now(shop).date()
    kept = suppressed(shop.store, shop.office.ring, HIS, day)
    assert kept == {("objected", "news"), ("objected", "promo")}
    assert not suppressed(shop.store, shop.office.ring, HIS, date(day.year + 11, 1, 1))
    hers = named_by("email", ANNA.email)
    assert not suppressed(shop.store, shop.office.ring, hers, day)


def test_nobody_elses_newsletter_stops(shop: Shop) -> None:
    shop.run("news", "INSERT INTO subscriber VALUES (2, 'x@mail.example', '2027-01-01')")
    request = ask(shop, Right.OBJECTION, marketing=True, shown=False)
    objecting.stop_marketing(shop.office.book, request.id, 1, by="avow", at=_now(shop))
    assert due(shop) == 1


def test_an_objection_to_one_kind_of_marketing_ends_that_kind(shop: Shop) -> None:
    """It names a marketing purpose, so that nothing is weighed even if nobody ticked marketing."""
    request = ask(shop, Right.OBJECTION, purpose="promo")
    done = objecting.stop_marketing(shop.office.book, request.id, 1, by="avow", at=_now(shop))
    assert done.purposes == ("promo",)
    assert "the purpose has ended" not in uses(shop, "news")


def test_other_objections_stop_all_use_until_somebody_has_weighed_them(shop: Shop) -> None:
    """Nothing is used and nothing erased; carried out, the purpose ends and the rest goes on."""
    book = shop.office.book
    request = ask(shop, Right.OBJECTION, purpose="rank")
    assert objecting.restrict_meanwhile(book, request.id, 1, by="an", at=_now(shop))
    assert not objecting.restrict_meanwhile(book, request.id, 1, by="an", at=_now(shop))
    assert "the data are restricted" in uses(shop, "rank", "score")
    shop.office.clock.move(timedelta(days=400))
    assert due(shop) == 0
    shop.office.take(request, steps.Decided(item=1, outcome=Outcome.ACCEPTED))
    done = objecting.uphold(book, request.id, 1, by="an", at=_now(shop))
    assert done.purposes == ("rank",)
    assert "the purpose has ended" in uses(shop, "rank", "score")
    assert "the data are restricted" not in uses(shop, "rank", "score")
    assert due(shop) == 1  # a year after the subscription


def test_without_identity_nobodys_data_stand_still(shop: Shop) -> None:
    request = ask(shop, Right.OBJECTION, purpose="rank", shown=False)
    with pytest.raises(NotEnded, match="not settled"):
        objecting.restrict_meanwhile(shop.office.book, request.id, 1, by="an", at=_now(shop))


def test_after_a_refusal_the_data_are_used_again_only_once_the_person_was_told(
    shop: Shop,
) -> None:
    book = shop.office.book
    request = ask(shop, Right.OBJECTION, purpose="rank")
    objecting.restrict_meanwhile(book, request.id, 1, by="an", at=_now(shop))
    shop.office.take(request, weighed("rank", Outcome.REFUSED))
    with pytest.raises(NotEnded, match="AV696"):
        objecting.let_go(book, request.id, 1, by="an", at=_now(shop))
    answer = "answer-" + "a" * 26
    drafted = steps.AnswerDrafted(answer=answer, digest="0" * 64)
    seen = steps.AnswerReviewed(answer=answer, digest="0" * 64)
    shop.office.take(request, drafted, seen, steps.AnswerSent(answer=answer, way=Way.MAIL))
    assert objecting.let_go(book, request.id, 1, by="an", at=_now(shop)) == 1
    assert "the data are restricted" not in uses(shop, "rank", "score")
    assert "the purpose has ended" not in uses(shop, "rank", "score")


def weighed(purpose: str | None, outcome: Outcome = Outcome.PARTLY) -> steps.Decided:
    """A decision with a compelling ground for one purpose."""
    ground = steps.Refusal(ground=Ground.COMPELLING, law="Art. 21(1) GDPR", where=purpose)
    return steps.Decided(item=1, outcome=outcome, refusals=(ground,))


def test_a_compelling_ground_keeps_its_purpose_alone_and_never_marketing(shop: Shop) -> None:
    book = shop.office.book
    request = ask(shop, Right.OBJECTION)
    shop.office.take(request, weighed("rank"))
    assert objecting.uphold(book, request.id, 1, by="an", at=_now(shop)).purposes == ("promo",)
    for wrong in ("promo", None):
        other = ask(shop, Right.OBJECTION)
        shop.office.take(other, weighed(wrong))
        with pytest.raises(NotEnded, match="without the purpose"):
            objecting.uphold(book, other.id, 1, by="an", at=_now(shop))


def test_a_withdrawal_ends_consent_for_the_future_and_keeps_its_history(shop: Shop) -> None:
    book, ring = shop.office.book, shop.office.ring
    agreed = note(shop.store, ring, "consent", HIS, at=_now(shop) - timedelta(days=90), code="news")
    request = ask(shop, Right.WITHDRAWAL)
    assert withdraw(book, request.id, 1, by="avow", at=_now(shop)).purposes == ("news",)
    assert "the purpose has ended" in uses(shop, "news")
    assert "the purpose has ended" not in uses(shop, "promo")
    assert agreed not in [each.id for each in about(shop.store, ring, [HIS], _now(shop))]
    assert about(shop.store, ring, [HIS], _now(shop) - timedelta(days=1))[0].name == "consent:news"


def test_nothing_is_withdrawn_for_who_is_not_known_or_never_consented(shop: Shop) -> None:
    book = shop.office.book
    for request, why in (
        (ask(shop, Right.WITHDRAWAL, shown=False), "not settled"),
        (ask(shop, Right.WITHDRAWAL, purpose="rank"), "rests on consent"),
        (ask(shop, Right.ACCESS), "no open withdrawal"),
    ):
        with pytest.raises(NotEnded, match=why):
            withdraw(book, request.id, 1, by="avow", at=_now(shop))


def test_rows_known_by_another_address_are_taken_out_too_once_it_is_settled_whose(
    shop: Shop,
) -> None:
    book = shop.office.book
    request = shop.accepted(Right.WITHDRAWAL, person=BEN)
    shop.run("news", "UPDATE subscriber SET email = 'other@mail.example'")
    withdraw(book, request.id, 1, by="avow", at=_now(shop))
    alone = {k: p for k, p in shop.declaration.purposes.items() if k != "promo"}
    shop.declaration = replace(shop.declaration, purposes=alone)
    assert due(shop) == 1


def test_one_click_stops_a_purpose_and_a_second_one_changes_nothing(shop: Shop) -> None:
    """The same link in every letter, nothing of the person in it, and no other purpose."""
    book, now = shop.office.book, _now(shop)
    reader = unsubscribing.Reader("email", Masked("BEN@mail.example"), "fr")
    (secret,) = unsubscribing.links(book, "promo", [reader], at=now)
    assert unsubscribing.links(book, "promo", [reader], at=now + timedelta(days=1)) == (secret,)
    assert len(secret.reveal()) == 43
    for _ in range(2):
        assert unsubscribing.unsubscribe(book, secret, at=now) == "promo"
    assert "the purpose has ended" in uses(shop, "promo")
    assert "the purpose has ended" not in uses(shop, "news")
    assert suppressed(shop.store, shop.office.ring, HIS, now.date()) == {("unsubscribed", "promo")}
    (letter,) = letters_to(shop.store, shop.office.ring, "controller", [Masked(BEN.email)])
    assert "n'utilise plus vos données" in letter.content.text
    acts = [b.act for b in shop.office.told if isinstance(b, PurposeEnded)]
    assert acts == [Act.UNSUBSCRIBED]


def test_a_link_that_was_made_up_or_is_too_old_stops_nothing(shop: Shop) -> None:
    book, now = shop.office.book, _now(shop)
    reader = unsubscribing.Reader("email", Masked(BEN.email))
    (secret,) = unsubscribing.links(book, "promo", [reader], at=now)
    assert unsubscribing.unsubscribe(book, Masked("A" * 43), at=now) is None
    late = now + timedelta(days=4 * 365)
    assert unsubscribing.unsubscribe(book, secret, at=late) is None
    assert unsubscribing.forget_links(book, shop.store, at=late) == 1
    assert unsubscribing.unsubscribe(book, secret, at=now) is None
    with pytest.raises(NotEnded, match="AV695"):
        unsubscribing.links(book, "deliver", [reader], at=now)


def _now(shop: Shop) -> datetime:
    return shop.office.clock.now()


def test_what_nobody_decides_is_done_in_the_next_round(shop: Shop) -> None:
    """Marketing without identity, consent with it; another objection stands still and waits; what
    nothing ends is left for a person."""
    ask(shop, Right.OBJECTION, marketing=True, shown=False)
    ask(shop, Right.WITHDRAWAL, purpose="news", shown=False)
    ask(shop, Right.WITHDRAWAL)
    ask(shop, Right.OBJECTION, purpose="rank")
    ask(shop, Right.WITHDRAWAL, purpose="deliver")
    ask(shop, Right.ERASURE)
    done = at_once.act(shop.office.book, at=_now(shop))
    assert done == at_once.Tally(stopped=1, withdrawn=1, stand_still=1, left=1)
    assert at_once.act(shop.office.book, at=_now(shop)) == at_once.Tally(left=1)


def red(shop: Shop) -> dict[str, int]:
    """How much is wrong by clause; every check has seen its canary."""
    now = _now(shop)
    found = list(ended_in_time.answers(shop.office.book, day=now.date(), at=now))
    assert all(result.canary_seen for _, result in found)
    return {check.id.rpartition(".")[2]: result.outcome.bad for check, result in found}


@pytest.fixture
def judged(shop: Shop) -> Shop:
    """The shop with a clause of its own for each right."""
    others = [r for r in shop.declaration.rights if r["right"] not in ("objection", "withdrawal")]
    mine = ({"right": "objection", "clause": "O"}, {"right": "withdrawal", "clause": "W"})
    shop.declaration = replace(shop.declaration, rights=(*others, *mine))
    shop.office.declaration = shop.declaration
    return shop


def test_marketing_that_goes_on_for_more_than_an_hour_is_found(judged: Shop) -> None:
    request = ask(judged, Right.OBJECTION, marketing=True, shown=False)
    assert red(judged) == {"O": 1, "W": 0}
    objecting.stop_marketing(judged.office.book, request.id, 1, by="avow", at=_now(judged))
    assert red(judged) == {"O": 0, "W": 0}


def test_a_withdrawal_that_waits_for_a_day_is_found_and_one_of_nobody_known_is_not(
    judged: Shop,
) -> None:
    ask(judged, Right.WITHDRAWAL, shown=False)
    ask(judged, Right.WITHDRAWAL)
    assert red(judged) == {"O": 0, "W": 0}
    judged.office.clock.move(timedelta(hours=25))
    assert red(judged) == {"O": 0, "W": 1}


def test_a_fact_that_somebody_closed_is_found(judged: Shop) -> None:
    request = ask(judged, Right.WITHDRAWAL)
    withdraw(judged.office.book, request.id, 1, by="avow", at=_now(judged))
    assert red(judged) == {"O": 0, "W": 0}
    (fact,) = about(judged.store, judged.office.ring, [HIS], _now(judged))
    close(judged.store, fact.id, _now(judged))
    assert red(judged) == {"O": 0, "W": 1}


def test_an_item_that_is_called_done_and_ended_nothing_is_found(judged: Shop) -> None:
    request = ask(judged, Right.OBJECTION, purpose="rank")
    judged.office.take(request, steps.Decided(item=1, outcome=Outcome.ACCEPTED), steps.Done(item=1))
    assert red(judged) == {"O": 1, "W": 0}
