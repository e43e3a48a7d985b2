"""What needs nobody's decision is done without waiting for anybody: marketing stops, consent ends,
and what is objected to stands still."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from avow.declaration.model import Purpose
from avow.duties.requests.acting.ending import NotEnded, purposes_of
from avow.duties.requests.acting.objecting import (
    is_marketing,
    is_standing_still,
    restrict_meanwhile,
    stop_marketing,
)
from avow.duties.requests.acting.withdrawing import withdraw
from avow.duties.requests.book import PROGRAM, Book, read_many
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.words import ItemState, Right

LOOKED_BACK = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Tally:
    """Items by what was done; `left` wait for a person: nothing names whom they are about, or no
    purpose is such that they end it."""

    stopped: int = 0
    withdrawn: int = 0
    stand_still: int = 0
    left: int = 0


def act(book: Book, *, at: datetime) -> Tally:
    """Carry out every item that waits for nothing but this, each in a transaction of its own."""
    rows = book.runs.run("requests_listed", since=book.day(at) - LOOKED_BACK, most=100_000)
    tally = Tally()
    for request in read_many(book, [row["id"] for row in rows]).values():
        for item in waiting(book, request, at):
            tally = _done(book, tally, request, item, at)
    return tally


def waiting(book: Book, request: Request, at: datetime) -> Iterator[Item]:
    """The items of a request that nobody has to decide and that are not done."""
    purposes = purposes_of(book, at)
    for item in request.items.values():
        open_ = item.state in (ItemState.ASKED, ItemState.ACCEPTED)
        if request.closed_on is None and open_ and _waits(book, request, item, purposes):
            yield item


def _waits(book: Book, request: Request, item: Item, purposes: Sequence[Purpose]) -> bool:
    is_known = request.persons[item.person].shown is not None
    if item.right is Right.WITHDRAWAL:
        return is_known
    if item.right is not Right.OBJECTION:
        return False
    if is_marketing(item, purposes):
        return item.marketing or is_known
    is_new = item.state is ItemState.ASKED and not is_standing_still(book, request.id, item.item)
    return is_known and is_new


def _done(book: Book, tally: Tally, request: Request, item: Item, at: datetime) -> Tally:
    try:
        if item.right is Right.WITHDRAWAL:
            withdraw(book, request.id, item.item, by=PROGRAM, at=at)
            return replace(tally, withdrawn=tally.withdrawn + 1)
        if is_marketing(item, purposes_of(book, at)):
            stop_marketing(book, request.id, item.item, by=PROGRAM, at=at)
            return replace(tally, stopped=tally.stopped + 1)
        restrict_meanwhile(book, request.id, item.item, by=PROGRAM, at=at)
        return replace(tally, stand_still=tally.stand_still + 1)
    except NotEnded:
        return replace(tally, left=tally.left + 1)
