"""What the files of a system say of themselves: which datasets are there, with which columns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Protocol

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Catalogue, Column, Table
from avow.estate.connectors.files.csv_form import CsvForm
from avow.estate.connectors.files.folder_form import FolderForm
from avow.estate.connectors.files.form import Form, declared, key_column
from avow.estate.connectors.files.json_form import JsonForm
from avow.estate.connectors.files.log_form import LogForm
from avow.estate.connectors.files.root import Found, Member, Root
from avow.estate.connectors.files.source import Source
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.stored import ROW_DIGEST, FileFormat

_LOOKED_INTO = 50
"""Files of a dataset whose columns are looked at, the last ones in order of their names."""


class Shelf(Protocol):
    """Where the files of a system stand."""

    @property
    def system(self) -> System: ...
    def form(self, dataset: str) -> Form:
        """How the files of a dataset are read."""
        ...

    def found(self, dataset: str) -> Found:
        """The files on the disk."""
        ...

    def members(self, dataset: str) -> list[Member]:
        """Those of them that stay."""
        ...

    def opened(self, dataset: str, member: Member) -> Source:
        """One of them, open."""
        ...


def form_of(dataset: Dataset, system: System, root: Root) -> Form:
    """How the files of a dataset are read."""
    stored = dataset.stored
    if stored is None:
        raise Refused("schema", dataset.name)
    match stored.format:
        case FileFormat.CSV:
            return CsvForm(dataset, stored)
        case FileFormat.JSONL:
            return JsonForm(dataset, stored, declared(dataset, system))
        case FileFormat.LOG:
            return LogForm(dataset, stored)
        case FileFormat.FOLDER:
            return FolderForm(dataset, stored, declared(dataset, system), root)
        case FileFormat.PARQUET:
            from avow.estate.connectors.files.parquet_form import (  # noqa: PLC0415 (an extra)
                ParquetForm,
            )

            return ParquetForm(dataset, stored)


def read_catalogue(connection: Shelf) -> Catalogue:
    """Every dataset whose files are there, as a table."""
    tables = {table.name: table for table in _tables(connection)}
    text = repr([(t.name, t.key, [(c.name, c.native) for c in t.columns]) for t in tables.values()])
    return Catalogue(tables, digest=hashlib.sha256(text.encode()).hexdigest())


def _tables(connection: Shelf) -> Iterator[Table]:
    for dataset in connection.system.datasets.values():
        if dataset.stored is None:
            continue
        found = connection.found(dataset.name)
        if found.members or found.links or not dataset.stored.is_one:
            columns = _columns(connection, dataset)
            yield Table(
                dataset.name, columns, dataset.key, indexes=_indexes(dataset, columns),
                row_security=found.links > 0,
            )  # fmt: skip


def _indexes(dataset: Dataset, columns: tuple[Column, ...]) -> tuple[tuple[str, ...], ...]:
    """Related rows are met by one reading and a set of pointers, whatever the columns: every one
    of them is as good as indexed."""
    links = [link.fields for link in dataset.links]
    return (*links, *((column.name,) for column in columns))


def _columns(connection: Shelf, dataset: Dataset) -> tuple[Column, ...]:
    form = connection.form(dataset.name)
    with ExitStack() as opened:
        sources = []
        if not isinstance(form, FolderForm):
            for member in connection.members(dataset.name)[-_LOOKED_INTO:]:
                sources.append(connection.opened(dataset.name, member))
                opened.callback(sources[-1].close)
        columns = form.columns(sources)
    known = {column.name for column in columns}
    if not sources and not isinstance(form, FolderForm | LogForm):
        columns = tuple(form.column(n) for n in declared(dataset, connection.system))
        columns = tuple(replace(c, nullable=True) for c in columns if c.name != ROW_DIGEST)
    if ROW_DIGEST in dataset.key and ROW_DIGEST not in known:
        columns = (*columns, key_column())
    return columns
