"""AV244: a member of the group gets data, and nobody says who decides there."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, listed
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce

MEMBER = "group-member"
"""The role that says to whom a firm belongs, and not what it is to the data."""


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding for the members that a purpose hands data to; it stands at one in another country
    than the controller, where there is one."""
    del universe
    handed = {recipient for purpose in law.purposes for recipient in purpose.recipients}
    members = [r for r in declaration.recipients.values() if r.role == MEMBER and r.id in handed]
    if members:
        home = declaration.controller.country
        first = min(members, key=lambda r: (r.country == home, r.place))
        yield defect(
            "AV244",
            Severity.W,
            "it is not said what the members of the group are to the data: "
            f"{listed(r.id for r in members)}",
            first.place,
            because="who decides together answers together, and who serves needs a contract",
            hint="give each a role: `joint-controller`, `controller` or `processor`",
            clauses=(r.clause for r in members),
        )


RULE = Rule(
    "AV244",
    "art. 26, 28, 13(1)(a) GDPR",
    Need.DECIDE,
    check,
    Wording(
        fr=(
            "Nous décidons de ce traitement avec … ; l’essentiel de notre accord est : …. Vous "
            "pouvez vous adresser à chacun de nous."
        ),
        nl=(
            "Over deze verwerking beslissen wij samen met …; de kern van onze afspraak: …. U kunt "
            "bij elk van ons terecht."
        ),
        en=(
            "We decide about this together with …; in short, we have agreed …. You may turn to "
            "either of us."
        ),
    ),
)
