"""The live schema of a PostgreSQL database, by six queries over its own catalogue.

Partitions stand under their parent's name. Nothing here needs a right on any table.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import psycopg

from avow.estate.connectors.catalogue import (
    Catalogue,
    Column,
    ColumnKind,
    ForeignKey,
    OnDelete,
    Table,
)

_OURS = r"""
    n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_t%'
"""
_TABLES = f"""
SELECT c.oid, n.nspname || '.' || c.relname, c.relkind,
       CASE WHEN c.reltuples >= 0 AND c.relkind <> 'p' THEN c.reltuples::bigint
            WHEN c.relkind = 'p' THEN (
                SELECT sum(greatest(l.reltuples, 0))::bigint
                FROM pg_partition_tree(c.oid) AS t JOIN pg_class AS l ON l.oid = t.relid
                WHERE t.isleaf AND t.relid <> c.oid)
       END,
       c.relrowsecurity AND row_security_active(c.oid),
       c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits AS h WHERE h.inhparent = c.oid),
       CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) / 64
            WHEN c.relkind = 'p' THEN (
                SELECT sum(pg_relation_size(t.relid))::bigint / 64
                FROM pg_partition_tree(c.oid) AS t WHERE t.isleaf AND t.relid <> c.oid)
       END
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND {_OURS}
ORDER BY 2
"""  # noqa: S608 (fixed text)
_COLUMNS = f"""
SELECT a.attrelid, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod),
       coalesce(b.typname, t.typname), a.attnotnull OR t.typnotnull,
       a.attgenerated <> '' OR a.attidentity = 'a',
       CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 END,
       a.attidentity = 'a',
       NOT has_schema_privilege(n.oid, 'USAGE') OR NOT has_table_privilege(c.oid, 'SELECT')
           AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT')
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_type AS b ON b.oid = t.typbasetype AND t.typtype = 'd'
WHERE a.attnum > 0 AND NOT a.attisdropped
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND {_OURS}
ORDER BY a.attrelid, a.attnum
"""  # noqa: S608 (fixed text)
_INDEXES = f"""
SELECT i.indrelid, i.indisprimary, i.indisunique AND i.indexprs IS NULL AND i.indimmediate,
       i.indkey::int[], i.indnkeyatts
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE i.indisvalid AND i.indpred IS NULL AND NOT c.relispartition AND {_OURS}
ORDER BY i.indrelid, i.indisprimary DESC, i.indexrelid
"""  # noqa: S608 (fixed text)
_FOREIGN_KEYS = f"""
SELECT k.conname, coalesce(pg_partition_root(k.conrelid)::oid, k.conrelid),
       (SELECT array_agg(a.attname ORDER BY o) FROM unnest(k.conkey) WITH ORDINALITY AS u (at, o)
        JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.at),
       coalesce(pg_partition_root(k.confrelid)::oid, k.confrelid),
       (SELECT array_agg(a.attname ORDER BY o) FROM unnest(k.confkey) WITH ORDINALITY AS u (at, o)
        JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.at),
       k.confdeltype, k.condeferrable
FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0
  AND coalesce(to_jsonb(k) ->> 'conenforced', 'true') = 'true' AND {_OURS}
