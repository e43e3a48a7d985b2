"""The pages on which one request is worked on, those that need somebody first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from avow.common.languages import SOURCE_LANGUAGE
from avow.duties.requests.acting.correcting_next import Turn as Fix
from avow.duties.requests.acting.restriction_next import OURS
from avow.duties.requests.answering.drafting import open_items
from avow.duties.requests.book import Book, entries_of
from avow.duties.requests.held import COPIES
from avow.duties.requests.identity.documents import waiting
from avow.duties.requests.identity.standing import standings
from avow.duties.requests.machine import Request
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.words import ItemState, Voice
from avow.engine.accounts.matrix import Sphere
from avow.engine.db.store import Row
from avow.faces.web.change_views import (
    correct_next,
    corrections_of,
    restrict_next,
    restrictions_of,
)
from avow.faces.web.end_views import ENDING, WAITING, next_of
from avow.faces.web.erase_views import Want, erasures_of
from avow.faces.web.erase_views import wanted as erase_wanted
from avow.faces.web.outcome_views import Next, tellings_of
from avow.faces.web.outcome_views import wanted as tell_wanted
from avow.faces.web.request_views import sphere_of


@dataclass(frozen=True, slots=True)
class Work:
    """A page below the request: its name, and the word for why it needs somebody now; empty where
    it does not."""

    page: str
    wanted: str = ""


_ERASE_NOW = frozenset({Want.END, Want.PLAN, Want.CARRY_OUT})
"""What of an erasure somebody can do now."""
_IN_ITS_NAME = frozenset({"answer", "redact", "outcome"})
"""What nobody of ours does where a client company speaks for the person."""


def work_of(book: Book, request: Request, at: datetime) -> tuple[Work, ...]:
    """The pages, those that need somebody first, then in the order in which a request is worked
    on. A page that is about nothing that is asked is left out."""
    is_over = request.answered_on is not None or request.closed_on is not None
    who = "" if is_over else _identity(book, request)
    rows = "" if is_over or who else _rows(book, request)
    found = (
        Work("identity", who),
        Work("rows", rows),
        Work("files"),
        *_others(request),
        *_copies(book, request),
        *_endings(book, request, at),
        *_corrections(book, request),
        *_restrictions(book, request, at),
        *_erasures(book, request, at),
        *_letters(book, request, at),
    )
    if request.closed_on is not None:
        return tuple(Work(work.page) for work in found)
    if sphere_of(request) is Sphere.PROCESSOR:
        found = tuple(Work(work.page) if work.page in _IN_ITS_NAME else work for work in found)
    return tuple(sorted(found, key=lambda work: not work.wanted))


def _others(request: Request) -> Iterator[Work]:
    """Whether another company decides is asked as long as something is to be decided."""
    if any(item.state is ItemState.ASKED for item in request.items.values()):
        yield Work("hand-over")


def _copies(book: Book, request: Request) -> Iterator[Work]:
    """The copy and its places, by what is written down of them: no copy is opened for this list."""
    asking = {i.person for i in request.items.values() if i.right in COPIES}
    newest = {row["person"]: row for row in book.runs.run("answers_of", request=request.id)}
    wanted = [_copy(book, request, person, newest.get(person)) for person in sorted(asking)]
    first = next(filter(None, wanted), "")
    if asking:
        yield Work("answer", "" if first == "redact" else first)
    if newest:
        yield Work("redact", first if first == "redact" else "")


def _copy(book: Book, request: Request, person: int, row: Row | None) -> str:
    answer = request.answers.get(row["id"]) if row else None
    if row is None or (answer is not None and answer.sent is not None):
        can = open_items(request, person) and accepted_of(book, request.id) is not None
        return "draw" if can else ""
    if answer is None:
        return "redact" if row["undecided"] else "write"
    return "send" if answer.is_reviewed else "read"


def _endings(book: Book, request: Request, at: datetime) -> Iterator[Work]:
    mine = [item for item in request.items.values() if item.right in ENDING]
    turns = {next_of(book, request, item, at) for item in mine}
    if mine:
        yield Work("end", "end" if turns - WAITING else "")


def _corrections(book: Book, request: Request) -> Iterator[Work]:
    found = corrections_of(book, request)
    if found:
        turn = correct_next(found)
        yield Work("correct", f"fix-{turn}" if turn in (Fix.CARRY_OUT, Fix.PLAN) else "")


def _restrictions(book: Book, request: Request, at: datetime) -> Iterator[Work]:
    found = restrictions_of(book, request, at)
    if found:
        turn = restrict_next(found)
        yield Work("restrict", f"use-{turn}" if turn in OURS else "")


def _erasures(book: Book, request: Request, at: datetime) -> Iterator[Work]:
    found = erasures_of(book, request, SOURCE_LANGUAGE, at)
    if found:
        wanted = erase_wanted(found)
        yield Work("erase", f"erase-{wanted}" if wanted in _ERASE_NOW else "")


def _letters(book: Book, request: Request, at: datetime) -> Iterator[Work]:
    if request.items:
        wanted = tell_wanted(tellings_of(book, request, SOURCE_LANGUAGE, at))
        yield Work(
            "outcome", f"tell-{wanted}" if wanted in (Next.SEND, Next.READ, Next.WRITE) else ""
        )


def _identity(book: Book, request: Request) -> str:
    if waiting(book, request.id):
        return "document"
    known = standings(request, entries_of(book, request.id))
    voices = {each.voice for each in known if not (each.is_settled or each.is_free)}
    return "authority" if voices == {Voice.COMPANY} else "identity" if voices else ""


def _rows(book: Book, request: Request) -> str:
    """Whose rows it is about is said once it is settled who asks."""
    return "rows" if accepted_of(book, request.id) is None else ""
