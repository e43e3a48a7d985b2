"""AV208: one kind of use of the same data under two legal bases."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, where
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.together import connected
from avow.declaration.check.universe import Universe
from avow.declaration.model import Basis, Declaration, InForce, Purpose
from avow.declaration.scope import CellPlace, purpose_uses


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Pairs of purposes of one kind (the same DPV term, or both marketing) that use the same cells
    on different bases: the rights of the person differ between them."""
    del declaration
    used: dict[str, frozenset[CellPlace]] = {}
    for one, other in combinations(law.purposes, 2):
        if one.basis is other.basis or not same_kind(one, other):
            continue
        for purpose in (one, other):
            if purpose.id not in used:
                used[purpose.id] = cells_of(purpose, universe)
        shared = used[one.id] & used[other.id]
        if shared:
            yield _pair(one, other, shared)


def cells_of(purpose: Purpose, universe: Universe) -> frozenset[CellPlace]:
    """The cells that a purpose uses."""
    return frozenset(cell for cell in universe.cells if purpose_uses(purpose, cell))


def same_kind(one: Purpose, other: Purpose) -> bool:
    """Whether two purposes are one kind of use."""
    return (one.marketing and other.marketing) or (one.dpv is not None and one.dpv == other.dpv)


def _pair(one: Purpose, other: Purpose, shared: frozenset[CellPlace]) -> Found:
    """Where one base is consent the other empties it: who withdraws is used all the same (E)."""
    asked = Basis.CONSENT in (one.basis, other.basis)
    return defect(
        "AV208",
        Severity.E if asked else Severity.W,
        f"`{other.id}` rests on {other.basis}, `{one.id}` of the same kind on {one.basis}",
        other.place,
        because=f"both use {where(shared)}, and the rights differ with the basis",
        hint="name one basis, or keep their data apart",
        clauses=sorted((one.clause, other.clause)),
    )


RULE = Rule(
    "AV208",
    "art. 6(1), 13(1)(c) GDPR",
    Need.DECIDE,
    check,
    Wording(
        fr="Nous le faisons sur une seule base légale : ….",
        nl="Wij doen dit op één rechtsgrond: ….",
        en="We do this on one legal basis: ….",
    ),
    together=connected,
    headline="one kind of use rests on several legal bases (clauses {clauses})",
)
