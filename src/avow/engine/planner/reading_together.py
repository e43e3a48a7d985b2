"""Reading what persons own or see in one round trip, where the system can be asked so.

Which key sets there are, and how each grows from another, follows from the data map alone. Mostly
each grows from one other only: then all of its rows came over the same links, and nothing has to be
worked out row by row.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from avow.engine.planner.persons import named
from avow.engine.planner.reaching import Extract, Reach, Seeds, Shown
from avow.estate.connectors.base import Connection, Refused
from avow.estate.connectors.together import Growth, Question, ReadsTogether, in_order
from avow.estate.datamap.copies import copy_edges
from avow.estate.datamap.edges import Edge, Right
from avow.estate.datamap.model import personal_columns
from avow.estate.datamap.paths import column_of
from avow.estate.datamap.reach import Hidden, Key, hidden


@dataclass(frozen=True, slots=True)
class Routes:
    """The key sets of one request: whose rows they hold, with which right, and how they grow."""

    sets: Mapping[str, tuple[str, Right]]
    growths: tuple[Growth, ...]

    @property
    def single(self) -> bool:
        """Whether every key set grows from one other at most, and none from persons as well."""
        takers = [each.taker for each in self.growths]
        return len(takers) == len(set(takers))

    def way(self, name: str) -> tuple[Edge, ...]:
        """The links over which the rows of a set came, where it is the only way to it."""
        found: list[Edge] = []
        while grown := next((g for g in self.growths if g.taker == name), None):
            found.append(grown.edge)
            name = grown.giver
        return tuple(reversed(found))


def routes(reaching: Reach, roots: Sequence[str]) -> Routes:
    """Every key set that may be filled when persons are named by rows of `roots`."""
    sets: dict[str, tuple[str, Right]] = {named(d): (d, Right.OWN) for d in roots}
    growths: list[Growth] = []
    todo = deque((d, named(d), Right.OWN) for d in roots)
    while todo:
        dataset, name, held = todo.popleft()
        for spread, right in reaching.after(dataset, name, held):
            taken = spread.edge.taker
            growths.append(Growth(spread.edge, spread.to, spread.giver, spread.taker))
            if spread.taker not in sets:
                sets[spread.taker] = (taken, right)
                todo.append((taken, spread.taker, right))
    return Routes(sets, tuple(growths))


def read_together(
    connection: Connection, reaching: Reach, roots: Seeds, most: int
) -> tuple[Extract, ...] | None:
    """As `read`, in one round trip; None where it has to be asked step by step: the connection
    cannot, rights run in circles or on several ways, or there are more rows than are read."""
    if not isinstance(connection, ReadsTogether):
        return None
    found = routes(reaching, [d for d, persons in roots.items() if persons])
    if not found.single or in_order(found.growths) is None:
        return None
    asked = _questions(reaching, found)
    persons = {named(d): (d, [(n, k, None) for n, k in roots[d]]) for d in roots if roots[d]}
    rows: list[list[Any]] = [[] for _ in asked]
    try:
        for place, row in connection.together(persons, found.growths, asked, most):
            rows[place].append(row)
    except Refused:
        return None  # step by step it is seen which dataset was refused
    if any(len(each) >= most for each in rows):
        return None
    return tuple(_extracts(reaching, found, asked, rows))


def _questions(reaching: Reach, found: Routes) -> list[Question]:
    """One for each key set, those of a dataset behind each other."""
    by_dataset = sorted(found.sets.items(), key=lambda each: each[1][0])
    columns = {d: tuple(c.name for c in reaching.tables[d].columns) for d, _ in found.sets.values()}
    return [Question(d, name, columns[d]) for name, (d, _) in by_dataset]


def _extracts(
    reaching: Reach, found: Routes, asked: Sequence[Question], rows: Sequence[list[Any]]
) -> Iterator[Extract]:
    """The rows of each dataset as they are shown."""
    pairs = zip(asked, rows, strict=True)
    for _, some in groupby(pairs, key=lambda each: each[0].dataset):
        filled = [(question, table) for question, table in some if table]
        if len(filled) == 1:
            yield _Answer(reaching, found, filled[0][0]).alone(filled[0][1])
        elif filled:
            yield _Answer(reaching, found, filled[0][0]).together(filled)


@dataclass(frozen=True, slots=True)
class Told:
    """What holds for all rows that are in the same key sets of a dataset: the right, the way, and
    what is hidden. `row`: none of it is shown."""

    right: Right
    path: tuple[str, ...]
    hides: frozenset[str]
    row: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    """The rows of one dataset as they are shown."""

    reaching: Reach
    routes: Routes
    question: Question
    told: dict[tuple[str, ...], Told] = field(default_factory=dict)

    def alone(self, table: Sequence[Any]) -> Extract:
        """Rows of one key set: the same is told of all of them."""
        told, key_of = self._told((self.question.keys,)), self._key()
        right, path, hides = told.right, told.path, told.hides
        shown: list[Shown] = []
        total, before, last = 0, None, None
        for person, *values in table:
            key = key_of(values)
            if key != before:
                total, before = total + 1, key
            elif person == last:
                continue
            last = person
            seen = self._without(values, hides) if hides else tuple(values)
            shown.append(Shown(person, key, right, path, seen, hides))
        if not told.row:
            return self._extract(shown, total, Counter())
        return self._extract([], total, Counter(each.person for each in shown))

    def together(self, filled: Sequence[tuple[Question, Sequence[Any]]]) -> Extract:
        """Rows of several key sets: a person may hold one in more ways than one."""
        key_of = self._key()
        held: dict[Key, dict[int, dict[str, None]]] = {}
        rows: dict[Key, Sequence[object]] = {}
        for question, table in filled:
            for person, *values in table:
                key = key_of(values)
                rows[key] = values
                held.setdefault(key, {}).setdefault(person, {})[question.keys] = None
        shown: list[Shown] = []
        copies = Counter[int]()
        for key, values in rows.items():
            for person, sets in sorted(held[key].items()):
                told = self._told(tuple(sets))
                copies[person] += told.row
                if not told.row:
                    seen = self._without(values, told.hides)
                    shown.append(Shown(person, key, told.right, told.path, seen, told.hides))
        return self._extract(shown, len(rows), copies)

    def _extract(self, shown: Sequence[Shown], total: int, copies: Counter[int]) -> Extract:
        system, dataset = self.reaching.system, self.question.dataset
        categories = personal_columns(system.datasets[dataset], self.question.columns)
        labelled = tuple((c, categories.get(c)) for c in self.question.columns)
        of = tuple(e.parent for e in copy_edges(system, dataset))
        some = +copies if of else Counter[int]()
        return Extract(system.name, dataset, labelled, tuple(shown), total, of=of, copies=some)

    def _key(self) -> Callable[[Sequence[object]], Key]:
        columns = self.question.columns
        places = [columns.index(f) for f in self.reaching.key(self.question.dataset)]
        if len(places) > 1:
            return itemgetter(*places)
        only = places[0]
        return lambda values: (values[only],)

    def _without(self, values: Sequence[object], hides: frozenset[str]) -> tuple[object, ...]:
        pairs = zip(self.question.columns, values, strict=True)
        return tuple(None if c in hides else v for c, v in pairs)

    def _told(self, names: tuple[str, ...]) -> Told:
        if names in self.told:
            return self.told[names]
        rights = {name: self.routes.sets[name][1] for name in names}
        right = Right.OWN if Right.OWN in rights.values() else Right.SEE
        ways = {name: self.routes.way(name) for name in names}
        path = min((ways[n] for n in names if rights[n] is right), key=len)
        without: Hidden = hidden([way[-1] if way else None for way in ways.values()])
        # A column is not shown whole where something inside it must not be.
        hides = without.columns | {column_of(c) for c in without.columns}
        self.told[names] = Told(right, tuple(e.name for e in path), hides, without.row)
        return self.told[names]
