"""What an erasure leaves of the persons' rows, why, by which promise, and until when.

With what goes and what is blanked this accounts for every cell that access shows: nothing of a
person may stay without somebody being able to say why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import partial

from avow.engine.planner.judge import Cells, Judge, filled
from avow.engine.planner.lower import Lowering
from avow.engine.planner.persons import Ownership, shared_rows
from avow.engine.planner.tally import Tally
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.edges import Side
from avow.estate.datamap.predicates import (
    FALSE,
    TRUE,
    InKeys,
    Predicate,
    Related,
    all_of,
    any_of,
    negate,
)

STAY = "stay"
"""The key set of the rows whose end is looked for."""
AWAITED = "one of these: "
"""What the events that have to happen first are said with."""
DAYS = 32
"""Days whose fates are remembered."""
YEARS = timedelta(days=365 * 40)
"""How far ahead an end is looked for."""


class Why(StrEnum):
    """Why cells of a person stay."""

    MINIMUM = "legal minimum"
    HELD = "hold, restriction or open access request"
    PURPOSE = "a purpose still needs it"
    NEEDED = "a retained row needs it"
    SHELL = "a row that stays refers to it"
    SHARED = "it is of another person too"


ENDLESS = frozenset({Why.HELD, Why.SHARED})
"""Reasons whose end is no day of the calendar."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Rows of which cells of one category stay (all of the row where it is empty), and why.

    `what` is the id of the minimum or purpose, `clauses` its promises. `until` is the first day on
    which, as far as is known today, none of them stays any more; None where no date is known, and
    then `ends` says what has to happen.
    """

    dataset: str
    category: str
    why: Why
    where: Predicate
    what: str = ""
    clauses: tuple[str, ...] = ()
    ends: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """What stays of one dataset: the categories (none where it is the row itself), why, and until
    when. Several purposes that need the same cells are one."""

    dataset: str
    categories: tuple[str, ...]
    why: Why
    rows: int
    what: tuple[str, ...]
    clauses: tuple[str, ...]
    until: date | None
    ends: str


@dataclass(frozen=True, slots=True)
class Staying:
    """Compiles what stays of the persons named in the key sets of `roots`."""

    judge: Judge
    catalogue: Catalogue
    roots: frozenset[str]
    days: dict[date, Lowering] = field(default_factory=dict, compare=False)

    def lowering(self, day: date) -> Lowering:
        """The fates of these persons' rows on a day; compiled once per day, of the last days."""
        if day not in self.days:
            while len(self.days) > DAYS:
                del self.days[next(each for each in self.days if each != self.judge.day)]
            self.days[day] = self._lowering(day)
        return self.days[day]

    def _lowering(self, day: date) -> Lowering:
        ownership = Ownership(self.judge.system, self.roots)
        names = ownership.reachable()
        return Lowering(
            replace(self.judge, day=day),
            self.catalogue,
            {d: ownership.member(d) for d in names},
            {d: shared_rows(self.judge.system, ownership, d) for d in names},
            narrowed=True,
        )

    def member(self, dataset: str) -> Predicate:
        """The rows of a dataset that these persons own."""
        return self.ownership.member(dataset)

    @property
    def ownership(self) -> Ownership:
        """Which rows are theirs."""
        return Ownership(self.judge.system, self.roots)

    def datasets(self) -> tuple[str, ...]:
        """Every dataset that may hold rows of theirs."""
        reachable = Ownership(self.judge.system, self.roots).reachable()
        return tuple(sorted(d for d in reachable if d in self.catalogue.tables))

    def reasons(self, dataset: str) -> Iterator[Reason]:
        """Every reason why something of a dataset stays. They may overlap."""
        now = self.lowering(self.judge.day)
        ours = all_of([self.member(dataset), now.shared[dataset]])
        yield Reason(dataset, "", Why.SHARED, ours, ends="no other person owns it")
        for cells in now.cells(dataset):
            yield from self._floors(now, cells)
            yield from self._purposes(now, cells)
            yield from self._needs(now, cells)
        shells = all_of([now.spent(dataset), negate(now.deleted(dataset))])
        yield Reason(dataset, "", Why.SHELL, shells, ends="the row that refers to it goes")

    def _present(self, now: Lowering, cells: Cells) -> Predicate:
        dataset = self.judge.system.datasets[cells.place.dataset]
        there = filled(dataset, cells.columns) if cells.columns else TRUE
        return all_of([now.within(dataset.name), there])

    def _floors(self, now: Lowering, cells: Cells) -> Iterator[Reason]:
        present, place = self._present(now, cells), cells.place
        for each in self.judge.law.minimums:
            where = all_of([present, self.judge.protects(each, cells)])
            if where != FALSE:
                yield Reason(
                    place.dataset, place.category, Why.MINIMUM, where, each.id, (each.clause,)
                )
        held = all_of([present, self.judge.held(place.dataset)])
        ends = "it is released, lifted or answered"
        yield Reason(place.dataset, place.category, Why.HELD, held, ends=ends)

    def _purposes(self, now: Lowering, cells: Cells) -> Iterator[Reason]:
        present, place = self._present(now, cells), cells.place
        free = all_of([negate(self.judge.floor(cells)), negate(self.judge.removed(cells))])
        for each in self.judge.law.purposes:
            alone = replace(self.judge, law=replace(self.judge.law, purposes=(each,)))
            needless = alone.needless(cells)
            if needless == TRUE:
                continue
            where = all_of([present, free, negate(needless)])
            events = [each.ends, *(e.starts for r in self.judge.rules(cells) for e in r.ends)]
            awaited = ", ".join(dict.fromkeys(e for e in events if e))
            ends = f"{AWAITED}{awaited}" if awaited else "no end is declared"
            clauses = tuple(dict.fromkeys((each.clause, *now.clauses(cells))))
            yield Reason(place.dataset, place.category, Why.PURPOSE, where, each.id, clauses, ends)

    def _needs(self, now: Lowering, cells: Cells) -> Iterator[Reason]:
        name = cells.place.dataset
        for pointer in now.found:
            child = self.judge.system.datasets.get(pointer.edge.child)
            columns = set(child.needs.get(name, ())) & set(cells.columns) if child else set()
            if child is None or pointer.edge.parent != name or not columns:
                continue
            needing = Related(pointer.edge, Side.CHILD, now.frozen(child.name))
            there = filled(self.judge.system.datasets[name], tuple(sorted(columns)))
            where = all_of([now.within(name), self.judge.removed(cells), needing, there])
            clauses = tuple(
                dict.fromkeys(
                    m.clause
                    for m in self.judge.law.minimums
                    for c in now.cells(child.name)
                    if self.judge.protects(m, c) != FALSE
                )
            )
            yield Reason(name, cells.place.category, Why.NEEDED, where, child.name, clauses)

    def gone(self, reason: Reason, day: date) -> Predicate:
        """Rows of a reason's dataset of which, on a day, the reason's cells no longer stay."""
        then = self.lowering(day)
        if reason.why in (Why.SHELL, Why.SHARED):
            return then.deleted(reason.dataset)
        cells = next(c for c in then.cells(reason.dataset) if c.place.category == reason.category)
        if reason.why is Why.NEEDED:
            return any_of([then.deleted(reason.dataset), *self._let_go(then, reason)])
        return any_of([then.judge.removed(cells)])

    def _let_go(self, then: Lowering, reason: Reason) -> Iterator[Predicate]:
        for pointer in then.found:
            if pointer.edge.parent == reason.dataset and pointer.edge.child == reason.what:
                yield Related(pointer.edge, Side.CHILD, then.frozen(reason.what), negated=True)


