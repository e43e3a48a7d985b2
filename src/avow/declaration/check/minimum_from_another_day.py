"""AV264: the law counts from one day, the promise from another."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.calendar import Period
from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule as Looked
from avow.declaration.check.rule import Wording
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce, Minimum, Rule
from avow.declaration.scope import minimum_covers, rule_covers


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Rules with a period that meet a legal minimum in some cell and run from another event. Which
    of the two ends first nobody can see in the print."""
    del declaration
    for minimum in law.minimums:
        protected = [cell for cell in universe.cells if minimum_covers(minimum, cell)]
        for rule in law.rules:
            if _runs_elsewhere(rule, minimum) and any(rule_covers(rule, c) for c in protected):
                yield _counted(rule, minimum)


def _runs_elsewhere(rule: Rule, minimum: Minimum) -> bool:
    return all(end.starts != minimum.starts for end in rule.ends) and any(
        end.starts and end.period != Period() for end in rule.ends
    )


def _counted(rule: Rule, minimum: Minimum) -> Found:
    starts = ", ".join(f"`{end.starts}`" for end in rule.ends if end.starts)
    return defect(
        "AV264",
        Severity.W,
        f"`{rule.id}` (clause {rule.clause}) runs from {starts}, the law from `{minimum.starts}`",
        rule.place,
        because=f"{minimum.law} counts from `{minimum.starts}`",
        hint=f"give what the law protects a rule of its own that runs from `{minimum.starts}`",
        clauses=(rule.clause,),
        about=(rule.clause, minimum.id),
    )


RULE = Looked(
    "AV264",
    "art. 6(1)(c), 5(1)(e) GDPR, and the law that the minimum names",
    Need.DECIDE,
    check,
    Wording(
        fr=(
            "Les pièces comptables sont conservées …, à compter de la fin de l’exercice, comme la "
            "loi l’exige."
        ),
        nl="Boekhoudstukken bewaren wij …, vanaf het einde van het boekjaar, zoals de wet vraagt.",
        en="Accounting records are kept for … from the end of the fiscal year, as the law asks.",
    ),
    together=all_in_one,
    headline="{n} rules run from another day than the law that protects the same data",
)
