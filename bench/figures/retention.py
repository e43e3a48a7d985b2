"""Retention: rows older than their maximum leave a large table, beside three ways by hand."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import psycopg

from avow.engine.planner.chunks import ROWS
from avow.faces.cli.desk import Desk
from bench.bystander import Waits, writing
from bench.figure import Better, Say, Scale, bare, beside
from bench.floors.retention import FLOORS, Floor
from bench.stand import Stand
from bench.worlds.retention import DECLARATION, build

CUTOFF = datetime(2025, 6, 2, tzinfo=UTC)
"""Visits before it are due: their last day is a year before the stand's."""
SIZE = ROWS.largest
"""Rows of a batch by hand: as many as the windows of a sweep grow to."""
INSERT = (
    "INSERT INTO visit (person_id, seen_at, page, agent) VALUES (1, now(), '/new', 'bystander')"
)
UPDATE = "UPDATE visit SET page = '/seen' WHERE id = (SELECT max(id) FROM visit) - %s"


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """Rows per second beside the floors, and how long a bystander waits meanwhile."""
    template = stand.database("visits")
    due = build(template, scale.rows)
    desk = stand.in_force(DECLARATION, {"BENCH_RETENTION": stand.database("swept")})
    stand.drop("swept")  # each turn has a database of this name
    runs: list[tuple[float, Waits, float]] = []
    tries: dict[str, list[tuple[float, Waits]]] = {name: [] for name in FLOORS}
    for _ in range(scale.repeats):
        for name, floor in FLOORS.items():
            tries[name].append(_by_hand(stand, name, floor, due))
        runs.append(_by_avow(stand, desk, due))
    floors = {name: min(each, key=_seconds) for name, each in tries.items()}
    seconds, waits, refreshing = min(runs, key=_seconds)
    rates = [due / spent for spent, _ in floors.values()]
    told = ", ".join(f"{n} {due / s:,.0f}" for n, (s, _) in floors.items())
    say(
        beside(
            "retention: due rows per second",
            due / seconds,
            "rows/s",
            rates,
            target=0.8,
            better=Better.HIGHER,
            note=f"{due:,} of {scale.rows:,} rows; by hand: {told}",
        )
    )
    say(bare("retention: statistics refreshed", refreshing, "s", note="told apart"))
    best = min(floors, key=lambda name: floors[name][0])
    theirs = floors[best][1]
    say(
        beside(
            "retention: p99 of a concurrent write",
            waits.p99,
            "ms",
            [theirs.p99],
            target=2.0,
            note=f"{len(waits.ms):,} writes beside avow, {len(theirs.ms):,} beside `{best}`",
        )
    )
    say(bare("retention: p99 of a concurrent write", waits.p99, "ms", target=50.0))
    say(bare("retention: longest lock", waits.longest, "ms", target=1000.0))


def _seconds(run: tuple[float, *tuple[object, ...]]) -> float:
    """How long it took: each way counts with its best of several turns."""
    return run[0]


def _fresh(stand: Stand, name: str) -> str:
    """A copy of the filled database, read once."""
    url = stand.database(name, template="visits")
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("SELECT count(*), max(seen_at) FROM visit WHERE agent <> ''")
    return url


def _by_hand(stand: Stand, name: str, floor: Floor, due: int) -> tuple[float, Waits]:
    url = _fresh(stand, f"floor_{name}")
    with (
        psycopg.connect(url, autocommit=True) as link,
        writing(url, INSERT, UPDATE, 1_000) as waits,
    ):
        began = time.perf_counter()
        rows = floor(link, CUTOFF, SIZE)
        seconds = time.perf_counter() - began
    assert rows == due, f"{name} deleted {rows} of {due}"
    stand.drop(f"floor_{name}")
    return seconds, waits


def _by_avow(stand: Stand, desk: Desk, due: int) -> tuple[float, Waits, float]:
    url = _fresh(stand, "swept")
    plan = stand.sweep(desk, "app", {"visits": due})
    with writing(url, INSERT, UPDATE, 1_000) as waits:
        done, seconds = stand.apply(desk, plan)
    assert done.rows == due, f"{done.status}: {done.rows} of {due}"
    refreshing = stand.refreshing
    stand.drop("swept")
    return seconds, waits, refreshing
