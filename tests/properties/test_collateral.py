"""Rows of others that an erasure changes are exactly those that its plan showed, and no row more.

A reader that shares nothing with us takes the hash of every row of every table, before and after,
also of tables that no map declares. Three faults are planted that must turn this red.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings

from avow.declaration.model import InForce
from avow.engine.db.store import Store
from avow.engine.planner.keysets import Held, seat
from avow.engine.planner.plan import Plan
from avow.engine.planner.preflight import rows_of
from avow.engine.planner.program import Move
from avow.estate.connectors.base import Batch, Connection, Window
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.edges import edges
from avow.estate.datamap.model import Dataset, Field, Link, LinkWord, System
from avow.estate.datamap.predicates import Equal, Predicate, any_of
from avow.estate.datamap.reach import applies, pointer
from tests import mariadb
from tests.faults.small import Small
from tests.properties import test_erasure, test_sweep
from tests.properties.collateral import (
    Difference,
    Look,
    Place,
    difference,
    of_mariadb,
    of_postgresql,
    of_sqlite,
)
from tests.properties.engines import Real, Way, facts, in_postgresql, in_schema, in_sqlite
from tests.properties.test_erasure import Owners, Roots, in_circles, requests
from tests.properties.test_on_mariadb import loaded
from tests.properties.test_on_real_engines import (
    one_database,  # noqa: F401 (a fixture)
    readable,
)
from tests.properties.worlds import QUICK, ZONE, World, cases, table_of, worlds

MANY = settings(
    QUICK, max_examples=cases(6), suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass(frozen=True)
class Engine:
    """An engine: how worlds are named in it, how one is loaded, and how all its rows are seen."""

    name: str
    named: Callable[[Any], Any]
    load: Callable[[World], AbstractContextManager[Real]]
    look: Look


@pytest.fixture(params=["postgresql", "sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Each of the databases."""
    match request.param:
        case "postgresql":
            url = request.getfixturevalue("one_database")
            load = partial(in_postgresql, url)
            yield Engine("postgresql", in_schema, load, partial(of_postgresql, url))
        case "sqlite":
            path = tmp_path / "w.db"
            yield Engine("sqlite", same, partial(in_sqlite, path), partial(of_sqlite, path))
        case _:
            place = request.getfixturevalue("mariadb_server")
            with mariadb.database(place) as name:
                look = partial(of_mariadb, place, name)
                yield Engine("mariadb", same, partial(loaded, place, name), look)


def same(world: Any) -> Any:  # noqa: ANN401 (a world, or a world and its persons)
    """Names as they are."""
    return world


@pytest.fixture
def release(store: Store) -> str:
    """The digest of something that is in force, since a plan is of a release."""
    small = Small(store)
    small.activate()
    return str(store.run("activation_last")[0]["release"])


@dataclass(frozen=True)
class Shown:
    """The rows that a plan shows, by what it says becomes of them."""

    gone: frozenset[Place]
    changed: frozenset[Place]


def shown(real: Real, plan: Plan, roots: Roots) -> Shown:
    """The rows of a plan's steps, fetched before anything moves; as many as it counted."""
    rows: dict[bool, set[Place]] = {True: set(), False: set()}
    (part,) = plan.parts
    with closing(real.estate.read()) as connection:
        Held(connection, facts(real.world), {}).refresh(part.program)
        seat(connection, part.program, roots)
        for each in part.steps:
            name = each.step.dataset
            found = list(connection.fetch(name, rows_of(each.step), ("id",)))
            assert len(found) == each.measure.rows
            rows[each.step.move is Move.DELETE] |= {(name, tuple(key)) for key in found}
    return Shown(frozenset(rows[True]), frozenset(rows[False] - rows[True]))


UNDECLARED = (
    "CREATE TABLE aside (id integer PRIMARY KEY, who integer, note varchar(20))",
    "INSERT INTO aside VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c')",
    "CREATE TABLE heap (who integer, note varchar(20))",
    "INSERT INTO heap VALUES (1, 'a'), (1, 'a'), (2, 'b')",
)
"""Tables that no map names, one of them without a key."""


@contextmanager
def filled(engine: Engine, world: World) -> Iterator[Real]:
    """A world with tables beside it that no map names."""
    with engine.load(world) as real:
        for text in ("DROP TABLE IF EXISTS aside", "DROP TABLE IF EXISTS heap", *UNDECLARED):
            real.run(text)
        with readable(real):
            yield real


