"""Objections and withdrawals of consent as their page shows them: what each asks, what is next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from avow.duties.requests.acting.objecting import Turn, turn_of
from avow.duties.requests.answering.saying import Saying, spoken
from avow.duties.requests.book import Book
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.words import ItemState, Right

ENDING = frozenset({Right.OBJECTION, Right.WITHDRAWAL})
"""The rights that end purposes."""
WAITING = frozenset({Turn.NOTHING, Turn.DECIDE})
"""Where nothing can be carried out now."""


@dataclass(frozen=True, slots=True)
class EndLine:
    """One objection or withdrawal: its purpose where it names one, and what is done next."""

    item: int
    person: int
    right: str
    state: str
    purpose: str
    turn: Turn


def endings_of(book: Book, state: Request, language: str, at: datetime) -> tuple[EndLine, ...]:
    """Every objection and withdrawal of a request, in the words of the language of the page."""
    saying = Saying(book.declaration, spoken(language, book.declaration))
    return tuple(
        EndLine(
            item.item,
            item.person,
            str(item.right),
            str(item.state),
            saying.label("purpose", item.purpose) if item.purpose else "",
            next_of(book, state, item, at),
        )
        for item in state.items.values()
        if item.right in ENDING
    )


def next_of(book: Book, state: Request, item: Item, at: datetime) -> Turn:
    """What is done next. Nobody decides a withdrawal: what is open ends."""
    if item.right is Right.WITHDRAWAL:
        is_open = item.state in (ItemState.ASKED, ItemState.ACCEPTED)
        return Turn.END if is_open else Turn.NOTHING
    return turn_of(book, state, item, at)
