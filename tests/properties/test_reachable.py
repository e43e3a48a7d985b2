"""Who is told of a change: on random worlds, exactly those with a live purpose, by the naive words.

`decide`, `is_live` and `reach` say who that is; the stream says it with predicates.
"""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import pytest
from hypothesis import assume, find, given, settings

from avow.declaration.decision.decide import Kind, decide, is_live
from avow.declaration.scope import purpose_uses
from avow.engine.planner.judge import Cells, Judge, cell_groups
from avow.engine.planner.known import Known
from avow.engine.planner.owners import Found, Owners, roots
from avow.engine.planner.reachable import Live, Somebody
from avow.engine.planner.sight import Sight
from avow.estate.connectors.base import Access
from avow.estate.connectors.twin import TwinConnector, TwinDatabase
from avow.estate.datamap.edges import Right, edges
from avow.estate.datamap.predicates import FALSE, Predicate
from avow.estate.datamap.reach import Person, Row, reach
from tests.properties.oracle import holds_some
from tests.properties.test_readings_and_verdicts import columns, group
from tests.properties.worlds import (
    FACTS,
    PLANTED,
    QUICK,
    TODAY,
    World,
    cases,
    copy,
    key_sets,
    worlds,
)


def streamed(world: World) -> dict[tuple[str, object], Somebody]:
    """Everybody as the stream has them, by their row."""
    database = TwinDatabase(copy(world.rows), world.catalogue)  # type: ignore[arg-type]
    connection = TwinConnector({"w": database}).connect(world.system, Access.READ)
    sets = key_sets(world.known)
    judge = Judge(world.system, world.law, TODAY, FACTS, frozenset(sets))
    for name, keys in sets.items():
        connection.put_keys(name, name.split(".", 2)[2], keys)
    there = Live(Sight(connection, judge, Known(connection, lambda: ()), put=set(sets)))
    found = [each for root in roots(world.system) for each in there.persons(root, None)]
    marks = [(each.dataset, each.key[0]) for each in found]
    assert len(marks) == len(set(marks)), "nobody comes twice in one dataset"
    return dict(zip(marks, found, strict=True))


def lives(world: World, cells: Cells, row: Row) -> bool:
    """Whether cells are not ended and a live purpose uses them."""
    about = group(world, cells, row)
    verdict = decide(about, world.law, TODAY)
    using = [p for p in world.law.purposes if purpose_uses(p, about)]
    ended = verdict.kind in (Kind.DUE, Kind.RETAINED)
    return not ended and any(is_live(p, about, TODAY) for p in using)


def naive(world: World) -> dict[tuple[str, object], bool]:
    """Everybody with a live relation, and whether their address may be used."""
    rows = {(name, r["id"]): r for name, table in world.rows.items() for r in table}
    found = {}
    for root in roots(world.system):
        for row in world.rows[root]:
            person = Person(root, (row["id"],))
            reached = reach(copy(world.rows), world.system, [person])
            own = {(w.dataset, w.key[0]) for w in reached if w.right is Right.OWN}
            if any(_has_life(world, name, rows[name, id_]) for name, id_ in own):
                found[root, row["id"]] = _address_lives(world, root, row)
    return found


def _has_life(world: World, name: str, row: Row) -> bool:
    dataset = world.system.datasets[name]
    groups = cell_groups(world.system, dataset, columns(world, name))
    return any(lives(world, c, row) and holds_some(dataset, c, row) for c in groups)


def _address_lives(world: World, root: str, row: Row) -> bool:
    groups = cell_groups(world.system, world.system.datasets[root], columns(world, root))
    return bool(row["email"]) and any(lives(world, c, row) for c in groups if "email" in c.columns)


def is_tree(world: World) -> bool:
    """Whether no ownership comes back to where it began."""
    sorter = TopologicalSorter[str]()
    for edge in edges(world.system):
        if edge.right is Right.OWN:
            sorter.add(edge.taker, edge.giver)
    try:
        sorter.prepare()
    except CycleError:
        return False
    return True


def told(world: World) -> dict[tuple[str, object], bool]:
    """Everybody whom the stream has, and whether with an address."""
    return {mark: each.address is not None for mark, each in streamed(world).items()}


@settings(QUICK, max_examples=cases(70))
@given(worlds())
def test_exactly_those_with_a_live_purpose_are_told(world: World) -> None:
    """Nobody who is told has no live purpose, nobody who has one is left out, and an address comes
    along exactly where its own cell is live."""
    assume(is_tree(world))
    assert told(world) == naive(world)


def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks only the person's own row, and not what they own, leaves somebody out."""

    def alone(self: Owners, found: Found, root: str) -> Predicate:
        del self
        return found.get(root, FALSE)

    monkeypatch.setattr(Owners, "of", alone)
    find(worlds(), lambda w: is_tree(w) and told(w) != naive(w), settings=PLANTED)
