"""What a form of files gives: rows of an open file, values of their columns, and rows anew."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Column, ColumnKind
from avow.estate.connectors.files.cells import Cell, cell, converter
from avow.estate.connectors.files.source import Source
from avow.estate.datamap.edges import edges
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.stored import ROW_DIGEST, Encoding, Stored

Record: TypeAlias = tuple[str, Any]
"""A row: the text as it stands in the file, and its cells (None: it is no row and stays, such as a
header)."""
Getter: TypeAlias = Callable[[Record], object]
Change: TypeAlias = Callable[[Record], Mapping[str, object]]
"""The values that a row gets."""


class Reading(ABC):
    """The rows of one open file. It is iterated once."""

    names: tuple[str, ...]
    """The columns of this file; files of one dataset may differ."""

    @abstractmethod
    def __iter__(self) -> Iterator[Record]:
        """Every record in order.

        Raises:
            Refused: `form`, with the number of the record that cannot be read.
        """

    @abstractmethod
    def getter(self, name: str) -> Getter:
        """The value of a column in a record; None where it is absent."""

    def text(self, record: Record, new: Mapping[str, object]) -> str:  # noqa: ARG002
        """The record with other values; Refused (`form`) where its form cannot hold them."""
        raise Refused("form", next(iter(new), ""))

    def raw(self, name: str) -> Getter:
        """The content of a column in a form that `anew` and `revived` read exactly."""
        return self.getter(name)

    def revived(self, raw: object) -> object:
        """The value that `text` takes, of what `raw` gave."""
        return raw

    def anew(self, cells: Mapping[str, object]) -> Record:
        """A new record of what `raw` gave for each column; Refused (`form`) where there is no way
        to write one."""
        raise Refused("form", next(iter(cells), ""))


class Form(ABC):
    """How the files of one dataset are read."""

    blanks = True
    inserts = False

    def __init__(self, dataset: Dataset, stored: Stored) -> None:
        self.dataset, self.stored = dataset, stored
        self.cells = {name: cell(said) or Cell() for name, said in stored.types.items()}

    @property
    def name(self) -> str:
        """The dataset's name, the only place that errors tell."""
        return self.dataset.name

    @property
    def errors(self) -> str:
        """What becomes of bytes that are no text in the encoding of the files."""
        return "strict"

    @property
    def encoding(self) -> Encoding:
        """The encoding of the files."""
        return self.stored.encoding

    @abstractmethod
    def open(self, source: Source, needed: frozenset[str]) -> Reading:
        """The rows of a file, with at least the needed columns."""

    @abstractmethod
    def columns(self, sources: Sequence[Source]) -> tuple[Column, ...]:
        """The columns that the files have, without an implicit key."""

    def column(self, name: str, kind: ColumnKind | None = None) -> Column:
        """A live column: its kind is the declared one, or what was found, or text."""
        made = self.cells.get(name)
        known = made.kind if made else (kind or ColumnKind.TEXT)
        return Column(name, str(known), known, name not in self.dataset.key)

    def convert(self, name: str) -> Callable[[str], object]:
        """How a text in a column is read."""
        return converter(self.cells.get(name, Cell()), (self.name, name))

    def wrong(self, number: int) -> Refused:
        """The refusal of a record that cannot be read, by its number in its file."""
        return Refused("form", self.name, f"record {number}")


def digest(encoding: str) -> Getter:
    """The key of a record that has no other: the hash of its text, without the end of its line."""

    def value(record: Record) -> object:
        text = record[0].rstrip("\r\n").encode(encoding, "surrogateescape")
        return hashlib.sha256(text).hexdigest()

    return value


def key_column() -> Column:
    """The implicit key as a column: computed, so that nobody may set it."""
    return Column(ROW_DIGEST, "sha-256", ColumnKind.TEXT, nullable=False, generated=True)


def absent(record: Record) -> None:
    """The value of a column that this file does not have."""
    del record


def declared(dataset: Dataset, system: System) -> tuple[str, ...]:
    """Every column that the map names for a dataset, each once, in declared order."""
    events = [s for e in dataset.events for s in e.sources if s.dataset is None]
    read = [c for s in events for c in (s.field, s.moved_by, s.cancelled_by) if c]
    pointed = [c for e in edges(system) if e.parent == dataset.name for c in e.parent_fields]
    linked = [c for link in dataset.links for c in (*link.fields, *(w for w, _ in link.when))]
    named = [f.name for f in dataset.fields]
    found = [i.field for i in dataset.identities]
    types = list(dataset.stored.types) if dataset.stored else []
    every = (*dataset.key, *named, *types, *found, *read, *linked, *pointed)
    return tuple(dict.fromkeys(every))
