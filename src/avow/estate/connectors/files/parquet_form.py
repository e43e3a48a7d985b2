"""Parquet, by pyarrow: read and rewritten row group by row group, so that memory holds one.

The schema, its metadata, the compression and the size of the row groups stay as they were.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any, BinaryIO
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Column, ColumnKind
from avow.estate.connectors.files.form import Change, Form, Getter, Reading, Record, absent
from avow.estate.connectors.files.source import Source
from avow.estate.datamap.stored import ROW_DIGEST

_BATCH = 20_000


class ParquetForm(Form):
    """The files of a dataset that are Parquet."""

    def open(self, source: Source, needed: frozenset[str]) -> ParquetReading:
        return ParquetReading(self, source, needed)

    def columns(self, sources: Sequence[Source]) -> tuple[Column, ...]:
        found: dict[str, ColumnKind] = {}
        for source in sources:
            for name, of in _schema(_file(source, self.name)):
                found.setdefault(name, kind(of))
        return tuple(self.column(name, of) for name, of in found.items())


def _file(source: Source, dataset: str) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(source.binary())
    except (pa.ArrowException, OSError):
        raise Refused("form", dataset, "a damaged Parquet file") from None


def _schema(file: pq.ParquetFile) -> Iterator[tuple[str, pa.DataType]]:
    for each in file.schema_arrow:
        yield each.name, each.type


def kind(of: pa.DataType) -> ColumnKind:
    """The kind of a column of this type."""
    tests: tuple[tuple[Callable[[Any], bool], ColumnKind], ...] = (
        (pa.types.is_boolean, ColumnKind.BOOLEAN),
        (pa.types.is_integer, ColumnKind.INTEGER),
        (pa.types.is_floating, ColumnKind.NUMBER),
        (pa.types.is_decimal, ColumnKind.NUMBER),
        (pa.types.is_date, ColumnKind.DATE),
        (pa.types.is_string, ColumnKind.TEXT),
        (pa.types.is_large_string, ColumnKind.TEXT),
        (pa.types.is_nested, ColumnKind.JSON),
        (pa.types.is_binary, ColumnKind.BYTES),
    )
    if pa.types.is_timestamp(of):
        return ColumnKind.INSTANT if of.tz else ColumnKind.NAIVE
    return next((found for test, found in tests if test(of)), ColumnKind.OTHER)


class ParquetReading(Reading):
    """The rows of one Parquet file; the cells of a record are a tuple of the needed columns."""

    def __init__(self, form: ParquetForm, source: Source, needed: frozenset[str]) -> None:
        self.form, self._source = form, source
        self.file = _file(source, form.name)
        self.names = tuple(name for name, _ in _schema(self.file))
        whole = ROW_DIGEST in needed and ROW_DIGEST not in self.names
        self.read = tuple(n for n in self.names if whole or n in needed) or self.names[:1]

    def __iter__(self) -> Iterator[Record]:
        for batch in self._batches():
            yield from self.records(batch)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            yield from self.file.iter_batches(_BATCH, columns=list(self.read))
        except (pa.ArrowException, OSError):
            raise Refused("form", self.form.name, "a damaged Parquet file") from None

    def records(self, batch: pa.RecordBatch) -> Iterator[Record]:
        """The rows of a batch as Python values."""
        columns = [batch.column(name).to_pylist() for name in self.read]
        for cells in zip(*columns, strict=True):
            yield "", cells

    def getter(self, name: str) -> Getter:
        if name == ROW_DIGEST and name not in self.names:
            return _digest
        if name not in self.read:
            return absent
        pick, convert = itemgetter(self.read.index(name)), self.form.convert(name)
        if name not in self.form.cells or self.form.cells[name].kind is ColumnKind.TEXT:
            return lambda record: pick(record[1])

        def value(record: Record) -> object:
            found = pick(record[1])
            return convert(found) if isinstance(found, str) else found

        return value


def _digest(record: Record) -> object:
    return hashlib.sha256(repr(record[1]).encode("utf-8", "surrogateescape")).hexdigest()


def rewrite(
    reading: ParquetReading, where: Callable[[Record], bool], change: Change | None, out: BinaryIO
) -> tuple[int, int]:
    """Write the file without the rows that satisfy `where`, or with what `change` says of them;
    gives how many rows were met, and how many are left.

    Raises:
        Refused: `form`, when a column cannot hold a value.
    """
    file, hit, left = reading.file, 0, 0
    with pq.ParquetWriter(out, file.schema_arrow, compression=_compression(file)) as writer:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            batches = table.select(list(reading.read)).to_batches()
            records = [record for batch in batches for record in reading.records(batch)]
            met = [where(record) for record in records]
            hit += sum(met)
            if change is None:
                table = table.filter(pa.array([not m for m in met], pa.bool_()))
            elif any(met):
                new = {i: change(r) for i, (r, m) in enumerate(zip(records, met, strict=True)) if m}
                table = _changed(table, new, reading.form.name)
            left += table.num_rows
            if table.num_rows:
                writer.write_table(table, row_group_size=table.num_rows)
    return hit, left


def _compression(file: pq.ParquetFile) -> dict[str, str] | str:
    """The compression of each column, as the first row group has it."""
    if not file.num_row_groups:
        return "snappy"
    group = file.metadata.row_group(0)
    columns = [group.column(n) for n in range(group.num_columns)]
    return {c.path_in_schema: _CODECS.get(c.compression, c.compression) for c in columns}


_CODECS = {"UNCOMPRESSED": "NONE"}


def _changed(table: pa.Table, new: Mapping[int, Mapping[str, object]], dataset: str) -> pa.Table:
    for name in {n for values in new.values() for n in values}:
        at = table.schema.get_field_index(name)
        if at < 0:
            raise Refused("form", dataset, name)
        of = table.schema.field(at)
        cells = table.column(at).to_pylist()
        for row, values in new.items():
            if name in values:
                cells[row] = _stored(values[name], of.type)
        if not of.nullable and any(v is None for v in cells):
            raise Refused("constraint", dataset, name)
        try:
            table = table.set_column(at, of, pa.array(cells, of.type))
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            raise Refused("form", dataset, name) from None
    return table


def _stored(value: object, of: pa.DataType) -> object:
    """A value as Arrow takes it for this type."""
    if pa.types.is_floating(of) and isinstance(value, Decimal):
        return float(value)
    if isinstance(value, int) and not isinstance(value, bool) and pa.types.is_decimal(of):
        return Decimal(value)
    text = pa.types.is_string(of) or pa.types.is_large_string(of)
    if text and value is not None and not isinstance(value, str):
        return value.isoformat() if isinstance(value, datetime) else str(value)
    return value.bytes if isinstance(value, UUID) and pa.types.is_binary(of) else value
