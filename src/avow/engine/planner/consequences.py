"""What an activation would do, counted on the live systems: per rule, rows due before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from avow.declaration.model import Declaration
from avow.engine.planner.making import Estate, Memory, Wish, counted
from avow.engine.planner.plan import Part
from avow.engine.planner.refusals import Away, Guarded
from avow.engine.planner.release import Consequence, wider
from avow.estate.connectors.base import Refused


def consequences(
    old: tuple[Estate, Memory] | None, new: tuple[Estate, Memory], day: date
) -> tuple[Consequence, ...]:
    """Every rule in every system whose count differs, or which begins again at observe."""
    estate, memory = new
    falls = {
        (system, rule): why
        for system, rule, why in wider(old[0].declaration if old else None, estate.declaration)
    }
    found: list[Consequence] = []
    for system in estate.declaration.datamap.systems:
        after = _due(estate, memory, system, day)
        before = _due(*old, system, day) if old else {}
        found += _compared(estate.declaration, system, before, after, falls)
    return tuple(found)


def _due(estate: Estate, memory: Memory, system: str, day: date) -> Mapping[str, int] | None:
    """Rows due per rule; None when the system cannot be counted."""
    if system not in estate.declaration.datamap.systems:
        return {}
    try:
        part = counted(estate, memory, Wish(system, day))
    except (Away, Refused, Guarded):
        return None
    return None if part.gaps else _by_rule(part)


def _by_rule(part: Part) -> Mapping[str, int]:
    total = Counter[str]()
    for each in part.steps:
        for rule in each.step.rules:
            total[rule] += each.measure.rows
    return total


def _compared(
    declaration: Declaration,
    system: str,
    before: Mapping[str, int] | None,
    after: Mapping[str, int] | None,
    falls: Mapping[tuple[str, str], str],
) -> Iterator[Consequence]:
    for rule in declaration.rules.values():
        was = None if before is None else before.get(rule.id, 0)
        now = None if after is None else after.get(rule.id, 0)
        more = was is not None and now is not None and now > was
        why = falls.get((system, rule.id), "more rows are due" if more else "")
        if was != now or why or now is None:
            yield Consequence(system, rule.id, rule.clause, was, now, bool(why), why)
