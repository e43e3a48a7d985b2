"""AV253: one aim is followed with consent and without."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.overlapping_bases import cells_of
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Basis, Declaration, InForce, Purpose

AIMS = {
    "improving what is offered": frozenset(
        {
            "dpv:CommercialResearch",
            "dpv:ImproveExistingProductsAndServices",
            "dpv:ImproveInternalCRMProcesses",
            "dpv:ResearchAndDevelopment",
        }
    ),
}
"""Aims behind several DPV purposes: a person who refuses one would not expect the other."""


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per aim whose purposes ask for consent here and need none there, with different
    data; the same data are the matter of AV208."""
    del declaration
    for aim, terms in AIMS.items():
        purposes = [purpose for purpose in law.purposes if purpose.dpv in terms]
        asked = [purpose for purpose in purposes if purpose.basis is Basis.CONSENT]
        unasked = [purpose for purpose in purposes if purpose.basis is not Basis.CONSENT]
        if asked and unasked and not _share_cells(asked, unasked, universe):
            yield _aim(aim, asked, unasked)


def _share_cells(asked: list[Purpose], unasked: list[Purpose], universe: Universe) -> bool:
    used = frozenset(cell for purpose in asked for cell in cells_of(purpose, universe))
    same = {p.dpv for p in asked} & {p.dpv for p in unasked}
    return bool(same) and any(used & cells_of(purpose, universe) for purpose in unasked)


def _aim(aim: str, asked: list[Purpose], unasked: list[Purpose]) -> Found:
    others = ", ".join(dict.fromkeys(purpose.basis.value for purpose in unasked))
    return defect(
        "AV253",
        Severity.W,
        f"{aim} rests on consent and on {others}",
        unasked[0].place,
        because="who refuses the one is used for the other all the same",
        hint="say in which the person has a choice, or ask for consent in both",
        clauses=(purpose.clause for purpose in (*asked, *unasked)),
    )


RULE = Rule(
    "AV253",
    "art. 6(1), 13(1)(c), 5(1)(a) GDPR",
    Need.DECIDE,
    check,
    Wording(
        fr=(
            "Répondre à une enquête est toujours votre choix. Indépendamment de cela, nous "
            "regardons … sur la base de notre intérêt légitime ; vous pouvez vous y opposer."
        ),
        nl=(
            "Een enquête beantwoorden is altijd uw keuze. Los daarvan bekijken wij … op grond van "
            "ons gerechtvaardigd belang; u kunt daartegen bezwaar maken."
        ),
        en=(
            "To answer a survey is always your choice. Apart from that we look at … on the ground "
            "of our legitimate interest; you may object to it."
        ),
    ),
)
