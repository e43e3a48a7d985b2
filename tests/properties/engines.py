"""Random worlds in real databases, and the way that plans really take: counted, kept, applied.

Rows are read back by the drivers themselves, never through a connector.
"""

from __future__ import annotations

import dataclasses
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import psycopg
from psycopg.rows import dict_row

from avow.common.clock import SetClock
from avow.common.ids import new_id
from avow.declaration.model import Level
from avow.engine.db.store import Store
from avow.engine.planner import records
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.counting import Counting, count
from avow.engine.planner.ground import Ground
from avow.engine.planner.journal import Journal
from avow.engine.planner.keysets import KeySet, Roots
from avow.engine.planner.plan import Plan, PlanKind
from avow.engine.planner.program import Program
from avow.engine.planner.ramp import bounded
from avow.engine.planner.running import Running
from avow.engine.planner.trust import Standing
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.catalogue import Catalogue, ColumnKind
from avow.estate.datamap.reach import Row
from tests.carried import CARRIED
from tests.connectors import engines
from tests.connectors.world import Estate
from tests.faults.small import Facts
from tests.properties.oracle import Mark
from tests.properties.worlds import TODAY, World, copy, key_sets

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
T = TypeVar("T")
_DATASET = re.compile(r"d\d")
_STORED = {ColumnKind.INSTANT: datetime.fromisoformat, ColumnKind.DATE: date.fromisoformat}


@dataclass
class Real:
    """A world in a real database. `read` gives every row of a table; `prints` what of a row would
    change if anything wrote it, even with the same values."""

    world: World
    estate: Estate
    read: Callable[[str], list[Row]]
    prints: Callable[[str], dict[object, object]]
    run: Callable[[str], None]
    kind: str = ""

    @property
    def engine(self) -> str:
        """The word for what holds the world."""
        return self.kind or self.estate.system.connector

    def tables(self) -> dict[str, list[Row]]:
        """Every row of every table, as Python values, in order of the keys."""
        return {name: self.read(name) for name in self.world.rows}

    def marks(self) -> dict[Mark, object]:
        """The print of every row."""
        return {(n, key): mark for n in self.world.rows for key, mark in self.prints(n).items()}


def in_schema(value: T) -> T:
    """The same value with every dataset named as PostgreSQL does: `public.d0`."""
    return cast("T", _renamed(value))


