"""Reading what persons own or see in one system: the answer to a request for access.

Rights run along links as `reach` says, but in the system itself: key sets are spread from the
persons' rows, ownership over owning links, sight over the others, and sight never becomes
ownership. Then each dataset is read once, and the path of every row (why is this mine?) is worked
out here from the rows that came.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product

from avow.engine.planner.persons import named
from avow.engine.planner.reaching import Extract, Mark, Plain, Reach, Seeds, Shown, passed
from avow.engine.planner.reading_together import read_together
from avow.estate.connectors.base import Connection
from avow.estate.connectors.values import plain_all, says
from avow.estate.datamap.copies import copy_edges
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import personal_columns
from avow.estate.datamap.paths import column_of, look, looks
from avow.estate.datamap.predicates import InKeys, any_of
from avow.estate.datamap.reach import Hidden, Row, hidden, normal

MOST = 10_000
"""Rows of one dataset that are read unless more are asked for."""


def read(connection: Connection, seeds: Seeds, most: int = MOST) -> tuple[Extract, ...]:
    """Every row that these persons own or see in one system, dataset by dataset.

    One round trip where the system can be asked so, else one statement per dataset and link; never
    one per row. Writes nothing.

    Raises:
        Refused: the system refuses a statement.
    """
    catalogue = connection.catalogue()
    reaching = Reach(connection.system, catalogue.tables)
    roots = {d: keys for d, keys in seeds.items() if d in catalogue.tables and reaching.key(d)}
    together = read_together(connection, reaching, roots, most)
    return _apart(connection, reaching, roots, most) if together is None else together


def _apart(connection: Connection, reaching: Reach, roots: Seeds, most: int) -> tuple[Extract, ...]:
    """Key set after key set, then dataset after dataset."""
    sets = _claim(connection, reaching, roots)
    catalogue = connection.catalogue()
    rows: dict[str, list[Row]] = {}
    for dataset in sorted({d for d, _ in sets}):
        where = any_of(InKeys(reaching.key(dataset), s) for d, s in sets if d == dataset)
        columns = [c.name for c in catalogue.tables[dataset].columns]
        found = connection.fetch(dataset, where, columns, most)
        rows[dataset] = [dict(zip(columns, values, strict=True)) for values in found]
    holders = _holders(connection, sets)
    ways = _Paths(reaching, rows).of(roots)
    made = []
    for dataset, table in rows.items():
        if table:
            total = len(table)
            if total == most:
                own = [InKeys(reaching.key(dataset), s) for d, s in sets if d == dataset]
                total = connection.count(dataset, any_of(own))
            made.append(_extract(reaching, dataset, table, total, (holders, ways)))
        for _, name in [s for s in sets if s[0] == dataset]:
            connection.drop_keys(name)
    return tuple(made)


def _claim(connection: Connection, reaching: Reach, roots: Seeds) -> dict[tuple[str, str], Right]:
    """Put the persons and spread their rights; gives (dataset, key set) -> right, filled ones."""
    sets: dict[tuple[str, str], Right] = {}
    todo: deque[tuple[str, str, Right]] = deque()
    for dataset, persons in roots.items():
        if persons:
            connection.put_keys(named(dataset), dataset, [(n, key, None) for n, key in persons])
            todo.append((dataset, named(dataset), Right.OWN))
    while todo:
        dataset, keys, held = todo.popleft()
        sets[dataset, keys] = held
        for spread, right in reaching.after(dataset, keys, held):
            new = connection.spread(spread.edge, spread.to, spread.giver, spread.taker)
            sets.setdefault((spread.edge.taker, spread.taker), right)
            step = (spread.edge.taker, spread.taker, right)
            if new and step not in todo:
                todo.append(step)
    return sets


def _holders(
    connection: Connection, sets: Mapping[tuple[str, str], Right]
) -> dict[Mark, dict[int, Right]]:
    """Row -> person -> the stronger of the rights they have on it."""
    found: dict[Mark, dict[int, Right]] = {}
    for (dataset, name), right in sets.items():
        for person, key in connection.keys(name):
            rights = found.setdefault((dataset, plain_all(key) or ()), {})
            if right is Right.OWN or person not in rights:
                rights[person] = right
    return found


@dataclass(frozen=True, slots=True)
class _Ways:
    """How persons come to rows: the shortest path by right, and the last link of every path (None:
    the row names the person)."""

    paths: Mapping[tuple[int, Mark, Right], tuple[str, ...]]
    last: Mapping[tuple[int, Mark], set[Edge | None]]

    def hidden(self, reaching: Reach, person: int, mark: Mark) -> Hidden:
        """What the person is not shown of a row. Where its way leads over rows that were not read,
        whatever any link to it hides."""
        known = self.last.get((person, mark))
        if known:
            return hidden(known)
        there = [e for e in reaching.lowered() if e.taker == mark[0]]
        columns = frozenset(c for e in there for c in e.hides)
        return Hidden(columns, any(e.hides_row for e in there))


@dataclass(frozen=True, slots=True)
class _Paths:
    """The ways over links between rows that were read."""

    reaching: Reach
    rows: Mapping[str, Sequence[Row]]

    def of(self, roots: Seeds) -> _Ways:
        """The shortest way of each person to each row, by right, and the last links of them all."""
        index = {e: self._index(e) for e in self.reaching.lowered()}
        by_mark = {self._mark(d, row): row for d, table in self.rows.items() for row in table}
        found: dict[tuple[int, Mark, Right], tuple[str, ...]] = {}
        last: dict[tuple[int, Mark], set[Edge | None]] = {}
        todo: deque[tuple[int, Mark, Row, Right]] = deque()
        for dataset, keys in roots.items():
            for person, key in keys:
                # A person whose own row is gone still owns what names its key.
                mark = (dataset, plain_all(key) or ())
                row = by_mark.get(mark, dict(zip(self.reaching.key(dataset), key, strict=True)))
                found[person, mark, Right.OWN] = ()
                last.setdefault((person, mark), set()).add(None)
                todo.append((person, mark, row, Right.OWN))
        while todo:
            person, mark, row, held = todo.popleft()
            for edge, taken in index.items():
                right = passed(edge, held)
                if edge.giver != mark[0] or right is None:
                    continue
                others = (taken.get(target, ()) for target in _given(edge, row))
                for other in dict.fromkeys(chain.from_iterable(others)):
                    step = (person, other, right)
                    last.setdefault((person, other), set()).add(edge)
                    if step not in found:
                        found[step] = (*found[person, mark, held], edge.name)
                        todo.append((person, other, by_mark[other], right))
        return _Ways(found, last)

    def _index(self, edge: Edge) -> dict[Plain, list[Mark]]:
        fields = edge.child_fields if edge.flows is Side.CHILD else edge.parent_fields
        found: dict[Plain, list[Mark]] = {}
        for row in self.rows.get(edge.taker, ()):
            if edge.flows is Side.PARENT or _applies(edge, row):
                for target in _pointers(edge, row, fields):
                    found.setdefault(target, []).append(self._mark(edge.taker, row))
        return found

    def _mark(self, dataset: str, row: Row) -> Mark:
        return dataset, plain_all(row.get(f) for f in self.reaching.key(dataset)) or ()


def _given(edge: Edge, row: Row) -> set[Plain]:
    """What the giver's row says of the rows that it passes its right to."""
    if edge.flows is Side.CHILD:
        return _pointers(edge, row, edge.parent_fields)
    return _pointers(edge, row, edge.child_fields) if _applies(edge, row) else set()


