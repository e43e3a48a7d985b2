"""Until when what was found of a person is kept: the verdict of every row, worked out from them.

The rows of the person are enough: an event is read on them and on the rows they point to, which
the person owns too. Where one of these is not among them no day is said, only the criterion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from avow.declaration.check.universe import cells_of
from avow.declaration.decision.decide import Kind, Verdict, decide
from avow.declaration.decision.facts import Facts, Floor, FloorKind, Group
from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration, InForce
from avow.declaration.scope import CellPlace, minimum_covers, purpose_uses, rule_covers
from avow.duties.requests.answering.copy import Known, Lasting
from avow.engine.facts.standing import ENDED, HOLD, RESTRICTION
from avow.engine.planner.known import fact_events
from avow.engine.planner.reaching import Extract
from avow.estate.datamap.edges import Right
from avow.estate.datamap.model import System
from avow.estate.datamap.moments import Estate, Moment

MOST = 1_500
"""Rows of one system up to which days are worked out; beyond it criteria are said."""
_FLOORS = {HOLD: FloorKind.HOLD, RESTRICTION: FloorKind.RESTRICTION}


@dataclass(frozen=True, slots=True)
class Judging:
    """The law of a day, and what is known of the person."""

    declaration: Declaration
    law: InForce
    day: date
    facts: Facts

    @classmethod
    def of(cls, declaration: Declaration, day: date, known: Iterable[Known]) -> Judging:
        """The law in force on a day. What an open request for access holds is no reason to keep
        data, so it is not counted here."""
        names = [each.name for each in known]
        ended = frozenset(n.partition(":")[2] for n in names if n.startswith(f"{ENDED}:"))
        floors = tuple(Floor(_FLOORS[n], n) for n in dict.fromkeys(names) if n in _FLOORS)
        law, _ = in_force(declaration, day)
        return cls(declaration, law, day, Facts(ended=ended, floors=floors))


def lasting(judging: Judging, extracts: Sequence[Extract], person: int) -> tuple[Lasting, ...]:
    """What is known of the end of each category in each dataset that a person owns rows of."""
    by_system: dict[str, list[Extract]] = {}
    for each in extracts:
        by_system.setdefault(each.system, []).append(each)
    systems = judging.declaration.datamap.systems
    return tuple(
        found
        for name, mine in by_system.items()
        for found in _System(judging, systems[name], mine, person).lasting()
    )


@dataclass(slots=True)
class _System:
    """One system: its rows as they were read, and the moments worked out so far."""

    judging: Judging
    system: System
    extracts: Sequence[Extract]
    person: int
    rows: dict[str, list[dict[str, object]]] = field(init=False)
    own: dict[str, list[int]] = field(init=False)
    estate: Estate = field(init=False)
    moments: dict[tuple[str, int, str], Moment] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows, self.own = {}, {}
        for each in self.extracts:
            names = [name for name, _ in each.columns]
            mine = [r for r in each.rows if r.person == self.person]
            self.rows[each.dataset] = [
                {n: _moment(v) for n, v in zip(names, r.values, strict=True)} for r in mine
            ]
            self.own[each.dataset] = [n for n, r in enumerate(mine) if r.right is Right.OWN]
        declaration = self.judging.declaration
        zone, facts = declaration.controller.zone, fact_events(declaration)
        self.estate = Estate(self.system, _all(self.system, self.rows), zone, facts)

    @property
    def can_date(self) -> bool:
        """Whether days can be worked out: everything was read, and nothing of it is hidden."""
        whole = not any(e.truncated for e in self.extracts)
        hidden = any(r.hidden for e in self.extracts for r in e.rows if r.person == self.person)
        return whole and not hidden and sum(map(len, self.rows.values())) <= MOST

    def lasting(self) -> Iterator[Lasting]:
        """Per dataset and category."""
        can_date = self.can_date
        for extract in self.extracts:
            dataset, numbers = extract.dataset, self.own[extract.dataset]
            for place in cells_of(self.system, self.system.datasets[dataset]) if numbers else ():
                columns = [n for n, c in extract.columns if c == place.category]
                there = [n for n in numbers if _holds(self.rows[dataset][n], columns)]
                if there:
                    yield self._of(dataset, place, there, can_date=can_date)

    def _of(
        self, dataset: str, place: CellPlace, numbers: Sequence[int], *, can_date: bool
    ) -> Lasting:
        law = self.judging.law
        rules = tuple(r.id for r in law.rules if rule_covers(r, place))
        minimums = tuple(m.id for m in law.minimums if minimum_covers(m, place))
        held = tuple(str(f.kind) for f in self.judging.facts.floors)
        asked = _asked(law, place)
        verdicts = [self._verdict(dataset, n, place, asked) for n in numbers] if can_date else []
        days = [day for v in verdicts if (day := _end(v)) is not None]
        floors = (*minimums, *held)
        kinds = Counter(v.kind for v in verdicts)
        return Lasting(
            self.system.name,
            dataset,
            place.category,
            len(numbers),
            min(days, default=None),
            max(days, default=None),
            len(numbers) - len(days) - kinds[Kind.DUE],
            kinds[Kind.DUE],
            rules,
            floors,
        )

    def _verdict(
        self, dataset: str, number: int, place: CellPlace, asked: Iterable[str]
    ) -> Verdict:
        group = Group(
            place.category,
            place.collected_at,
            place.subject,
            place.system,
            place.dataset,
            {event: self._moment(dataset, number, event) for event in asked},
            self.judging.facts,
            place.originals,
        )
        return decide(group, self.judging.law, self.judging.day)

    def _moment(self, dataset: str, number: int, event: str) -> Moment:
        mark = (dataset, number, event)
        if mark not in self.moments:
            row = self.rows[dataset][number]
            self.moments[mark] = self.estate.moment(dataset, row, event)
        return self.moments[mark]


def _all(
    system: System, rows: Mapping[str, list[dict[str, object]]]
) -> dict[str, list[dict[str, object]]]:
    return {name: rows.get(name, []) for name in system.datasets}


def _asked(law: InForce, place: CellPlace) -> tuple[str, ...]:
    """The events that decide about these cells."""
    rules = [r for r in law.rules if rule_covers(r, place)]
    found = [e for r in rules for end in r.ends for e in (end.starts, end.otherwise)]
    found += [m.starts for m in law.minimums if minimum_covers(m, place)]
    found += [p.ends for p in law.purposes if purpose_uses(p, place)]
    return tuple(dict.fromkeys(e for e in found if e))


def _end(verdict: Verdict) -> date | None:
    """The day on which cells end, if it is known and has not come."""
    return verdict.until if verdict.kind in (Kind.LIVE, Kind.RETAINED) else None


def _holds(row: Mapping[str, object], columns: Iterable[str]) -> bool:
    return any(row[c] is not None for c in columns)


def _moment(value: object) -> object:
    """A value with days and instants read where a system writes them as text (ISO 8601)."""
    if not isinstance(value, str) or len(value) < 10 or value[4] != "-":
        return value
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        return value
