"""Partitions of PostgreSQL that can go as a whole: found, looked at under a lock, dropped.

A partition is named only where dropping it leaves what deleting its rows would: its range is over,
nothing points to the table, no trigger and no publication would have heard of each row, no view
reads it by name, and its owner gave us the right that only owners have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from psycopg import sql

from avow.estate.connectors.catalogue import ColumnKind
from avow.estate.connectors.postgresql_types import Native
from avow.estate.connectors.render import Expression, value
from avow.estate.connectors.sql import SqlConnection
from avow.estate.datamap.predicates import Predicate, Until, leaves

LOCK = "300ms"
"""How long a drop waits for others: all who use the table wait behind it meanwhile."""

_SMALLEST = {
    ColumnKind.DATE: "1",
    ColumnKind.NAIVE: "interval '1 microsecond'",
    ColumnKind.INSTANT: "interval '1 microsecond'",
}
"""The least step between two moments."""

_CANDIDATES = r"""
WITH tree AS (
    SELECT l.oid, l.relowner, l.relrowsecurity, h.inhparent AS above
    FROM pg_partition_tree(to_regclass(%(root)s)) AS t
    JOIN pg_class AS l ON l.oid = t.relid AND l.relkind = 'r'
    JOIN pg_inherits AS h ON h.inhrelid = l.oid
    WHERE t.isleaf
)
SELECT tree.oid::bigint, tree.oid::regclass::text, tree.above::regclass::text, a.attname,
       substring(pg_get_expr(l.relpartbound, l.oid) FROM $$ TO \('([^']*)'\)$$)
FROM tree JOIN pg_class AS l ON l.oid = tree.oid JOIN pg_class AS p ON p.oid = tree.above
JOIN pg_partitioned_table AS k ON k.partrelid = p.oid AND k.partstrat = 'r' AND k.partnatts = 1
JOIN pg_attribute AS a ON a.attrelid = p.oid AND a.attnum = k.partattrs[0]
WHERE pg_has_role(l.relowner, 'USAGE') AND pg_has_role(p.relowner, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_trigger AS g WHERE NOT g.tgisinternal AND g.tgenabled <> 'D'
      AND g.tgtype::int & 8 <> 0 AND g.tgrelid IN (l.oid, p.oid, to_regclass(%(root)s)))
  AND NOT EXISTS (SELECT FROM pg_constraint AS f WHERE f.contype = 'f'
      AND f.confrelid IN (l.oid, p.oid, to_regclass(%(root)s)))
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.refobjid = l.oid
      AND d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_rewrite'::regclass)
  AND NOT EXISTS (SELECT FROM pg_publication_tables AS u
      WHERE to_regclass(format('%%I.%%I', u.schemaname, u.tablename))
          IN (l.oid, p.oid, to_regclass(%(root)s)))
ORDER BY 2
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A leaf under a parent that is split by ranges of one column: `upper` is the text of the first
    value above it, None where it has none. Names are as the server quotes them."""

    oid: int
    name: str
    above: str
    column: str
    upper: str | None

    @property
    def how(self) -> str:
        """What is run when it goes."""
        return f"ALTER TABLE {self.above} DETACH PARTITION {self.name};\nDROP TABLE {self.name};"


def candidates(connection: psycopg.Connection[Any], table: str) -> list[Candidate]:
    """The partitions of a table that we may drop, were all their rows due."""
    schema, _, bare = table.partition(".")
    root = sql.Identifier(schema, bare).as_string()
    rows: Sequence[Any] = connection.execute(_CANDIDATES, {"root": root}).fetchall()
    return [Candidate(*row) for row in rows]


def is_over(
    connection: SqlConnection, dataset: str, partition: Candidate, where: Predicate
) -> bool:
    """Whether every row that could ever stand in it would be due: its last moment is."""
    column = connection.renderer().column(dataset, partition.column)
    days = [p for p in leaves(where) if isinstance(p, Until) and p.field == column.name]
    if partition.upper is None or column.kind not in _SMALLEST:
        return False
    end = sa.cast(value(partition.upper), Native(column.native))
    last = end.op("-")(sa.literal_column(_SMALLEST[column.kind]))
    until = connection.grammar.until
    said = [until(last, column, day, dataset) for day in days if not day.negated]
    return bool(said) and bool(connection.select(sa.select(sa.or_(*said)), dataset)[0][0])


def rows_in(
    connection: SqlConnection, dataset: str, partition: Candidate, where: Predicate
) -> tuple[int, int]:
    """(rows, rows that satisfy `where`). The bound keeps the server from reading the others."""
    render = connection.renderer()
    rows = render.rows(dataset)
    upper = Native(render.column(dataset, partition.column).native)
    ours = sa.literal_column("tableoid") == value(partition.oid)
    below = rows.c[partition.column] < sa.cast(value(partition.upper), upper)
    due: Expression = sa.func.count().filter(render.where(dataset, where, rows))
    counts: list[Expression] = [sa.func.count(), due]
    found = sa.select(*counts).select_from(rows).where(ours, below)
    whole, some = connection.select(found, dataset)[0]
    return int(whole), int(some)


def keep_out(connection: psycopg.Connection[Any], partition: Candidate) -> None:
    """Let nobody write into the partition until the transaction ends; waits for a moment only."""
    connection.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK])
    connection.execute(_run(f"LOCK TABLE {partition.name} IN SHARE ROW EXCLUSIVE MODE"))


def drop(connection: psycopg.Connection[Any], partition: Candidate) -> None:
    """Take the partition out of its table, and drop it."""
    for statement in partition.how.splitlines():
        connection.execute(_run(statement))


def _run(text: str) -> sql.SQL:
    """A statement with names that the server itself has quoted."""
    return sql.SQL(cast("Any", text))
