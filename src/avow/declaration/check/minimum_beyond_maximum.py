"""AV207: the law wants data longer than a promise keeps them."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.calendar import Period
from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, where
from avow.declaration.check.rule import Rule as Looked
from avow.declaration.check.rule import Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce, Minimum, Rule
from avow.declaration.scope import CellPlace, minimum_covers, rule_covers


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per rule and minimum that run from one event over the same cells. Periods from
    different events cannot be compared on paper."""
    del declaration
    for minimum in law.minimums:
        for rule in law.rules:
            shared = [c for c in universe.cells if _meet(rule, minimum, c)]
            if shared and _is_shorter(rule, minimum):
                yield _below(rule, minimum, shared)


def _meet(rule: Rule, minimum: Minimum, cell: CellPlace) -> bool:
    return rule_covers(rule, cell) and minimum_covers(minimum, cell)


def _is_shorter(rule: Rule, minimum: Minimum) -> bool:
    return any(
        end.starts == minimum.starts and days(end.period) < days(minimum.period)
        for end in rule.ends
    )


def days(period: Period) -> float:
    """About how many days a period has, to compare two of them and for nothing else."""
    return period.years * 365.2425 + period.months * 30.436875 + period.weeks * 7 + period.days


def _below(rule: Rule, minimum: Minimum, cells: list[CellPlace]) -> Found:
    return defect(
        "AV207",
        Severity.E,
        f"`{rule.id}` (clause {rule.clause}) ends before the law allows it",
        rule.place,
        because=f"{minimum.law} asks {minimum.period} for {where(cells)}",
        hint="the data are retained until the law's period ends; print that period",
        clauses=sorted((rule.clause, minimum.clause)),
    )


RULE = Looked(
    "AV207",
    "art. 6(1)(c), 17(3)(b) GDPR",
    Need.DECIDE,
    check,
    Wording(
        fr="La loi nous oblige à conserver … pendant … ; nous les effaçons ensuite.",
        nl="De wet verplicht ons … gedurende … te bewaren; daarna wissen wij ze.",
        en="The law obliges us to keep … for …; then we erase them.",
    ),
)
