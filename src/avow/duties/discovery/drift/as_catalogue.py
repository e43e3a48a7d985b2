"""An accepted schema as the catalogue of a system that may not be looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from avow.duties.discovery.drift.accepted import Accepted, AcceptedTable
from avow.engine.planner.written import digest_of
from avow.estate.connectors.catalogue import (
    Catalogue,
    Column,
    ColumnKind,
    ForeignKey,
    OnDelete,
    Table,
)
from avow.estate.connectors.mariadb_kinds import kind_of as mariadb_kind
from avow.estate.connectors.sqlite_catalogue import kind_of as sqlite_kind

_SIZE = re.compile(r"\(([^)]*)\)")
_POSTGRESQL: Mapping[str, ColumnKind] = {
    "text": ColumnKind.TEXT, "character varying": ColumnKind.TEXT, "name": ColumnKind.TEXT,
    "smallint": ColumnKind.INTEGER, "integer": ColumnKind.INTEGER, "bigint": ColumnKind.INTEGER,
    "numeric": ColumnKind.NUMBER, "real": ColumnKind.NUMBER, "double precision": ColumnKind.NUMBER,
    "boolean": ColumnKind.BOOLEAN, "uuid": ColumnKind.UUID, "bytea": ColumnKind.BYTES,
    "json": ColumnKind.JSON, "jsonb": ColumnKind.JSON, "date": ColumnKind.DATE,
    "timestamp with time zone": ColumnKind.INSTANT,
    "timestamp without time zone": ColumnKind.NAIVE,
}  # fmt: skip


def catalogue_of(accepted: Accepted, connector: str) -> Catalogue:
    """The mapped tables as a catalogue. Indexes and numbers of rows are not accepted and so not
    known; a type of the database's own making is of no kind that can be compared with a day."""
    kind = _KINDS.get(connector, sqlite_kind)
    tables = {name: _table(name, table, kind) for name, table in accepted.tables.items()}
    keys = tuple(
        ForeignKey(f"{name} ({', '.join(k.fields)})", name, k.fields, k.to, k.to_fields,
                   OnDelete(k.on_delete))
        for name, table in accepted.tables.items() for k in table.foreign_keys
    )  # fmt: skip
    return Catalogue(tables, keys, digest_of([sorted(tables), repr(tables), repr(keys)]))


def _table(name: str, table: AcceptedTable, kind: Callable[[str], ColumnKind]) -> Table:
    columns = tuple(
        Column(c, each.type, kind(each.type), not each.not_null, each.generated, _length(each.type))
        for c, each in table.columns.items()
    )
    unique = (table.key,) if table.key else ()
    return Table(
        name,
        columns,
        table.key,
        unique=unique,
        triggers=table.triggers,
        writable=not table.is_view,
    )


def _length(native: str) -> int | None:
    found = _SIZE.search(native)
    is_text = native.startswith(("character varying", "varchar", "char("))
    return int(found[1]) if is_text and found is not None else None


def _of_postgresql(native: str) -> ColumnKind:
    return _POSTGRESQL.get(" ".join(_SIZE.sub("", native).split()), ColumnKind.OTHER)


def _of_mariadb(native: str) -> ColumnKind:
    return mariadb_kind(native, re.split(r"\W", native, maxsplit=1)[0])


_KINDS: Mapping[str, Callable[[str], ColumnKind]] = {
    "postgresql": _of_postgresql,
    "mariadb": _of_mariadb,
}
