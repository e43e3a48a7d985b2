"""The verdicts of `decide` as predicates over the rows of a dataset, one set per cell group.

`decide` says what must happen to one cell group in memory; here the same sentence is compiled for
a whole dataset: `ended = any ceiling, or no live need`, `due = ended and no floor`. Periods become
cutoffs in Python, so that a system only compares.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from avow.common.calendar import cutoff
from avow.common.remembered import remembered
from avow.declaration.decision.decide import Kind
from avow.declaration.decision.fate import REMOVING
from avow.declaration.model import End, InForce, Minimum, Purpose, Rule
from avow.declaration.scope import CellPlace, minimum_covers, purpose_uses, rule_covers
from avow.estate.datamap.copies import originals, point_of
from avow.estate.datamap.edges import Right, edges
from avow.estate.datamap.model import BlankKind, Dataset, System, structure
from avow.estate.datamap.predicates import (
    FALSE,
    TRUE,
    Equal,
    Null,
    Predicate,
    all_of,
    any_of,
    negate,
)
from avow.estate.datamap.readings import Reader, moment_columns

FLOOR = "floor"
"""The fact that forbids erasing while it stands: a hold, a restriction or an open access request.
They reach a system as one key set, because a row is safe whichever of them it is."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A cell group of a dataset: where it stands, and the live columns that hold it."""

    place: CellPlace
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judge:
    """Compiles verdicts for one system, law and day.

    `ended` are purposes that an act ended for the persons concerned; `erasure`: their request to
    erase was accepted, so that cells which no purpose names are not needed either. `early`: a rule
    binds as many days before its end as it can be undone; only a plan that keeps the rows until
    their end may look ahead so.
    """

    system: System
    law: InForce
    day: date
    facts: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()
    erasure: bool = False
    early: bool = False
    reader: Reader = field(init=False)
    made: dict[Hashable, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        reader = Reader(self.system, self.law.zone, self.facts, self.known)
        object.__setattr__(self, "reader", reader)

    @remembered
    def rules(self, cells: Cells) -> tuple[Rule, ...]:
        """The retention rules that reach these cells."""
        return tuple(r for r in self.law.rules if rule_covers(r, cells.place))

    @remembered
    def ended_by(self, cells: Cells) -> Predicate:
        """Rows whose cells have passed a binding ceiling, or which no live purpose needs."""
        return any_of(
            [*(self.binds(rule, cells) for rule in self.rules(cells)), self.needless(cells)]
        )

    def binds(self, rule: Rule, cells: Cells) -> Predicate:
        """Rows where this rule's end has come and no undecided longer rule stands against it."""
        at, dataset = self.ahead(rule), cells.place.dataset
        against = (
            self.reached(other, dataset, at)
            for other in self.rules(cells)
            if other.ends != rule.ends and frozenset((other.id, rule.id)) not in self.law.settled
        )
        return all_of([self.reached(rule, dataset, at), *against])

    def ahead(self, rule: Rule) -> date:
        """The last day of the ends of this rule that count."""
        return self.day + timedelta(days=rule.undo_days) if self.early else self.day

    def ends(self, cells: Cells) -> Predicate:
        """Rows whose cells must be removed by now, whatever still protects them."""
        removing = [self.binds(r, cells) for r in self.rules(cells) if r.then in REMOVING]
        return any_of([*removing, self.needless(cells)])

    def reached(self, rule: Rule, dataset: str, day: date) -> Predicate:
        """Rows where the earliest of the rule's ends is on `day` or before."""
        return any_of(self._end(end, dataset, day) for end in rule.ends)

    def _end(self, end: End, dataset: str, day: date) -> Predicate:
        if end.starts is None:
            return FALSE
        limit = cutoff(day, end.period)
        if end.before is not None:
            limit = min(limit, end.before - timedelta(days=1))
        first = self.reader.reached(dataset, end.starts, limit)
        if end.otherwise is None:
            return first
        fallback = self.reader.reached(dataset, end.otherwise, limit)
        return any_of([first, all_of([self.reader.missing(dataset, end.starts), fallback])])

    def needless(self, cells: Cells) -> Predicate:
        """Rows whose every purpose has ended; never inferred for cells that no purpose names."""
        purposes = tuple(p for p in self.law.purposes if purpose_uses(p, cells.place))
        if not purposes:
            return TRUE if self.erasure else FALSE
        return all_of(self._spent(p, cells.place.dataset) for p in purposes)

    @remembered
    def needed(self, cells: Cells) -> Predicate:
        """Rows whose cells are not ended and which a live purpose uses."""
        purposes = (p for p in self.law.purposes if purpose_uses(p, cells.place))
        live = any_of(negate(self._spent(p, cells.place.dataset)) for p in purposes)
        return all_of([negate(self.ended_by(cells)), live])

    def _spent(self, purpose: Purpose, dataset: str) -> Predicate:
        if purpose.id in self.ended:
            return TRUE
        withdrawn = self.reader.held(dataset, f"ended:{purpose.id}")
        if purpose.ends is None:
            return withdrawn
        return any_of([withdrawn, self.reader.reached(dataset, purpose.ends, self.day)])

    @remembered
    def floor(self, cells: Cells) -> Predicate:
        """Rows whose cells a legal minimum, hold, restriction or open access request protects."""
        minimums = (self.protects(m, cells) for m in self.law.minimums)
        return any_of([*minimums, self.held(cells.place.dataset)])

    def held(self, dataset: str) -> Predicate:
        """Rows under a hold, a restriction or an open access request."""
        return self.reader.held(dataset, FLOOR)

    def protects(self, minimum: Minimum, cells: Cells) -> Predicate:
        """Rows whose legal minimum still runs; one whose start is unknown runs."""
        if not minimum_covers(minimum, cells.place):
            return FALSE
        limit = cutoff(self.day, minimum.period)
        return negate(self.reader.reached(cells.place.dataset, minimum.starts, limit))

    def verdicts(self, cells: Cells) -> dict[Kind, Predicate]:
        """The five verdicts as predicates that part the rows of the dataset among them."""
        ended, floor = self.ended_by(cells), self.floor(cells)
        dataset, rules = cells.place.dataset, self.rules(cells)
        reached = any_of(self.reached(r, dataset, self.day) for r in rules)
        missing = any_of(self.missing(r, dataset) for r in rules)
        fighting = all_of([negate(ended), reached])
        undated = all_of([negate(ended), negate(reached), missing])
        return {
            Kind.DUE: all_of([ended, negate(floor)]),
            Kind.RETAINED: all_of([ended, floor]),
            Kind.UNDECIDED: fighting,
            Kind.UNDATED: undated,
            Kind.LIVE: all_of([negate(ended), negate(reached), negate(missing)]),
        }

    def missing(self, rule: Rule, dataset: str) -> Predicate:
        """Rows where a start that the estate should know is not there."""
        return any_of(self._missing(end, dataset) for end in rule.ends)

    def _missing(self, end: End, dataset: str) -> Predicate:
        if end.starts is None:
            return TRUE
        first = self.reader.missing(dataset, end.starts)
        if end.otherwise is None:
            return first
        return all_of([first, self.reader.missing(dataset, end.otherwise)])

    @remembered
    def removed(self, cells: Cells) -> Predicate:
        """Rows whose cells are due for removal: ended by a rule that erases or anonymises, or by
        the end of every need. What only asks to archive or review removes nothing."""
        return all_of([self.ends(cells), negate(self.floor(cells))])


def subject_of(system: System, dataset: str, seen: frozenset[str] = frozenset()) -> str | None:
    """The kind of person whose rows these are: the dataset's own, or its nearest owner's."""
    own = system.datasets[dataset].subject
    if own is not None:
        return own
    for edge in edges(system):
        if edge.right is Right.OWN and edge.taker == dataset and edge.giver not in seen | {dataset}:
            found = subject_of(system, edge.giver, seen | {dataset})
            if found is not None:
                return found
    return None


def cell_groups(system: System, dataset: Dataset, columns: tuple[str, ...]) -> tuple[Cells, ...]:
    """The cell groups of a dataset with the live columns of each; a dataset whose rows are nobody's
    or a tenant's has none. `columns` are those of the live table."""
    if not dataset.is_personal or not dataset.is_ours:
        return ()
    groups: dict[CellPlace, list[str]] = {}
    moments = moment_columns(system, dataset.name)
    subject, copied = subject_of(system, dataset.name), originals(system, dataset.name)
    for column, category, own in _named(dataset, columns):
        point = own or point_of(system, dataset, category)
        place = CellPlace(category, point, subject, system.name, dataset.name, copied)
        groups.setdefault(place, [])
        if column is not None and column not in moments:
            groups[place].append(column)
    return tuple(Cells(place, tuple(names)) for place, names in groups.items())


def without_made(groups: tuple[Cells, ...], dataset: Dataset) -> tuple[Cells, ...]:
    """The groups without columns that are computed from others: like generated ones, those are made
    again when what they are made from goes. The rest is the row itself where nothing else is left
    of it; any other group that is computed whole is no cell."""
    made, rest = dataset.made, dataset.rest
    if not made:
        return groups
    kept = ((c, tuple(n for n in c.columns if n not in made)) for c in groups)
    return tuple(
        Cells(c.place, names)
        for c, names in kept
        if names or not c.columns or c.place.category == rest
    )


def _named(
    dataset: Dataset, columns: tuple[str, ...]
) -> Iterator[tuple[str | None, str, str | None]]:
    beside = structure(dataset) | {f.name for f in dataset.fields}
    for f in dataset.fields:
        yield f.name, f.category, f.collected_at
    if dataset.rest:
        # The rest is personal even where no column is left over: the row itself speaks of somebody.
        yield None, dataset.rest, None
        for column in columns:
            if column not in beside:
                yield column, dataset.rest, None


def filled(dataset: Dataset, columns: tuple[str, ...]) -> Predicate:
    """Rows where some of these columns still holds a value that blanking would take away."""
    return any_of(_filled(dataset, column) for column in columns)


def _filled(dataset: Dataset, column: str) -> Predicate:
    blank = dataset.blanks.get(column)
    present = Null(column, negated=True)
    if blank is None or blank.kind is BlankKind.NULL or blank.value is None:
        return present
    return all_of([present, Equal(column, blank.value, negated=True)])
