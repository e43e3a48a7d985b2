"""AV268: a right is promised more widely than the law asks."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.printed_rights import printed_rights
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per right that says `wider: yes`: it is kept as promised, and somebody should
    know that they promised it."""
    del law, universe
    for right in printed_rights(declaration):
        if right.said.get("wider", "no") in ("yes", "true"):
            bases = right.said.get("bases", "")
            yield defect(
                "AV268",
                Severity.I,
                f"the right `{right.name}` is promised more widely than the law asks",
                right.place,
                because=f"the law gives it where the basis is {bases.replace(' ', ' or ')}"
                if bases
                else "",
                hint="keep the promise as it is and accept this, or print the limits of the law",
                clauses=(right.clause,),
            )


RULE = Rule(
    "AV268",
    "art. 20(1), 5(1)(a) GDPR",
    Need.ACCEPT,
    check,
    Wording(
        fr=(
            "Ce droit vaut pour les données que vous nous avez fournies et que nous traitons par "
            "des moyens automatisés avec votre accord ou pour un contrat."
        ),
        nl=(
            "Dit recht geldt voor gegevens die u ons gaf en die wij geautomatiseerd verwerken met "
            "uw akkoord of voor een overeenkomst."
        ),
        en="This right holds for data that you gave us and that we process by automated means with "
        "your consent or for a contract.",
    ),
)
