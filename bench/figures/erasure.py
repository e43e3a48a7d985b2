"""Erasure of persons in PostgreSQL, beside three ways by hand in the same database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from statistics import median

import psycopg

from bench.figure import Better, Figure, Say, Scale
from bench.floors.erasure import FLOORS, Floor, Link
from bench.rounds import NAME, rounds
from bench.stand import Stand
from bench.worlds.persons import ELEVEN, FIFTEEN, Linked, Supply, declaration, fill_postgresql

FIXED = 0.3
"""Seconds that an erasure may take beside its rows."""
TIMES = {1: 5, 100: 5, 1_000: 3, 10_000: 1}
"""Persons of one erasure, and rounds; each way takes persons of its own in each."""
TARGETS = {100: 1.5, 1_000: 1.5, 10_000: 1.3}


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """Seconds for 1 to 10,000 persons; the ways by hand take the same chunks."""
    for tables in (ELEVEN, FIFTEEN):
        name = f"persons_{len(tables) + 1}"
        url = stand.database(name)
        fill_postgresql(url, tables, scale.persons)
        text = declaration(tables, "postgresql", "${BENCH_PERSONS}", "public.")
        supply = Supply(scale.persons)
        desk = stand.in_force(text, {"BENCH_PERSONS": url})
        with psycopg.connect(url, autocommit=True) as link:
            ways = {each: partial(_by_hand, link, tables, way) for each, way in FLOORS.items()}
            for many, times in TIMES.items():
                if supply.given + many * times * (len(FLOORS) + 1) > scale.persons:
                    continue
                found, sizes = rounds(
                    stand, desk, tables, supply, ways, many, times, "public.person"
                )
                say(_figure(tables, many, found, sizes))
        stand.drop(name)


def _by_hand(
    link: Link, tables: Sequence[Linked], way: Floor, chunks: Sequence[Sequence[int]]
) -> int:
    return sum(way(link, tables, chunk, len(chunk)) for chunk in chunks)


def _figure(
    tables: Sequence[Linked], many: int, found: Mapping[str, list[float]], sizes: Sequence[int]
) -> Figure:
    middle = {way: median(seconds) for way, seconds in found.items()}
    ours = middle.pop(NAME)
    best = min(middle, key=lambda way: middle[way])
    ratio = max(0.0, ours - FIXED) / middle[best]
    target = TARGETS.get(many)
    told = ", ".join(f"{way} {seconds:.3f}" for way, seconds in middle.items())
    return Figure(
        f"erasure of {many:,} persons, {len(tables) + 1} tables",
        ours,
        "s",
        middle[best],
        ratio,
        target,
        Better.LOWER,
        None if target is None else ratio <= target,
        f"ratio without {FIXED} s; by hand: {told}; chunks of {', '.join(map(str, sizes[:9]))} …",
    )
