"""The rights that an account of MariaDB has, as the server says them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pymysql

from avow.estate.connectors.catalogue import Catalogue, OnDelete, Table

_NAME = r"`((?:[^`]|``)*)`"
_GRANT = re.compile(rf"GRANT (.+?) ON (?:\*\.\*|{_NAME}\.(?:\*|{_NAME})) TO ")
_RIGHT = re.compile(r"([A-Z ]+?)(?: \(((?:`(?:[^`]|``)*`(?:, )?)+)\))?(?:, |$)")
_COLUMN = re.compile(_NAME)
_ALL = frozenset(
    {"SELECT", "INSERT", "UPDATE", "DELETE", "TRIGGER", "REFERENCES", "CREATE TEMPORARY TABLES",
     "ALL PRIVILEGES"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """Rights of ours: on the server, on the database, on tables, and on columns to update."""

    server: set[str]
    database: set[str]
    tables: dict[str, set[str]]
    columns: dict[str, set[str]]

    def on(self, table: str) -> set[str]:
        """All that allows something in a table as a whole."""
        return self.server | self.database | self.tables.get(table, set())


def read_held(connection: pymysql.Connection[Any]) -> Held:
    """Our rights and those of our role in the session's database, as the server says them: what it
    lists in its information schema leaves out those of a role."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT database()")
        here = str((cursor.fetchone() or ("",))[0])
        cursor.execute("SHOW GRANTS")
        lines = [str(line) for (line,) in cursor.fetchall()]
    held = Held(set(), set(), {}, {})
    for line in lines:
        if found := _GRANT.match(line):
            base, table = (None if t is None else t.replace("``", "`") for t in found.groups()[1:])
            if base is None or _covers(base, here, is_pattern=table is None):
                _take(held, found[1], base, table)
    return held


def _covers(name: str, database: str, *, is_pattern: bool) -> bool:
    """Whether a right on a database, which may be written as a pattern, is one on this database."""
    parts = re.split(r"(\\.|[%_])", name) if is_pattern else [name]
    wild = {"%": ".*", "_": "."}
    said = "".join(wild.get(p) or re.escape(p[1:] if p[:1] == "\\" else p) for p in parts)
    return re.fullmatch(said, database, re.DOTALL) is not None


def _take(held: Held, said: str, base: str | None, table: str | None) -> None:
    for right, columns in _RIGHT.findall(said):
        if columns:
            if right == "UPDATE":
                names = {c.replace("``", "`") for c in _COLUMN.findall(columns)}
                held.columns.setdefault(table or "", set()).update(names)
            continue
        words = _ALL if right == "ALL PRIVILEGES" else {right}
        if table is not None:
            held.tables.setdefault(table, set()).update(words)
        else:
            (held.server if base is None else held.database).update(words)


def changeable(live: Catalogue, held: Held, tables: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Tables of which rows may come or go in a batch on `tables`, and whether only our own
    statements can do that: then the server says itself how many went. Where a trigger fires, or
    could without our seeing it, these are all tables that we may read."""
    reached = dict.fromkeys(n for table in tables for n in live.changed_with(table))
    if any(_may_fire(live.tables[n], held) for n in tables if n in live.tables):
        seen = (t.name for t in live.tables.values() if t.writable and "SELECT" in held.on(t.name))
        yield from ((n, False) for n in dict.fromkeys([*seen, *reached]))
        return
    keys = (k for k in live.foreign_keys if k.on_delete is OnDelete.CASCADE)
    by_itself = {k.child for k in keys if k.parent in reached}
    yield from ((n, n not in by_itself) for n in reached)


def _may_fire(table: Table, held: Held) -> bool:
    return bool(table.triggers) or "TRIGGER" not in held.on(table.name)
