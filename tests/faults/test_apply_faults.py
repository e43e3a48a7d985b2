"""What goes wrong around a batch: lost connections, a full disk, clocks, rivals, constraints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from avow.common.clock import SetClock
from avow.declaration.model import Level
from avow.engine.db.store import Row, Store, Transaction
from avow.engine.planner import records
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.journal import LEASE, owner_name
from avow.engine.planner.plan import Plan
from avow.engine.planner.program import Program
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.standings import standings
from avow.estate.connectors.base import Connection, Refused
from avow.estate.connectors.catalogue import Column, ColumnKind, ForeignKey, Table
from avow.estate.connectors.twin import TwinDatabase
from tests.faults.small import CATALOGUE, EXPECTED, NOON, Small, rows

FOURS = Chunk(4, 4, 4)


@pytest.fixture
def small(store: Store) -> Small:
    return Small(store, windows=FOURS)


@dataclass
class Losing:
    """A connection that is lost when the batch with this number wants to commit."""

    inner: Connection
    at: int
    batches: int = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever a connection has)
        return getattr(self.inner, name)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """One batch; the one with the number never commits."""
        self.batches += 1
        with self.inner.transaction() as batch:
            yield batch
            if self.batches == self.at:
                raise Refused("lost")


def test_a_lost_connection_pauses_and_another_run_ends_it(small: Small) -> None:
    plan = small.ready()
    small.wrap = lambda connection: Losing(connection, at=2)
    with pytest.raises(Refused, match="lost"):
        small.apply(plan)
    assert records.read(small.runs, plan.id).status is Status.PAUSED
    assert len(small.left()) == 60 - 4
    small.wrap = lambda connection: connection
    done = small.apply(plan)
    assert (done.rows, done.at_least, small.left()) == (15, False, EXPECTED)


@dataclass(frozen=True)
class Full:
    """Our database, whose disk is full when it is told that a chunk has ended."""

    inner: Store
    room: list[int]

    def run(self, name: str, **params: Any) -> list[Row]:  # noqa: ANN401
        """See `Runs.run`."""
        return self.inner.run(name, **params)

    def one(self, name: str, **params: Any) -> Row | None:  # noqa: ANN401
        """See `Runs.one`."""
        return self.inner.one(name, **params)

    def many(self, name: str, of: Iterable[Mapping[str, Any]]) -> int:
        """See `Runs.many`."""
        return self.inner.many(name, of)

    def copy(self, table: str, columns: Sequence[str], of: Iterable[Sequence[Any]]) -> None:
        """See `Runs.copy`."""
        self.inner.copy(table, columns, of)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A transaction of the journal: fails when there is no room left."""
        self.room[0] -= 1
        if self.room[0] < 0:
            raise psycopg.errors.DiskFull("no space left on device")
        with self.inner.transaction() as transaction:
            yield transaction


def test_a_full_disk_of_ours_stops_before_the_next_batch(small: Small, store: Store) -> None:
    """One batch is committed there and not here: it is counted as at least, and nothing is lost."""
    plan = small.ready()
    small.runs = Full(store, [1])
    with pytest.raises(psycopg.errors.DiskFull):
        small.apply(plan)
    assert len(small.left()) == 60 - 8
    small.runs = store
    done = small.apply(plan)
    assert (done.rows, done.at_least, small.left()) == (11, True, EXPECTED)


def test_a_clock_that_moves_back_neither_loses_nor_repeats(small: Small) -> None:
    plan = small.ready()
    clock = SetClock(NOON)
    small.clock = clock

    def back(place: str) -> None:
        if place == "committed":
            clock.move(timedelta(minutes=-20))

    small.crash = back
    assert small.apply(plan).rows == 15
    assert small.left() == EXPECTED


def test_a_second_worker_is_told_that_the_first_is_at_it(small: Small) -> None:
    plan = small.ready()
    refused: list[str] = []

    def rival(place: str) -> None:
        if place == "committed" and not refused:
            other = replace(small, owner="elsewhere/1/worker", crash=lambda _: None)
            with pytest.raises(PlannerError) as told:
                other.apply(plan)
            refused.append(told.value.code)

    small.crash = rival
    assert small.apply(plan).rows == 15
    assert (refused, small.left()) == (["AV419"], EXPECTED)


