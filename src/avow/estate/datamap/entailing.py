"""Whether the rows of one predicate are surely among those of another, told by their form alone."""

from __future__ import annotations

from typing import TypeAlias

from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import Normaliser
from avow.estate.datamap.paths import inside
from avow.estate.datamap.predicates import And, InKeys, Or, Predicate, Related, negate

Unique: TypeAlias = frozenset[tuple[str, tuple[str, ...]]]
"""Datasets with fields that no two of their rows have in common."""


def entails(first: Predicate, second: Predicate, unique: Unique = frozenset()) -> bool:
    """Whether every row that satisfies `first` satisfies `second`. False where the form does not
    say so, whatever the rows are.

    A row that points to one in a key set has its pointer in that key set; and where it can point to
    one row only, nothing is true of that row that contradicts what is.
    """
    if isinstance(second, And):
        return all(entails(first, part, unique) for part in second.parts)
    if isinstance(first, Or):
        return all(entails(part, second, unique) for part in first.parts)
    if first == second:
        return True
    if isinstance(second, Or) and any(entails(first, part, unique) for part in second.parts):
        return True
    if isinstance(first, And):
        return any(entails(part, second, unique) for part in first.parts)
    return isinstance(first, Related) and _told_by(first, second, unique)


def _told_by(first: Related, second: Predicate, unique: Unique) -> bool:
    edge = first.edge
    if first.negated or first.to is not Side.PARENT:
        return False
    if isinstance(second, InKeys):
        plain = second.until is None and not second.negated and second.fields == edge.child_fields
        there = InKeys(edge.parent_fields, second.keys)
        return plain and _is_exact(edge) and entails(first.where, there, unique)
    if not isinstance(second, Related) or second.edge != edge or second.to is not first.to:
        return False
    if not second.negated:
        return entails(first.where, second.where, unique)
    one = _is_exact(edge) and (edge.parent, edge.parent_fields) in unique
    return one and entails(first.where, negate(second.where), unique)


def _is_exact(edge: Edge) -> bool:
    """Whether a row holds the very values of the key that it points to."""
    fields = (*edge.child_fields, *edge.parent_fields)
    by_key = not edge.by_value and edge.normalise is Normaliser.EXACT
    return by_key and not any(inside(field) for field in fields)
