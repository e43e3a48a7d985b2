"""Predicates as functions: what is asked of other rows is collected once, the rest is a closure.

The meaning is `holds` of the twin. A question about related rows becomes a set of pointers, made
by one reading of the other dataset; what is asked of the row itself becomes Python functions over
its cells, composed once per file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone, tzinfo
from typing import TypeAlias

from avow.common.calendar import after
from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Column, ColumnKind
from avow.estate.connectors.files.form import Getter, Record
from avow.estate.connectors.moments import naive_bound
from avow.estate.connectors.values import plain, plain_all, says, typed
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import Normaliser
from avow.estate.datamap.predicates import And, Equal, InKeys, Null, Or, Predicate, Related, Until
from avow.estate.datamap.reach import normal

Test: TypeAlias = Callable[[Record], bool]
Pointer: TypeAlias = tuple[str, ...]
Bind: TypeAlias = Callable[[str], Getter]


@dataclass(frozen=True, slots=True)
class Among:
    """The row's pointer over an edge is (or is not) one of these."""

    edge: Edge
    to: Side
    pointers: frozenset[Pointer]
    negated: bool


@dataclass(frozen=True, slots=True)
class Keyed:
    """The row's columns are (or are not) one of these keys."""

    fields: tuple[str, ...]
    keys: frozenset[Pointer]
    negated: bool


Question: TypeAlias = "Equal | Null | Until | Among | Keyed | All | Some"


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """Some part holds."""

    parts: tuple[Question, ...]


def resolved(
    where: Predicate,
    keys: Callable[[str, date | None], Iterable[Sequence[object]]],
    pointers: Callable[[Related], frozenset[Pointer]],
) -> Question:
    """A predicate with all that it asks of key sets and of other datasets read."""
    match where:
        case And(parts):
            return All(tuple(resolved(p, keys, pointers) for p in parts))
        case Or(parts):
            return Some(tuple(resolved(p, keys, pointers) for p in parts))
        case InKeys(fields, name, until, negated):
            known = (plain_all(key) for key in keys(name, until))
            return Keyed(fields, frozenset(k for k in known if k is not None), negated)
        case Related(edge, to, _, negated):
            return Among(edge, to, pointers(where), negated)
    return where


def columns(question: Question) -> frozenset[str]:
    """The columns of the row itself that a question reads."""
    match question:
        case All(parts) | Some(parts):
            return frozenset[str]().union(*map(columns, parts))
        case Among(edge, to):
            near = edge.child_fields if to is Side.PARENT else edge.parent_fields
            speaks = [c for c, _ in edge.when] if to is Side.PARENT else []
            return frozenset((*near, *speaks))
        case Keyed(fields):
            return frozenset(fields)
    return frozenset({question.field})


def test(question: Question, bind: Bind, column: Callable[[str], Column]) -> Test:
    """The question as a function over the records of one file."""
    match question:
        case All(parts):
            return _all([test(p, bind, column) for p in parts])
        case Some(parts):
            return _any([test(p, bind, column) for p in parts])
        case Null(name, negated):
            return _null(bind(name), negated=negated)
        case Equal(name, value, negated):
            return _equal(bind(name), column(name).kind, value, negated=negated)
        case Until():
            return _until(bind(question.field), question)
        case Keyed(fields, keys, negated):
            return _keyed([bind(f) for f in fields], keys, negated=negated)
        case Among(edge, to, pointers, negated):
            return _among(edge, to, bind, pointers, negated=negated)
    raise TypeError(f"not a question: {type(question).__name__}")


def _all(tests: Sequence[Test]) -> Test:
    match tests:
        case []:
            return lambda _: True
        case [one]:
            return one
        case [first, second]:
            return lambda record: first(record) and second(record)
    return lambda record: all(test(record) for test in tests)


def _any(tests: Sequence[Test]) -> Test:
    match tests:
        case []:
            return lambda _: False
        case [one]:
            return one
        case [first, second]:
            return lambda record: first(record) or second(record)
    return lambda record: any(test(record) for test in tests)


def _null(get: Getter, *, negated: bool) -> Test:
    if negated:
        return lambda record: get(record) is not None
    return lambda record: get(record) is None


_PLAIN = frozenset({ColumnKind.INTEGER, ColumnKind.UUID, ColumnKind.DATE})


def _equal(get: Getter, kind: ColumnKind, value: str, *, negated: bool) -> Test:
    def slow(record: Record) -> bool:
        found = get(record)
        return found is not None and says(found, value) is not negated

    meant = typed(value, kind) if kind in _PLAIN else None
    if meant is None:
        return slow
    of = type(meant)

    def fast(record: Record) -> bool:
        found = get(record)
        return (found == meant) is not negated if type(found) is of else slow(record)

    return fast


def _until(get: Getter, leaf: Until) -> Test:
    negated, day = leaf.negated, leaf.day
    if day == date.max:
        return _null(get, negated=True) if not negated else lambda _: False
    instant = after(day, leaf.zone)
    naive = naive_bound(day, leaf.zone, leaf.column_zone)

    bounds: dict[tzinfo | None, datetime] = {None: naive}

    def until(record: Record) -> bool:
        found = get(record)
        if isinstance(found, datetime):
            bound = bounds.get(found.tzinfo)
            if bound is None:  # told in the same offset, two instants are compared twice as fast
                fixed = isinstance(found.tzinfo, timezone)  # not where clocks are turned back
                bound = instant.astimezone(found.tzinfo) if fixed else instant
                bounds[found.tzinfo] = bound
            return (found < bound) is not negated
        if found is None:
            return False
        if not isinstance(found, date):
            raise Refused("form", "", leaf.field)
        return (found <= day) is not negated

    return until


def _keyed(gets: Sequence[Getter], keys: frozenset[Pointer], *, negated: bool) -> Test:
    if len(gets) == 1:
        get = gets[0]
        single = frozenset(key[0] for key in keys if len(key) == 1)
        return lambda record: (plain(get(record)) in single) is not negated
    return lambda record: (plain_all(get(record) for get in gets) in keys) is not negated


def _among(
    edge: Edge, to: Side, bind: Bind, pointers: frozenset[Pointer], *, negated: bool
) -> Test:
    pointer = pointing(edge, Side.CHILD if to is Side.PARENT else Side.PARENT, bind)
    return lambda record: (pointer(record) in pointers) is not negated


def pointing(edge: Edge, side: Side, bind: Bind) -> Callable[[Record], Pointer | None]:
    """The pointer of a row on a side of an edge, normalised; None where it points nowhere: a part
    is absent, the condition of the edge does not hold, or, in a link by value, a part is empty."""
    fields = edge.child_fields if side is Side.CHILD else edge.parent_fields
    gets = [bind(f) for f in fields]
    speaks = [(bind(c), v) for c, v in edge.when] if side is Side.CHILD else []
    how, by_value = edge.normalise, edge.by_value
    exact = how is Normaliser.EXACT

    def value(record: Record) -> Pointer | None:
        if not all(says(get(record), said) for get, said in speaks):
            return None
        found = plain_all(get(record) if exact else normal(get(record), how) for get in gets)
        return None if found is None or (by_value and "" in found) else found

    return value
