"""AV231: a decision by which more is done with data than is printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, where
from avow.declaration.check.minimum_beyond_maximum import days
from avow.declaration.check.rule import Rule as Looked
from avow.declaration.check.universe import Universe
from avow.declaration.interpretation import applied
from avow.declaration.model import Decision, Declaration, InForce, Rule
from avow.declaration.scope import CellPlace, rule_covers

Rules: TypeAlias = tuple[Rule, ...]
Reached: TypeAlias = tuple[CellPlace, Rules]
Touched: TypeAlias = tuple[CellPlace, Rules, Rules]


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Cells that had a ceiling and have none, or that all rules now retain longer than every
    printed one. Each decision is judged by itself, signed or not."""
    del law
    printed = tuple(declaration.rules.values())
    reached = [(cell, rules) for cell in universe.cells if (rules := covering(cell, printed))]
    for decision in declaration.decisions.values():
        alone = applied(declaration, (decision,)).rules
        touched = _touched(reached, printed, alone)
        freed = [cell for cell, _, after in touched if not after]
        if freed:
            yield _wider(decision, f"no rule ends {where(freed)} any more")
        longer = [cell for cell, before, after in touched if after and _is_longer(before, after)]
        if longer:
            yield _wider(decision, f"{where(longer)} is retained longer than any printed rule says")


def _touched(reached: Iterable[Reached], printed: Rules, alone: Rules) -> list[Touched]:
    """The cells that a rule reaches which the decision changes, with their rules before and after.
    Where none of a cell's rules is another, whatever comes beside them only ends it sooner."""
    same = {id(rule) for rule in alone}
    changed = {id(rule) for rule in printed if id(rule) not in same}
    return [
        (cell, before, covering(cell, alone))
        for cell, before in (reached if changed else ())
        if any(id(rule) in changed for rule in before)
    ]


def _is_longer(before: Rules, after: Rules) -> bool:
    return min(map(_shortest, after)) > max(map(_shortest, before))


def covering(cell: CellPlace, rules: Rules) -> Rules:
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


RULE = Looked(
    "AV231",
    "art. 5(1)(b), 13(3) GDPR",
    Need.DECIDE,
    check,
)
