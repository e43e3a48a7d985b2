"""Who somebody is by what they know: the questions, how far a guess gets, and what comes of it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.common.masked import Masked
from avow.declaration.known_facts import ANSWERS, chance
from avow.duties.requests import steps
from avow.duties.requests.book import Person, entries_of, read, take
from avow.duties.requests.identity.identity_checks import answers
from avow.duties.requests.identity.knowing import (
    MOST,
    Drafted,
    NotAsked,
    answer,
    drafted,
    fact_checks,
    judge_due,
    questions_of,
)
from avow.duties.requests.identity.questions import FEW, MOST_SHARE, Part, question
from avow.duties.requests.identity.standing import standings
from avow.duties.requests.machine import Request, StepRefused
from avow.duties.requests.words import Right, Rung, Voice, Waits
from avow.engine.db.store import Store
from avow.engine.planner import fact_shares
from avow.engine.planner.fact_shares import told
from avow.estate.datamap.model import Coarse
from tests.answers_room import ANNA, NOBODY
from tests.facts_room import MONTHS, PRODUCTS, TOWNS, Market, declared, known, people

ZONE = "Europe/Brussels"
"""Where the shop is. Anna is its first customer: the first answer of every question is hers."""


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Market:
    return Market(tmp_path, store)


def alone(**counts: int) -> dict[frozenset[str], int]:
    """So many owners with one answer each."""
    return {frozenset({value}): count for value, count in counts.items()}


def answered(shop: Market, *chosen: int | None, person: bool = True) -> bool:
    token = shop.token(ANNA if person else NOBODY)
    return answer(shop.office.book, token, chosen, at=shop.office.clock.now())


def judged(shop: Market) -> int:
    return judge_due(shop.office.book, shop.store, at=shop.office.clock.now())


def made_for(shop: Market, request: Request) -> Drafted:
    return drafted(shop.office.book, shop.estate, request.id, 1, at=shop.office.clock.now())


def notes(shop: Market, request: Request) -> list[str]:
    taken = entries_of(shop.office.book, request.id)
    return [e.step.what for e in taken if isinstance(e.step, steps.Noted)]


# --- what is told of a value ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "coarse", "said"),
    [
        (date(2026, 3, 31), Coarse.MONTH, "2026-03"),
        ("2026-03-31 23:30:00", Coarse.MONTH, "2026-03"),
        (datetime(2026, 3, 31, 22, 30, tzinfo=UTC), Coarse.MONTH, "2026-04"),
        ("yesterday", Coarse.MONTH, None),
        (20260331, Coarse.MONTH, None),
        ("b-1050", Coarse.START, "B1"),
        (1050, Coarse.START, "10"),
        ("1", Coarse.START, None),
        (" tea ", Coarse.VALUE, "tea"),
        ("", Coarse.VALUE, None),
        ("x" * 61, Coarse.VALUE, None),
        (None, Coarse.VALUE, None),
    ],
)
def test_a_value_is_told_as_coarsely_as_declared(
    value: object, coarse: Coarse, said: str | None
) -> None:
    """An instant late in the evening in UTC lies in the next month where the controller is."""
    assert told(value, coarse, ZONE) == said


# --- the answers of a question --------------------------------------------------------------------


def test_answers_are_parts_of_all_values_and_the_ends_are_open() -> None:
    """Twelve months with ten persons each: six answers of two months."""
    months = {f"2026-{m:02}": 10 for m in range(1, 13)}
    made = question("order", Coarse.MONTH, alone(**months))
    assert made is not None
    assert made.parts[0] == Part("", "2026-02")
    assert made.parts[1] == Part("2026-03", "2026-04")
    assert made.parts[-1] == Part("2026-11", "")
    assert made.share == pytest.approx(1 / 6)


def test_values_that_few_have_are_named_on_no_page() -> None:
    made = question("order", Coarse.VALUE, alone(a=20, b=20, c=20, rare=FEW - 1))
    assert made is not None
    assert [part.first for part in made.parts] == ["a", "b", "c"]
    assert made.right(["rare"]) == (0, 0, 0)


@pytest.mark.parametrize(
    "counts",
    [
        {},
        {"a": 50, "b": 50},
        {"a": 90, "b": 10, "c": 10},
        {"a": 4, "b": 4, "c": 4},
    ],
)
def test_too_few_different_answers_are_no_question(counts: dict[str, int]) -> None:
    """None, two, one that most have, and three that four persons have each."""
    assert question("order", Coarse.VALUE, alone(**counts)) is None
    assert question("order", Coarse.START, alone(**counts)) is None


VALUES = st.sampled_from([f"{a}{b}" for a in "123456789" for b in "05"])


@given(
    st.dictionaries(st.frozensets(VALUES, min_size=1, max_size=3), st.integers(1, 40), max_size=30),
    st.sampled_from([Coarse.START, Coarse.VALUE]),
)
def test_no_single_answer_is_right_more_often_than_is_said(
    owners: dict[frozenset[str], int], coarse: Coarse
) -> None:
    """Whatever the spread, and also where persons have several values."""
    made = question("order", coarse, owners)
    if made is None:
        return
    assert 3 <= len(made.parts) <= ANSWERS
    everybody = sum(owners.values())
    for n in range(len(made.parts)):
        right = sum(count for values, count in owners.items() if made.right(values)[n])
        assert right / everybody <= made.share <= MOST_SHARE
    if coarse is Coarse.START:
        assert all(any(made.right(values)) for values in owners)


COLUMN = st.lists(st.integers(5, 30), min_size=3, max_size=7)


@settings(deadline=None)
@given(st.lists(COLUMN, min_size=3, max_size=3), st.integers(1, 3))
def test_a_guesser_passes_no_more_often_than_is_said(columns: list[list[int]], right: int) -> None:
    """Who knows how the answers are spread, and takes the same answer for everybody, over all
    persons: the columns say nothing of each other."""
    spread = [alone(**{f"{n}0": count for n, count in enumerate(c)}) for c in columns]
    made = [question("order", Coarse.VALUE, each) for each in spread]
    asked = [each for each in made if each is not None]
    stated = chance([each.share for each in asked], right)
    weights = [s for s, each in zip(spread, made, strict=True) if each is not None]
    everybody = list(product(*(each.items() for each in weights)))
    total = passed = 0
    for guess in product(*(range(len(each.parts)) for each in asked)):
        total = passed = 0
        for person in everybody:
            count = 1
            for _, many in person:
                count *= many
            good = sum(
                each.right(values)[n]
                for each, (values, _), n in zip(asked, person, guess, strict=True)
            )
            total, passed = total + count, passed + count * (good >= right)
        assert passed / total <= stated + 1e-9


def test_all_guesses_at_the_shop_together_pass_as_often_as_is_said(shop: Market) -> None:
    """Every customer against one guess: one of 216."""
    request = shop.office.arrive(Right.ACCESS, person=ANNA)
    made = made_for(shop, request)
    asked = made.asked.questions
    passed = 0
    for month, what, town in people():
        has = {"at": month, "what": what, "town": town}
        right = [q.right([has[f.column]]) for f, q in zip(made.facts, asked, strict=True)]
        passed += all(each[2] for each in right)
    everybody = len(MONTHS) * len(PRODUCTS) * len(TOWNS)
    assert passed / everybody == pytest.approx(made.chance) == pytest.approx(1 / 216)


# --- known and unknown ----------------------------------------------------------------------------


def test_the_questions_are_the_same_for_somebody_known_and_for_a_stranger(shop: Market) -> None:
    """Word by word; the sealed files have one size, and the letters the same words."""
    hers, theirs = shop.asked(ANNA), shop.asked(NOBODY)
    book, now = shop.office.book, shop.office.clock.now()
    pages = [questions_of(book, shop.token(p), at=now) for p in (ANNA, NOBODY)]
    assert pages[0] == pages[1]
    assert pages[0] is not None
    sizes = [
        [row["size"] for row in shop.store.run("request_files", request=each.id)]
        for each in (hers, theirs)
    ]
    assert sizes[0] == sizes[1]
    (one,), (other,) = shop.letters(ANNA), shop.letters(NOBODY)
    assert plain(one) == plain(other)
    counts = [fact_checks(book, each.id)[0].answerable for each in (hers, theirs)]
    assert counts == [3, 0]


def plain(text: str) -> str:
    """A letter without what is another one's by chance: numbers of requests and secrets."""
    return re.sub(r"request-\S+|know/\S+", "…", text)


