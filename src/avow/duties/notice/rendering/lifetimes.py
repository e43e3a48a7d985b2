"""How long data can exist at the worst, from the declaration alone.

A row is due from the first instant of its last day and may still be there until that day is over:
one day more. What was erased lies in backups for as long as these are kept. A bundle for undo ends
with its period and adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from avow.common.calendar import Period
from avow.declaration.model import Declaration, End, EventKind, InForce, Rule
from avow.declaration.scope import CellPlace, rule_covers
from avow.estate.datamap.model import EventMode

_BACKUP = "backup"
_YEAR, _MONTH, _WEEK = 365.25, 30.44, 7.0


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What a rule means for the longest-lived datum under it. `longest` counts from the start and
    includes the day of the run and the backups; None where the print names no start. `end` is the
    end that binds for certain; the others can only end the data sooner."""

    rule: Rule
    categories: tuple[str, ...]
    end: End
    sooner: tuple[End, ...]
    longest: Period | None
    is_backup: bool = False


def lifetimes(declaration: Declaration, law: InForce) -> tuple[Lifetime, ...]:
    """Every rule with its worst case, in the order of the rules."""
    lag = backup_lag(law.rules)
    return tuple(_lifetime(declaration, rule, lag) for rule in law.rules if rule.ends)


def backup_lag(rules: Iterable[Rule]) -> Period | None:
    """How long a backup may be kept; None where no rule speaks of backups."""
    found = [_certain(rule.ends, {}).period for rule in rules if _is_of_backups(rule) and rule.ends]
    return max(found, key=days, default=None)


def days(period: Period) -> float:
    """About how many days a period has: to compare lengths, never to compute an end."""
    return period.years * _YEAR + period.months * _MONTH + period.weeks * _WEEK + float(period.days)


def worst_case(period: Period, lag: Period | None) -> Period:
    """A period with the day of the run and the time in backups on top."""
    extra = lag or Period()
    return Period(
        period.years + extra.years,
        period.months + extra.months,
        period.weeks + extra.weeks,
        period.days + extra.days + 1,
    )


def covered(declaration: Declaration, rule: Rule) -> tuple[str, ...]:
    """The categories that a rule reaches, as the statement says where they come from."""
    return tuple(c for c in declaration.categories if _reaches(declaration, rule, c))


def _reaches(declaration: Declaration, rule: Rule, category: str) -> bool:
    points = rule.applies_to.collected_at
    if not rule.applies_to.category:
        points = points or frozenset(declaration.points)
        if not any(category in _given(declaration, point) for point in points):
            return False
    places: Iterable[str | None] = points or (None,)
    return any(rule_covers(rule, CellPlace(category, point)) for point in places)


def _given(declaration: Declaration, point: str) -> frozenset[str]:
    found = declaration.points.get(point)
    return frozenset(item.category for item in found.collects) if found else frozenset()


def _lifetime(declaration: Declaration, rule: Rule, lag: Period | None) -> Lifetime:
    end = _certain(rule.ends, declaration.events)
    is_backup = _is_of_backups(rule)
    longest = None if end.starts is None else worst_case(end.period, None if is_backup else lag)
    sooner = tuple(other for other in rule.ends if other != end)
    return Lifetime(rule, covered(declaration, rule), end, sooner, longest, is_backup)


def _certain(ends: Iterable[End], events: Mapping[str, EventKind]) -> End:
    """The end that holds for every datum: from something that surely happened, and the shortest of
    such; else the longest of those from something that may never happen."""
    known = list(ends)
    sure = [end for end in known if end.otherwise or _happens(end, events)]
    if sure:
        return min(sure, key=lambda end: days(end.period))
    return max(known, key=lambda end: days(end.period))


def _happens(end: End, events: Mapping[str, EventKind]) -> bool:
    kind = events.get(end.starts or "")
    return kind is None or kind.mode in (EventMode.POINT, EventMode.LATEST, EventMode.EARLIEST)


def _is_of_backups(rule: Rule) -> bool:
    return any(_BACKUP in category.split("-") for category in rule.applies_to.category)
