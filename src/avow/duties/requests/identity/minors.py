"""A minor is found where only adults may be: the account is closed and the data are erased.

Nobody asked; we ask ourselves, as a request like any other, so that it has a term, two approvals
and an end that is looked at.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from avow.duties.requests.book import Arrival, Asking, Book, Person, Said, open_request, take
from avow.duties.requests.intake.entering import ACKNOWLEDGED
from avow.duties.requests.machine import Request
from avow.duties.requests.steps import IdentityShown, Noted
from avow.duties.requests.words import Channel, Right, Rung

FOUND = "minor-found"


def minor_found(
    book: Book, person: Person, how: bytes, *, language: str, by: str, at: datetime
) -> Request:
    """Open the erasure of a minor whom somebody found; `how` it was found lies sealed with it.

    Whose data they are is known from what was found, and nobody waits to hear that it arrived.
    """
    arrival = Arrival(
        Channel.OTHER, at, language, (person,), (Asking(1, Right.ERASURE),), words=how
    )
    with book.runs.transaction() as tx:
        request = open_request(replace(book, runs=tx), arrival, by=by, at=at)
        shown = IdentityShown(person=1, rung=Rung.KNOWN_FACTS)
        said = [Said(Noted(what=FOUND)), Said(Noted(what=ACKNOWLEDGED)), Said(shown)]
        return take(book, request.id, said, by=by, at=at, runs=tx)
