"""A withdrawal of consent (GDPR art. 7(3)): as easy as giving it, at once, for the future alone.

What was done before stays lawful, and that consent was given stays written. Nobody decides: it is
enough that it is settled whose consent it is.
"""

from __future__ import annotations

from datetime import datetime

from avow.declaration.model import Basis
from avow.duties.requests.acting.acknowledging import acknowledge
from avow.duties.requests.acting.ending import (
    Act,
    Ended,
    Ending,
    NotEnded,
    end,
    on,
    purposes_of,
    whos_of,
)
from avow.duties.requests.book import Book, Said, read, take
from avow.duties.requests.in_time import clauses_of
from avow.duties.requests.machine import Item
from avow.duties.requests.steps import Begun, Decided, Done, Steps
from avow.duties.requests.words import ItemState, Outcome, Right


def withdraw(book: Book, request: str, number: int, *, by: str, at: datetime) -> Ended:
    """End the purposes that rest on a person's consent, or the one that was named; the facts count
    from the arrival of the request.

    Raises:
        NotEnded: AV695, the item is no open withdrawal, nothing rests on consent, it is not settled
            who the person is, or nothing names them.
    """
    with book.runs.transaction() as tx:
        state = read(book, request)
        item = state.items.get(number)
        if (
            item is None
            or item.right is not Right.WITHDRAWAL
            or item.state not in (ItemState.ASKED, ItemState.ACCEPTED)
        ):
            raise _not(request, number, "is no open withdrawal")
        if state.persons[item.person].shown is None:
            raise _not(request, number, "waits: it is not settled whose consent it is")
        whos = whos_of(book, request, item.person)
        consented = on(purposes_of(book, at), Basis.CONSENT)
        ended = tuple(
            p
            for p in consented
            if item.purpose in (None, p.id) and (p.marketing or not item.marketing)
        )
        if not whos or not ended:
            raise _not(request, number, "ends nothing: nothing named rests on consent of theirs")
        since = min(state.arrived or at, at)
        clause = clauses_of(book).get(Right.WITHDRAWAL, "")
        ending = Ending(Act.WITHDRAWAL, ended, whos, clause, since, request, number)
        done = end(book, tx, ending, at)
        said = [Said(step) for step in _steps(item, done)]
        take(book, request, said, by=by, at=at, runs=tx)
        acknowledge(book, tx, state, item.person, done, at=at)
    return done


def _steps(item: Item, done: Ended) -> list[Steps]:
    taken: list[Steps] = []
    if item.state is ItemState.ASKED:
        taken.append(Decided(item=item.item, outcome=Outcome.ACCEPTED))
    taken += [Begun(item=item.item, record=name) for name in done.records]
    return [*taken, Done(item=item.item)]


def _not(request: str, number: int, because: str) -> NotEnded:
    return NotEnded(
        f"no consent ends by item {number} of `{request}`",
        because=f"it {because}",
        help="`avow request show` prints what was asked and where it stands",
    )
