"""What a person adds to their request by its link: an answer to what they were asked, or more.

An answer ends a pause on the day on which it comes, as a letter would: whether it is enough is our
question, and how long we take to see it is on our account. What is not enough is asked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from avow.common.masked import Masked
from avow.duties.requests.book import (
    PERSON,
    Book,
    Said,
    entries_of,
    people_of,
    put_file,
    read,
    spoken_together,
    take,
)
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


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a request that one link follows: its own person, or all for whom who follows it
    speaks. `is_company`: a company follows what it asked for its users."""

    persons: tuple[int, ...]
    speaks: bool = False
    is_company: bool = False


def part_of(book: Book, state: Request, person: int) -> Part:
    """The part that the link of a person follows. Where a company asked, a user who has a link of
    their own follows their own part, and speaks for nobody."""
    people, voice = people_of(book, [state.id]).get(state.id, {}), state.persons[person].voice
    has_speaker = person in people and bool(people[person].speaker)
    is_company = has_speaker and voice is Voice.COMPANY
    speaks = is_company or voice is Voice.REPRESENTATIVE
    return Part(spoken_together(people, person), speaks, is_company)


def wants_paper(state: Request, part: Part) -> bool:
    """Whether somebody still has to show that they may speak."""
    return part.speaks and not all(map(state.is_settled, part.persons))


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
    part = part_of(book, state, person)
    owing = {n for n in state.persons if _owes(book, state, n)}
    waits = set(state.waits)
    if owing and not owing & set(part.persons):
        waits.discard(Waits.IDENTITY)
    paper = wants_paper(state, part) and not _has_paper(book, state)
    return Needs(tuple(sorted(waits)), _owes_document(book, state, person), paper)


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
        persons = part_of(inside, read(inside, request), person).persons
        said = [Said(Noted(what=f"{ADDED}.{n}")) for n in persons]
        said[0] = replace(said[0], words=added.words.encode())
        said += [Said(Resumed(waits=each)) for each in _ended(inside, request, persons)]
        after = take(inside, request, said, by=PERSON, at=at, runs=tx)
        threads.note(tx, book.ring, known, "joined", request, arrived=at, at=at)
    return after


def _ended(book: Book, request: str, persons: Sequence[int]) -> Iterator[Waits]:
    """The pauses that an answer for persons ends: that for identity only when nobody else of the
    request was asked and has not answered yet."""
    state = read(book, request)
    if Waits.SCOPE in state.waits:
        yield Waits.SCOPE
    others = [n for n in state.persons if n not in persons and _owes(book, state, n)]
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
