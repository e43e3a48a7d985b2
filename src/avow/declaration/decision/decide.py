"""What must happen to a cell group on a day, naming the clauses: the meaning on one screen.

*Ceiling*: a retention rule in scope whose end has come. *Need*: a live purpose of the category.
*Floor*: a running legal minimum, hold, restriction or open access request.

    ended = any ceiling, or no live need        due = ended and no floor
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from avow.common.calendar import Period, add
from avow.declaration.decision.facts import Floor, FloorKind, Group
from avow.declaration.model import Action, End, InForce, Minimum, Purpose, Rule
from avow.declaration.scope import minimum_covers, purpose_uses, rule_covers
from avow.estate.datamap.moments import Moment, Unknown


class Kind(StrEnum):
    """The five verdicts."""

    LIVE = "live"
    DUE = "due"
    RETAINED = "retained"
    UNDATED = "undated"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What must happen to a cell group, with the clauses that decided it.

    `action` is set when due, and when retained (what will happen once the floors end). `since` is
    the day the first ceiling ended; `until` the day a floor or the nearest ceiling ends, if known.
    """

    kind: Kind
    clauses: tuple[str, ...] = ()
    action: Action | None = None
    since: date | None = None
    until: date | None = None
    floors: tuple[Floor, ...] = ()


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A rule in scope with the day on which it ends these cells, if that is known.

    `missing`: a start that the estate should know is not there, so an earlier end may be hidden.
    """

    rule: Rule
    end: date | None
    missing: bool

    def reached(self, day: date) -> bool:
        """Whether the rule's end has come by `day`; the day itself counts."""
        return self.end is not None and self.end <= day


STRENGTH = {action: rank for rank, action in enumerate(Action)}
"""Rank of an action; the strongest (lowest) of several acts."""


def decide(group: Group, law: InForce, day: date) -> Verdict:
    """The verdict for one cell group on one local day.

    While an overlap of two rules is undecided, cells between their ends are too; an end that no
    undecided overlap concerns, or that all of them have passed, binds at once.
    """
    ceilings = tuple(ceiling(r, group) for r in law.rules if rule_covers(r, group))
    reached = tuple(c for c in ceilings if c.reached(day))
    binding = tuple(c for c in reached if not opponents(c, ceilings, law, day))
    needless, spent = no_need(group, law, day)
    if not binding and not needless:
        return _not_ended(ceilings, reached, law, day)
    clauses = tuple(dict.fromkeys([*(c.rule.clause for c in binding), *(p.clause for p in spent)]))
    actions = [c.rule.then for c in binding] + [Action.ERASE] * needless
    action = min(actions, key=STRENGTH.__getitem__)
    since = min((c.end for c in binding if c.end is not None), default=None)
    floors = (*running_minimums(group, law, day), *group.facts.floors)
    if floors:
        return Verdict(Kind.RETAINED, clauses, action, since, _latest(floors), floors)
    return Verdict(Kind.DUE, clauses, action, since)


def _not_ended(
    ceilings: tuple[Ceiling, ...],
    reached: tuple[Ceiling, ...],
    law: InForce,
    day: date,
) -> Verdict:
    if reached:
        fighting = {c.rule.clause for r in reached for c in (r, *opponents(r, ceilings, law, day))}
        return Verdict(Kind.UNDECIDED, tuple(sorted(fighting)))
    missing = tuple(c.rule.clause for c in ceilings if c.missing)
    if missing:
        return Verdict(Kind.UNDATED, tuple(dict.fromkeys(missing)))
    until = min((c.end for c in ceilings if c.end is not None), default=None)
    return Verdict(Kind.LIVE, tuple(dict.fromkeys(c.rule.clause for c in ceilings)), until=until)


def ceiling(rule: Rule, group: Group) -> Ceiling:
    """When the rule ends these cells: the earliest of its ends. A missing start never hides an end
    that is known, and a known end never hides that a start is missing."""
    ends = tuple(_end(end, group) for end in rule.ends)
    days = [e for e in ends if isinstance(e, date)]
    return Ceiling(rule, min(days, default=None), Unknown.MISSING in ends)


def _end(end: End, group: Group) -> Moment:
    if end.starts is None:
        return Unknown.MISSING
    start = group.moment(end.starts)
    if start is Unknown.MISSING and end.otherwise is not None:
        start = group.moment(end.otherwise)
    if end.before is not None and isinstance(start, date) and start >= end.before:
        return Unknown.LIVING
    return _after(start, end.period)


def _after(start: Moment, period: Period) -> Moment:
    """The end of a period. One that lies outside the calendar never comes, as while a state lives:
    systems write 9999-12-31 for "without an end"."""
    try:
        return add(start, period) if isinstance(start, date) else start
    except OverflowError:
        return Unknown.LIVING


def opponents(
    ceiling: Ceiling, ceilings: tuple[Ceiling, ...], law: InForce, day: date
) -> tuple[Ceiling, ...]:
    """The rules in scope that would retain longer than `ceiling`, where nobody has decided yet."""
    return tuple(
        c
        for c in ceilings
        if c.rule.ends != ceiling.rule.ends
        and not c.reached(day)
        and frozenset((c.rule.id, ceiling.rule.id)) not in law.settled
    )


def no_need(group: Group, law: InForce, day: date) -> tuple[bool, tuple[Purpose, ...]]:
    """Whether no live purpose needs these cells, and the purposes that have all ended.

    Never inferred: cells that no purpose names, and purposes without a named end that no act of
    the person has ended, count as needed. Only an accepted erasure request ends what no purpose
    names.
    """
    purposes = tuple(p for p in law.purposes if purpose_uses(p, group))
    if not purposes:
        return group.facts.erasure, ()
    return (True, purposes) if all(not is_live(p, group, day) for p in purposes) else (False, ())


def is_live(purpose: Purpose, group: Group, day: date) -> bool:
    """Whether the purpose still needs these cells on `day`."""
    if purpose.id in group.facts.ended:
        return False
    end = group.moment(purpose.ends) if purpose.ends else Unknown.LIVING
    return not (isinstance(end, date) and end <= day)


def running_minimums(group: Group, law: InForce, day: date) -> tuple[Floor, ...]:
    """The legal minimums that still forbid erasing these cells. A minimum without a known end
    runs: what the law wants kept is never lost for lack of a date."""
    return tuple(
        floor
        for m in law.minimums
        if minimum_covers(m, group) and (floor := _floor(m, group, day)) is not None
    )


def _floor(minimum: Minimum, group: Group, day: date) -> Floor | None:
    end = _after(group.moment(minimum.starts), minimum.period)
    until = end if isinstance(end, date) else None
    if until is not None and until <= day:
        return None
    return Floor(FloorKind.MINIMUM, minimum.law, minimum.clause, until)


def _latest(floors: tuple[Floor, ...]) -> date | None:
    days = [f.until for f in floors if f.until is not None]
    return max(days) if len(days) == len(floors) else None
