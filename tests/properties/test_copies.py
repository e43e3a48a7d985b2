"""Copies go with their originals, on random worlds: the whole database is what the model says."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import settings as chosen
from hypothesis import strategies as st

from avow.engine.planner.lower import Lowering
from avow.estate.datamap.copies import copy_edges
from avow.estate.datamap.edges import Side
from avow.estate.datamap.reach import across, applies
from tests.properties.carry_out import carry_out
from tests.properties.copied import CopyOracle, copied_worlds
from tests.properties.test_erasure import Roots, after, erase, untold
from tests.properties.test_sweep import judge, opened, program
from tests.properties.worlds import QUICK, World, cases, copy


@chosen(QUICK, max_examples=cases(80))
@given(copied_worlds())
def test_the_database_after_a_sweep_is_the_model(world: World) -> None:
    """Originals and copies: deleted, blanked and untouched rows are those of the specification."""
    database, connection = opened(world)
    expected = CopyOracle(world, Lowering(judge(world), world.catalogue)).after()
    carry_out(connection, program(world))
    assert database.tables == expected


@chosen(QUICK, max_examples=cases(30))
@given(copied_worlds())
def test_a_second_sweep_finds_nothing(world: World) -> None:
    """Nothing that a sweep does to an original makes a copy due that it did not take."""
    database, connection = opened(world)
    carry_out(connection, program(world))
    once = copy(database.tables)
    assert carry_out(connection, program(world)) == 0
    assert database.tables == once


@chosen(QUICK, max_examples=cases(30))
@given(copied_worlds())
def test_no_copy_outlives_its_original(world: World) -> None:
    """After a sweep a copy without its original is one that a floor protects, or that a row which
    stays points to."""
    database, connection = opened(world)
    lowering = Lowering(judge(world), world.catalogue)
    carry_out(connection, program(world))
    kept = {m[0] for m in ((n, 0) for n in world.rows) if m[0] == "z"}
    for name in world.rows:
        for edge in copy_edges(world.system, name):
            for row in database.tables[name]:
                alone = applies(edge, row) and not list(
                    across(edge, database.tables, row, Side.CHILD)
                )
                oracle = CopyOracle(world, lowering)
                assert not alone or kept or oracle.frozen((name, row["id"]))


@st.composite
def requests(draw: st.DrawFn) -> tuple[World, Roots]:
    """A world with copies and some of its persons."""
    world = untold(draw(copied_worlds()))
    roots: Roots = {}
    for name, dataset in world.system.datasets.items():
        if dataset.subject is not None:
            ids = [r["id"] for r in world.rows[name]] + [99]
            picked = draw(st.lists(st.sampled_from(ids), unique=True, max_size=3))
            roots |= {name: [(i,) for i in picked]} if picked else {}
    assume(roots)
    return world, roots


@chosen(QUICK, max_examples=cases(80))
@given(requests())
def test_the_database_after_an_erasure_is_the_model(case: tuple[World, Roots]) -> None:
    """A person's copies go with the person, as far as reach, decide and fate say, and no others."""
    world, roots = case
    database, connection = opened(world)
    erase(world, connection, roots)
    assert database.tables == after(world, roots, CopyOracle)
