"""Killed between any two transactions of erasures of many requests, and run again: the end is the
same, there is no second plan, and each request ends exactly once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from avow.duties.requests.acting import erasing_together as duty
from avow.duties.requests.acting.erasing import Hands
from avow.duties.requests.acting.erasing_together import begin_all, finish_all
from avow.engine.evidence.verify import verify_ledger
from avow.engine.planner.apply import Office, Worker, apply
from avow.engine.planner.approve import approve
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.erasing_together import Counted, keep_together
from avow.engine.planner.ground import Ground
from avow.engine.planner.journal import Journal
from avow.engine.planner.making import Made
from avow.engine.planner.plan import Plan
from avow.estate.connectors.base import Connection
from avow.faces.cli.desk import Desk
from avow.faces.cli.request.erase_command import hands_of
from tests.faults.killed import killed_at
from tests.unit.test_erasing import asked, at_desk
from tests.unit.test_erasing_together import buyers
from tests.unit.test_request_erasure import home as home  # noqa: PLC0414 (a fixture)
from tests.unit.test_request_erasure import rows

Crash = Callable[[str], None]
MANY = 5
PLACES = (
    ("begin", "suppressed", 1),
    ("begin", "counted", 1),
    ("begin", "planned", 1),
    ("begin", "committed", 1),
    ("apply", "started", 2),
    ("apply", "moved", 2),
    ("apply", "committed", 2),
    ("apply", "ended", 1),
    ("finish", "told", 2),
    ("finish", "ended", 2),
)
"""Every place between two transactions of ours, and those of the chunks in the middle of a plan."""


def begin(desk: Desk, crash: Crash) -> None:
    """Plan them all."""
    hands: Hands = replace(hands_of(desk), crash=crash)
    begin_all(hands, by="claire", at=desk.now())


def carry_out(desk: Desk, crash: Crash) -> None:
    """Approve every plan that waits and apply it, two persons in a chunk."""
    worker, office, state = desk.bench.worker(), desk.office, desk.state

    def ground(plan: Plan, connection: Connection, journal: Journal) -> Ground:
        whole = worker.ground(plan, connection, journal)
        return replace(whole, crash=crash, chunks=Chunk(2, 2, 2))

    mine = Worker(worker.connect, ground, worker.journal)
    for row in state.store.run("plans", status=None, system=None, most=50):
        for person in ("marc", "paul") if row["status"] == "waiting" else ():
            approve(state.store, state.ring, desk.declaration, row["id"], person=person,
                    at=desk.now())  # fmt: skip
        if row["status"] in ("waiting", "running", "paused"):
            apply(office, mine, row["id"])


def finish(desk: Desk, crash: Crash) -> None:
    """End them all."""
    hands: Hands = replace(hands_of(desk), crash=crash)
    finish_all(hands, by="claire", at=desk.now())


PHASES: dict[str, Callable[[Desk, Crash], None]] = {
    "begin": begin, "apply": carry_out, "finish": finish,
}  # fmt: skip


@pytest.mark.parametrize(("phase", "place", "nth"), PLACES)
def test_killed_anywhere_and_run_again_each_ends_once(
    home: Path, state_url: str, phase: str, place: str, nth: int
) -> None:
    """Five buyers, each with a question; killed once, then everything is called again."""
    people = buyers(home, 100, MANY, bills=False)
    requests = at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])
    for name, work in PHASES.items():
        if name == phase:
            assert killed_at(place, nth, _at(home, state_url, work)), "it came there"
        _at(home, state_url, work)(lambda _: None)
    assert [r[0] for r in rows(home, "buyer")] == [1, 2, 3, 4]
    assert [r[0] for r in rows(home, "question")] == [1, 2, 3, 4]
    with psycopg.connect(state_url) as owner:
        plans = owner.execute("SELECT id, status FROM avow.plan").fetchall()
        assert [status for _, status in plans] == ["done"], "one plan, and none that died"
        for step in ("begun", "done"):
            found = owner.execute(
                "SELECT request, count(*) FROM avow.request_step"
                " WHERE convert_from(step, 'UTF8') LIKE %s GROUP BY 1",
                [f'%%"step":"{step}"%%'],
            ).fetchall()
            assert dict(found) == dict.fromkeys(requests, 1), step
        erased = "SELECT count(*) FROM avow.suppression WHERE reason = 'erased'"
        assert owner.execute(erased).fetchone() == (MANY,)
        moved = owner.execute("SELECT sum(rows) FROM avow.journal_step").fetchone()
        assert moved is not None
        assert moved[0] <= 2 * MANY, "nothing was erased twice"
    at_desk(home, state_url, _is_whole)


def _is_whole(desk: Desk) -> None:
    """The chain holds, and has every step of the requests and the plan once."""
    ledger = desk.state.ledger
    assert verify_ledger(ledger).broken_at is None
    told = [row for row in ledger.entries() if row["kind"] == "request-step"]
    with desk.state.store.outside() as owner:
        (steps,) = owner.execute("SELECT count(*) AS many FROM avow.request_step").fetchall()
    assert len(told) == steps["many"]
    assert sum(row["kind"] == "plan-made" for row in ledger.entries()) == 1


def _at(home: Path, state_url: str, work: Callable[[Desk, Crash], None]) -> Callable[[Crash], None]:
    return lambda crash: at_desk(home, state_url, lambda desk: work(desk, crash))


def test_the_crash_is_real(home: Path, state_url: str) -> None:
    """Planted: a place that is never reached kills nothing, and the child does all of it."""
    people = buyers(home, 100, 2, bills=False)
    at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])
    assert not killed_at("no such place", 1, _at(home, state_url, begin))
    with psycopg.connect(state_url) as owner:
        assert owner.execute("SELECT count(*) FROM avow.plan").fetchone() == (1,)


def test_a_plan_without_its_steps_would_be_seen(
    home: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the steps of the requests are not in the transaction of the plan. The process dies
    between the two, and the next one makes a second plan."""
    people = buyers(home, 100, 2, bills=False)
    at_desk(home, state_url, lambda desk: [asked(desk, p) for p in people])
    kept = keep_together

    def first(desk: Desk) -> None:
        def alone(office: Office, counted: Counted, at: datetime) -> Made:
            made = kept(replace(office, runs=desk.state.store), counted, at)
            raise KeyboardInterrupt(made.plan.id)

        monkeypatch.setattr(duty, "keep_together", alone)
        with pytest.raises(KeyboardInterrupt):
            begin(desk, lambda _: None)
        monkeypatch.setattr(duty, "keep_together", kept)

    at_desk(home, state_url, first)
    at_desk(home, state_url, lambda desk: begin(desk, lambda _: None))
    with psycopg.connect(state_url) as owner:
        assert owner.execute("SELECT count(*) FROM avow.plan").fetchone() == (2,)
