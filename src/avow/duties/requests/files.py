"""The files that came with a request: which there are, and looking at one, which is written down.

None is opened here: what is in it is for the person who looks at it, on a machine of their choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from avow.common.errors import AvowError
from avow.common.masked import Masked
from avow.duties.requests.book import Book, Said, file_of, put_file, read, take
from avow.duties.requests.identity.representing import EVIDENCE
from avow.duties.requests.intake.by_form import PAPER
from avow.duties.requests.intake.by_hand import known
from avow.duties.requests.intake.enclosed import LARGEST
from avow.duties.requests.intake.entering import IntakeError
from avow.duties.requests.intake.receiving import ATTACHMENT, MESSAGE
from avow.duties.requests.steps import Noted

CAME = frozenset({ATTACHMENT, MESSAGE, PAPER, EVIDENCE, "scan"})
"""What came from people. A document that shows who somebody is has a way of its own
(`identity.documents`), and what we made ourselves is an answer."""
ADDED = frozenset({"scan", PAPER})
"""What somebody of ours may put with a request that is there."""
SEEN = "file-seen"
"""What is noted when somebody looked at a file."""


class NoSuchFile(AvowError):
    """A file of a request that is not there to be looked at (AV939)."""

    code = "AV939"


@dataclass(frozen=True, slots=True)
class Came:
    """A file that came: its id, what it is, its media type, its size in bytes, and the local day on
    which it came. No name: none is kept."""

    id: str
    what: str
    kind: str
    size: int
    day: date


def came(book: Book, request: str) -> tuple[Came, ...]:
    """The files that came with a request and are still there. Raises UnknownRequest AV610."""
    read(book, request)
    return tuple(
        Came(row["id"], row["what"], row["media_type"], row["size"], book.day(row["made_at"]))
        for row in book.runs.run("request_files", request=request)
        if row["what"] in CAME and row["gone_at"] is None
    )


def add(
    book: Book, request: str, what: str, media_type: str, content: bytes, *, by: str, at: datetime
) -> str:
    """Put a paper with a request, sealed under its key and gone with it; gives the id of the file.

    Raises:
        UnknownRequest: AV610.
        IntakeError: AV694, `by` is nobody whom the declaration names; AV690, it is too large, or
            nothing that is put with a request.
    """
    known(book, by)
    if what not in ADDED or not content or len(content) > LARGEST:
        raise IntakeError(
            f"a {what} of {len(content)} bytes is not kept",
            because=f"a file has {LARGEST >> 20} MB at most, and something in it",
            help="scan it in black and white, or with fewer points",
        )
    with book.runs.transaction() as tx:
        file = put_file(book, tx, request, what, media_type, content, at=at)
        take(book, request, [Said(Noted(what=f"{what}-came"))], by=by, at=at, runs=tx)
    return file


def see(book: Book, request: str, file: str, *, by: str, at: datetime) -> tuple[str, Masked[bytes]]:
    """The media type and content of a file; that somebody looked, and who, is written first.

    Raises:
        UnknownRequest: AV610.
        IntakeError: AV694, `by` is nobody whom the declaration names.
        NoSuchFile: AV939, the request has no such file, or it is one of another kind.
    """
    known(book, by)
    if file not in {each.id for each in came(book, request)}:
        raise _none(request, file)
    take(book, request, [Said(Noted(what=SEEN))], by=by, at=at)
    found = file_of(book, file)
    if found is None:
        raise _none(request, file)
    return found


def _none(request: str, file: str) -> NoSuchFile:
    return NoSuchFile(
        f"`{request}` has no file `{file}` to look at",
        because="it is of another request, it is gone, or it is a document that shows who somebody"
        " is",
        help="`avow request files` lists them; of a document: `avow request document --see`",
    )
