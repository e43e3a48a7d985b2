"""The census of a system of persons, beside bare readings of the same columns by one process."""

from __future__ import annotations

import time
from contextlib import closing

import psycopg

from avow.engine.verifier.census import EMPTY_KINDS, look
from avow.estate.connectors.base import Access, Connection
from bench.figure import Better, Say, Scale, beside
from bench.floors.census import FLOORS, Floor, size
from bench.stand import Stand
from bench.worlds.persons import ELEVEN, declaration, fill_postgresql

MIB = 1 << 20
SOUGHT = 1_000
"""Values of persons who are not there."""


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """MiB of columns per second, as text; the least of several turns."""
    persons = min(scale.persons, 200_000) // (1 if scale.name == "full" else 5)
    url = stand.database("census")
    fill_postgresql(url, ELEVEN, persons)
    text = declaration(ELEVEN, "postgresql", "${BENCH_CENSUS}", "public.")
    desk = stand.in_force(text, {"BENCH_CENSUS": url})
    gone = frozenset(f"gone{n}@example.org" for n in range(SOUGHT))
    spent: dict[str, float] = {}
    with closing(desk.estate.open("app", Access.READ)) as connection:
        columns = _columns(connection)
        with psycopg.connect(url, autocommit=True) as link:
            whole = sum(size(link, table, names) for table, names in columns.items())
            for _ in range(scale.repeats):
                for name, floor in FLOORS.items():
                    _least(spent, name, _by_hand(link, floor, columns))
                _least(spent, "avow", _by_avow(connection, gone))
    rates = {name: whole / MIB / seconds for name, seconds in spent.items()}
    told = ", ".join(f"{n} {rates[n]:,.1f}" for n in FLOORS)
    say(
        beside(
            "census: columns read past erased values",
            rates["avow"],
            "MiB/s",
            [rates[n] for n in FLOORS],
            better=Better.HIGHER,
            note=f"{whole / MIB:,.0f} MiB of text, {SOUGHT:,} values, one core; bare: {told}",
        )
    )
    stand.drop("census")


def _columns(connection: Connection) -> dict[str, list[str]]:
    """The columns that a census reads, by table."""
    tables = connection.catalogue().tables.values()
    return {t.name: [c.name for c in t.columns if c.kind not in EMPTY_KINDS] for t in tables}


def _least(spent: dict[str, float], name: str, seconds: float) -> None:
    spent[name] = min(seconds, spent.get(name, seconds))


def _by_hand(
    link: psycopg.Connection[tuple[object, ...]], floor: Floor, columns: dict[str, list[str]]
) -> float:
    began = time.perf_counter()
    for table, names in columns.items():
        floor(link, table, names)
    return time.perf_counter() - began


def _by_avow(connection: Connection, gone: frozenset[str]) -> float:
    began = time.perf_counter()
    seen = look(connection, gone)
    seconds = time.perf_counter() - began
    assert seen.canary_seen, seen.gaps
    assert not seen.leftovers()
    return seconds
