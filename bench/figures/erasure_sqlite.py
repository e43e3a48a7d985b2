"""Erasure of persons in SQLite, beside three ways by hand in the same file."""

from __future__ import annotations

from contextlib import closing
from functools import partial

from bench.figure import Say, Scale
from bench.floors.erasure_sqlite import FLOORS, connect
from bench.rounds import figure, rounds
from bench.stand import Stand
from bench.worlds.persons import ELEVEN, Supply, declaration, fill_sqlite

MANY = 1_000
PERSONS = 100_000
"""At most so many persons."""
TARGET = 1.5


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """Seconds for 1,000 persons; each way takes persons of its own."""
    persons = min(PERSONS, scale.persons // 5)
    file = stand.folder / "persons.sqlite"
    fill_sqlite(str(file), ELEVEN, persons)
    text = declaration(ELEVEN, "sqlite", "${BENCH_SQLITE}")
    desk = stand.in_force(text, {"BENCH_SQLITE": f"sqlite:///{file}"})
    with closing(connect(str(file))) as link:
        ways = {name: partial(way, link, ELEVEN) for name, way in FLOORS.items()}
        supply, times = Supply(persons), 2 if persons < PERSONS else 5
        found, sizes = rounds(stand, desk, ELEVEN, supply, ways, MANY, times)
    say(figure(f"erasure of {MANY:,} persons, SQLite", found, sizes, TARGET))
