"""Logs: a line with a time begins a row; lines that do not match the pattern belong to the row
above them (a stack trace, a message of several lines) and share its fate.

Lines before the first one that matches, such as the rest of a row in a rotated file, are a row of
their own without any value: it is never due, and is counted as undated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Column, ColumnKind
from avow.estate.connectors.files.cells import Cell
from avow.estate.connectors.files.form import Form, Getter, Reading, Record, absent, digest
from avow.estate.connectors.files.source import LONGEST_LINE, Source
from avow.estate.datamap.model import Dataset
from avow.estate.datamap.stored import ROW_DIGEST, Stored

CONTINUED = "continued"
"""The column of the lines that follow the first line of a row."""
NOTHING = "-"
"""How a log says that there is no value."""
_ABSENT = frozenset({NOTHING, "", None})


class LogForm(Form):
    """The files of a dataset that are logs. Bytes that are no text stay as they are."""

    def __init__(self, dataset: Dataset, stored: Stored) -> None:
        super().__init__(dataset, stored)
        self.pattern = re.compile(stored.pattern or "(?P<line>.*)")
        self.names = tuple(self.pattern.groupindex)

    @property
    def errors(self) -> str:
        return "surrogateescape"

    def open(self, source: Source, needed: frozenset[str]) -> LogReading:
        del needed
        return LogReading(self, source)

    def columns(self, sources: Sequence[Source]) -> tuple[Column, ...]:
        del sources
        own = () if CONTINUED in self.names else (CONTINUED,)
        return tuple(self.column(name) for name in (*self.names, *own))


class Head(dict[int, None]):
    """The cells of lines before the first row: every value is absent."""

    string = ""

    def __missing__(self, key: int) -> None:
        return None


class LogReading(Reading):
    """The rows of one log."""

    def __init__(self, form: LogForm, source: Source) -> None:
        self.form, self._source = form, source
        self.names = form.names

    def __iter__(self) -> Iterator[Record]:
        match = self.form.pattern.match
        text, found = "", None
        for line in self._source.lines(self.form.encoding, self.form.errors):
            now = match(line)
            if now is not None:
                if text:
                    yield text, found or Head()
                text, found = line, now
            else:
                text += line
                if len(text) > LONGEST_LINE:
                    raise Refused("form", self.form.name, "a row that is too long")
        if text:
            yield text, found or Head()

    def getter(self, name: str) -> Getter:
        if name not in self.names:
            if name == CONTINUED:
                return _continued
            return digest(self.form.encoding) if name == ROW_DIGEST else absent
        at, convert = self.form.pattern.groupindex[name], self.form.convert(name)
        plain = self._cell(name).kind is ColumnKind.TEXT

        if plain:
            return lambda record: None if (text := record[1][at]) in _ABSENT else text
        return lambda record: None if (text := record[1][at]) in _ABSENT else convert(text)

    def text(self, record: Record, new: Mapping[str, object]) -> str:
        line, rest = record[1].string, record[0][len(record[1].string) :]
        spans = {}
        for name, value in new.items():
            if name == CONTINUED:
                rest = "" if value is None else str(value)
            else:
                spans[name] = value
        line = self._line(record, line, spans)
        end = "" if not rest or line.endswith("\n") else "\n"
        return line + end + rest

    def _line(self, record: Record, line: str, spans: Mapping[str, object]) -> str:
        """The first line with other values in its groups; Refused (`form`) where it would not be
        read as these values again."""
        match = record[1]
        places = [] if isinstance(match, Head) else [(*match.span(n), n) for n in spans]
        for start, end, name in sorted(places, reverse=True):
            value = spans[name]
            text = NOTHING if value is None else self._cell(name).text(value)
            if start >= 0:
                line = line[:start] + text + line[end:]
        again = self.form.pattern.match(line)
        for name in self.names if spans else ():
            get, value = self.getter(name), spans.get(name)
            meant = (None if value in _ABSENT else value) if name in spans else get(record)
            if again is None or get((line, again)) != meant:
                raise Refused("form", self.form.name, name if name in spans else next(iter(spans)))
        return line

    def _cell(self, name: str) -> Cell:
        return self.form.cells.get(name, Cell())


def _continued(record: Record) -> object:
    return record[0][len(record[1].string) :] or None
