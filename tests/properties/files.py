"""Random worlds in files, read back by the standard library and pyarrow, never by the connector.

Files have no foreign keys, so a world loses its own before it is put there. Nothing else is left
out, and nothing of what is compared.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq

from avow.estate.connectors.catalogue import Catalogue, ColumnKind, Table
from avow.estate.connectors.files.connector import FilesConnector
from avow.estate.datamap.reach import Row
from avow.estate.datamap.stored import FileFormat
from tests.connectors import file_estates
from tests.connectors.world import Estate
from tests.properties.engines import Real
from tests.properties.worlds import World, copy

Line = tuple[object, Row]
"""What of a row would change if anything wrote it, and the row."""
_TEXTS: dict[ColumnKind, Callable[[str], object]] = {
    ColumnKind.INTEGER: int,
    ColumnKind.INSTANT: datetime.fromisoformat,
    ColumnKind.DATE: date.fromisoformat,
}


def without_foreign_keys(world: World) -> World:
    """The world as files can hold it."""
    return replace(world, catalogue=Catalogue(world.catalogue.tables))


@contextmanager
def in_files(folder: Path, form: FileFormat, world: World) -> Iterator[Real]:
    """The world in files of a form, in a folder that is emptied for it."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    tables = tuple(world.catalogue.tables.values())
    datasets = {
        t.name: replace(
            world.system.datasets[t.name], stored=file_estates.mapped(t, form, n).stored
        )
        for n, t in enumerate(tables)
    }
    file_estates.refill(folder, form, world.catalogue, copy(world.rows))  # type: ignore[arg-type]
    system = replace(world.system, connector="files", url=str(folder), datasets=datasets)
    estate = Estate(FilesConnector(wait=0.3), system, guarded=False)
    places = {t.name: folder / f"{n}.{form}" for n, t in enumerate(tables)}

    def lines(table: str) -> list[Line]:
        return READERS[form](places[table], world.catalogue.tables[table])

    def read(table: str) -> list[Row]:
        return sorted((row for _, row in lines(table)), key=lambda row: str(row["id"]))

    def prints(table: str) -> dict[object, object]:
        return {row["id"]: mark for mark, row in lines(table)}

    def run(text: str) -> None:
        raise NotImplementedError(text)

    try:
        yield Real(world, estate, read, prints, run, str(form))
    finally:
        estate.close()


def _csv(path: Path, table: Table) -> list[Line]:
    """No world has an empty text, so that an empty cell is an absent one; no text has a line end,
    so that a line is a record."""
    first, *lines = path.read_bytes().splitlines(keepends=True)
    (names,) = csv.reader([first.decode()])
    kinds = {c.name: c.kind for c in table.columns}
    records = csv.reader(line.decode() for line in lines)
    return [
        (line, {n: _value(text, kinds[n]) for n, text in zip(names, cells, strict=True)})
        for line, cells in zip(lines, records, strict=True)
    ]


def _jsonl(path: Path, table: Table) -> list[Line]:
    kinds = {c.name: c.kind for c in table.columns}
    return [
        (line, {n: _value(v, kinds[n]) for n, v in json.loads(line).items()})
        for line in path.read_bytes().splitlines(keepends=True)
    ]


def _value(found: object, kind: ColumnKind) -> object:
    if found is None or found == "":
        return None
    return _TEXTS[kind](found) if isinstance(found, str) and kind in _TEXTS else found


def _parquet(path: Path, table: Table) -> list[Line]:
    del table
    rows = pq.ParquetFile(path).read().to_pylist()
    return [(tuple(row.values()), row) for row in rows]


READERS: dict[FileFormat, Callable[[Path, Table], list[Line]]] = {
    FileFormat.CSV: _csv,
    FileFormat.JSONL: _jsonl,
    FileFormat.PARQUET: _parquet,
}
