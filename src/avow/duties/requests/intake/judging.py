"""Does whatever arrives become a request in time, and does the person hear of it?

Clauses by the right that prints them: `exercise` (every arrival is acknowledged, and somebody says
what it asks), `exercise-by-email` (the mailbox is read, proven by a round trip), and
`exercise-by-letter` (a letter is a request on the day it arrives).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from avow.common.deadlines import Calendar, hours_after
from avow.duties.requests.book import Book
from avow.duties.requests.words import Channel
from avow.engine.db.store import Row
from avow.engine.evidence.checks import (
    Check,
    CheckKind,
    CheckResult,
    Item,
    Outcome,
    blind,
    failed,
    passed,
)

PLACE, MAILBOX = Item("avow", "request"), Item("avow", "mailbox")
FRESH = timedelta(days=2)
SEEN = timedelta(days=400)
RECENT = timedelta(days=30)
SORTED_WITHIN = timedelta(days=3)
"""Days, then to the next working day, in which somebody says what an unclear message asks."""
_LOST = frozenset({"bounced", "failed", "given-up", "unreachable"})
_ON_ITS_WAY = frozenset({"waiting", "sending", "printed"})


@dataclass(frozen=True, slots=True)
class Came:
    """A request as these checks see it; `heard` is when the person was told that it arrived."""

    id: str
    arrived: datetime
    day: date
    entered: date
    heard: datetime | None
    letter: str | None = None
    letter_ended: datetime | None = None
    is_letter: bool = False
    is_sorted: bool = True
    is_closed: bool = False

    @property
    def acknowledged(self) -> datetime | None:
        """When the word that it arrived left; None when it has not, or came back."""
        if self.letter in _ON_ITS_WAY or self.letter in _LOST:
            return None
        return self.letter_ended or self.heard


def is_unheard(came: Came, hours: int, at: datetime) -> bool:
    """Whether the person still waits to hear that a request arrived, after the hours are over."""
    late = came.acknowledged is None and at > hours_after(came.arrived, hours)
    return late and not came.is_closed


def was_heard_late(came: Came, hours: int, at: datetime) -> bool:
    """Whether the person heard of it, or would hear now, after the hours were over."""
    return (came.acknowledged or at) > hours_after(came.arrived, hours) and (
        came.acknowledged is not None or not came.is_closed
    )


def is_unsorted(came: Came, calendar: Calendar, day: date) -> bool:
    """Whether nobody has said what it asks, although there was time for it."""
    last = calendar.working(came.day + SORTED_WITHIN)
    return not came.is_sorted and not came.is_closed and day > last


def is_entered_late(came: Came, calendar: Calendar) -> bool:
    """Whether a letter was entered after the working day on which it arrived."""
    return came.is_letter and came.entered > calendar.working(came.day)


def answers(book: Book, *, day: date, at: datetime) -> Iterator[tuple[Check, CheckResult]]:
    """The answers for the clauses that say how a right is exercised. Reads only."""
    clauses = {str(r["right"]): str(r["clause"]) for r in book.declaration.rights}
    came = [_came(book, row) for row in book.runs.run("intake_arrived", since=day - SEEN)]
    if clause := clauses.get("exercise"):
        yield from _acknowledged(book, came, clause, day, at)
    if clause := clauses.get("exercise-by-email"):
        yield _mailbox(book, clause, at)
    if clause := clauses.get("exercise-by-letter"):
        yield from _letters(book, came, clause, day, at)


def _came(book: Book, row: Row) -> Came:
    return Came(
        row["id"], row["arrived_at"], row["arrived_on"], book.day(row["made_at"]),
        row["acknowledged_at"], row["letter"], row["letter_ended"],
        row["channel"] == Channel.LETTER, row["is_sorted"], row["closed_on"] is not None,
    )  # fmt: skip


def _acknowledged(
    book: Book, came: Sequence[Came], clause: str, day: date, at: datetime
) -> Iterator[tuple[Check, CheckResult]]:
    hours, calendar = book.declaration.requests.acknowledge_hours, book.calendar
    planted = _planted(at)
    unheard = [c for c in came if is_unheard(c, hours, at)]
    check = Check(f"requests.acknowledged.{clause}", frozenset({clause}), freshness=FRESH,
                  everywhere=False)  # fmt: skip
    said = _counted(len(unheard), "persons have not heard that their request arrived", len(came))
    yield check, check.answered(PLACE, said, at, canary_seen=is_unheard(planted, hours, at))
    check = Check(f"requests.sorted.{clause}", frozenset({clause}), freshness=FRESH,
                  everywhere=False)  # fmt: skip
    unclear = [c for c in came if is_unsorted(c, calendar, day)]
    said = _counted(len(unclear), "nobody has said what these ask", len(came))
    yield check, check.answered(PLACE, said, at, canary_seen=is_unsorted(planted, calendar, day))
    late = [c.id for c in came if was_heard_late(c, hours, at)]
    yield from _cases(f"requests.acknowledged-late.{clause}", clause, late, at)


def _letters(
    book: Book, came: Sequence[Came], clause: str, day: date, at: datetime
) -> Iterator[tuple[Check, CheckResult]]:
    late = [c for c in came if is_entered_late(c, book.calendar)]
    recent = [c for c in came if c.is_letter and c.entered >= day - RECENT]
    fresh = [c for c in late if c.entered >= day - RECENT]
    check = Check(f"requests.letters.{clause}", frozenset({clause}), freshness=FRESH,
                  everywhere=False)  # fmt: skip
    said = _counted(len(fresh), "letters were entered after the day they came", len(recent))
    seen = is_entered_late(_planted(at), book.calendar)
    yield check, check.answered(PLACE, said, at, canary_seen=seen)
    yield from _cases(f"requests.letter-late.{clause}", clause, [c.id for c in late], at)


def _mailbox(book: Book, clause: str, at: datetime) -> tuple[Check, CheckResult]:
    hours = book.declaration.requests.acknowledge_hours
    check = Check(f"requests.mailbox.{clause}", frozenset({clause}), freshness=FRESH,
                  everywhere=False)  # fmt: skip
    probes = [
        Probe(row["sent_at"], row["found_at"])
        for row in book.runs.run("intake_probes", since=at - RECENT)
    ]
    row = book.runs.one("intake_reading_last")
    reading = Reading(row["at"], row["messages"], row["unread"], row["oldest"]) if row else None
    read_late = sum(
        r["read_at"] > hours_after(r["arrived_at"], hours)
        for r in book.runs.run("intake_read_late", since=at - FRESH)
    )
    lost = [Probe(at - SEEN, None)]
    seen = judged(lost, Reading(at, 0, 0, None), 0, hours, at).bad
    seen &= judged([Probe(at, at)], Reading(at, 1, 1, at - SEEN), 0, hours, at).bad
    return check, check.answered(
        MAILBOX, judged(probes, reading, read_late, hours, at), at, canary_seen=seen
    )


@dataclass(frozen=True, slots=True)
class Probe:
    """A message of our own to the mailbox: when it left, and when it was read there."""

    sent: datetime
    found: datetime | None


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest reading of the mailbox, and what could not be read in it."""

    at: datetime
    messages: int
    unread: int
    oldest: datetime | None


