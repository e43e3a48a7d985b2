"""AV266: backups outlive every period, and nobody says so."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.calendar import Period
from avow.common.findings import Need, Severity
from avow.declaration.backups import is_of_backups
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule as Looked
from avow.declaration.check.rule import Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce, Rule


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per rule for backups that does not say that its time comes on top of the others'
    (`on_top: yes`)."""
    del declaration, universe
    others = [rule for rule in law.rules if not is_of_backups(rule)]
    for rule in law.rules if others else ():
        if is_of_backups(rule) and not rule.on_top:
            longest = next((e.period for e in rule.ends if e.period != Period()), None)
            if longest is not None:
                yield _adds(rule, longest)


def _adds(rule: Rule, longest: Period) -> Found:
    return defect(
        "AV266",
        Severity.I,
        f"every period is really {longest} longer, and it is not told",
        rule.place,
        because=(
            f"what was erased lies in backups until `{rule.id}` (clause {rule.clause}) ends them"
        ),
        hint="tell it to people, and say `on_top: yes`",
        clauses=(rule.clause,),
    )


RULE = Looked(
    "AV266",
    "art. 13(2)(a), 5(1)(a) GDPR",
    Need.FIX_TEXT,
    check,
    Wording(
        fr=(
            "Une donnée effacée reste encore … dans nos sauvegardes ; cette durée s’ajoute aux "
            "autres."
        ),
        nl="Wat gewist is, blijft nog … in onze back-ups; die tijd komt bij de andere termijnen.",
        en="What is erased stays in our backups for another …; this comes on top of every period.",
    ),
)
