"""The small intermediate representation: predicates over the rows of one dataset.

Every predicate is two-valued: a comparison with an absent value is false, and `negate` pushes
negation down to the leaves, so that no engine's three-valued logic can leak in. SQL connectors
render it, files and the in-memory twin evaluate it; the meaning is `holds` in `twin.py`.

Predicates share their parts: what keeps a contract stands in what keeps its company. A predicate
therefore knows its own hash, and what was worked out for a part once is found again by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from avow.estate.datamap.edges import Edge, Side


@dataclass(frozen=True, slots=True)
class Equal:
    """The column's value, read as text, equals `value`; false where the column is null."""

    field: str
    value: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Null:
    """The column is null (or, negated, is not)."""

    field: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Until:
    """The column's local day is at most `day`; negated: it is later. False where it is null.

    `zone` is that of the controller, whose days are meant. `column_zone` is the zone of a column
    without offset. The connector turns the day into the bound that fits the column's type: a date
    is compared with `<=`, an instant with `<` the first instant of the next local day.
    """

    field: str
    day: date
    zone: str
    column_zone: str | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InKeys:
    """The row's columns `fields` are in the key set `keys` (a name known to the connection).

    Values are compared through `normalise` of the edge that made them equal-typed; key sets of
    facts may carry a day: `until` keeps the entries of that day or earlier.
    """

    fields: tuple[str, ...]
    keys: str
    until: date | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Related:
    """Some row on the other side of `edge` satisfies `where` (negated: none does).

    `to` is the side looked at: PARENT from a row that holds the pointer, CHILD from one it names.
    The condition of a conditional edge (`when`) is part of the relation, on whichever side the
    child stands. A pointer with a null part relates to nothing.
    """

    edge: Edge
    to: Side
    where: Predicate
    negated: bool = False
    known: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", hash((self.edge, self.to, self.where, self.negated)))

    def __hash__(self) -> int:
        return self.known

    @property
    def dataset(self) -> str:
        """The dataset of the rows that are looked for."""
        return self.edge.parent if self.to is Side.PARENT else self.edge.child


@dataclass(frozen=True, slots=True)
class And:
    """Every part holds; without parts it is true."""

    parts: tuple[Predicate, ...] = ()
    known: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", hash(("and", self.parts)))

    def __hash__(self) -> int:
        return self.known


@dataclass(frozen=True, slots=True)
class Or:
    """Some part holds; without parts it is false."""

    parts: tuple[Predicate, ...] = ()
    known: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", hash(("or", self.parts)))

    def __hash__(self) -> int:
        return self.known


Predicate = Equal | Null | Until | InKeys | Related | And | Or

TRUE = And()
FALSE = Or()


def all_of(parts: Iterable[Predicate]) -> Predicate:
    """Conjunction, flattened; false swallows it, true vanishes, and so do alternatives of which the
    other parts already say one (`a and (a or b)` is `a`): a database would look row by row."""
    flat: dict[Predicate, None] = {}
    for part in parts:
        for inner in part.parts if isinstance(part, And) else (part,):
            flat[inner] = None
    if FALSE in flat:
        return FALSE
    kept = tuple(p for p in flat if not (isinstance(p, Or) and _said(p, flat)))
    return kept[0] if len(kept) == 1 else And(kept)


def _said(alternatives: Or, flat: Mapping[Predicate, None]) -> bool:
    return any(
        all(inner in flat for inner in (p.parts if isinstance(p, And) else (p,)))
        for p in alternatives.parts
    )


def any_of(parts: Iterable[Predicate]) -> Predicate:
    """Disjunction, flattened; true swallows it, false vanishes."""
    flat: dict[Predicate, None] = {}
    for part in parts:
        for inner in part.parts if isinstance(part, Or) else (part,):
            flat[inner] = None
    if TRUE in flat:
        return TRUE
    return next(iter(flat)) if len(flat) == 1 else Or(tuple(flat))


@lru_cache(maxsize=8192)
def negate(predicate: Predicate) -> Predicate:
    """The complement on every row, absent values included, with negation only at the leaves."""
    match predicate:
        case And(parts):
            return any_of(negate(p) for p in parts)
        case Or(parts):
            return all_of(negate(p) for p in parts)
        case Equal(f, v, negated):
            return (
                any_of([Null(f), Equal(f, v, True)])
                if not negated
                else any_of([Null(f), Equal(f, v)])
            )
        case Null(f, negated):
            return Null(f, not negated)
        case Until(f, day, zone, column_zone, negated):
            return any_of([Null(f), Until(f, day, zone, column_zone, not negated)])
        case InKeys(fields, keys, until, negated):
            return InKeys(fields, keys, until, not negated)
        case Related(edge, to, where, negated):
            return Related(edge, to, where, not negated)
    raise TypeError(f"not a predicate: {type(predicate).__name__}")


def leaves(predicate: Predicate) -> Iterator[Equal | Null | Until | InKeys | Related]:
    """Every leaf of a predicate, those inside related rows included, outermost first."""
    if isinstance(predicate, And | Or):
        for part in predicate.parts:
            yield from leaves(part)
        return
    yield predicate
    if isinstance(predicate, Related):
        yield from leaves(predicate.where)


def near(leaf: Related) -> tuple[str, ...]:
    """The columns by which a row meets the related ones."""
    edge = leaf.edge
    if leaf.to is Side.CHILD:
        return edge.parent_fields
    return (*edge.child_fields, *(column for column, _ in edge.when))


def own_columns(predicate: Predicate) -> Iterator[str]:
    """The columns that a predicate asks of the row itself."""
    match predicate:
        case And(parts) | Or(parts):
            for part in parts:
                yield from own_columns(part)
        case InKeys(fields):
            yield from fields
        case Related():
            yield from near(predicate)
        case Equal(column) | Null(column) | Until(column):
            yield column


def leaving(predicate: Predicate, field: str) -> InKeys | Related | None:
    """By what the elements of the list `field` go: the first condition that the predicate sets on
    what they name. None where it sets none."""
    for part in predicate.parts if isinstance(predicate, And) else (predicate,):
        match part:
            case InKeys((named,), negated=False) if named == field:
                return part
            case Related(edge, Side.PARENT, negated=False) if edge.child_fields == (field,):
                return part
    return None


@lru_cache(maxsize=8192)
def key_sets(predicate: Predicate) -> frozenset[str]:
    """Names of all key sets the predicate needs on its connection."""
    match predicate:
        case And(parts) | Or(parts):
            return frozenset().union(*map(key_sets, parts))
        case Related():
            return key_sets(predicate.where)
        case InKeys():
            return frozenset({predicate.keys})
    return frozenset()


def matching(edge: Edge) -> Predicate:
    """The condition of a conditional edge as a predicate over child rows."""
    return all_of(Equal(column, value) for column, value in edge.when)
