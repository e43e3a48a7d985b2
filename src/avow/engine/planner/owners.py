"""Whose rows these are, counted without naming anybody: persons whose rows some predicate finds.

A person is a row of a dataset with a subject; what they own is reached over links that give
ownership, as `reach` does it. Everything is a semi-join, so that nothing is copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from avow.estate.datamap.edges import Edge, Right, Side, edges
from avow.estate.datamap.model import System
from avow.estate.datamap.predicates import FALSE, Predicate, Related, any_of

Found = Mapping[str, Predicate]
"""Dataset -> the rows of it that are looked for."""


def roots(system: System) -> tuple[str, ...]:
    """The datasets whose rows are persons of ours; rows of a tenant whose processor we are name
    nobody to us."""
    return tuple(d.name for d in system.datasets.values() if d.subject is not None and d.is_ours)


@dataclass(frozen=True, slots=True)
class Owners:
    """The links of one system over which persons own rows, or see them too."""

    system: System
    rights: frozenset[Right] = frozenset({Right.OWN})

    def of(self, found: Found, root: str) -> Predicate:
        """The persons of a root dataset of whom some row is found: their own row, or one that they
        own. A circle of links is followed once around."""
        return self._touching(found, root, frozenset())

    def _touching(self, found: Found, dataset: str, seen: frozenset[str]) -> Predicate:
        seen |= {dataset}
        below = (self._over(found, edge, seen) for edge in self._given(dataset, seen))
        return any_of([found.get(dataset, FALSE), *below])

    def _over(self, found: Found, edge: Edge, seen: frozenset[str]) -> Predicate:
        where = self._touching(found, edge.taker, seen)
        side = Side.CHILD if edge.flows is Side.CHILD else Side.PARENT
        return FALSE if where == FALSE else Related(edge, side, where)

    def _given(self, dataset: str, seen: frozenset[str]) -> list[Edge]:
        datasets = self.system.datasets
        return [
            edge
            for edge in edges(self.system)
            if edge.giver == dataset
            and edge.right in self.rights
            and edge.taker not in seen
            and datasets[edge.taker].is_ours == datasets[dataset].is_ours
        ]
