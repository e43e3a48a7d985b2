"""JSON Lines: one object per line. Leaves of objects inside are columns with dots in their name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Column, ColumnKind
from avow.estate.connectors.files.cells import MILLISECONDS, SECONDS, Cell
from avow.estate.connectors.files.form import Form, Getter, Reading, Record, digest
from avow.estate.connectors.files.source import Source
from avow.estate.datamap.model import Dataset
from avow.estate.datamap.stored import ROW_DIGEST, Stored

LOOKED_AT = 1000
"""Records of each file that are looked at to tell its columns; declared ones are always there."""
_KINDS = {
    bool: ColumnKind.BOOLEAN, int: ColumnKind.INTEGER, Decimal: ColumnKind.NUMBER,
    str: ColumnKind.TEXT, list: ColumnKind.JSON, dict: ColumnKind.JSON,
}  # fmt: skip


class JsonForm(Form):
    """The files of a dataset that are JSON Lines. `named` are the columns the map names."""

    inserts = True

    def __init__(self, dataset: Dataset, stored: Stored, named: Sequence[str]) -> None:
        super().__init__(dataset, stored)
        self.named = tuple(named)

    def open(self, source: Source, needed: frozenset[str]) -> JsonReading:
        del needed
        return JsonReading(self, source)

    def columns(self, sources: Sequence[Source]) -> tuple[Column, ...]:
        kinds: dict[str, set[type]] = {}
        for source in sources:
            for _, found in islice(JsonReading(self, source), LOOKED_AT):
                for name, value in _leaves(found or {}, ""):
                    kinds.setdefault(name, set()).update({type(value)} - {type(None)})
        names = dict.fromkeys([*kinds, *(n for n in self.named if n != ROW_DIGEST)])
        return tuple(self.column(name, _kind(kinds.get(name, set()))) for name in names)


def _leaves(found: Mapping[str, object], before: str) -> Iterator[tuple[str, object]]:
    for name, value in found.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{before}{name}.")
        else:
            yield before + name, value


def _kind(types: set[type]) -> ColumnKind:
    """The kind of a column whose values have these types."""
    if types == {int, Decimal}:
        return ColumnKind.NUMBER
    return _KINDS.get(types.pop(), ColumnKind.TEXT) if len(types) == 1 else ColumnKind.TEXT


class JsonReading(Reading):
    """The records of one file of JSON Lines."""

    def __init__(self, form: JsonForm, source: Source) -> None:
        self.form, self._source = form, source
        self.names = form.named

    def __iter__(self) -> Iterator[Record]:
        for number, line in enumerate(self._source.lines(self.form.encoding), 1):
            try:
                found = _READ(line) if line.strip() else None
            except (ValueError, RecursionError):
                raise self.form.wrong(number) from None
            if found is not None and not isinstance(found, dict):
                raise self.form.wrong(number)
            yield line, found

    def getter(self, name: str) -> Getter:
        if name == ROW_DIGEST:
            return digest(self.form.encoding)
        convert = self._converter(name)
        if "." in name:
            return lambda record: convert(_at(record[1], name))
        return lambda record: convert(record[1].get(name))

    def _converter(self, name: str) -> Callable[[Any], object]:
        kind = self.form.cells.get(name)
        if kind is None or kind.kind is ColumnKind.TEXT:
            return lambda value: value
        read, counts = self.form.convert(name), kind.form in {SECONDS, MILLISECONDS}

        def value(found: object) -> object:
            if isinstance(found, str):
                return read(found)
            if counts and isinstance(found, int | Decimal) and not isinstance(found, bool):
                return read(str(found))
            if found is None or type(found) in _NATIVE.get(kind.kind, ()):
                return found
            raise Refused("form", self.form.name, name)

        return value

    def raw(self, name: str) -> Getter:
        def value(record: Record) -> object:
            found = _at(record[1], name, _MISSING)
            return None if found is _MISSING else written(found)

        return value

    def revived(self, raw: object) -> object:
        return _MISSING if raw is None else _READ(str(raw))

    def anew(self, cells: Mapping[str, object]) -> Record:
        found: dict[str, Any] = {}
        for name, raw in cells.items():
            if raw is not None:
                _set(found, name, _READ(str(raw)))
        return written(found) + "\n", found

    def text(self, record: Record, new: Mapping[str, object]) -> str:
        found = record[1] or {}
        for name, value in new.items():
            _set(found, name, self._stored(name, value))
        end = record[0][len(record[0].rstrip("\r\n")) :] if record[0] else "\n"
        return written(found) + end

    def _stored(self, name: str, value: object) -> object:
        """A value as JSON holds it: moments and ids as texts, in the form of their column."""
        kind = self.form.cells.get(name, Cell())
        if kind.form in {SECONDS, MILLISECONDS} and isinstance(value, datetime):
            return int(kind.text(value))
        as_is = value is None or value is _MISSING
        if as_is or isinstance(value, str | int | Decimal | list | dict):
            return value
        return str(value) if isinstance(value, UUID) else kind.text(value)


_NATIVE: dict[ColumnKind, tuple[type, ...]] = {
    ColumnKind.INTEGER: (int,),
    ColumnKind.NUMBER: (int, Decimal),
    ColumnKind.BOOLEAN: (bool,),
}


def _no_number(word: str) -> object:
    raise ValueError(word)


_READ = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number).decode
_MISSING = object()
"""What stands for a key that is not there, where null is something else."""


def _at(found: Mapping[str, Any], name: str, default: object = None) -> object:
    """The value at a path with dots; a key that is written with the dots comes first."""
    if name in found:
        return found[name]
    first, dot, rest = name.partition(".")
    inner = found.get(first)
    return _at(inner, rest, default) if dot and isinstance(inner, dict) else default


def _set(found: dict[str, Any], name: str, value: object) -> None:
    first, dot, rest = name.partition(".")
    if dot and name not in found and (isinstance(found.get(first), dict) or first not in found):
        _set(found.setdefault(first, {}), rest, value)
    elif value is _MISSING:
        found.pop(name, None)
    else:
        found[name] = value


def written(value: object) -> str:
    """A value as JSON; numbers are spelled as they were."""
    match value:
        case dict():
            inside = (f"{_quoted(k)}: {written(v)}" for k, v in value.items())
            return "{" + ", ".join(inside) + "}"
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
        case Decimal():
            return str(value)
    return _quoted(value)


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
