"""The moment of an event for one row, on rows in memory: what every compiled reading must equal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from avow.common.calendar import local_day
from avow.estate.datamap.edges import Edge, Right, Side, edges
from avow.estate.datamap.model import Dataset, EventMode, Source, System
from avow.estate.datamap.paths import as_value, look
from avow.estate.datamap.reach import Key, Row, Rows, across, key_of
from avow.estate.datamap.readings import Reading, reading, source_edge


class Unknown(StrEnum):
    """Why an event has no day: its state still lives, or its source is empty and must not be."""

    LIVING = "living"
    MISSING = "missing"


Moment: TypeAlias = date | Unknown
KnownFacts: TypeAlias = Mapping[tuple[str, str], Mapping[Key, date]]
"""(fact, dataset) -> key -> the day since which the fact stands."""


@dataclass(frozen=True, slots=True)
class Estate:
    """One system's rows in memory with all that a moment depends on."""

    system: System
    rows: Rows
    zone: str
    facts: frozenset[str] = frozenset()
    known: KnownFacts = field(default_factory=dict)

    def moment(self, dataset: str, row: Row, event: str) -> Moment:
        """When the event happened for this row, in the controller's days."""
        if event in self.facts:
            return self._asked(dataset, row, event, frozenset()) or Unknown.LIVING
        how = reading(self.system, dataset, event)
        if not isinstance(how, Reading):
            return Unknown.MISSING
        return self._climb(how, how.climb, row)

    def held(self, dataset: str, row: Row, fact: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether the row itself, or some owner of it, is named in the fact."""
        if key_of(self.system.datasets[dataset], row) in self.known.get((fact, dataset), {}):
            return True
        return any(
            self.held(edge.giver, owner, fact, seen | {dataset})
            for edge, owner in self._owners(dataset, row, seen)
        )

    def _climb(self, how: Reading, climb: tuple[Edge, ...], row: Row) -> Moment:
        if not climb:
            return self._own(self.system.datasets[how.top], row, how)
        parents = [
            self._climb(how, climb[1:], p) for p in across(climb[0], self.rows, row, Side.CHILD)
        ]
        if not parents or Unknown.MISSING in parents:
            return Unknown.MISSING
        days = [p for p in parents if isinstance(p, date)]
        return max(days) if len(days) == len(parents) else Unknown.LIVING

    def _own(self, top: Dataset, row: Row, how: Reading) -> Moment:
        values = [v for s in how.event.sources for v in self._values(top, row, s)]
        days = [v for v in values if v is not None]
        match how.event.mode:
            case EventMode.END_OF if not values:
                return Unknown.MISSING
            case EventMode.END_OF:
                return max(days) if len(days) == len(values) else Unknown.LIVING
            case EventMode.EARLIEST:
                return min(days, default=Unknown.MISSING)
        return max(days, default=Unknown.MISSING)

    def _values(self, top: Dataset, row: Row, source: Source) -> Iterator[date | None]:
        if source.dataset is None:
            yield self._value(top, row, source)
            return
        found = source_edge(self.system, top.name, source)
        if found is not None:
            edge, far = found
            near = Side.PARENT if far is Side.CHILD else Side.CHILD
            for other in across(edge, self.rows, row, near):
                yield self._value(self.system.datasets[source.dataset], other, source)

    def _value(self, dataset: Dataset, row: Row, source: Source) -> date | None:
        if source.cancelled_by and look(row, source.cancelled_by) is not None:
            return None
        name = source.field
        if source.moved_by and look(row, source.moved_by) is not None:
            name = source.moved_by
        named = next((f.zone for f in dataset.fields if f.name == as_value(name)), None)
        return self._day(look(row, name), source.zone or named or dataset.zone or self.system.zone)

    def _day(self, value: object, zone: str) -> date | None:
        if isinstance(value, datetime):
            aware = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))
            return local_day(aware.astimezone(UTC), self.zone)
        return value if isinstance(value, date) else None

    def _owners(self, dataset: str, row: Row, seen: frozenset[str]) -> Iterator[tuple[Edge, Row]]:
        for edge in edges(self.system):
            if (
                edge.right is not Right.OWN
                or edge.taker != dataset
                or edge.giver in seen | {dataset}
            ):
                continue
            near = Side.CHILD if edge.flows is Side.CHILD else Side.PARENT
            yield from ((edge, owner) for owner in across(edge, self.rows, row, near))

    def _asked(self, dataset: str, row: Row, fact: str, seen: frozenset[str]) -> date | None:
        """The day on which the last of all owners had asked, or the row's own person did."""
        key = key_of(self.system.datasets[dataset], row)
        direct = self.known.get((fact, dataset), {}).get(key)
        owners = [
            self._asked(edge.giver, owner, fact, seen | {dataset})
            for edge, owner in self._owners(dataset, row, seen)
        ]
        days = [d for d in owners if d is not None]
        inherited = max(days) if owners and len(days) == len(owners) else None
        return min((d for d in (direct, inherited) if d is not None), default=None)
