"""Clauses 9.2 and 9.4: "correct", until all copies are equal. Given a person's wrong city in a real
database and a declared copy of it, when it is corrected through the commands, then both hold the
right one, and `avow verify` sees a copy that does not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from avow.common.errors import KeyringError
from avow.duties.requests.acting import still_restricted
from avow.duties.requests.acting.contesting import contests
from avow.duties.requests.acting.rectifying import end_undo
from avow.duties.requests.book import Said, entries_of, read, take
from avow.duties.requests.steps import Decided, Noted, Paused, Refusal
from avow.duties.requests.words import Ground, Outcome, Right, Waits
from avow.engine.db.store import Store
from avow.engine.evidence.entries import BatchApplied, PlanApproved, PlanMade, Undone
from avow.engine.planner.changing_run import before_of
from avow.faces.cli.request.restrict_command import hands_of
from tests.restriction_room import ROOT, Shop, made

EQUAL = "requests.corrected"
OTHER = ROOT.replace("NAME", "newsletter")
VIEW = """\
      S.label:
        key: [id]
        owned_by: {S.buyer: buyer_id}
        collected_at: door
        fields: {line: address}
        rest: profile
        events: {joined: {via: S.buyer}}
        derived_from: {from: S.buyer, field: buyer_id, recompute: {line: "SQL"}}
"""
LINE = "(SELECT '-> ' || b.city FROM buyer AS b WHERE b.id = label.buyer_id)"


@pytest.fixture(params=["postgresql", "sqlite"])
def shop(
    request: pytest.FixtureRequest, tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> Shop:
    """The shop on each engine, with a list of newsletters and a label made from an address."""
    sqlite = str(tmp_path / "shop.db")
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else sqlite
    found = made(request.param, url, tmp_path, state_url, monkeypatch.setenv)
    found.run("CREATE TABLE newsletter (id integer PRIMARY KEY, email varchar(90), city"
              " varchar(90), joined_on date)")  # fmt: skip
    found.run("CREATE TABLE label (id integer PRIMARY KEY, buyer_id integer, line varchar(90))")
    found.run("INSERT INTO label VALUES (1, 1, '-> Gent'), (2, 2, '-> Gent')")
    found.declare("gate", OTHER, VIEW.replace("SQL", LINE))
    return found


def corrected(shop: Shop, request: str, field: str, value: str) -> tuple[str, list[str]]:
    """A field of the persons' table corrected through the commands: the plan, and what is left."""
    words = ["request", "correct", request, "1", "--as", "claire"]
    planned = shop.says(*words, "--field", f"shop:{field}", given=f"{value}\n")
    plan = planned.output.splitlines()[0]
    shop.approve(plan)
    done = shop.says(*words, "--carry-out", plan)
    return plan, [line for line in done.output.splitlines() if line.startswith("not there")]


def test_the_copy_and_what_is_computed_are_corrected_in_the_same_plan(shop: Shop) -> None:
    """Nobody else's rows change; the ledger has the plan, its approvals and what was done."""
    request = shop.asks(Right.RECTIFICATION)
    plan, left = corrected(shop, request, f"{shop.buyer}:city", "Brugge")
    assert left == []
    assert shop.run("SELECT city FROM buyer ORDER BY id") == [("Brugge",), ("Gent",)]
    assert shop.run("SELECT place FROM address_book ORDER BY id") == [("Brugge",), ("Gent",)]
    assert shop.run("SELECT line FROM label ORDER BY id") == [("-> Brugge",), ("-> Gent",)]
    assert set(shop.places("9.2").values()) == {"pass"}
    kinds = ledger(shop, plan)
    assert kinds == [PlanMade.kind, *[PlanApproved.kind] * 2, *[BatchApplied.kind] * 3]

    shop.run("UPDATE address_book SET place = 'Gent' WHERE id = 1")  # the planted fault
    assert shop.places("9.2")[f"{EQUAL} shop"] == "fail"


def ledger(shop: Shop, plan: str) -> list[str]:
    """The kinds of entries about a plan, oldest first."""
    with Store(shop.state) as store:
        rows = store.run("ledger_entries", first=0, most=1000)
    return [row["kind"] for row in rows if plan in str(bytes(row["bytes"]))]


