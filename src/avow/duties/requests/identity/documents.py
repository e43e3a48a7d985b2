"""A copy of a document: asked for last, seen by somebody who is named, erased with the judgement.

It lies under a key of its own that dies within days whatever happens, and nothing of it is kept but
that it was seen, by whom, and whether it was enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from avow.common.errors import AvowError
from avow.common.masked import Masked
from avow.duties.correspondence.outbox import Keeps
from avow.duties.requests.book import Book, Said, end_file, file_of, put_file, read, take
from avow.duties.requests.machine import Person
from avow.duties.requests.steps import IdentityDoubted, IdentityShown, Noted, Steps
from avow.duties.requests.words import Rung

DOCUMENT = "identity-document"
"""What the file is called."""
DAYS = 7
"""How long a document may wait to be looked at; then it is gone and is asked for again."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that nobody has judged: its id, its size in bytes, the local day on which it came,
    and the last day on which it is there."""

    id: str
    size: int
    day: date
    last: date


class NotKept(AvowError):
    """A document that nobody may keep or look at (AV697)."""

    code = "AV697"


def keep(
    book: Book,
    request: str,
    person: int,
    media_type: str,
    content: bytes,
    *,
    by: str,
    at: datetime,
) -> str:
    """Keep a document that was asked for until somebody has looked at it; gives the id of the file.

    Raises:
        UnknownRequest: AV610.
        NotKept: AV697, nobody asked for one, or the person has shown who they are.
    """
    with book.runs.transaction() as tx:
        known = read(book, request).persons.get(person)
        if not _is_wanted(known):
            raise NotKept(
                f"the document of person {person} of `{request}` is not kept",
                because="nobody asked for one, or they have shown who they are already",
                help="destroy it, and ask for less: `avow request identify`",
            )
        last = book.day(at) + timedelta(days=DAYS)
        file = put_file(book, tx, request, DOCUMENT, media_type, content, at=at, forget_on=last)
        step = Noted(what=f"{DOCUMENT}-came.{person}")
        take(book, request, [Said(step)], by=by, at=at, runs=tx)
    return file


def _is_wanted(known: Person | None) -> bool:
    return known is not None and Rung.DOCUMENT in known.asked and known.shown is None


def waiting(book: Book, request: str) -> tuple[Waiting, ...]:
    """The documents of a request that nobody has judged yet, the oldest first."""
    return tuple(
        Waiting(row["id"], row["size"], book.day(row["made_at"]), row["forget_on"])
        for row in book.runs.run("request_files", request=request)
        if row["what"] == DOCUMENT and not row["gone_at"]
    )


def look(
    book: Book, request: str, file: str, *, by: str, at: datetime
) -> tuple[str, Masked[bytes]]:
    """The media type and content of a document; that somebody looked, and who, is written first.

    Raises:
        NotKept: AV697, there is no such document any more.
    """
    _its_own(book, request, file)
    take(book, request, [Said(Noted(what=f"{DOCUMENT}-seen"))], by=by, at=at)
    found = file_of(book, file)
    if found is None:
        raise _gone(file)
    return found


def judge(
    book: Book,
    runs: Keeps,
    request: str,
    person: int,
    file: str,
    *,
    is_enough: bool,
    by: str,
    at: datetime,
) -> None:
    """Say whether a document is enough; it and its key are gone in the same transaction. One that
    is not enough is the end: nothing is asked beyond it.

    Raises:
        NotKept: AV697, there is no such document any more.
        StepRefused: AV684, the request has no such person.
    """
    _its_own(book, request, file)
    step: Steps = IdentityShown(person=person, rung=Rung.DOCUMENT)
    if not is_enough:
        step = IdentityDoubted(person=person, rung=Rung.DOCUMENT, final=True)
    with runs.transaction() as tx:
        if not end_file(tx, file, at):
            raise _gone(file)
        take(book, request, [Said(step)], by=by, at=at, runs=tx)
    runs.rewrite("bundle_key")


def _its_own(book: Book, request: str, file: str) -> None:
    if file not in {each.id for each in waiting(book, request)}:
        raise _gone(file)


def _gone(file: str) -> NotKept:
    return NotKept(
        f"there is no document `{file}`",
        because="it was judged, its last day is over, or it belongs to another request",
        help="`avow request show` prints what happened",
    )
