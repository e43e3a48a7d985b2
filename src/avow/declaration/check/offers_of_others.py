"""AV254: marketing without consent for what others sell."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Basis, Declaration, InForce, Offers


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per marketing purpose on legitimate interest that brings the offers of the group
    or of others: only one's own like products may be offered to customers unasked."""
    del declaration, universe
    for purpose in law.purposes:
        if (
            purpose.marketing
            and purpose.basis is Basis.LEGITIMATE_INTEREST
            and purpose.offers in (Offers.GROUP, Offers.OTHERS)
        ):
            whose = "the group" if purpose.offers is Offers.GROUP else "others"
            yield defect(
                "AV254",
                Severity.E,
                f"`{purpose.id}` (clause {purpose.clause}) sends offers of {whose} unasked",
                purpose.place,
                because="without consent a firm may send only its own, like what was bought",
                hint="say `offers: own` and keep to it, or ask for consent",
                clauses=(purpose.clause,),
            )


RULE = Rule(
    "AV254",
    "art. 13(2) Directive 2002/58/EC; Belgian royal decree of 4 April 2003; art. L34-5 CPCE (FR)",
    Need.DECIDE,
    check,
    Wording(
        fr=(
            "Nous écrivons à nos clients au sujet de nos propres produits semblables à ceux "
            "qu’ils ont achetés ; pour ceux d’autres sociétés, seulement s’ils l’ont accepté."
        ),
        nl=(
            "Wij schrijven onze klanten over onze eigen producten die lijken op wat zij kochten; "
            "over die van anderen alleen als zij daarmee instemden."
        ),
        en=(
            "We write to our customers about our own products that are like those they bought; "
            "about those of others only if they agreed."
        ),
    ),
)
