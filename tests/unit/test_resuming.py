"""Erasures that a hold had stopped go on together when it is released, each as it would alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from avow.duties.requests.acting import resuming
from avow.duties.requests.acting.erasing import Left, left, parts
from avow.duties.requests.acting.erasing_together import plans_of
from avow.duties.requests.acting.resuming import GOES_ON, Resumed, resume
from avow.duties.requests.book import Person, noted, read
from avow.duties.requests.telling.letters import draft
from avow.duties.requests.words import ItemState
from avow.engine.facts.standing import HOLD, Noting, close_all, note_all, row
from avow.engine.planner.approve import approve
from avow.engine.planner.erasing_together import groups
from avow.engine.planner.working import carry_out
from avow.faces.cli.desk import Desk
from avow.faces.cli.request.erase_command import hands_of
from tests.faults.killed import killed_at
from tests.heard import heard
from tests.unit.test_erasing import asked, at_desk
from tests.unit.test_erasing_together import begun, buyers, ended
from tests.unit.test_request_erasure import home as home  # noqa: PLC0414 (a fixture)
from tests.unit.test_request_erasure import rows

FEW, MANY = 4, 40
Held = dict[str, tuple[str, ...]]
"""The holds on the rows of each request."""


def held(home: Path, state_url: str, people: Sequence[Person]) -> Held:
    """Erasures that ended and moved nothing: everybody's buyer and question are held. Each was
    written a letter that says what stays."""

    def carried(desk: Desk) -> Held:
        facts, book = {}, desk.book
        for person in people:
            number = int(person.email[1:].partition("@")[0])
            notings = [Noting(HOLD, row("shop", d, (number,))) for d in ("buyer", "question")]
            facts[asked(desk, person)] = note_all(book.runs, book.ring, notings, at=desk.now())
        for plan, _, _ in plans_of(begun(desk)):
            carry(desk, plan)
        assert set(ended(desk)) == set(facts)
        for request in facts:
            draft(book, request, 1, by="claire", at=desk.now())
        return facts

    return at_desk(home, state_url, carried)


def carry(desk: Desk, plan: str) -> None:
    state = desk.state
    for person in ("marc", "paul"):
        approve(state.store, state.ring, desk.declaration, plan, person=person, at=desk.now())
    carry_out(desk.office, desk.bench, plan)


def release(desk: Desk, facts: Sequence[tuple[str, ...]]) -> None:
    close_all(desk.book.runs, [fact for each in facts for fact in each], desk.now())


def resumed(desk: Desk, crash: Callable[[str], object] = lambda _: None) -> Resumed:
    return resume(replace(hands_of(desk), crash=crash), by="avow", at=desk.now())


def test_released_at_once_they_go_in_one_plan_and_each_stays_told(
    home: Path, state_url: str
) -> None:
    """Five of whom a bill stays by law until another day each; one is held still."""
    facts = held(home, state_url, buyers(home, 100, 6))
    *free, still = facts

    def goes_on(desk: Desk) -> None:
        release(desk, [facts[request] for request in free])
        done = resumed(desk)
        (plan,) = done.planned
        assert (done.going, done.staying, done.missed) == (5, 1, 0)
        assert {p.plan for r in free for p in parts(desk.book, r, 1)} == {plan}
        assert plan not in {p.plan for p in parts(desk.book, still, 1)}
        ends = set()
        for request in free:
            (bill,) = _bills(desk, request)
            assert (bill.why, bill.clauses, bill.rows) == ("legal minimum", ("3.a",), 1)
            ends.add(bill.until)
            assert read(desk.book, request).items[1].state is ItemState.DONE
        assert len(ends) == 5, "each their own day"
        assert noted(desk.book, list(facts), f"{GOES_ON}.shop") == set(free)
        assert resumed(desk) == Resumed((), 0, 1, 0), "it waits already"
        carry(desk, plan)
        assert resumed(desk) == Resumed((), 0, 1, 0), "nothing more of them can go"

    at_desk(home, state_url, goes_on)
    assert [r[0] for r in rows(home, "buyer") if r[2] == "-"] == [100, 101, 102, 103, 104]
    assert [r[0] for r in rows(home, "question")] == [1, 2, 3, 4, 105]
    assert len(rows(home, "bill")) == 1 + 6
    assert _untold(state_url) == [], "what the law keeps was told before"


def _bills(desk: Desk, request: str) -> list[Left]:
    return [each for each in left(desk.book, request, 1) if each.dataset == "bill"]


def _untold(state_url: str) -> list[tuple[object, ...]]:
    """What stays of a request by its newest plan and is in no letter of that request."""
    with psycopg.connect(state_url) as owner:
        return owner.execute(
            "SELECT s.plan, s.number FROM avow.request_stay s JOIN avow.request_erasure e"
            " ON (e.plan, e.request, e.item) = (s.plan, s.request, s.item) WHERE NOT EXISTS"
            " (SELECT 1 FROM avow.outcome_stay t JOIN avow.outcome_letter l ON l.answer = t.answer"
            "  WHERE (t.plan, t.number) = (s.plan, s.number) AND l.request = s.request)"
        ).fetchall()  # fmt: skip


def test_one_released_alone_goes_alone(home: Path, state_url: str) -> None:
    facts = held(home, state_url, buyers(home, 100, 3, bills=False))
    first = next(iter(facts))

    def goes_on(desk: Desk) -> None:
        release(desk, [facts[first]])
        done = resumed(desk)
        assert (len(done.planned), done.going, done.staying) == (1, 1, 2)
        carry(desk, done.planned[0])

    at_desk(home, state_url, goes_on)
    assert [r[0] for r in rows(home, "buyer") if r[0] >= 100] == [101, 102]
    assert _untold(state_url) == []


def test_systems_are_asked_as_often_for_forty_as_for_four(
    home: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = _few_and_many(home, state_url, monkeypatch)
    assert 0 < many <= few


def test_a_plan_for_each_is_seen(
    home: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: groups of one."""
    monkeypatch.setattr(resuming, "groups", lambda wishes: groups(wishes, most=1))
    few, many = _few_and_many(home, state_url, monkeypatch)
    assert many > 5 * few


