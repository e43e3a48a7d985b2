"""Access: all that persons own in one PostgreSQL of 15 tables, beside three ways by hand."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg

from avow.engine.planner.identities import Candidate
from avow.engine.planner.reading import read
from avow.engine.planner.requested import disclose
from avow.estate.connectors.base import Access
from avow.estate.connectors.postgresql import PostgresqlConnection, PostgresqlConnector
from bench.figure import Better, Figure, Say, Scale, bare
from bench.floors.access import FLOORS, Floor
from bench.stand import Stand
from bench.worlds.persons import FIFTEEN, Supply, declaration, fill_postgresql, rows_each

FIXED = 0.02
"""Seconds that an answer may take beside its rows."""
MANY = (1, 100)
TURNS = 9
"""Each way in turn, so often; the median counts."""
MOST = 100_000
ROOT = "public.person"


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """Seconds to read 1 and 100 persons, and how often the database was waited for."""
    url = stand.database("access")
    fill_postgresql(url, FIFTEEN, scale.persons // 5)
    text = declaration(FIFTEEN, "postgresql", "${BENCH_ACCESS}", "public.")
    desk = stand.in_force(text, {"BENCH_ACCESS": url})
    system = desk.declaration.datamap.systems["app"]
    supply = Supply(scale.persons // 5)
    with psycopg.connect(url, autocommit=True) as link:
        connection = PostgresqlConnector().connect(system, Access.READ)
        connection.catalogue()
        for many in MANY:
            ids = supply.take(many)
            seeds = {ROOT: [(n, (key,)) for n, key in enumerate(ids)]}

            def ours(seeds: dict[str, list[tuple[int, tuple[int]]]] = seeds) -> int:
                return sum(len(each.rows) for each in read(connection, seeds, MOST))

            def whole(ids: Sequence[int] = ids) -> int:
                asked = [Candidate(n, "app", ROOT, ("id",), ((i,),)) for n, i in enumerate(ids)]
                return sum(len(each.rows) for each in disclose(desk.estate, asked, MOST).extracts)

            ways: dict[str, Callable[[], int]] = {"avow": ours, "whole": whole}
            for name, floor in FLOORS.items():
                ways[name] = lambda floor=floor, ids=ids: floor(link, FIFTEEN, ids)
                ways[f"{name}, opened"] = lambda floor=floor, ids=ids: _opened(url, floor, ids)
            spent = in_turn(ways, many * rows_each(FIFTEEN))
            say(_figure(many, spent, ("avow", ""), "on an open connection"))
            say(_figure(many, spent, ("whole", ", opened"), "and the opening of connections"))
            trips = round_trips(connection, ours)
            say(bare(f"access: round trips for {many:,} persons", trips, "trips", target=1.0))
        connection.close()
    stand.drop("access")


def in_turn(ways: dict[str, Callable[[], int]], rows: int) -> dict[str, float]:
    """The median seconds of every way, run one after the other in turns."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(TURNS):
        for name, way in ways.items():
            began = time.perf_counter()
            there = way()
            found[name].append(time.perf_counter() - began)
            assert there == rows, f"{name} read {there} of {rows} rows"
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def round_trips(connection: PostgresqlConnection, work: Callable[[], object]) -> int:
    """How often the client waited for the server meanwhile: every end of what was sent."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace"
        handle = os.open(path, os.O_CREAT | os.O_WRONLY)
        try:
            connection.raw.pgconn.trace(handle)
            work()
        finally:
            connection.raw.pgconn.untrace()
            os.close(handle)
        said = [line.split("\t") for line in path.read_text(errors="replace").splitlines()]
    return sum(len(each) > 3 and each[1] == "F" and each[3] in ("Sync", "Query") for each in said)


def _opened(url: str, floor: Floor, ids: Sequence[int]) -> int:
    """By hand on a connection that is opened for it."""
    with psycopg.connect(url, autocommit=True) as link:
        return floor(link, FIFTEEN, ids)


def _figure(many: int, spent: dict[str, float], ways: tuple[str, str], how: str) -> Figure:
    """Ours among `ways`, and what the names of the ways by hand end with."""
    way, behind = ways
    floors = {name: spent[f"{name}{behind}"] for name in FLOORS}
    best = min(floors, key=lambda name: floors[name])
    ratio = max(0.0, spent[way] - FIXED) / floors[best]
    told = ", ".join(f"{name} {seconds * 1000:.1f}" for name, seconds in floors.items())
    return Figure(
        f"access: {many:,} persons, {len(FIFTEEN) + 1} tables, {how}",
        spent[way] * 1000,
        "ms",
        floors[best] * 1000,
        ratio,
        2.0,
        Better.LOWER,
        ratio <= 2.0,
        f"ratio without {FIXED * 1000:.0f} ms; by hand in ms: {told}",
    )
