"""The same estate in memory, in PostgreSQL and in an SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from avow.estate.connectors.catalogue import Catalogue, Column, ForeignKey, Table
from avow.estate.connectors.postgresql import Limits, PostgresqlConnector
from avow.estate.connectors.sqlite import SqliteConnector
from avow.estate.connectors.twin import TwinConnector, TwinDatabase
from avow.estate.datamap.model import System
from tests.connectors.world import Estate, Row

Rows = dict[str, list[Row]]
Make = Callable[[Catalogue, Rows, System], Estate]

SQLITE_TYPES = {"timestamp with time zone": "TIMESTAMPTZ", "timestamp": "DATETIME"}
FAST = Limits(statement=5_000, lock=300)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def names(fields: tuple[str, ...]) -> str:
    return ", ".join(map(quoted, fields))


def ddl(catalogue: Catalogue, spell: Callable[[str], str], types: dict[str, str]) -> list[str]:
    """CREATE TABLE of every table, and the foreign keys inside, parents first."""
    return [
        f"CREATE TABLE {spell(t.name)} ({', '.join(_parts(catalogue, t, spell, types))})"
        for t in catalogue.tables.values()
    ]


def _parts(
    catalogue: Catalogue, table: Table, spell: Callable[[str], str], types: dict[str, str]
) -> list[str]:
    parts = [_column(c, types) for c in table.columns]
    parts += [f"PRIMARY KEY ({names(table.key)})"] if table.key else []
    parts += [f"UNIQUE ({names(fields)})" for fields in table.unique]
    return parts + [_foreign(k, spell) for k in catalogue.foreign_keys if k.child == table.name]


def _column(column: Column, types: dict[str, str]) -> str:
    strict = "" if column.nullable else " NOT NULL"
    return f"{quoted(column.name)} {types.get(column.native, column.native)}{strict}"


def _foreign(key: ForeignKey, spell: Callable[[str], str]) -> str:
    return (
        f"CONSTRAINT {quoted(key.name)} FOREIGN KEY ({names(key.child_fields)}) "
        f"REFERENCES {spell(key.parent)} ({names(key.parent_fields)}) "
        f"ON DELETE {key.on_delete.value.upper()}"
    )


def in_memory(catalogue: Catalogue, rows: Rows, system: System) -> Estate:
    """The estate in the twin."""
    database = TwinDatabase(rows, catalogue)
    return Estate(TwinConnector({system.name: database}), system)


def in_postgresql(url: str, catalogue: Catalogue, rows: Rows, system: System) -> Estate:
    """The estate in an empty PostgreSQL database."""
    with psycopg.connect(url) as owner:
        for statement in ddl(catalogue, _dotted, {}):
            owner.execute(statement.encode())
        refill_postgresql(owner, rows)
    return Estate(PostgresqlConnector(FAST), replace(system, connector="postgresql", url=url))


def refill_postgresql(owner: psycopg.Connection[Any], rows: Rows) -> None:
    """Replace the rows of these tables."""
    owner.execute(f"TRUNCATE {', '.join(map(_dotted, rows))}".encode())
    for table, content in rows.items():
        if not content:
            continue
        marks = ", ".join(["%s"] * len(content[0]))
        place = f"{_dotted(table)} ({names(tuple(content[0]))})".replace("%", "%%")
        with owner.cursor() as cursor:
            into = f"INSERT INTO {place} VALUES ({marks})".encode()
            cursor.executemany(into, [[row[c] for c in content[0]] for row in content])


def _dotted(name: str) -> str:
    schema, _, table = name.partition(".")
    return f"{quoted(schema)}.{quoted(table)}"


def in_sqlite(path: Path, catalogue: Catalogue, rows: Rows, system: System) -> Estate:
    """The estate in a new SQLite file. Times stand as ISO text."""
    owner = sqlite3.connect(path)
    for statement in ddl(catalogue, quoted, SQLITE_TYPES):
        owner.execute(statement)
    refill_sqlite(owner, rows)
    owner.close()
    limits = SqliteConnector(busy=0.3, statement=5)
    return Estate(limits, replace(system, connector="sqlite", url=f"sqlite:///{path}"))


def refill_sqlite(owner: sqlite3.Connection, rows: Rows) -> None:
    """Replace the rows of these tables."""
    for table, content in rows.items():
        owner.execute(f"DELETE FROM {quoted(table)}")
        for row in content:
            marks = ", ".join("?" * len(row))
            owner.execute(
                f"INSERT INTO {quoted(table)} ({names(tuple(row))}) VALUES ({marks})",
                [_stored(v) for v in row.values()],
            )
    owner.commit()


def _stored(value: object) -> str | int | float | None:
    match value:
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Decimal():
            return float(value)
        case None | bool() | int() | float() | str():
            return value
    raise TypeError(type(value).__name__)
