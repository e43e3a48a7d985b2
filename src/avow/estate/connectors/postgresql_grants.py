"""Least rights on a PostgreSQL database: the statements its owner runs, and what we really have.

The database's own refusal is the lock; our level is only the second one. Too little is a gap, too
much a finding. Where row security may hide rows, what is counted is not the truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from psycopg import sql

from avow.common.findings import Finding, Kind, Severity
from avow.estate.connectors.base import Access, Unreachable
from avow.estate.connectors.catalogue import Catalogue, Table
from avow.estate.connectors.postgresql import PostgresqlConnection, PostgresqlConnector
from avow.estate.datamap.model import Dataset, System, personal_columns

ROLE = "avow"
"""The role that the statements name unless another is given."""
_HELD = """
SELECT c.name, has_table_privilege(c.quoted, 'SELECT'), has_table_privilege(c.quoted, 'DELETE'),
       has_table_privilege(c.quoted, 'INSERT') OR has_table_privilege(c.quoted, 'TRUNCATE'),
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


def changed(dataset: Dataset, table: Table | None) -> tuple[str, ...]:
    """The columns that avow may have to empty: those that hold personal data or point to a person,
    and those with a declared blank. Generated columns cannot be set. Without the live table, only
    columns that the data map names."""
    live = tuple(c.name for c in table.columns) if table else ()
    named = [*personal_columns(dataset, live), *dataset.blanks]
    named += [f for link in dataset.links for f in link.fields]
    fixed = set(dataset.key) | {c.name for c in (table.columns if table else ()) if c.generated}
    return tuple(sorted({n for n in named if n not in fixed and (not live or n in live)}))


def locking(dataset: Dataset, table: Table | None) -> tuple[str, ...]:
    """The key columns: PostgreSQL asks for UPDATE on some column before it locks a row."""
    return dataset.key or (table.key if table else ())


def grants_at(system: System, access: Access) -> tuple[list[str], bool]:
    """`grants` with the live catalogue where the database answers, and whether it did."""
    connector = PostgresqlConnector()
    try:
        connection = connector.connect(system, Access.READ)
    except Unreachable:
        return grants(system, access), False
    try:
        return grants(system, access, connection.catalogue()), True
    finally:
        connection.close()


def grants(
    system: System, access: Access, catalogue: Catalogue | None = None, role: str = ROLE
) -> list[str]:
    """The statements that give `role` what avow needs on this system and nothing more.

    `access` READ is for the levels observe and rehearse, WRITE for approve and automatic. With the
    live catalogue, columns under `rest` and generated columns are known too.
    """
    tables = catalogue.tables if catalogue else {}
    schemas = sorted({n.partition(".")[0] for n in system.datasets})
    who = _name(role)
    reading = access is Access.READ
    return [
        f"ALTER ROLE {who} SET default_transaction_read_only = {'on' if reading else 'off'};",
        f"ALTER ROLE {who} SET statement_timeout = '60s';",
        f"ALTER ROLE {who} SET lock_timeout = '2s';",
        *(f"GRANT USAGE ON SCHEMA {_name(s)} TO {who};" for s in schemas),
        *(f"GRANT SELECT ON {_table(n)} TO {who};" for n in system.datasets),
        *([] if reading else _writing(system, tables, role)),
    ]


def _writing(system: System, tables: Mapping[str, Table], role: str) -> Iterator[str]:
    who = _name(role)
    for name, dataset in system.datasets.items():
        if not dataset.is_personal:
            continue
        table = tables.get(name)
        yield f"GRANT DELETE ON {_table(name)} TO {who};"
        columns = (*locking(dataset, table), *changed(dataset, table))
        if columns:
            listed = ", ".join(map(_name, dict.fromkeys(columns)))
            yield f"GRANT UPDATE ({listed}) ON {_table(name)} TO {who};"
    # The statement names no database, so that it runs on a restored copy too.
    yield (
        "DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), "
        f"{sql.Literal(role).as_string()}); END $$;"
    )


def granted(connection: PostgresqlConnection, access: Access) -> list[Finding]:
    """What the database says of our rights on the mapped tables, where it differs from what the
    access needs. Empty when they are exactly right."""
    live = connection.catalogue()
    names = [n for n in connection.system.datasets if n in live.tables]
    held = connection.raw.execute(_HELD, [names, [_table(n) for n in names]]).fetchall()
    row = connection.raw.execute(_ROLE).fetchone()
    superuser, bypass, temporary = row or (False, False, False)
    found = [_too_much("the whole database", "is a superuser")] if superuser else []
    if bypass and not superuser:
        found.append(_too_much("the whole database", "passes by row security"))
    if access is Access.WRITE and not temporary:
        found.append(_missing("TEMPORARY", "the database"))
    for name, *rights in held:
        dataset, table = connection.system.datasets[name], live.tables[name]
        found += _hidden(table)
        found += [] if superuser else _differences(dataset, table, access, *rights)
    return found


def _differences(
    dataset: Dataset,
    table: Table,
    access: Access,
    may_select: bool,
    may_delete: bool,
    may_add: bool,
    may_update: list[str],
) -> Iterator[Finding]:
    writing = access is Access.WRITE and dataset.is_personal
    needed = set(changed(dataset, table)) if writing else set()
    spared = set(locking(dataset, table)) if writing else set()
    if not may_select:
        yield _missing("SELECT", f"`{table.name}`")
    if writing and not may_delete:
        yield _missing("DELETE", f"`{table.name}`")
    if needed - set(may_update):
        yield _missing(f"UPDATE ({', '.join(sorted(needed - set(may_update)))})", f"`{table.name}`")
    if may_delete and not writing:
        yield _too_much(f"`{table.name}`", "may delete")
    if may_add:
        yield _too_much(f"`{table.name}`", "may insert or truncate")
    if set(may_update) - needed - spared:
        extra = ", ".join(sorted(set(may_update) - needed - spared))
        yield _too_much(f"`{table.name}`", f"may update {extra}")


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


def _missing(right: str, place: str) -> Finding:
    return Finding(
        "AV511",
        f"{right} on {place} is missing",
        kind=Kind.DEFECT,
        because="without it the promises that reach it are unknown or not enforced",
        help="give the owner of the database what `avow grants` prints",
    )


def _too_much(place: str, can: str) -> Finding:
    return Finding(
        "AV512",
        f"the role of avow has too many rights on {place}: it {can}",
        kind=Kind.DEFECT,
        severity=Severity.W,
        because="the database's own refusal is the lock that holds when everything else fails",
        help="revoke it; `avow grants` prints what is enough",
    )
