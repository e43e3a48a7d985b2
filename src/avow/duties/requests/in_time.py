"""Are requests answered on the legal clock? One answer per right, and a case for each late one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from avow.common.deadlines import Calendar
from avow.duties.requests import machine, steps
from avow.duties.requests.book import Book, read_many
from avow.duties.requests.machine import Entry, Request
from avow.duties.requests.words import Channel, Right
from avow.engine.evidence.checks import (
    Check,
    CheckKind,
    CheckResult,
    failed,
    passed,
)
from avow.engine.evidence.checks import Item as Place

PLACE = Place("avow", "request")
FRESH = timedelta(days=2)
SEEN = timedelta(days=400)
"""How long back requests are looked at; older late ones stay as cases."""
_LATE = timedelta(days=200)


def clauses_of(book: Book) -> dict[Right, str]:
    """The clause of each right that the declaration promises."""
    found = {}
    for each in book.declaration.rights:
        if each["right"] in set(Right):
            found[Right(each["right"])] = each["clause"]
    return found


def in_time(clause: str) -> Check:
    """Was every request for a right answered within its term, or does it still run?"""
    name = f"requests.in-time.{clause}"
    return Check(name, frozenset({clause}), freshness=FRESH, everywhere=False)


def late(clause: str) -> Check:
    """A request that was, or is, late: red until somebody says what was done about it."""
    name = f"requests.late.{clause}"
    return Check(name, frozenset({clause}), kind=CheckKind.CASE, freshness=FRESH, everywhere=False)


def answers(book: Book, *, day: date, at: datetime) -> Iterator[tuple[Check, CheckResult]]:
    """The answer for every right on a day, and one for every request that is or was late."""
    rows = book.runs.run("requests_listed", since=day - SEEN, most=100_000)
    found = read_many(book, [row["id"] for row in rows])
    for right, clause in clauses_of(book).items():
        mine = [r for r in found.values() if _asks(r, right)]
        overdue = [r for r in mine if r.is_overdue(book.calendar, day)]
        where = "requests are or were past their term"
        said = failed(len(overdue), where, count=len(mine)) if overdue else passed(len(mine))
        check, seen = in_time(clause), _canary(right, book.calendar, day)
        yield check, check.answered(PLACE, said, at, canary_seen=seen)
        check = late(clause)
        for request in overdue:
            yield check, check.answered(PLACE, failed(1, "past its term"), at, case=request.id)


def _asks(request: Request, right: Right) -> bool:
    return any(item.right is right for item in request.items.values())


def _canary(right: Right, calendar: Calendar, day: date) -> bool:
    """Whether a request that is late beyond doubt is found to be: judged by the same functions."""
    then = datetime.combine(day, datetime.min.time(), tzinfo=UTC) - _LATE
    taken: tuple[steps.Steps, ...] = (
        steps.Received(channel=Channel.OTHER, arrived=then, day=then.date(), language="en"),
        steps.PersonNamed(person=1),
        steps.RightAsked(item=1, person=1, right=right),
    )
    entries = [Entry(n, then, then.date(), "avow", step) for n, step in enumerate(taken, 1)]
    planted = machine.folded("request-" + "a" * 26, entries, calendar)
    return _asks(planted, right) and planted.is_overdue(calendar, day)
