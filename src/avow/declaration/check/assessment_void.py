"""AV671: an assessment whose approval is none, or that says nothing."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.assessing import objection
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per assessment that was approved and does not count."""
    del law, universe
    for assessment in declaration.assessments.values():
        why = objection(declaration, assessment)
        if why:
            yield defect(
                "AV671",
                Severity.E,
                f"the assessment `{assessment.id}` does not count",
                assessment.place,
                because=why,
                hint="another person with the role `approver` approves what is written in full",
                about=(assessment.id,),
            )


RULE = Rule("AV671", "art. 5(2), 24, 35, 38(6) GDPR", Need.FIND_EVIDENCE, check)