def judged(
    probes: Iterable[Probe], reading: Reading | None, read_late: int, hours: int, at: datetime
) -> Outcome:
    """Whether the mailbox is read: an unread message, or a letter of our own that did not come
    back within the hours, breaks the promise; without a fresh round trip nothing is known."""
    known = list(probes)
    if reading is None or not known:
        return blind("no round trip of the mailbox was made")
    is_due = [p for p in known if at > hours_after(p.sent, hours)]
    lost = [p for p in is_due if (p.found or at) > hours_after(p.sent, hours)]
    unread = reading.unread if _is_over(reading.oldest, hours, at) else 0
    if at > hours_after(reading.at, hours):
        return failed(1, "the mailbox was not read for longer than is promised", count=1)
    if unread or read_late:
        return failed(unread + read_late, "messages lay unread for longer than is promised",
                      count=reading.messages)  # fmt: skip
    last = max(known, key=lambda p: p.sent)
    if lost and last in lost:
        return failed(1, "our own message to the mailbox did not come back in time", count=1)
    came = [p for p in known if p.found is not None and p.sent >= at - FRESH]
    return passed(len(came)) if came else blind("no round trip of the last two days came back")


def _is_over(since: datetime | None, hours: int, at: datetime) -> bool:
    return since is not None and at > hours_after(since, hours)


def _planted(at: datetime) -> Came:
    """A letter that nobody entered, sorted or acknowledged in time, beyond doubt."""
    then = at - timedelta(days=200)
    day = then.astimezone(UTC).date()
    return Came(
        "request-" + "a" * 26, then, day, day + timedelta(days=30), None,
        is_letter=True, is_sorted=False,
    )  # fmt: skip


def _counted(bad: int, where: str, count: int) -> Outcome:
    return failed(bad, where, count=count) if bad else passed(count)


def _cases(
    name: str, clause: str, requests: Iterable[str], at: datetime
) -> Iterator[tuple[Check, CheckResult]]:
    """One answer for each; it stays red until somebody says what was done about it."""
    check = Check(name, frozenset({clause}), CheckKind.CASE, FRESH, everywhere=False)
    for request in requests:
        yield check, check.answered(PLACE, failed(1, "too late"), at, case=request)
