"""Bounded samples, spread over a table and never its head, and what may be read at all.

PostgreSQL reads whole pages drawn over the table, SQLite rows at points spread over its row
numbers, MariaDB stretches of rows spread over the key. A sample reads at most `PAGES` pages or
some thousand rows, however large the table is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from avow.duties.discovery.stretches import in_stretches, points
from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import ColumnKind, Table
from avow.estate.connectors.render import name
from avow.estate.connectors.sql import SqlConnection

PAGES, ROWS = 64, 1000
_GUARD = 50_000
"""Rows of the drawn pages that are looked at before `ROWS` of them are kept."""
_LONGEST = 100
"""Characters of a text that are read: what is longer has none of the shapes."""
_SEED = 1
_TEXTS = frozenset({ColumnKind.TEXT, ColumnKind.OTHER})
SAMPLED = frozenset({"mariadb", "postgresql", "sqlite"})
"""Kinds of system of which samples can be taken."""
_UNTYPED = frozenset({"sqlite"})


@dataclass(frozen=True, slots=True)
class Extent:
    """How large a table is on disk, in pages, and whether we may read it."""

    pages: int
    is_readable: bool


def extents(connection: SqlConnection) -> dict[str, Extent]:
    """The extent of every table, in one statement; nothing where the engine does not tell."""
    if connection.system.connector != "postgresql":
        return {}
    parts = "SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(c.oid)"
    size = f"CASE WHEN c.relkind = 'p' THEN ({parts}) ELSE pg_relation_size(c.oid) END"
    may = "has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')"
    shown = ("n.nspname || '.' || c.relname", _pages(size), may)
    columns: list[sa.ColumnElement[Any]] = [sa.literal_column(text) for text in shown]
    found = sa.select(*columns).select_from(
        sa.text("pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace")
    )
    kinds = sa.text("c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition")
    return {
        table: Extent(int(pages), bool(readable))
        for table, pages, readable in connection.select(found.where(kinds), "")
    }


def _pages(size: str) -> str:
    return f"coalesce({size}, 0) / CAST(current_setting('block_size') AS bigint)"


def zone_of(connection: SqlConnection) -> str:
    """The zone that the database itself is set to; empty where it has none, or an offset only."""
    match connection.system.connector:
        case "postgresql":
            said: sa.ColumnElement[Any] = sa.func.current_setting("TimeZone")
        case "mariadb":
            said = sa.literal_column("@@global.time_zone")
        case _:
            return ""
    found = str(connection.select(sa.select(said), "")[0][0])
    return "" if found == "SYSTEM" or found[:1] in {"+", "-"} else found


def has_moments(connection: SqlConnection) -> bool:
    """Whether the engine has types for moments, so that texts and numbers are none."""
    return connection.system.connector not in _UNTYPED


def estimate(connection: SqlConnection, table: Table, extent: Extent | None) -> int:
    """About how many rows: the engine's own number, else by its size, else by its row numbers; one
    where it has none, so that the sample says what is wrong."""
    if table.rows:
        return table.rows
    if extent is not None:
        return extent.pages * 50
    if connection.system.connector == "mariadb":
        return _counted(connection, table)
    rows = _numbered(connection, table)
    try:
        last = connection.select(sa.select(sa.func.max(rows.c["_rowid_"])), table.name)[0][0]
    except Refused:
        return 1
    return int(last or 0)


def _counted(connection: SqlConnection, table: Table) -> int:
    """Rows of a table of which the engine knows none yet, or of a view: counted up to `ROWS`."""
    few = sa.select(sa.literal(1)).select_from(connection.grammar.relation(table)).limit(ROWS)
    count = sa.select(sa.func.count()).select_from(few.subquery("f"))
    return int(connection.select(count, table.name)[0][0])


def sample(
    connection: SqlConnection, table: Table, fields: Sequence[str], pages: int
) -> list[tuple[Any, ...]]:
    """Values of these columns from rows spread over the table, texts cut short. `pages` is the
    table's extent.

    Raises:
        Refused: the table may not be read, or cannot be sampled.
    """
    return connection.select(drawn(connection, table, fields, pages), table.name)


def drawn(
    connection: SqlConnection, table: Table, fields: Sequence[str], pages: int
) -> sa.Select[Any]:
    """The statement of a sample, for those who look at values without taking them out.

    Raises:
        Refused: the table may not be read, or cannot be sampled.
    """
    if connection.system.connector == "postgresql":
        return _on_pages(connection, table, fields, pages)
    if connection.system.connector == "mariadb":
        rows = connection.grammar.relation(table)
        shown = [_shown(table, f, rows.c[f]).label(f"v{n}") for n, f in enumerate(fields)]
        return in_stretches(connection, table, rows, shown, ROWS)
    return _at_points(connection, table, fields)


def _on_pages(
    connection: SqlConnection, table: Table, fields: Sequence[str], pages: int
) -> sa.Select[Any]:
    """Pages drawn over the whole table, and of their rows `ROWS`, the same ones each time: an order
    by hashed row numbers thins them without a preference for the first pages."""
    rows = connection.grammar.relation(table)
    share = 100.0 if pages <= PAGES else 100.0 * PAGES / pages
    drawn = rows.tablesample(sa.func.system(share), seed=sa.literal(_SEED))
    shown = [_shown(table, f, drawn.c[f]).label(f"v{n}") for n, f in enumerate(fields)]
    number = sa.func.row_number().over().label("n")
    within = sa.select(*shown, number).limit(_GUARD).subquery("d")
    order = sa.func.md5(sa.cast(within.c.n, sa.Text()))
    return sa.select(*(within.c[f"v{n}"] for n in range(len(fields)))).order_by(order).limit(ROWS)


def _at_points(connection: SqlConnection, table: Table, fields: Sequence[str]) -> sa.Select[Any]:
    rows = _numbered(connection, table)
    number = rows.c["_rowid_"]
    first, last = connection.select(
        sa.select(
            sa.select(sa.func.min(number)).scalar_subquery(),
            sa.select(sa.func.max(number)).scalar_subquery(),
        ),
        table.name,
    )[0]
    chosen = json.dumps(points(int(first or 0), int(last or 0), ROWS))
    at = sa.func.json_each(chosen).table_valued("value", name="p")
    other = rows.alias("o")
    nearest = (
        sa.select(sa.func.min(other.c["_rowid_"]))
        .where(other.c["_rowid_"] >= at.c.value)
        .scalar_subquery()
    )
    return sa.select(*(_shown(table, f, rows.c[f]) for f in fields)).where(
        number.in_(sa.select(nearest).select_from(at))
    )


def _numbered(connection: SqlConnection, table: Table) -> sa.TableClause:
    del connection
    columns: list[sa.ColumnClause[Any]] = [sa.column(name(c.name)) for c in table.columns]
    return sa.table(name(table.name), sa.column("_rowid_"), *columns)


def _shown(table: Table, field: str, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The value as it is read: texts, and types without a Python twin, as short text."""
    live = table.column(field)
    if live is None or live.kind not in _TEXTS:
        return column.label(None)
    return sa.func.substr(sa.cast(column, sa.Text()), 1, _LONGEST).label(None)
