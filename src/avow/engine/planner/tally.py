"""Counting for a plan, each question once and none that is answered already."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from avow.common.remembered import remembered
from avow.estate.connectors.base import Connection
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import Normaliser
from avow.estate.datamap.paths import inside
from avow.estate.datamap.predicates import (
    FALSE,
    TRUE,
    And,
    InKeys,
    Or,
    Predicate,
    Related,
    all_of,
    any_of,
    negate,
)


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of one plan on one connection. `empty` names key sets in which nothing is: mostly
    nothing is held, and a database need not look row by row. `also`: see `implied`."""

    connection: Connection
    empty: frozenset[str] = frozenset()
    also: Mapping[InKeys, InKeys] = field(default_factory=dict)
    made: dict[Hashable, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    @remembered
    def settled(self, where: Predicate) -> Predicate:
        """The same rows, without asking for key sets that are empty."""
        return without_empty(where, self.empty)

    def count(self, dataset: str, where: Predicate) -> int:
        """Rows of the dataset that satisfy `where`."""
        return self._asked(dataset, self.lean(where))

    @remembered
    def lean(self, where: Predicate) -> Predicate:
        """The same rows, asked for as shortly as what is known allows."""
        return lean(where, self.empty, self.also)

    @remembered
    def _asked(self, dataset: str, where: Predicate) -> int:
        return 0 if where == FALSE else self.connection.count(dataset, where)


def lean(
    where: Predicate, empty: frozenset[str], also: Mapping[InKeys, InKeys] = MappingProxyType({})
) -> Predicate:
    """The same rows, asked for as shortly as empty key sets and those of `also` allow."""
    return possible(implied(without_empty(where, empty), also=also))


def without_empty(predicate: Predicate, empty: frozenset[str]) -> Predicate:
    """The predicate when these key sets hold nothing: no row is in them, every row is outside."""
    match predicate:
        case And(parts):
            return all_of(without_empty(p, empty) for p in parts)
        case Or(parts):
            return any_of(without_empty(p, empty) for p in parts)
        case InKeys(_, keys, _, negated) if keys in empty:
            return TRUE if negated else FALSE
        case Related(edge, to, where, negated):
            inner = without_empty(where, empty)
            if inner == FALSE:
                return TRUE if negated else FALSE
            return Related(edge, to, inner, negated)
    return predicate


def implied(
    predicate: Predicate,
    known: frozenset[InKeys] = frozenset(),
    also: Mapping[InKeys, InKeys] = MappingProxyType({}),
) -> Predicate:
    """The predicate without what its own key sets answer already. A row whose pointer is in a key
    set points to a row in it: whether that row is outside need not be looked up, row by row.

    `known` are key sets that the row is in; a row that is in a key set of `also` is in what stands
    there too. Plain columns and exact pointers only: of a list some
    element is in a key set, and others may not be; a normalised value may stand for two keys.
    """
    match predicate:
        case And(parts):
            own = frozenset(p for p in parts if isinstance(p, InKeys) and _says(p))
            said = known | _with(own, also)
            # What a pointer tells is no news to the very part that tells it.
            telling = {p: frozenset(_pointing(p)) for p in parts}
            told = _with(frozenset[InKeys]().union(*telling.values()), also)
            return all_of(
                p if p in own else implied(p, said if telling[p] else said | told, also)
                for p in parts
            )
        case Or(parts):
            return any_of(implied(part, known, also) for part in parts)
        case InKeys():
            if predicate in known:
                return TRUE
            return FALSE if negate(predicate) in known else predicate
        case Related(edge, to, where, negated):
            inner = implied(where, _with(_carried(edge, to, known), also), also)
            if inner == FALSE:
                return TRUE if negated else FALSE
            return Related(edge, to, inner, negated)
    return predicate


def _with(own: frozenset[InKeys], also: Mapping[InKeys, InKeys]) -> frozenset[InKeys]:
    """What a row is in that is in these key sets."""
    found, new = own, own
    while new := frozenset(also[each] for each in new if each in also) - found:
        found |= new
    return found


def _pointing(part: Predicate) -> Iterator[InKeys]:
    """The key sets that a row's pointer is in because of the row that it points to."""
    if not isinstance(part, Related) or part.negated or part.to is not Side.PARENT:
        return
    parts = part.where.parts if isinstance(part.where, And) else (part.where,)
    there = frozenset(p for p in parts if isinstance(p, InKeys) and _says(p))
    yield from _carried(part.edge, Side.CHILD, there)


def _says(part: InKeys) -> bool:
    return not part.negated and part.until is None and not any(inside(f) for f in part.fields)


def _carried(edge: Edge, to: Side, known: frozenset[InKeys]) -> frozenset[InKeys]:
    """The key sets that a related row is in because this one is."""
    if edge.by_value or edge.normalise is not Normaliser.EXACT:
        return frozenset()
    here, there = edge.child_fields, edge.parent_fields
    if to is Side.CHILD:
        here, there = there, here
    if any(inside(field) for field in (*here, *there)):
        return frozenset()
    return frozenset(InKeys(there, each.keys) for each in known if each.fields == here)


def possible(predicate: Predicate) -> Predicate:
    """The predicate without alternatives that its other conditions exclude: in `a and (not a or b)`
    only `b` is left of the alternatives, and a database would look for `a` again in vain."""
    match predicate:
        case And(parts):
            said = frozenset(parts)
            return all_of(_left_over(part, said) for part in parts)
        case Or(parts):
            return any_of(possible(part) for part in parts)
    return predicate


def _left_over(part: Predicate, said: frozenset[Predicate]) -> Predicate:
    if not isinstance(part, Or):
        return part
    return any_of(each for each in part.parts if not _excluded(each, said))


def _excluded(each: Predicate, said: frozenset[Predicate]) -> bool:
    inner = each.parts if isinstance(each, And) else (each,)
    return any(negate(one) in said for one in inner)
