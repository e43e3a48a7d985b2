"""AV240: decisions that nobody may sign."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.common.places import NOWHERE
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.universe import Universe
from avow.declaration.interpretation import APPROVER, OFFICER
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding when there are decisions and no approver."""
    del law, universe
    if declaration.decisions and not any(
        APPROVER in m.roles and OFFICER not in m.roles for m in declaration.people.values()
    ):
        place = next((d.place for d in declaration.decisions.values()), NOWHERE)
        hint = "give a person the role `approver`"
        yield defect("AV240", Severity.W, "nobody may sign a decision", place, hint=hint)


RULE = Rule("AV240", "art. 5(2), 24 GDPR", Need.DECIDE, check)