def test_a_row_of_the_person_that_keeps_the_old_value_is_red_until_it_is_decided(
    shop: Shop,
) -> None:
    """Another list of the same person is no declared copy: it is named, and red, until somebody
    corrects it too or says that the value rightly stays."""
    shop.run("INSERT INTO newsletter VALUES (7, 'p1@example.org', 'Gent', '2026-01-02')")
    request = shop.asks(Right.RECTIFICATION)
    shop.accept_also(request, "newsletter", 7)
    _, left = corrected(shop, request, f"{shop.buyer}:city", "Brugge")
    place = f"shop.{shop.buyer.replace('buyer', 'newsletter')}.city"
    assert left == [f"not there: {place}"]
    assert shop.places("9.2")[f"{EQUAL} shop"] == "fail"
    stays = ["request", "correct", request, "1", "--as", "claire", "--because", "historic"]
    assert "AV955" in shop.says(*stays, "--stays", "shop.buyer.nothing").output
    assert shop.says(*stays, "--stays", place).exit_code == 0
    assert set(shop.places("9.2").values()) == {"pass"}


def test_while_it_is_not_decided_what_is_right_nobody_uses_it(shop: Shop) -> None:
    """Given a correction for which the person is asked for more, then use is restricted by itself
    (art. 18(1)(a)); it is lifted only when that is decided, and the person was told (18(3))."""
    request = shop.asks(Right.RECTIFICATION, decided=False)
    ask = ["may-use", f"shop:{shop.buyer}", "--purpose", "news", "--as", "mailer"]
    assert shop.says(*ask, given="1\n").output == "yes\n"
    with shop.desk() as desk:
        at = desk.now()
        assert contests(hands_of(desk), at).opened == 0
        take(desk.book, request, [Said(Paused(waits=Waits.SCOPE))], by="claire", at=at)
        assert contests(hands_of(desk), at).opened == 1
        assert Noted(what="accuracy-contested") in [e.step for e in entries_of(desk.book, request)]
    assert shop.says(*ask, given="1\n").output == "no: the data are restricted\n"
    lifting = ["request", "restrict", request, "1", "--as", "claire", "--plan-lifting"]
    assert "AV954" in shop.says(*lifting).output

    with shop.desk() as desk:
        accurate = Refusal(ground=Ground.ACCURATE, law="Art. 16 GDPR")
        decided = Decided(item=1, outcome=Outcome.REFUSED, refusals=(accurate,))
        take(desk.book, request, [Said(decided)], by="claire", at=at)
        assert contests(hands_of(desk), at).told == 1
        early = contests(hands_of(desk), at + timedelta(hours=47))
        assert (early.told, early.lifted) == (0, 0)
        assert len(desk.state.store.run("restrictions_standing")) == 1
        assert contests(hands_of(desk), at + timedelta(hours=48)).lifted == 1
        assert read(desk.book, request).items[1].outcome is Outcome.REFUSED
    assert shop.says(*ask, given="1\n").output == "yes\n"


def test_a_correction_waits_until_the_cells_are_back_from_the_vault(shop: Shop) -> None:
    """Nobody uses the data meanwhile: cells come back for the correction, and the restriction ends
    after it. No cell is lost, and no row keeps the wrong city."""
    shop.declare("vault", OTHER, VIEW.replace("SQL", LINE))
    request = shop.asks(Right.RECTIFICATION, decided=False)
    shop.restrict(request)
    assert shop.run("SELECT city FROM buyer ORDER BY id") == [(None,), ("Gent",)]
    with shop.desk() as desk:
        accepted = Said(Decided(item=1, outcome=Outcome.ACCEPTED))
        take(desk.book, request, [accepted], by="claire", at=desk.now())
    field = f"shop:{shop.buyer}:city"
    wish = ["request", "correct", request, "1", "--as", "claire", "--field", field]
    assert "AV954" in shop.says(*wish, given="Brugge\n").output
    words = ["request", "restrict", request, "1", "--as", "claire"]
    shop.says(*words, "--tell")
    lifting = shop.says(*words, "--plan-lifting").output.splitlines()[0]
    shop.approve(lifting)
    back = shop.says(*words, "--lift", "--plan", lifting)
    assert "not there: the correction is not carried out" in back.output
    assert shop.run("SELECT city, email FROM buyer WHERE id = 1") == [("Gent", "p1@example.org")]
    ask = ["may-use", f"shop:{shop.buyer}", "--purpose", "news", "--as", "mailer"]
    assert shop.says(*ask, given="1\n").output == "no: the data are restricted\n"
    corrected(shop, request, f"{shop.buyer}:city", "Brugge")
    assert shop.says(*words, "--lift").exit_code == 0
    assert shop.says(*ask, given="1\n").output == "yes\n"
    assert shop.run("SELECT city, email FROM buyer WHERE id = 1") == [("Brugge", "p1@example.org")]
    assert set(shop.places("9.2").values()) == {"pass"}


