"""What retention rules have left undone, counted on a live system: per clause and dataset.

Nothing is planned here and nothing is written; `Lowering.overdue` says what a sweep of yesterday
would still find. A row is due on the day of its end and overdue from the next day on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta

from avow.common.errors import AvowError
from avow.declaration.model import Action, InForce, Rule
from avow.declaration.scope import purpose_uses
from avow.engine.planner.judge import Cells, Judge, cell_groups, filled
from avow.engine.planner.known import Known, fact_events, set_names
from avow.engine.planner.lower import Lowering
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.refusals import Away
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.model import System
from avow.estate.datamap.predicates import (
    FALSE,
    TRUE,
    Predicate,
    all_of,
    any_of,
    key_sets,
    negate,
)

UNREACHABLE, NO_GRANT, ROW_SECURITY = "unreachable", "no-grant", "row-security"
VIEW, DRIFT, TIMEOUT = "view", "drift", "timeout"
CAUSES: Mapping[str, str] = {
    "rights": NO_GRANT,
    "schema": DRIFT,
    "form": DRIFT,
    "key": DRIFT,
    "time": TIMEOUT,
    "lost": UNREACHABLE,
}
"""How a system refused -> why a check is blind, in the words of the status."""
REMOVES = frozenset({Action.ERASE, Action.ANONYMISE})


@dataclass(frozen=True, slots=True)
class Reach:
    """A rule at the cells that it reaches."""

    rule: Rule
    cells: Cells


@dataclass(frozen=True, slots=True)
class Counted:
    """What one clause left undone in one dataset.

    `examined`: all rows. `past`: rows that reached the end of one of the clause's rules before the
    day and still hold something; of these `overdue` should have gone. `undecided` rows are between
    two limits that contradict each other (the clauses of `contradicts`), `undated` ones have no
    start. `orphaned` are copies whose original is not there: due at once. `reaches` is what was
    asked; `acts`: the rules whose action no system can do yet.
    """

    examined: int
    past: int = 0
    overdue: int = 0
    undated: int = 0
    undecided: int = 0
    orphaned: int = 0
    contradicts: tuple[str, ...] = ()
    reaches: tuple[Reach, ...] = ()
    acts: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Needless:
    """Rows that no live purpose needs, and why that cannot be told of some of their cells."""

    examined: int
    rows: int = 0
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """All answers about one system by clause and dataset; a text says why there is no answer."""

    clauses: Mapping[tuple[str, str], Counted | str] = field(default_factory=dict)
    needless: Mapping[str, Needless | str] = field(default_factory=dict)


def look(estate: Estate, memory: Memory, law: InForce, name: str, day: date) -> Looked:
    """Count what was overdue on the morning of `day` in one system. Reads only."""
    system = estate.declaration.datamap.systems[name]
    events = fact_events(estate.declaration)
    judge = Judge(system, law, day - timedelta(days=1), events, set_names(system, law, events))
    try:
        connection = estate.open(name, Access.READ)
    except Away:
        return _blind(judge, UNREACHABLE)
    except AvowError as error:
        return _blind(judge, error.what)
    with closing(connection):
        try:
            lowering = Lowering(judge, connection.catalogue())
        except Refused as refused:
            return _blind(judge, in_words(refused))
        facts = memory.facts()
        return _Look(connection, lowering, Known(connection, lambda: facts)).whole()


def in_words(refused: Refused) -> str:
    """Why a refusal makes a check blind."""
    return CAUSES.get(refused.kind, f"the system refused ({refused.kind})")


def unseen(catalogue: Catalogue, dataset: str) -> str:
    """Why what we count in a table is not the truth; empty when it is."""
    table = catalogue.tables.get(dataset)
    if table is None:
        return DRIFT
    if table.row_security:
        return ROW_SECURITY
    return "" if table.writable else VIEW


def _blind(judge: Judge, why: str) -> Looked:
    """The same reason for everything that the map says is in the system."""
    names = [d.name for d in judge.system.datasets.values() if d.is_personal and d.is_ours]
    clauses = {(r.rule.clause, n): why for n in names for r in _declared(judge, n)}
    return Looked(clauses, dict.fromkeys(names, why))


def _declared(judge: Judge, dataset: str) -> tuple[Reach, ...]:
    """The rules at the cells of a dataset as they are declared, whatever the live table has."""
    return _reaches(judge, cell_groups(judge.system, judge.system.datasets[dataset], ()))


def _reaches(judge: Judge, groups: Iterable[Cells]) -> tuple[Reach, ...]:
    return tuple(Reach(rule, cells) for cells in groups for rule in judge.rules(cells))


@dataclass(slots=True)
class _Look:
    """One system while it is looked at."""

    connection: Connection
    lowering: Lowering
    known: Known
    put: set[str] = field(default_factory=set)

    @property
    def judge(self) -> Judge:
        return self.lowering.judge

    @property
    def system(self) -> System:
        return self.judge.system

    def whole(self) -> Looked:
        """Every personal dataset of ours, one after the other."""
        clauses: dict[tuple[str, str], Counted | str] = {}
        needless: dict[str, Needless | str] = {}
        for dataset in self.system.datasets.values():
            if dataset.is_personal and dataset.is_ours:
                examined = self._examined(dataset.name)
                clauses |= self._clauses(dataset.name, examined)
                needless[dataset.name] = self._needless(dataset.name, examined)
        return Looked(clauses, needless)

    def _examined(self, dataset: str) -> int | str:
        why = unseen(self.lowering.catalogue, dataset)
        if why:
            return why
        try:
            return self.count(dataset, TRUE)
        except Refused as refused:
            return in_words(refused)

    def count(self, dataset: str, where: Predicate) -> int:
        """Rows of the dataset; what is known of persons is put on the connection first."""
        if where == FALSE:
            return 0
        for fresh in self.known.key_sets(self.system.name, key_sets(where) - self.put):
            self.connection.put_keys(fresh.name, fresh.dataset, fresh.rows)
            self.put.add(fresh.name)
        return self.connection.count(dataset, where)

    def _clauses(self, dataset: str, examined: int | str) -> dict[tuple[str, str], Counted | str]:
        reaches = _reaches(self.judge, self.lowering.cells(dataset))
        if isinstance(examined, str):
            return {(r.rule.clause, dataset): examined for r in _declared(self.judge, dataset)}
        by_clause: dict[str, list[Reach]] = {}
        for reach in reaches:
            by_clause.setdefault(reach.rule.clause, []).append(reach)
        return {
            (clause, dataset): self._asked(dataset, examined, tuple(mine))
            for clause, mine in by_clause.items()
        }

    def _asked(self, dataset: str, examined: int, mine: tuple[Reach, ...]) -> Counted | str:
        try:
            return self._counted(dataset, examined, mine)
        except Refused as refused:
            return in_words(refused)

    def _counted(self, dataset: str, examined: int, mine: tuple[Reach, ...]) -> Counted:
        past = self.count(dataset, any_of(self._past(r) for r in mine))
        removing = [r for r in mine if r.rule.then in REMOVES]
        fights = {r: self._opponents(r) for r in mine}
        return Counted(
            examined,
            past,
            overdue=self.count(dataset, any_of(map(self._overdue, removing))) if past else 0,
            undated=self.count(dataset, any_of(map(self._undated, mine))),
            undecided=self.count(dataset, any_of(self._undecided(r, fights[r]) for r in mine)),
            orphaned=self.count(dataset, self.lowering.orphaned(dataset)),
            contradicts=tuple(sorted({o.clause for found in fights.values() for o in found})),
            reaches=mine,
            acts=tuple(dict.fromkeys(r.rule.then for r in mine if r.rule.then not in REMOVES)),
        )

    def _held(self, cells: Cells) -> Predicate:
        """Rows in which something of the group is left; without columns it is the row itself."""
        dataset = self.system.datasets[cells.place.dataset]
        return filled(dataset, cells.columns) if cells.columns else TRUE

    def _reached(self, rule: Rule, cells: Cells) -> Predicate:
        return self.judge.reached(rule, cells.place.dataset, self.judge.day)

    def _past(self, reach: Reach) -> Predicate:
        return all_of([self._reached(reach.rule, reach.cells), self._held(reach.cells)])

    def _overdue(self, reach: Reach) -> Predicate:
        due = self.lowering.overdue(reach.cells)
        return FALSE if due == FALSE else all_of([self._reached(reach.rule, reach.cells), due])

    def _undated(self, reach: Reach) -> Predicate:
        """Rows that no other rule has ended, whose start by this one is not there."""
        rule, cells = reach.rule, reach.cells
        missing = self.judge.missing(rule, cells.place.dataset)
        if missing == FALSE:
            return FALSE
        reached = any_of(self._reached(r, cells) for r in self.judge.rules(cells))
        ended = self.judge.ended_by(cells)
        alone = self.lowering.orphaned(cells.place.dataset)
        return all_of([missing, self._held(cells), *map(negate, (reached, ended, alone))])

    def _opponents(self, reach: Reach) -> tuple[Rule, ...]:
        """Rules at the same cells with another period, where nobody has decided."""
        rule, law = reach.rule, self.judge.law
        return tuple(
            other
            for other in self.judge.rules(reach.cells)
            if other.ends != rule.ends and frozenset((other.id, rule.id)) not in law.settled
        )

    def _undecided(self, reach: Reach, against: tuple[Rule, ...]) -> Predicate:
        """Rows of which one of the fighting rules has ended and another has not."""
        if not against:
            return FALSE
        cells = reach.cells
        mine = self._reached(reach.rule, cells)
        others = [self._reached(other, cells) for other in against]
        fight = any_of(
            [
                all_of([mine, any_of(map(negate, others))]),
                all_of([negate(mine), any_of(others)]),
            ]
        )
        return all_of([fight, negate(self.judge.ended_by(cells)), self._held(cells)])

    def _needless(self, dataset: str, examined: int | str) -> Needless | str:
        if isinstance(examined, str):
            return examined
        groups = self.lowering.cells(dataset)
        spent = any_of(self._spent(g) for g in groups)
        try:
            rows = self.count(dataset, spent)
        except Refused as refused:
            return in_words(refused)
        gaps = dict.fromkeys(gap for g in groups for gap in self._gaps(g))
        return Needless(examined, rows, tuple(gaps))

    def _spent(self, cells: Cells) -> Predicate:
        needless = self.judge.needless(cells)
        if needless == FALSE:
            return FALSE
        return all_of([needless, self.lowering.overdue(cells)])

    def _gaps(self, cells: Cells) -> Iterator[str]:
        """Why the end of every purpose cannot be told of these cells."""
        purposes = [p for p in self.judge.law.purposes if purpose_uses(p, cells.place)]
        if not purposes:
            yield f"no purpose names `{cells.place.category}`"
        yield from (f"purpose `{p.id}` has no end" for p in purposes if p.ends is None)