ORDER BY c.oid, k.conname
"""  # noqa: S608 (fixed text)
_TRIGGERS = """
SELECT tgrelid, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' ORDER BY 1, 2
"""
_RULES = """
SELECT r.ev_class, r.rulename FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class
WHERE c.relkind IN ('r', 'p') AND r.ev_type IN ('2', '4') AND r.ev_enabled <> 'D' ORDER BY 1, 2
"""

_KINDS = {
    "text": ColumnKind.TEXT, "varchar": ColumnKind.TEXT, "name": ColumnKind.TEXT,
    "int2": ColumnKind.INTEGER, "int4": ColumnKind.INTEGER, "int8": ColumnKind.INTEGER,
    "numeric": ColumnKind.NUMBER, "float4": ColumnKind.NUMBER, "float8": ColumnKind.NUMBER,
    "bool": ColumnKind.BOOLEAN, "uuid": ColumnKind.UUID, "bytea": ColumnKind.BYTES,
    "json": ColumnKind.JSON, "jsonb": ColumnKind.JSON, "date": ColumnKind.DATE,
    "timestamptz": ColumnKind.INSTANT, "timestamp": ColumnKind.NAIVE,
}  # fmt: skip
_ON_DELETE = {
    "a": OnDelete.NOTHING, "r": OnDelete.RESTRICT, "c": OnDelete.CASCADE,
    "n": OnDelete.SET_NULL, "d": OnDelete.SET_DEFAULT,
}  # fmt: skip


def read_catalogue(connection: psycopg.Connection[Any]) -> Catalogue:
    """Every table, view and materialized view outside the system schemas, with what guards it."""
    names: dict[int, str] = {}
    bare: dict[int, Table] = {}
    for oid, table, kind, rows, secured, heirs, size in connection.execute(_TABLES):
        names[oid] = table
        bare[oid] = Table(
            table, (), rows=rows, row_security=bool(secured),
            writable=kind in {"r", "p"}, materialized=kind == "m", has_heirs=bool(heirs),
            by_size=size, is_partitioned=kind == "p", is_foreign=kind == "f",
        )  # fmt: skip
    columns, unreadable = _columns(connection)
    indexes = _grouped(connection.execute(_INDEXES))
    triggers = _grouped(connection.execute(_TRIGGERS))
    rules = _grouped(connection.execute(_RULES))
    tables = {
        names[oid]: replace(
            _table(table, columns[oid], indexes[oid], triggers[oid]),
            rules=tuple(rule for (rule,) in rules[oid]),
            unreadable=tuple(unreadable[oid]),
        )
        for oid, table in bare.items()
    }
    keys = tuple(
        ForeignKey(n, names[c], tuple(cf), names[p], tuple(pf), _ON_DELETE[d], deferrable)
        for n, c, cf, p, pf, d, deferrable in connection.execute(_FOREIGN_KEYS)
        if c in names and p in names
    )
    return Catalogue(tables, keys, digest(tables.values(), keys))


def _grouped(rows: Iterable[Sequence[Any]]) -> defaultdict[int, list[Sequence[Any]]]:
    by_table: defaultdict[int, list[Sequence[Any]]] = defaultdict(list)
    for oid, *rest in rows:
        by_table[oid].append(rest)
    return by_table


def _columns(
    connection: psycopg.Connection[Any],
) -> tuple[defaultdict[int, dict[int, Column]], defaultdict[int, list[str]]]:
    """By table and position; and the names of those that we may not read, by table."""
    found: defaultdict[int, dict[int, Column]] = defaultdict(dict)
    closed: defaultdict[int, list[str]] = defaultdict(list)
    for oid, column, at, *said, unreadable in connection.execute(_COLUMNS):
        native, base, strict, made, length, own = said
        kind = _KINDS.get(base, ColumnKind.OTHER)
        found[oid][at] = Column(column, native, kind, not strict, bool(made), length, bool(own))
        if unreadable:
            closed[oid].append(column)
    return found, closed


def _table(
    table: Table,
    columns: dict[int, Column],
    indexes: list[Sequence[Any]],
    triggers: list[Sequence[Any]],
) -> Table:
    """The table with its columns, keys and indexes. Without a primary key, unique columns that
    are never null do."""
    strict = {c.name for c in columns.values() if not c.nullable}
    key: tuple[str, ...] = ()
    leading, unique = [], []
    for primary, alone, places, size in indexes:
        fields = _leading(columns, places[:size])
        leading.append(fields)
        if alone and len(fields) == size:
            unique.append(fields)
            if primary or (not key and strict.issuperset(fields)):
                key = fields
    return replace(
        table,
        columns=tuple(columns.values()),
        key=key,
        indexes=tuple(dict.fromkeys(f for f in leading if f)),
        unique=tuple(dict.fromkeys(unique)),
        triggers=tuple(t for (t,) in triggers),
    )


def _leading(columns: dict[int, Column], places: Sequence[int]) -> tuple[str, ...]:
    """The plain columns at the front of an index; an expression ends them."""
    fields: list[str] = []
    for at in places:
        if at not in columns:
            break
        fields.append(columns[at].name)
    return tuple(fields)


def digest(tables: Iterable[Table], keys: Iterable[ForeignKey]) -> str:
    """A digest of the schema alone: neither row counts nor our rights change it."""
    said = repr(([replace(t, rows=None, by_size=None, unreadable=()) for t in tables], list(keys)))
    return hashlib.sha256(said.encode()).hexdigest()
