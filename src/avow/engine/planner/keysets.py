"""Putting on a connection what a program needs: facts and persons as key sets, and their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Protocol

from avow.engine.planner.program import Move, Program, Spread, Step
from avow.engine.planner.tally import lean
from avow.estate.connectors.base import Capability, Connection
from avow.estate.connectors.catalogue import Table
from avow.estate.datamap.edges import Side
from avow.estate.datamap.entailing import entails
from avow.estate.datamap.model import Normaliser
from avow.estate.datamap.paths import inside
from avow.estate.datamap.predicates import FALSE, InKeys, Predicate
from avow.estate.datamap.reach import Key

Roots = Mapping[str, Sequence[Key]]
"""Root dataset -> keys of the persons to erase there, in a stable order."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """A fact as a key set: the dataset whose keys it holds, and (subject ordinal, key, day)."""

    name: str
    dataset: str
    rows: tuple[tuple[int, Key, date | None], ...] = ()


class Known(Protocol):
    """What avow knows of persons, read afresh at every call."""

    def key_sets(self, system: str, names: frozenset[str]) -> Sequence[KeySet]:
        """The named facts as they stand now; one per name, empty where nothing is known."""


@dataclass(slots=True)
class Held:
    """The key sets on one connection: facts are put again only when they changed."""

    connection: Connection
    known: Known
    put: dict[str, KeySet]
    lean: dict[tuple[Predicate, frozenset[str], frozenset[InKeys]], Predicate] = field(
        default_factory=dict
    )
    last: tuple[Program, frozenset[str], Program] | None = None

    @property
    def empty(self) -> frozenset[str]:
        """The facts of which nothing is known here: mostly nobody holds anything."""
        return frozenset(name for name, found in self.put.items() if not found.rows)

    def settled(self, step: Step) -> Step:
        """The step as it is asked now: the same rows, without looking at each one whether it is in
        a key set that holds nothing."""
        return self._settled(step, MappingProxyType({}))

    def _settled(self, step: Step, also: Mapping[InKeys, InKeys]) -> Step:
        counted = None if step.counted is None else self._lean(step.counted, also)
        return replace(step, where=self._lean(step.where, also), counted=counted)

    def _lean(self, where: Predicate, also: Mapping[InKeys, InKeys]) -> Predicate:
        about = (where, self.empty, frozenset(also))
        if about not in self.lean:
            self.lean[about] = lean(where, self.empty, also)
        return self.lean[about]

    def all_settled(self, program: Program) -> Program:
        """The program with every step as it is asked now.

        What is emptied after a deletion, of rows that were all among those deleted, is not asked
        for where nothing of the database's own can keep such a row.
        """
        if self.last is None or self.last[0] is not program or self.last[1] != self.empty:
            self.last = program, self.empty, self._all_settled(program)
        return self.last[2]

    def _all_settled(self, program: Program) -> Program:
        tables = self.connection.catalogue().tables
        unique = frozenset((t.name, t.key) for t in tables.values() if t.key)
        locks = Capability.LOCKS in self.connection.capabilities
        also = pointing(self.connection, program) if locks else {}
        steps = [self._settled(step, also) for step in program.steps]
        gone: dict[str, list[Predicate]] = {}
        for place, step in enumerate(steps):
            if step.move is Move.DELETE and _surely_goes(tables.get(step.dataset)):
                gone.setdefault(step.dataset, []).append(step.where)
            elif any(entails(step.where, w, unique) for w in gone.get(step.dataset, ())):
                steps[place] = replace(step, where=FALSE)
        return replace(program, steps=tuple(steps))

    def refresh(self, program: Program) -> None:
        """Read every fact of the program again and replace the key sets that changed."""
        for fresh in self.known.key_sets(program.system, program.facts):
            if self.put.get(fresh.name) == fresh:
                continue
            self.connection.put_keys(fresh.name, fresh.dataset, fresh.rows)
            self.put[fresh.name] = fresh


def _surely_goes(table: Table | None) -> bool:
    """Whether a row of the table that is deleted is gone: a trigger or a rule may keep it, and then
    it is emptied."""
    if table is None or table.triggers or table.rules:
        return False
    return not (table.has_heirs or table.is_partitioned or table.is_foreign)


def pointing(connection: Connection, program: Program) -> Mapping[InKeys, InKeys]:
    """Key sets of rows that are there only because a pointer of theirs is in another key set, with
    that. True of a batch that holds their locks (see `erase`), and of a count at one moment."""
    found: dict[InKeys, InKeys] = {}
    for spread in program.spreads:
        pointer = sole(connection, program, spread)
        if pointer is not None:
            key = connection.system.datasets[spread.edge.child].key
            found[InKeys(key, spread.taker)] = pointer
    return found


def sole(connection: Connection, program: Program, spread: Spread) -> InKeys | None:
    """Where one spread alone fills a key set, by the very values of a pointer: that pointer is in
    the key set from which it came, and its rows can be told apart. None otherwise."""
    system, table = connection.system, connection.catalogue().tables.get(spread.edge.child)
    edge, takers = spread.edge, [s.taker for s in program.spreads]
    keyed = table is not None and table.key == system.datasets[edge.child].key
    if not keyed:
        return None
    exact = spread.to is Side.CHILD and not edge.by_value and edge.normalise is Normaliser.EXACT
    plain = not any(inside(field) for field in (*edge.child_fields, *edge.parent_fields))
    alone = takers.count(spread.taker) == 1 and spread.taker not in program.roots.values()
    by_key = edge.parent_fields == system.datasets[edge.parent].key
    if not (exact and plain and alone and by_key) or spread.cyclic:
        return None
    return InKeys(edge.child_fields, spread.giver)


def seat(connection: Connection, program: Program, roots: Roots, first: int = 0) -> None:
    """Put these persons as the program's roots and fill every key set that follows from them.

    Persons are numbered from `first` in the order given, over all root datasets.
    """
    for spread in program.spreads:
        connection.drop_keys(spread.taker)
    ordinal = first
    for dataset, name in program.roots.items():
        keys = roots.get(dataset, ())
        connection.drop_keys(name)
        connection.put_keys(name, dataset, [(ordinal + i, k, None) for i, k in enumerate(keys)])
        ordinal += len(keys)
    fill(connection, program.spreads)
    settle(connection, program)


def fill(connection: Connection, spreads: Sequence[Spread]) -> None:
    """Run the spreads in order; the cyclic ones together until none finds a new row."""
    for spread in spreads:
        connection.spread(spread.edge, spread.to, spread.giver, spread.taker)
    cyclic = [s for s in spreads if s.cyclic]
    while cyclic and sum(connection.spread(s.edge, s.to, s.giver, s.taker) for s in cyclic):
        pass


def settle(connection: Connection, program: Program) -> None:
    """Say which rows somebody who stays owns, where rows own rows of their own kind: those picked
    out, and all below them. A pick may ask what another one found and what lies below that, so all
    that is below is found again after each, and there are as many rounds as picks."""
    for pick in program.picks:
        connection.put_keys(pick.taker, pick.dataset, [])
    for pick in program.picks * len(program.picks):
        key = connection.system.datasets[pick.dataset].key
        found = list(connection.fetch(pick.dataset, pick.where, key))
        connection.put_keys(pick.taker, pick.dataset, [(0, tuple(k), None) for k in found])
        fill(connection, program.downs)


def persons(roots: Roots) -> list[tuple[str, Key]]:
    """Every person as (root dataset, key), in the order in which they are numbered."""
    return [(dataset, key) for dataset, keys in roots.items() for key in keys]
