"""When an event happened for every row of a table, worked out here from plain columns.

The planner turns the same map into questions that a system answers. Nothing of them is used here:
columns are streamed, pointers are followed in dictionaries, days are compared in Python. What the
two say of the same rows must be equal, and a promise is kept only where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import TypeAlias, TypeVar

from avow.estate.connectors.base import Connection, Refused
from avow.estate.connectors.catalogue import Column
from avow.estate.connectors.moments import day_of
from avow.estate.connectors.values import plain_all, says
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import EventMode, Normaliser, Source, System
from avow.estate.datamap.readings import Reading, reading, source_edge

BLOCK = 5_000
"""Rows per block of a stream."""
_LEAST_MILLISECONDS = 100_000_000_000
_START = datetime(1970, 1, 1, tzinfo=UTC)


class No(Enum):
    """Why a row has no day: its state lives on, or what should say it is empty."""

    LIVING = "living"
    MISSING = "missing"


When: TypeAlias = date | No
Row: TypeAlias = Mapping[str, object]
Pointer: TypeAlias = tuple[str, ...]
Says: TypeAlias = Callable[[Row], When]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Told:
    """What tells the moment of an event for a row, and the columns of the row that it reads."""

    columns: frozenset[str]
    of: Says


@dataclass(slots=True)
class Reader:
    """Reads one system. `zone` is the controller's, `facts` the events no system knows."""

    connection: Connection
    zone: str
    facts: frozenset[str] = frozenset()
    _told: dict[tuple[str, str], Told] = field(default_factory=dict)
    _above: dict[tuple[str, tuple[Edge, ...]], dict[Pointer, When]] = field(default_factory=dict)

    @property
    def system(self) -> System:
        """The system that is read."""
        return self.connection.system

    def told(self, dataset: str, event: str) -> Told:
        """What tells an event for the rows of a dataset. What only avow knows counts as living."""
        if (dataset, event) not in self._told:
            self._told[dataset, event] = self._tell(dataset, event)
        return self._told[dataset, event]

    def _tell(self, dataset: str, event: str) -> Told:
        if event in self.facts:
            return Told(frozenset(), lambda _: No.LIVING)
        how = reading(self.system, dataset, event)
        if not isinstance(how, Reading):
            return Told(frozenset(), lambda _: No.MISSING)
        return self._climbed(how, how.climb)

    def rows(self, table: str, columns: frozenset[str]) -> Iterator[Row]:
        """Every row of a table with these columns."""
        names = sorted(columns) or [c.name for c in self._live(table)][:1]
        for block in self.connection.stream(table, names, BLOCK):
            for values in block:
                yield dict(zip(names, values, strict=True))

    def _live(self, table: str) -> Sequence[Column]:
        found = self.connection.catalogue().tables.get(table)
        if found is None:
            raise Refused("schema", table)
        return found.columns

    def _climbed(self, how: Reading, climb: tuple[Edge, ...]) -> Told:
        if not climb:
            return self._own(how)
        edge, key = climb[0], (how.event.event, climb)
        if key not in self._above:
            self._above[key] = self._by_pointer(edge, self._climbed(how, climb[1:]))
        found = self._above[key]
        return Told(
            _near(edge, Side.CHILD), lambda row: _met(edge, Side.CHILD, row, found, No.MISSING)
        )

    def _by_pointer(self, edge: Edge, above: Told) -> dict[Pointer, When]:
        """The moment of every row that a pointer may name."""
        found: dict[Pointer, When] = {}
        for row in self.rows(edge.parent, above.columns | set(edge.parent_fields)):
            pointer = _pointer(edge, row, edge.parent_fields)
            if pointer is not None:
                at = above.of(row)
                found[pointer] = _both(found[pointer], at) if pointer in found else at
        return found

    def _own(self, how: Reading) -> Told:
        parts = [self._source(how.top, source) for source in how.event.sources]
        columns = frozenset[str]().union(*(names for names, _ in parts))
        readers = [of for _, of in parts]
        mode = how.event.mode
        return Told(columns, lambda row: _folded(mode, [v for of in readers for v in of(row)]))

    def _source(
        self, top: str, source: Source
    ) -> tuple[frozenset[str], Callable[[Row], Sequence[date | None]]]:
        if source.dataset is None:
            value = self._value(top, source)
            return _columns(source), lambda row: (value(row),)
        found = source_edge(self.system, top, source)
        if found is None:
            return frozenset(), lambda _: ()
        edge, far = found
        there = self._linked(edge, far, source)
        near = Side.PARENT if far is Side.CHILD else Side.CHILD
        return _near(edge, near), lambda row: _met(edge, near, row, there, ())

    def _linked(
        self, edge: Edge, far: Side, source: Source
    ) -> dict[Pointer, Sequence[date | None]]:
        """Per pointer the values of the linked rows: their earliest and latest, or that one of
        them is empty; more of them say nothing more."""
        table = source.dataset or ""
        value, fields = self._value(table, source), _fields(edge, far)
        found: dict[Pointer, Sequence[date | None]] = {}
        for row in self.rows(table, _columns(source) | _near(edge, far)):
            pointer = _pointer(edge, row, fields) if _speaks(edge, far, row) else None
            if pointer is not None:
                found[pointer] = _few((*found.get(pointer, ()), value(row)))
        return found

    def _value(self, table: str, source: Source) -> Callable[[Row], date | None]:
        dataset = self.system.datasets[table]
        zones = {f.name: f.zone for f in dataset.fields}

        def value(row: Row) -> date | None:
            if source.cancelled_by and row[source.cancelled_by] is not None:
                return None
            moved = (
                source.moved_by if source.moved_by and row[source.moved_by] is not None else None
            )
            name = moved or source.field
            zone = source.zone or zones.get(name) or dataset.zone or self.system.zone
            return day(row[name], (table, name), self.zone, zone)

        return value


