"""What a controller instructs us to remove goes from its own sphere, and from no other.

Random worlds, in which some datasets are held for two tenants: what is done for one is what would
be done if nobody else's rows were there, and every other row is as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hypothesis import assume, find, given, settings
from hypothesis import strategies as st

from avow.declaration.model import InForce
from avow.engine.planner.instructed import Instructed, compiled
from avow.engine.planner.instructed_reading import read_held
from avow.engine.planner.judge import FLOOR
from avow.engine.planner.keysets import seat
from avow.engine.planner.program import Program
from avow.estate.connectors.base import Access
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, Table
from avow.estate.connectors.twin import TwinConnector, TwinDatabase
from avow.estate.datamap.edges import Edge, Right, edges
from avow.estate.datamap.model import System
from avow.estate.datamap.reach import Person, Row, across, applies, reach
from avow.estate.datamap.spheres import in_sphere
from tests.properties.carry_out import carry_out
from tests.properties.test_erasure import Roots
from tests.properties.worlds import PLANTED, QUICK, TODAY, World, cases, copy, key_sets, worlds

ONE, OTHER = "one", "other"
TENANT = Column("tenant", "text", ColumnKind.TEXT)
Given = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Shared:
    """A world in which `held` datasets have rows of two tenants, and persons of the first."""

    world: World
    held: frozenset[str]
    roots: Roots

    def theirs(self, dataset: str, row: Row) -> bool:
        """Whether a row is the first tenant's."""
        return dataset in self.held and row["tenant"] == ONE


@st.composite
def shared(draw: st.DrawFn, *, persons: bool = False, apart: bool = False) -> Shared:
    """A world with two tenants; with `persons` some of the first one's persons are named.
    `apart`: no pointer leads from one sphere to another."""
    world = draw(worlds())
    names = sorted(world.system.datasets)
    held = draw(st.frozensets(st.sampled_from(names), min_size=1))
    rows = {
        name: [r | {"tenant": draw(st.sampled_from((ONE, OTHER)))} for r in table]
        for name, table in world.rows.items()
    }
    world = replace(_with_tenants(world, held), rows=rows)
    found = _held_by_one(Shared(world, held, {}))
    if apart:
        _part(found)
    named: Roots = {}
    for name in sorted(held) if persons else ():
        if world.system.datasets[name].subject is not None:
            ids: list[tuple[object, ...]] = [
                (r["id"],) for r in rows[name] if found.theirs(name, r)
            ]
            chosen = draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
            named |= {name: chosen} if chosen else {}
    assume(named or not persons)
    return replace(found, roots=named)


def _held_by_one(found: Shared) -> Shared:
    """The same where only the first tenant's rows are under a hold."""
    mine = {(name, row["id"]) for name, row in _theirs(found)}
    known = {
        (fact, name): {key: day for key, day in keys.items() if (name, *key) in mine}
        for (fact, name), keys in found.world.known.items()
    }
    return replace(found, world=replace(found.world, known=known))


def _part(found: Shared) -> None:
    """Empty every pointer that leads into or out of the first tenant's sphere."""
    for edge in edges(found.world.system):
        parents = {r["id"]: found.theirs(edge.parent, r) for r in found.world.rows[edge.parent]}
        for row in found.world.rows[edge.child]:
            mine, (pointer,) = found.theirs(edge.child, row), edge.child_fields
            if parents.get(row[pointer], mine) is not mine:
                row[pointer] = None


def _with_tenants(world: World, held: frozenset[str]) -> World:
    datasets = {
        name: replace(d, sphere_field="tenant" if name in held else None)
        for name, d in world.system.datasets.items()
    }
    tables = {
        name: Table(name, (*table.columns, TENANT), key=table.key)
        for name, table in world.catalogue.tables.items()
    }
    catalogue = Catalogue(tables, world.catalogue.foreign_keys)
    floors = {k: v for k, v in world.known.items() if k[0] == FLOOR}
    system = replace(world.system, datasets=datasets)
    return World(system, catalogue, world.rows, InForce(), floors)


def planned(found: Shared, system: System | None = None) -> Program:
    """What the first tenant's instruction is compiled to."""
    wish = Instructed("w", ONE, "instruction-1", "3.3-P", found.roots)
    seen = in_sphere(system or found.world.system, ONE)
    return compiled(seen, found.world.catalogue, TODAY, wish)


def carried_out(found: Shared, rows: Given) -> Given:
    """The database after it, with the plainest executor."""
    program = planned(found)
    database = TwinDatabase(copy(rows), found.world.catalogue)  # type: ignore[arg-type]
    connection = TwinConnector({"w": database}).connect(found.world.system, Access.WRITE)
    known = key_sets(found.world.known)
    for name in sorted(program.facts):
        connection.put_keys(name, name.rsplit(".", 1)[1], known.get(name, []))
    seat(connection, program, found.roots)
    carry_out(connection, program)
    return database.tables


def alone(found: Shared) -> Given:
    """The rows of the first tenant, and no others."""
    return {
        name: [r for r in table if found.theirs(name, r)]
        for name, table in found.world.rows.items()
    }


def others(found: Shared, rows: Given) -> Given:
    """The rows that are not the first tenant's."""
    return {name: [r for r in table if not found.theirs(name, r)] for name, table in rows.items()}


