"""Did objections and withdrawals take effect, in time, and do they still?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from avow.duties.requests import machine, steps
from avow.duties.requests.acting.at_once import waiting
from avow.duties.requests.acting.ending import Act
from avow.duties.requests.book import Book, entries_of, read_many
from avow.duties.requests.in_time import FRESH, PLACE, SEEN, clauses_of
from avow.duties.requests.machine import Entry, Item, Request
from avow.duties.requests.words import Channel, ItemState, Right, Rung
from avow.duties.requests.words import Outcome as Decision
from avow.engine.db.store import Row
from avow.engine.evidence.checks import Check, CheckResult, failed, passed

MARKETING, OTHERS = timedelta(hours=1), timedelta(days=1)
"""Within which marketing stops after it was asked; within which everything else takes effect after
it was settled who asks."""
_ACTS: Mapping[Right, frozenset[str]] = {
    Right.OBJECTION: frozenset({Act.OBJECTION, Act.MARKETING, Act.UNSUBSCRIBED, Act.RESTRICTED}),
    Right.WITHDRAWAL: frozenset({Act.WITHDRAWAL}),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One item with when it could first have been done, and whether it waits for nothing else."""

    item: Item
    since: datetime
    waits: bool


def effective(clause: str) -> Check:
    """Does what persons objected to, or withdrew consent for, end in time and stay ended?"""
    name = f"requests.ended.{clause}"
    return Check(name, frozenset({clause}), freshness=FRESH, everywhere=False)


def answers(book: Book, *, day: date, at: datetime) -> Iterator[tuple[Check, CheckResult]]:
    """What the checks answer for both rights, each with its canary."""
    rows = book.runs.run("requests_listed", since=day - SEEN, most=100_000)
    requests = tuple(read_many(book, [row["id"] for row in rows]).values())
    standing = book.runs.run("purpose_ends_standing")
    for right, clause in clauses_of(book).items():
        if right not in _ACTS:
            continue
        seen = [s for r in requests for s in _seen(book, r, right, at)]
        kept = [row for row in standing if row["act"] in _ACTS[right]]
        late, undone = overdue(seen, at), not_standing(kept)
        done_nowhere = unfounded(requests, right, _recorded(book, right))
        bad = len(late) + len(undone) + len(done_nowhere)
        count = len(seen) + len(kept)
        where = "uses were not ended in time, or go on although they ended"
        check = effective(clause)
        outcome = failed(bad, where, count=count) if bad else passed(count)
        yield check, check.answered(PLACE, outcome, at, canary_seen=_finds(book, right, at))


def overdue(seen: Sequence[Seen], at: datetime) -> list[Seen]:
    """The items that wait for nothing and are not done although their time is over."""
    return [
        s for s in seen if s.waits and at - s.since > (MARKETING if s.item.marketing else OTHERS)
    ]


def not_standing(rows: Sequence[Row]) -> list[Row]:
    """Acts that count, and of which some fact was closed behind their back."""
    return [row for row in rows if row["open"] < row["facts"]]


def unfounded(
    requests: Sequence[Request], right: Right, recorded: frozenset[tuple[str, int]]
) -> list[Item]:
    """Items that are said to be done and of which nothing was written down."""
    return [
        item
        for request in requests
        for item in request.items.values()
        if item.right is right
        and item.state is ItemState.DONE
        and (request.id, item.item) not in recorded
    ]


def _recorded(book: Book, right: Right) -> frozenset[tuple[str, int]]:
    acts = sorted(_ACTS[right] - {Act.RESTRICTED})
    rows = book.runs.run("purpose_ends_recorded", acts=acts)
    return frozenset((row["request"], row["item"]) for row in rows)


def _seen(book: Book, request: Request, right: Right, at: datetime) -> Iterator[Seen]:
    open_ = {item.item for item in waiting(book, request, at)}
    for item in request.items.values():
        if item.right is right:
            waits = item.item in open_
            yield Seen(item, _since(book, request, item) if waits else at, waits)


def _since(book: Book, request: Request, item: Item) -> datetime:
    """When an item waited for nothing any more: it arrived, or it was settled who asks."""
    arrived = request.arrived or datetime.min.replace(tzinfo=UTC)
    if item.marketing:
        return arrived
    shown = [
        e.at
        for e in entries_of(book, request.id)
        if isinstance(e.step, steps.IdentityShown) and e.step.person == item.person
    ]
    return max([arrived, *shown])


def _finds(book: Book, right: Right, at: datetime) -> bool:
    """Whether an item that waits for days, a fact that was closed and an item done without a record
    are each found, by the same functions."""
    then = at - timedelta(days=3)
    marketing = right is Right.OBJECTION
    taken: tuple[steps.Steps, ...] = (
        steps.Received(channel=Channel.OTHER, arrived=then, day=then.date(), language="en"),
        steps.PersonNamed(person=1),
        steps.RightAsked(item=1, person=1, right=right, marketing=marketing),
        steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS),
    )
    entries = [Entry(n, then, then.date(), "avow", step) for n, step in enumerate(taken, 1)]
    planted = machine.folded("request-" + "a" * 26, entries, book.calendar)
    items = [Seen(i, then, waits=True) for i in waiting(book, planted, at)]
    done = [
        Entry(5, at, at.date(), "avow", steps.Decided(item=1, outcome=Decision.ACCEPTED)),
        Entry(6, at, at.date(), "avow", steps.Done(item=1)),
    ]
    over = machine.folded(planted.id, [*entries, *done], book.calendar)
    found = (
        overdue(items, at),
        not_standing([{"open": 0, "facts": 1}]),
        unfounded([over], right, frozenset()),
    )
    return all(found)
