"""The letter before a restriction is lifted (GDPR art. 18(3)): since when data are used again."""

from __future__ import annotations

from datetime import datetime, timedelta

from avow.common.calendar import Period, add
from avow.common.languages import LANGUAGES, SOURCE_LANGUAGE, words
from avow.common.masked import Masked
from avow.duties.correspondence.addresses import address
from avow.duties.correspondence.letters import Draft, Mailing
from avow.duties.correspondence.outbox import letter_id, named, write
from avow.duties.correspondence.wording import wording
from avow.duties.requests.acting.restricting import Cause, restricted_item
from avow.duties.requests.book import Book, Person, Said, persons_of, read, take
from avow.duties.requests.intake.threads import note_ours
from avow.duties.requests.steps import Noted
from avow.engine.db.store import Row

KIND = "restriction-ending"
READABLE = Period(months=6)
"""How long the letter can be read in the outbox."""
AHEAD = timedelta(days=2)
"""The day that the letter names lies so far ahead: nothing is used again before it."""
_WANTED_KEPT = frozenset({str(Cause.UNLAWFUL), str(Cause.CLAIMS)})
"""Nothing was looked into: the person wanted the data kept (art. 18(1)(b) and (c))."""


def tell_lifting(book: Book, request: str, number: int, *, by: str, at: datetime) -> bool:
    """Write to the person that the restriction of an item will be lifted, and that they were told;
    False where no address of theirs is known.

    Raises:
        NotActed: AV644, the item restricts no use.
    """
    item, state = restricted_item(book, request, number), read(book, request)
    who = persons_of(book, request)[item.person]
    if not (who.email or who.postal):
        return False
    standing = book.runs.run("restrictions_of", request=request, item=number)
    about = next((row for row in standing if row["lifted_at"] is None), None)
    if about is None:
        return False
    mailing, draft = _letter(book, who, who.language or state.language, about, at)
    with book.runs.transaction() as tx:
        write(tx, book.ring, mailing, [draft], at=at, tell=book.tell)
        name = letter_id(book.ring, mailing, named(mailing.sphere, draft))
        note_ours(tx, book.ring, f"{name}@{mailing.domain}", request, at)
        tx.run("restriction_told", request=request, item=number, at=at)
        take(book, request, [Said(Noted(what="lifting-told"))], by=by, at=at, runs=tx)
    return True


def _letter(
    book: Book, who: Person, language: str, restriction: Row, at: datetime
) -> tuple[Mailing, Draft]:
    about = restriction["id"]
    chosen = language if language in LANGUAGES else SOURCE_LANGUAGE
    declaration = book.declaration
    own = address(declaration.controller.email or declaration.mailbox)
    said = wording(KIND, chosen).said(
        {
            "organisation": declaration.controller.name,
            "day": words(chosen).day(book.day(at + AHEAD)),
            "contact": declaration.mailbox or declaration.controller.address,
            "contested": restriction["cause"] not in _WANTED_KEPT,
        }
    )
    domain = own.domain if own else "localhost"
    mailing = Mailing(KIND, about, domain, add(book.day(at), READABLE))
    return mailing, Draft(
        Masked(about),
        chosen,
        said,
        Masked(who.email) if who.email else None,
        Masked(who.postal) if who.postal else None,
    )