@settings(QUICK, max_examples=cases(200))
@given(shared(), shared(persons=True))
def test_no_row_of_another_sphere_is_touched(whole: Shared, some: Shared) -> None:
    for found in (whole, some):
        after = carried_out(found, found.world.rows)
        assert others(found, after) == others(found, found.world.rows)


@settings(QUICK, max_examples=cases(200))
@given(shared(apart=True), shared(persons=True, apart=True))
def test_what_is_done_is_as_if_nobody_else_were_there(whole: Shared, some: Shared) -> None:
    for found in (whole, some):
        after = carried_out(found, found.world.rows)
        mine = {n: [r for r in t if found.theirs(n, r)] for n, t in after.items()}
        assert mine == carried_out(found, alone(found))


@settings(QUICK, max_examples=cases(200))
@given(shared())
def test_of_all_that_is_held_only_what_is_held_back_stays(found: Shared) -> None:
    """A row stays under a hold, or as a shell where a row under a hold or of another sphere points
    to it. Everything else of the tenant is gone."""
    after = carried_out(found, found.world.rows)
    left = {(n, r["id"]) for n, t in after.items() for r in t if found.theirs(n, r)}
    assert left == {
        (name, row["id"])
        for name, row in _theirs(found)
        if _is_frozen(found, name, row) or _pointed_at(found, name, row)
    }


@settings(QUICK, max_examples=cases(100))
@given(shared(), shared(persons=True))
def test_every_step_says_whose_its_rows_are(whole: Shared, some: Shared) -> None:
    """A plan without these words is refused by the guard (AV966)."""
    for found in (whole, some):
        program = planned(found)
        assert {step.dataset for step in program.steps} <= program.within.keys() == found.held
        assert set(program.within.values()) == {("tenant", ONE)}


def _theirs(found: Shared) -> list[tuple[str, Row]]:
    return [(n, r) for n, t in found.world.rows.items() for r in t if found.theirs(n, r)]


def _is_frozen(found: Shared, dataset: str, row: Row, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a row, or one of a tenant that owns it, is under a hold."""
    seen |= {dataset}
    if (row["id"],) in found.world.known.get((FLOOR, dataset), {}):
        return True
    owning = (
        e for e in edges(found.world.system)
        if e.right is Right.OWN and e.taker == dataset and e.giver in found.held - seen
    )  # fmt: skip
    return any(
        _is_frozen(found, edge.giver, owner, seen)
        for edge in owning
        for owner in across(edge, found.world.rows, row, edge.flows)
    )


def _pointed_at(found: Shared, dataset: str, row: Row) -> bool:
    """Whether a row of another sphere, or one under a hold, points here."""
    return any(
        _points(edge, other, row)
        and (not found.theirs(edge.child, other) or _is_frozen(found, edge.child, other))
        for edge in edges(found.world.system)
        if edge.parent == dataset
        for other in found.world.rows[edge.child]
    )


def _points(edge: Edge, child: Row, parent: Row) -> bool:
    return applies(edge, child) and child[edge.child_fields[0]] == parent["id"]


def extracted(found: Shared, rows: Given, most: int = 10_000) -> dict[str, list[object]]:
    """What is read for the first tenant: the ids of rows, by dataset."""
    database = TwinDatabase(copy(rows), found.world.catalogue)  # type: ignore[arg-type]
    connection = TwinConnector({"w": database}).connect(found.world.system, Access.READ)
    read = read_held(connection, ONE, found.roots or None, most)
    at = {each.dataset: each.columns.index("id") for each in read.tables}
    return {
        each.dataset: sorted((r[at[each.dataset]] for r in each.rows), key=str)
        for each in read.tables
    }


def reached(found: Shared) -> dict[str, list[object]]:
    """The same by the specification, in a world in which there is nothing but the tenant's rows."""
    seen, rows = in_sphere(found.world.system, ONE), alone(found)
    held = {n: [r["id"] for r in t] for n, t in rows.items()}
    if found.roots:
        seeds = [Person(name, key) for name, keys in found.roots.items() for key in keys]
        ways = reach(rows, seen, seeds)
        held = {n: [k for (k,) in {w.key for w in ways if w.dataset == n}] for n in held}
    return {name: sorted(ids, key=str) for name, ids in held.items() if ids}


@settings(QUICK, max_examples=cases(200))
@given(shared(), shared(persons=True))
def test_what_is_read_for_a_controller_is_its_own_and_all_of_it(
    whole: Shared, some: Shared
) -> None:
    """A copy of everything, and one of some persons: what the specification reaches where nobody
    else's rows are there, whoever points to whom."""
    for found in (whole, some):
        assert extracted(found, found.world.rows) == reached(found)


def test_a_row_of_another_tenant_that_is_read_is_seen() -> None:
    """Planted: a reader that asks for no tenant. A search goes on until a world shows it."""

    def shows(found: Shared) -> bool:
        taken = {n: [r["id"] for r in t] for n, t in found.world.rows.items() if n in found.held}
        return {n: sorted(i, key=str) for n, i in taken.items() if i} != reached(found)

    find(shared(), shows, settings=PLANTED)