def test_a_worker_that_lost_its_lease_does_not_commit(small: Small) -> None:
    """The first worker sleeps longer than its lease inside a batch; the second has done it all."""
    plan = small.ready()
    first = replace(small, owner="elsewhere/1/worker", clock=SetClock(NOON))
    woken: list[int] = []

    def sleep(place: str) -> None:
        if place == "moved" and not woken:
            woken.append(1)
            second = replace(
                small, owner=owner_name(), clock=SetClock(NOON + LEASE), crash=lambda _: None
            )
            woken.append(second.apply(plan).rows)

    first.crash = sleep
    with pytest.raises(PlannerError) as lost:
        first.apply(plan)
    assert lost.value.code == "AV419"
    assert (woken, small.left()) == ([1, 15], EXPECTED)


@dataclass
class Guarding:
    """A connection to a database with a trigger: it refuses to lose these visits."""

    inner: Connection
    small: Small
    visits: frozenset[int]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever a connection has)
        return getattr(self.inner, name)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """One batch, refused by the trigger when a visit that it guards is gone."""
        with self.inner.transaction() as batch:
            yield batch
            left = {row["id"] for row in self.inner.tables["visit"]}  # type: ignore[attr-defined]
            if not self.visits <= left:
                raise Refused("constraint", "visit", "no_visit_may_go")


def guarded(small: Small, *visits: int) -> Plan:
    """An approved plan on a database that will refuse."""
    plan = small.ready()
    small.wrap = lambda connection: Guarding(connection, small, frozenset(visits))
    return plan


def test_what_a_constraint_refuses_stands_alone_and_the_others_go(small: Small) -> None:
    done = small.apply(guarded(small, 9, 21))
    assert (done.status, done.rows) == (Status.BLOCKED, 13)
    assert {(b.table, b.constraint) for b in done.blocked} == {("visit", "no_visit_may_go")}
    assert small.left() == EXPECTED | {9, 21}


def test_the_key_of_what_is_blocked_is_kept_encrypted(small: Small) -> None:
    plan = guarded(small, 9)
    small.apply(plan)
    found = small.runs.run("blocked_open", plan=plan.id)
    assert [small.ring.open(bytes(f["sealed_key"]), f["id"]) for f in found] == [b'["9"]']


def test_a_row_that_something_undeclared_came_to_point_to_becomes_a_shell(small: Small) -> None:
    """It may no longer go, and what was approved to go may be emptied instead."""
    number = Column("id", "integer", ColumnKind.INTEGER, nullable=False)
    bill = Table("bill", (number, Column("visit_id", "integer", ColumnKind.INTEGER)), ("id",))
    key = ForeignKey("bill_visit", "bill", ("visit_id",), "visit", ("id",))
    catalogue = replace(
        CATALOGUE,
        tables={**CATALOGUE.tables, "bill": bill},
        foreign_keys=(*CATALOGUE.foreign_keys, key),
    )
    small.database = TwinDatabase({**rows(), "bill": []}, catalogue)
    plan = small.ready()
    small.database.tables["bill"] = [{"id": 1, "visit_id": 9}]
    done = small.apply(plan)
    shell = next(row for row in small.database.tables["visit"] if row["id"] == 9)
    assert (done.rows, small.left(), shell["page"]) == (15, EXPECTED | {9}, None)


class Finding:
    """An independent reader that finds something wrong in the second batch."""

    def __init__(self) -> None:
        self.seen = 0

    def before(
        self, connection: Connection, program: Program, plan: str, place: int | None = None
    ) -> int:
        """How many persons there are."""
        del program, plan, place
        self.seen += 1
        return len(connection.catalogue().tables)

    def after(
        self, connection: Connection, program: Program, moved: Mapping[int, int], memory: object
    ) -> Sequence[str]:
        """Wrong in the second batch."""
        del connection, program, moved, memory
        return ["an orphan in `visit`"] if self.seen == 2 else []


def test_a_batch_in_which_the_check_finds_something_is_undone(small: Small) -> None:
    plan = small.ready()
    small.checker = Finding()
    with pytest.raises(PlannerError) as found:
        small.apply(plan)
    assert (found.value.code, len(small.left())) == ("AV418", 60 - 4)
    assert records.read(small.runs, plan.id).status is Status.PAUSED


def test_checked_batches_climb_the_ramp_and_unchecked_ones_do_not(small: Small) -> None:
    """The first plan moves ten; every batch of it was checked, so the next may move a thousand."""
    small.activate()
    small.raise_to(Level.APPROVE)
    checker = Finding()
    checker.seen = 100
    small.checker = checker
    small.apply(small.approved(small.plan()))
    assert standings(small.runs, "app")["visits"].ramp == 1
    assert not small.plan().is_cut
