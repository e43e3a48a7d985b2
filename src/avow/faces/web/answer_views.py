"""The copy for a person as its page shows it: how far it is, where was looked, what is missing.

No value of the person is in it: systems, counts and kinds of values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.contents import saying_of
from avow.duties.requests.answering.copy import Report
from avow.duties.requests.answering.drafting import Draft
from avow.duties.requests.book import Book, Person, persons_of
from avow.duties.requests.held import COPIES
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.words import ItemState, Way


class Want(StrEnum):
    """What is wanted next of a copy, the most urgent first."""

    SEND = "send"
    READ = "read"
    REDACT = "redact"
    WRITE = "write"
    DRAW = "draw"
    AGAIN = "again"
    ROWS = "rows"
    DECIDE = "decide"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of one system: `kinds` of values were looked up, `unnamed` could not be; `seen`
    whether somebody who is there was found by the same search."""

    system: str
    state: str
    rows: int
    kinds: tuple[str, ...]
    unnamed: tuple[str, ...]
    seen: bool | None
    why: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """The copy as it stands: when it was drawn, its places, its wording, and how it left."""

    id: str
    at: datetime
    language: str
    rows: int
    systems: tuple[Looked, ...]
    is_whole: bool
    places: int
    undecided: int
    hidden: int
    version: int
    digest: str
    is_reviewed: bool
    sent: str
    is_collected: bool


@dataclass(frozen=True, slots=True)
class Copying:
    """One person who asks for a copy: their rights, and the copy. `has_rows`: somebody has said
    which rows are theirs; `has_address`: a link can be written to them."""

    person: int
    rights: tuple[tuple[str, str], ...]
    undecided: int
    open: int
    has_rows: bool
    has_address: bool
    drawn: Drawn | None

    @property
    def wants(self) -> Want:
        """What is wanted next."""
        if self.drawn is None or (self.drawn.sent and self.open):
            return self._before()
        if self.drawn.sent:
            return Want.NOTHING
        if self.drawn.undecided:
            return Want.REDACT
        if not self.drawn.version:
            return Want.WRITE
        return Want.SEND if self.drawn.is_reviewed else Want.READ

    def _before(self) -> Want:
        if not self.open:
            return Want.DECIDE if self.undecided else Want.NOTHING
        if not self.has_rows:
            return Want.ROWS
        return Want.AGAIN if self.drawn else Want.DRAW


def copies_of(book: Book, state: Request) -> tuple[Copying, ...]:
    """Every person of a request who asks for a copy."""
    people, has_rows = persons_of(book, state.id), accepted_of(book, state.id) is not None
    asking = [n for n in state.persons if any(i.person == n for i in _items(state))]
    return tuple(_copying(book, state, n, people.get(n), has_rows=has_rows) for n in asking)


def wanted(copies: Sequence[Copying]) -> Want:
    """What is wanted next of anybody."""
    return min((c.wants for c in copies), key=list(Want).index, default=Want.NOTHING)


def _items(state: Request) -> Iterator[Item]:
    yield from (item for item in state.items.values() if item.right in COPIES)


def _copying(
    book: Book, state: Request, person: int, who: Person | None, *, has_rows: bool
) -> Copying:
    mine = [item for item in _items(state) if item.person == person]
    found = drafting.newest(book, state.id, person)
    return Copying(
        person,
        tuple((str(item.right), str(item.state)) for item in mine),
        sum(item.state is ItemState.ASKED for item in mine),
        len(drafting.open_items(state, person)),
        has_rows,
        who is not None and bool(who.email or who.postal),
        _drawn(book, state, found) if found else None,
    )


def _drawn(book: Book, state: Request, found: Draft) -> Drawn:
    answer, copy = state.answers.get(found.id), found.copy
    return Drawn(
        found.id,
        copy.drawn_at.astimezone(ZoneInfo(book.zone)),
        saying_of(book.declaration, copy).language,
        copy.rows,
        tuple(_looked(report) for report in copy.reports),
        copy.is_whole,
        len(found.marks),
        found.undecided,
        sum(mark.is_hidden for mark in found.marks),
        found.version,
        found.digest,
        answer is not None and answer.is_reviewed,
        str(answer.sent or "") if answer else "",
        answer is not None and answer.is_collected,
    )


def _looked(report: Report) -> Looked:
    return Looked(
        report.system,
        str(report.state),
        report.rows,
        report.kinds,
        report.unnamed,
        report.seen,
        report.why,
        report.is_open,
    )


WAYS = (Way.PORTAL, Way.MAIL, Way.PAPER)
"""How an answer can leave."""
