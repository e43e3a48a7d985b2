"""How each table stands to persons: ownership runs from persons along pointers, surest first."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from avow.duties.discovery.triage.choices import Choice
from avow.duties.discovery.triage.signals import Pointer, Sureness

_COST = {Sureness.SURE: 1.0, Sureness.LIKELY: 1.2, Sureness.UNSURE: 3.0}
_LESSER, _MAY_BE_EMPTY = 2.5, 0.2
_ORDER = (Sureness.SURE, Sureness.LIKELY, Sureness.UNSURE)


@dataclass(frozen=True, slots=True)
class Standing:
    """`path` leads from the table to the persons; `by` is its first pointer, None for the persons
    themselves and for what was said; `also` are equal pointers to the same or other persons; `key`
    is not empty where the pointer is part of the table's key."""

    path: tuple[str, ...]
    sureness: Sureness
    by: Pointer | None = None
    also: tuple[Pointer, ...] = ()
    key: tuple[str, ...] = ()


def standings(
    roots: Mapping[str, Sureness],
    owned: Mapping[str, Choice],
    pointers: Mapping[str, tuple[Pointer, ...]],
    *,
    is_writer: Callable[[Pointer], bool],
    is_lesser: Callable[[str], bool],
) -> dict[str, Standing]:
    """The nearest way of each table to persons. `owned` are links that were said; a pointer to who
    wrote a row leads nowhere, and `is_lesser` persons (staff, beside others) are farther."""
    found = {name: Standing((name,), sure) for name, sure in roots.items()}
    for name in owned:
        _follow(name, owned, found, ())
    costs = {n: len(s.path) - 1.0 + _LESSER * is_lesser(s.path[-1]) for n, s in found.items()}
    heap = [(cost, name) for name, cost in costs.items()]
    heapq.heapify(heap)
    children = _children(pointers, is_writer)
    while heap:
        cost, parent = heapq.heappop(heap)
        if cost > costs[parent]:
            continue
        for pointer in children.get(parent, ()):
            total = cost + _COST[pointer.sureness] + _MAY_BE_EMPTY * pointer.may_be_empty
            child = pointer.table
            if child not in costs or total < costs[child]:
                costs[child] = total
                found[child] = _through(pointer, found[parent])
                heapq.heappush(heap, (total, child))
    return {n: _with_equals(s, pointers.get(n, ()), found, is_writer) for n, s in found.items()}


def _follow(
    name: str,
    owned: Mapping[str, Choice],
    found: dict[str, Standing],
    seen: tuple[str, ...],
) -> Standing | None:
    if name in found or name in seen or name not in owned:
        return found.get(name)
    parent = _follow(owned[name].hops[0].to, owned, found, (*seen, name))
    if parent is not None:
        found[name] = Standing((name, *parent.path), parent.sureness)
    return found.get(name)


def _children(
    pointers: Mapping[str, tuple[Pointer, ...]], is_writer: Callable[[Pointer], bool]
) -> dict[str, list[Pointer]]:
    found: dict[str, list[Pointer]] = {}
    for several in pointers.values():
        for pointer in several:
            if not is_writer(pointer):
                found.setdefault(pointer.to, []).append(pointer)
    return found


def _through(pointer: Pointer, parent: Standing) -> Standing:
    sure = max(pointer.sureness, parent.sureness, key=_ORDER.index)
    key = pointer.fields if pointer.is_single else ()
    return Standing((pointer.table, *parent.path), sure, pointer, (), key)


def _with_equals(
    standing: Standing,
    pointers: tuple[Pointer, ...],
    found: Mapping[str, Standing],
    is_writer: Callable[[Pointer], bool],
) -> Standing:
    """Other pointers straight to persons of the same table make the row shared: who sent it and
    who got it."""
    by = standing.by
    if by is None or len(standing.path) != 2:
        return standing
    also = tuple(
        p
        for p in pointers
        if p.to == by.to and p.fields != by.fields and not is_writer(p) and p.to in found
    )
    return Standing(standing.path, standing.sureness, by, also, standing.key)
