"""What a catalogue does not say of a table: what its triggers do, what a view shows, row security,
and what our account may do. Of a definition a digest is kept and no text; it may hold values.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from avow.estate.connectors.base import Connection
from avow.estate.connectors.sql import SqlConnection

_DIGITS = 16
"""Hexadecimal digits of a digest that are kept: it tells changes, and guards against nobody."""
_WRITES = re.compile(r"\bbegin\b.*\b(insert|replace|update)\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Body:
    """What a trigger does: a digest of its definition and its function, and whether a word in it
    writes rows somewhere."""

    digest: str
    writes: bool = False


@dataclass(frozen=True, slots=True)
class Definitions:
    """By table: bodies of triggers by name, digests of views, row security (`off`, `on`, `forced`),
    and our rights. `account` is whose rights they are; empty where they cannot be told."""

    bodies: Mapping[str, Mapping[str, Body]] = field(default_factory=dict)
    views: Mapping[str, str] = field(default_factory=dict)
    secured: Mapping[str, str] = field(default_factory=dict)
    rights: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    account: str = ""


def definitions(connection: Connection, views: Collection[str]) -> Definitions:
    """Of all tables of a database, and of these views; nothing where a system has no such things.

    Raises:
        Refused: the database does not answer what it is asked.
    """
    if not isinstance(connection, SqlConnection):
        return Definitions()
    match connection.system.connector:
        case "postgresql":
            return _postgresql(connection, views)
        case "mariadb":
            return _mariadb(connection, views)
        case "sqlite":
            return _sqlite(connection)
    return Definitions()


def _asked(
    connection: SqlConnection, query: str, columns: str, places: Collection[str] | None = None
) -> list[tuple[Any, ...]]:
    """Rows of a fixed query; of these places alone, if any are given."""
    shown: list[sa.ColumnElement[Any]] = [sa.literal_column(name) for name in columns.split()]
    found = sa.select(*shown).select_from(sa.text(f"({query}) AS q"))
    if places is not None:
        found = found.where(sa.literal_column("place").in_(sorted(places)))
    return connection.select(found, "")


def _by_table(rows: list[tuple[Any, ...]]) -> dict[str, dict[str, Body]]:
    found: defaultdict[str, dict[str, Body]] = defaultdict(dict)
    for table, name, digest, writes in rows:
        found[table][name] = Body(digest[:_DIGITS], bool(writes))
    return dict(found)


# --- PostgreSQL ----------------------------------------------------------------------------------

_WHERE = """
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
"""
_OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND NOT c.relispartition"
_PG_TRIGGERS = rf"""
SELECT n.nspname || '.' || c.relname AS place, t.tgname AS name,
       encode(sha256(convert_to(pg_get_triggerdef(t.oid) || CAST(t.tgenabled AS text)
                                || pg_get_functiondef(t.tgfoid), 'UTF8')), 'hex') AS digest,
       p.prosrc ~* '\m(insert|update|merge|copy|execute|perform|call)\M' AS writes
{_WHERE} JOIN pg_trigger AS t ON t.tgrelid = c.oid JOIN pg_proc AS p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND {_OURS}
"""
_PG_VIEWS = f"""
SELECT n.nspname || '.' || c.relname AS place,
       encode(sha256(convert_to(pg_get_viewdef(c.oid), 'UTF8')), 'hex') AS digest
{_WHERE} WHERE c.relkind IN ('v', 'm') AND {_OURS}
"""
_PG_SECURED = f"""
SELECT n.nspname || '.' || c.relname AS place,
       CASE WHEN NOT c.relrowsecurity THEN 'off' WHEN c.relforcerowsecurity THEN 'forced'
            ELSE 'on' END AS state
{_WHERE} WHERE c.relkind IN ('r', 'p') AND {_OURS}
"""
_PG_COLUMNS = """
ARRAY(SELECT '{0} (' || a.attname || ')' FROM pg_attribute AS a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        AND NOT has_table_privilege(c.oid, '{0}') AND has_any_column_privilege(c.oid, '{0}')
        AND has_column_privilege(c.oid, a.attnum, '{0}'))