def test_asked_twice_the_answers_are_the_same_ones(shop: Market) -> None:
    """Two pages laid over each other show nothing."""
    request = shop.office.arrive(Right.ACCESS, person=ANNA)
    both = [made_for(shop, request) for _ in range(2)]
    assert both[0] == both[1]


def test_nothing_but_counts_stays(shop: Market) -> None:
    """No value of the rows is in the steps, and after the answer nothing that was asked is kept."""
    request = shop.asked()
    files = shop.store.run("request_files", request=request.id)
    assert [(f["what"], f["gone_at"]) for f in files] == [("known-facts", None)]
    assert answered(shop, 0, 0, 0)
    assert judged(shop) == 1
    (file,) = shop.store.run("request_files", request=request.id)
    assert file["gone_at"] is not None
    assert shop.store.run("request_file", id=file["id"])[0]["sealed"] is None
    assert notes(shop, request) == ["known-facts-answered.1.3-of-3"]
    assert not any(word in str(shop.office.told) for word in (*PRODUCTS, *MONTHS))


def test_unanswered_questions_are_erased_after_their_last_day(shop: Market) -> None:
    request = shop.asked()
    shop.office.clock.move(timedelta(days=5))
    assert judged(shop) == 0
    (file,) = shop.store.run("request_files", request=request.id)
    assert file["gone_at"] is not None
    assert not answered(shop, 0, 0, 0)


