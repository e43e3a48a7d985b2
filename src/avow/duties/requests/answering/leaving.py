"""The package of an answer as it leaves: whoever fetches it first has its PDF typeset.

The PDF is made of the words that were reviewed and of nothing else, once: everybody who fetches the
package later gets the same bytes. Its SHA-256 is a step of the request; what is signed is the page.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from avow.common.masked import Masked
from avow.duties.requests.answering import contents, packing, paper
from avow.duties.requests.answering.marks import AnswerRefused
from avow.duties.requests.book import Book, Said, end_file, file_of, put_file, take
from avow.duties.requests.steps import Noted
from avow.engine.db.store import Row, Runs

PACKAGE, ZIP = "package", "application/zip"
MADE = "pdf-made"
"""What is noted when the PDF was made; the words of the step are its SHA-256."""
UNMADE = "pdf-not-made"
"""What is noted when a person got the package without its PDF."""
TAKEN = "answer-taken"
"""What is noted when somebody of ours took the package, to let it leave in another way."""


def leaving(
    book: Book, answer: str, *, by: str, at: datetime, anyhow: bool = False
) -> Masked[bytes] | None:
    """The package with its PDF; None when it is gone. With `anyhow` somebody who waits for it gets
    it without the PDF where none can be made, which is noted: the page has the same words.

    Raises:
        AnswerRefused: AV631, the PDF cannot be made here any more.
    """
    with book.runs.transaction() as tx:
        inside, row = replace(book, runs=tx), tx.one("answer_lock", id=answer)
        kept = file_of(inside, row["package"]) if row and row["package"] else None
        if row is None or kept is None:
            return None
        files = packing.unzipped(kept[1].reveal())
        if packing.TO_PRINT not in files:
            return kept[1]
        try:
            printed = paper.typeset(files[packing.TO_PRINT])
        except AnswerRefused:
            if not anyhow:
                raise
            take(inside, row["request"], [Said(Noted(what=UNMADE))], by=by, at=at, runs=tx)
            return Masked(_with(kept[1].reveal(), files, {}))
        package = _with(kept[1].reveal(), files, {packing.PDF: printed})
        _keep(inside, tx, row, package, at)
        digest = hashlib.sha256(printed).hexdigest().encode()
        take(inside, row["request"], [Said(Noted(what=MADE), digest)], by=by, at=at, runs=tx)
    return Masked(package)


def taken(book: Book, answer: str, *, by: str, at: datetime) -> Masked[bytes] | None:
    """The package for somebody of ours, who prints it or sends it by e-mail; None when it is gone.
    Who took it is a step of the request.

    Raises:
        AnswerRefused: AV631, the PDF cannot be made here.
    """
    package = leaving(book, answer, by=by, at=at)
    if package is not None:
        row = book.runs.one("answer_known", id=answer)
        if row is not None:
            take(book, row["request"], [Said(Noted(what=TAKEN))], by=by, at=at)
    return package


def is_proven(package: Masked[bytes]) -> bool:
    """Whether a package has its proof: who looks through an answer and is broken off before the end
    has taken the step, and the package is still the one of the draft."""
    return contents.PROOF in packing.unzipped(package.reveal())


def _with(before: bytes, files: dict[str, bytes], printed: dict[str, bytes]) -> bytes:
    """The package with this instead of what is to be printed, at its place and its moment."""
    page = {packing.PAGE: files.pop(packing.PAGE)}
    del files[packing.TO_PRINT]
    return packing.zipped({**page, **printed, **files}, packing.made_at(before))


def _keep(book: Book, runs: Runs, row: Row, package: bytes, at: datetime) -> None:
    """Keep it instead of the one before, until the same day."""
    before = runs.one("request_file", id=row["package"])
    last = before["forget_on"] if before else None
    end_file(runs, row["package"], at)
    kept = put_file(book, runs, row["request"], PACKAGE, ZIP, package, at=at, forget_on=last)
    runs.run("answer_packed", id=row["id"], package=kept)
