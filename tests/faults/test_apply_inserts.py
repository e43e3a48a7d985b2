"""A row that is inserted while a batch runs, on a real PostgreSQL: it waits, and is refused."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest

from avow.engine.db.store import Store
from avow.engine.planner.keysets import Roots
from avow.engine.planner.records import Status
from tests.faults.small import Small
from tests.faults.test_apply_killed import Estate, postgresql

ROOTS: Roots = {"public.person": [(3,), (4,)]}
INSERT = "INSERT INTO visit (id, person_id, seen_on, page) VALUES (900, 3, '2026-05-01', 'new')"

__all__ = ["postgresql"]


@pytest.fixture
def small(store: Store, postgresql: Estate) -> Small:
    made = Small(store, opener=postgresql.open, roots=ROOTS)
    made.activate(postgresql.text)
    return made


def inserting(run: Callable[[], None], told: list[str]) -> threading.Thread:
    """Another user's insert, and what becomes of it."""

    def work() -> None:
        try:
            run()
        except psycopg.errors.ForeignKeyViolation:
            told.append("refused")
        else:
            told.append("inserted")

    return threading.Thread(target=work)


def test_an_insert_below_a_locked_person_waits_and_is_refused(
    small: Small, postgresql: Estate
) -> None:
    """The person is locked before the visits are looked for, so the batch need not be repeated."""
    plan = small.erasing()
    told: list[str] = []
    other = inserting(lambda: postgresql.run(INSERT), told)

    def crash(place: str) -> None:
        if place == "moved":
            other.start()
            time.sleep(0.3)
            told.append("committed")

    done = replace(small, crash=crash).apply(plan)
    other.join(10)
    assert (done.status, done.rows) == (Status.DONE, 6)
    assert told == ["committed", "refused"]
    assert 900 not in postgresql.left()


def test_without_the_batch_the_same_insert_goes_through(postgresql: Estate) -> None:
    """Planted: it is the batch that refuses it, not the statement."""
    told: list[str] = []
    other = inserting(lambda: postgresql.run(INSERT), told)
    other.start()
    other.join(10)
    assert told == ["inserted"]
