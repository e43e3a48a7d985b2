"""How a row comes by the moment of an event: on itself, over linked rows, or from a parent.

Each reading exists twice: `moment` on rows in memory is what it means, `reached` and `missing` are
the same as predicates that a system can evaluate. A property test holds them together.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from avow.common.remembered import remembered
from avow.estate.datamap.edges import Edge, Right, Side, edges
from avow.estate.datamap.model import Dataset, EventMap, EventMode, Source, System
from avow.estate.datamap.paths import as_value
from avow.estate.datamap.predicates import (
    FALSE,
    TRUE,
    InKeys,
    Null,
    Predicate,
    Related,
    Until,
    all_of,
    any_of,
    matching,
    negate,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The edges to climb from a dataset, and the event as the dataset at the top gives it."""

    climb: tuple[Edge, ...]
    top: str
    event: EventMap


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Two parents at the same distance could give the event: the map must say `via`."""

    event: str
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wiring:
    """The links of one system, lowered once, with what was found over them: compiling asks for the
    same readings thousands of times."""

    system: System
    edges: tuple[Edge, ...] = field(init=False)
    made: dict[Hashable, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "edges", edges(self.system))

    @remembered
    def reading(self, dataset: str, event: str) -> Reading | Ambiguous | None:
        """How rows of `dataset` come by `event`; None when nothing on the way up gives it.

        The dataset itself first, then the nearest parent along its own links. Links without a
        right are followed only where the map says `via`.
        """
        level: list[tuple[tuple[Edge, ...], str]] = [((), dataset)]
        seen = {dataset}
        while level:
            found = [
                Reading(climb, name, given)
                for climb, name in level
                if (given := self.system.datasets[name].event(event)) is not None
                and given.via is None
            ]
            if found:
                tops = tuple(dict.fromkeys(r.top for r in found))
                return found[0] if len(found) == 1 else Ambiguous(event, tops)
            level = [
                ((*climb, edge), edge.parent)
                for climb, name in level
                for edge in self._up(name, event)
                if edge.parent not in seen
            ]
            seen |= {name for _, name in level}
        return None

    def _up(self, name: str, event: str) -> Iterator[Edge]:
        given = self.system.datasets[name].event(event)
        for edge in self.edges:
            if edge.child != name or edge.parent == name:
                continue
            if given is not None and given.via is not None:
                if edge.parent == given.via:
                    yield edge
            elif edge.right is not Right.NONE:
                yield edge

    def source_edge(self, dataset: str, source: Source) -> tuple[Edge, Side] | None:
        """The edge between a dataset and the linked one its event is read from, and the far
        side."""
        for edge in self.edges:
            if edge.child == source.dataset and edge.parent == dataset:
                return edge, Side.CHILD
            if edge.child == dataset and edge.parent == source.dataset:
                return edge, Side.PARENT
        return None


def reading(system: System, dataset: str, event: str) -> Reading | Ambiguous | None:
    """See `Wiring.reading`; for one question."""
    return Wiring(system).reading(dataset, event)


def source_edge(system: System, dataset: str, source: Source) -> tuple[Edge, Side] | None:
    """See `Wiring.source_edge`; for one question."""
    return Wiring(system).source_edge(dataset, source)


def moment_columns(system: System, dataset: str) -> frozenset[str]:
    """The columns of a dataset that give the moment of an event, to its own rows or to others; of a
    leaf, it and how it is read."""
    named = (
        column
        for name, other in system.datasets.items()
        for event in other.events
        for source in event.sources
        if (source.dataset or name) == dataset
        for column in (source.field, source.moved_by, source.cancelled_by)
        if column is not None
    )
    return frozenset(c for column in named for c in (column, as_value(column)))


@dataclass(frozen=True, slots=True)
class Reader:
    """Compiles readings of one system to predicates. `zone` is the controller's; `facts` names the
    events that avow knows and the estate does not; `known` the key sets that hold them."""

    system: System
    zone: str
    facts: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    wiring: Wiring = field(init=False, compare=False, repr=False)
    made: dict[Hashable, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wiring", Wiring(self.system))

    @remembered
    def reached(self, dataset: str, event: str, day: date) -> Predicate:
        """Rows for which the event happened on `day` or earlier."""
        if event in self.facts:
            return self._fact(dataset, event, day, every=True)
        how = self.wiring.reading(dataset, event)
        if not isinstance(how, Reading):
            return FALSE
        return self._climbed(how, self._own_reached(how, day))

    @remembered
    def missing(self, dataset: str, event: str) -> Predicate:
        """Rows whose estate should know the event and does not."""
        if event in self.facts:
            return FALSE
        how = self.wiring.reading(dataset, event)
        if not isinstance(how, Reading):
            return TRUE
        known = negate(self._own_missing(how))
        return negate(self._climbed(how, known))

    @remembered
    def held(self, dataset: str, fact: str) -> Predicate:
        """Rows of which some owner, or which themselves, are in the key sets of a fact."""
        return self._fact(dataset, fact, None, every=False)

    def _climbed(self, how: Reading, where: Predicate) -> Predicate:
        for edge in reversed(how.climb):
            some = all_of([matching(edge), Related(edge, Side.PARENT, where)])
            if edge.parent_fields == self.system.datasets[edge.parent].key:
                where = some
            else:
                where = all_of([some, Related(edge, Side.PARENT, negate(where), negated=True)])
        return where

    def _own_reached(self, how: Reading, day: date) -> Predicate:
        event, top = how.event, self.system.datasets[how.top]
        own = [s for s in event.sources if s.dataset is None]
        linked = [s for s in event.sources if s.dataset is not None]
        at = [self._at_most(top, s, day) for s in own]
        at += [self._some(how.top, s, self._linked_at_most(s, day)) for s in linked]
        if event.mode is EventMode.EARLIEST:
            return any_of(at)
        if event.mode is EventMode.END_OF:
            # Every state must have ended, and there must have been one.
            done = [self._at_most(top, s, day) for s in own]
            done += [
                negate(self._some(how.top, s, negate(self._linked_at_most(s, day)))) for s in linked
            ]
            return all_of([any_of(at), *done])
        late = [self._after(top, s, day) for s in own]
        late += [self._some(how.top, s, self._linked_after(s, day)) for s in linked]
        return all_of([any_of(at), negate(any_of(late))])

    def _own_missing(self, how: Reading) -> Predicate:
        event = how.event
        own = [s for s in event.sources if s.dataset is None]
        linked = [s for s in event.sources if s.dataset is not None]
        if event.mode is EventMode.END_OF:
            return FALSE if own else negate(any_of(self._some(how.top, s, TRUE) for s in linked))
        present = [self._present(s) for s in own]
        present += [self._some(how.top, s, self._present(s)) for s in linked]
        return negate(any_of(present))

    def _some(self, dataset: str, source: Source, where: Predicate) -> Predicate:
        found = self.wiring.source_edge(dataset, source)
        if found is None:
            return FALSE
        edge, side = found
        condition = matching(edge) if side is Side.PARENT else TRUE
        return all_of([condition, Related(edge, side, where)])

    def _linked_at_most(self, source: Source, day: date) -> Predicate:
        return self._at_most(self.system.datasets[source.dataset or ""], source, day)

    def _linked_after(self, source: Source, day: date) -> Predicate:
        return self._after(self.system.datasets[source.dataset or ""], source, day)

    def _until(
        self, dataset: Dataset, field: str, source: Source, day: date, late: bool
    ) -> Predicate:
        named = next((f.zone for f in dataset.fields if f.name == as_value(field)), None)
        zone = source.zone or named or dataset.zone or self.system.zone
        return Until(field, day, self.zone, zone, negated=late)

    def _at_most(
        self, dataset: Dataset, source: Source, day: date, late: bool = False
    ) -> Predicate:
        value = self._until(dataset, source.field, source, day, late)
        if source.moved_by:
            moved = self._until(dataset, source.moved_by, source, day, late)
            value = any_of([moved, all_of([Null(source.moved_by), value])])
        return all_of([Null(source.cancelled_by), value]) if source.cancelled_by else value

    def _after(self, dataset: Dataset, source: Source, day: date) -> Predicate:
        return self._at_most(dataset, source, day, late=True)

    def _present(self, source: Source) -> Predicate:
        value: Predicate = Null(source.field, negated=True)
        if source.moved_by:
            value = any_of([Null(source.moved_by, negated=True), value])
        return all_of([Null(source.cancelled_by), value]) if source.cancelled_by else value

    def _fact(
        self,
        dataset: str,
        fact: str,
        day: date | None,
        *,
        every: bool,
        seen: frozenset[str] = frozenset(),
    ) -> Predicate:
        """Named directly, or through an owner (`every`: through all the owners that there are)."""
        name, key = f"fact.{fact}.{dataset}", self.system.datasets[dataset].key
        direct = InKeys(key, name, day) if name in self.known else FALSE
        ways: list[Predicate] = []
        others: list[Predicate] = []
        for edge in self.wiring.edges:
            if (
                edge.right is not Right.OWN
                or edge.taker != dataset
                or edge.giver in seen | {dataset}
            ):
                continue
            far = Side.PARENT if edge.flows is Side.CHILD else Side.CHILD
            inner = self._fact(edge.giver, fact, day, every=every, seen=seen | {dataset})
            ways.append(Related(edge, far, inner) if inner != FALSE else FALSE)
            others.append(Related(edge, far, negate(inner), negated=True))
        inherited = any_of(ways)
        if every and inherited != FALSE:
            inherited = all_of([inherited, *others])
        return any_of([direct, inherited])
