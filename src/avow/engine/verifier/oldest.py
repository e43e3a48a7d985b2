"""Retention proven without the planner's questions: is anything older than its period still held?

A column that gives the moment by itself is asked for its oldest day. Where a moment comes from
several columns, over a link or from a parent, or where the oldest day is past the limit, the rows
are counted by reading the columns themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TypeAlias

from avow.common.calendar import Period, add
from avow.common.findings import Finding
from avow.declaration.model import End
from avow.engine.verifier.reading import No, Reader, Row, Told, When, holds
from avow.estate.connectors.base import Access, Connection, Refused, Unreachable
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import BlankKind, Dataset, EventMap, EventMode, System
from avow.estate.datamap.predicates import TRUE, Null, Predicate, any_of
from avow.estate.datamap.readings import Reading, reading


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule at one group of cells: its ends, and the columns that hold the cells (none: the
    row itself is the cell)."""

    ends: tuple[End, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aged:
    """The rows of a dataset that hold something past an end: `old` of `examined`, since `oldest`
    (the oldest start among them)."""

    examined: int
    old: int = 0
    oldest: date | None = None


Name: TypeAlias = tuple[str, str]
"""A question: (clause, dataset)."""
Questions: TypeAlias = Mapping[Name, tuple[Asked, ...]]


@dataclass(frozen=True, slots=True)
class Looking:
    """What all questions to one system share: the day, whose morning counts; the controller's
    zone; the events that no system knows."""

    day: date
    zone: str
    facts: frozenset[str] = frozenset()


def look(system: System, how: Looking, questions: Questions) -> Mapping[Name, Aged | str]:
    """Answer (clause, dataset) -> rows past an end; a text says why there is no answer.

    `system` has its address filled in.
    """
    connector = connector_for(system)
    if isinstance(connector, Finding):
        return dict.fromkeys(questions, connector.message)
    try:
        connection = connector.connect(system, Access.READ)
    except Unreachable:
        return dict.fromkeys(questions, "unreachable")
    with closing(connection):
        return dict(_answers(connection, how, questions))


def _answers(
    connection: Connection, how: Looking, questions: Questions
) -> Iterator[tuple[Name, Aged | str]]:
    reader = Reader(connection, how.zone, how.facts)
    for name, asked in questions.items():
        try:
            yield name, aged(reader, name[1], asked, how.day)
        except Refused as refused:
            yield name, f"the independent reading was refused ({refused.kind})"


def aged(reader: Reader, dataset: str, asked: Sequence[Asked], day: date) -> Aged:
    """Rows of a dataset that hold something whose end was before `day`.

    Raises:
        Refused: the system does not let us look, or row security would hide rows.
    """
    table = reader.connection.catalogue().tables.get(dataset)
    if table is None:
        raise Refused("schema", dataset)
    if table.row_security or not table.writable:
        raise Refused("rights", dataset)
    rest = [each for each in _together(asked) if not _young(reader, dataset, each, day)]
    if not rest:
        return Aged(reader.connection.count(dataset, TRUE))
    return _read(reader, dataset, rest, day)


def young(connection: Connection, how: Looking, questions: Questions) -> Mapping[Name, bool | None]:
    """Whether the oldest days alone say that nothing is past an end; None where they cannot, and
    rows would have to be read, or the system does not let us look."""
    reader = Reader(connection, how.zone, how.facts)
    return {name: _all_young(reader, name[1], asked, how.day) for name, asked in questions.items()}


def _all_young(reader: Reader, dataset: str, asked: Sequence[Asked], day: date) -> bool | None:
    ends = [end for each in asked for end in each.ends if end.starts is not None]
    for end in ends:
        by_facts = end.starts in reader.facts
        if not by_facts and (end.otherwise or not _plain(reader.system, dataset, end.starts or "")):
            return None
    try:
        return all(_young(reader, dataset, each, day) for each in _together(asked))
    except Refused:
        return None


def _together(asked: Sequence[Asked]) -> list[Asked]:
    """Groups that end alike are one: a row counts when any of their columns holds something."""
    found: dict[tuple[End, ...], tuple[str, ...]] = {}
    for each in asked:
        known = found.get(each.ends)
        whole = not each.columns or known == ()
        found[each.ends] = () if whole else tuple(dict.fromkeys((*(known or ()), *each.columns)))
    return [Asked(ends, columns) for ends, columns in found.items()]


def _young(reader: Reader, dataset: str, asked: Asked, day: date) -> bool:
    """Whether the oldest days say at once that nothing is past an end."""
    return all(_is_young(reader, dataset, asked, end, day) for end in asked.ends)


def _is_young(reader: Reader, dataset: str, asked: Asked, end: End, day: date) -> bool:
    if end.starts is None or end.starts in reader.facts:
        return True
    event = _plain(reader.system, dataset, end.starts)
    if event is None or end.otherwise is not None:
        return False
    (source,) = event.sources
    mapped = reader.system.datasets[dataset]
    named = next((f.zone for f in mapped.fields if f.name == source.field), None)
    zone = source.zone or named or mapped.zone or reader.system.zone
    found = reader.connection.oldest(dataset, source.field, zone, reader.zone, _some(asked.columns))
    return found.day is None or not _past(found.day, end, day)


def _plain(system: System, dataset: str, event: str) -> EventMap | None:
    """The reading of an event by one column of the dataset itself; None when it takes more."""
    how = reading(system, dataset, event)
    if not isinstance(how, Reading) or how.climb or len(how.event.sources) != 1:
        return None
    (source,) = how.event.sources
    simple = source.dataset is None and not source.moved_by and not source.cancelled_by
    return how.event if simple and how.event.mode is not EventMode.FACT else None


def _some(columns: tuple[str, ...]) -> Predicate:
    return any_of(Null(c, negated=True) for c in columns) if columns else TRUE


def _past(start: date, end: End, day: date) -> bool:
    """Whether the end from `start` was before `day`; one for older data ends no younger ones."""
    return (end.before is None or start < end.before) and _over(start, end.period, day)


@cache
def _over(start: date, period: Period, day: date) -> bool:
    """Whether the period from `start` ended before `day`."""
    try:
        return add(start, period) < day
    except OverflowError:
        return False


Verdict = Callable[[Row], date | None]


def _read(reader: Reader, dataset: str, asked: Sequence[Asked], day: date) -> Aged:
    """Count by reading every row."""
    parts = [_judge(reader, dataset, each, day) for each in asked]
    columns = frozenset[str]().union(*(names for names, _ in parts))
    examined = old = 0
    oldest: date | None = None
    for row in reader.rows(dataset, columns):
        examined += 1
        starts = [s for _, start in parts if (s := start(row)) is not None]
        if starts:
            old += 1
            oldest = min([*starts, *([oldest] if oldest else [])])
    return Aged(examined, old, oldest)


def _judge(reader: Reader, dataset: str, asked: Asked, day: date) -> tuple[frozenset[str], Verdict]:
    """The start of a row that is past an end of the rule and still holds something; else None."""
    ends = [_ended(reader, dataset, end) for end in asked.ends if end.starts is not None]
    constants = _constants(reader.system.datasets[dataset])
    columns = frozenset(asked.columns).union(*(names for names, _, _ in ends))

    def verdict(row: Row) -> date | None:
        starts = [
            at for _, end, when in ends if isinstance(at := when(row), date) and _past(at, end, day)
        ]
        if not starts or (asked.columns and not holds(row, asked.columns, constants)):
            return None
        return min(starts)

    return columns, verdict


def _ended(
    reader: Reader, dataset: str, end: End
) -> tuple[frozenset[str], End, Callable[[Row], When]]:
    first = reader.told(dataset, end.starts or "")
    if end.otherwise is None:
        return first.columns, end, first.of
    second = reader.told(dataset, end.otherwise)
    return first.columns | second.columns, end, lambda row: _first(first, second, row)


def _first(first: Told, second: Told, row: Row) -> When:
    at = first.of(row)
    return second.of(row) if at is No.MISSING else at


def _constants(dataset: Dataset) -> dict[str, str]:
    """The values by which columns are emptied that cannot be null."""
    return {
        name: blank.value
        for name, blank in dataset.blanks.items()
        if blank.kind is not BlankKind.NULL and blank.value is not None
    }
