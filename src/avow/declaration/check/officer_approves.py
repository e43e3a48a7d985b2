"""AV235: a data-protection officer who approves what they watch over."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.universe import Universe
from avow.declaration.interpretation import APPROVER, OFFICER
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """The officer advises and approves nothing (art. 38(6) GDPR)."""
    del law, universe
    for member in declaration.people.values():
        if {OFFICER, APPROVER} <= member.roles:
            what = f"`{member.id}` is data-protection officer and approver"
            why = "who watches over decisions must not take them (art. 38(6) GDPR)"
            place, about = member.place, (member.id,)
            yield defect("AV235", Severity.E, what, place, because=why, about=about)


RULE = Rule("AV235", "art. 38(6) GDPR", Need.DECIDE, check)
