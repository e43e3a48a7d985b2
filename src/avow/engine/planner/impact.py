"""What another declaration would do to the data that are there, counted on the live systems.

Every change of a rule, a legal minimum or a purpose is undone alone in the new law; what is due
under the new law and not under that one is what this change does. Reads only, and needs no
temporary table. A system that cannot be seen is unknown and never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar

from avow.common.calendar import Period, add
from avow.common.errors import AvowError
from avow.declaration.decision.decide import Kind as Verdict
from avow.declaration.decision.fate import REMOVING
from avow.declaration.difference.change import Change
from avow.declaration.difference.diff import diff
from avow.declaration.difference.held import Unkept
from avow.declaration.difference.renamed import renamed
from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration, InForce, Minimum, Purpose, Rule
from avow.declaration.scope import rule_covers
from avow.engine.planner.judge import Cells, Judge, cell_groups
from avow.engine.planner.known import Known, fact_events, set_names
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.overdue import UNREACHABLE, in_words, unseen
from avow.engine.planner.owners import Found, Owners, roots
from avow.engine.planner.refusals import Away
from avow.engine.planner.sight import Sight
from avow.estate.connectors.base import Access, Capability, Refused
from avow.estate.datamap.edges import Right
from avow.estate.datamap.predicates import (
    FALSE,
    Predicate,
    all_of,
    any_of,
    negate,
)

Name = TypeVar("Name")

DAY = timedelta(days=1)
MONTHS = 12
"""How many months ahead are counted one by one."""
EVERYTHING = "everything"
"""What all changes do together."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One change as law: the law in force after it, with that change alone undone before it."""

    name: str
    clause: str
    before: InForce
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """What a change does to one dataset. Rows: `due` now and not before, `spared` the other way;
    `undated`, `undecided`: they were not. `retained`: ended by the change, and kept by the legal
    minimum of this id. `later`: that become due by it within so many months from now."""

    system: str
    dataset: str
    due: int = 0
    spared: int = 0
    undated: int = 0
    undecided: int = 0
    retained: Mapping[str, int] = field(default_factory=dict)
    later: Mapping[int, int] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        """Whether the change leaves the dataset as it is."""
        counts = (self.due, self.spared, self.undated, self.undecided)
        return not any(counts) and not self.retained and not any(self.later.values())


@dataclass(frozen=True, slots=True)
class Turned:
    """What one change does everywhere.

    `persons` of whom a row becomes due, per system; `seeing`: others who may see such a row and own
    none. `unknown`: why a system, or a dataset of it, could not be counted. `cannot`: what a system
    is not able to do by itself.
    """

    turn: Turn
    hits: tuple[Hit, ...] = ()
    persons: Mapping[str, int] = field(default_factory=dict)
    seeing: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    cannot: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_dark(self) -> bool:
        """Whether nothing at all could be counted: then no number is one."""
        return bool(self.unknown) and not self.hits

    def total(self, name: str) -> int:
        """A count of all datasets together."""
        return sum(getattr(hit, name) for hit in self.hits)

    @property
    def retained(self) -> Mapping[str, int]:
        """Rows that legal minimums keep, by minimum."""
        return _added(hit.retained for hit in self.hits)

    @property
    def later(self) -> Mapping[int, int]:
        """Rows that become due later, by months from now."""
        return _added(hit.later for hit in self.hits)


def _added(counts: Iterable[Mapping[Name, int]]) -> Mapping[Name, int]:
    found: dict[Name, int] = {}
    for each in counts:
        for key, number in each.items():
            found[key] = found.get(key, 0) + number
    return found


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything that changes, and what each change of the law does on a day. `left`: datasets that
    only the old map knew; they are not counted."""

    day: date
    changes: tuple[Change, ...]
    turned: tuple[Turned, ...]
    left: tuple[str, ...] = ()

    @property
    def is_blind(self) -> bool:
        """Whether something could not be counted."""
        return any(each.unknown for each in self.turned)


def impact(old: Declaration, estate: Estate, memory: Memory, day: date) -> Impact:
    """What putting the estate's declaration in the place of `old` does, counted with its map."""
    new = estate.declaration
    aligned, _ = renamed(old, new)
    changes = diff(old, new)
    turns = tuple(turns_of(aligned, new, changes, day))
    found = {turn.name: Turned(turn) for turn in turns}
    events = fact_events(new) | fact_events(aligned)
    for name in new.datamap.systems if turns else ():
        for each in _seen(estate, memory, name, turns, events, day):
            found[each.turn.name] = _joined(found[each.turn.name], each)
    left = sorted(set(_datasets(old)) - set(_datasets(new)))
    return Impact(day, changes, tuple(found.values()), tuple(left))


def _datasets(declaration: Declaration) -> Iterator[str]:
    return (f"{s.name}.{d.name}" for s, d in declaration.datamap.datasets() if d.is_personal)