def stays(tally: Tally, staying: Staying) -> tuple[Stay, ...]:
    """Everything that stays of the persons whose key sets are on the connection, counted."""
    found: dict[Stay, tuple[str, ...]] = {}
    for reasons in there(tally, staying):
        stay = _stay(tally, staying, reasons)
        found[stay] = (*found.get(stay, ()), reasons[0].category)
    return named(found)


def there(tally: Tally, staying: Staying) -> Iterator[Sequence[Reason]]:
    """The reasons for which some row stays, those for the same cells as one."""
    for dataset in staying.datasets():
        if not tally.count(dataset, staying.member(dataset)):
            continue
        same: dict[tuple[str, Why, str], list[Reason]] = {}
        for each in staying.reasons(dataset):
            if tally.count(dataset, each.where):
                what = "" if each.why is Why.PURPOSE else each.what
                same.setdefault((each.category, each.why, what), []).append(each)
        yield from same.values()


def named(found: Mapping[Stay, Sequence[str]]) -> tuple[Stay, ...]:
    """What stays, with the names of its categories: what differs in these alone is one."""
    return tuple(
        replace(stay, categories=tuple(c for c in dict.fromkeys(names) if c))
        for stay, names in found.items()
    )


def _stay(tally: Tally, staying: Staying, reasons: Sequence[Reason]) -> Stay:
    """Reasons for the same cells as one, its categories still to be named."""
    connection = tally.connection
    whole = replace(reasons[0], where=tally.lean(any_of(r.where for r in reasons)))
    key = connection.system.datasets[whole.dataset].key
    rows = list(connection.fetch(whole.dataset, whole.where, key))
    connection.put_keys(STAY, whole.dataset, [(0, row, None) for row in rows])
    left = partial(_left, tally, staying, whole)
    until = None if whole.why in ENDLESS else first(staying.judge.day, left)
    connection.drop_keys(STAY)
    return made(reasons, len(rows), until)


def made(reasons: Sequence[Reason], rows: int, until: date | None) -> Stay:
    """Reasons for the same cells as one, for so many rows until a day; its categories are still to
    be named."""
    one = reasons[0]
    return Stay(
        one.dataset,
        (),
        one.why,
        rows,
        tuple(dict.fromkeys(r.what for r in reasons if r.what)),
        tuple(dict.fromkeys(c for r in reasons for c in r.clauses)),
        until,
        "" if until else one.ends or "the date is not known yet",
    )


def _left(tally: Tally, staying: Staying, reason: Reason, day: date) -> bool:
    """Whether some of the rows in the key set still stay on a day. The key set is another for each
    reason, so what was counted for one says nothing of the next."""
    connection = tally.connection
    where = still(tally, staying, reason, day)
    return where != FALSE and connection.count(reason.dataset, where) > 0


def still(tally: Tally, staying: Staying, reason: Reason, day: date) -> Predicate:
    """The rows of the key set of a reason that still stay on a day."""
    mine = InKeys(tally.connection.system.datasets[reason.dataset].key, STAY)
    return tally.lean(all_of([mine, negate(staying.gone(reason, day))]))


def first(today: date, left: Callable[[date], bool]) -> date | None:
    """The first day after today on which nothing is left; None where something always is."""
    low, high = today + timedelta(days=1), today + YEARS
    if left(high):
        return None
    while low < high:
        middle = low + timedelta(days=(high - low).days // 2)
        if left(middle):
            low = middle + timedelta(days=1)
        else:
            high = middle
    return low
