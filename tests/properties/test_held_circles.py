"""Holds where rows own each other in trees and rings: what is held is as it was, whatever goes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from avow.engine.planner.judge import FLOOR
from avow.estate.datamap.reach import Row
from tests.properties.test_erasure import Roots, erase, in_circles
from tests.properties.test_sweep import opened
from tests.properties.worlds import QUICK, TODAY, World, cases, copy

Place = tuple[str, object]


@st.composite
def held_in_circles(draw: st.DrawFn) -> tuple[World, Roots, frozenset[Place]]:
    """Such a world with holds on up to three of its rows, the persons' own among them."""
    world, roots = draw(in_circles())
    places = [(name, row["id"]) for name, rows in world.rows.items() for row in rows]
    held = draw(st.lists(st.sampled_from(places), unique=True, min_size=1, max_size=3))
    known = dict(world.known)
    for name, key in held:
        known[FLOOR, name] = {**known.get((FLOOR, name), {}), (key,): TODAY}
    return replace(world, known=known), roots, frozenset(held)


@settings(QUICK, max_examples=cases(60))
@given(held_in_circles())
def test_a_held_row_is_as_it_was_and_what_it_refers_to_is_there(
    case: tuple[World, Roots, frozenset[Place]],
) -> None:
    """Not even a pointer of it is emptied; a row that it names goes by no step, though it may be
    emptied; and a second time nothing is left to do."""
    world, roots, held = case
    before = copy(world.rows)
    database, connection = opened(world)
    erase(world, connection, roots)
    there = {(n, row["id"]): row for n, rows in database.tables.items() for row in rows}
    for name, row in rows_of(before, held):
        assert there[name, row["id"]] == row
        for link in world.system.datasets[name].links:
            named = (link.to, row[link.fields[0]])
            applies = all(row[column] == said for column, said in link.when)
            if applies and named in {(n, r["id"]) for n, rows in before.items() for r in rows}:
                assert named in there
    assert erase(world, connection, roots) == 0


def rows_of(tables: dict[str, list[Row]], places: frozenset[Place]) -> list[tuple[str, Row]]:
    """The rows at these places."""
    return [(n, row) for n, rows in tables.items() for row in rows if (n, row["id"]) in places]
