"""Erasure of persons in PostgreSQL, beside three ways by hand in the same database."""

from __future__ import annotations

import time
from collections.abc import Sequence

import psycopg

from bench.figure import Better, Figure, Say, Scale
from bench.floors.erasure import FLOORS
from bench.stand import Stand
from bench.worlds.persons import (
    ELEVEN,
    FIFTEEN,
    Linked,
    Supply,
    declaration,
    fill_postgresql,
    rows_each,
)

SIZES = (200, 1_000)
"""Chunks in persons by hand: what avow begins with, and the most it grows to."""
FIXED = 0.3
"""Seconds that an erasure may take beside its rows."""
TURNS = len(FLOORS) * len(SIZES) + 1
MANY = (1, 100, 1_000, 10_000)
TARGETS = {100: 1.5, 1_000: 1.5, 10_000: 1.3}


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """Seconds for 1 to 10,000 persons; each way takes persons of its own."""
    for tables in (ELEVEN, FIFTEEN):
        name = f"persons_{len(tables) + 1}"
        url = stand.database(name)
        fill_postgresql(url, tables, scale.persons)
        text = declaration(tables, "postgresql", "${BENCH_PERSONS}", "public.")
        supply = Supply(scale.persons)
        desk = stand.in_force(text, {"BENCH_PERSONS": url})
        for many in MANY:
            if supply.given + many * TURNS > scale.persons:
                continue
            floors = _by_hand(url, tables, supply, many)
            roots = {"public.person": [(each,) for each in supply.take(many)]}
            plan = stand.erasure(desk, "app", roots)
            done, seconds = stand.apply(desk, plan)
            assert done.rows == many * rows_each(tables), f"{done.status}: {done.rows}"
            say(_figure(tables, many, seconds, floors, stand.refreshing))
        stand.drop(name)


def _by_hand(url: str, tables: Sequence[Linked], supply: Supply, many: int) -> dict[str, float]:
    found: dict[str, float] = {}
    with psycopg.connect(url, autocommit=True) as link:
        for name, floor in FLOORS.items():
            for size in SIZES:
                ids = supply.take(many)
                began = time.perf_counter()
                rows = floor(link, tables, ids, size)
                found[f"{name} by {size}"] = time.perf_counter() - began
                assert rows == many * rows_each(tables), f"{name} deleted {rows}"
    return found


def _figure(
    tables: Sequence[Linked], many: int, seconds: float, floors: dict[str, float], fresh: float
) -> Figure:
    best = min(floors, key=lambda name: floors[name])
    floor = floors[best]
    ratio = max(0.0, seconds - FIXED) / floor
    target = TARGETS.get(many)
    return Figure(
        f"erasure of {many:,} persons, {len(tables) + 1} tables",
        seconds,
        "s",
        floor,
        ratio,
        target,
        Better.LOWER,
        None if target is None else ratio <= target,
        f"ratio without {FIXED} s; best by hand: {best}; statistics {fresh:.2f} s apart",
    )
