"""A request by the form of our own pages: whole or not at all, and once however often it is sent.

The form is one way among others and never a condition (art. 12(2)).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from avow.common.masked import Masked
from avow.duties.requests.book import PERSON, Arrival, Book
from avow.duties.requests.book import read as read_request
from avow.duties.requests.intake import threads
from avow.duties.requests.intake.entering import enter
from avow.duties.requests.intake.receiving import UNANSWERED
from avow.duties.requests.machine import Request

AUTOMATIC = "looks-automatic"
"""What is noted when a field was filled in that people do not see."""
PAPER = "authority"
"""What a file is called that shows that somebody may speak for a person: nobody has looked yet."""
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,80}")


def enter_form(
    book: Book,
    arrival: Arrival,
    form: Masked[str],
    *,
    at: datetime,
    looks_automatic: bool = False,
) -> Request:
    """Enter what a form says; sent again with the same `form` token it gives the same request. The
    version of the notice that was in force is noted with it.

    A form that looks as if a program filled it in is a request all the same, and nothing is sent by
    itself for it: nobody is refused, and nobody's mailbox is filled.

    Whoever types the address of somebody else makes us write to them: after a few requests in an
    hour for one address nothing is sent by itself any more, and the request says so.
    """
    thread = Masked(f"thread\nform\n{form.reveal()}")
    emails = [each.email.strip().casefold() for each in arrival.persons if each.email]
    sender = Masked(f"sender\n{emails[0]}") if emails else None
    known = threads.Marks(Masked(f"form\n{form.reveal()}"), thread, sender, None)
    with book.runs.transaction() as tx:
        tx.run("intake_lock")
        inside = replace(book, runs=tx)
        hashes = [
            book.ring.keyed_hash(thread, threads.FORM, key).hash for key in book.ring.hashing.by_id
        ]
        before = tx.run("intake_threads", threads=hashes)
        if before:
            return read_request(inside, before[0]["request"])
        answers = not looks_automatic and not threads.is_burst(tx, book.ring, known, at)
        notes = [*_notice(book)]
        notes += [] if answers else [UNANSWERED]
        notes += [AUTOMATIC] if looks_automatic else []
        done = enter(inside, arrival, by=PERSON, at=at, notes=notes, answers=answers)
        threads.note(tx, book.ring, known, "request", done.request.id, arrived=at, at=at)
    return done.request


def _notice(book: Book) -> Iterator[str]:
    """The edition of the notice that the person could read, as a word to remember."""
    edition = book.declaration.edition
    if edition is not None and _WORD.fullmatch(edition.version):
        yield f"notice-{edition.version}"
