"""AV263: marketing that no day ends."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.calendar import Period
from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule as Looked
from avow.declaration.check.rule import Wording
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Basis, Declaration, InForce, Rule

CONSENT = "consent"


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Rules that end only with a consent, which nobody renews; and marketing on legitimate interest
    whose purpose has no end, once there is such a rule."""
    del declaration, universe
    endless = [rule for rule in law.rules if _ends_with_consent(rule)]
    for rule in endless:
        yield defect(
            "AV263",
            Severity.W,
            f"`{rule.id}` (clause {rule.clause}) ends with the consent, and with nothing else",
            rule.place,
            because="a consent that nobody asks for again never ends",
            hint="add an end after the last contact, or say how often consent is asked anew",
            clauses=(rule.clause,),
        )
    for purpose in law.purposes if endless else ():
        if purpose.marketing and purpose.basis is Basis.LEGITIMATE_INTEREST and not purpose.ends:
            yield defect(
                "AV263",
                Severity.W,
                f"`{purpose.id}` (clause {purpose.clause}) needs no consent, and so never ends",
                purpose.place,
                because="the period of marketing is that of a consent, and here there is none",
                hint="decide: `purpose_ends`, or a period after the end of the relation",
                clauses=(purpose.clause,),
            )


def _ends_with_consent(rule: Rule) -> bool:
    return all(
        end.period == Period() and CONSENT in (end.starts or "").split("-") for end in rule.ends
    )


RULE = Looked(
    "AV263",
    "art. 5(1)(e), 7(1) GDPR",
    Need.DECIDE,
    check,
    Wording(
        fr=(
            "Nous cessons au plus tard trois ans après votre dernière réaction, ou dès que vous "
            "retirez votre accord."
        ),
        nl=(
            "Wij stoppen ten laatste drie jaar na uw laatste reactie, of zodra u uw akkoord "
            "intrekt."
        ),
        en=(
            "We stop three years after you last reacted at the latest, or as soon as you withdraw "
            "your consent."
        ),
    ),
    together=all_in_one,
    headline="marketing has no last day (clauses {clauses})",
)
