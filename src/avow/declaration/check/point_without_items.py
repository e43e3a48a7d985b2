"""AV211: a place where data come in, and nobody says which."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per collection point (art. 14(1)(d) GDPR)."""
    del law, universe
    for point in declaration.points.values():
        if not point.collects:
            yield defect(
                "AV211",
                Severity.E,
                f"`{point.id}` does not say which data are collected",
                point.place,
                because=(
                    f"they come from `{point.source}`, and the person never sees the form"
                    if point.source
                    else ""
                ),
                hint="name the categories under `collects`, and from whom they come",
                clauses=(point.clause,),
                about=(point.id,),
            )


RULE = Rule(
    "AV211",
    "art. 14(1)(d), 14(2)(f) GDPR",
    Need.FIX_TEXT,
    check,
    Wording(
        fr="Nous recevons de … les données suivantes vous concernant : ….",
        nl="Van … ontvangen wij de volgende gegevens over u: ….",
        en="From … we receive these data about you: ….",
    ),
)