def _few_and_many(home: Path, state_url: str, patch: pytest.MonkeyPatch) -> tuple[int, int]:
    return (
        _statements(home, state_url, buyers(home, 100, FEW), patch),
        _statements(home, state_url, buyers(home, 200, MANY), patch),
    )


def _statements(
    home: Path, state_url: str, people: Sequence[Person], patch: pytest.MonkeyPatch
) -> int:
    """How many statements the systems are sent when the holds on all of them end, until they are
    gone."""
    facts = held(home, state_url, people)

    def goes_on(desk: Desk) -> None:
        release(desk, list(facts.values()))
        done = resumed(desk)
        assert done.going == len(people)
        for plan in done.planned:
            carry(desk, plan)

    with heard(patch) as said:
        at_desk(home, state_url, goes_on)
    return len(said)


@pytest.mark.parametrize("place", ["counted", "planned", "committed"])
def test_killed_anywhere_and_called_again_there_is_one_plan(
    home: Path, state_url: str, place: str
) -> None:
    facts = held(home, state_url, buyers(home, 100, 4, bills=False))
    at_desk(home, state_url, lambda desk: release(desk, list(facts.values())))

    def once(crash: Callable[[str], None]) -> None:
        at_desk(home, state_url, lambda desk: resumed(desk, crash))

    assert killed_at(place, 1, once)

    def again(desk: Desk) -> None:
        resumed(desk)
        (plan,) = {p.plan for r in facts for p in parts(desk.book, r, 1)}
        carry(desk, str(plan))

    at_desk(home, state_url, again)
    assert [r[0] for r in rows(home, "buyer")] == [1, 2, 3, 4]
    with psycopg.connect(state_url) as owner:
        plans = "SELECT status, count(*) FROM avow.plan GROUP BY 1"
        assert owner.execute(plans).fetchall() == [("done", 2)], "the one that was held, and this"
        steps = owner.execute(
            "SELECT count(*) FROM avow.request_step WHERE convert_from(step, 'UTF8') LIKE %s",
            [f"%{GOES_ON}%"],
        ).fetchone()
        assert steps == (4,), "each is noted once"
