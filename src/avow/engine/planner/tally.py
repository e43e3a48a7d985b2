"""Counting for a plan, each question once and none that is answered already."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from avow.common.remembered import remembered
from avow.estate.connectors.base import Connection
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
    nothing is held, and a database need not look row by row whether it is."""

    connection: Connection
    empty: frozenset[str] = frozenset()
    made: dict[Hashable, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    @remembered
    def settled(self, where: Predicate) -> Predicate:
        """The same rows, without asking for key sets that are empty."""
        return without_empty(where, self.empty)

    def count(self, dataset: str, where: Predicate) -> int:
        """Rows of the dataset that satisfy `where`."""
        return self._asked(dataset, possible(self.settled(where)))

    @remembered
    def _asked(self, dataset: str, where: Predicate) -> int:
        return 0 if where == FALSE else self.connection.count(dataset, where)


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
