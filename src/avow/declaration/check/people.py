"""AV234, AV235, AV240: who may decide, and who may not."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Severity
from avow.common.places import NOWHERE
from avow.declaration.check.found import Found, defect
from avow.declaration.check.universe import Universe
from avow.declaration.interpretation import APPROVER, AUTHOR, OFFICER
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Author and approver are two persons, and the data-protection officer approves nothing
    (art. 38(6) GDPR)."""
    del law, universe
    for member in declaration.people.values():
        if {AUTHOR, APPROVER} <= member.roles:
            what = f"`{member.id}` is author and approver"
            hint = "name two persons; in a very small firm this stays visible"
            yield defect("AV234", Severity.W, what, member.place, hint=hint, about=(member.id,))
        if {OFFICER, APPROVER} <= member.roles:
            what = f"`{member.id}` is data-protection officer and approver"
            why = "who watches over decisions must not take them (art. 38(6) GDPR)"
            place, about = member.place, (member.id,)
            yield defect("AV235", Severity.E, what, place, because=why, about=about)
    if declaration.decisions and not any(
        APPROVER in m.roles and OFFICER not in m.roles for m in declaration.people.values()
    ):
        place = next((d.place for d in declaration.decisions.values()), NOWHERE)
        hint = "give a person the role `approver`"
        yield defect("AV240", Severity.W, "nobody may sign a decision", place, hint=hint)