@MANY
@given(case=requests())
def test_rows_of_others_change_exactly_as_the_plan_showed(
    engine: Engine, store: Store, release: str, case: tuple[World, Roots]
) -> None:
    """All persons of a request at once: of every row in the database, those that are gone are those
    that were shown to go, those that are changed were shown to change, and none came. What changed
    of others spoke of a person who goes, or pointed to a row that goes."""
    exactly(engine, Way(store, release, 50), *engine.named(case))


@settings(MANY, max_examples=cases(3))
@given(case=in_circles())
def test_so_they_do_over_circles(
    engine: Engine, store: Store, release: str, case: tuple[World, Roots]
) -> None:
    """The same where rows own rows of their own kind and datasets own each other in rings."""
    exactly(engine, Way(store, release, 50), *engine.named(case))


def exactly(engine: Engine, way: Way, world: World, roots: Roots) -> None:
    """Plan, look, apply, look again."""
    with filled(engine, world) as real:
        plan = way.plan(real, test_erasure.program(world, roots), roots)
        expected, before = shown(real, plan, roots), engine.look()
        assert way.apply(real, plan, roots).blocked == []
        found = difference(before, engine.look())
        assert wrong(expected, found) == []
        assert unexplained(world, roots, found) == []


def wrong(expected: Shown, found: Difference) -> list[tuple[str, Place]]:
    """Every row that is not as the plan showed it would be."""
    return [
        *(("gone and not shown", place) for place in found.gone - expected.gone),
        *(("shown to go and there", place) for place in expected.gone - found.gone),
        *(("changed and not shown", place) for place in found.changed - expected.changed),
        *(("shown to change and as before", place) for place in expected.changed - found.changed),
        *(("new", place) for place in found.came),
    ]


def unexplained(world: World, roots: Roots, found: Difference) -> list[Place]:
    """Rows of others that went, or that changed though they neither spoke of a leaver nor pointed
    to a row that went: by ownership as the specification has it, and not by the plan."""
    owners = Owners(world, roots)
    mine = owners.mine()
    gone = {(name, key[0]) for name, key in found.gone}
    strangers = [(n, k[0]) for n, k in found.changed if (n, k[0]) not in mine | owners.reached]
    return [
        *((name, (key,)) for name, key in gone - mine),
        *((name, (key,)) for name, key in strangers if not _pointed(world, (name, key), gone)),
    ]


def _pointed(world: World, mark: tuple[str, object], gone: set[tuple[str, object]]) -> bool:
    """Whether a row pointed to one that went."""
    name, key = mark
    (row,) = (r for r in world.rows[name] if r["id"] == key)
    return any(
        applies(edge, row)
        and (target := pointer(edge, row, edge.child_fields)) is not None
        and (edge.parent, target[0]) in gone
        for edge in edges(world.system)
        if edge.child == name
    )


@settings(MANY, max_examples=cases(3))
@given(world=worlds())
def test_a_sweep_changes_exactly_the_rows_that_it_showed(
    engine: Engine, store: Store, release: str, world: World
) -> None:
    """In windows of three rows; nothing else in the database is another than before."""
    world, way = engine.named(world), Way(store, release, 3)
    with filled(engine, world) as real:
        plan = way.plan(real, test_sweep.program(world), {})
        expected, before = shown(real, plan, {}), engine.look()
        assert way.apply(real, plan, {}).blocked == []
        assert wrong(expected, difference(before, engine.look())) == []


# --- faults that must turn it red ---------------------------------------------------------------


def town(engine: Engine) -> World:
    """Persons 1 to 3, each with a letter in `d1` and a paper in `d2`; paper 2 is of 1 and 2."""
    links = (Link(LinkWord.OWNED_BY, "d0", ("p0",), of="link0"),)
    both = (*links, Link(LinkWord.OWNED_BY, "d0", ("p1",), of="link1"))
    fields = (Field("email", "mail"),)
    datasets = (
        Dataset("d0", key=("id",), subject="kind0", fields=fields, rest="rest", zone=ZONE),
        Dataset("d1", key=("id",), links=links, fields=fields, rest="rest", zone=ZONE),
        Dataset("d2", key=("id",), links=both, fields=fields, rest="rest", zone=ZONE),
    )
    system = System("w", "memory", zone=ZONE, datasets={d.name: d for d in datasets})
    tables = {d.name: table_of(d) for d in datasets}
    pointers = {"d0": {}, "d1": {"p0": None}, "d2": {"p0": None, "p1": None}}
    empty = dict.fromkeys(c.name for c in tables["d0"].columns) | {"note": "n"}
    rows: dict[str, list[dict[str, object]]] = {
        name: [empty | {"id": n} | dict.fromkeys(found, n) for n in (1, 2, 3)]
        for name, found in pointers.items()
    }
    rows["d2"][1]["p1"] = 1
    world = World(system, Catalogue(tables), rows, InForce(zone=ZONE), {})
    return cast("World", engine.named(world))


