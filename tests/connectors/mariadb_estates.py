"""The same estate in a MariaDB database.

Texts are in the collation of a Debian server, which ignores case, accents and spaces at the end;
only keys and what points to them keep them apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pymysql

from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, Table
from avow.estate.connectors.mariadb import MariadbConnector
from avow.estate.connectors.mariadb_session import Limits
from avow.estate.datamap.model import System
from tests import mariadb
from tests.connectors.engines import Rows, ddl, names, quoted
from tests.connectors.world import Estate, Row

TYPES = {
    "text": "varchar(190)", "timestamp with time zone": "timestamp(6) NULL",
    "timestamptz": "timestamp(6) NULL", "timestamp": "datetime(6)", "numeric": "decimal(20,6)",
}  # fmt: skip
APART = "varchar(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"
FAST = Limits(statement=10_000, lock=300)


def in_mariadb(
    socket: Path, database: str, catalogue: Catalogue, rows: Rows, system: System
) -> Estate:
    """The estate in an empty database."""
    with closing(mariadb.connect(socket, database)) as owner:
        emptied(owner)
        run(owner, *ddl(_kept_apart(catalogue), quoted, TYPES))
        refill(owner, rows)
    url = mariadb.url(socket, database)
    return Estate(MariadbConnector(FAST), replace(system, connector="mariadb", url=url))


def run(owner: pymysql.Connection[Any], *statements: str) -> None:
    """Statements of the owner, one after the other."""
    with owner.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def emptied(owner: pymysql.Connection[Any]) -> None:
    """The same database without a table in it."""
    with owner.cursor() as cursor:
        cursor.execute("SHOW TABLES")
        found = [quoted(name) for (name,) in cursor.fetchall()]
        cursor.execute("SET foreign_key_checks = 0")
        if found:
            cursor.execute(f"DROP TABLE {', '.join(found)}")
        cursor.execute("SET foreign_key_checks = 1")


def refill(owner: pymysql.Connection[Any], rows: Rows) -> None:
    """Replace the rows of these tables."""
    with owner.cursor() as cursor:
        cursor.execute("SET foreign_key_checks = 0")
        for table, content in rows.items():
            place = quoted(table).replace("%", "%%")
            cursor.execute(f"DELETE FROM {quoted(table)}")
            if content:
                fields = names(tuple(content[0])).replace("%", "%%")
                marks = ", ".join(["%s"] * len(content[0]))
                into = f"INSERT INTO {place} ({fields}) VALUES ({marks})"
                cursor.executemany(into, [_stored(row, content[0]) for row in content])
        cursor.execute("SET foreign_key_checks = 1")


def _stored(row: Row, fields: Iterable[str]) -> list[object]:
    values = (row[f] for f in fields)
    return [str(v) if isinstance(v, UUID) else v for v in values]


def _kept_apart(catalogue: Catalogue) -> Catalogue:
    pointers = {(k.child, f) for k in catalogue.foreign_keys for f in k.child_fields}
    pointers |= {(k.parent, f) for k in catalogue.foreign_keys for f in k.parent_fields}
    return replace(
        catalogue,
        tables={
            t.name: replace(t, columns=tuple(_apart(c, t, pointers) for c in t.columns))
            for t in catalogue.tables.values()
        },
    )


def _apart(column: Column, table: Table, pointers: set[tuple[str, str]]) -> Column:
    keyed = column.name in table.key or (table.name, column.name) in pointers
    return replace(column, native=APART) if keyed and column.kind is ColumnKind.TEXT else column
