"""What each right can do to the cells of a person, derived from the bases of their purposes.

Pure: the declaration and the cells go in, a proposal comes out. A person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from avow.declaration.check.universe import cells_of
from avow.declaration.interpretation import in_force
from avow.declaration.model import Basis, Declaration, InForce, Purpose
from avow.declaration.scope import CellPlace, minimum_covers, purpose_uses
from avow.duties.requests.machine import Item
from avow.duties.requests.steps import Refusal
from avow.duties.requests.words import Ground, Outcome, Right
from avow.engine.planner.identities import Candidate

_NO_BASIS: Mapping[Right, tuple[frozenset[Basis], str]] = {
    Right.PORTABILITY: (frozenset({Basis.CONSENT, Basis.CONTRACT}), "Art. 20(1) GDPR"),
    Right.OBJECTION: (frozenset({Basis.LEGITIMATE_INTEREST}), "Art. 21(1) GDPR"),
    Right.WITHDRAWAL: (frozenset({Basis.CONSENT}), "Art. 7(3) GDPR"),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """How an item could be decided: `refusals` limit it, `cells` were weighed."""

    outcome: Outcome
    refusals: tuple[Refusal, ...] = ()
    cells: int = 0


def cells_held(declaration: Declaration, candidates: Iterable[Candidate]) -> tuple[CellPlace, ...]:
    """The kinds of cells that accepted rows hold, each once."""
    systems = declaration.datamap.systems
    places = dict.fromkeys((c.system, c.dataset) for c in candidates if c.keys)
    return tuple(
        cell
        for system, dataset in places
        for cell in cells_of(systems[system], systems[system].datasets[dataset])
    )


def proposal(
    declaration: Declaration, item: Item, cells: tuple[CellPlace, ...], day: date
) -> Proposal:
    """What the law and the declaration say to an item, given the cells of its person.

    A right that is promised wider than the law is given as promised. A legal minimum limits an
    erasure only where it covers the cells. That a contract still needs them is an assumption: the
    declaration does not know whether it runs, so whoever decides looks. A compelling interest is
    never proposed; against an erasure the machine refuses it (art. 17(3)).
    """
    if item.right is Right.OBJECTION and item.marketing:
        return Proposal(Outcome.ACCEPTED, cells=len(cells))
    if not cells:
        return Proposal(Outcome.REFUSED, (_refusal(Ground.NOTHING_HELD, "Art. 12(4) GDPR"),))
    law, _ = in_force(declaration, day)
    weighed = [tuple(_against(declaration, law, item, cell)) for cell in cells]
    refusals = tuple(dict.fromkeys(r for each in weighed for r in each))
    if all(weighed):
        return Proposal(Outcome.REFUSED, refusals, len(cells))
    return Proposal(Outcome.PARTLY if refusals else Outcome.ACCEPTED, refusals, len(cells))


def _against(
    declaration: Declaration, law: InForce, item: Item, cell: CellPlace
) -> Iterable[Refusal]:
    """What stands against giving an item for one kind of cell; nothing: it is given."""
    if item.right is Right.ERASURE:
        wider = _is_wider(declaration, Right.ERASURE)
        return [r for r in _keeps(law, cell) if not wider or r.ground is Ground.LEGAL_DUTY]
    if item.right not in _NO_BASIS or _is_wider(declaration, item.right):
        return ()
    bases, article = _NO_BASIS[item.right]
    if any(p.basis in bases for p in _purposes(law, cell, item)):
        return ()
    return (_refusal(Ground.NO_SUCH_BASIS, article, "", cell.category),)


def _keeps(law: InForce, cell: CellPlace) -> list[Refusal]:
    """Why cells are not erased on request: a law asks for them, or a contract needs them."""
    duty = Ground.LEGAL_DUTY
    found = [
        _refusal(duty, m.law, m.clause, cell.category)
        for m in law.minimums
        if minimum_covers(m, cell)
    ]
    for purpose in law.purposes:
        if not purpose_uses(purpose, cell):
            continue
        if purpose.basis is Basis.LEGAL_OBLIGATION:
            found.append(_refusal(duty, "Art. 17(3)(b) GDPR", purpose.clause, cell.category))
        elif purpose.basis is Basis.CONTRACT:
            contract = Ground.CONTRACT
            found.append(_refusal(contract, "Art. 17(1)(a) GDPR", purpose.clause, cell.category))
    return found


def _purposes(law: InForce, cell: CellPlace, item: Item) -> list[Purpose]:
    wanted = (p for p in law.purposes if item.purpose in (None, p.id))
    return [p for p in wanted if purpose_uses(p, cell)]


def _is_wider(declaration: Declaration, right: Right) -> bool:
    return any(r["right"] == right and r.get("wider") == "yes" for r in declaration.rights)


def _refusal(ground: Ground, law: str, clause: str = "", where: str | None = None) -> Refusal:
    return Refusal(ground=ground, law=law, clause=clause, where=where)
