"""AV934: somebody would be asked about what may not be asked."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.universe import Universe
from avow.declaration.known_facts import why_not
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per column of `known_facts` that is asked about all the same. Nobody is asked
    about it, whether or not the finding is settled."""
    del law, universe
    for system, dataset in declaration.datamap.datasets():
        for column in dataset.known_facts:
            because = why_not(declaration, dataset, column)
            if because:
                yield defect(
                    "AV934",
                    Severity.E,
                    f"nobody may be asked about `{column}` of `{system.name}.{dataset.name}`",
                    dataset.place,
                    because=because,
                    hint="take it out of `known_facts`: the month of an invoice or a product will"
                    " do",
                    about=(system.name, dataset.name, column),
                )


RULE = Rule("AV934", "art. 5(1)(c), 9, 12(6) GDPR", Need.DECIDE, check)
