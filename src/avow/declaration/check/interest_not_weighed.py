"""AV670: a purpose that rests on a legitimate interest, and nobody weighed it in writing."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Basis, Declaration, InForce
from avow.declaration.publishing import AssessmentKind, Conclusion


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per purpose without a balancing that somebody approved with the result that it
    passes. Whether its approval counts and its review is past are other findings."""
    del universe
    weighed = {
        each.of
        for each in declaration.assessments.values()
        if each.kind is AssessmentKind.BALANCING
        and each.conclusion is Conclusion.PASSES
        and each.approver is not None
    }
    for purpose in law.purposes:
        if purpose.basis is Basis.LEGITIMATE_INTEREST and purpose.id not in weighed:
            yield defect(
                "AV670",
                Severity.W,
                f"nobody weighed the legitimate interest of purpose `{purpose.id}`",
                purpose.place,
                because="the interest counts only where those of the person do not override it, "
                "and the controller must be able to show that",
                hint=f"`avow assess --new balancing --of {purpose.id}` writes the questions",
                clauses=(purpose.clause,),
                about=(purpose.id,),
            )


RULE = Rule(
    "AV670",
    "art. 5(2), 6(1)(f) GDPR",
    Need.FIND_EVIDENCE,
    check,
    together=all_in_one,
    headline="{n} legitimate interests were weighed by nobody",
)
