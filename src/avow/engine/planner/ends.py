"""Until when rows stay, worked out here: what they say is read once, and days are tried on it.

To ask the system for each day costs a statement for every day on which something ends, which is
nearly one for each person. What a predicate asks of a row does not depend on the day but for its
moments, so each leaf is asked for once, for all rows together; rows that they refer to likewise.
The system confirms what was worked out on a few days; where it does not, it is asked for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import count

from avow.estate.connectors.base import Connection
from avow.estate.connectors.moments import day_of, is_until
from avow.estate.connectors.values import plain_all
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.predicates import (
    And,
    Equal,
    InKeys,
    Null,
    Or,
    Predicate,
    Related,
    Until,
)
from avow.estate.datamap.reach import Key

Mark = tuple[str, ...] | None
"""A key as it is compared across types."""
Rows = Mapping[Mark, Key]
"""Rows of one dataset, by mark."""
Still = Callable[[date], Predicate]
"""The rows that still stay on a day."""

GUESSES = 8
"""Days that a row's moments propose before days are halved."""
DAYS = 256
"""Predicates of days that are remembered: rows are taken in the order of their ends."""
ONE_DAY = timedelta(days=1)


class Unreadable(Exception):
    """A row cannot be read here: its moment is no date, or its dataset has no key."""


@dataclass(frozen=True, slots=True, eq=False)
class Some:
    """Some rows of a dataset, in a key set of the connection in which each is its own subject."""

    dataset: str
    keys: str
    rows: Rows


@dataclass(slots=True)
class Reading:
    """What is known of rows, each question asked once for all of them."""

    connection: Connection
    truths: dict[tuple[str, Predicate], frozenset[Mark]] = field(default_factory=dict)
    moments: dict[tuple[str, str], Mapping[Mark, date | None]] = field(default_factory=dict)
    ways: dict[tuple[str, Edge, Side], tuple[Some, Mapping[Mark, Sequence[Mark]]]] = field(
        default_factory=dict
    )
    slack: list[int] = field(default_factory=list)
    names: Iterator[int] = field(default_factory=count)

    def some(self, dataset: str, rows: Rows) -> Some:
        """Rows to be asked about. Raises Unreadable where they have no key."""
        made = Some(dataset, f"ends.{next(self.names)}", rows)
        if not self.key(dataset):
            raise Unreadable
        numbered = [(n, key, None) for n, key in enumerate(rows.values())]
        self.connection.put_keys(made.keys, dataset, numbered)
        return made

    def key(self, dataset: str) -> tuple[str, ...]:
        """The key of a dataset."""
        return self.connection.system.datasets[dataset].key

    def holds(self, where: Predicate, of: Some, mark: Mark) -> bool:
        """Whether a predicate holds for a row: as `twin.holds`, which is its meaning. By how many
        days each moment is early or late is left in `slack`."""
        match where:
            case And(parts):
                return all(self.holds(part, of, mark) for part in parts)
            case Or(parts):
                return any(self.holds(part, of, mark) for part in parts)
            case Until(name, day, zone, column_zone, negated):
                moment = self._moments(of, name).get(mark)
                if moment is None:
                    return False
                self.slack.append((day_of(moment, zone, column_zone) - day).days)
                return is_until(moment, day, zone, column_zone) is not negated
            case Related(edge, to, inner, negated):
                others, pairs = self._way(of, edge, to)
                found = any(self.holds(inner, others, other) for other in pairs.get(mark, ()))
                return found is not negated
            case Null() | Equal() | InKeys():
                return mark in self._truth(of, where)

    def _truth(self, of: Some, leaf: Predicate) -> frozenset[Mark]:
        if (of.keys, leaf) not in self.truths:
            key = self.key(of.dataset)
            where = And((InKeys(key, of.keys), leaf))
            found = self.connection.fetch(of.dataset, where, key)
            self.truths[of.keys, leaf] = frozenset(plain_all(row) for row in found)
        return self.truths[of.keys, leaf]

    def _moments(self, of: Some, name: str) -> Mapping[Mark, date | None]:
        if (of.keys, name) not in self.moments:
            key = self.key(of.dataset)
            found = self.connection.fetch(of.dataset, InKeys(key, of.keys), (*key, name))
            self.moments[of.keys, name] = {plain_all(r[:-1]): _moment(r[-1]) for r in found}
        return self.moments[of.keys, name]

    def _way(self, of: Some, edge: Edge, to: Side) -> tuple[Some, Mapping[Mark, Sequence[Mark]]]:
        """The rows on the other side of an edge, and which of them each row touches."""
        if (of.keys, edge, to) not in self.ways:
            there = edge.parent if to is Side.PARENT else edge.child
            taker = f"ends.{next(self.names)}"
            self.connection.spread(edge, to, of.keys, taker)
            touched = self.connection.keys(taker)
            self.connection.drop_keys(taker)
            marks, pairs = list(of.rows), dict[Mark, list[Mark]]()
            for number, key in touched:
                pairs.setdefault(marks[number], []).append(plain_all(key))
            rows = {plain_all(key): tuple(key) for _, key in touched}
            self.ways[of.keys, edge, to] = self.some(there, rows), pairs
        return self.ways[of.keys, edge, to]

    def forget(self) -> None:
        """Drop the key sets that were made."""
        for number in range(next(self.names)):
            self.connection.drop_keys(f"ends.{number}")


def _moment(value: object) -> date | None:
    """A moment as it was read; a text in ISO form is one too. Raises Unreadable."""
    if value is None or isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise Unreadable
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        raise Unreadable from None


def worked_out(
    connection: Connection, dataset: str, rows: Rows, span: tuple[date, date], still: Still
) -> Mapping[Mark, date | None]:
    """For each row the first day of the span on which it does not stay; None where it does on the
    last. What stays on one day stayed on every day before.

    Raises:
        Unreadable: what a row says cannot be read here.
        Refused: the system refuses a question.
    """
    reading = Reading(connection)
    try:
        of = reading.some(dataset, rows)
        trying = _Trying(reading, of, lru_cache(DAYS)(still), span)
        return {mark: trying.end(mark) for mark in sorted(rows, key=trying.near)}
    finally:
        reading.forget()


@dataclass(frozen=True, slots=True)
class _Trying:
    """Days tried on rows."""

    reading: Reading
    of: Some
    still: Still
    span: tuple[date, date]

    def _stays(self, mark: Mark, day: date) -> bool:
        self.reading.slack.clear()
        return self.reading.holds(self.still(day), self.of, mark)

    def near(self, mark: Mark) -> int:
        """A number by which rows that end on days near each other stand together."""
        self._stays(mark, self.span[1])
        return max(self.reading.slack, default=0)

    def end(self, mark: Mark) -> date | None:
        """The first day on which a row does not stay."""
        low, high = self.span
        if self._stays(mark, high):
            return None
        day = high
        for tries in count():
            if low >= high:
                break
            day = self._next(low, high, day, tries)
            if self._stays(mark, day):
                low = day + ONE_DAY
            else:
                high = day
        return low

    def _next(self, low: date, high: date, day: date, tries: int) -> date:
        """The next day to try: one on which a moment turns, or the one before; else the middle."""
        if tries < GUESSES:
            for days in self.reading.slack:
                for guess in (days, days - 1):
                    if low <= (proposed := _later(day, guess)) < high:
                        return proposed
        return low + timedelta(days=(high - low).days // 2)


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max
