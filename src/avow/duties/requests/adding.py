"""What a person adds to their request by its link: an answer to what they were asked, or more.

An answer ends a pause on the day on which it comes, as a letter would: whether it is enough is our
question, and how long we take to see it is on our account. What is not enough is asked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from avow.common.masked import Masked
from avow.duties.requests.book import PERSON, Book, Said, entries_of, put_file, read, take
from avow.duties.requests.identity.documents import DOCUMENT, keep
from avow.duties.requests.intake import threads
from avow.duties.requests.intake.by_form import PAPER
from avow.duties.requests.machine import Request
from avow.duties.requests.steps import IdentityAsked, Noted, Resumed
from avow.duties.requests.words import Rung, Voice, Waits

ADDED = "added-by-person"
"""What is noted, with the number of the person; their words lie sealed beside it."""


@dataclass(frozen=True, slots=True)
class Added:
    """What is added: `files` as a request keeps them, `document` the one that was asked for to show
    who they are (type and bytes). `form`: the token of the form, so that it counts once."""

    form: Masked[str]
    words: str = field(default="", repr=False)
    files: tuple[tuple[str, str, bytes], ...] = field(default=(), repr=False)
    document: tuple[str, bytes] | None = field(default=None, repr=False)


def wants_document(state: Request, person: int) -> bool:
    """Whether a person was asked for a document and has not shown who they are."""
    known = state.persons[person]
    return Rung.DOCUMENT in known.asked and known.shown is None


@dataclass(frozen=True, slots=True)
class Needs:
    """What a person of a request still has to give: an answer to what the term waits for, a
    document that was asked for, what shows that they may speak for somebody."""

    waits: tuple[Waits, ...] = ()
    document: bool = False
    paper: bool = False


def needs(book: Book, state: Request, person: int) -> Needs:
    """What a person still has to give. That somebody else of the request was asked is not their
    matter, and what they gave is not asked for again."""
    if state.closed_on is not None:
        return Needs()
    others = [n for n in state.persons if n != person and _owes(book, state, n)]
    waits = set(state.waits)
    if others and not _owes(book, state, person):
        waits.discard(Waits.IDENTITY)
    known = state.persons[person]
    is_spoken_for = known.voice is Voice.REPRESENTATIVE and not state.is_settled(person)
    return Needs(tuple(sorted(waits)), _owes_document(book, state, person),
                 is_spoken_for and not _has_paper(book, state))  # fmt: skip


def _owes_document(book: Book, state: Request, person: int) -> bool:
    """Whether a document was asked for, and none came since."""
    is_open = False
    for entry in entries_of(book, state.id):
        match entry.step:
            case IdentityAsked(person=asked, rung=Rung.DOCUMENT) if asked == person:
                is_open = True
            case Noted(what=what) if what == f"{DOCUMENT}-came.{person}":
                is_open = False
    return is_open and not state.is_settled(person)


def _has_paper(book: Book, state: Request) -> bool:
    rows = book.runs.run("request_files", request=state.id)
    return any(row["what"] == PAPER for row in rows)


def add(book: Book, request: str, person: int, added: Added, *, at: datetime) -> Request:
    """Keep what a person adds to their request; sent again with the same form it changes nothing.

    A document that was asked for lies under its own key until somebody judged it, like any other.

    Raises:
        UnknownRequest: AV610.
        NotKept: AV697, nobody asked for a document.
        StepRefused: AV684, the request has no such person.
    """
    known = threads.Marks(Masked(f"form\n{added.form.reveal()}"), None, None, None)
    with book.runs.transaction() as tx:
        tx.run("intake_lock")
        inside = replace(book, runs=tx)
        if threads.is_known(tx, book.ring, known):
            return read(inside, request)
        for what, kind, content in added.files:
            put_file(inside, tx, request, what, kind, content, at=at)
        if added.document:
            keep(inside, request, person, *added.document, by=PERSON, at=at)
        said = [Said(Noted(what=f"{ADDED}.{person}"), added.words.encode())]
        said += [Said(Resumed(waits=each)) for each in _ended(inside, request, person)]
        after = take(inside, request, said, by=PERSON, at=at, runs=tx)
        threads.note(tx, book.ring, known, "joined", request, arrived=at, at=at)
    return after


def _ended(book: Book, request: str, person: int) -> Iterator[Waits]:
    """The pauses that an answer of a person ends: that for identity only when nobody else of the
    request was asked and has not answered yet."""
    state = read(book, request)
    if Waits.SCOPE in state.waits:
        yield Waits.SCOPE
    others = [n for n in state.persons if n != person and _owes(book, state, n)]
    if Waits.IDENTITY in state.waits and not others:
        yield Waits.IDENTITY


def _owes(book: Book, state: Request, person: int) -> bool:
    """Whether somebody was asked who they are and has said nothing since."""
    if state.is_settled(person):
        return False
    is_open = False
    for entry in entries_of(book, state.id):
        match entry.step:
            case IdentityAsked(person=asked) if asked == person:
                is_open = True
            case Noted(what=what) if what == f"{ADDED}.{person}":
                is_open = False
    return is_open
