"""The statement that makes an index, for the owner of a database to run: avow makes none itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from avow.estate.connectors.catalogue import Table


def index_text(kind: str, table: Table, fields: Sequence[str]) -> str:
    """The statement for columns of a table in a database of this kind; empty where there is none:
    for a file, and for what lies inside a column.

    No engine keeps writers out while it runs, but SQLite, and PostgreSQL where the table is
    partitioned: that one builds no such index concurrently.
    """
    columns = {column.name for column in table.columns}
    if kind not in _SPELT or not columns.issuperset(fields):
        return ""
    return _SPELT[kind](table, fields)


def _postgresql(table: Table, fields: Sequence[str]) -> str:
    how = "" if table.is_partitioned else " CONCURRENTLY"
    schema, _, bare = table.name.partition(".")
    return f"CREATE INDEX{how} ON {_listed((schema, bare), '.')} ({_listed(fields)});"


def _sqlite(table: Table, fields: Sequence[str]) -> str:
    name = _listed([_named(table, fields)])
    return f"CREATE INDEX {name} ON {_listed([table.name])} ({_listed(fields)});"


def _mariadb(table: Table, fields: Sequence[str]) -> str:
    name, place = _listed([_named(table, fields)], mark="`"), _listed([table.name], mark="`")
    return f"CREATE INDEX {name} ON {place} ({_listed(fields, mark='`')}) LOCK = NONE;"


def _named(table: Table, fields: Sequence[str]) -> str:
    return "_".join((table.name, *fields))[:60]


def _listed(names: Sequence[str], between: str = ", ", mark: str = '"') -> str:
    return between.join(f"{mark}{name.replace(mark, mark * 2)}{mark}" for name in names)


_SPELT: dict[str, Callable[[Table, Sequence[str]], str]] = {
    "postgresql": _postgresql, "sqlite": _sqlite, "mariadb": _mariadb,
}  # fmt: skip
