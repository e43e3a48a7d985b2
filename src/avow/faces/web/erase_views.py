"""An erasure as its page shows it: the plan in each system, what it waits for, and what stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from avow.duties.requests.acting.bringing_back import lying_of
from avow.duties.requests.acting.erasing import (
    Part,
    answer_from,
    are_carried_out,
    left,
    parts,
    planned_in,
)
from avow.duties.requests.answering.saying import Saying, spoken
from avow.duties.requests.book import Book
from avow.duties.requests.held import is_held
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.telling.outcome import Came
from avow.duties.requests.words import ItemState, Right
from avow.engine.planner.records import OVER, Status
from avow.faces.web.outcome_views import StaysLine, stays_of
from avow.faces.web.plan_running import MAY_RUN


class Want(StrEnum):
    """What an erasure waits for, the most urgent first."""

    END = "end"
    PLAN = "plan"
    APPROVE = "approve"
    CARRY_OUT = "carry-out"
    COPY = "copy"
    ROWS = "rows"
    DECIDE = "decide"
    UNDO = "undo"
    NOTHING = "nothing"


_OVER = frozenset(str(status) for status in OVER)


@dataclass(frozen=True, slots=True)
class PartLine:
    """What became of one system: its plan and where it stands, or the code of why there is none."""

    system: str
    plan: str
    status: str
    gap: str


@dataclass(frozen=True, slots=True)
class LyingLine:
    """What could be brought back in one system, and until when. `unkept` rows lie nowhere."""

    system: str
    rows: int
    unkept: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Erasing:
    """One erasure: what it waits for, its plans, and what stays. `until`: it can be taken back
    until then; `lying`: what of it, system by system; `gaps` places were not reached when it ended.
    """

    item: int
    person: int
    state: str
    wants: Want
    parts: tuple[PartLine, ...]
    stays: tuple[StaysLine, ...]
    until: datetime | None
    lying: tuple[LyingLine, ...]
    can_end: bool
    gaps: int

    @property
    def can_run(self) -> bool:
        """Whether a plan of it may be carried out now, or taken up where it was left."""
        return any(part.plan and part.status in MAY_RUN for part in self.parts)

    @property
    def has_gap(self) -> bool:
        """Whether a system has no plan."""
        return any(not part.plan for part in self.parts)


def erasures_of(book: Book, state: Request, language: str, at: datetime) -> tuple[Erasing, ...]:
    """Every erasure of a request that is not taken back or refused."""
    saying = Saying(book.declaration, spoken(language, book.declaration))
    gone = (ItemState.WITHDRAWN, ItemState.REFUSED, ItemState.TRANSMITTED)
    mine = (i for i in state.items.values() if i.right is Right.ERASURE and i.state not in gone)
    return tuple(_erasing(book, saying, state, item, at) for item in mine)


def lying_lines(book: Book, request: str, item: int, at: datetime) -> tuple[LyingLine, ...]:
    """What of an erasure could be brought back now, system by system."""
    zone = ZoneInfo(book.zone)
    return tuple(
        LyingLine(each.system, each.rows, each.unkept, each.ends_at.astimezone(zone))
        for each in lying_of(book, request, item, at)
    )


def wanted(erasures: Sequence[Erasing]) -> Want:
    """What is wanted next of anybody."""
    return min((e.wants for e in erasures), key=list(Want).index, default=Want.NOTHING)


def _erasing(book: Book, saying: Saying, state: Request, item: Item, at: datetime) -> Erasing:
    known = parts(book, state.id, item.item)
    until = answer_from(book, known, at) if are_carried_out(known) else at
    return Erasing(
        item.item,
        item.person,
        str(item.state),
        _wants(book, state, item, known, can_be_undone=until > at),
        tuple(PartLine(p.system, p.plan or "", p.status, p.gap) for p in known),
        tuple(stays_of(saying, Came(item, left(book, state.id, item.item)))),
        until.astimezone(ZoneInfo(book.zone)) if until > at else None,
        lying_lines(book, state.id, item.item, at),
        _can_end(item, known),
        item.gaps,
    )


def _wants(
    book: Book, state: Request, item: Item, known: Sequence[Part], *, can_be_undone: bool
) -> Want:
    if item.state is ItemState.ASKED:
        return Want.DECIDE
    if item.state is ItemState.DONE:
        return Want.UNDO if can_be_undone else Want.NOTHING
    if accepted_of(book, state.id) is None:
        return Want.ROWS
    if is_held(book.runs, state.id, item.person):
        return Want.COPY
    return _of_plans(known)


def _can_end(item: Item, known: Sequence[Part]) -> bool:
    """Whether every plan of an erasure that goes on has ended; a system without one is a gap."""
    statuses = [part.status for part in known if part.plan]
    return item.state is ItemState.ACTING and bool(statuses) and set(statuses) <= _OVER


def _of_plans(known: Sequence[Part]) -> Want:
    standing, statuses = planned_in(known), {part.status for part in known}
    if not known or any(part.system not in standing for part in known):
        return Want.PLAN
    if str(Status.WAITING) in statuses:
        return Want.APPROVE
    return Want.END if statuses <= _OVER else Want.CARRY_OUT
