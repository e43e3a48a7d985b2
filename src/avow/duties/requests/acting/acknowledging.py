"""The letter that says that a use has ended: what for, and since which day.

Belgian law wants an unsubscription acknowledged (royal decree of 4 April 2003, art. 2); a
withdrawal or an objection is acknowledged in the same way.
"""

from __future__ import annotations

from datetime import datetime

from avow.common.calendar import Period, add
from avow.common.languages import LANGUAGES, SOURCE_LANGUAGE, words
from avow.common.masked import Masked
from avow.duties.correspondence.addresses import address
from avow.duties.correspondence.letters import Draft, Mailing
from avow.duties.correspondence.outbox import letter_id, named, write
from avow.duties.correspondence.wording import wording
from avow.duties.requests.acting.ending import Ended
from avow.duties.requests.book import Book, Person, persons_of
from avow.duties.requests.intake.threads import note_ours
from avow.duties.requests.machine import Request
from avow.engine.db.store import Runs

KIND = "purpose-ended"
READABLE = Period(months=6)
"""How long the letter can be read in the outbox."""


def acknowledge(
    book: Book, runs: Runs, request: Request, person: int, done: Ended, *, at: datetime
) -> int:
    """Write to a person of a request what ended; 0 where no address is known. A reply to the letter
    finds the request."""
    who = persons_of(book, request.id)[person]
    letter = _letter(book, who, who.language or request.language, done, request.arrived or at, at)
    if letter is None:
        return 0
    mailing, draft = letter
    waiting = write(runs, book.ring, mailing, [draft], at=at, tell=book.tell).waiting
    name = letter_id(book.ring, mailing, named(mailing.sphere, draft))
    note_ours(runs, book.ring, f"{name}@{mailing.domain}", request.id, at)
    return waiting


def acknowledge_click(book: Book, runs: Runs, who: Person, done: Ended, *, at: datetime) -> int:
    """Write to somebody who clicked the link of a letter what ended."""
    letter = _letter(book, who, who.language, done, at, at)
    if letter is None:
        return 0
    return write(runs, book.ring, letter[0], [letter[1]], at=at, tell=book.tell).waiting


def _letter(
    book: Book, who: Person, language: str, done: Ended, since: datetime, at: datetime
) -> tuple[Mailing, Draft] | None:
    """The letter about the first record of an act, so that each act has one of its own."""
    if not (who.email or who.postal) or not done.records:
        return None
    chosen = language if language in LANGUAGES else SOURCE_LANGUAGE
    declaration = book.declaration
    own = address(declaration.controller.email or declaration.mailbox)
    said = wording(KIND, chosen).said(
        {
            "organisation": declaration.controller.name,
            "day": words(chosen).day(book.day(since)),
            "purposes": [declaration.words(chosen, "purpose", p) or p for p in done.purposes],
            "contact": declaration.mailbox or declaration.controller.address,
        }
    )
    about, domain = done.records[0], own.domain if own else "localhost"
    mailing = Mailing(KIND, about, domain, add(book.day(at), READABLE))
    return mailing, Draft(
        Masked(about),
        chosen,
        said,
        Masked(who.email) if who.email else None,
        Masked(who.postal) if who.postal else None,
    )
