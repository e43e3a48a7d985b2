"""On real databases the whole way of a plan does exactly what the three functions say.

AVOW_CASES gives another number of worlds for each test: 12 on every change, thousands at night.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from avow.engine.db.store import Store
from avow.engine.planner.keysets import persons, seat
from avow.engine.planner.lower import Lowering
from avow.engine.planner.program import Move, Program
from avow.engine.planner.refusals import Stopped
from avow.estate.connectors.base import Connection, Refused
from avow.estate.connectors.sqlite import TOO_DEEP, refusal
from avow.estate.datamap.reach import Row
from tests import postgres
from tests.faults.small import Small
from tests.properties import test_erasure, test_sweep
from tests.properties.engines import Real, Way, in_postgresql, in_schema, in_sqlite
from tests.properties.oracle import Oracle
from tests.properties.test_erasure import Roots, in_circles, requests
from tests.properties.worlds import QUICK, World, copy, worlds

CASES = int(os.environ.get("AVOW_CASES", "12"))
MANY = settings(
    QUICK, max_examples=CASES, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
Tables = dict[str, list[Row]]
Open = Callable[[World], AbstractContextManager[Real]]


@pytest.fixture(scope="module")
def one_database(postgres_server: Path) -> Iterator[str]:
    """A database that every world in PostgreSQL is built in."""
    with postgres.database(postgres_server) as url:
        yield url


@dataclass(frozen=True)
class Engine:
    """An engine: how a world is named in it, and how it is loaded."""

    named: Callable[[Any], Any]
    load: Open


@pytest.fixture(params=["postgresql", "sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """Either of the two."""
    if request.param == "sqlite":
        return Engine(lambda world: world, lambda w: in_sqlite(tmp_path / "w.db", w))
    url = request.getfixturevalue("one_database")
    return Engine(in_schema, lambda w: in_postgresql(url, w))


@pytest.fixture
def release(store: Store) -> str:
    """The digest of something that is in force, since a plan is of a release."""
    small = Small(store)
    small.activate()
    return str(store.run("activation_last")[0]["release"])


def untouched(before: Mapping[str, Sequence[Row]], after: Tables) -> set[tuple[str, object]]:
    """Rows that the specification leaves as they were."""
    old = {(n, r["id"]): r for n, table in before.items() for r in table}
    return {(n, r["id"]) for n, table in after.items() for r in table if old[n, r["id"]] == r}


def swept(world: World) -> Tables:
    """The whole database after a sweep, by the specification."""
    return Oracle(world, Lowering(test_sweep.judge(world), world.catalogue)).after()


def erased(world: World, roots: Roots, size: int, most: int | None = None) -> Tables:
    """The whole database after (at `most` so many of) these persons went `size` at a time."""
    everyone = persons(roots)[:most]
    for start in range(0, len(everyone), size):
        chunk: dict[str, list[tuple[object, ...]]] = {}
        for dataset, key in everyone[start : start + size]:
            chunk.setdefault(dataset, []).append(key)
        world = replace(world, rows=test_erasure.after(world, chunk))  # type: ignore[arg-type]
    return copy(world.rows)


@contextmanager
def readable(real: Real) -> Iterator[None]:
    """Leave out a world whose question an older SQLite cannot read: it says so and does nothing."""
    before = real.marks()
    try:
        yield
    except Refused as refusal:
        if refusal.constraint != TOO_DEEP or real.marks() != before:
            raise
        reject()


def test_a_question_too_deep_for_sqlite_is_told_as_such() -> None:
    """Not as a missing table, which is what SQLite's own code for it says too."""
    told = refusal(sqlite3.OperationalError("parser stack overflow"), "visit")
    assert (told.kind, told.table, told.constraint) == ("other", "visit", TOO_DEEP)


def proven(real: Real, way: Way, program: Program, roots: Roots, expected: Tables) -> None:
    """Plan and apply: the whole database is what is expected, rows that stay as they were have not
    been written at all, and applying once more changes nothing."""
    before, plan = real.marks(), way.plan(real, program, roots)
    blocked = way.apply(real, plan, roots).blocked
    assert (real.tables(), blocked) == (expected, [])
    alone, marks = untouched(real.world.rows, expected), real.marks()
    assert {m: marks[m] for m in alone} == {m: before[m] for m in alone}
    assert way.again(real, plan, roots).rows == 0
    assert real.marks() == marks


@MANY
@given(world=worlds(), size=st.sampled_from((1, 3, 50)))
def test_a_database_after_a_sweep_is_the_model(
    engine: Engine, store: Store, release: str, world: World, size: int
) -> None:
    """Counted, kept, applied in windows of so many rows: the specification, row for row."""
    world = engine.named(world)
    with engine.load(world) as real, readable(real):
        program = test_sweep.program(world)
        proven(real, Way(store, release, size), program, {}, swept(world))


