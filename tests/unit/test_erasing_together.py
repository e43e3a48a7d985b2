"""Erasures of many requests in one plan: each person gets what they would have got alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from avow.common.findings import Finding
from avow.duties.requests import steps
from avow.duties.requests.acting import erasing_together
from avow.duties.requests.acting.erasing import Hands, begin, left, parts, plan_alone, set_plan
from avow.duties.requests.acting.erasing_together import Placed, begin_all, finish_all, plans_of
from avow.duties.requests.book import Person, Said, read, take
from avow.duties.requests.words import Right
from avow.engine.facts.standing import HOLD, Noting, note_all, row
from avow.engine.planner import ends, staying_divided
from avow.engine.planner.apply import Office
from avow.engine.planner.approve import approve
from avow.engine.planner.erasing_together import Counted, count_together, groups
from avow.engine.planner.erasure_plan import Erasure
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.refusals import Guarded
from avow.engine.planner.sealed_persons import spared_of
from avow.engine.planner.staying import YEARS
from avow.engine.planner.working import carry_out
from avow.faces.cli.desk import Desk
from avow.faces.cli.request.erase_command import hands_of
from tests.heard import heard
from tests.unit.test_erasing import asked, at_desk, carried_out
from tests.unit.test_request_erasure import TODAY, avow, rows
from tests.unit.test_request_erasure import home as home  # noqa: PLC0414 (a fixture)

FEW, MANY = 3, 23


def buyers(home: Path, first: int, many: int, *, bills: bool = True) -> list[Person]:
    """So many more buyers with a question each, and a bill that is a day older than the last."""
    people = [Person(name=f"B{n}", email=f"b{n}@example.org") for n in range(first, first + many)]
    with closing(sqlite3.connect(home / "shop.db")) as shop, shop:
        for n, each in enumerate(people, first):
            day = TODAY - timedelta(days=400 + n)
            shop.execute("INSERT INTO buyer VALUES (?, ?, ?, ?)", (n, each.email, each.name, day))
            shop.execute("INSERT INTO question VALUES (?, ?, 'why', ?)", (n, each.email, day))
            if bills:
                shop.execute("INSERT INTO bill VALUES (?, ?, 10, ?)", (n, n, day))
    return people


def begun(desk: Desk) -> tuple[Placed, ...]:
    return begin_all(hands_of(desk), by="claire", at=desk.now())


def ended(desk: Desk) -> dict[str, tuple[str, ...]]:
    """What was not done, by request."""
    done = finish_all(hands_of(desk), by="claire", at=desk.now())
    assert not any(each.code for each in done)
    return {each.request: each.gaps for each in done}


def the_plan(placed: Sequence[Placed]) -> str:
    """The one plan of them all."""
    ((plan, system, many),) = plans_of(placed)
    assert (system, many) == ("shop", len(placed))
    return plan


def test_one_plan_for_all_and_each_is_told_their_own(home: Path, state_url: str) -> None:
    """Four buyers with bills of different days, one without: what stays of each, why and until
    when, is what a plan of theirs alone says."""
    people = [*buyers(home, 100, 3), *buyers(home, 200, 1, bills=False)]

    def alone(desk: Desk) -> list[object]:
        found: list[object] = []
        for person in people:
            request = asked(desk, person)
            begin(hands_of(desk), request, 1, by="claire", at=desk.now())
            found.append(_bare(desk, request))
            take(desk.book, request, [Said(steps.WithdrawnByPerson(items=(1,)))], by="claire",
                 at=desk.now())  # fmt: skip
        return found

    apart = at_desk(home, state_url, alone)
    requests = at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])
    plan = the_plan(at_desk(home, state_url, begun))

    def check(desk: Desk) -> None:
        together = [_bare(desk, request) for request in requests]
        assert together == apart
        assert len({str(each) for each in together[:3]}) == 3, "their bills end on other days"
        assert "bill" not in str(together[3])
        assert {read(desk.book, r).items[1].records for r in requests} == {(plan,)}

    at_desk(home, state_url, check)
    carried_out(plan)
    assert at_desk(home, state_url, ended) == dict.fromkeys(requests, ())
    assert [r[0] for r in rows(home, "buyer")] == [1, 2, 3, 4, 100, 101, 102], "shells, and others"
    assert {r[2] for r in rows(home, "buyer") if r[0] >= 100} == {"-"}
    assert [r[0] for r in rows(home, "question")] == [1, 2, 3, 4]
    assert at_desk(home, state_url, ended) == {}, "each ends once"


def _bare(desk: Desk, request: str) -> Sequence[object]:
    kept = left(desk.book, request, 1)
    return sorted(
        (s.dataset, s.categories, s.why, s.clauses, s.rows, s.until, s.ends) for s in kept
    )


def test_beginning_again_makes_nothing_twice(home: Path, state_url: str) -> None:
    buyers_ = buyers(home, 100, 3)

    def twice(desk: Desk) -> None:
        for person in buyers_:
            asked(desk, person)
        first = begun(desk)
        assert begun(desk) == first
        later = asked(desk, buyers(home, 110, 1)[0])
        again = {each.request: each.parts[0].plan for each in begun(desk)}
        assert {p for r, p in again.items() if r != later} == {the_plan(first)}
        assert again[later] != the_plan(first)

    at_desk(home, state_url, twice)


def test_whoever_takes_it_back_drops_out_and_the_others_go(home: Path, state_url: str) -> None:
    people = buyers(home, 100, 3)
    requests = at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])
    plan = the_plan(at_desk(home, state_url, begun))
    for person in ("marc", "paul"):
        avow("approve", plan, "--as", person)
    at_desk(home, state_url, lambda desk: _back(desk, requests[1]))
    avow("apply", plan)
    assert {r[0]: r[2] for r in rows(home, "buyer") if r[0] >= 100} == {
        100: "-", 101: "B101", 102: "-",
    }  # fmt: skip
    with psycopg.connect(state_url) as owner:
        (counts,) = owner.execute("SELECT counts FROM avow.journal_chunk WHERE step = 0").fetchall()
        assert (counts[0]["persons"], counts[0]["spared"]) == (4, 2), "said in the journal"
    assert at_desk(home, state_url, ended) == {requests[0]: (), requests[2]: ()}


def test_a_plan_of_which_nobody_is_left_is_withdrawn(home: Path, state_url: str) -> None:
    """Of one request or of several: what nobody wants any more waits for nobody."""
    people = buyers(home, 100, 3)
    requests = at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])

    def taken_back(desk: Desk) -> None:
        begin(hands_of(desk), requests[0], 1, by="claire", at=desk.now())
        _back(desk, requests[0])
        assert parts(desk.book, requests[0], 1)[0].status == "withdrawn"
        plan = the_plan(begun(desk))
        _back(desk, requests[1])
        assert parts(desk.book, requests[2], 1)[0].status == "waiting"
        assert len(spared_of(desk.book.runs, plan)) == 2, "their buyer and their question"
        _back(desk, requests[2])
        assert parts(desk.book, requests[2], 1)[0].status == "withdrawn"

    at_desk(home, state_url, taken_back)


def _back(desk: Desk, request: str) -> None:
    said = [Said(steps.WithdrawnByPerson(items=(1,)))]
    take(desk.book, request, said, by="person", at=desk.now())


def test_a_hold_on_one_keeps_that_one(home: Path, state_url: str) -> None:
    """Placed after the approval: the held one stays and is found again, the others are gone."""
    people = buyers(home, 100, 3, bills=False)
    requests = at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])
    plan = the_plan(at_desk(home, state_url, begun))

    def hold(desk: Desk) -> None:
        who = row("shop", "buyer", (101,))
        note_all(desk.book.runs, desk.book.ring, [Noting(HOLD, who)], at=desk.now())

    at_desk(home, state_url, hold)
    carried_out(plan)
    assert [r[0] for r in rows(home, "buyer") if r[0] >= 100] == [101]
    assert at_desk(home, state_url, ended) == {
        requests[0]: (), requests[1]: ("shop.buyer",), requests[2]: (),
    }  # fmt: skip


def test_one_who_cannot_go_stays_whole_and_is_said(home: Path, state_url: str) -> None:
    """A trigger refuses to lose buyer 101, whose question must then stay too; it is not done for
    that request, and done for the others of the same plan."""
    people = buyers(home, 100, 3, bills=False)
    with closing(sqlite3.connect(home / "shop.db")) as shop, shop:
        shop.execute(
            "CREATE TRIGGER kept BEFORE DELETE ON buyer WHEN old.id = 101"
            " BEGIN SELECT raise(ABORT, 'no'); END"
        )
    requests = at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])
    plan = the_plan(at_desk(home, state_url, begun))
    for person in ("marc", "paul"):
        avow("approve", plan, "--as", person)
    avow("apply", plan, expect=5)

    def check(desk: Desk) -> None:
        statuses = [parts(desk.book, r, 1)[0].status for r in requests]
        assert statuses == ["done", "blocked", "done"]

    assert [r[0] for r in rows(home, "buyer") if r[0] >= 100] == [101]
    assert [r[0] for r in rows(home, "question") if r[0] >= 100] == [101]
    at_desk(home, state_url, check)
    gaps = at_desk(home, state_url, ended)
    assert [bool(gaps[r]) for r in requests] == [False, True, False]


def test_rows_that_came_in_meanwhile_stop_nobody_else(home: Path, state_url: str) -> None:
    """Two questions more than were approved: the plan goes on, and whom nothing is left for stays
    whole, cannot be ended, and goes with the next plan."""
    people = buyers(home, 100, 5, bills=False)
    requests = at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])
    plan = the_plan(at_desk(home, state_url, begun))
    with closing(sqlite3.connect(home / "shop.db")) as shop, shop:
        shop.executemany("INSERT INTO buyer VALUES (?, '', 'x', ?)", [(901, TODAY), (902, TODAY)])
        for n, buyer in ((901, 100), (902, 104)):
            shop.execute("INSERT INTO bill VALUES (?, ?, 1, ?)", (n, buyer, "1990-01-01"))
    for person in ("marc", "paul"):
        avow("approve", plan, "--as", person)
    avow("apply", plan, expect=5)
    there = {r[0] for r in rows(home, "buyer") if 100 <= r[0] < 900}
    assert there == {r[0] for r in rows(home, "question") if r[0] >= 100}, "whole"
    assert 1 <= len(there) <= 2
    assert len(at_desk(home, state_url, ended)) == 5 - len(there)
    again = at_desk(home, state_url, begun)
    assert [p.parts[0].status for p in again] == ["waiting"] * len(there)
    carried_out(the_plan(again))
    assert {p for p, gaps in at_desk(home, state_url, ended).items() if not gaps} <= set(requests)
    assert [r[0] for r in rows(home, "buyer")] == [1, 2, 3, 4, 901, 902]


def test_one_that_is_refused_stops_no_other(
    home: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that waits, rows nobody accepted; and a group that cannot be divided is planned one
    by one."""
    first, second, third, fourth = buyers(home, 100, 4)

    def refused(desk: Desk) -> None:
        waits = asked(desk, first, Right.ACCESS)
        unsaid = asked(desk, second, accepts=False)
        good = {asked(desk, third), asked(desk, fourth)}
        monkeypatch.setattr(staying_divided, "owners_of", lambda *_: {})
        placed = {each.request: each for each in begun(desk)}
        assert {placed[r].code for r in (waits, unsaid)} == {"AV636"}
        plans = {placed[r].parts[0].plan for r in good}
        assert len(plans) == 2
        assert None not in plans

    at_desk(home, state_url, refused)