def _applies(edge: Edge, row: Row) -> bool:
    return all(says(look(row, column), value) for column, value in edge.when)


def _pointers(edge: Edge, row: Row, fields: tuple[str, ...]) -> set[Plain]:
    ways = product(*([normal(v, edge.normalise) for v in looks(row, f)] for f in fields))
    values = (plain_all(way) for way in ways)
    return {v for v in values if v is not None and not (edge.by_value and "" in v)}


def _extract(
    reaching: Reach,
    dataset: str,
    rows: Sequence[Row],
    total: int,
    why: tuple[Mapping[Mark, Mapping[int, Right]], _Ways],
) -> Extract:
    holders, ways = why
    columns = tuple(rows[0])
    categories = personal_columns(reaching.system.datasets[dataset], columns)
    shown, copies = [], Counter[int]()
    for row in rows:
        key = tuple(row[f] for f in reaching.key(dataset))
        mark = (dataset, plain_all(key) or ())
        for person, right in sorted(holders.get(mark, {}).items()):
            path = ways.paths.get((person, mark, right), ())
            without = ways.hidden(reaching, person, mark)
            copies[person] += without.row
            if not without.row:
                # A column is not shown whole where something inside it must not be.
                hides = without.columns | {column_of(c) for c in without.columns}
                values = tuple(None if c in hides else row[c] for c in columns)
                shown.append(Shown(person, key, right, path, values, hides))
    labelled = tuple((c, categories.get(c)) for c in columns)
    system = reaching.system.name
    of = tuple(e.parent for e in copy_edges(reaching.system, dataset))
    some = +copies if of else Counter[int]()
    return Extract(system, dataset, labelled, tuple(shown), total, total > len(rows), of, some)
