"""What a sweep would find in one system on the days to come, counted and never planned.

The same predicates as those of a sweep, for yesterday, today and each of the next seven days: what
is more on a day than on the day before becomes due on it. What was due yesterday is overdue. Holds
count as they stand today. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from avow.common.errors import AvowError
from avow.declaration.model import InForce
from avow.engine.planner.drift import Drift, drift
from avow.engine.planner.judge import Judge
from avow.engine.planner.known import Known, fact_events, set_names
from avow.engine.planner.lower import Lowering
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.overdue import UNREACHABLE, in_words, unseen
from avow.engine.planner.preflight import rows_of
from avow.engine.planner.program import Move, Step
from avow.engine.planner.refusals import Away
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.model import System
from avow.estate.datamap.predicates import FALSE, key_sets

DAYS = 7
"""How many days ahead are counted."""
YESTERDAY, TODAY = -1, 0


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What one clause makes of one dataset: rows that go, or cells (row and category) emptied.

    `rules` are those whose levels govern it. `rows` are totals as of a day: of yesterday, of today,
    and of each day to come, so that a total holds those of the days before.
    """

    dataset: str
    clause: str
    move: Move
    rules: tuple[str, ...]
    rows: Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Forecast:
    """One system as seen on the morning of `day`.

    `why` says why it was not seen at all, in the words of the status; empty when it was. `gaps` are
    (dataset, why) where the truth cannot be counted. `schema` is the digest of the live catalogue.
    """

    system: str
    day: date
    why: str = ""
    found: tuple[Foreseen, ...] = ()
    gaps: tuple[tuple[str, str], ...] = ()
    drift: tuple[Drift, ...] = ()
    schema: str = ""


def forecast(estate: Estate, memory: Memory, law: InForce, name: str, day: date) -> Forecast:
    """Count one system as of yesterday, today and the days to come. Reads only."""
    system = estate.declaration.datamap.systems[name]
    events = fact_events(estate.declaration)
    judge = Judge(system, law, day, events, set_names(system, law, events))
    try:
        connection = estate.open(name, Access.READ)
    except Away:
        return Forecast(name, day, UNREACHABLE)
    except AvowError as error:
        return Forecast(name, day, error.what)
    with closing(connection):
        try:
            catalogue = connection.catalogue()
        except Refused as refused:
            return Forecast(name, day, in_words(refused))
        facts = memory.facts()
        ahead = _Ahead(connection, catalogue, judge, Known(connection, lambda: facts))
        found = tuple(ahead.whole())
        seen = drift(system, catalogue)
        return Forecast(name, day, "", found, tuple(ahead.gaps.items()), seen, catalogue.digest)


Question = tuple[str, Move, tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""What a step is about whatever the day: dataset, move, clauses, rules, emptied columns."""


def _question(step: Step) -> Question:
    return (step.dataset, step.move, step.clauses, step.rules, tuple(step.blanks))


@dataclass(slots=True)
class _Ahead:
    """One system while it is counted."""

    connection: Connection
    catalogue: Catalogue
    judge: Judge
    known: Known
    gaps: dict[str, str] = field(default_factory=dict)
    put: set[str] = field(default_factory=set)
    compiled: dict[int, dict[Question, Step]] = field(default_factory=dict)

    @property
    def system(self) -> System:
        return self.judge.system

    def whole(self) -> Iterator[Foreseen]:
        """Every question that finds something within the days, one per clause and dataset."""
        self._look_for_gaps()
        merged: dict[tuple[str, str, Move], Foreseen] = {}
        for question in self._steps(TODAY):
            found = self._foreseen(question)
            if found is None:
                continue
            mark = (found.dataset, found.clause, found.move)
            merged[mark] = _together(merged[mark], found) if mark in merged else found
        yield from merged.values()

    def _look_for_gaps(self) -> None:
        """Datasets whose rows we cannot count truly, whatever is asked of them."""
        for dataset in self.system.datasets.values():
            why = unseen(self.catalogue, dataset.name)
            if why and dataset.is_personal and dataset.is_ours:
                self.gaps[dataset.name] = why

    def _foreseen(self, question: Question) -> Foreseen | None:
        dataset, move, clauses, rules, _ = question
        if move is Move.UNLINK or dataset in self.gaps:
            return None
        try:
            rows = self._days(question)
        except Refused as refused:
            self.gaps[dataset] = in_words(refused)
            return None
        if not any(rows.values()):
            return None
        return Foreseen(dataset, clauses[0] if clauses else "", move, rules, rows)

    def _days(self, question: Question) -> dict[date, int]:
        counts = filled_in(lambda n: self._count(question, n), YESTERDAY, DAYS)
        return {self.judge.day + timedelta(days=n): rows for n, rows in counts.items()}

    def _count(self, question: Question, number: int) -> int:
        """Rows that the question finds as of so many days from now."""
        step = self._steps(number).get(question)
        where = FALSE if step is None else rows_of(step)
        if where == FALSE:
            return 0
        for fresh in self.known.key_sets(self.system.name, key_sets(where) - self.put):
            self.connection.put_keys(fresh.name, fresh.dataset, fresh.rows)
            self.put.add(fresh.name)
        return self.connection.count(question[0], where)

    def _steps(self, number: int) -> dict[Question, Step]:
        """The sweep of a day, compiled once."""
        if number not in self.compiled:
            day = self.judge.day + timedelta(days=number)
            steps = Lowering(replace(self.judge, day=day), self.catalogue).steps()
            self.compiled[number] = {_question(step): step for step in steps}
        return self.compiled[number]


def filled_in(count: Callable[[int], int], first: int, last: int) -> dict[int, int]:
    """Counts for every number from `first` to `last`, with as few questions as are needed.

    What is due only grows while nothing is done, so between two equal counts nobody is asked.
    """
    found = {first: count(first), last: count(last)}

    def between(low: int, high: int) -> None:
        if high - low < 2:
            return
        if found[low] == found[high]:
            found.update(dict.fromkeys(range(low + 1, high), found[low]))
            return
        middle = (low + high) // 2
        found[middle] = count(middle)
        between(low, middle)
        between(middle, high)

    between(first, last)
    return dict(sorted(found.items()))


def _together(one: Foreseen, other: Foreseen) -> Foreseen:
    """Two questions of the same clause about the same dataset, as one."""
    rows = {day: one.rows.get(day, 0) + other.rows.get(day, 0) for day in {*one.rows, *other.rows}}
    rules = tuple(dict.fromkeys((*one.rules, *other.rules)))
    return replace(one, rules=rules, rows=dict(sorted(rows.items())))
