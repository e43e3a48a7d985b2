"""Erasure of persons in MariaDB, beside three ways by hand in the same database."""

from __future__ import annotations

import sys
from contextlib import closing
from functools import partial

from bench.figure import Say, Scale
from bench.floors.erasure_mariadb import FLOORS
from bench.mariadb import connect, server, url
from bench.rounds import figure, rounds
from bench.stand import Stand
from bench.worlds.persons import ELEVEN, Supply, declaration, fill_mariadb

MANY = 1_000
PERSONS = 100_000
"""At most so many persons: the server's memory holds their rows."""
TARGET = 1.5


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """Seconds for 1,000 persons; each way takes persons of its own."""
    persons = min(PERSONS, scale.persons // 5)
    with server(stand.folder / "mariadb") as place:
        if place is None:
            print(
                "no MariaDB server here (Debian: apt-get install mariadb-server)", file=sys.stderr
            )
            return
        with closing(connect(place)) as link:
            fill_mariadb(link, ELEVEN, persons)
            text = declaration(ELEVEN, "mariadb", "${BENCH_MARIADB}")
            desk = stand.in_force(text, {"BENCH_MARIADB": url(place)})
            ways = {name: partial(way, link, ELEVEN) for name, way in FLOORS.items()}
            supply, times = Supply(persons), 2 if persons < PERSONS else 5
            found, sizes = rounds(stand, desk, ELEVEN, supply, ways, MANY, times)
    say(figure(f"erasure of {MANY:,} persons, MariaDB", found, sizes, TARGET))
