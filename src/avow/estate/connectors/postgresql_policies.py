"""Row-level security that hides restricted rows from named roles of a PostgreSQL database.

The owner of the database runs the statements that are printed here; what stands in its catalogue is
read back, with every way round it: a role that passes by row security, an owner, a view that reads
with its owner's rights, a part of the table that is read by its own name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import sql

from avow.estate.connectors.base import Refused
from avow.estate.connectors.postgresql import PostgresqlConnection, refusals
from avow.estate.connectors.rights import ROLE
from avow.estate.datamap.restricting import Restriction

ALL, HIDES = "avow_all", "avow_restricted"
"""Names of the policies: everybody goes on as before, and restricted rows are hidden."""

_ROLES = """
SELECT asked.role, p.oid IS NOT NULL,
       EXISTS (SELECT FROM pg_roles AS b WHERE (b.rolsuper OR b.rolbypassrls)
               AND pg_has_role(p.oid, b.oid, 'MEMBER')),
       NOT c.relforcerowsecurity AND pg_has_role(p.oid, c.relowner, 'MEMBER'),
       EXISTS (SELECT FROM pg_policy AS o
               JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = %(column)s
               JOIN pg_depend AS d ON d.classid = 'pg_policy'::regclass AND d.objid = o.oid
                    AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
                    AND d.refobjsubid = a.attnum
               WHERE o.polrelid = c.oid AND NOT o.polpermissive AND o.polcmd IN ('r', '*')
               AND EXISTS (SELECT FROM unnest(o.polroles) AS r (oid)
                           WHERE r.oid = 0 OR pg_has_role(p.oid, nullif(r.oid, 0), 'USAGE')))
FROM unnest(%(roles)s::text[]) AS asked (role)
JOIN pg_class AS c ON c.oid = to_regclass(%(table)s)
LEFT JOIN pg_roles AS p ON p.rolname = asked.role
"""
_ROUND = """
SELECT DISTINCT asked.role, v.oid::regclass::text
FROM unnest(%(roles)s::text[]) AS asked (role)
JOIN pg_roles AS p ON p.rolname = asked.role
CROSS JOIN (
    SELECT w.ev_class AS oid FROM pg_depend AS d
    JOIN pg_rewrite AS w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass(%(table)s)
    UNION
    SELECT t.relid FROM pg_partition_tree(to_regclass(%(table)s)) AS t
    UNION
    SELECT h.inhrelid FROM pg_inherits AS h WHERE h.inhparent = to_regclass(%(table)s)
) AS other
JOIN pg_class AS v ON v.oid = other.oid
WHERE v.oid <> to_regclass(%(table)s)
  AND has_table_privilege(p.oid, v.oid, 'SELECT')
  AND NOT (v.relkind IN ('r', 'p') AND v.relrowsecurity)
  AND NOT (v.relkind = 'v' AND coalesce(v.reloptions, '{}') && ARRAY[
           'security_invoker=true', 'security_invoker=on', 'security_invoker=1'])
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A way in which a role sees restricted rows all the same; `role` is empty for all of them."""

    role: str
    why: str


def statements(dataset: str, how: Restriction, *, secured: bool) -> list[str]:
    """What the owner of the database runs, so that these roles do not see restricted rows.

    `secured`: row security stands on the table already, with policies of its owner: then nothing is
    opened to everybody. A restrictive policy only ever takes rows away.
    """
    schema, _, bare = dataset.partition(".")
    table = sql.Identifier(schema, bare).as_string()
    roles = ", ".join(sql.Identifier(role).as_string() for role in how.readers)
    column = sql.Identifier(how.column).as_string()
    value = sql.Literal(how.value).as_string()
    opening = [
        f"CREATE POLICY {ALL} ON {table} TO PUBLIC USING (true) WITH CHECK (true);",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;",
    ]
    hidden = f"({column}::text IS DISTINCT FROM {value})"
    return [
        f"CREATE POLICY {HIDES} ON {table} AS RESTRICTIVE FOR SELECT TO {roles} USING {hidden};",
        *([] if secured else opening),
        f"ALTER ROLE {sql.Identifier(ROLE).as_string()} BYPASSRLS;",
    ]


def secured(connection: PostgresqlConnection, dataset: str) -> bool:
    """Whether row security stands on a table.

    Raises:
        Refused: `schema`, there is no such table.
    """
    with refusals(dataset):
        row = connection.raw.execute(
            "SELECT relrowsecurity FROM pg_class WHERE oid = to_regclass(%s)", [_quoted(dataset)]
        ).fetchone()
    if row is None:
        raise Refused("schema", dataset)
    return bool(row[0])


def seen_all_the_same(
    connection: PostgresqlConnection, dataset: str, how: Restriction
) -> tuple[Seen, ...]:
    """Every way in which a role of the declaration sees restricted rows; empty where there is none.

    Raises:
        Refused: `schema`, there is no such table.
    """
    if not secured(connection, dataset):
        return (Seen("", "no row security stands on the table"),)
    asked = {"table": _quoted(dataset), "column": how.column, "roles": list(how.readers)}
    with refusals(dataset):
        roles = connection.raw.execute(_ROLES, asked).fetchall()
        round_ = connection.raw.execute(_ROUND, asked).fetchall()
    found = [Seen(role, why) for role, *facts in roles for why in _why(*facts)]
    return (*found, *(Seen(role, f"it reads them as `{other}`") for role, other in round_))


def _why(exists: bool, passes: bool, owns: bool, hidden: bool) -> Iterator[str]:
    if not exists:
        yield "there is no such role"
    if passes:
        yield "it passes by row security"
    if owns:
        yield "it owns the table"
    if exists and not hidden:
        yield "no policy hides rows from it"


def _quoted(dataset: str) -> str:
    schema, _, bare = dataset.partition(".")
    return sql.Identifier(schema, bare).as_string()
