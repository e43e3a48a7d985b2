"""AV210: nobody is told which data they must give."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, listed
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per collection point (art. 13(2)(e) GDPR)."""
    del law, universe
    for point in declaration.points.values():
        unsaid = [item for item in point.collects if item.required is None]
        if unsaid:
            yield defect(
                "AV210",
                Severity.E,
                f"`{point.id}` does not say which data must be given",
                point.place,
                because=f"it is not said of {listed(item.category for item in unsaid)}",
                hint="say `required: yes` or `required: no`",
                clauses=(item.clause for item in unsaid),
                about=(point.id,),
            )


RULE = Rule(
    "AV210",
    "art. 13(2)(e) GDPR",
    Need.FIX_TEXT,
    check,
    Wording(
        fr=(
            "Les champs marqués d’un astérisque sont nécessaires ; sans eux nous ne pouvons pas "
            "…. Les autres sont facultatifs."
        ),
        nl=(
            "De velden met een sterretje zijn nodig; zonder die gegevens kunnen wij niet …. De "
            "andere vult u alleen in als u dat wilt."
        ),
        en=(
            "The fields with an asterisk are needed; without them we cannot …. The others are "
            "up to you."
        ),
    ),
    together=all_in_one,
    headline="{n} collection points do not say which data must be given",
)
