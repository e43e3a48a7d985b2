"""What is compiled says the same as what is decided, on random worlds."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import Phase, given, seed, settings

from avow.declaration.decision.decide import Kind, decide
from avow.declaration.decision.facts import Facts, Floor, FloorKind, Group
from avow.engine.planner.judge import FLOOR, Cells, Judge, cell_groups
from avow.estate.connectors.twin import holds
from avow.estate.datamap.moments import Estate, Unknown
from avow.estate.datamap.reach import Row
from avow.estate.datamap.readings import Reader
from tests.properties.worlds import (
    EVENTS,
    FACTS,
    QUICK,
    TODAY,
    ZONE,
    World,
    cases,
    key_sets,
    worlds,
)


def estate(world: World) -> Estate:
    """The world as the specification sees it."""
    return Estate(world.system, world.rows, ZONE, FACTS, world.known)


def group(world: World, cells: Cells, row: Row, asked: frozenset[str] | None = None) -> Group:
    """One cell group with the moments of its events and the facts about its owners. `asked`: the
    purposes that an accepted erasure request of its owners ended."""
    seen, name = estate(world), cells.place.dataset
    floors = (Floor(FloorKind.HOLD, "case"),) if seen.held(name, row, FLOOR) else ()
    ended = frozenset(p.id for p in world.law.purposes if seen.held(name, row, f"ended:{p.id}"))
    return Group(
        cells.place.category,
        cells.place.collected_at,
        cells.place.subject,
        cells.place.system,
        name,
        {e: seen.moment(name, row, e) for e in EVENTS},
        Facts(ended | (asked or frozenset()), asked is not None, floors),
        cells.place.originals,
    )


def columns(world: World, dataset: str) -> tuple[str, ...]:
    """The live columns of a dataset."""
    return tuple(c.name for c in world.catalogue.tables[dataset].columns)


@settings(QUICK, max_examples=cases(150))
@given(worlds())
def test_a_compiled_moment_is_the_moment(world: World) -> None:
    """For every row, event and day: the predicate holds iff the moment is no later than the day."""
    seen, sets = estate(world), key_sets(world.known)
    reader = Reader(world.system, ZONE, FACTS, frozenset(sets))
    days = [TODAY - timedelta(days=n) for n in (0, 1, 31, 60)]
    for name, table in world.rows.items():
        for event in EVENTS:
            reached = {d: reader.reached(name, event, d) for d in days}
            missing = reader.missing(name, event)
            for row in table:
                moment = seen.moment(name, row, event)
                for day, predicate in reached.items():
                    expected = isinstance(moment, date) and moment <= day
                    assert holds(predicate, row, world.rows, world.catalogue, sets) is expected
                is_missing = holds(missing, row, world.rows, world.catalogue, sets)
                assert is_missing is (moment is Unknown.MISSING)


@settings(QUICK, max_examples=cases(150))
@given(worlds())
def test_compiled_verdicts_part_the_rows_as_decide_does(world: World) -> None:
    """For every cell group exactly one verdict's predicate holds: the one that `decide` gives."""
    sets = key_sets(world.known)
    judge = Judge(world.system, world.law, TODAY, FACTS, frozenset(sets))
    for name, table in world.rows.items():
        for cells in cell_groups(world.system, world.system.datasets[name], columns(world, name)):
            verdicts = judge.verdicts(cells)
            for row in table:
                held = [
                    kind
                    for kind, predicate in verdicts.items()
                    if holds(predicate, row, world.rows, world.catalogue, sets)
                ]
                verdict = decide(group(world, cells, row), world.law, TODAY)
                assert held == [verdict.kind], (cells, row)


def test_the_worlds_are_not_all_alike() -> None:
    """The generator makes every verdict, or the properties above prove little. Two rules that
    contradict each other are rare: it may need some thousand worlds."""
    seen: set[Kind] = set()

    @settings(max_examples=400, deadline=None, database=None, phases=(Phase.generate,))
    @given(worlds())
    def collect(world: World) -> None:
        for name, table in world.rows.items():
            for cells in cell_groups(world.system, world.system.datasets[name], ()):
                seen.update(decide(group(world, cells, r), world.law, TODAY).kind for r in table)

    for number in range(20):
        if seen != set(Kind):
            seed(number)(collect)()
    assert seen == set(Kind)
