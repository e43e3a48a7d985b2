"""AV243: the right to object to direct marketing is not told by itself."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.printed_rights import first_place
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce

MARKETING = "objection-to-marketing"


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding where there is marketing and no right that speaks of it alone. It names the
    clause of the ordinary objection and those of the marketing."""
    del universe
    purposes = [purpose for purpose in law.purposes if purpose.marketing]
    told = {right["right"]: right["clause"] for right in declaration.rights}
    if not purposes or MARKETING in told:
        return
    ordinary = [told["objection"]] if "objection" in told else []
    yield defect(
        "AV243",
        Severity.E,
        "the right to object to direct marketing is not told by itself",
        first_place(declaration),
        because="it is absolute, and must be told apart from all others (art. 21(4) GDPR)",
        hint=f"add the right `{MARKETING}` with a clause of its own",
        clauses=(*ordinary, *(purpose.clause for purpose in purposes)),
        about=(MARKETING,),
    )


RULE = Rule(
    "AV243",
    "art. 21(2) to (4) GDPR",
    Need.FIX_TEXT,
    check,
    Wording(
        fr="Vous pouvez à tout moment, sans donner de raison, vous opposer à ce que nous "
        "nous servions de vos données pour de la publicité : nous arrêtons aussitôt.",
        nl="U kunt op elk moment en zonder reden bezwaar maken tegen reclame met uw gegevens: wij "
        "stoppen er dan meteen mee.",
        en="You may object at any time, without a reason, to our using your data for marketing: we "
        "then stop at once.",
    ),
)
