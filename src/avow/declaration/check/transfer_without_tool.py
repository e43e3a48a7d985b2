"""AV209: data go to a country outside the EEA, and no tool of chapter V is named."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.countries import EEA
from avow.declaration.model import Declaration, InForce

NO_TOOL = frozenset({"", "none-printed", "none-needed"})


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per recipient (art. 13(1)(f), 44 to 49 GDPR)."""
    del law, universe
    for recipient in declaration.recipients.values():
        country = recipient.country or ""
        if country and country not in EEA and (recipient.transfer or "") in NO_TOOL:
            yield defect(
                "AV209",
                Severity.E,
                f"data go to `{recipient.id}` in {country} without a transfer tool",
                recipient.place,
                because="outside the EEA a transfer needs adequacy, clauses or binding rules",
                hint="name the tool under `transfer`, and say how to get a copy",
                clauses=(recipient.clause,),
                about=(recipient.id,),
            )


RULE = Rule(
    "AV209",
    "art. 13(1)(f), 44 to 49 GDPR",
    Need.FIND_EVIDENCE,
    check,
    Wording(
        fr=(
            "… traite des données aux …, sur la base de … (art. 46 du RGPD) ; vous en obtenez "
            "une copie auprès de …."
        ),
        nl="… verwerkt gegevens in …, op grond van … (art. 46 AVG); een kopie krijgt u bij ….",
        en="… processes data in …, on the basis of … (art. 46 GDPR); ask … for a copy.",
    ),
    together=all_in_one,
    headline="{n} recipients outside the EEA get data without a transfer tool",
)
