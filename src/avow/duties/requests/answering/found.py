"""What was found, as the law sees it: cells with their purposes, bases, recipients and sources."""

from __future__ import annotations

from dataclasses import dataclass

from avow.declaration.check.universe import cells_of
from avow.declaration.interpretation import in_force
from avow.declaration.model import Basis, Declaration, Purpose
from avow.declaration.scope import CellPlace, purpose_uses
from avow.duties.requests.answering.copy import Copy


@dataclass(frozen=True, slots=True)
class Found:
    """The cells of a copy, and the purposes that use them, in the order of the declaration."""

    declaration: Declaration
    cells: tuple[CellPlace, ...]
    purposes: tuple[Purpose, ...]

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories found, in the order of the declaration."""
        there = {cell.category for cell in self.cells}
        known = [c for c in self.declaration.categories if c in there]
        return (*known, *sorted(there.difference(known)))

    @property
    def bases(self) -> frozenset[Basis]:
        """On what the purposes rest: the rights of the person follow from it."""
        return frozenset(p.basis for p in self.purposes)

    @property
    def purposeless(self) -> tuple[CellPlace, ...]:
        """Cells that no declared purpose uses."""
        return tuple(c for c in self.cells if not any(purpose_uses(p, c) for p in self.purposes))

    def uses(self, purpose: Purpose) -> tuple[str, ...]:
        """The categories found that a purpose uses."""
        mine = {c.category for c in self.cells if purpose_uses(purpose, c)}
        return tuple(c for c in self.categories if c in mine)

    def recipients(self) -> dict[str, tuple[str, ...]]:
        """The declared recipients of these purposes, each with the categories that it may get."""
        found: dict[str, dict[str, None]] = {}
        for purpose in self.purposes:
            for name in purpose.recipients:
                found.setdefault(name, {}).update(dict.fromkeys(self.uses(purpose)))
        return {name: tuple(categories) for name, categories in found.items()}

    def sources(self) -> dict[str, tuple[str, ...]]:
        """Collection points whose data somebody else gave, with the categories from there."""
        found: dict[str, dict[str, None]] = {}
        for cell in self.cells:
            point = self.declaration.points.get(cell.collected_at or "")
            if point is not None and point.source:
                found.setdefault(point.id, {})[cell.category] = None
        return {name: tuple(categories) for name, categories in found.items()}


def found_in(declaration: Declaration, copy: Copy) -> Found:
    """What a copy holds. Purposes that the person has ended are not counted: they use nothing."""
    cells: dict[CellPlace, None] = {}
    systems = declaration.datamap.systems
    for table in copy.tables:
        if table.is_by_hand:
            continue  # nobody says of which categories it is
        system, there = systems[table.system], set(table.categories())
        for cell in cells_of(system, system.datasets[table.dataset]):
            if cell.category in there:
                cells[cell] = None
    law, _ = in_force(declaration, copy.day)
    ended = {k.name.partition(":")[2] for k in copy.known if k.name.startswith("ended:")}
    purposes = tuple(
        p
        for p in law.purposes
        if p.id not in ended and any(purpose_uses(p, cell) for cell in cells)
    )
    return Found(declaration, tuple(cells), purposes)
