"""AV246: people in France are not told that they may decide about their data after death."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.printed_rights import printed_rights
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce

RIGHT = "after-death"
FRANCE = "FR"


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding where the controller addresses people in France, or is established there, and
    tells its rights without this one."""
    del law, universe
    controller = declaration.controller
    here = {controller.country, *controller.established, *controller.public}
    rights = printed_rights(declaration)
    if FRANCE in here and rights and RIGHT not in {right.name for right in rights}:
        yield defect(
            "AV246",
            Severity.W,
            "it is not told that people may decide what happens to their data after death",
            rights[0].place,
            because="the French law gives this right to people in France",
            hint=f"add the right `{RIGHT}` with its clause",
            clauses=(rights[0].clause,),
            about=(RIGHT,),
        )


RULE = Rule(
    "AV246",
    "art. 85 of the French law no. 78-17 of 6 January 1978",
    Need.FIX_TEXT,
    check,
    Wording(
        fr="En France, vous pouvez nous dire ce que vos données doivent devenir après votre mort.",
        nl="In Frankrijk kunt u ons zeggen wat er na uw overlijden met uw gegevens moet gebeuren.",
        en="In France you may tell us what is to become of your data after your death.",
    ),
)
