"""AV231: a decision by which more is done with data than is printed."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Severity
from avow.declaration.check.found import Found, defect, where
from avow.declaration.check.minimum_beyond_maximum import days
from avow.declaration.check.universe import Universe
from avow.declaration.interpretation import applied
from avow.declaration.model import Decision, Declaration, InForce, Rule
from avow.declaration.scope import CellPlace, rule_covers


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Cells that had a ceiling and have none, or that all rules now retain longer than every
    printed one. Each decision is judged by itself, signed or not."""
    del law
    printed = tuple(declaration.rules.values())
    for decision in declaration.decisions.values():
        alone = applied(declaration, (decision,)).rules
        freed = [c for c in universe.cells if _none_left(c, printed, alone)]
        if freed:
            yield _wider(decision, f"no rule ends {where(freed)} any more")
        longer = [c for c in universe.cells if _all_longer(c, printed, alone)]
        if longer:
            yield _wider(decision, f"{where(longer)} is retained longer than any printed rule says")


def _none_left(cell: CellPlace, printed: tuple[Rule, ...], decided: tuple[Rule, ...]) -> bool:
    return bool(covering(cell, printed)) and not covering(cell, decided)


def _all_longer(cell: CellPlace, printed: tuple[Rule, ...], decided: tuple[Rule, ...]) -> bool:
    before, after = covering(cell, printed), covering(cell, decided)
    if not before or not after:
        return False
    return min(map(_shortest, after)) > max(map(_shortest, before))


def covering(cell: CellPlace, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules that reach a cell."""
    return tuple(rule for rule in rules if rule_covers(rule, cell))


def _shortest(rule: Rule) -> float:
    return min(days(end.period) for end in rule.ends)


def _wider(decision: Decision, because: str) -> Found:
    return defect(
        "AV231",
        Severity.E,
        f"the decision `{decision.id}` widens what is done with data",
        decision.place,
        because=because,
        hint="a decision may only narrow; to retain longer, change the statement and tell people",
        about=(decision.id,),
    )
