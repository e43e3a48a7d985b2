"""Erasure by hand over one connection or two: what the database itself allows.

The three ways of `bench.floors.erasure`, each in a process of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from bench.floors.erasure import FLOORS
from bench.worlds.persons import Linked

SIZE = 200
"""Persons of a chunk."""


def erased(url: str, way: str, tables: Sequence[Linked], ids: Sequence[int]) -> int:
    """Erase persons over a connection of one's own; gives the rows."""
    with psycopg.connect(url, autocommit=True) as link:
        return FLOORS[way](link, tables, ids, SIZE)
