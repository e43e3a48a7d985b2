"""Who points to a row: declared links by key and the database's own foreign keys, as one list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from avow.estate.connectors.catalogue import Catalogue, Table
from avow.estate.datamap.edges import Edge, Right, Side, edges
from avow.estate.datamap.model import Gone, Normaliser, System
from avow.estate.datamap.paths import inside


@dataclass(frozen=True, slots=True)
class Pointer:
    """A pointer from `edge.child` to the key of `edge.parent`.

    `mapped`: the pointing dataset is in the data map, so its pointer may be emptied. `nullable`:
    every column of the pointer may be null. `enforced`: the database holds it.
    """

    edge: Edge
    mapped: bool
    nullable: bool
    enforced: bool

    @property
    def can_unlink(self) -> bool:
        """Whether the pointer may be emptied so that the row pointed to can go."""
        return self.mapped and self.nullable and self.edge.gone is not Gone.SHELL


def pointers(system: System, catalogue: Catalogue) -> tuple[Pointer, ...]:
    """Every pointer by key of the system: declared links first, then foreign keys nobody declared.

    A link by value points to nobody's key: its column is the row's own data and cannot dangle. But
    an element of a list goes with the row that it names, by key or by value. The pointer of a copy
    is never emptied: nobody would know any more when the copy must go.
    """
    found: dict[tuple[str, tuple[str, ...], str, tuple[tuple[str, str], ...]], Pointer] = {}
    enforced = {(f.child, f.child_fields, f.parent) for f in catalogue.foreign_keys}
    for edge in edges(system):
        if _by_key(system, edge) or _names_elements(edge):
            mark = (edge.child, edge.child_fields, edge.parent, edge.when)
            held = mark[:3] in enforced
            free = _nullable(catalogue, edge) and not edge.copy
            found.setdefault(mark, Pointer(edge, True, free, held))
    declared = {mark[:3] for mark in found}
    for key in catalogue.foreign_keys:
        mark = (key.child, key.child_fields, key.parent, ())
        if mark[:3] not in declared:
            edge = Edge(
                key.child, key.child_fields, key.parent, key.parent_fields, Right.NONE, Side.CHILD
            )
            mapped = key.child in system.datasets
            found[mark] = Pointer(edge, mapped, _nullable(catalogue, edge), True)
    return tuple(found.values())


def _by_key(system: System, edge: Edge) -> bool:
    named_by_key = edge.parent_fields == system.datasets[edge.parent].key
    return named_by_key and edge.normalise is Normaliser.EXACT


def _names_elements(edge: Edge) -> bool:
    places = (inside(f) for f in edge.child_fields)
    in_list = len(edge.child_fields) == 1 and any(p is not None and p.each for p in places)
    return in_list and not edge.copy and edge.gone is not Gone.SHELL


def _nullable(catalogue: Catalogue, edge: Edge) -> bool:
    table: Table | None = catalogue.tables.get(edge.child)
    if table is None:
        return False
    columns = [table.column(name) for name in edge.child_fields]
    free = all(c is not None and c.nullable and not c.generated for c in columns)
    return free and not set(edge.child_fields) & set(table.key)


def children_first(
    names: Iterable[str], found: Iterable[Pointer], before: Iterable[tuple[str, str]] = ()
) -> tuple[str, ...]:
    """The datasets ordered so that whatever points to a dataset comes before it.

    `before` are further pairs, the first of which comes before the second. Circles are broken at
    the pointer that can be emptied, else at such a pair, else by name.
    """
    wanted = sorted(names)
    tight = [p for p in found if p.edge.child != p.edge.parent]
    pairs = {(p.edge.child, p.edge.parent): _strength(tight, p) for p in tight}
    pairs = dict.fromkeys(before, 1) | pairs
    while True:
        try:
            return tuple(TopologicalSorter(_graph(wanted, pairs)).static_order())
        except CycleError as error:
            circle = [pair for pair in pairwise(error.args[1]) if pair in pairs]
            del pairs[min(circle, key=lambda pair: pairs[pair])]


def _strength(found: list[Pointer], pointer: Pointer) -> int:
    """How much the order of two datasets matters: not at all where every pointer is emptied."""
    ends = (pointer.edge.child, pointer.edge.parent)
    both = [p for p in found if (p.edge.child, p.edge.parent) == ends]
    return 0 if all(p.can_unlink for p in both) else 2


def _graph(names: list[str], pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    return {n: sorted(a for a, b in pairs if b == n and a in names) for n in names}