@MANY
@given(case=requests())
def test_a_database_after_an_erasure_is_the_model(
    engine: Engine, store: Store, release: str, case: tuple[World, Roots]
) -> None:
    """Counted, kept, applied to all persons at once: the specification, row for row."""
    world, roots = engine.named(case)
    with engine.load(world) as real, readable(real):
        program = test_erasure.program(world, roots)
        proven(real, Way(store, release, 50), program, roots, erased(world, roots, 50))


@settings(MANY, max_examples=CASES // 2)
@given(case=in_circles())
def test_a_database_after_an_erasure_over_circles_is_the_model(
    engine: Engine, store: Store, release: str, case: tuple[World, Roots]
) -> None:
    """The same where rows own rows of their own kind and datasets own each other in rings."""
    world, roots = engine.named(case)
    with engine.load(world) as real, readable(real):
        program = test_erasure.program(world, roots)
        proven(real, Way(store, release, 50), program, roots, erased(world, roots, 50))


@settings(QUICK, max_examples=60)
@given(case=requests())
def test_what_is_counted_of_an_erasure_is_what_goes(case: tuple[World, Roots]) -> None:
    """The plan's counts of rows to be deleted, dataset by dataset, are the specification's: also
    where a minimum stands on an empty cell, and where rows go along with the row they date."""
    world, roots = case
    _, connection = test_sweep.opened(world)
    program = test_erasure.program(world, roots)
    seat(connection, program, roots)
    counted = {
        step.dataset: connection.count(step.dataset, step.counted)
        for step in program.steps
        if step.move is Move.DELETE and step.counted is not None
    }
    after = test_erasure.after(world, roots)
    gone = {name: len(rows) - len(after[name]) for name, rows in world.rows.items()}
    assert {n: c for n, c in counted.items() if c} == {n: g for n, g in gone.items() if g}


def in_chunks(real: Real, way: Way, program: Program, roots: Roots, size: int) -> None:
    """Plan and apply: what was committed is what the specification says of so many persons, chunk
    after chunk, also where more than was approved would have been moved and the plan stopped.

    A row that must be retained loses the link of the one who goes first while the other is still
    there; counted for both together, that is a move that nobody approved.
    """
    plan = way.plan(real, program, roots)
    gone = len(persons(roots))
    try:
        blocked = way.apply(real, plan, roots).blocked
    except Stopped as stopped:
        gone = way.journal(plan).counted(0)["persons"] if stopped.code == "AV417" else -1
        blocked = []
    assert (blocked, gone >= 0) == ([], True)
    assert real.tables() == erased(real.world, roots, size, gone)


@MANY
@given(case=requests(), size=st.sampled_from((1, 2)))
def test_persons_go_in_chunks_as_the_specification_says(
    engine: Engine, store: Store, release: str, case: tuple[World, Roots], size: int
) -> None:
    """One or two persons per transaction: erased one after the other."""
    world, roots = engine.named(case)
    with engine.load(world) as real, readable(real):
        program = test_erasure.program(world, roots)
        in_chunks(real, Way(store, release, size), program, roots, size)


ONE_AT_A_TIME = """
CREATE FUNCTION one_at_a_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM gone) > 1 THEN RAISE EXCEPTION 'one at a time'; END IF;
  RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER one AFTER DELETE ON {0} REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION one_at_a_time();
"""


@settings(MANY, max_examples=CASES // 2)
@given(world=worlds())
def test_windows_that_a_trigger_refuses_are_halved_to_the_same_end(
    one_database: str, store: Store, release: str, world: World
) -> None:
    """A trigger of the database lets one row go at a time: the end is the specification's.

    Rows that go along with others are left out: they share the transaction of the row they date.
    """
    world = in_schema(world)
    program = test_sweep.program(world)
    along = {each.edge.child for step in program.steps for each in step.along}
    with in_postgresql(one_database, world) as real:
        real.run(ONE_AT_A_TIME + "".join(TRIGGER.format(n) for n in world.rows if n not in along))
        running = Way(store, release, 4).go(real, program, {})
        assert (real.tables(), running.blocked) == (swept(world), [])


@dataclass
class Alone:
    """A system that refuses to lose more than one person in one transaction."""

    inner: Connection
    roots: Mapping[str, str]
    refused: int = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever a connection has)
        return getattr(self.inner, name)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """One batch, refused at its end when its key sets name two persons."""
        with self.inner.transaction() as batch:
            yield batch
            if sum(len(self.inner.keys(keys)) for keys in self.roots.values()) > 1:
                self.refused += 1
                raise Refused("constraint", "somewhere", "one_person")


@settings(MANY, max_examples=CASES // 2)
@given(case=requests())
def test_persons_refused_together_go_one_by_one(
    engine: Engine, store: Store, release: str, case: tuple[World, Roots]
) -> None:
    """A chunk that is refused is undone whole and halved until every person stands alone."""
    world, roots = engine.named(case)
    program = test_erasure.program(world, roots)

    def alone(connection: Connection) -> Connection:
        return Alone(connection, program.roots)

    with engine.load(world) as real, readable(real):
        in_chunks(real, Way(store, release, 8, alone), program, roots, 1)