def _renamed(value: Any) -> Any:  # noqa: ANN401 (whatever a world is made of)
    match value:
        case str() if _DATASET.fullmatch(value):
            return f"public.{value}"
        case str():
            return value
        case tuple() | list() | frozenset():
            return type(value)(map(_renamed, value))
        case Mapping():
            return {_renamed(k): _renamed(v) for k, v in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [f.name for f in dataclasses.fields(value) if f.init]
        return dataclasses.replace(value, **{f: _renamed(getattr(value, f)) for f in fields})
    return value


@contextmanager
def in_postgresql(url: str, world: World) -> Iterator[Real]:
    """The world in a PostgreSQL database, in place of whatever was there."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as owner:
        owner.execute("DROP SCHEMA public CASCADE")
        owner.execute("CREATE SCHEMA public")
        owner.execute("SET TimeZone = 'UTC'")
        estate = engines.in_postgresql(
            url, world.catalogue, cast("engines.Rows", copy(world.rows)), world.system
        )

        def read(table: str) -> list[Row]:
            found = owner.execute(f"SELECT * FROM {table} ORDER BY id".encode()).fetchall()
            return cast("list[Row]", found)

        def prints(table: str) -> dict[object, object]:
            text = f"SELECT id, xmin::text, md5(t::text) AS hash FROM {table} AS t"
            return {r["id"]: (r["xmin"], r["hash"]) for r in owner.execute(text.encode())}

        try:
            yield Real(world, estate, read, prints, lambda t: _ignored(owner.execute(t.encode())))
        finally:
            estate.close()


@contextmanager
def in_sqlite(path: Path, world: World) -> Iterator[Real]:
    """The world in a new SQLite file."""
    path.unlink(missing_ok=True)
    rows = cast("engines.Rows", copy(world.rows))
    estate = engines.in_sqlite(path, world.catalogue, rows, world.system)
    owner = sqlite3.connect(path, isolation_level=None)
    owner.row_factory = sqlite3.Row

    def read(table: str) -> list[Row]:
        found = owner.execute(f"SELECT * FROM {table} ORDER BY id")
        return [_python(world.catalogue, table, row) for row in found]

    def prints(table: str) -> dict[object, object]:
        found = owner.execute(f"SELECT * FROM {table}")
        return {row["id"]: tuple(row) for row in found}

    try:
        yield Real(world, estate, read, prints, lambda t: _ignored(owner.executescript(t)))
    finally:
        estate.close()
        owner.close()


def _ignored(result: object) -> None:
    del result


def _python(catalogue: Catalogue, table: str, row: sqlite3.Row) -> Row:
    kinds = {c.name: c.kind for c in catalogue.tables[table].columns}
    return {
        n: _STORED[kinds[n]](row[n]) if row[n] is not None and kinds[n] in _STORED else row[n]
        for n in row.keys()  # noqa: SIM118 (a row of sqlite3 iterates over its values)
    }


def facts(world: World) -> Facts:
    """What is known in a world, as key sets."""
    return Facts(
        {
            name: KeySet(name, name.split(".", 2)[2], tuple(found))
            for name, found in key_sets(world.known).items()
        }
    )


@dataclass(frozen=True)
class Way:
    """The way of a plan in a real database, with a real journal in `store`.

    `size` is the number of rows of a window and of persons of a chunk. `wrap` may put something
    between the worker and the system.
    """

    store: Store
    release: str
    size: int
    wrap: Callable[[Connection], Connection] = lambda connection: connection

    def plan(self, real: Real, program: Program, roots: Roots) -> Plan:
        """Count a program on a connection that only reads, bound it by its counts, and keep it."""
        CARRIED[real.engine] += 1
        known = facts(real.world)
        with closing(real.estate.read()) as connection:
            part = count(connection, Counting(program, known, roots=roots))
        kind = PlanKind.ERASURE if roots else PlanKind.SWEEP
        everyone = sum(len(keys) for keys in roots.values())
        plan = Plan(
            new_id("plan"), kind, "w", self.release, TODAY, (part,), "claire", persons=everyone
        )
        rules = {r for s in part.steps for r in s.step.rules or ("",)}
        plan = bounded(plan, {r: Standing("w", r, Level.AUTOMATIC) for r in rules})
        records.keep(self.store, plan, (), Level.AUTOMATIC, NOON)
        return records.read(self.store, plan.id).plan

    def journal(self, plan: Plan) -> Journal:
        """The journal of a plan."""
        return Journal(self.store, plan.id, "one", SetClock(NOON))

    def apply(self, real: Real, plan: Plan, roots: Roots) -> Running:
        """Apply a plan in windows, or chunks of persons, on a connection that writes."""
        with closing(real.estate.connector.connect(real.estate.system, Access.WRITE)) as opened:
            chunk = Chunk(self.size, self.size, self.size)
            known, journal = facts(real.world), self.journal(plan)
            ground = Ground(self.wrap(opened), journal, known, roots, windows=chunk, chunks=chunk)
            running = Running(plan, ground)
            running.run()
        return running

    def go(self, real: Real, program: Program, roots: Roots) -> Running:
        """Plan and apply."""
        return self.apply(real, self.plan(real, program, roots), roots)

    def again(self, real: Real, plan: Plan, roots: Roots) -> Running:
        """Apply the same plan as a new one, which has a journal of its own."""
        fresh = dataclasses.replace(plan, id=new_id("plan"))
        records.keep(self.store, fresh, (), Level.AUTOMATIC, NOON)
        return self.apply(real, fresh, roots)
