"""The same estate in files: each table a file of CSV, JSON Lines or Parquet.

The files are written by the standard library and pyarrow, never by the connector.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from avow.estate.connectors.catalogue import Catalogue, ColumnKind, Table
from avow.estate.connectors.files.connector import FilesConnector
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.stored import FileFormat, Stored
from tests.connectors.world import Estate, Row

Rows = dict[str, list[Row]]
FORMATS = (FileFormat.CSV, FileFormat.JSONL, FileFormat.PARQUET)
NATIVE = {
    ColumnKind.INTEGER: pa.int64(), ColumnKind.NUMBER: pa.decimal128(20, 6),
    ColumnKind.BOOLEAN: pa.bool_(), ColumnKind.DATE: pa.date32(),
    ColumnKind.INSTANT: pa.timestamp("us", "UTC"), ColumnKind.NAIVE: pa.timestamp("us"),
}  # fmt: skip


def in_files(folder: Path, form: FileFormat, catalogue: Catalogue, rows: Rows) -> Estate:
    """The estate in files of a form, in a folder that is made for it."""
    folder.mkdir()
    datasets = {t.name: mapped(t, form, n) for n, t in enumerate(catalogue.tables.values())}
    refill(folder, form, catalogue, rows)
    system = System("shop", "files", str(folder), "Europe/Brussels", datasets=datasets)
    return Estate(FilesConnector(wait=0.3), system, guarded=False)


def mapped(table: Table, form: FileFormat, number: int) -> Dataset:
    """A table as a dataset of one file, with the kinds of its columns."""
    types = {c.name: str(c.kind) for c in table.columns}
    stored = Stored(f"{number}.{form}", form, types=types)
    return Dataset(table.name, key=table.key, stored=stored)


def refill(folder: Path, form: FileFormat, catalogue: Catalogue, rows: Rows) -> None:
    """Replace the content of every file."""
    for number, table in enumerate(catalogue.tables.values()):
        WRITERS[form](folder / f"{number}.{form}", table, rows[table.name])


def _csv(path: Path, table: Table, rows: list[Row]) -> None:
    lines = [",".join(_quoted(c.name) for c in table.columns)]
    lines += [",".join(_quoted(_text(row[c.name])) for c in table.columns) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _quoted(text: str | None) -> str:
    return "" if text is None else '"{}"'.format(text.replace('"', '""'))


def _text(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case date() | datetime():
            return value.isoformat()
    return str(value)


def _jsonl(path: Path, table: Table, rows: list[Row]) -> None:
    names = [c.name for c in table.columns]
    lines = [json.dumps({n: _plain(row[n]) for n in names}) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return value if value is None or isinstance(value, bool | int | str) else _text(value)


def _parquet(path: Path, table: Table, rows: list[Row]) -> None:
    fields = [pa.field(c.name, NATIVE.get(c.kind, pa.string())) for c in table.columns]
    columns = [
        pa.array([_text(r[f.name]) if isinstance(r[f.name], UUID) else r[f.name] for r in rows],
                 f.type)
        for f in fields
    ]  # fmt: skip
    pq.write_table(pa.table(columns, pa.schema(fields)), path, row_group_size=3)


WRITERS: dict[FileFormat, Callable[[Path, Table, list[Row]], None]] = {
    FileFormat.CSV: _csv,
    FileFormat.JSONL: _jsonl,
    FileFormat.PARQUET: _parquet,
}
