"""CSV after RFC 4180: a header, one record per row, quotes where needed.

An empty cell is absent; `""` is an empty text. Records that are kept are written byte by byte as
they stood, and only a record that is blanked is written anew.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Column, ColumnKind
from avow.estate.connectors.files.cells import Cell
from avow.estate.connectors.files.form import Form, Getter, Reading, Record, absent, digest
from avow.estate.connectors.files.source import LONGEST_LINE, Source
from avow.estate.datamap.model import Dataset
from avow.estate.datamap.stored import ROW_DIGEST, Stored

_MARK = "\ufeff"
"""What some programs write at the beginning of a file."""
csv.field_size_limit(LONGEST_LINE)


class CsvForm(Form):
    """The files of a dataset that are CSV."""

    inserts = True

    def __init__(self, dataset: Dataset, stored: Stored) -> None:
        super().__init__(dataset, stored)
        mark = re.escape(stored.delimiter)
        self.part = re.compile(rf'(?:"((?:[^"]|"")*)"|([^{mark}"\r\n]*))({mark}|\r?\n?\Z)')

    def open(self, source: Source, needed: frozenset[str]) -> CsvReading:
        del needed
        return CsvReading(self, source)

    def columns(self, sources: Sequence[Source]) -> tuple[Column, ...]:
        names = dict.fromkeys(name for s in sources for name in CsvReading(self, s).names)
        return tuple(self.column(name) for name in names)

    def written(self, cells: Sequence[str | None], end: str) -> str:
        """A record with these cells and this end of line."""
        return self.stored.delimiter.join(map(self._quoted, cells)) + end

    def _quoted(self, text: str | None) -> str:
        if text is None:
            return ""
        if text and not any(mark in text for mark in (self.stored.delimiter, '"', "\n", "\r")):
            return text
        return '"{}"'.format(text.replace('"', '""'))


class CsvReading(Reading):
    """The records of one CSV file."""

    def __init__(self, form: CsvForm, source: Source) -> None:
        self.form = form
        self._taken: list[str] = []
        self._lines = source.lines(form.encoding)
        delimiter = form.stored.delimiter
        self._parsed = csv.reader(self._recorded(), delimiter=delimiter, strict=True)
        self._head, cells = self._next(1) or ("", [])
        self.names = tuple(cells)
        if self.names:
            self.names = (self.names[0].removeprefix(_MARK), *self.names[1:])
        if len(set(self.names)) < len(self.names) or "" in self.names:
            raise Refused("form", form.name, "header")
        self.end = "\r\n" if self._head.endswith("\r\n") else "\n"

    def _recorded(self) -> Iterator[str]:
        taken = self._taken
        for line in self._lines:
            taken.append(line)
            yield line

    def _next(self, number: int) -> tuple[str, list[str]] | None:
        self._taken.clear()
        try:
            cells = next(self._parsed, None)
        except csv.Error:
            raise self.form.wrong(number) from None
        return None if cells is None else ("".join(self._taken), cells)

    def __iter__(self) -> Iterator[Record]:
        if self._head:
            yield self._head, None
        parsed, taken, width = self._parsed, self._taken, len(self.names)
        taken.clear()
        number = 1
        try:
            for number, cells in enumerate(parsed, 2):
                text = taken[0] if len(taken) == 1 else "".join(taken)
                taken.clear()
                if len(cells) != width:
                    if cells:
                        raise self.form.wrong(number)
                    yield text, None
                elif "" in cells:
                    yield text, self._absent(text, cells, number)
                else:
                    yield text, cells
        except csv.Error:
            raise self.form.wrong(number + 1) from None

    def _absent(self, text: str, cells: list[str], number: int) -> list[str | None]:
        """The cells with None for those that are empty without quotes."""
        if '""' not in text:
            return [c or None for c in cells]
        found: list[str | None] = []
        at, mark = 0, self.form.stored.delimiter
        while part := self.form.part.match(text, at):
            quoted, plain, end = part.groups()
            found.append(plain or None if quoted is None else quoted.replace('""', '"'))
            at = part.end()
            if end != mark:
                break
        if len(found) != len(cells):
            raise self.form.wrong(number)
        return found

    def getter(self, name: str) -> Getter:
        if name not in self.names:
            return digest(self.form.encoding) if name == ROW_DIGEST else absent
        at, kind = self.names.index(name), self.form.cells.get(name)
        pick = itemgetter(at)
        if kind is None or kind.kind is ColumnKind.TEXT:
            return lambda record: pick(record[1])
        convert = self.form.convert(name)

        def value(record: Record) -> object:
            text = record[1][at]
            return None if text is None else convert(text)

        return value

    def raw(self, name: str) -> Getter:
        if name not in self.names:
            return self.getter(name)
        pick = itemgetter(self.names.index(name))
        return lambda record: pick(record[1])

    def anew(self, cells: Mapping[str, object]) -> Record:
        text = self.text(("", None), cells)
        own = [None if cells.get(n) is None else str(cells[n]) for n in self.names]
        return text, own

    def text(self, record: Record, new: Mapping[str, object]) -> str:
        if not set(new) <= set(self.names):
            raise Refused("form", self.form.name, next(iter(set(new) - set(self.names))))
        cells = list(record[1] or [None] * len(self.names))
        for name, value in new.items():
            kind = self.form.cells.get(name, Cell())
            cells[self.names.index(name)] = None if value is None else kind.text(value)
        end = record[0][len(record[0].rstrip("\r\n")) :] if record[1] else self.end
        return self.form.written(cells, end)
