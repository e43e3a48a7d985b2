"""AV265: data are kept for many years where everybody works with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.minimum_beyond_maximum import days
from avow.declaration.check.rule import Rule as Looked
from avow.declaration.check.rule import Wording
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Action, Declaration, InForce, Rule
from avow.declaration.scope import CellPlace, minimum_covers, rule_covers

LONG = 5 * 365.2425
"""Days. Limitation of most claims; what is kept longer is hardly in daily use."""


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Rules of more than five years of which some cells are archived by no rule. What runs with a
    legal minimum of such cells is kept because the law says so, and by whom it is seen is a lesser
    question; a minimum of other data says nothing of these."""
    del declaration
    archives = [rule for rule in law.rules if rule.then is Action.ARCHIVE]
    daily = [c for c in universe.cells if not any(rule_covers(rule, c) for rule in archives)]
    for rule in law.rules:
        cells = [cell for cell in daily if rule_covers(rule, cell)]
        if cells and _is_long(rule, _by_law(law, cells)):
            yield defect(
                "AV265",
                Severity.W,
                f"`{rule.id}` (clause {rule.clause}) keeps data in daily use for all its time",
                rule.place,
                because="after some years they are only evidence, and few people need to see them",
                hint="add a rule that ends in `archive`, or say who may still see them",
                clauses=(rule.clause,),
            )


def _by_law(law: InForce, cells: Sequence[CellPlace]) -> set[str]:
    """The events from which a legal minimum of some of these cells runs."""
    return {m.starts for m in law.minimums if any(minimum_covers(m, cell) for cell in cells)}


def _is_long(rule: Rule, by_law: set[str]) -> bool:
    return any(days(end.period) > LONG and end.starts not in by_law for end in rule.ends)


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
