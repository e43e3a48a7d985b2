"""The live schema of a MariaDB database, by its information schema.

Of the connection's own database, under the bare names of its tables. A text column's native type
tells its character set and collation, since they decide what it is compared with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pymysql

from avow.estate.connectors.catalogue import (
    FIRES,
    Catalogue,
    Closed,
    Column,
    ColumnKind,
    ForeignKey,
    OnDelete,
    Table,
)
from avow.estate.connectors.mariadb_kinds import kind_of
from avow.estate.connectors.postgresql_catalogue import digest

_TABLES = """
SELECT table_name, table_type, engine, table_rows FROM information_schema.tables
WHERE table_schema = database() AND table_type <> 'SEQUENCE' ORDER BY table_name
"""
_COLUMNS = """
SELECT c.table_name, c.column_name, c.column_type, c.data_type, c.character_set_name,
       c.collation_name, c.is_nullable = 'YES', c.is_generated = 'ALWAYS', c.extra,
       c.character_maximum_length
FROM information_schema.columns AS c
WHERE c.table_schema = database() ORDER BY c.table_name, c.ordinal_position
"""
_JSON = """
SELECT table_name, check_clause FROM information_schema.check_constraints
WHERE constraint_schema = database() AND check_clause LIKE 'json_valid(%'
"""
_INDEXES = """
SELECT table_name, index_name, non_unique = 0, column_name, sub_part
FROM information_schema.statistics
WHERE table_schema = database() AND index_type IN ('BTREE', 'HASH')
ORDER BY table_name, index_name <> 'PRIMARY', index_name, seq_in_index
"""
_FOREIGN_KEYS = """
SELECT k.constraint_name, k.table_schema = database(), k.table_name, k.column_name,
       k.referenced_table_schema = database(), k.referenced_table_name,
       k.referenced_column_name, r.delete_rule
FROM information_schema.key_column_usage AS k
JOIN information_schema.referential_constraints AS r
  ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
 AND r.table_name = k.table_name
WHERE k.referenced_table_name IS NOT NULL
  AND (k.table_schema = database() OR k.referenced_table_schema = database())
ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position
"""
_TRIGGERS = """
SELECT event_object_table, trigger_name FROM information_schema.triggers
WHERE event_object_schema = database() ORDER BY 1, 2
"""
VERSIONED = "SYSTEM VERSIONED"
_SAFE = "InnoDB"


@dataclass(frozen=True, slots=True)
class Live:
    """The schema, and the columns that the server itself would set when a row is written."""

    catalogue: Catalogue
    stamped: Mapping[str, tuple[str, ...]]


def read_live(connection: pymysql.Connection[Any]) -> Live:
    """Every table and view of the database that the connection is in."""

    def rows(query: str) -> Sequence[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    json = {(table, clause) for table, clause in rows(_JSON)}
    columns: defaultdict[str, list[Column]] = defaultdict(list)
    stamped: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for table, *rest in rows(_COLUMNS):
        columns[table].append(_column(rest, is_json=(table, _valid(rest[0])) in json))
        if "on update" in rest[7].lower():
            stamped[table] += (rest[0],)
    indexes = _indexes(rows(_INDEXES))
    triggers: defaultdict[str, list[str]] = defaultdict(list)
    for table, trigger in rows(_TRIGGERS):
        triggers[table].append(trigger)
    keys, elsewhere = _foreign_keys(rows(_FOREIGN_KEYS))
    tables = {
        table: _table(
            table, columns[table], indexes[table], tuple(triggers[table]), estimate,
            kind in {"BASE TABLE", VERSIONED},
            _closed(kind, engine) or (Closed.ELSEWHERE if table in elsewhere else None),
        )
        for table, kind, engine, estimate in rows(_TABLES)
    }  # fmt: skip
    return Live(Catalogue(tables, keys, digest(tables.values(), keys)), dict(stamped))


def _closed(kind: str, engine: str | None) -> Closed | None:
    if kind == VERSIONED:
        return Closed.HISTORY
    return Closed.NOT_UNDONE if kind == "BASE TABLE" and engine != _SAFE else None


def _valid(column: str) -> str:
    """The check that the server adds for `JSON`."""
    return f"json_valid(`{column.replace('`', '``')}`)"


def _column(row: Sequence[Any], *, is_json: bool) -> Column:
    name, native, word, charset, collation, nullable, generated, _, length = row
    kind = ColumnKind.JSON if is_json else kind_of(native, word)
    if charset:
        native = f"{native} CHARACTER SET {charset} COLLATE {collation}"
    short = int(length) if length is not None and kind is ColumnKind.TEXT else None
    return Column(name, native, kind, bool(nullable), bool(generated), short)


@dataclass(frozen=True, slots=True)
class _Index:
    unique: bool
    fields: tuple[str, ...]
    whole: bool


def _indexes(rows: Iterable[Sequence[Any]]) -> defaultdict[str, list[_Index]]:
    parts: dict[tuple[str, str], list[Sequence[Any]]] = {}
    for table, index, *rest in rows:
        parts.setdefault((table, index), []).append(rest)
    found: defaultdict[str, list[_Index]] = defaultdict(list)
    for (table, _), fields in parts.items():
        # Of an index over the beginnings of values, only whole columns keep rows apart.
        whole = all(f[2] is None for f in fields)
        found[table].append(_Index(bool(fields[0][0]), tuple(f[1] for f in fields), whole))
    return found


def _table(
    table: str,
    columns: list[Column],
    indexes: list[_Index],
    triggers: tuple[str, ...],
    rows: int | None,
    is_base: bool,
    closed: Closed | None,
) -> Table:
    """Without a primary key, unique columns that are never null do. The primary key comes first."""
    strict = {c.name for c in columns if not c.nullable}
    unique = [i.fields for i in indexes if i.unique and i.whole]
    key = next((fields for fields in unique if strict.issuperset(fields)), ())
    return Table(
        table,
        tuple(columns),
        key,
        indexes=tuple(dict.fromkeys(i.fields for i in indexes)),
        unique=tuple(dict.fromkeys(unique)),
        triggers=triggers,
        rows=None if rows is None else int(rows),
        writable=is_base,
        closed=closed,
    )


def _foreign_keys(
    rows: Iterable[Sequence[Any]],
) -> tuple[tuple[ForeignKey, ...], frozenset[str]]:
    """Foreign keys inside the database, and the tables on whose rows those of another database
    hang, to be deleted or emptied with them: nobody would see what happens there."""
    parts: dict[tuple[str, bool, str], list[Sequence[Any]]] = {}
    for name, ours, child, *rest in rows:
        parts.setdefault((name, bool(ours), child), []).append(rest)
    keys, elsewhere = [], set[str]()
    for (name, ours, child), fields in parts.items():
        _, inside, parent, _, rule = fields[0]
        how = OnDelete(rule.lower())
        if not ours and how in FIRES:
            elsewhere.add(parent)
        if ours and inside:
            mine, theirs = tuple(f[0] for f in fields), tuple(f[3] for f in fields)
            keys.append(ForeignKey(name, child, mine, parent, theirs, how))
    return tuple(keys), frozenset(elsewhere)
