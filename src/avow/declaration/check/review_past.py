"""AV672: an assessment that should have been looked at again by now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from avow.common.findings import Need, Severity
from avow.declaration.assessing import State, stands
from avow.declaration.check.found import Found, defect
from avow.declaration.model import Declaration


def reviews_past(declaration: Declaration, day: date) -> Iterator[Found]:
    """One finding per thing whose best assessment is past its review on `day`. The day decides, so
    no decision settles it: somebody looks again."""
    for kind, of in dict.fromkeys((a.kind, a.of) for a in declaration.assessments.values()):
        found = stands(declaration, kind, of, day)
        if found.state is State.OVERDUE and found.assessment is not None:
            one = defect(
                "AV672",
                Severity.W,
                f"the assessment `{found.assessment.id}` was to be looked at again",
                found.assessment.place,
                because=found.why,
                hint="look at it again, and name the day of the next review",
                about=(found.assessment.id,),
            )
            law = "art. 5(2), 24(1), 35(11) GDPR"
            yield replace(one, finding=replace(one.finding, law=law, need=Need.FIND_EVIDENCE))