def test_questions_that_stay_after_their_last_day_turn_the_promise_red(shop: Market) -> None:
    """Nobody runs the round that erases them. One that was answered yesterday waits for it."""
    exercise = {"right": "exercise", "clause": "9.1"}
    shop.says(replace(shop.declaration, rights=(exercise, *shop.declaration.rights)))
    request = shop.asked()
    shop.office.take(request, steps.IdentityShown(person=1, rung=Rung.SESSION))
    assert overstayed(shop) == 0
    shop.office.clock.move(timedelta(days=5))
    assert overstayed(shop) == 1
    judged(shop)
    assert overstayed(shop) == 0


def overstayed(shop: Market) -> int:
    """How many files are kept too long, as the check counts them."""
    now = shop.office.clock.now()
    ((_, result),) = answers(shop.office.book, day=shop.office.book.day(now), at=now)
    assert result.canary_seen
    return result.outcome.bad


# --- what comes of it -----------------------------------------------------------------------------


def test_enough_right_answers_are_a_proposal_for_a_person(shop: Market) -> None:
    request = shop.asked()
    assert answered(shop, 0, 0, 0)
    assert judged(shop) == 1
    assert read(shop.office.book, request.id).persons[1].shown is None
    (check,) = fact_checks(shop.office.book, request.id)
    assert (check.is_passed, check.correct, check.asked) == (True, 3, 3)


def test_they_settle_it_where_the_declaration_says_so(shop: Market) -> None:
    shop.says(declared(known("settle")))
    request = shop.asked()
    assert answered(shop, 0, 0, 0)
    judged(shop)
    assert read(shop.office.book, request.id).persons[1].shown is Rung.KNOWN_FACTS


