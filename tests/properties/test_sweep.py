"""A sweep does to a database exactly what the three functions say, row for row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import given, settings

from avow.engine.planner.judge import Judge
from avow.engine.planner.lower import Lowering, sweep
from avow.engine.planner.program import Move, Program
from avow.estate.connectors.base import Access
from avow.estate.connectors.twin import TwinConnection, TwinConnector, TwinDatabase
from avow.estate.datamap.reach import Row
from tests.properties.carry_out import carry_out
from tests.properties.oracle import Oracle
from tests.properties.worlds import FACTS, QUICK, TODAY, World, cases, copy, key_sets, worlds


def judge(world: World) -> Judge:
    """The verdicts of a world, compiled."""
    return Judge(world.system, world.law, TODAY, FACTS, frozenset(key_sets(world.known)))


def opened(world: World) -> tuple[TwinDatabase, TwinConnection]:
    """A copy of the world's rows in memory, with its facts put."""
    database = TwinDatabase(copy(world.rows), world.catalogue)  # type: ignore[arg-type]
    connection = TwinConnector({"w": database}).connect(world.system, Access.WRITE)
    for name, keys in key_sets(world.known).items():
        connection.put_keys(name, name.rsplit(".", 1)[1], keys)
    return database, connection


def program(world: World) -> Program:
    """The sweep of a world on its day."""
    return sweep(judge(world), world.catalogue)


@settings(QUICK, max_examples=cases(250))
@given(worlds())
def test_the_database_after_a_sweep_is_the_model(world: World) -> None:
    """Deleted, blanked, unlinked and untouched rows are exactly those of the specification."""
    database, connection = opened(world)
    expected = Oracle(world, Lowering(judge(world), world.catalogue)).after()
    carry_out(connection, program(world))
    assert database.tables == expected


@settings(QUICK, max_examples=cases(80))
@given(worlds())
def test_a_second_sweep_finds_nothing(world: World) -> None:
    """Sweeping twice is sweeping once; but where a row went of which something was known, rows that
    were told of it by another, and waited for that, may go the next time."""
    database, connection = opened(world)
    carry_out(connection, program(world))
    once = copy(database.tables)
    again = carry_out(connection, program(world))
    if not forgotten(world, once):
        assert again == 0
        assert database.tables == once


def forgotten(world: World, left: Mapping[str, Sequence[Row]]) -> bool:
    """Whether a row went of which something was known."""
    there = {name: {row["id"] for row in rows} for name, rows in left.items()}
    before = {name: {row["id"] for row in rows} for name, rows in world.rows.items()}
    return any(
        key in before[dataset] - there[dataset]
        for (_, dataset), keys in world.known.items()
        for (key,) in keys
    )


@settings(QUICK, max_examples=cases(120))
@given(worlds())
def test_what_is_counted_beforehand_is_what_goes(world: World) -> None:
    """The plan's counts, taken before anything ran, are what each step of a kind then does."""
    database, connection = opened(world)
    planned = program(world)
    counted = Counter[tuple[str, str]]()
    for step in planned.steps:
        if step.move is not Move.UNLINK and step.counted is not None:
            counted[step.dataset, step.move] += connection.count(step.dataset, step.counted)
    before = {name: len(rows) for name, rows in database.tables.items()}
    done = Counter[tuple[str, str]]()
    for step in planned.steps:
        changed = carry_out(connection, replace(planned, steps=(step,)))
        if step.move is Move.BLANK:
            done[step.dataset, step.move] += changed
    for name, rows in database.tables.items():
        done[name, Move.DELETE] = before[name] - len(rows)
    assert +counted == +done
