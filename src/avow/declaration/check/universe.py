"""All cells that a declaration speaks of: collected at a point, mapped to a dataset, declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from avow.declaration.model import Declaration
from avow.declaration.scope import CellPlace
from avow.estate.datamap.copies import originals, point_of
from avow.estate.datamap.edges import Right, edges
from avow.estate.datamap.model import Dataset, System


@dataclass(frozen=True, slots=True)
class Universe:
    """Cells by where they are known from. `idle` are declared categories that are neither
    collected nor mapped: they stand for cells that a person or avow itself makes. `day` is the day
    on which the check looks: facts are true from a day and until a day."""

    collected: tuple[CellPlace, ...] = ()
    mapped: tuple[CellPlace, ...] = ()
    idle: tuple[CellPlace, ...] = ()
    day: date = date.min

    @property
    def cells(self) -> tuple[CellPlace, ...]:
        """All of them."""
        return (*self.collected, *self.mapped, *self.idle)


def universe_of(declaration: Declaration) -> Universe:
    """The cells of a whole declaration."""
    collected = tuple(
        CellPlace(item.category, point.id)
        for point in declaration.points.values()
        for item in point.collects
    )
    mapped = tuple(
        cell
        for system, dataset in declaration.datamap.datasets()
        for cell in cells_of(system, dataset)
    )
    seen = {cell.category for cell in (*collected, *mapped)}
    idle = tuple(CellPlace(category) for category in declaration.categories if category not in seen)
    return Universe(tuple(dict.fromkeys(collected)), mapped, idle)


def cells_of(system: System, dataset: Dataset) -> tuple[CellPlace, ...]:
    """The cell groups of a dataset as declared; one whose rows are nobody's has none."""
    if not dataset.is_personal:
        return ()
    subject, copied = subject_of(system, dataset.name), originals(system, dataset.name)
    own: list[tuple[str, str | None]] = [(f.category, f.collected_at) for f in dataset.fields]
    if dataset.rest:
        own.append((dataset.rest, None))
    named = ((c, point or point_of(system, dataset, c)) for c, point in own)
    return tuple(
        CellPlace(category, point, subject, system.name, dataset.name, copied)
        for category, point in dict.fromkeys(named)
    )


def subject_of(system: System, name: str, seen: frozenset[str] = frozenset()) -> str | None:
    """The kind of person whose rows these are: the dataset's own, or that of its nearest owner."""
    own = system.datasets[name].subject
    if own is not None:
        return own
    for giver in _owners(system, name, seen | {name}):
        found = subject_of(system, giver, seen | {name})
        if found is not None:
            return found
    return None


def _owners(system: System, name: str, seen: frozenset[str]) -> Iterator[str]:
    return (
        edge.giver
        for edge in edges(system)
        if edge.right is Right.OWN and edge.taker == name and edge.giver not in seen
    )
