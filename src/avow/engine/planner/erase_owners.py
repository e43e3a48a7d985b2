"""For whose sake each row of a chunk goes, asked once for all of its persons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from avow.engine.planner.bundle import Section
from avow.engine.planner.ends import Mark
from avow.engine.planner.persons import Ownership
from avow.estate.connectors.base import Connection
from avow.estate.connectors.values import plain_all
from avow.estate.datamap.edges import edges
from avow.estate.datamap.model import Normaliser, System

Owners = Mapping[Mark, frozenset[str]]
"""For whose sake (the cases) each row of one dataset is looked at."""
WHOSE = "whose"
"""The key set of rows that hang on other rows, with their person."""


def owners_of(
    connection: Connection, ownership: Ownership, dataset: str, cases: Sequence[str]
) -> Owners:
    """The cases of the rows of a dataset that persons own whose key sets are on the connection.
    `cases` says for whose sake each person is erased, by their number in the key sets."""
    known, spreads = ownership.holders(dataset, WHOSE)
    for each in spreads:
        connection.spread(each.edge, each.to, each.giver, each.taker)
    found = defaultdict[Mark, set[str]](set)
    for name in (*known, *([WHOSE] if spreads else [])):
        for number, key in connection.keys(name):
            found[plain_all(key)].add(cases[number])
    connection.drop_keys(WHOSE)
    return {mark: frozenset(of) for mark, of in found.items()}


def pointing_to(
    system: System, section: Section, known: Mapping[str, Owners]
) -> Iterator[tuple[tuple[int, ...], Owners]]:
    """The pointers of copied rows that name rows whose owners are known: where in a row the pointer
    stands, and those owners."""
    for edge in edges(system):
        by_key = edge.parent_fields == system.datasets[edge.parent].key
        exact = edge.normalise is Normaliser.EXACT and not edge.by_value
        there = set(edge.child_fields) <= set(section.columns)
        if edge.child == section.dataset and by_key and exact and there and edge.parent in known:
            yield tuple(section.columns.index(f) for f in edge.child_fields), known[edge.parent]
