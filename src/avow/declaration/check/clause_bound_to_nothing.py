"""AV205: a promise to which nothing in the declaration is bound."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.universe import Universe
from avow.declaration.loading.references import references
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Clauses that say they are bound, and that no rule, purpose, point or other entry names."""
    del law, universe
    named = {name.id for name in references(declaration) if name.kind == "clause"}
    for clause in declaration.clauses.values():
        if clause.kinds and not clause.unbound and clause.id not in named:
            yield defect(
                "AV205",
                Severity.I,
                f"nothing is bound to clause {clause.id}",
                clause.place,
                because="no rule, purpose, collection point or other entry names it",
                hint="bind it, or say honestly `unbound: yes`",
                clauses=(clause.id,),
            )


RULE = Rule(
    "AV205",
    "art. 5(2) GDPR",
    Need.FIX_TEXT,
    check,
)
