"""Is no document kept longer than it is looked at, and was nobody asked late who they are?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from avow.duties.requests import machine, steps
from avow.duties.requests.book import Book, entries_of, read_many
from avow.duties.requests.identity.documents import DOCUMENT
from avow.duties.requests.in_time import FRESH, PLACE, SEEN
from avow.duties.requests.machine import Entry, Request
from avow.duties.requests.words import Channel, Right, Rung
from avow.engine.db.store import Row
from avow.engine.evidence.checks import (
    Check,
    CheckKind,
    CheckResult,
    failed,
    passed,
)

LATE = 5
"""Days after arrival from which on a doubt is told with undue delay (art. 12(3) and (6))."""
EXERCISE = "exercise"


def documents(clause: str) -> Check:
    """Is every document gone that was judged, or whose last day is over?"""
    name = f"requests.documents.{clause}"
    return Check(name, frozenset({clause}), freshness=FRESH, everywhere=False)


def late(clause: str) -> Check:
    """A term that stood because of a doubt that came late: red until somebody says why."""
    name = f"requests.asked-late.{clause}"
    return Check(name, frozenset({clause}), kind=CheckKind.CASE, freshness=FRESH, everywhere=False)


def answers(book: Book, *, day: date, at: datetime) -> Iterator[tuple[Check, CheckResult]]:
    """What the checks answer on a day, for the clause that says how a right is exercised."""
    clause = next((str(r["clause"]) for r in book.declaration.rights if r["right"] == EXERCISE), "")
    if not clause:
        return
    rows = book.runs.run("requests_listed", since=day - SEEN, most=100_000)
    requests = read_many(book, [row["id"] for row in rows])
    there = book.runs.run("identity_documents")
    bad = overstayed(there, requests, day)
    said = failed(len(bad), "documents are kept too long", count=len(there))
    outcome = said if bad else passed(len(there))
    check = documents(clause)
    yield check, check.answered(PLACE, outcome, at, canary_seen=_finds(book, day))
    for name in requests:
        if asked_late(entries_of(book, name)):
            told = failed(1, "a doubt came late")
            check = late(clause)
            yield check, check.answered(PLACE, told, at, case=name)


def overstayed(documents_: Sequence[Row], requests: dict[str, Request], day: date) -> list[Row]:
    """The documents that are there although their last day is over, or although everybody of their
    request was judged, or the request is over. Questions about known facts go by their day: a round
    erases them soon after the answer."""
    return [
        row
        for row in documents_
        if row["forget_on"] is None
        or row["forget_on"] < day
        or (
            row["what"] == DOCUMENT
            and row["request"] in requests
            and _is_judged(requests[row["request"]])
        )
    ]


def _is_judged(request: Request) -> bool:
    over = request.answered_on is not None or request.closed_on is not None
    return over or all(request.is_settled(number) for number in request.persons)


def asked_late(entries: Sequence[Entry]) -> bool:
    """Whether a term was stopped by a question that came later than some days after arrival."""
    came = next((e.step.day for e in entries if isinstance(e.step, steps.Received)), None)
    return came is not None and any(
        isinstance(e.step, steps.IdentityAsked)
        and e.step.pauses
        and e.day > came + timedelta(days=LATE)
        for e in entries
    )


def _finds(book: Book, day: date) -> bool:
    """Whether a document past its day, one of a judged person, and a late doubt are each found."""
    then = datetime.combine(day, datetime.min.time(), tzinfo=UTC)
    taken: tuple[steps.Steps, ...] = (
        steps.Received(channel=Channel.OTHER, arrived=then, day=day, language="en"),
        steps.PersonNamed(person=1),
        steps.RightAsked(item=1, person=1, right=Right.ACCESS),
        steps.IdentityAsked(person=1, rung=Rung.SIGNED_LINK, pauses=True),
        steps.IdentityShown(person=1, rung=Rung.DOCUMENT),
    )
    after = day + timedelta(days=LATE + 1)
    entries = [
        Entry(n, then, day if n < 4 else after, "avow", step) for n, step in enumerate(taken, 1)
    ]
    name = "request-" + "a" * 26
    judged = machine.folded(name, entries, book.calendar)
    old = {"request": "-", "what": DOCUMENT, "forget_on": day - timedelta(days=1)}
    young = {"request": name, "what": DOCUMENT, "forget_on": day + timedelta(days=1)}
    return (
        bool(overstayed([old], {}, day))
        and bool(overstayed([young], {name: judged}, day))
        and asked_late(entries)
    )
