"""The pages on which one request is worked on, those that need somebody first."""

from __future__ import annotations

from dataclasses import dataclass

from avow.duties.requests.book import Book, entries_of
from avow.duties.requests.identity.documents import waiting
from avow.duties.requests.identity.standing import standings
from avow.duties.requests.machine import Request
from avow.duties.requests.rows import accepted_of


@dataclass(frozen=True, slots=True)
class Work:
    """A page below the request: its name, and the word for why it needs somebody now; empty where
    it does not."""

    page: str
    wanted: str = ""


def work_of(book: Book, request: Request) -> tuple[Work, ...]:
    """The pages, those that need somebody first, then in the order in which a request is worked
    on."""
    is_over = request.answered_on is not None or request.closed_on is not None
    who = "" if is_over else _identity(book, request)
    rows = "" if is_over or who else _rows(book, request)
    found = (Work("identity", who), Work("rows", rows), Work("files"))
    return tuple(sorted(found, key=lambda work: not work.wanted))


def _identity(book: Book, request: Request) -> str:
    if waiting(book, request.id):
        return "document"
    known = standings(request, entries_of(book, request.id))
    return "identity" if any(not (each.is_settled or each.is_free) for each in known) else ""


def _rows(book: Book, request: Request) -> str:
    """Whose rows it is about is said once it is settled who asks."""
    return "rows" if accepted_of(book, request.id) is None else ""
