"""Where a restriction of use stands, and what is done next: begun, enforced, announced, lifted.

Between the letter that announces the end and the end lie two days (art. 18(3)): only then do cells
come back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from avow.duties.requests.acting.contesting import NOTICE
from avow.duties.requests.acting.restricting import UNWRITTEN, is_enforced
from avow.duties.requests.book import Book
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.words import ItemState, Right
from avow.engine.db.store import Row
from avow.engine.planner.plan import PlanKind
from avow.engine.planner.records import OVER, Status


class Turn(StrEnum):
    """What is done next, the most urgent first: from `ROWS` on it waits for others, for a day, or
    for nothing. `OFFER`: use of what is contested can be restricted before a round does it."""

    BEGIN = "begin"
    PLAN = "plan"
    ENFORCE = "enforce"
    PLAN_LIFTING = "plan-lifting"
    LIFT = "lift"
    ROWS = "rows"
    DECIDE = "decide"
    APPROVE = "approve"
    NOTICE = "notice"
    STANDS = "stands"
    CONTESTED = "contested"
    OFFER = "offer"
    CORRECT = "correct"
    LIFTED = "lifted"
    NOTHING = "nothing"


OURS = frozenset({Turn.BEGIN, Turn.PLAN, Turn.ENFORCE, Turn.PLAN_LIFTING, Turn.LIFT})
"""What somebody can do now."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan of a restriction, or of its lifting, and where it stands."""

    plan: str
    system: str
    status: Status
    is_lifting: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How a restriction of an item stands: its rows by dataset and mode, its plans, what is next.
    `from_`: before that moment nothing is lifted; None where the end was not announced."""

    item: Item
    turn: Turn
    places: tuple[Row, ...]
    plans: tuple[Planned, ...]
    from_: datetime | None

    @property
    def open_lifting(self) -> tuple[str, ...]:
        """The plans of the lifting that are not over."""
        return tuple(p.plan for p in self.plans if p.is_lifting and p.status not in OVER)


def standing_of(book: Book, request: Request, item: Item, at: datetime) -> Standing | None:
    """How the restriction of an item stands; None for an item that restricts no use: also for a
    correction that is decided and for which nobody restricted any."""
    rows = book.runs.run("restrictions_of", request=request.id, item=item.item)
    is_correction = item.right is Right.RECTIFICATION
    may_begin = item.state is ItemState.ASKED and bool(accepted_of(book, request.id))
    if item.right is not Right.RESTRICTION and not (is_correction and (rows or may_begin)):
        return None
    plans = tuple(_plans(book, rows))
    told = [row["told_at"] for row in rows if row["lifted_at"] is None]
    from_ = max(told) + NOTICE if told and all(told) else None
    turn = _turn(book, request, item, rows, plans, from_, at)
    return Standing(item, turn, tuple(rows), plans, from_)


def _plans(book: Book, rows: Sequence[Row]) -> Iterator[Planned]:
    for plan in dict.fromkeys(row["plan"] for row in rows if row["plan"]):
        found = book.runs.one("plan", id=plan)
        if found is not None:
            yield Planned(plan, found["system"], Status(found["status"]), is_lifting=False)
        for each in book.runs.run("plans_of_case", case_id=plan):
            if each["kind"] == PlanKind.LIFTING:
                status = Status(each["status"])
                yield Planned(each["id"], each["system"], status, is_lifting=True)


def _turn(
    book: Book,
    request: Request,
    item: Item,
    rows: Sequence[Row],
    plans: Sequence[Planned],
    from_: datetime | None,
    at: datetime,
) -> Turn:
    standing = [row for row in rows if row["lifted_at"] is None]
    if not rows:
        return _first(book, request, item)
    if not standing:
        return Turn.LIFTED
    if from_ is not None:
        return _lifting(book, item, plans, from_, at)
    if any(row["mode"] not in UNWRITTEN and not row["plan"] for row in standing):
        return Turn.PLAN
    statuses = {plan.status for plan in plans if not plan.is_lifting}
    if Status.WAITING in statuses:
        return Turn.APPROVE
    if statuses - OVER or (item.right is Right.RESTRICTION and item.state is ItemState.ACTING):
        return Turn.ENFORCE
    if item.right is Right.RECTIFICATION and item.state is ItemState.ASKED:
        return Turn.CONTESTED
    return Turn.STANDS


def _first(book: Book, request: Request, item: Item) -> Turn:
    if item.right is Right.RECTIFICATION:
        return Turn.OFFER
    if item.state is ItemState.ASKED:
        return Turn.DECIDE
    if item.state not in (ItemState.ACCEPTED, ItemState.ACTING):
        return Turn.NOTHING
    return Turn.BEGIN if accepted_of(book, request.id) else Turn.ROWS


def _lifting(
    book: Book, item: Item, plans: Sequence[Planned], from_: datetime, at: datetime
) -> Turn:
    """What is next once the person knows that it ends."""
    if item.right is Right.RECTIFICATION and item.state is ItemState.ASKED:
        return Turn.CONTESTED
    enforced = [p for p in plans if not p.is_lifting and is_enforced(book, p.plan)]
    open_ = [p for p in plans if p.is_lifting and p.status not in OVER]
    if len(open_) < len(enforced):
        return Turn.PLAN_LIFTING
    if any(plan.status is Status.WAITING for plan in open_):
        return Turn.APPROVE
    if not enforced and item.right is Right.RECTIFICATION and not item.is_settled:
        return Turn.CORRECT
    return Turn.LIFT if from_ <= at else Turn.NOTICE