"""
_PG_RIGHTS = f"""
SELECT n.nspname || '.' || c.relname AS place, current_user AS account,
       CASE WHEN has_schema_privilege(n.oid, 'USAGE') THEN
            ARRAY(SELECT w FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'])
                  AS w WHERE has_table_privilege(c.oid, w))
            || {_PG_COLUMNS.format("SELECT")} || {_PG_COLUMNS.format("UPDATE")}
            ELSE ARRAY[]::text[] END AS rights
{_WHERE} WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OURS}
"""  # noqa: S608 (fixed text)


def _postgresql(connection: SqlConnection, views: Collection[str]) -> Definitions:
    rights = _asked(connection, _PG_RIGHTS, "place account rights")
    shown = _asked(connection, _PG_VIEWS, "place digest", views) if views else []
    return Definitions(
        _by_table(_asked(connection, _PG_TRIGGERS, "place name digest writes")),
        {table: digest[:_DIGITS] for table, digest in shown},
        dict(map(tuple, _asked(connection, _PG_SECURED, "place state"))),
        {table: tuple(sorted(held)) for table, _, held in rights},
        str(rights[0][1]) if rights else "",
    )


# --- MariaDB -------------------------------------------------------------------------------------

_MD_TRIGGERS = r"""
SELECT event_object_table AS place, trigger_name AS name,
       sha2(concat_ws('|', action_timing, event_manipulation, action_order, action_statement,
                      definer), 256) AS digest,
       action_statement REGEXP '(?i)\\b(insert|replace|update|call)\\b' AS writes
FROM information_schema.triggers WHERE event_object_schema = database()
"""
_MD_VIEWS = """
SELECT table_name AS place, sha2(view_definition, 256) AS digest FROM information_schema.views
WHERE table_schema = database() AND view_definition <> ''
"""
_MD_GRANTEE = """
concat('''', left(current_user(), char_length(current_user())
       - char_length(substring_index(current_user(), '@', -1)) - 1),
       '''@''', substring_index(current_user(), '@', -1), '''')
"""
_MD_RIGHTS = f"""
SELECT '' AS place, privilege_type AS held, '' AS col FROM information_schema.user_privileges
WHERE grantee = {_MD_GRANTEE}
UNION ALL SELECT '', privilege_type, '' FROM information_schema.schema_privileges
WHERE grantee = {_MD_GRANTEE} AND database() LIKE table_schema
UNION ALL SELECT table_name, privilege_type, '' FROM information_schema.table_privileges
WHERE grantee = {_MD_GRANTEE} AND table_schema = database()
UNION ALL SELECT table_name, privilege_type, column_name FROM information_schema.column_privileges
WHERE grantee = {_MD_GRANTEE} AND table_schema = database()
"""  # noqa: S608 (fixed text)
_MD_ACCOUNT = "SELECT current_user() AS account, current_role() AS role"
_RIGHTS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "DROP"})


def _mariadb(connection: SqlConnection, views: Collection[str]) -> Definitions:
    account, role = _asked(connection, _MD_ACCOUNT, "account role")[0]
    shown = _asked(connection, _MD_VIEWS, "place digest", views) if views else []
    tables = connection.catalogue().tables
    return Definitions(
        _by_table(_asked(connection, _MD_TRIGGERS, "place name digest writes")),
        {table: digest[:_DIGITS] for table, digest in shown},
        rights={} if role else _mariadb_rights(connection, tables),
        account="" if role else str(account),  # what comes by a role is not said there
    )


def _mariadb_rights(
    connection: SqlConnection, tables: Collection[str]
) -> dict[str, tuple[str, ...]]:
    everywhere: set[str] = set()
    own: defaultdict[str, set[str]] = defaultdict(set)
    for table, held, column in _asked(connection, _MD_RIGHTS, "place held col"):
        if held in _RIGHTS:
            said = f"{held} ({column})" if column else held
            (own[table] if table else everywhere).add(said)
    return {name: tuple(sorted(everywhere | _plain(own[name]))) for name in tables}


def _plain(held: set[str]) -> set[str]:
    """Without the columns of a right that the whole table gives."""
    return {right for right in held if " (" not in right or right.partition(" (")[0] not in held}


# --- SQLite --------------------------------------------------------------------------------------

_LITE = "SELECT type AS kind, tbl_name AS place, name, coalesce(sql, '') AS text FROM sqlite_master"


def _sqlite(connection: SqlConnection) -> Definitions:
    query = f"{_LITE} WHERE type IN ('trigger', 'view')"
    rows = _asked(connection, query, "kind place name text")
    return Definitions(
        _by_table(list(_lite_triggers(rows))),
        {place: _digest(text) for kind, place, _, text in rows if kind == "view"},
    )


def _lite_triggers(rows: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for kind, place, name, text in rows:
        if kind == "trigger":
            yield place, name, _digest(text), _WRITES.search(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
