"""What an apply changed, by a reader that shares nothing with us: hashes of every row there is.

Tables are those that the database itself names, whether a map declares them or not. Only drivers
are used, and no connector, no catalogue and no data map of ours.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

import psycopg

from tests import mariadb

Place: TypeAlias = tuple[str, tuple[object, ...]]
"""A row: its table, and its key; of a table without one, its hash and how often it was seen."""
Snapshot: TypeAlias = Mapping[Place, bytes]
Look: TypeAlias = Callable[[], Snapshot]
Ask: TypeAlias = Callable[[str], Iterable[Sequence[object]]]


@dataclass(frozen=True)
class Difference:
    """What became of the rows between two looks."""

    gone: frozenset[Place]
    changed: frozenset[Place]
    came: frozenset[Place]


def difference(before: Snapshot, after: Snapshot) -> Difference:
    """Every row that is not as it was."""
    stayed = before.keys() & after.keys()
    return Difference(
        frozenset(before.keys() - after.keys()),
        frozenset(place for place in stayed if before[place] != after[place]),
        frozenset(after.keys() - before.keys()),
    )


def _rows(name: str, quoted: str, key: Sequence[str], ask: Ask) -> Iterator[tuple[Place, bytes]]:
    """Every row of a table with its hash. `key` are the columns of its key, in quotes."""
    seen = Counter[bytes]()
    for row in ask(f"SELECT {', '.join([*key, 't.*'])} FROM {quoted} AS t"):
        told = sha256(repr(tuple(row[len(key) :])).encode()).digest()
        seen[told] += 1
        yield (name, tuple(row[: len(key)]) if key else (told, seen[told])), told


POSTGRESQL = """
SELECT n.nspname || '.' || c.relname, quote_ident(n.nspname) || '.' || quote_ident(c.relname),
       array(SELECT quote_ident(a.attname) FROM pg_index i JOIN pg_attribute a
             ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
             WHERE i.indrelid = c.oid AND i.indisprimary ORDER BY 1)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname NOT LIKE 'pg\\_t%'
"""
MARIADB = """
SELECT table_name, coalesce((
    SELECT group_concat(k.column_name ORDER BY k.ordinal_position SEPARATOR '|')
    FROM information_schema.key_column_usage k
    WHERE k.table_schema = t.table_schema AND k.table_name = t.table_name
      AND k.constraint_name = 'PRIMARY'), '')
FROM information_schema.tables t WHERE table_schema = database() AND table_type = 'BASE TABLE'
"""


def of_postgresql(url: str) -> Snapshot:
    """Every row of every table in every schema of the database."""
    with psycopg.connect(url, autocommit=True) as owner:

        def ask(text: str) -> Iterable[Sequence[object]]:
            return owner.execute(text.encode()).fetchall()

        tables = owner.execute(POSTGRESQL.encode()).fetchall()
        return {p: h for t in tables for p, h in _rows(t[0], t[1], t[2], ask)}


def of_sqlite(path: Path) -> Snapshot:
    """Every row of every table of the file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as owner:
        tables = owner.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        found: dict[Place, bytes] = {}
        for (name,) in tables:
            columns = owner.execute(f'PRAGMA table_info("{name}")')
            key = [f'"{column[1]}"' for column in columns if column[5]]
            found |= dict(_rows(name, f'"{name}"', key, owner.execute))
        return found


def of_mariadb(place: Path, database: str) -> Snapshot:
    """Every row of every table of the database."""
    with closing(mariadb.connect(place, database)) as owner, owner.cursor() as cursor:

        def ask(text: str) -> Iterable[Sequence[object]]:
            cursor.execute(text)
            rows: tuple[tuple[object, ...], ...] = cursor.fetchall()
            return rows

        found: dict[Place, bytes] = {}
        for name, key in [(str(t), str(k)) for t, k in ask(MARIADB)]:
            columns = [f"`{column}`" for column in key.split("|") if column]
            found |= dict(_rows(name, f"`{name}`", columns, ask))
        return found
