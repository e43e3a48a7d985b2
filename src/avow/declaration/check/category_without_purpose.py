"""AV206: data that are collected, and no purpose uses them."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, listed
from avow.declaration.check.rule import Rule
from avow.declaration.check.universe import Universe
from avow.declaration.model import Collected, Declaration, InForce
from avow.declaration.scope import CellPlace, purpose_uses


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per category, at the first item that no purpose uses (art. 5(1)(b) GDPR)."""
    del universe
    idle: dict[str, list[tuple[str, Collected]]] = {}
    for point in declaration.points.values():
        for item in point.collects:
            cell = CellPlace(item.category, point.id)
            if not any(purpose_uses(purpose, cell) for purpose in law.purposes):
                idle.setdefault(item.category, []).append((point.id, item))
    for category, items in idle.items():
        yield defect(
            "AV206",
            Severity.W,
            f"`{category}` is collected, and no purpose uses it",
            items[0][1].place,
            because=f"it is collected at {listed(point for point, _ in items)}",
            hint="name the purpose that needs it, or do not collect it",
            clauses=(item.clause for _, item in items),
            about=(category,),
        )


RULE = Rule(
    "AV206",
    "art. 5(1)(b), 13(1)(c) GDPR",
    Need.DECIDE,
    check,
)
