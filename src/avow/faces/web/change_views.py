"""Corrections and restrictions as their pages show them: what is next, plans, places, no value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from avow.duties.requests.acting import correcting_next, restriction_next
from avow.duties.requests.acting.correcting_next import Offered, offered, plans_of, turn_of
from avow.duties.requests.acting.restriction_next import standing_of
from avow.duties.requests.book import Book
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.words import ItemState, Right

GONE = (ItemState.WITHDRAWN, ItemState.TRANSMITTED)
"""What nobody here does anything about."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan: where it stands, the fields that it changes and in how many rows. `is_back`: it puts
    cells back."""

    plan: str
    system: str
    status: str
    fields: tuple[str, ...] = ()
    rows: int = 0
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class CorrectLine:
    """A correction: what is next, its plans, and where something of the person can be corrected."""

    item: int
    person: int
    state: str
    turn: correcting_next.Turn
    plans: tuple[PlanLine, ...]
    places: tuple[Offered, ...]
    gaps: int

    @property
    def may_plan(self) -> bool:
        """Whether more can be corrected: it is granted, also where it was done with gaps."""
        open_ = (str(ItemState.ACCEPTED), str(ItemState.ACTING), str(ItemState.DONE))
        return self.state in open_ and bool(self.places)


@dataclass(frozen=True, slots=True)
class RestrictLine:
    """A restriction: why it stands, what is next, how each place keeps rows from use, its plans.
    `from_`: nothing is lifted before; None where the end was not announced."""

    item: int
    person: int
    right: str
    cause: str
    turn: restriction_next.Turn
    places: tuple[tuple[str, str, int], ...]
    plans: tuple[PlanLine, ...]
    from_: datetime | None


def corrections_of(book: Book, state: Request) -> tuple[CorrectLine, ...]:
    """Every correction of a request that is not taken back."""
    mine = (i for i in state.items.values() if i.right is Right.RECTIFICATION)
    return tuple(_correction(book, state, item) for item in mine if item.state not in GONE)


def _correction(book: Book, state: Request, item: Item) -> CorrectLine:
    plans = plans_of(book, state, item)
    return CorrectLine(
        item.item,
        item.person,
        str(item.state),
        turn_of(book, state, item, plans),
        tuple(PlanLine(p.plan, p.system, str(p.status), p.fields, p.rows) for p in plans),
        offered(book, state, item.person),
        item.gaps,
    )


def restrictions_of(book: Book, state: Request, at: datetime) -> tuple[RestrictLine, ...]:
    """Every restriction of a request, also of what is contested."""
    zone, found = ZoneInfo(book.zone), []
    for item in state.items.values():
        stands = standing_of(book, state, item, at) if item.state not in GONE else None
        if stands is None:
            continue
        causes = {str(row["cause"]) for row in stands.places}
        found.append(
            RestrictLine(
                item.item,
                item.person,
                str(item.right),
                min(causes, default=""),
                stands.turn,
                tuple(
                    (f"{r['system']}.{r['dataset']}", r["mode"], r["rows"]) for r in stands.places
                ),
                tuple(
                    PlanLine(p.plan, p.system, str(p.status), is_back=p.is_lifting)
                    for p in stands.plans
                ),
                stands.from_.astimezone(zone) if stands.from_ else None,
            )
        )
    return tuple(found)


def correct_next(lines: Sequence[CorrectLine]) -> correcting_next.Turn:
    """What is next of anybody."""
    turns = list(correcting_next.Turn)
    return min((line.turn for line in lines), key=turns.index, default=turns[-1])


def restrict_next(lines: Sequence[RestrictLine]) -> restriction_next.Turn:
    """What is next of anybody."""
    turns = list(restriction_next.Turn)
    return min((line.turn for line in lines), key=turns.index, default=turns[-1])
