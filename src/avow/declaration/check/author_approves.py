"""AV234: one person who writes decisions and approves them."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.universe import Universe
from avow.declaration.interpretation import APPROVER, AUTHOR
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Author and approver are two persons."""
    del law, universe
    for member in declaration.people.values():
        if {AUTHOR, APPROVER} <= member.roles:
            what = f"`{member.id}` is author and approver"
            hint = "name two persons; in a very small firm this stays visible"
            yield defect("AV234", Severity.W, what, member.place, hint=hint, about=(member.id,))


RULE = Rule("AV234", "art. 5(2), 24 GDPR", Need.DECIDE, check)
