"""Which way a field changed for the person. Each function gives the mirror for the way back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from avow.common.calendar import Period, parse_period
from avow.declaration.countries import EEA
from avow.declaration.difference.change import Sense, mirrored
from avow.declaration.model import (
    AddMinimum,
    AddRule,
    Basis,
    Effect,
    End,
    EndPurpose,
    Narrow,
    Scope,
    Shortest,
    Starts,
)

Compare = Callable[[Any, Any], Sense]

NO_TOOL = frozenset({"", "none-printed", "none-needed", "none"})
"""Words that name no tool of transfer."""
_CLAMP = 3
_PER_MONTH = 30.436875


def towards(worse: bool, better: bool) -> Sense:
    """The sense of a change that is in some way worse, in some way better."""
    if worse and better:
        return Sense.BOTH
    return Sense.WEAKENS if worse else Sense.STRENGTHENS if better else Sense.NEUTRAL


def neutral(before: object, after: object) -> Sense:
    """Neither more nor less."""
    del before, after
    return Sense.NEUTRAL


def unclear(before: object, after: object) -> Sense:
    """Fields cannot tell which way; it may be less."""
    del before, after
    return Sense.BOTH


def flipped(compare: Compare) -> Compare:
    """The same comparison where more is what the other way round is less."""
    return lambda before, after: mirrored(compare(before, after))


def yes_weakens(before: object, after: object) -> Sense:
    """From no, or nothing said, to yes."""
    return towards(bool(after) and not before, bool(before) and not after)


yes_strengthens = flipped(yes_weakens)


def more_weakens(before: Collection[object], after: Collection[object]) -> Sense:
    """Members that came are worse, members that went are better."""
    was, now = set(before), set(after)
    return towards(bool(now - was), bool(was - now))


fewer_weakens = flipped(more_weakens)


def ranked(*worse_last: object) -> Compare:
    """Values from best to worst; one that is not among them is neither better nor worse."""
    rank = {value: place for place, value in enumerate(worse_last)}

    def compare(before: object, after: object) -> Sense:
        if before not in rank or after not in rank:
            return Sense.BOTH
        return towards(rank[after] > rank[before], rank[after] < rank[before])

    return compare


def basis(before: Basis, after: Basis) -> Sense:
    """Consent can be withdrawn at any time; under a legal obligation there is nothing to object to
    and nothing to erase (art. 7(3), 17(3)(b), 20, 21 GDPR). The two between give other rights."""
    best, worst = Basis.CONSENT, Basis.LEGAL_OBLIGATION
    if best in (before, after):
        return towards(before is best, after is best)
    if worst in (before, after):
        return towards(after is worst, before is worst)
    return Sense.BOTH


# --- scopes --------------------------------------------------------------------------------------


def within(inner: Scope, outer: Scope) -> bool:
    """Whether every cell of `inner` is surely one of `outer`."""
    return all(
        not getattr(outer, key)
        or (getattr(inner, key) and getattr(inner, key) <= getattr(outer, key))
        for key in Scope.__slots__
    )


def wider_weakens(before: Scope, after: Scope) -> Sense:
    """A purpose or a minimum that may reach cells that it did not."""
    return towards(not within(after, before), not within(before, after))


wider_strengthens = flipped(wider_weakens)


def exceptions(before: Sequence[Scope], after: Sequence[Scope]) -> Sense:
    """Cells that a maximum leaves out: more of them are less for the person."""
    return towards(not _excepted(after, before), not _excepted(before, after))


def _excepted(these: Sequence[Scope], those: Sequence[Scope]) -> bool:
    """Whether everything in one of these is in one of those; an empty exception takes nothing."""
    return all(
        scope.is_empty or any(not o.is_empty and within(scope, o) for o in those) for scope in these
    )


# --- periods -------------------------------------------------------------------------------------


def period(before: Period | None, after: Period | None) -> Sense:
    """A longer period is less for the person; none at all is the shortest."""
    was, now = before or Period(), after or Period()
    return towards(not no_longer(now, was), not no_longer(was, now))


def written_period(before: str | None, after: str | None) -> Sense:
    """Within which time a right is answered, as it is printed; where nothing is said, the law's
    month counts (art. 12(3) GDPR)."""
    was, now = parse_period(before or "1 month"), parse_period(after or "1 month")
    if was is None or now is None:
        return Sense.BOTH
    return period(was, now)


def form(before: str | None, after: str | None) -> Sense:
    """The form that a request must have; any form is none."""
    return yes_weakens((before or "any") != "any", (after or "any") != "any")


def no_longer(one: Period, other: Period) -> bool:
    """Whether a period surely ends no later than another that starts with it."""
    months = (12 * one.years + one.months, 12 * other.years + other.months)
    days = (7 * one.weeks + one.days, 7 * other.weeks + other.days)
    if months[0] <= months[1] and days[0] <= days[1]:
        return True
    return _days(*months[:1], days[0], _CLAMP) <= _days(*months[1:], days[1], -_CLAMP)


def _days(months: int, days: int, give: int) -> float:
    return months * _PER_MONTH + days + (give if months else 0)


def binds_as_soon(end: End, other: End) -> bool:
    """Whether, wherever `end` ends data, `other` ends them no later."""
    nothing_said = end.starts is None and end.otherwise is None
    same = nothing_said or (end.starts == other.starts and end.otherwise in (None, other.otherwise))
    as_long = other.before is None or (end.before is not None and end.before <= other.before)
    return same and as_long and no_longer(other.period, end.period)


def ends(before: Sequence[End], after: Sequence[End]) -> Sense:
    """Of several ends the earliest counts: each that nothing replaces in time is lost."""
    lost = any(not any(binds_as_soon(e, f) for f in after) for e in before)
    won = any(not any(binds_as_soon(f, e) for e in before) for f in after)
    return towards(lost, won)


def shorter_notice(before: Mapping[str, Period], after: Mapping[str, Period]) -> Sense:
    """How long before a change people are told: a shorter time, or none, is less."""
    keys = {*before, *after}
    senses = [mirrored(period(before.get(key), after.get(key))) for key in keys]
    return together(senses)


def together(senses: Iterable[Sense]) -> Sense:
    """Several changes as one."""
    found = set(senses)
    both = Sense.BOTH in found
    return towards(both or Sense.WEAKENS in found, both or Sense.STRENGTHENS in found)


# --- transfers and decisions ---------------------------------------------------------------------


def country(before: str | None, after: str | None) -> Sense:
    """Out of the Economic Area is less, back into it is more; one third country for another has
    another law. Where nothing is said, nobody knows."""
    was, now = (before or "") in EEA, (after or "") in EEA
    if was and now:
        return Sense.NEUTRAL
    return towards(was, now) if was is not now else Sense.BOTH


_TOOLS = ("adequacy", "binding-rules", "standard-clauses", "derogation")
_TOOL_RANK = {name: place for place, name in enumerate(_TOOLS)}


def tool(before: str | None, after: str | None) -> Sense:
    """A tool of chapter V: one lost is less; from an adequate country to clauses, and from clauses
    to a derogation (art. 45, 46, 49) is less; of other words nobody knows."""
    had, has = (before or "") not in NO_TOOL, (after or "") not in NO_TOOL
    if had is not has:
        return towards(had, has)
    if not had:
        return Sense.NEUTRAL
    return ranked(*_TOOL_RANK)(before, after)


def tokens(text: str | None) -> frozenset[str]:
    """The words of a list that is written in one text."""
    return frozenset((text or "").replace(",", " ").split())


def effects(before: Sequence[Effect], after: Sequence[Effect]) -> Sense:
    """What came and what went among the effects of a decision."""
    came = [effect_sense(e) for e in after if e not in before]
    went = [mirrored(effect_sense(e)) for e in before if e not in after]
    return together([*came, *went])


def effect_sense(effect: Effect) -> Sense:
    """A maximum that is made or moved forward is more; an exception or a legal minimum is less."""
    match effect:
        case AddRule() | Starts() | EndPurpose() | Shortest():
            return Sense.STRENGTHENS
        case Narrow() | AddMinimum():
            return Sense.WEAKENS
    return Sense.NEUTRAL
