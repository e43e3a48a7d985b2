"""What is made from other rows: which datasets, over which columns, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator

from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Dataset, Derivation, System, Then


def source_edge_of(system: System, dataset: Dataset, how: Derivation) -> Edge:
    """The edge from a row to the rows that it is made from, which gives no right."""
    source = system.datasets[how.of]
    theirs = how.source_fields or source.key
    own = how.fields or (dataset.key if how.of == dataset.name else ())
    by_value = set(theirs) != set(source.key)
    return Edge(dataset.name, own, how.of, theirs, Right.NONE, Side.CHILD, by_value=by_value)


def derivations(system: System, then: Then) -> Iterator[tuple[Dataset, Derivation]]:
    """Every dataset that is made from others in this way, with how."""
    for dataset in system.datasets.values():
        for how in dataset.derived:
            if how.then is then and how.of in system.datasets:
                yield dataset, how


def erased_with(system: System, dataset: str) -> tuple[Edge, ...]:
    """The edges from the rows of a dataset to rows with which they go, because made from them."""
    mine = system.datasets[dataset]
    return tuple(
        source_edge_of(system, mine, how)
        for how in mine.derived
        if how.then is Then.ERASE and how.of in system.datasets
    )