@pytest.mark.parametrize("chosen", [(0, 0, 1), (None, None, None), (0, 0, 99), (0, -1, 0)])
def test_wrong_answers_and_none_of_these_are_a_doubt(
    shop: Market, chosen: tuple[int | None, ...]
) -> None:
    shop.says(declared(known("settle")))
    request = shop.asked()
    assert answered(shop, *chosen)
    judged(shop)
    state = read(shop.office.book, request.id)
    assert (state.persons[1].shown, state.persons[1].is_given_up) == (None, False)
    doubts = [e.step for e in entries_of(shop.office.book, request.id)
              if isinstance(e.step, steps.IdentityDoubted)]  # fmt: skip
    assert [(d.rung, d.final) for d in doubts] == [(Rung.KNOWN_FACTS, False)]


def test_after_a_doubt_the_ladder_proposes_a_document(shop: Market) -> None:
    """The link was not enough, and the questions neither: what is left is asked for last."""
    request = shop.office.arrive(Right.ACCESS)
    shop.office.take(request, steps.IdentityDoubted(person=1, rung=Rung.SIGNED_LINK))
    assert next_step(shop, request) is Rung.KNOWN_FACTS
    shop.ask(request)
    assert answered(shop, None, None, None)
    judged(shop)
    assert next_step(shop, request) is Rung.DOCUMENT


def next_step(shop: Market, request: Request) -> Rung | None:
    """What the ladder proposes to ask for next."""
    book = shop.office.book
    (one,) = standings(read(book, request.id), entries_of(book, request.id))
    return one.next


def test_whatever_a_stranger_answers_is_wrong(shop: Market) -> None:
    shop.says(declared(known("settle")))
    request = shop.asked(NOBODY)
    assert answered(shop, 0, 0, 0, person=False)
    judged(shop)
    assert read(shop.office.book, request.id).persons[1].shown is None
    assert notes(shop, request) == ["known-facts-answered.1.0-of-3"]


def test_a_link_is_answered_once(shop: Market) -> None:
    request = shop.asked()
    assert not answered(shop, 0, 0)
    assert answered(shop, 0, 0, 1)
    assert not answered(shop, 0, 0, 0)
    assert questions_of(shop.office.book, shop.token(), at=shop.office.clock.now()) is None
    assert notes(shop, request) == ["known-facts-answered.1.2-of-3"]


def test_somebody_is_asked_twice_at_most_and_the_chance_counts_both(shop: Market) -> None:
    request = shop.asked()
    shop.office.clock.move(timedelta(hours=1))
    shop.ask(request)
    first, second = fact_checks(shop.office.book, request.id)
    assert second.chance == pytest.approx(2 * first.chance)
    assert works(shop) == [False, True]
    with pytest.raises(NotAsked, match="2 times is all"):
        shop.ask(request)
    assert MOST == 2


def test_a_new_request_gives_no_new_guesses_within_a_year(shop: Market) -> None:
    """Somebody who names Anna from an address of their own, again and again."""
    claims = Person(email="mallory@mail.example", identities=(("email", ANNA.email),))
    for _ in range(2):
        shop.asked(claims)
    with pytest.raises(NotAsked, match="2 times they were asked"):
        shop.asked(claims)
    shop.office.clock.move(timedelta(days=366))
    request = shop.asked(ANNA)
    (check,) = fact_checks(shop.office.book, request.id)
    assert check.chance == pytest.approx(1 / 216)


def works(shop: Market) -> list[bool]:
    """Of all links that Anna got whether they work, those that do not first."""
    book, now = shop.office.book, shop.office.clock.now()
    links = [re.findall(r"/know/(\S+)", text)[0] for text in shop.letters()]
    return sorted(questions_of(book, Masked(link), at=now) is not None for link in links)


def test_a_term_that_waited_runs_again_with_the_answer_and_not_with_the_judgement(
    shop: Market,
) -> None:
    request = shop.asked(pauses=True)
    assert read(shop.office.book, request.id).waits == {Waits.IDENTITY}
    assert answered(shop, None, None, None)
    assert not read(shop.office.book, request.id).waits


def test_who_showed_it_meanwhile_is_not_judged(shop: Market) -> None:
    """The questions are erased at once, and no doubt is written down of somebody who is known."""
    request = shop.asked()
    shop.office.take(request, steps.IdentityShown(person=1, rung=Rung.SESSION))
    assert judged(shop) == 0
    assert not answered(shop, 0, 0, 1)
    (file,) = shop.store.run("request_files", request=request.id)
    assert file["gone_at"] is not None