def test_a_contest_that_opens_nothing_is_red(shop: Shop) -> None:
    """The planted fault: nobody decides for a week, and no round runs."""
    shop.asks(Right.RECTIFICATION, decided=False)
    place = "requests.restricted avow.request"
    assert shop.places("9.4")[place] == "pass"
    with shop.desk() as desk:
        later = desk.now() + timedelta(days=7)
        found = list(still_restricted.answers(desk.book, desk.estate, at=later))
        assert [str(r.outcome.answer) for _, r in found] == ["fail"]
        contests(hands_of(desk), later)
        found = list(still_restricted.answers(desk.book, desk.estate, at=later))
        assert [str(r.outcome.answer) for _, r in found] == ["pass"]


def test_a_lifting_is_in_the_ledger(shop: Shop) -> None:
    shop.declare('{flag: shut, set: "yes"}', OTHER, VIEW.replace("SQL", LINE))
    request = shop.asks(Right.RESTRICTION)
    (plan,) = shop.restrict(request)
    words = ["request", "restrict", request, "1", "--as", "claire"]
    assert shop.says(*words, "--tell").exit_code == 0
    lifting = shop.says(*words, "--plan-lifting").output.splitlines()[0]
    shop.approve(lifting)
    shop.says(*words, "--lift", "--plan", lifting)
    assert ledger(shop, plan) == [PlanMade.kind, *[PlanApproved.kind] * 2, BatchApplied.kind]
    assert ledger(shop, lifting) == [PlanMade.kind, *[PlanApproved.kind] * 2]
    with Store(shop.state) as store:
        rows = store.run("ledger_entries", first=0, most=1000)
    assert Undone.kind in [row["kind"] for row in rows]


def test_old_values_are_gone_for_good_once_a_correction_cannot_be_put_back(shop: Shop) -> None:
    """Not an hour earlier; one that waits for approval keeps what it is to write; and a copy that
    holds the old value is seen all the same, by its hash."""
    done, _ = corrected(shop, shop.asks(Right.RECTIFICATION), f"{shop.buyer}:city", "Brugge")
    words = ["request", "correct", shop.asks(Right.RECTIFICATION), "1", "--as", "claire"]
    waiting = shop.says(*words, "--field", f"shop:{shop.buyer}:city", given="Aalst\n")
    with shop.desk() as desk:
        hours = timedelta(hours=desk.declaration.requests.undo_hours)
        book, store, now = desk.book, desk.state.store, desk.now()
        assert end_undo(book, store, at=now + hours - timedelta(minutes=1)) == 0
        assert end_undo(book, store, at=now + hours + timedelta(minutes=1)) == 1
        assert end_undo(book, store, at=now + hours + timedelta(minutes=1)) == 0
        office = hands_of(desk).office(now)
        with pytest.raises(KeyringError, match="destroyed"):
            before_of(office, done)
    plan = waiting.output.splitlines()[0]
    shop.approve(plan)
    shop.says(*words, "--carry-out", plan)
    assert shop.run("SELECT city FROM buyer WHERE id = 1") == [("Aalst",)]
    assert set(shop.places("9.2").values()) == {"pass"}
    shop.run("UPDATE address_book SET place = 'Gent' WHERE id = 1")
    assert shop.places("9.2")[f"{EQUAL} shop"] == "fail"
