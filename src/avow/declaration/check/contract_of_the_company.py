"""AV256: a contract is named as the basis for people who are not party to it."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, listed
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Basis, Declaration, InForce
from avow.declaration.scope import CellPlace, purpose_uses

EMPLOYER = frozenset({"pd:CurrentEmployment", "pd:WorkEnvironment"})


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Purposes on a contract that use the name of the firm for which the person works: the contract
    is the firm's."""
    del universe
    firms = [
        CellPlace(item.category, point.id)
        for point in declaration.points.values()
        for item in point.collects
        if _is_employer(declaration, item.category)
    ]
    for purpose in law.purposes if firms else ():
        used = [cell for cell in firms if purpose_uses(purpose, cell)]
        if used and purpose.basis is Basis.CONTRACT:
            yield defect(
                "AV256",
                Severity.I,
                f"`{purpose.id}` (clause {purpose.clause}) rests on another's contract",
                purpose.place,
                because=f"{listed(c.category for c in used)}: the person works for a firm, and the "
                "firm is the customer",
                hint="for people of a firm name legitimate interest, or accept it with a reason",
                clauses=(purpose.clause,),
            )


def _is_employer(declaration: Declaration, category: str) -> bool:
    declared = declaration.categories.get(category)
    return declared is not None and declared.dpv in EMPLOYER


RULE = Rule(
    "AV256",
    "art. 6(1)(b), 6(1)(f) GDPR",
    Need.DECIDE,
    check,
    Wording(
        fr=(
            "Si vous agissez pour une entreprise cliente, nous le faisons dans notre intérêt "
            "légitime à exécuter le contrat conclu avec elle."
        ),
        nl=(
            "Handelt u voor een bedrijf dat klant is, dan doen wij dit op grond van ons "
            "gerechtvaardigd belang om de overeenkomst met dat bedrijf uit te voeren."
        ),
        en="If you act for a firm that is our customer, we do this in our legitimate interest in "
        "performing our contract with that firm.",
    ),
    together=all_in_one,
    headline="{n} purposes rest on a contract with people who act for a firm",
)