def turns_of(
    old: Declaration, new: Declaration, changes: tuple[Change, ...], day: date
) -> Iterator[Turn]:
    """Each change of the law alone, and all together where there are several or other ones."""
    was, now = in_force(old, day)[0], in_force(new, day)[0]
    alone = [
        Turn(name, clause, undone, tuple(c for c in changes if c.id == name))
        for part in ("rules", "minimums", "purposes")
        for name, clause, undone in _undone(part, was, now)
    ]
    yield from alone
    beside = old.events != new.events or was.settled != now.settled
    if beside or len(alone) > 1:
        yield Turn(EVERYTHING, "", was)


Thing = Rule | Minimum | Purpose


def _undone(part: str, was: InForce, now: InForce) -> Iterator[tuple[str, str, InForce]]:
    """The law in force with one rule, minimum or purpose as it was."""
    before: Mapping[str, Thing] = {each.id: each for each in getattr(was, part)}
    after: Mapping[str, Thing] = {each.id: each for each in getattr(now, part)}
    for name in dict.fromkeys((*after, *before)):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        others = tuple(each for key, each in after.items() if key != name)
        mine = frozenset(pair for pair in was.settled if name in pair)
        theirs = frozenset(pair for pair in now.settled if name not in pair or old is not None)
        law = replace(now, settled=theirs | mine)
        things: dict[str, object] = {part: (*others, *([old] if old is not None else []))}
        clause = (new or old).clause  # type: ignore[union-attr]
        yield name, clause, replace(law, **things)  # type: ignore[arg-type]


def held(estate: Estate, memory: Memory, unkept: Unkept, day: date) -> int | None:
    """Rows whose older period began before the day, by a rule that drops it; None where a system
    cannot be seen."""
    law, total = in_force(estate.declaration, day)[0], 0
    events = fact_events(estate.declaration)
    for name, system in estate.declaration.datamap.systems.items():
        judge = Judge(system, law, day, events, set_names(system, law, events))
        groups = [c for d in system.datasets.values() for c in cell_groups(system, d, ())]
        if not any(rule_covers(unkept.rule, cells.place) for cells in groups):
            continue
        try:
            connection = estate.open(name, Access.READ)
        except AvowError:
            return None
        with closing(connection):
            asking = Asking(connection, judge, Known(connection, memory.facts))
            try:
                total += sum(asking.begun(unkept, dataset) for dataset in system.datasets)
            except Refused:
                return None
    return total


def _joined(one: Turned, other: Turned) -> Turned:
    return replace(
        one,
        hits=(*one.hits, *other.hits),
        persons={**one.persons, **other.persons},
        seeing={**one.seeing, **other.seeing},
        unknown={**one.unknown, **other.unknown},
        cannot={**one.cannot, **other.cannot},
    )


def _seen(
    estate: Estate,
    memory: Memory,
    name: str,
    turns: tuple[Turn, ...],
    events: frozenset[str],
    day: date,
) -> Iterator[Turned]:
    """What each change does in one system."""
    system = estate.declaration.datamap.systems[name]
    law, _ = in_force(estate.declaration, day)
    known = set_names(system, law, events).union(
        *(set_names(system, turn.before, events) for turn in turns)
    )
    judge = Judge(system, law, day, events, known)
    concerned = [t for t in turns if _concerns(judge, t)]
    try:
        connection = estate.open(name, Access.READ)
    except Away:
        yield from (Turned(turn, unknown={name: UNREACHABLE}) for turn in concerned)
        return
    except AvowError as error:
        yield from (Turned(turn, unknown={name: error.what}) for turn in concerned)
        return
    with closing(connection):
        facts = memory.facts()
        asking = Asking(connection, judge, Known(connection, lambda: facts))
        for turn in concerned:
            yield asking.turned(turn)


def _concerns(judge: Judge, turn: Turn) -> bool:
    """Whether a change reaches some cell of the system, by the map alone."""
    before = replace(judge, law=turn.before)
    return any(
        _about(judge, cells) != _about(before, cells)
        for dataset in judge.system.datasets.values()
        for cells in cell_groups(judge.system, dataset, ())
    )


def _about(judge: Judge, cells: Cells) -> tuple[Predicate, ...]:
    """All that a law says of cells."""
    verdicts = judge.verdicts(cells)
    return (judge.removed(cells), judge.ends(cells), *(verdicts[kind] for kind in Verdict))


