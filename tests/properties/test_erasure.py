"""Erasing persons does to a database exactly what reach, decide and fate say, row for row."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from avow.common.findings import Finding
from avow.declaration.model import Basis
from avow.engine.planner.dependence import dependence
from avow.engine.planner.judge import FLOOR, Judge
from avow.engine.planner.keysets import seat
from avow.engine.planner.lower import Lowering, blanks_of
from avow.engine.planner.persons import Ownership, ended_by_erasure, erasure, named, owned
from avow.engine.planner.program import Program
from avow.estate.connectors.twin import TwinConnection
from avow.estate.datamap.edges import Right, Side
from avow.estate.datamap.model import LinkWord
from avow.estate.datamap.reach import Person, Row, Rows, applies, pointer, reach
from tests.properties.carry_out import carry_out
from tests.properties.oracle import Mark, Oracle
from tests.properties.test_sweep import opened
from tests.properties.worlds import FACTS, QUICK, TODAY, World, cases, key_sets, worlds

Roots = dict[str, list[tuple[object, ...]]]


def judge(world: World) -> Judge:
    """The verdicts for persons whose erasure request was accepted."""
    known = frozenset(key_sets(world.known))
    return Judge(world.system, world.law, TODAY, FACTS, known, ended_by_erasure(world.law), True)


@st.composite
def requests(draw: st.DrawFn) -> tuple[World, Roots]:
    """A world and some of its persons, one of whom may have no row any more."""
    world = untold(draw(worlds()))
    roots: Roots = {}
    for name, dataset in world.system.datasets.items():
        if dataset.subject is not None:
            ids = [r["id"] for r in world.rows[name]] + [99]
            chosen = draw(st.lists(st.sampled_from(ids), unique=True, max_size=3))
            if chosen:
                roots[name] = [(i,) for i in chosen]
    assume(roots)
    return world, roots


def untold(world: World) -> World:
    """The same world where nothing but floors is known of anybody, if rows own what they point to:
    what ends the cells of such a row for another of its owners is not heard in an erasure once the
    pointer is empty (see `language.md`, `owns`)."""
    links = (link for d in world.system.datasets.values() for link in d.links)
    if all(link.word is not LinkWord.OWNS for link in links):
        return world
    return replace(world, known={k: v for k, v in world.known.items() if k[0] == FLOOR})


def program(world: World, roots: Roots) -> Program:
    """The erasure program of a world, whose datasets all have keys."""
    made = erasure(judge(world), world.catalogue, frozenset(roots))
    assert not isinstance(made, Finding)
    return made


def erase(world: World, connection: TwinConnection, roots: Roots) -> int:
    """Erase these persons with the plainest executor; the number of rows touched."""
    made = program(world, roots)
    seat(connection, made, roots)
    return carry_out(connection, made)


@st.composite
def in_circles(draw: st.DrawFn) -> tuple[World, Roots]:
    """A world in which rows own each other in trees and rings, and one or two of the persons in it;
    an accepted request ends every need, and no moment is read over the circles."""
    world = retaining_nothing(draw(worlds(circles=True)))
    world = replace(world, law=replace(world.law, rules=()))
    reads = dependence(world.system, world.law)
    assume(not reads.climbed and not reads.carried)
    ids = draw(st.lists(st.sampled_from((1, 2, 3)), unique=True, min_size=1, max_size=2))
    return world, {"d0": [(i,) for i in ids]}


def retaining_nothing(world: World) -> World:
    """The same world where an accepted request ends every need, and no floor stands."""
    purposes = tuple(replace(p, basis=Basis.CONSENT) for p in world.law.purposes)
    law = replace(world.law, purposes=purposes, minimums=())
    known = {k: v for k, v in world.known.items() if k[0] != FLOOR}
    return replace(world, law=law, known=known)


class Owners:
    """Who owns which rows, by `reach` alone."""

    def __init__(self, world: World, roots: Roots) -> None:
        leavers = {Person(name, key) for name, keys in roots.items() for key in keys}
        there = {
            Person(name, (r["id"],))
            for name, dataset in world.system.datasets.items()
            if dataset.subject is not None
            for r in world.rows[name]
        }
        self.persons: frozenset[Mark] = frozenset((p.dataset, p.key[0]) for p in there)
        self.leavers: frozenset[Mark] = frozenset((p.dataset, p.key[0]) for p in leavers)
        without = {
            name: [r for r in table if (name, r["id"]) not in self.leavers]
            for name, table in world.rows.items()
        }
        self.theirs = self._rows(world, without, there - leavers)
        self.reached = self._rows(world, world.rows, leavers)

    @staticmethod
    def _rows(world: World, rows: Rows, persons: set[Person]) -> frozenset[Mark]:
        found = reach(rows, world.system, persons)
        return frozenset((r.dataset, r.key[0]) for r in found if r.right is Right.OWN)

    def is_shared(self, mark: Mark) -> bool:
        """Whether somebody who stays owns the row too; a leaver's own row never is."""
        if mark in self.leavers:
            return False
        return mark in self.theirs or mark in self.persons

    def mine(self) -> frozenset[Mark]:
        """The rows that go with the leavers."""
        return frozenset(m for m in self.reached if not self.is_shared(m))


