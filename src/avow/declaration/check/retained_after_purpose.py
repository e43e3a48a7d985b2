"""AV214: data are retained after the last purpose that needs them has ended."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.calendar import Period
from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, where
from avow.declaration.check.rule import Rule as Looked
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce, Purpose, Rule
from avow.declaration.scope import CellPlace, purpose_uses, rule_covers


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per rule whose period runs from the very event that ends every purpose of its
    cells (art. 5(1)(e) GDPR). Which of two different events comes last, paper cannot tell."""
    del declaration
    for rule in law.rules:
        idle: list[CellPlace] = []
        spent: dict[str, Purpose] = {}
        for cell in universe.cells:
            purposes = _ended_by(rule, cell, law)
            if purposes:
                idle.append(cell)
                spent |= {purpose.id: purpose for purpose in purposes}
        if idle:
            yield _kept(rule, idle, tuple(spent.values()))


def _ended_by(rule: Rule, cell: CellPlace, law: InForce) -> tuple[Purpose, ...]:
    """The purposes of a cell, when the start of the rule ends all of them and time passes then."""
    if len(rule.ends) != 1 or rule.ends[0].period == Period() or not rule_covers(rule, cell):
        return ()
    start = rule.ends[0].starts
    purposes = tuple(p for p in law.purposes if purpose_uses(p, cell))
    return purposes if start and all(p.ends == start for p in purposes) else ()


def _kept(rule: Rule, cells: list[CellPlace], purposes: tuple[Purpose, ...]) -> Found:
    named = ", ".join(f"`{p.id}` (clause {p.clause})" for p in purposes)
    return defect(
        "AV214",
        Severity.W,
        f"`{rule.id}` (clause {rule.clause}) retains data after their last purpose ends",
        rule.place,
        because=f"`{rule.ends[0].starts}` ends {named}; no other purpose needs {where(cells)}",
        hint=f"shorten the period, or name the purpose that needs {rule.ends[0].period}",
        clauses=(rule.clause, *(p.clause for p in purposes)),
    )


RULE = Looked(
    "AV214",
    "art. 5(1)(e) GDPR",
    Need.DECIDE,
    check,
)
