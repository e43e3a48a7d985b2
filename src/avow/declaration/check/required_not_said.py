"""AV210: nobody is told which data they must give."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Severity
from avow.declaration.check.found import Found, defect, listed
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