def day(value: object, place: tuple[str, str], zone: str, column_zone: str | None) -> date | None:
    """The local day of a stored value: a date, a time, an ISO text, or seconds since 1970.

    Raises:
        Refused: `form`, it is none of these.
    """
    if value is None:
        return None
    if isinstance(value, str):
        value = _parsed(value, place)
    elif isinstance(value, int) and not isinstance(value, bool):
        seconds = value / 1000 if abs(value) >= _LEAST_MILLISECONDS else value
        value = _START + timedelta(seconds=seconds)
    if not isinstance(value, date):
        raise Refused("form", *place)
    return day_of(value, zone, column_zone)


def _parsed(text: str, place: tuple[str, str]) -> date:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise Refused("form", *place) from None


def holds(row: Row, columns: Sequence[str], constants: Mapping[str, str]) -> bool:
    """Whether one of the columns still holds something: a value other than its blank constant."""
    return any(
        row[c] is not None and not (c in constants and says(row[c], constants[c])) for c in columns
    )


def _columns(source: Source) -> frozenset[str]:
    return frozenset(filter(None, (source.field, source.moved_by, source.cancelled_by)))


def _fields(edge: Edge, side: Side) -> tuple[str, ...]:
    return edge.child_fields if side is Side.CHILD else edge.parent_fields


def _near(edge: Edge, side: Side) -> frozenset[str]:
    """The columns that an edge reads of the row on a side."""
    conditions = [c for c, _ in edge.when] if side is Side.CHILD else []
    return frozenset([*_fields(edge, side), *conditions])


def _speaks(edge: Edge, side: Side, row: Row) -> bool:
    return side is Side.PARENT or all(says(row[c], v) for c, v in edge.when)


def _met(edge: Edge, side: Side, row: Row, found: Mapping[Pointer, Found], none: Found) -> Found:
    """What the row's pointer finds."""
    pointer = _pointer(edge, row, _fields(edge, side)) if _speaks(edge, side, row) else None
    return none if pointer is None else found.get(pointer, none)


def _pointer(edge: Edge, row: Row, fields: tuple[str, ...]) -> Pointer | None:
    """The values of a pointer as texts; None where it points nowhere."""
    if len(fields) == 1 and type(row[fields[0]]) is int:
        return (str(row[fields[0]]),)  # by far the most pointers
    values = plain_all(_normal(row[f], edge.normalise) for f in fields)
    return None if values is None or (edge.by_value and "" in values) else values


def _normal(value: object, how: Normaliser) -> object:
    """The four byte-wise forms; only text has them."""
    if how is Normaliser.EXACT or not isinstance(value, str):
        return value
    text = value.strip(" ")
    if how is Normaliser.ASCII_LOWER:
        return text.encode().lower().decode()
    if how is Normaliser.DIGITS:
        return "".join(c for c in text if "0" <= c <= "9")
    return text


def _both(one: When, other: When) -> When:
    """Two rows that one pointer names: both must have the event, and the later one counts."""
    for no in (No.MISSING, No.LIVING):
        if no in (one, other):
            return no
    return max(one, other)  # type: ignore[type-var]


def _few(values: Sequence[date | None]) -> Sequence[date | None]:
    days = [v for v in values if v is not None]
    ends = (min(days), max(days)) if days else ()
    return (*dict.fromkeys(ends), None) if len(days) < len(values) else tuple(dict.fromkeys(ends))


def _folded(mode: EventMode, values: Sequence[date | None]) -> When:
    """The moment of an event from the values of all its sources."""
    days = [v for v in values if v is not None]
    if mode is EventMode.END_OF and values:
        return max(days) if len(days) == len(values) else No.LIVING
    if not days:
        return No.MISSING
    return min(days) if mode is EventMode.EARLIEST else max(days)
