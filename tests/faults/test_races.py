"""What other connections do to a running plan on a real PostgreSQL: nothing is lost, nothing twice.

`test_apply_faults.py` imitates such faults on the estate in memory; here the server itself ends a
connection, and two workers really run at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest

from avow.declaration.model import Level
from avow.engine.db.store import Store
from avow.engine.planner import records
from avow.engine.planner.apply import apply
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.journal import owner_name
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import PlannerError
from avow.estate.connectors.base import Refused
from avow.estate.connectors.postgresql import Limits, PostgresqlConnector
from tests.faults.small import EXPECTED, Small
from tests.faults.test_apply_killed import Estate, postgresql

__all__ = ["postgresql"]

END_THEM = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'avow'
"""
OLD = "INSERT INTO visit (id, person_id, seen_on, page) VALUES ({}, 1, '2026-01-01', 'late')"


@pytest.fixture
def small(store: Store, postgresql: Estate) -> Small:
    """The small estate in PostgreSQL, ready to be approved, in windows of four rows."""
    made = Small(store, opener=postgresql.open, windows=Chunk(4, 4, 4))
    made.activate(postgresql.text)
    made.raise_to(Level.APPROVE)
    made.ramp_up()
    return made


def once(at: str, nth: int, act: Callable[[], None]) -> Callable[[str], None]:
    """Does something at the n-th time that a place of the journal is reached."""
    seen: list[str] = []

    def crash(place: str) -> None:
        seen.extend([place] if place == at else [])
        if place == at and len(seen) == nth:
            act()

    return crash


@pytest.mark.parametrize(
    ("place", "nth", "committed"),
    [("started", 1, 0), ("started", 2, 4), ("moved", 2, 4), ("committed", 1, 4), ("seated", 1, 0)],
)
def test_a_connection_that_the_server_ends_pauses_the_plan(
    small: Small, postgresql: Estate, place: str, nth: int, committed: int
) -> None:
    """Wherever it is lost, what was committed stays, the rest is undone, and another run ends it:
    15 rows, counted exactly."""
    plan = small.approved(small.plan())
    lost = replace(small, crash=once(place, nth, lambda: postgresql.run(END_THEM)))
    with pytest.raises(Refused, match="lost"):
        lost.apply(plan)
    assert records.read(small.runs, plan.id).status is Status.PAUSED
    assert len(postgresql.left()) == 60 - committed
    done = small.apply(plan)
    assert (done.status, done.rows, done.at_least) == (Status.DONE, 15, False)
    assert postgresql.left() == EXPECTED


def test_two_workers_at_once_move_every_row_once(
    small: Small, postgresql: Estate, state_url: str
) -> None:
    """They start at the same instant, each with connections of its own. Who comes second is told
    so, or finds the plan done; together they move 15 rows, and whoever asks again is told that."""
    plan = small.approved(small.plan())
    start, ends = threading.Barrier(2), list[str]()

    def work() -> None:
        with Store(state_url, largest=2) as own:
            mine = replace(small, runs=own, owner=owner_name())
            start.wait(10)
            try:
                ends.append(apply(mine.office(), mine.worker(), plan.id).status)
            except PlannerError as told:
                ends.append(told.code)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(30)
    assert len(ends) == 2
    assert set(ends) <= {Status.DONE, Status.PAUSED, "AV419"}
    assert postgresql.left() == EXPECTED
    done = small.apply(plan)
    assert (done.status, done.rows, done.at_least) == (Status.DONE, 15, False)


def test_a_row_that_comes_into_a_running_batch_waits_for_another_plan(
    small: Small, postgresql: Estate
) -> None:
    """A visit, overdue from its birth, is inserted between the last batch's deletion and its
    commit. No more than the approved 15 are moved, and the next plan takes the visit."""
    plan = small.approved(small.plan())
    late = replace(small, crash=once("moved", 4, lambda: postgresql.run(OLD.format(900))))
    assert late.apply(plan).rows == 15
    assert postgresql.left() == EXPECTED | {900}
    assert small.apply(small.approved(small.plan())).rows == 1
    assert postgresql.left() == EXPECTED


def test_a_row_that_comes_in_behind_the_window_is_left_alone(
    small: Small, postgresql: Estate
) -> None:
    """Its key lies before the windows that are still to come: this plan never sees it."""
    plan = small.approved(small.plan())
    late = replace(small, crash=once("committed", 1, lambda: postgresql.run(OLD.format(-1))))
    assert late.apply(plan).rows == 15
    assert postgresql.left() == EXPECTED | {-1}


def test_another_user_who_holds_a_row_is_waited_for_or_set_aside(
    small: Small, postgresql: Estate
) -> None:
    """A row that somebody keeps locked is blocked with its table; every other row goes."""
    plan = small.approved(small.plan())
    with psycopg.connect(small.system.url) as other:
        other.execute("SELECT * FROM visit WHERE id = 9 FOR UPDATE")
        done = quick(small).apply(plan)
    assert (done.status, done.rows) == (Status.BLOCKED, 14)
    assert postgresql.left() == EXPECTED | {9}
    assert small.apply(small.approved(small.plan())).rows == 1


def quick(small: Small) -> Small:
    """The same with connections that wait for a lock for 20 ms only."""
    return replace(small, opener=PostgresqlConnector(Limits(lock=20)).connect)