def after(world: World, roots: Roots, model: type[Oracle] = Oracle) -> dict[str, list[Row]]:
    """Every row of the world after the erasure, by the specification."""
    owners = Owners(world, roots)
    asked = ended_by_erasure(world.law)
    lowering = Lowering(judge(world), world.catalogue)
    oracle = model(world, lowering, asked, owners.mine())
    result = oracle.after()
    ownership = Ownership(world.system, frozenset(roots))
    for edge in ownership.lowered:
        for row in result[edge.child] if edge.flows is Side.CHILD else []:
            before = oracle.rows[edge.child, row["id"]]
            mark = (edge.child, row["id"])
            if not owners.is_shared(mark) or not applies(edge, before) or oracle.frozen(mark):
                continue
            target = pointer(edge, before, edge.child_fields)
            if target is None or (edge.parent, target[0]) not in owners.leavers:
                continue
            dataset = world.system.datasets[edge.child]
            about = [f.name for f in dataset.fields if edge.of and f.of == edge.of]
            free = any(p.edge.name == edge.name and p.can_unlink for p in lowering.found)
            for column, how in blanks_of(
                dataset, (*about, *(edge.child_fields if free else ()))
            ).items():
                if row[column] is not None:
                    row[column] = how.value  # type: ignore[index]
    return result


@settings(QUICK, max_examples=cases(250))
@given(requests())
def test_the_database_after_an_erasure_is_the_model(case: tuple[World, Roots]) -> None:
    """Deleted, blanked, unlinked and untouched rows are exactly those of the specification."""
    world, roots = case
    database, connection = opened(world)
    erase(world, connection, roots)
    assert database.tables == after(world, roots)


@settings(QUICK, max_examples=cases(150))
@given(in_circles())
def test_circles_of_ownership_are_decided_as_the_model_does(case: tuple[World, Roots]) -> None:
    """The same where rows own rows of their own kind, and datasets own each other in rings."""
    world, roots = case
    database, connection = opened(world)
    erase(world, connection, roots)
    assert database.tables == after(world, roots)


@settings(QUICK, max_examples=cases(100))
@given(in_circles())
def test_erasing_two_together_is_one_after_the_other_in_circles_too(
    case: tuple[World, Roots],
) -> None:
    """`erase({a, b}) = erase(a); erase(b)` over trees and rings of rows."""
    one_by_one_is_together(*case)


@settings(QUICK, max_examples=cases(80))
@given(requests())
def test_erasing_twice_is_erasing_once(case: tuple[World, Roots]) -> None:
    """The second time there is nothing left to do."""
    world, roots = case
    _, connection = opened(world)
    erase(world, connection, roots)
    assert erase(world, connection, roots) == 0


@settings(QUICK, max_examples=cases(120))
@given(requests())
def test_erasing_two_together_is_erasing_one_after_the_other(case: tuple[World, Roots]) -> None:
    """`erase({a, b}) = erase(a); erase(b)`, whoever comes first, where nothing must be retained.

    Where a need or a floor keeps a row of both, it loses the link of the one who goes first while
    the other still owns it; erased together, both still own what is kept about both. A row that
    dates another person's row waits as a shell for it, and so does not go alone.
    """
    one_by_one_is_together(*case)


def one_by_one_is_together(world: World, roots: Roots) -> None:
    """The law, on one world."""
    world = retaining_nothing(world)
    reads = dependence(world.system, world.law)
    assume(not reads.climbed and not reads.carried)
    single = [(name, key) for name, keys in roots.items() for key in keys]
    together, connection = opened(world)
    erase(world, connection, roots)
    for order in (single, single[::-1]):
        one_by_one, connection = opened(world)
        for name, key in order:
            erase(world, connection, {name: [key]})
        assert one_by_one.tables == together.tables


def test_key_sets_are_named_after_their_dataset() -> None:
    """`root.` or `own.` and the dataset: what a plan shows of a key set is never a person."""
    assert (named("d0"), owned("d0")) == ("root.d0", "own.d0")
