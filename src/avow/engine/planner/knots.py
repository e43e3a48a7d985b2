"""Rows of several datasets that point to each other in a ring no pointer of which can be emptied.

Neither can go before the other, and each dataset has a step of its own: the plan must not promise
that they go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from avow.engine.planner.program import Move, Step
from avow.engine.planner.referrers import Pointer, pointers
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.edges import Side
from avow.estate.datamap.model import Gone, System
from avow.estate.datamap.predicates import FALSE, TRUE, Predicate, Related, all_of, any_of

ROUNDS = 3
"""How often a row must be pointed to around the ring to count as in one: a row that begins a chain
of fewer rounds can go, and after it those it points to."""


@dataclass(frozen=True, slots=True)
class Knot:
    """Rows that the rings of a dataset hold, and the pointers of those rings, `dataset.column`."""

    where: Predicate
    columns: tuple[str, ...]


def knot(system: System, catalogue: Catalogue, step: Step) -> Knot:
    """The rows of a deletion that cannot go because a ring holds them. Rings of which the map keeps
    a row anyway (`gone: shell`) are none."""
    rings = list(_rings(system, catalogue, step.dataset)) if _alone(step) else []
    asked = step.where if step.counted is None else step.counted
    where = any_of(_around(ring * ROUNDS) for ring in rings)
    named = (f"{p.edge.child}.{column}" for r in rings for p in r for column in p.edge.child_fields)
    return Knot(all_of([asked, where]), tuple(dict.fromkeys(named)))


def _alone(step: Step) -> bool:
    """Whether rows go by themselves: those that go along with others do so in one batch."""
    return step.move is Move.DELETE and not step.along and step.counted != FALSE


def _rings(system: System, catalogue: Catalogue, dataset: str) -> Iterator[tuple[Pointer, ...]]:
    """Every way back to a dataset, from what points to it to what points to that."""
    tight = [
        p
        for p in pointers(system, catalogue)
        if p.mapped
        and not (p.nullable or p.edge.copy or p.edge.gone is Gone.SHELL)
        and p.edge.child != p.edge.parent
    ]
    ways: list[tuple[Pointer, ...]] = [(p,) for p in tight if p.edge.parent == dataset]
    while ways:
        way = ways.pop()
        last = way[-1].edge.child
        if last == dataset:
            yield way
            continue
        passed = {last} | {p.edge.parent for p in way} - {dataset}
        ways += [(*way, p) for p in tight if p.edge.parent == last and p.edge.child not in passed]


def _around(way: Sequence[Pointer]) -> Predicate:
    """Rows that are pointed to over the first, by rows that are pointed to over the second …"""
    where: Predicate = TRUE
    for pointer in reversed(way):
        where = Related(pointer.edge, Side.CHILD, where)
    return where
