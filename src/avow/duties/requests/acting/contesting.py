"""While it is not decided whether data are right, nobody uses them (GDPR art. 18(1)(a)).

A correction that waits opens a restriction by itself: at once where the person is asked for more,
otherwise when it is not decided within days. When it is decided the person hears that use goes on
(art. 18(3)), and a day later it does; cells that were changed come back by a plan of two persons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from avow.common.errors import AvowError
from avow.duties.requests.acting.lifting_letter import tell_lifting
from avow.duties.requests.acting.restricting import (
    CONTESTED,
    UNWRITTEN,
    Hands,
    is_enforced,
    lift,
    plan_lifting,
    restrict,
)
from avow.duties.requests.book import PROGRAM, Book, read, read_many
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.words import ItemState, Right, Waits
from avow.engine.db.store import Row
from avow.engine.planner.records import OVER, Status

DECIDED_WITHIN = timedelta(days=3)
"""A correction that is decided sooner restricts nothing."""
NOTICE = timedelta(days=2)
"""How long before the lifting the person hears of it."""
LOOKED_BACK = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Tally:
    """Corrections by what was done; `left` wait for a person: a system is away or cannot enforce
    its mode, no address is known, or a plan has to be approved."""

    opened: int = 0
    told: int = 0
    lifted: int = 0
    left: int = 0


def waiting(book: Book, at: datetime) -> tuple[tuple[Request, Item], ...]:
    """Corrections that are contested and whose rows are not restricted yet."""
    rows = book.runs.run("requests_listed", since=book.day(at) - LOOKED_BACK, most=100_000)
    found = read_many(book, [row["id"] for row in rows]).values()
    return tuple((r, i) for r in found for i in _waiting(book, r, at))


def _waiting(book: Book, request: Request, at: datetime) -> Iterator[Item]:
    asked = [i for i in request.items.values() if _is_contested(request, i, at)]
    if not asked:
        return
    theirs = {row.person for row in accepted_of(book, request.id) or ()}
    for item in asked:
        if item.person in theirs and not _standing(book, request.id, item.item):
            yield item


def _is_contested(request: Request, item: Item, at: datetime) -> bool:
    if item.right is not Right.RECTIFICATION or item.state is not ItemState.ASKED:
        return False
    if request.persons[item.person].shown is None or request.arrived is None:
        return False
    return Waits.SCOPE in request.waits or at - request.arrived > DECIDED_WITHIN


def _standing(book: Book, request: str, item: int) -> list[Row]:
    rows = book.runs.run("restrictions_of", request=request, item=item)
    return [row for row in rows if row["lifted_at"] is None]


def contests(hands: Hands, at: datetime) -> Tally:
    """Open what is contested; tell and lift what is decided. Each in transactions of its own, and
    again at the next turn where something was away."""
    tally = Tally()
    for request, item in waiting(hands.book, at):
        try:
            restrict(hands, request.id, item.item, by=PROGRAM, at=at)
            tally = replace(tally, opened=tally.opened + 1)
        except AvowError:  # the fact stands; what has no plan is planned at the next turn
            tally = replace(tally, opened=tally.opened + 1, left=tally.left + 1)
    for request_id, number in _contested(hands.book):
        tally = _ended(hands, tally, request_id, number, at)
    return tally


def _contested(book: Book) -> tuple[tuple[str, int], ...]:
    rows = book.runs.run("restrictions_standing")
    mine = ((r["request"], r["item"]) for r in rows if r["cause"] == CONTESTED)
    return tuple(dict.fromkeys(mine))


def _ended(hands: Hands, tally: Tally, request: str, number: int, at: datetime) -> Tally:
    book, item = hands.book, read(hands.book, request).items[number]
    rows = _standing(book, request, number)
    if item.state is ItemState.ASKED:
        return _planned(hands, tally, rows, at)
    told = min((r["told_at"] for r in rows if r["told_at"]), default=None)
    if told is None or any(r["told_at"] is None for r in rows):
        done = tell_lifting(book, request, number, by=PROGRAM, at=at)
        return replace(tally, told=tally.told + done, left=tally.left + (not done))
    if at - told < NOTICE:
        return tally
    enforced = [r["plan"] for r in rows if r["plan"] and is_enforced(book, r["plan"])]
    if enforced:
        if not any(_has_open_plan(book, plan) for plan in enforced):
            plan_lifting(hands, request, number, at=at)
        return replace(tally, left=tally.left + 1)
    if not item.is_settled:  # accepted: it is corrected first
        return replace(tally, left=tally.left + 1)
    lift(hands, request, number, (), by=PROGRAM, at=at)
    return replace(tally, lifted=tally.lifted + 1)


def _planned(hands: Hands, tally: Tally, rows: list[Row], at: datetime) -> Tally:
    """What could not be planned when the restriction opened is planned now."""
    missing = [row for row in rows if row["mode"] not in UNWRITTEN and not row["plan"]]
    try:
        for each in missing[:1]:
            restrict(hands, each["request"], each["item"], by=PROGRAM, at=at)
    except AvowError:  # the system is still away: at the next turn
        return replace(tally, left=tally.left + 1)
    return tally


def _has_open_plan(book: Book, plan: str) -> bool:
    rows = book.runs.run("plans_of_case", case_id=plan)
    return any(Status(row["status"]) not in OVER for row in rows)
