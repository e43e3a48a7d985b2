"""One person with 100,000 rows, beside three ways by hand that commit batch by batch."""

from __future__ import annotations

import time

import psycopg

from bench.bystander import Waits, writing
from bench.figure import Say, Scale, bare, beside
from bench.floors.one_person import FLOORS, Floor
from bench.stand import Stand
from bench.worlds.heavy import FEW, ROWS, fill
from bench.worlds.persons import declaration

SIZE = 10_000
"""Rows of a batch by hand."""
PERSONS = 5_000
INSERT = (
    "INSERT INTO login SELECT 500000000 + floor(random() * 1e9), 1, date '2026-01-01', 'bystander'"
)


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """Seconds, and how long somebody waits who changes the person's own row meanwhile."""
    del scale
    template = stand.database("heavy")
    one = fill(template, PERSONS)
    floors = {name: _by_hand(stand, name, floor, one) for name, floor in FLOORS.items()}
    seconds, waits = _by_avow(stand, one)
    told = ", ".join(f"{name} {spent:.2f} s" for name, (spent, _) in floors.items())
    say(
        beside(
            f"erasure of one person with {ROWS - 1:,} rows",
            seconds,
            "s",
            [spent for spent, _ in floors.values()],
            target=2.0,
            note=f"batches of {SIZE:,} rows by hand: {told}",
        )
    )
    best = min(floors, key=lambda name: floors[name][0])
    by_hand = f"beside `{best}` by hand {floors[best][1].longest:.0f} ms"
    say(
        bare(
            "one person with 100,000 rows: longest lock",
            waits.longest,
            "ms",
            target=1000.0,
            note=by_hand,
        )
    )


def _fresh(stand: Stand, name: str) -> str:
    url = stand.database(name, template="heavy")
    with psycopg.connect(url, autocommit=True) as owner:
        for table in FEW:
            owner.execute(f"SELECT count(*), max(body) FROM {table.name}".encode())
    return url


def _update(one: int) -> str:
    """A change of the person's own row; of nobody's once it is gone."""
    return f"UPDATE person SET phone = '3' WHERE id = {one} + 0 * %s"


def _by_hand(stand: Stand, name: str, floor: Floor, one: int) -> tuple[float, Waits]:
    url = _fresh(stand, f"heavy_{name}")
    with (
        psycopg.connect(url, autocommit=True) as link,
        writing(url, INSERT, _update(one), 1_000) as waits,
    ):
        began = time.perf_counter()
        rows = floor(link, FEW, one, SIZE)
        seconds = time.perf_counter() - began
    assert rows == ROWS, f"{name} deleted {rows} of {ROWS}"
    stand.drop(f"heavy_{name}")
    return seconds, waits


def _by_avow(stand: Stand, one: int) -> tuple[float, Waits]:
    url = _fresh(stand, "heavy_avow")
    text = declaration(FEW, "postgresql", "${BENCH_HEAVY}", "public.")
    desk = stand.in_force(text, {"BENCH_HEAVY": url})
    plan = stand.erasure(desk, "app", {"public.person": [(one,)]})
    with writing(url, INSERT, _update(one), 1_000) as waits:
        done, seconds = stand.apply(desk, plan)
    assert done.rows == ROWS, f"{done.status}: {done.rows} of {ROWS}"
    stand.drop("heavy_avow")
    return seconds, waits
