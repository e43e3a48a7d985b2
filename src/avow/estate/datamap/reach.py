"""Whose row it is: the executable specification of links, on rows in memory.

With `decide` and `fate` this is what every compiled plan is tested against. It is naive on
purpose: one pass per step, no index, no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from avow.estate.datamap.edges import Edge, Right, Side, edges
from avow.estate.datamap.model import Dataset, Normaliser, System
from avow.estate.datamap.paths import look, looks

Row: TypeAlias = Mapping[str, object]
Rows: TypeAlias = Mapping[str, Sequence[Row]]
Key: TypeAlias = tuple[object, ...]

_DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Person:
    """A person as a system names them: root dataset and key there, even if the row is gone."""

    dataset: str
    key: Key


@dataclass(frozen=True, slots=True)
class Reached:
    """One way in which a person reaches a row: with which right, over which edges (their names)."""

    person: Person
    dataset: str
    key: Key
    right: Right
    path: tuple[str, ...]


def normal(value: object, how: Normaliser) -> object:
    """A value in the form in which the edge compares it. Only text is changed; bytes that are not
    ASCII stay as they are, so that every engine agrees."""
    if how is Normaliser.EXACT or not isinstance(value, str):
        return value
    text = value.strip(" ")
    match how:
        case Normaliser.ASCII_LOWER:
            return "".join(c.lower() if c.isascii() else c for c in text)
        case Normaliser.DIGITS:
            return "".join(c for c in text if c in _DIGITS)
    return text


def pointers(edge: Edge, row: Row, fields: tuple[str, ...]) -> frozenset[Key]:
    """The values of one end of an edge in comparable form, several where it is a list; none where
    it points nowhere: a part is null, or, in a link by value, empty."""
    parts = [[normal(v, edge.normalise) for v in looks(row, f)] for f in fields]
    return frozenset(
        values
        for values in product(*parts)
        if None not in values and not (edge.by_value and "" in values)
    )


def pointer(edge: Edge, row: Row, fields: tuple[str, ...]) -> Key | None:
    """The one value of an end of an edge that is no list; None where it points nowhere."""
    return next(iter(pointers(edge, row, fields)), None)


def key_of(dataset: Dataset, row: Row) -> Key:
    """The row's key, in the order the dataset declares."""
    return tuple(row.get(f) for f in dataset.key)


def applies(edge: Edge, row: Row) -> bool:
    """Whether a conditional edge speaks about this child row."""
    return all(look(row, c) is not None and str(look(row, c)) == v for c, v in edge.when)


def across(edge: Edge, rows: Rows, row: Row, at: Side) -> Iterator[Row]:
    """The rows on the other side of `edge`, seen from `row`, which stands on side `at`."""
    if at is Side.PARENT:
        targets = pointers(edge, row, edge.parent_fields)
        others, fields = (
            [r for r in rows.get(edge.child, ()) if applies(edge, r)],
            edge.child_fields,
        )
    elif applies(edge, row):
        targets = pointers(edge, row, edge.child_fields)
        others, fields = list(rows.get(edge.parent, ())), edge.parent_fields
    else:
        return
    yield from (r for r in others if targets & pointers(edge, r, fields))


def _passes(edge: Edge, held: Right) -> Right | None:
    """The right that reaches the taker: ownership only over owning edges, sight never rises."""
    if edge.right is Right.SEE:
        return Right.SEE
    return Right.OWN if edge.right is Right.OWN and held is Right.OWN else None


def _starts(rows: Rows, system: System, person: Person) -> Iterator[tuple[str, Row, Right, str]]:
    """Where rights begin: the person's row, and rows whose link names the person's key."""
    root = system.datasets[person.dataset]
    for row in rows.get(root.name, ()):
        if key_of(root, row) == person.key:
            yield root.name, row, Right.OWN, ""
    for edge in edges(system):
        if edge.parent != root.name or edge.flows is not Side.CHILD or edge.right is Right.NONE:
            continue
        if edge.parent_fields != root.key or not _same_sphere(system, edge):
            continue
        wanted = tuple(normal(part, edge.normalise) for part in person.key)
        for row in rows.get(edge.child, ()):
            if applies(edge, row) and wanted in pointers(edge, row, edge.child_fields):
                yield edge.child, row, edge.right, edge.name


def reach(rows: Rows, system: System, seeds: Iterable[Person]) -> frozenset[Reached]:
    """Every row that each seed owns or sees, once per right and last edge, with one path each.

    Rights run along links to any depth and through circles; sight never becomes ownership.
    A dataset that is not ours (a tenant's, whose processor we are) is not entered from ours.
    """
    lowered = [e for e in edges(system) if e.right is not Right.NONE]
    found: dict[tuple[Person, str, Key, Right, str], Reached] = {}
    todo: list[tuple[Reached, Row]] = []

    def note(way: Reached, row: Row) -> None:
        mark = (way.person, way.dataset, way.key, way.right, way.path[-1] if way.path else "")
        if mark not in found:
            found[mark] = way
            todo.append((way, row))

    for person in seeds:
        for name, row, right, first in _starts(rows, system, person):
            dataset = system.datasets[name]
            path = (first,) if first else ()
            note(Reached(person, name, key_of(dataset, row), right, path), row)
    while todo:
        way, row = todo.pop()
        for edge in lowered:
            passed = _passes(edge, way.right)
            if edge.giver != way.dataset or passed is None or not _same_sphere(system, edge):
                continue
            at = Side.PARENT if edge.flows is Side.CHILD else Side.CHILD
            for other in across(edge, rows, row, at):
                key = key_of(system.datasets[edge.taker], other)
                note(Reached(way.person, edge.taker, key, passed, (*way.path, edge.name)), other)
    return frozenset(found.values())


@dataclass(frozen=True, slots=True)
class Hidden:
    """What access does not show of a row: some columns, or the `row` itself."""

    columns: frozenset[str] = frozenset()
    row: bool = False


def hidden(ways: Iterable[Edge | None]) -> Hidden:
    """What is not shown to one who reaches a row over these last edges (None: it names them).

    A column or a row is hidden only if every way hides it: one sees what any of one's roles may
    see. Without a way nothing is known, and nothing is shown.
    """
    open_ways = [e for e in ways if e is None or not e.hides_row]
    columns = [frozenset[str]() if e is None else frozenset(e.hides) for e in open_ways]
    return Hidden(columns[0].intersection(*columns) if columns else frozenset(), not columns)


def _same_sphere(system: System, edge: Edge) -> bool:
    return system.datasets[edge.child].is_ours == system.datasets[edge.parent].is_ours
