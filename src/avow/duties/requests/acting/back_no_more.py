"""Does nothing of an erasure lie in a bundle after the hours in which it can be taken back?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from avow.duties.requests.book import Book
from avow.duties.requests.in_time import FRESH, PLACE, clauses_of
from avow.duties.requests.words import Right
from avow.engine.db.store import Row
from avow.engine.evidence.checks import Check, CheckResult, Outcome, failed, passed

LATE = timedelta(hours=1)
"""How long after its hours a bundle may lie: rounds come by every ten minutes."""


def destroyed(clause: str) -> Check:
    """Is every bundle of an erasure destroyed when its hours are over?"""
    name = f"requests.undo-ended.{clause}"
    return Check(name, frozenset({clause}), freshness=FRESH, everywhere=False)


def answers(book: Book, *, at: datetime) -> Iterator[tuple[Check, CheckResult]]:
    """What the check answers, with its canary."""
    clause = clauses_of(book).get(Right.ERASURE, "")
    if not clause:
        return
    check = destroyed(clause)
    row = book.runs.one("undo_cases_over", before=at - LATE) or {"lying": 0, "over": 0}
    seen = said({"lying": 1, "over": 1}).bad and not said({"lying": 1, "over": 0}).bad
    yield check, check.answered(PLACE, said(row), at, canary_seen=seen)


def said(row: Row) -> Outcome:
    """What the counts come to. Pure."""
    if row["over"]:
        where = "what was erased lies longer than it can be taken back"
        return failed(row["over"], where, count=row["lying"])
    return passed(row["lying"])
