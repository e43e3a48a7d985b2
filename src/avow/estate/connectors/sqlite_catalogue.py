"""The live schema of an SQLite file, by its own pragmas as tables."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import Any, TypeAlias

from avow.estate.connectors.catalogue import (
    Catalogue,
    Column,
    ColumnKind,
    ForeignKey,
    OnDelete,
    Table,
)
from avow.estate.connectors.postgresql_catalogue import digest

_TABLES = """
SELECT name, type, wr FROM pragma_table_list
WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name
"""
_COLUMNS = """
SELECT t.name, c.name, c.type, c."notnull", c.pk, c.hidden
FROM pragma_table_list AS t JOIN pragma_table_xinfo(t.name) AS c
WHERE t.schema = 'main' AND c.hidden <> 1 ORDER BY t.name, c.cid
"""
_COLUMNS_OF = """
SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid
"""
_INDEXES = """
SELECT t.name, i.name, i."unique", c.name
FROM pragma_table_list AS t JOIN pragma_index_list(t.name) AS i
JOIN pragma_index_xinfo(i.name) AS c
WHERE t.schema = 'main' AND i.partial = 0 AND c.key = 1 ORDER BY t.name, i.seq, c.seqno
"""
_FOREIGN_KEYS = """
SELECT t.name, f.id, f."table", f."from", f."to", f.on_delete
FROM pragma_table_list AS t JOIN pragma_foreign_key_list(t.name) AS f
WHERE t.schema = 'main' ORDER BY t.name, f.id, f.seq
"""
_TRIGGERS = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1, 2"
_GENERATED = frozenset({2, 3})

_WORDS = (
    ("BOOL", ColumnKind.BOOLEAN), ("UUID", ColumnKind.UUID), ("JSON", ColumnKind.JSON),
    ("TIMESTAMPTZ", ColumnKind.INSTANT), ("WITH TIME ZONE", ColumnKind.INSTANT),
    ("DATETIME", ColumnKind.NAIVE), ("TIMESTAMP", ColumnKind.NAIVE), ("DATE", ColumnKind.DATE),
    ("INT", ColumnKind.INTEGER), ("CHAR", ColumnKind.TEXT), ("CLOB", ColumnKind.TEXT),
    ("TEXT", ColumnKind.TEXT), ("BLOB", ColumnKind.BYTES), ("REAL", ColumnKind.NUMBER),
    ("FLOA", ColumnKind.NUMBER), ("DOUB", ColumnKind.NUMBER), ("NUM", ColumnKind.NUMBER),
    ("DEC", ColumnKind.NUMBER),
)  # fmt: skip
Indexes: TypeAlias = Mapping[str, tuple[bool, list[str | None]]]


def kind_of(declared: str) -> ColumnKind:
    """The kind of a declared type, by the words in it, as SQLite itself finds the affinity."""
    upper = declared.upper()
    return next((kind for word, kind in _WORDS if word in upper), ColumnKind.OTHER)


def read_catalogue(connection: sqlite3.Connection) -> Catalogue:
    """Every table, virtual table and view of the main database. The tables that a virtual table
    keeps its content in are there to be read, and not writable."""
    columns = _columns(connection)
    indexes: defaultdict[str, dict[str, tuple[bool, list[str | None]]]] = defaultdict(dict)
    for table, index, alone, column in connection.execute(_INDEXES):
        indexes[table].setdefault(index, (bool(alone), []))[1].append(column)
    triggers: defaultdict[str, list[str]] = defaultdict(list)
    for table, trigger in connection.execute(_TRIGGERS):
        triggers[table].append(trigger)
    tables = {
        name: _table(name, kind, rowless, columns[name], indexes[name], tuple(triggers[name]))
        for name, kind, rowless in connection.execute(_TABLES)
    }
    keys = _foreign_keys(connection, tables)
    room = _room(connection)
    measured = {n: replace(t, by_size=_by_size(connection, t, room)) for n, t in tables.items()}
    return Catalogue(measured, keys, digest(tables.values(), keys))


def _columns(connection: sqlite3.Connection) -> Mapping[str, list[tuple[Any, ...]]]:
    """The columns of every table and view. One view that runs in a circle, or shows a table that is
    gone, ends the question about all: then each is asked by itself, and such a view has none."""
    found: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    try:
        for table, *rest in connection.execute(_COLUMNS).fetchall():
            found[table].append(tuple(rest))
    except sqlite3.OperationalError:
        for name, kind, _ in connection.execute(_TABLES).fetchall():
            with suppress(sqlite3.OperationalError) if kind == "view" else nullcontext():
                found[name] = connection.execute(_COLUMNS_OF, (name,)).fetchall()
    return found


def _room(connection: sqlite3.Connection) -> int:
    """How many rows the file has room for, each of the fewest bytes."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    return int(pages * size // 8)