def test_nobody_is_asked_who_has_shown_it_or_for_whom_somebody_speaks(shop: Market) -> None:
    office = shop.office
    request = office.arrive(Right.ACCESS)
    office.take(request, steps.IdentityShown(person=1, rung=Rung.SESSION))
    with pytest.raises(StepRefused):
        shop.ask(request)
    spoken = office.arrive(Right.ACCESS, voice=Voice.REPRESENTATIVE)
    with pytest.raises(NotAsked, match="gets no questions"):
        shop.ask(spoken)
    assert fact_checks(office.book, spoken.id) == ()
    assert shop.letters() == []


def test_who_gave_a_postal_address_only_is_written_to_on_paper(shop: Market) -> None:
    shop.asked(Person(name="Anna", postal="Rue Haute 1\n1000 Bruxelles"))
    with shop.store.outside() as link:
        rows = link.execute(b"SELECT kind, channel FROM avow.letter").fetchall()
    assert [(row["kind"], row["channel"]) for row in rows] == [("identity-facts", "paper")]


def test_too_few_rows_make_no_questions(shop: Market) -> None:
    shop.run("shop", "DELETE FROM orders WHERE id > 10")
    request = shop.office.arrive(Right.ACCESS, person=ANNA)
    with pytest.raises(NotAsked, match="that can be made: 1"):
        made_for(shop, request)


def test_a_system_that_is_away_makes_no_questions(shop: Market) -> None:
    request = shop.office.arrive(Right.ACCESS, person=ANNA)
    (shop.home / "shop.db").unlink()
    with pytest.raises(NotAsked, match="that can be made: 0"):
        made_for(shop, request)


def test_of_many_owners_an_even_part_is_counted(
    shop: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answers stay spread, whatever the order of the rows."""
    monkeypatch.setattr(fact_shares, "MOST_OWNERS", 100)
    found = fact_shares.spreads(shop.estate, fact_shares.facts(shop.estate))
    for spread in found.values():
        assert 40 <= sum(spread.owners.values()) <= 100
        assert len(spread.owners) == 6


def test_killed_between_its_writes_a_judgement_is_a_step_once(
    shop: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = shop.asked()
    assert answered(shop, 0, 0, 1)

    def dies(*args: object, **named: object) -> Request:
        take(*args, **named)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr("avow.duties.requests.identity.knowing.take", dies)
    with pytest.raises(KeyboardInterrupt):
        judged(shop)
    monkeypatch.undo()
    before = len(entries_of(shop.office.book, request.id))
    assert judged(shop) == 1
    assert judged(shop) == 0
    assert len(entries_of(shop.office.book, request.id)) == before + 1


def test_killed_while_it_is_written_down_an_answer_can_be_given_again(
    shop: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = shop.asked(pauses=True)

    def dies(*args: object, **named: object) -> Request:
        take(*args, **named)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr("avow.duties.requests.identity.knowing.take", dies)
    with pytest.raises(KeyboardInterrupt):
        answered(shop, 0, 0, 0)
    monkeypatch.undo()
    assert read(shop.office.book, request.id).waits == {Waits.IDENTITY}
    assert answered(shop, 0, 0, 0)
    assert notes(shop, request) == ["known-facts-answered.1.3-of-3"]


def test_of_two_answers_at_once_one_counts(shop: Market) -> None:
    """Ten times; whichever comes first."""
    for round_ in range(10):
        who = Person(email=f"c{round_ + 3}@mail.example")
        request = shop.asked(who)
        press = partial(answer, shop.office.book, shop.token(who), at=shop.office.clock.now())
        with ThreadPoolExecutor(2) as pool:
            sent = list(pool.map(press, [(0, 0, 0), (None, None, None)]))
        assert sorted(sent) == [False, True]
        assert len(notes(shop, request)) == 1
