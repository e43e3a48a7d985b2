"""What an erasure of many persons leaves, divided by person: each is told of their own and no more.

The rows that stay are read once for all persons, as keys; whose each is say the key sets by which
the persons are erased. Nothing is asked for one person alone, so that statements grow with what is
declared, and with the different days on which something ends, and not with persons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from avow.engine.planner.staying import (
    ENDLESS,
    STAY,
    YEARS,
    Reason,
    Stay,
    Staying,
    made,
    named,
    still,
    there,
)
from avow.engine.planner.tally import Tally
from avow.estate.connectors.values import plain_all
from avow.estate.datamap.predicates import FALSE, any_of
from avow.estate.datamap.reach import Key

WHOSE = "whose"
"""The key set of rows that hang on other rows, with their person."""

Mark = tuple[str, ...] | None
"""A key as it is compared across types."""
Rows = Mapping[Mark, Key]
"""Rows of one dataset, by mark."""
Owners = Mapping[Mark, frozenset[str]]
"""For whose sake (the cases) each row of one dataset is looked at."""


class NobodysRows(Exception):
    """Rows stay of which nobody knows whose they are: nothing was divided."""


def divided(tally: Tally, staying: Staying, cases: Sequence[str]) -> dict[str, tuple[Stay, ...]]:
    """What stays of the persons whose key sets are on the connection, by case. `cases` says for
    whose sake each person is erased, by their number in the key sets.

    Raises:
        NobodysRows: a row that stays is in the key sets of nobody.
    """
    found: dict[str, dict[Stay, tuple[str, ...]]] = {case: {} for case in cases}
    known: dict[str, Owners] = {}
    for reasons in there(tally, staying):
        dataset = reasons[0].dataset
        if dataset not in known:
            known[dataset] = _owners(tally, staying, dataset, cases)
        for case, stay in _stays(tally, staying, reasons, known[dataset]):
            mine = found[case]
            mine[stay] = (*mine.get(stay, ()), reasons[0].category)
    return {case: named(mine) for case, mine in found.items()}


def _owners(tally: Tally, staying: Staying, dataset: str, cases: Sequence[str]) -> Owners:
    connection = tally.connection
    known, spreads = staying.ownership.holders(dataset, WHOSE)
    for each in spreads:
        connection.spread(each.edge, each.to, each.giver, each.taker)
    found = defaultdict[Mark, set[str]](set)
    for name in (*known, *([WHOSE] if spreads else [])):
        for number, key in connection.keys(name):
            found[plain_all(key)].add(cases[number])
    connection.drop_keys(WHOSE)
    return {mark: frozenset(of) for mark, of in found.items()}


def _stays(
    tally: Tally, staying: Staying, reasons: Sequence[Reason], owners: Owners
) -> Iterator[tuple[str, Stay]]:
    """Each case with what stays of it for these reasons."""
    connection = tally.connection
    whole = replace(reasons[0], where=tally.lean(any_of(r.where for r in reasons)))
    key = connection.system.datasets[whole.dataset].key
    rows = {plain_all(row): tuple(row) for row in connection.fetch(whole.dataset, whole.where, key)}
    if not rows.keys() <= owners.keys():
        raise NobodysRows
    ends: Mapping[Mark, date | None] = {}
    if whole.why not in ENDLESS:
        ends = _ends(tally, staying, whole, rows)
    mine = defaultdict[str, list[date | None]](list)
    for mark in rows:
        for case in owners[mark]:
            mine[case].append(ends.get(mark))
    for case, days in mine.items():
        known = [day for day in days if day is not None]
        yield case, made(reasons, len(days), max(known) if len(known) == len(days) else None)


def _ends(tally: Tally, staying: Staying, reason: Reason, rows: Rows) -> Mapping[Mark, date | None]:
    """The first day on which each row stays no more for a reason; None where none is known."""
    connection = tally.connection
    key = connection.system.datasets[reason.dataset].key

    def left(some: Rows, day: date) -> Rows:
        connection.put_keys(STAY, reason.dataset, [(0, row, None) for row in some.values()])
        where = still(tally, staying, reason, day)
        if where == FALSE:
            return {}
        marks = {plain_all(row) for row in connection.fetch(reason.dataset, where, key)}
        return {mark: row for mark, row in some.items() if mark in marks}

    found = firsts(staying.judge.day, rows, left)
    connection.drop_keys(STAY)
    return found


def firsts(
    today: date, rows: Rows, left: Callable[[Rows, date], Rows]
) -> Mapping[Mark, date | None]:
    """For each row the first day after today on which it is not left, by halving: rows that end on
    one day are asked for together, however many they are. None where one always is."""
    low, high = today + timedelta(days=1), today + YEARS
    always = left(rows, high)
    found: dict[Mark, date | None] = dict.fromkeys(always)
    todo: list[tuple[date, date, Rows]] = [
        (low, high, {mark: row for mark, row in rows.items() if mark not in always})
    ]
    while todo:
        low, high, some = todo.pop()
        if not some:
            continue
        if low == high:
            found |= dict.fromkeys(some, low)
            continue
        middle = low + timedelta(days=(high - low).days // 2)
        later = left(some, middle)
        sooner = {mark: row for mark, row in some.items() if mark not in later}
        todo += [(low, middle, sooner), (middle + timedelta(days=1), high, later)]
    return found
