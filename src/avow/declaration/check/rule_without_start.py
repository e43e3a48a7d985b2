"""AV222: a retention rule that does not say from when its period runs."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per rule; until it is settled the rule's cells are undated and never due."""
    del declaration, universe
    for rule in law.rules:
        if any(end.starts is None for end in rule.ends):
            yield defect(
                "AV222",
                Severity.W,
                f"`{rule.id}` (clause {rule.clause}) does not say from when its period runs",
                rule.place,
                because="without a start nothing is ever due, and the promise is not kept",
                hint="decide: `starts`, with the event",
                clauses=(rule.clause,),
            )


RULE = Rule(
    "AV222",
    "art. 5(1)(e), 13(2)(a) GDPR",
    Need.DECIDE,
    check,
    Wording(
        fr="… pendant …, à compter de ….",
        nl="… gedurende …, te rekenen vanaf ….",
        en="… for …, counted from ….",
    ),
    together=all_in_one,
    headline="{n} rules do not say from when their period runs",
)