def test_a_system_that_is_away_is_a_gap_until_it_is_back(
    home: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = buyers(home, 100, 3)
    at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])
    there = home / "shop.db"
    monkeypatch.setenv("SHOP", str(home / "nowhere" / "shop.db"))
    assert {p.parts[0].gap for p in at_desk(home, state_url, begun)} == {"AV428"}
    assert at_desk(home, state_url, ended) == {}, "without a plan nothing ends"
    monkeypatch.setenv("SHOP", str(there))
    the_plan(at_desk(home, state_url, begun))


@pytest.mark.parametrize("alone", [True, False])
def test_two_at_once_make_one_plan(home: Path, state_url: str, *, alone: bool) -> None:
    """While the first counts, somebody else plans them all: what the first counted is kept for
    nobody, and no request has two plans."""
    people = buyers(home, 100, 1 if alone else 3)
    requests = at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])

    def other(place: str) -> None:
        if place == ("planned" if alone else "counted") and not there:
            there.append(place)
            at_desk(home, state_url, begun)

    def first(desk: Desk) -> None:
        hands = replace(hands_of(desk), crash=other)
        begin_all(hands, by="claire", at=desk.now())
        assert {len(read(desk.book, r).items[1].records) for r in requests} == {1}
        plans = desk.state.store.run("plans", status=None, system=None, most=9)
        assert sorted(p["status"] for p in plans) == ["waiting", *["withdrawn"] * alone]

    there: list[str] = []
    at_desk(home, state_url, first)
    assert there, "somebody was"


