"""Copies: rows that hold again what other rows hold, such as a cache or the text of a search.

A copy has no person and no period of its own. What covers its original covers it, it is blanked as
its original is and goes with it; a copy whose original is not there any more is due at once.
"""

from __future__ import annotations

from avow.estate.datamap.edges import Edge, Side, edges
from avow.estate.datamap.model import Dataset, LinkWord, System
from avow.estate.datamap.predicates import (
    FALSE,
    TRUE,
    Predicate,
    Related,
    all_of,
    matching,
    negate,
)


def copy_edges(system: System, dataset: str) -> tuple[Edge, ...]:
    """The edges from the rows of a dataset to those that they are copies of; none: no copies."""
    if all(link.word is not LinkWord.COPY_OF for link in system.datasets[dataset].links):
        return ()
    return tuple(e for e in edges(system) if e.copy and e.child == dataset)


def without_original(edge: Edge) -> Predicate:
    """Rows that should be copies over this edge, and whose original is not there."""
    return all_of([matching(edge), Related(edge, Side.PARENT, TRUE, negated=True)])


def only_to(edge: Edge, where: Predicate) -> Predicate:
    """Copies whose every original satisfies `where`, of which there is one; a value may name
    several rows, and the copy is of any."""
    some = all_of([matching(edge), Related(edge, Side.PARENT, where)])
    if where == FALSE or not edge.by_value:
        return FALSE if where == FALSE else some
    return all_of([some, Related(edge, Side.PARENT, negate(where), negated=True)])


def originals(system: System, dataset: str) -> frozenset[str]:
    """Every dataset of which this one holds copies, those of which it holds copies of copies
    included."""
    found: set[str] = set()
    todo = [dataset]
    while todo:
        for link in system.datasets[todo.pop()].links:
            known = link.to in system.datasets and link.to not in found
            if link.word is LinkWord.COPY_OF and known:
                found.add(link.to)
                todo.append(link.to)
    return frozenset(found)


def point_of(system: System, dataset: Dataset, category: str) -> str | None:
    """Where the cells of a category were collected, unless their field says it: as the dataset
    says, else as the original says of this category, where that is one point."""
    if dataset.collected_at is not None:
        return dataset.collected_at
    points = {
        point
        for name in originals(system, dataset.name)
        for point in _points(system.datasets[name], category)
    }
    return next(iter(points)) if len(points) == 1 else None


def _points(dataset: Dataset, category: str) -> frozenset[str | None]:
    mine = (f for f in dataset.fields if f.category == category)
    said = {f.collected_at or dataset.collected_at for f in mine}
    if dataset.rest == category:
        said.add(dataset.collected_at)
    return frozenset(said) - {None}
