"""Which rows give others their moments, so that nothing loses its date before its day.

A row may be due by an event that stands in another table: a company's contracts end, and its
invoices are due ten years later. If the contracts went first, nobody could say any more when the
invoices are due. Therefore a pointer through which a moment is read is never emptied, and rows
that give a moment to the row they point to go with that row, in one transaction, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from avow.declaration.model import InForce
from avow.declaration.scope import minimum_covers, purpose_uses, rule_covers
from avow.engine.planner.judge import cell_groups
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import System
from avow.estate.datamap.readings import Reading, Wiring


@dataclass(frozen=True, slots=True)
class Dependence:
    """The edges of one system through which the law in force reads moments.

    `climbed` are pointers that rows read through; `carried` those of rows that give a moment to
    the row they point to.
    """

    climbed: frozenset[str] = frozenset()
    carried: tuple[Edge, ...] = field(default=())

    def carriers(self, dataset: str) -> tuple[Edge, ...]:
        """Edges of the rows that go along with the rows of `dataset`. What is matched by value
        names no key that could dangle: it stays for reasons of its own, and goes when it is due."""
        return tuple(e for e in self.carried if e.parent == dataset and not e.by_value)

    def chains(self, dataset: str) -> tuple[tuple[Edge, ...], ...]:
        """Every way from rows that go along with rows of `dataset` to these: a carrier, or a
        carrier of a carrier. The nearest come first."""
        return tuple(sorted(self._chains(dataset, ()), key=len))

    def _chains(self, dataset: str, way: tuple[Edge, ...]) -> Iterator[tuple[Edge, ...]]:
        for edge in self.carriers(dataset):
            if edge not in way:
                yield (edge, *way)
                yield from self._chains(edge.child, (edge, *way))

    def carried_by(self, dataset: str) -> tuple[Edge, ...]:
        """Edges to the rows with which the rows of `dataset` go."""
        return tuple(e for e in self.carried if e.child == dataset)


def dependence(system: System, law: InForce) -> Dependence:
    """Everything that the rules, minimums and purposes in force read over links in this system."""
    wiring = Wiring(system)
    climbed: set[str] = set()
    carried: dict[str, Edge] = {}
    for name in system.datasets:
        for event in used_events(system, law, name):
            how = wiring.reading(name, event)
            if not isinstance(how, Reading):
                continue
            climbed |= {e.name for e in how.climb}
            for source in how.event.sources:
                found = wiring.source_edge(how.top, source) if source.dataset else None
                if found is not None and found[1] is Side.CHILD:
                    carried[found[0].name] = found[0]
                elif found is not None:
                    climbed.add(found[0].name)
    return Dependence(frozenset(climbed), tuple(carried.values()))


def used_events(system: System, law: InForce, dataset: str) -> frozenset[str]:
    """The events by which cells of this dataset may become due or are protected."""
    found: set[str | None] = set()
    for cells in cell_groups(system, system.datasets[dataset], ()):
        place = cells.place
        for rule in law.rules:
            if rule_covers(rule, place):
                found |= {e.starts for e in rule.ends} | {e.otherwise for e in rule.ends}
        found |= {m.starts for m in law.minimums if minimum_covers(m, place)}
        found |= {p.ends for p in law.purposes if purpose_uses(p, place)}
    return frozenset(e for e in found if e is not None)