def test_what_the_system_refuses_is_not_tried_for_each(
    home: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirteen requests, a refusal that is nobody's own: four countings, gaps, and no plan."""
    people = buyers(home, 100, 13, bills=False)
    at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])
    counted: list[int] = []

    def refusing(*given: object) -> object:
        counted.append(len(given[3]))  # type: ignore[arg-type]
        raise Guarded((Finding("AV403", "a table is not there"),))

    def check(desk: Desk) -> None:
        monkeypatch.setattr(erasing_together, "count_together", refusing)
        assert {p.parts[0].gap for p in begun(desk)} == {"AV448"}
        assert counted == [13, 1, 1, 1]
        assert desk.state.store.run("plans", status=None, system=None, most=9) == []
        monkeypatch.undo()

    at_desk(home, state_url, check)


def test_one_who_is_refused_is_found_by_halving(
    home: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: any plan with one of nine is refused. It alone has none, and the others have few."""
    people = buyers(home, 100, 9, bills=False)
    requests = at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])
    sick = f"{sorted(requests)[3]}/1"
    whole, alone = count_together, plan_alone

    def refusing(
        office: Office, estate: Estate, memory: Memory, group: Sequence[Erasure]
    ) -> Counted:
        if sick in {wish.case for wish in group}:
            raise Guarded((Finding("AV403", "a table is not there"),))
        return whole(office, estate, memory, group)

    def refused_alone(hands: Hands, wish: Erasure, item: int, *, by: str, at: datetime) -> None:
        if wish.case == sick.partition("/")[0]:
            set_plan(hands.book.runs, wish.case, item, wish.system, None, "AV448", at)
        else:
            alone(hands, wish, item, by=by, at=at)

    def check(desk: Desk) -> None:
        monkeypatch.setattr(erasing_together, "count_together", refusing)
        monkeypatch.setattr(erasing_together, "plan_alone", refused_alone)
        placed = begun(desk)
        assert [p.request for p in placed if p.parts[0].gap] == [sick.partition("/")[0]]
        assert len({p.parts[0].plan for p in placed if p.parts[0].plan}) <= 4
        monkeypatch.undo()

    at_desk(home, state_url, check)


def test_what_goes_together_is_pure() -> None:
    """One plan per system; a row that two requests name is erased for one, then for the other."""
    wishes = [
        Erasure("shop", {"buyer": [(1,)]}, "a/1"),
        Erasure("shop", {"buyer": [(2,)]}, "b/1"),
        Erasure("shop", {"buyer": [(2,), (3,)]}, "c/1"),
        Erasure("mail", {"guest": [(2,)]}, "a/1"),
    ]
    assert [[w.case for w in g] for g in groups(wishes)] == [["a/1", "b/1"], ["c/1"], ["a/1"]]
    assert [len(g) for g in groups(wishes[:2], most=1)] == [1, 1]


def test_systems_are_asked_as_often_for_many_requests_as_for_few(
    home: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the plan to the end: 3 persons, then 23, each of whom leaves a bill that ends on a day
    of its own."""
    few, many = _few_and_many(home, state_url, monkeypatch)
    assert 0 < many <= few


def test_a_plan_for_each_request_is_seen(
    home: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: groups of one."""
    monkeypatch.setattr(erasing_together, "groups", lambda wishes: groups(wishes, most=1))
    monkeypatch.setattr(erasing_together, "GROUP", 1)
    few, many = _few_and_many(home, state_url, monkeypatch)
    assert many > 5 * few


def test_a_question_for_each_day_is_seen(
    home: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the days on which bills end are asked of the system."""

    def unreadable(*_: object) -> object:
        raise ends.Unreadable

    monkeypatch.setattr(staying_divided, "worked_out", unreadable)
    few, many = _few_and_many(home, state_url, monkeypatch)
    assert many > few + MANY


def _few_and_many(home: Path, state_url: str, patch: pytest.MonkeyPatch) -> tuple[int, int]:
    return (
        _statements(home, state_url, buyers(home, 100, FEW), patch),
        _statements(home, state_url, buyers(home, 200, MANY), patch),
    )


def _statements(
    home: Path, state_url: str, people: Sequence[Person], patch: pytest.MonkeyPatch
) -> int:
    """How many statements the systems were sent from the plan of these erasures to their end."""
    at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])
    with heard(patch) as said:
        for plan, _, _ in plans_of(at_desk(home, state_url, begun)):
            at_desk(home, state_url, lambda desk, plan=plan: _carried_out(desk, plan))  # type: ignore[misc]
        assert len(at_desk(home, state_url, ended)) == len(people)
    return len(said)


