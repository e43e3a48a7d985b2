"""Three ways to erase persons by hand in SQLite: bare deletions in chunks, nothing else.

Each takes the ids of the persons chunk by chunk, and gives the rows it deleted. What is deleted is
overwritten in the file and pointers are looked at, as any erasure must.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence

from bench.worlds.persons import Linked, deepest_first, path

Chunks = Sequence[Sequence[int]]
Floor = Callable[[sqlite3.Connection, Sequence[Linked], Chunks], int]


def connect(file: str) -> sqlite3.Connection:
    """A connection whose deletions leave nothing behind, and with a cache that holds a chunk."""
    link = sqlite3.connect(file, isolation_level=None)
    for setting in (
        "foreign_keys = on", "secure_delete = on", "temp_store = memory", "cache_size = -65536",
    ):  # fmt: skip
        link.execute(f"PRAGMA {setting}")
    return link


def _nested(tables: Sequence[Linked], table: Linked, asked: str) -> str:
    """Delete the rows of a table below the persons for whom `asked` holds."""
    for up in reversed(path(tables, table)[1:]):
        asked = f"IN (SELECT id FROM {up.name} WHERE {up.pointer} {asked})"
    return f"DELETE FROM {table.name} WHERE {table.pointer} {asked}"


def by_keys(link: sqlite3.Connection, tables: Sequence[Linked], chunks: Chunks) -> int:
    """The chunk in a temporary table, a nested question per table."""
    link.execute("CREATE TEMP TABLE IF NOT EXISTS chunk (id INTEGER PRIMARY KEY)")
    asked, rows = "IN (SELECT id FROM temp.chunk)", 0
    for some in chunks:
        link.execute("BEGIN IMMEDIATE")
        link.execute("DELETE FROM temp.chunk")
        link.executemany("INSERT INTO temp.chunk VALUES (?)", ((n,) for n in some))
        for table in deepest_first(tables):
            rows += link.execute(_nested(tables, table, asked)).rowcount
        rows += link.execute(f"DELETE FROM person WHERE id {asked}").rowcount
        link.execute("COMMIT")
    return rows


def by_array(link: sqlite3.Connection, tables: Sequence[Linked], chunks: Chunks) -> int:
    """The chunk as one bound list in JSON, a nested question per table."""
    asked, rows = "IN (SELECT value FROM json_each(?))", 0
    for some in chunks:
        bound = (json.dumps(list(some)),)
        link.execute("BEGIN IMMEDIATE")
        for table in deepest_first(tables):
            rows += link.execute(_nested(tables, table, asked), bound).rowcount
        rows += link.execute(f"DELETE FROM person WHERE id {asked}", bound).rowcount
        link.execute("COMMIT")
    return rows


def by_person(link: sqlite3.Connection, tables: Sequence[Linked], chunks: Chunks) -> int:
    """Person after person: here a statement costs no way over a network."""
    rows = 0
    for some in chunks:
        ids = [(n,) for n in some]
        link.execute("BEGIN IMMEDIATE")
        for table in deepest_first(tables):
            rows += link.executemany(_nested(tables, table, "= ?"), ids).rowcount
        rows += link.executemany("DELETE FROM person WHERE id = ?", ids).rowcount
        link.execute("COMMIT")
    return rows


FLOORS: Mapping[str, Floor] = {"keys": by_keys, "array": by_array, "person": by_person}
