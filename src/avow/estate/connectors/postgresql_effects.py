"""Where removed values can still be read by SQL in PostgreSQL: statistics and materialized views.

After DELETE and VACUUM, frequent values stand in `pg_stats` until the table is analysed, and
materialized views keep their rows until they are refreshed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import psycopg
from psycopg import sql

_DEPENDENT = """
WITH RECURSIVE touched (oid, depth) AS (
    SELECT coalesce(part.relid::oid, to_regclass(t)::oid), 0
    FROM unnest(%s::text[]) AS t LEFT JOIN LATERAL pg_partition_tree(to_regclass(t)) AS part ON true
    UNION
    SELECT r.ev_class, touched.depth + 1
    FROM touched
    JOIN pg_depend AS d ON d.refobjid = touched.oid AND d.refclassid = 'pg_class'::regclass
        AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite AS r ON r.oid = d.objid AND r.ev_class <> touched.oid
    WHERE touched.depth < 50
)
SELECT c.oid::regclass::text, pg_has_role(c.relowner, 'USAGE')
FROM touched JOIN pg_class AS c ON c.oid = touched.oid
WHERE c.relkind = 'm' AND c.relispopulated
GROUP BY c.oid, c.relowner ORDER BY max(touched.depth), 1
"""
_TABLE = """
SELECT c.oid::regclass::text, pg_has_role(c.relowner, 'USAGE')
FROM pg_class AS c WHERE c.oid = to_regclass(%s)
"""

_ANEW = ("REFRESH MATERIALIZED VIEW", "ANALYZE")
"""A view that is filled anew keeps the statistics of what it held before."""


def refresh(connection: psycopg.Connection[Any], tables: Sequence[str]) -> list[str]:
    """Analyse these tables and refresh the materialized views that read them, deepest last.

    Returns what was done, in words; what the owner of the database must do begins with `not done`.
    """
    quoted = [_quoted(table) for table in tables]
    said = []
    for table in quoted:
        found = connection.execute(_TABLE, [table]).fetchone()
        if found is not None:
            said.append(_do(connection, ("ANALYZE",), "statistics of", *found))
    for view, ours in connection.execute(_DEPENDENT, [quoted]).fetchall():
        said.append(_do(connection, _ANEW, "materialized view", view, ours))
    return said


def _quoted(table: str) -> str:
    schema, _, bare = table.partition(".")
    return sql.Identifier(schema, bare).as_string()


def _do(
    connection: psycopg.Connection[Any], acts: Sequence[str], what: str, place: str, ours: bool
) -> str:
    """Run the acts on a place that the database itself has quoted, where we may."""
    if not ours:
        return f"not done: {what} {place} (we do not own it)"
    for act in acts:
        connection.execute(sql.SQL(cast("Any", f"{act} {place}")))
    return f"refreshed: {what} {place}"
