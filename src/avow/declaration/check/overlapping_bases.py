"""AV208: one kind of use of the same data under two legal bases."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from avow.common.findings import Severity
from avow.declaration.check.found import Found, defect, where
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce, Purpose
from avow.declaration.scope import purpose_uses


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per pair of purposes of one kind (the same DPV term, or both marketing) that use
    the same cells on different bases: the rights of the person differ between them."""
    del declaration
    for one, other in combinations(law.purposes, 2):
        if one.basis is other.basis or not same_kind(one, other):
            continue
        shared = [c for c in universe.cells if purpose_uses(one, c) and purpose_uses(other, c)]
        if shared:
            yield defect(
                "AV208",
                Severity.E,
                f"`{other.id}` rests on {other.basis}, `{one.id}` of the same kind on {one.basis}",
                other.place,
                because=f"both use {where(shared)}, and the rights differ with the basis",
                hint="name one basis, or keep their data apart",
                clauses=sorted((one.clause, other.clause)),
            )


def same_kind(one: Purpose, other: Purpose) -> bool:
    """Whether two purposes are one kind of use."""
    return (one.marketing and other.marketing) or (one.dpv is not None and one.dpv == other.dpv)
