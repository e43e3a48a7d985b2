"""Every check about requests, joined: one line per room that has some."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from avow.duties.requests import in_time
from avow.duties.requests.acting import (
    back_no_more,
    copies_equal,
    ended_in_time,
    others_checks,
    still_restricted,
    unused,
)
from avow.duties.requests.answering import answered
from avow.duties.requests.book import Book
from avow.duties.requests.identity import company_checks, identity_checks
from avow.duties.requests.intake import judging
from avow.duties.requests.processor import still_unused
from avow.duties.requests.telling import left_checks
from avow.engine.evidence.checks import Check, CheckResult
from avow.engine.planner.making import Estate


def answers(
    book: Book,
    estate: Estate,
    *,
    day: date,
    at: datetime,
    look: answered.Looks | None = None,
) -> Iterator[tuple[Check, CheckResult]]:
    """What the checks about requests answer on a day; each room adds its own below. `look`
    reads an address of the web; without it what needs one is not seen."""
    yield from in_time.answers(book, day=day, at=at)
    yield from judging.answers(book, day=day, at=at)
    yield from answered.answers(book, at=at, look=look)
    yield from others_checks.answers(book, day=day, at=at)
    yield from still_restricted.answers(book, estate, at=at)
    yield from unused.answers(book, estate, at=at)
    yield from copies_equal.answers(book, estate, at=at)
    yield from ended_in_time.answers(book, day=day, at=at)
    yield from identity_checks.answers(book, day=day, at=at)
    yield from company_checks.answers(book, estate, day=day, at=at)
    yield from back_no_more.answers(book, at=at)
    yield from left_checks.answers(book, estate, day=day, at=at)
    yield from still_unused.answers(book, estate, at=at)
