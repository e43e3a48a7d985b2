"""Ways to read the same columns of a table from PostgreSQL, and do nothing with them.

Each gives the rows it read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import psycopg
from psycopg import sql

Link = psycopg.Connection[tuple[object, ...]]
Floor = Callable[[Link, str, Sequence[str]], int]
BLOCK = 500


def _named(table: str, columns: Sequence[str]) -> dict[str, sql.Composable]:
    return {
        "table": sql.Identifier(*table.split(".")),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
    }


def by_cursor(link: Link, table: str, columns: Sequence[str]) -> int:
    """A cursor of the server, block by block, as Python values."""
    rows = 0
    with link.transaction(), link.cursor("bare") as cursor:
        cursor.execute(sql.SQL("SELECT {columns} FROM {table}").format(**_named(table, columns)))
        while block := cursor.fetchmany(BLOCK):
            rows += len(block)
    return rows


def by_pages(link: Link, table: str, columns: Sequence[str]) -> int:
    """Pages by key, as Python values; the tables have a whole number as their key."""
    asked = sql.SQL("SELECT id, {columns} FROM {table} WHERE id > %s ORDER BY id LIMIT 5000")
    rows, after = 0, 0
    while page := link.execute(asked.format(**_named(table, columns)), [after]).fetchall():
        rows, after = rows + len(page), int(str(page[-1][0]))
    return rows


def by_copy(link: Link, table: str, columns: Sequence[str]) -> int:
    """COPY of the table, its lines as bytes."""
    asked = sql.SQL("COPY {table} ({columns}) TO STDOUT").format(**_named(table, columns))
    with link.cursor() as cursor, cursor.copy(asked) as copy:
        return sum(bytes(data).count(b"\n") for data in copy)


FLOORS: Mapping[str, Floor] = {"cursor": by_cursor, "pages": by_pages, "copy": by_copy}


def size(link: Link, table: str, columns: Sequence[str]) -> int:
    """Bytes of the columns as text, which is what all of them are measured by."""
    asked = sql.SQL("COPY {table} ({columns}) TO STDOUT").format(**_named(table, columns))
    with link.cursor() as cursor, cursor.copy(asked) as copy:
        return sum(len(data) for data in copy)