@dataclass
class Wide:
    """A system that moves one row of a stranger more than was asked, and says it did not."""

    inner: Connection

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever a connection has)
        return getattr(self.inner, name)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """One batch whose deletions in `d1` are too wide by one row."""
        with self.inner.transaction() as batch:
            yield WideBatch(batch)


@dataclass
class WideBatch:
    """Its batch."""

    inner: Batch

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever a batch has)
        return getattr(self.inner, name)

    def remove(self, dataset: str, where: Predicate, window: Window | None = None) -> int:
        """Row 3 goes too."""
        if not dataset.endswith("d1"):
            return self.inner.remove(dataset, where, window)
        return self.inner.remove(dataset, any_of([where, Equal("id", "3")]), window) - 1


def trigger(engine: Engine) -> tuple[str, ...]:
    """Whoever deletes a letter changes paper 3."""
    does = "UPDATE d2 SET note = 'x' WHERE id = 3;"
    if engine.name == "postgresql":
        return (
            (
                "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {does} RETURN OLD; END $$"
            ),
            "CREATE TRIGGER t AFTER DELETE ON d1 FOR EACH ROW EXECUTE FUNCTION touch()",
        )
    return (f"CREATE TRIGGER t AFTER DELETE ON d1 FOR EACH ROW BEGIN {does} END",)


CASCADE = (
    (
        "CREATE TABLE hung (id integer PRIMARY KEY, of_whom integer, d0_id integer,"
        " FOREIGN KEY (d0_id) REFERENCES d0 (id) ON DELETE CASCADE)"
    ),
    "INSERT INTO hung VALUES (7, 3, 1), (8, 3, 2)",
)
"""Rows of person 3 that the database itself removes with whoever they name."""


def erased_one(
    engine: Engine, way: Way, planted: Sequence[str] = ()
) -> list[tuple[str, str, tuple[object, ...]]]:
    """Person 1 is erased; what is not as the plan showed."""
    world, roots = town(engine), engine.named({"d0": [(1,)]})
    with filled(engine, world) as real:
        for text in planted:
            real.run(text)
        plan = way.plan(real, test_erasure.program(world, roots), roots)
        expected, before = shown(real, plan, roots), engine.look()
        assert len(expected.gone) == 3
        assert len(expected.changed) == 1
        assert way.apply(real, plan, roots).blocked == []
        said = wrong(expected, difference(before, engine.look()))
        return [(what, table.removeprefix("public."), key) for what, (table, key) in said]


def test_without_a_fault_there_is_nothing_to_say(
    engine: Engine, store: Store, release: str
) -> None:
    """Person, letter and paper go, and the paper of two loses one of them."""
    assert erased_one(engine, Way(store, release, 50)) == []


def test_a_trigger_that_touches_a_row_of_a_stranger_is_seen(
    engine: Engine, store: Store, release: str
) -> None:
    """A trigger of the database writes into the paper of person 3."""
    said = erased_one(engine, Way(store, release, 50), trigger(engine))
    assert said == [("changed and not shown", "d2", (3,))]


def test_a_cascade_that_reaches_a_stranger_is_seen(
    engine: Engine, store: Store, release: str
) -> None:
    """A table that no map declares loses a row of person 3."""
    said = erased_one(engine, Way(store, release, 50), CASCADE)
    assert said == [("gone and not shown", "hung", (7,))]


def test_a_step_that_is_too_wide_by_one_row_is_seen(
    engine: Engine, store: Store, release: str
) -> None:
    """The letter of person 3 goes too, and the count is as it was shown."""
    said = erased_one(engine, Way(store, release, 50, lambda c: cast("Connection", Wide(c))))
    assert said == [("gone and not shown", "d1", (3,))]
