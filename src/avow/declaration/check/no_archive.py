"""AV265: data are kept for many years where everybody works with them."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.minimum_beyond_maximum import days
from avow.declaration.check.rule import Rule as Looked
from avow.declaration.check.rule import Wording
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Action, Declaration, InForce, Rule
from avow.declaration.scope import rule_covers

LONG = 5 * 365.2425
"""Days. Limitation of most claims; what is kept longer is hardly in daily use."""


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Rules of more than five years to whose cells no rule that archives applies. What runs with a
    legal minimum is kept because the law says so, and by whom it is seen is a lesser question."""
    del declaration
    by_law = {minimum.starts for minimum in law.minimums}
    archived = [
        cell
        for cell in universe.cells
        for rule in law.rules
        if rule.then is Action.ARCHIVE and rule_covers(rule, cell)
    ]
    for rule in law.rules:
        if _is_long(rule, by_law) and not any(rule_covers(rule, cell) for cell in archived):
            yield defect(
                "AV265",
                Severity.W,
                f"`{rule.id}` (clause {rule.clause}) keeps data in daily use for all its time",
                rule.place,
                because="after some years they are only evidence, and few people need to see them",
                hint="add a rule that ends in `archive`, or say who may still see them",
                clauses=(rule.clause,),
            )


def _is_long(rule: Rule, by_law: set[str]) -> bool:
    return rule.then is not Action.ARCHIVE and any(
        days(end.period) > LONG and end.starts not in by_law for end in rule.ends
    )


RULE = Looked(
    "AV265",
    "art. 5(1)(c), 5(1)(e), 32 GDPR; guide of the CNIL on periods of retention",
    Need.DECIDE,
    check,
    Wording(
        fr=(
            "Après …, ces données quittent nos outils de travail pour une archive que seules … "
            "peuvent consulter."
        ),
        nl=(
            "Na … verlaten deze gegevens onze werkmiddelen voor een archief dat alleen … kunnen "
            "inzien."
        ),
        en="After … these data leave our daily tools for an archive that only … may look into.",
    ),
    together=all_in_one,
    headline="{n} rules keep data for more than five years without an archive",
)