@dataclass(slots=True)
class Asking(Sight):
    """One system while it is asked what changes do."""

    def turned(self, turn: Turn) -> Turned:
        """What one change does here."""
        hits, unknown, due = [], dict[str, str](), dict[str, Predicate]()
        for dataset in self.judge.system.datasets:
            try:
                found = self.hit(turn, dataset, due)
            except Refused as refused:
                unknown[f"{self.name}.{dataset}"] = in_words(refused)
                continue
            if isinstance(found, str):
                unknown[f"{self.name}.{dataset}"] = found
            elif found is not None and not found.is_nothing:
                hits.append(found)
        persons, seeing = self._persons(due) if any(hit.due for hit in hits) else (0, 0)
        return Turned(
            turn,
            tuple(hits),
            {self.name: persons} if persons else {},
            {self.name: seeing} if seeing else {},
            unknown,
            self._cannot(turn),
        )

    def hit(self, turn: Turn, dataset: str, due: dict[str, Predicate]) -> Hit | str | None:
        """What the change does to a dataset; a text says why nobody can tell."""
        before, after = self._judge(turn.before), self.judge
        groups = self.cells(dataset)
        if all(_about(before, c) == _about(after, c) for c in groups):
            return None
        if why := unseen(self.connection.catalogue(), dataset):
            return why
        new, old = self._due(after, dataset), self._due(before, dataset)
        due[dataset] = all_of([new, negate(old)])
        return Hit(
            self.name,
            dataset,
            self.count(dataset, due[dataset]),
            self.count(dataset, all_of([old, negate(new)])),
            self._turned_to(dataset, before, Verdict.UNDATED),
            self._turned_to(dataset, before, Verdict.UNDECIDED),
            self._retained(dataset, before),
            self._later(dataset, turn),
        )

    def begun(self, unkept: Unkept, dataset: str) -> int:
        """Rows of a dataset with cells of the rule whose older period began before the day."""

        def where(cells: Cells) -> Predicate:
            if not rule_covers(unkept.rule, cells.place):
                return FALSE
            starts = (
                self.judge.reader.reached(
                    dataset, end.starts or "", (end.before or self.judge.day) - DAY
                )
                for end in unkept.ends
            )
            return any_of(starts)

        return self.count(dataset, self.any(dataset, where))

    def _judge(self, law: InForce, day: date | None = None) -> Judge:
        return replace(self.judge, law=law, day=day or self.judge.day)

    def _due(self, judge: Judge, dataset: str) -> Predicate:
        """Rows of which something is due for removal and there."""
        return self.any(dataset, judge.removed)

    def _turned_to(self, dataset: str, before: Judge, kind: Verdict) -> int:
        """Rows of which some cells have this verdict now and had another before."""
        return self.count(
            dataset,
            self.any(
                dataset,
                lambda c: all_of([self.judge.verdicts(c)[kind], negate(before.verdicts(c)[kind])]),
            ),
        )

    def _retained(self, dataset: str, before: Judge) -> Mapping[str, int]:
        """Rows that the change ends and a legal minimum keeps."""
        found = {}
        for minimum in self.judge.law.minimums:
            rows = self.count(dataset, self.any(dataset, self._protected(minimum, before)))
            if rows:
                found[minimum.id] = rows
        return found

    def _protected(self, minimum: Minimum, before: Judge) -> Callable[[Cells], Predicate]:
        def where(cells: Cells) -> Predicate:
            ended = all_of([self.judge.ends(cells), negate(before.ends(cells))])
            return all_of([ended, self.judge.protects(minimum, cells)])

        return where

    def _later(self, dataset: str, turn: Turn) -> Mapping[int, int]:
        """Rows that become due in each month to come, and without the change would not yet."""
        days = [add(self.judge.day, Period(months=n)) for n in range(MONTHS + 1)]
        law = self.judge.law
        new = [self._due(self._judge(law, day), dataset) for day in days]
        if not self.count(dataset, all_of([new[-1], negate(new[0])])):
            return {}
        found = {}
        for number in range(1, MONTHS + 1):
            old = self._due(self._judge(turn.before, days[number]), dataset)
            where = all_of([new[number], negate(new[number - 1]), negate(old)])
            if rows := self.count(dataset, where):
                found[number] = rows
        return found

    def _persons(self, due: Found) -> tuple[int, int]:
        """Persons who own a row that becomes due, and those who only see one."""
        system, owned, seen = self.judge.system, 0, 0
        for root in roots(system):
            own = Owners(system).of(due, root)
            any_ = Owners(system, frozenset({Right.OWN, Right.SEE})).of(due, root)
            owned += self.count(root, own)
            seen += self.count(root, all_of([any_, negate(own)])) if any_ != own else 0
        return owned, seen

    def _cannot(self, turn: Turn) -> Mapping[str, str]:
        """What the system is not able to do of the change."""
        was = {rule.id: rule for rule in turn.before.rules}
        changed = [r for r in self.judge.law.rules if was.get(r.id) != r and self._reaches(r)]
        acts = sorted({str(r.then) for r in changed if r.then not in REMOVING})
        if acts:
            return {self.name: f"nothing here can {' or '.join(acts)}"}
        can = self.connection.capabilities
        if changed and Capability.FETCH not in can:
            return {self.name: f"it cannot {Capability.FETCH}"}
        return {}

    def _reaches(self, rule: Rule) -> bool:
        datasets = self.judge.system.datasets
        return any(rule in self.judge.rules(c) for d in datasets for c in self.cells(d))
