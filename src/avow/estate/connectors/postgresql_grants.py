"""Least rights on a PostgreSQL database: the statements its owner runs, and what we really have.

The database's own refusal is the lock; our level is only the second one. Too little is a gap, too
much a finding. Where row security may hide rows, what is counted is not the truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from psycopg import sql

from avow.common.findings import Finding, Kind
from avow.estate.connectors.base import Access, Unreachable
from avow.estate.connectors.catalogue import RECEIPTS, Catalogue, Table
from avow.estate.connectors.postgresql import PostgresqlConnection, PostgresqlConnector
from avow.estate.connectors.rights import ROLE, Need, changed, missing, personal, too_much
from avow.estate.datamap.model import Dataset, System

_HELD = """
SELECT c.name, has_table_privilege(c.quoted, 'SELECT'), has_table_privilege(c.quoted, 'DELETE'),
       has_table_privilege(c.quoted, 'INSERT'), has_table_privilege(c.quoted, 'TRUNCATE'),
       ARRAY(SELECT a.attname::text FROM pg_attribute AS a
             WHERE a.attrelid = to_regclass(c.quoted) AND a.attnum > 0 AND NOT a.attisdropped
               AND has_column_privilege(c.quoted, a.attname, 'UPDATE'))
FROM unnest(%s::text[], %s::text[]) AS c (name, quoted)
"""
_ROLE = """
SELECT rolsuper, rolbypassrls, has_database_privilege(current_database(), 'TEMP')
FROM pg_roles WHERE rolname = current_user
"""


def _table(name: str) -> str:
    schema, _, bare = name.partition(".")
    return sql.Identifier(schema, bare).as_string()


def _name(text: str) -> str:
    return sql.Identifier(text).as_string()


def locking(dataset: Dataset, table: Table | None) -> tuple[str, ...]:
    """The key columns: PostgreSQL asks for UPDATE on some column before it locks a row."""
    return dataset.key or (table.key if table else ())


def grants_at(system: System, need: Need) -> tuple[list[str], bool]:
    """`grants` with the live catalogue where the database answers, and whether it did."""
    connector = PostgresqlConnector()
    try:
        connection = connector.connect(system, Access.READ)
    except Unreachable:
        return grants(system, need), False
    try:
        return grants(system, need, connection.catalogue()), True
    finally:
        connection.close()


def grants(
    system: System, need: Need, catalogue: Catalogue | None = None, role: str = ROLE
) -> list[str]:
    """The statements that give `role` what avow needs on this system and nothing more.

    With the live catalogue, columns under `rest` and generated columns are known too.
    """
    tables = catalogue.tables if catalogue else {}
    schemas = sorted({n.partition(".")[0] for n in system.datasets})
    who = _name(role)
    reading = need.access is Access.READ
    return [
        f"ALTER ROLE {who} SET default_transaction_read_only = {'on' if reading else 'off'};",
        f"ALTER ROLE {who} SET statement_timeout = '60s';",
        f"ALTER ROLE {who} SET lock_timeout = '2s';",
        *(f"GRANT USAGE ON SCHEMA {_name(s)} TO {who};" for s in schemas),
        *(f"GRANT SELECT ON {_table(n)} TO {who};" for n in system.datasets),
        *([] if reading else _writing(system, need, tables, role)),
    ]


def _writing(system: System, need: Need, tables: Mapping[str, Table], role: str) -> Iterator[str]:
    who = _name(role)
    for dataset in personal(system):
        table = tables.get(dataset.name)
        yield f"GRANT DELETE ON {_table(dataset.name)} TO {who};"
        columns = (*locking(dataset, table), *changed(dataset, table))
        if columns:
            listed = ", ".join(map(_name, dict.fromkeys(columns)))
            yield f"GRANT UPDATE ({listed}) ON {_table(dataset.name)} TO {who};"
        if need.brings_back(dataset):
            yield f"GRANT INSERT ON {_table(dataset.name)} TO {who};"
    # The statement names no database, so that it runs on a restored copy too.
    yield (
        "DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), "
        f"{sql.Literal(role).as_string()}); END $$;"
    )
    yield (
        f"CREATE TABLE IF NOT EXISTS {RECEIPTS} (plan text NOT NULL, step integer NOT NULL,"
        " batch integer NOT NULL, rows bigint NOT NULL, PRIMARY KEY (plan, step, batch));"
    )
    yield f"GRANT SELECT, INSERT ON {RECEIPTS} TO {who};"


def granted(connection: PostgresqlConnection, need: Need) -> list[Finding]:
    """What the database says of our rights on the mapped tables, where it differs from what is
    needed. Empty when they are exactly right."""
    live = connection.catalogue()
    names = [n for n in connection.system.datasets if n in live.tables]
    held = connection.raw.execute(_HELD, [names, [_table(n) for n in names]]).fetchall()
    row = connection.raw.execute(_ROLE).fetchone()
    superuser, bypass, temporary = row or (False, False, False)
    found = [too_much("the whole database", "is a superuser")] if superuser else []
    if bypass and not superuser and not _secured(connection, names):
        found.append(too_much("the whole database", "passes by row security"))
    if need.access is Access.WRITE and not temporary:
        found.append(missing("TEMPORARY", "the database"))
    for name, *rights in held:
        dataset, table = connection.system.datasets[name], live.tables[name]
        found += _hidden(table)
        found += [] if superuser else _differences(dataset, table, need, *rights)
    return found


def _secured(connection: PostgresqlConnection, names: Sequence[str]) -> bool:
    """Whether row security stands on a mapped table: then to pass by it is what counting needs."""
    asked = "SELECT bool_or(relrowsecurity) FROM pg_class WHERE oid = ANY(%s::regclass[])"
    row = connection.raw.execute(asked, [[_table(n) for n in names]]).fetchone()
    return bool(row and row[0])


def _differences(
    dataset: Dataset,
    table: Table,
    need: Need,
    may_select: bool,
    may_delete: bool,
    may_insert: bool,
    may_truncate: bool,
    may_update: list[str],
) -> Iterator[Finding]:
    writing, place = need.writes(dataset), f"`{table.name}`"
    needed = set(changed(dataset, table)) if writing else set()
    spared = set(locking(dataset, table)) if writing else set()
    if not may_select:
        yield missing("SELECT", place)
    if writing and not may_delete:
        yield missing("DELETE", place)
    if needed - set(may_update):
        yield missing(f"UPDATE ({', '.join(sorted(needed - set(may_update)))})", place)
    if need.brings_back(dataset) and not may_insert:
        yield missing("INSERT", place)
    if may_delete and not writing:
        yield too_much(place, "may delete")
    if may_insert and not need.brings_back(dataset):
        yield too_much(place, "may insert")
    if may_truncate:
        yield too_much(place, "may truncate")
    if set(may_update) - needed - spared:
        extra = ", ".join(sorted(set(may_update) - needed - spared))
        yield too_much(place, f"may update {extra}")


def _hidden(table: Table) -> Iterator[Finding]:
    """What stands between us and the rows."""
    if table.row_security:
        yield Finding(
            "AV513",
            f"row security of `{table.name}` applies to us, so its rows cannot be counted",
            kind=Kind.DEFECT,
            because="a policy may hide rows, and a smaller count is not the truth",
            help="let the owner give the role of avow BYPASSRLS",
        )
    if not table.holds_rows:
        yield Finding(
            "AV514",
            f"`{table.name}` is a view, and its table is unknown",
            kind=Kind.DEFECT,
            because="a view may hide rows, and nothing can be erased through it",
            help="declare the table behind it",
        )
