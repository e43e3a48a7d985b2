"""Are all copies equal after a correction? Wrong values are looked for in all their rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from avow.common.errors import AvowError
from avow.duties.requests.acting.rectifying import hashed, left_old
from avow.duties.requests.acting.restricting import Hands
from avow.duties.requests.book import Book, read_many
from avow.duties.requests.in_time import FRESH, PLACE, SEEN, clauses_of
from avow.duties.requests.machine import Request
from avow.duties.requests.words import ItemState, Right
from avow.engine.evidence.checks import (
    Check,
    CheckResult,
    Item,
    Outcome,
    blind,
    failed,
    passed,
)
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.making import Estate


def equal(clause: str) -> Check:
    """Does a value that was corrected stand nowhere else any more, and was every correction that is
    said to be done carried out?"""
    name = f"requests.corrected.{clause}"
    return Check(name, frozenset({clause}), freshness=FRESH, everywhere=False)


def answers(book: Book, estate: Estate, *, at: datetime) -> Iterator[tuple[Check, CheckResult]]:
    """One answer for all corrections, and one for each system that holds an old value or hides."""
    clause = clauses_of(book).get(Right.RECTIFICATION)
    if clause is None:
        return
    rows = book.runs.run("corrected_standing", day=book.day(at))
    items = dict.fromkeys((row["request"], row["item"]) for row in rows)
    hands = Hands(book, estate, lambda _: None)
    check, seen = equal(clause), finds_old(book.ring)
    old: dict[str, int] = {}
    hidden: dict[str, str] = {}
    for request, number in items:
        try:
            for each in left_old(hands, request, number, at):
                old[each.system] = old.get(each.system, 0) + len(each.keys)
        except AvowError as error:
            hidden[request] = error.code
    nowhere = _nowhere(book, at)
    yield check, check.answered(PLACE, _whole(len(items), nowhere, hidden), at, canary_seen=seen)
    for system, bad in old.items():
        where = "values that were corrected elsewhere still stand"
        yield check, check.answered(Item(system), failed(bad, where), at, canary_seen=seen)


def _whole(corrected: int, nowhere: int, hidden: dict[str, str]) -> Outcome:
    if nowhere:
        where = "corrections are said to be done, and nothing was changed for them"
        return failed(nowhere, where, count=corrected + nowhere)
    if hidden:
        return blind(", ".join(sorted(set(hidden.values()))))
    return passed(corrected)


def _nowhere(book: Book, at: datetime) -> int:
    rows = book.runs.run("requests_listed", since=book.day(at) - SEEN, most=100_000)
    requests = read_many(book, [row["id"] for row in rows]).values()
    return sum(unfounded(request) for request in requests)


def unfounded(request: Request) -> int:
    """Corrections of a request that are said to be done without a plan or a task of anybody."""
    return sum(
        item.right is Right.RECTIFICATION and item.state is ItemState.DONE and not item.records
        for item in request.items.values()
    )


def finds_old(ring: KeyRing) -> bool:
    """The canary: whether the hash of a wrong value finds it, and not another one."""
    key = ring.hashing.current
    wrong = hashed(ring, "wrong", key)
    return wrong == hashed(ring, "wrong", key) and wrong != hashed(ring, "right", key)


def forget(book: Book, at: datetime) -> None:
    """Forget the hashes of values whose copies are looked at no more."""
    book.runs.run("corrected_over", day=book.day(at))
