"""AV224: a purpose that never ends by itself."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per purpose; it counts as live, so only retention rules end its data."""
    del declaration, universe
    for purpose in law.purposes:
        if purpose.ends is None:
            yield defect(
                "AV224",
                Severity.W,
                f"the purpose `{purpose.id}` (clause {purpose.clause}) has no end",
                purpose.place,
                because="a purpose that never ends needs its data for ever",
                hint="decide: `purpose_ends`, where an event really ends it",
                clauses=(purpose.clause,),
            )


RULE = Rule(
    "AV224",
    "art. 5(1)(e) GDPR",
    Need.DECIDE,
    check,
    together=all_in_one,
    headline="{n} purposes have no end",
)