def _carried_out(desk: Desk, plan: str) -> None:
    state = desk.state
    for person in ("marc", "paul"):
        approve(state.store, state.ring, desk.declaration, plan, person=person, at=desk.now())
    carry_out(desk.office, desk.bench, plan)


def test_different_ends_are_asked_for_once_each() -> None:
    """Rows that end on one day are asked for together: five hundred of five days cost no more
    than five."""
    today = date(2027, 1, 1)
    asked_for = []

    def costs(many: int) -> int:
        last: dict[ends.Mark, date] = {
            (str(n),): today + timedelta(days=100 * (n % 5) + 7) for n in range(many)
        }
        rows_: ends.Rows = {mark: (n,) for n, mark in enumerate(last)}

        def asked_of(some: ends.Rows, day: date) -> ends.Rows:
            asked_for.append(day)
            return {mark: key for mark, key in some.items() if last[mark] > day}

        asked_for.clear()
        span = (today + timedelta(days=1), today + YEARS)
        assert staying_divided.firsts(span, rows_, asked_of) == last
        return len(asked_for)

    assert costs(500) == costs(5)


def test_the_command_says_plans_and_counts_and_nobody(home: Path, state_url: str) -> None:
    people = buyers(home, 100, 3)
    at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])
    said = avow("request", "erase", "--all", "--as", "claire").output
    assert "for 3 requests" in said
    assert "example.org" not in said
    plan = said.split()[1]
    carried_out(plan)
    assert (
        "3 erasures ended" in avow("request", "erase", "--all", "--finish", "--as", "claire").output
    )
    assert "name a REQUEST" in avow("request", "erase", "--as", "claire", expect=2).output


def test_what_stays_goes_with_the_record_of_its_request(home: Path, state_url: str) -> None:
    """Rows of what stays name a request, and are gone with it; those of the others stay."""
    people = buyers(home, 100, 2)
    requests = at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])
    at_desk(home, state_url, begun)
    with psycopg.connect(state_url) as owner:
        count = "SELECT request, count(*) FROM avow.request_stay GROUP BY 1"
        assert {r[0] for r in owner.execute(count)} == set(requests)
