"""What persons reach in one system: the rights that links give, and what is shown of a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from avow.engine.planner.program import Spread
from avow.estate.connectors.catalogue import Table
from avow.estate.datamap.edges import Edge, Right, edges
from avow.estate.datamap.model import System
from avow.estate.datamap.reach import Key

Seeds: TypeAlias = Mapping[str, Sequence[tuple[int, Key]]]
"""Dataset -> (ordinal of the person, key of a row that names them)."""
Plain: TypeAlias = tuple[str, ...]
Mark: TypeAlias = tuple[str, Plain]
"""A row: its dataset, and its key as it is compared across types."""


class Shown(NamedTuple):
    """One row of one person: with which right, over which links (their names) from the row that
    names the person, and its values in the order of the extract's columns. Without a path the
    person's own row, or a row whose way leads over rows that were not read. `hidden` are columns
    that speak of others: their values are not there."""

    person: int
    key: Key
    right: Right
    path: tuple[str, ...]
    values: tuple[object, ...]
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Extract:
    """What was read of one dataset. `columns` pairs each live column with its category, None for
    keys and pointers. `total` counts the rows that there are, also where not all were read or
    shown. `copies` says of whom there are how many rows that are not shown because they are copies,
    of rows of the datasets `of`."""

    system: str
    dataset: str
    columns: tuple[tuple[str, str | None], ...]
    rows: tuple[Shown, ...]
    total: int
    truncated: bool = False
    of: tuple[str, ...] = ()
    copies: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reach:
    """The rights that links give in one system, as spreads over key sets.

    Links whose table is not there are left out; `missing` names them.
    """

    system: System
    tables: Mapping[str, Table]

    def lowered(self) -> tuple[Edge, ...]:
        """The links that give a right within our own sphere."""
        return tuple(
            e
            for e in edges(self.system)
            if e.right is not Right.NONE
            and self.system.datasets[e.child].is_ours == self.system.datasets[e.parent].is_ours
            and {e.child, e.parent} <= self.tables.keys()
            and self.key(e.taker)
        )

    def key(self, dataset: str) -> tuple[str, ...]:
        """The key of a dataset: declared, or else the table's own."""
        return self.system.datasets[dataset].key or self.tables[dataset].key

    def after(self, dataset: str, keys: str, held: Right) -> Iterator[tuple[Spread, Right]]:
        """How a key set of a dataset, held with a right, is spread on."""
        for edge in self.lowered():
            right = passed(edge, held)
            if edge.giver == dataset and right is not None:
                yield Spread(edge, edge.flows, keys, claimed(right, edge.taker)), right

    def gaps(self, roots: frozenset[str]) -> tuple[str, ...]:
        """Why what is read may not be everything, in words; empty when nothing is unknown."""
        said = []
        for name in sorted(self._reachable(roots)):
            where = f"`{self.system.name}.{name}`"
            table = self.tables.get(name)
            if table is None:
                said.append(f"{where} is declared and not there, or not shown to us")
            elif table.row_security:
                said.append(f"row security may hide rows of {where} from us")
            elif not self.key(name):
                said.append(f"{where} has no key, so its rows cannot be named")
        return tuple(said)

    def _reachable(self, roots: frozenset[str]) -> frozenset[str]:
        found, todo = set(roots), list(roots)
        while todo:
            giver = todo.pop()
            for edge in edges(self.system):
                ours = self.system.datasets[edge.taker].is_ours
                if edge.right is Right.NONE or edge.giver != giver or not ours:
                    continue
                if edge.taker not in found:
                    found.add(edge.taker)
                    todo.append(edge.taker)
        return frozenset(found)


def passed(edge: Edge, held: Right) -> Right | None:
    """The right that reaches the other side: ownership only over owning links, sight never rises
    (rule 2 of links)."""
    if edge.right is Right.SEE:
        return Right.SEE
    return Right.OWN if edge.right is Right.OWN and held is Right.OWN else None


def claimed(right: Right, dataset: str) -> str:
    """The name of the key set of the rows of `dataset` that persons own or see over links."""
    return f"claim.{right}.{dataset}"