def _by_size(connection: sqlite3.Connection, table: Table, room: int) -> int | None:
    """No more rows than the largest number of a row, and than the file has room for. The number
    may be anybody's choice, and a virtual table or one without such numbers has none."""
    quoted = table.name.replace('"', '""')
    with suppress(sqlite3.Error):
        question = f'SELECT max(rowid) FROM "{quoted}"'  # noqa: S608 (quoted)
        (last,) = connection.execute(question).fetchone()
        if isinstance(last or 0, int):
            return min(max(last or 0, 0), room)
    return None


def _table(
    name: str,
    kind: str,
    rowless: int,
    rows: list[tuple[Any, ...]],
    indexes: Indexes,
    triggers: tuple[str, ...],
) -> Table:
    key = tuple(r[0] for r in sorted((r for r in rows if r[3]), key=lambda r: r[3]))
    # An INTEGER PRIMARY KEY is the row's number and never null; other keys of SQLite may be.
    strict = bool(rowless) or (
        len(key) == 1 and any(r[3] and r[1].upper() == "INTEGER" for r in rows)
    )
    columns = tuple(
        Column(c, native, kind_of(native), not (notnull or (pk and strict)), hidden in _GENERATED)
        for c, native, notnull, pk, hidden in rows
    )
    leading = [key, *(_leading(fields) for _, fields in indexes.values())]
    whole = (fields for alone, fields in indexes.values() if alone and None not in fields)
    unique = [_leading(fields) for fields in whole]
    return Table(
        name,
        columns,
        key or _stand_in(columns, unique),
        indexes=tuple(dict.fromkeys(f for f in leading if f)),
        unique=tuple(dict.fromkeys(f for f in (key, *unique) if f)),
        triggers=triggers,
        row_security=not columns,  # a view that nobody can read: what it would show is unknown
        writable=kind in {"table", "virtual"},
    )


def _stand_in(columns: tuple[Column, ...], unique: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Unique columns that are never null, where no key is declared."""
    strict = {c.name for c in columns if not c.nullable}
    return next((fields for fields in unique if strict.issuperset(fields)), ())


def _leading(fields: list[str | None]) -> tuple[str, ...]:
    """The plain columns at the front of an index; an expression (no name) ends them."""
    plain: list[str] = []
    for field in fields:
        if field is None:
            break
        plain.append(field)
    return tuple(plain)


def _foreign_keys(
    connection: sqlite3.Connection, tables: Mapping[str, Table]
) -> tuple[ForeignKey, ...]:
    """Foreign keys have no names here: each is named by what it says. Names match in any case."""
    by_name = {name.lower(): table for name, table in tables.items()}
    found: dict[tuple[str, int], list[tuple[Any, ...]]] = {}
    for child, number, *rest in connection.execute(_FOREIGN_KEYS):
        found.setdefault((child, number), []).append(tuple(rest))
    keys = []
    for (child, _), parts in found.items():
        parent = by_name.get(parts[0][0].lower())
        if parent is None or child not in tables:
            continue
        mine = _cased(tables[child], [p[1] for p in parts])
        theirs = parent.key if parts[0][2] is None else _cased(parent, [p[2] for p in parts])
        name = f"{child}.{'+'.join(mine)}>{parent.name}"
        keys.append(
            ForeignKey(name, child, mine, parent.name, theirs, OnDelete(parts[0][3].lower()))
        )
    return tuple(keys)


def _cased(table: Table, fields: list[str]) -> tuple[str, ...]:
    known = {c.name.lower(): c.name for c in table.columns}
    return tuple(known.get(f.lower(), f) for f in fields)
