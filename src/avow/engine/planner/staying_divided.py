"""What an erasure of many persons leaves, divided by person: each is told of their own and no more.

The rows that stay are read once for all persons, as keys; whose each is say the key sets by which
the persons are erased. Nothing is asked for one person alone, and until when each row stays is
worked out here (`ends`): statements grow with what is declared, and not with persons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from avow.engine.planner.ends import Mark, Rows, Unreadable, worked_out
from avow.engine.planner.erase_owners import Owners, owners_of
from avow.engine.planner.knots import knot
from avow.engine.planner.plan import Part
from avow.engine.planner.preflight import rows_of
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
from avow.engine.planner.tally import Tally, lean
from avow.estate.connectors.values import plain_all
from avow.estate.datamap.predicates import FALSE, Predicate, all_of, any_of, negate

Ends = Mapping[Mark, date | None]
"""The day on which each row stays no more."""


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
            known[dataset] = owners_of(tally.connection, staying.ownership, dataset, cases)
        for case, stay in _stays(tally, staying, reasons, known[dataset]):
            mine = found[case]
            mine[stay] = (*mine.get(stay, ()), reasons[0].category)
    return {case: named(mine) for case, mine in found.items()}


def going(tally: Tally, staying: Staying, part: Part, cases: Sequence[str]) -> frozenset[str]:
    """The cases of whom some row goes or is emptied by what was counted, as `divided` knows whose
    a row is. Where nothing was counted nothing is asked.

    Raises:
        NobodysRows: a row that goes is in the key sets of nobody.
    """
    found = set[str]()
    known: dict[str, Owners] = {}
    for step in (each.step for each in part.steps if each.measure.rows):
        if step.dataset not in known:
            known[step.dataset] = owners_of(
                tally.connection, staying.ownership, step.dataset, cases
            )
        tied = knot(tally.connection.system, staying.catalogue, step).where
        where = tally.lean(all_of([rows_of(step), negate(tied)]))
        key = tally.connection.system.datasets[step.dataset].key
        for row in tally.connection.fetch(step.dataset, where, key):
            owners = known[step.dataset].get(plain_all(row))
            if owners is None:
                raise NobodysRows
            found |= owners
    return frozenset(found)


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
    ends: Ends = {}
    if whole.why not in ENDLESS:
        ends = _ends(tally, staying, whole, rows)
    mine = defaultdict[str, list[date | None]](list)
    for mark in rows:
        for case in owners[mark]:
            mine[case].append(ends.get(mark))
    for case, days in mine.items():
        known = [day for day in days if day is not None]
        yield case, made(reasons, len(days), max(known) if len(known) == len(days) else None)


def _ends(tally: Tally, staying: Staying, reason: Reason, rows: Rows) -> Ends:
    """The first day on which each row stays no more for a reason; None where none is known."""

    def stays(day: date) -> Predicate:
        return lean(negate(staying.gone(reason, day)), tally.empty, tally.also)

    span = (staying.judge.day + timedelta(days=1), staying.judge.day + YEARS)
    asked = partial(_asked, tally, staying, reason)
    try:
        found = worked_out(tally.connection, reason.dataset, rows, span, stays)
    except Unreadable:
        return firsts(span, rows, asked)
    finally:
        tally.connection.drop_keys(STAY)
    return found if _is_confirmed(span, rows, found, asked) else firsts(span, rows, asked)


def _asked(tally: Tally, staying: Staying, reason: Reason, rows: Rows, day: date) -> Rows:
    """Those rows that still stay on a day, as the system itself says."""
    connection = tally.connection
    key = connection.system.datasets[reason.dataset].key
    connection.put_keys(STAY, reason.dataset, [(0, row, None) for row in rows.values()])
    where = still(tally, staying, reason, day)
    found = () if where == FALSE else connection.fetch(reason.dataset, where, key)
    marks = {plain_all(row) for row in found}
    connection.drop_keys(STAY)
    return {mark: row for mark, row in rows.items() if mark in marks}


def _is_confirmed(
    span: tuple[date, date], rows: Rows, found: Ends, asked: Callable[[Rows, date], Rows]
) -> bool:
    """Whether the system says the same on a few days: those on which the first, the middle and the
    last row end, and the last of all."""
    known = sorted(day for day in found.values() if day is not None)
    days = {span[1], *(known[n] for n in {0, len(known) // 2, len(known) - 1} if known)}
    return all(
        asked(rows, day).keys() == {m for m, end in found.items() if end is None or end > day}
        for day in days
    )


def firsts(span: tuple[date, date], rows: Rows, asked: Callable[[Rows, date], Rows]) -> Ends:
    """The same by asking the system, halving days: rows that end on one day are asked for together,
    however many they are."""
    always = asked(rows, span[1])
    found: dict[Mark, date | None] = dict.fromkeys(always)
    todo: list[tuple[date, date, Rows]] = [
        (*span, {mark: row for mark, row in rows.items() if mark not in always})
    ]
    while todo:
        low, high, some = todo.pop()
        if not some:
            continue
        if low == high:
            found |= dict.fromkeys(some, low)
            continue
        middle = low + timedelta(days=(high - low).days // 2)
        later = asked(some, middle)
        sooner = {mark: row for mark, row in some.items() if mark not in later}
        todo += [(low, middle, sooner), (middle + timedelta(days=1), high, later)]
    return found
