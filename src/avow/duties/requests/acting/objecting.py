"""An objection (GDPR art. 21): to direct marketing at once and for good, to the rest after a
written balancing, and until then all use stands still.

Nothing is asked before marketing stops: no reason, no balancing, no proof of identity. Without
that proof only the values that the person gave are taken out, never rows known by other values.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from avow.declaration.model import Basis, Purpose
from avow.duties.requests.acting.acknowledging import acknowledge
from avow.duties.requests.acting.ending import (
    Act,
    Ended,
    Ending,
    NotEnded,
    end,
    on,
    purposes_of,
    record,
    whos_of,
)
from avow.duties.requests.book import Book, Said, read, take
from avow.duties.requests.in_time import clauses_of
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.steps import Begun, Decided, Done, Noted, Steps
from avow.duties.requests.words import Ground, ItemState, Outcome, Right
from avow.engine.db.store import Runs
from avow.engine.facts.standing import RESTRICTION, ROW, Noting, Who, close_all, note_all

OPEN = (ItemState.ASKED, ItemState.ACCEPTED)
KEEPS = frozenset({Ground.COMPELLING, Ground.LEGAL_CLAIMS})
"""What lets a use go on against an objection (art. 21(1)), each after a written balancing."""


class Turn(StrEnum):
    """What is done next for an objection."""

    END_MARKETING = "end-marketing"
    END = "end"
    STAND = "stand-still"
    DECIDE = "decide"
    LET_GO = "let-go"
    NOTHING = "nothing"


def turn_of(book: Book, state: Request, item: Item, at: datetime) -> Turn:
    """What is done next for an objection: marketing ends at once; the rest stands still until it is
    decided, and then what was objected to ends, or goes on once the person knows."""
    if item.right is not Right.OBJECTION:
        return Turn.NOTHING
    stands = is_standing_still(book, state.id, item.item)
    if item.state is ItemState.REFUSED:
        return Turn.LET_GO if stands else Turn.NOTHING
    if item.state not in OPEN:
        return Turn.NOTHING
    if is_marketing(item, purposes_of(book, at)):
        return Turn.END_MARKETING
    if item.state is ItemState.ACCEPTED:
        return Turn.END
    return Turn.DECIDE if stands else Turn.STAND


def is_marketing(item: Item, purposes: Sequence[Purpose]) -> bool:
    """Whether an objection is to direct marketing: it says so, or names such a purpose."""
    return item.marketing or any(p.marketing for p in purposes if p.id == item.purpose)


def stop_marketing(book: Book, request: str, number: int, *, by: str, at: datetime) -> Ended:
    """End every marketing purpose for a person, or the one that was named, on every channel.

    Facts, decision and acknowledgement are one transaction; the facts count from the arrival.

    Raises:
        NotEnded: AV695, the item is no open objection to marketing, or nothing names the person.
    """
    with book.runs.transaction() as tx:
        state, item = _open_item(book, request, number)
        purposes = purposes_of(book, at)
        if not is_marketing(item, purposes):
            raise _not(request, number, "is no objection to direct marketing")
        ended = tuple(p for p in purposes if p.marketing and item.purpose in (None, p.id))
        whos = _named(book, state, item)
        if state.persons[item.person].shown is None:
            whos = tuple(w for w in whos if w.kind != ROW)
        done = _ended(book, tx, state, item, Act.MARKETING, ended, whos, at)
        _settle(book, tx, state, item, done, by=by, at=at)
    return done


def restrict_meanwhile(book: Book, request: str, number: int, *, by: str, at: datetime) -> bool:
    """Let nothing of a person be used or erased until their objection is decided (art. 18(1)(d)).
    False when that stands already.

    Raises:
        NotEnded: AV695, the item is no open objection on a balancing, it is not settled who the
            person is, or nothing names them.
    """
    with book.runs.transaction() as tx:
        state, item = _open_item(book, request, number)
        if is_marketing(item, purposes_of(book, at)):
            raise _not(request, number, "is about direct marketing, which ends without a balancing")
        if state.persons[item.person].shown is None:
            raise _not(request, number, "waits: it is not settled who the person is")
        if _standing(tx, request, number):
            return False
        whos = _named(book, state, item)
        facts = note_all(tx, book.ring, [Noting(RESTRICTION, who) for who in whos], at=at)
        ending = Ending(Act.RESTRICTED, (), whos, _clause(book), at, request, number)
        record(book, tx, ending, "", facts, at)
        take(book, request, [Said(Noted(what="use-stands-still"))], by=by, at=at, runs=tx)
    return True


def uphold(book: Book, request: str, number: int, *, by: str, at: datetime) -> Ended:
    """Carry out an objection that somebody decided: end what was objected to and has no compelling
    ground, tell the person, then let the rest be used again.

    Raises:
        NotEnded: AV695, the item is not accepted, or a ground does not say for which purpose.
    """
    with book.runs.transaction() as tx:
        state, item = _open_item(book, request, number)
        if item.state is not ItemState.ACCEPTED:
            raise _not(request, number, "is not decided yet")
        mine = [p for p in purposes_of(book, at) if item.purpose in (None, p.id)]
        kept = _kept(request, item, mine)
        ended = tuple(p for p in on(mine, Basis.LEGITIMATE_INTEREST) if p.id not in kept)
        done = _ended(book, tx, state, item, Act.OBJECTION, ended, _named(book, state, item), at)
        _settle(book, tx, state, item, done, by=by, at=at)
        _release(tx, request, number, at)
    return done


def let_go(book: Book, request: str, number: int, *, by: str, at: datetime) -> int:
    """Let the data of a person be used again after their objection was refused; how many facts
    ended. They hear of it before (art. 18(3)): an answer with the reasons has left.

    Raises:
        NotEnded: AV696, nothing that says so has left; AV695, the item is not refused.
    """
    with book.runs.transaction() as tx:
        state = read(book, request)
        item = state.items.get(number)
        if item is None or item.right is not Right.OBJECTION or item.state is not ItemState.REFUSED:
            raise _not(request, number, "is no refused objection")
        if not any(answer.sent is not None for answer in state.answers.values()):
            raise NotEnded(
                f"the data of person {item.person} of `{request}` are not used again yet",
                because="article 18(3) of the GDPR: the person hears of it before",
                help="`avow request refuse REQUEST --send` tells them, with the reasons",
                code="AV696",
            )
        ended = _release(tx, request, number, at)
        take(book, request, [Said(Noted(what="use-goes-on"))], by=by, at=at, runs=tx)
    return ended


def _ended(
    book: Book,
    tx: Runs,
    state: Request,
    item: Item,
    act: Act,
    purposes: tuple[Purpose, ...],
    whos: tuple[Who, ...],
    at: datetime,
) -> Ended:
    if not purposes:
        raise _not(state.id, item.item, "ends nothing: no such purpose rests on what it needs")
    since = min(state.arrived or at, at)
    ending = Ending(act, purposes, whos, _clause(book), since, state.id, item.item)
    return end(book, tx, ending, at)


def _settle(
    book: Book, tx: Runs, state: Request, item: Item, done: Ended, *, by: str, at: datetime
) -> None:
    """Take the steps that an item is done, and acknowledge it to the person."""
    taken: list[Steps] = []
    if item.state is ItemState.ASKED:
        taken.append(Decided(item=item.item, outcome=Outcome.ACCEPTED))
    taken += [Begun(item=item.item, record=name) for name in done.records]
    taken.append(Done(item=item.item, gaps=0, retained=len(item.refusals)))
    take(book, state.id, [Said(step) for step in taken], by=by, at=at, runs=tx)
    acknowledge(book, tx, state, item.person, done, at=at)


def _kept(request: str, item: Item, purposes: Sequence[Purpose]) -> frozenset[str]:
    """The purposes that go on, by the grounds of the decision. Marketing never does."""
    grounds = [r for r in item.refusals if r.ground in KEEPS]
    free = {p.id for p in purposes if not p.marketing}
    if any(r.where not in free for r in grounds):
        raise _not(request, item.item, "names a ground without the purpose that it is for")
    return frozenset(r.where for r in grounds if r.where)


def is_standing_still(book: Book, request: str, number: int) -> bool:
    """Whether all use stands still for an objection that is not decided."""
    return bool(_standing(book.runs, request, number))


def _standing(tx: Runs, request: str, number: int) -> list[str]:
    rows = tx.run("purpose_ends_of", request=request)
    return [
        r["id"]
        for r in rows
        if r["item"] == number and r["act"] == Act.RESTRICTED and r["ended_at"] is None
    ]


def _release(tx: Runs, request: str, number: int, at: datetime) -> int:
    facts: list[str] = []
    for name in _standing(tx, request, number):
        row = tx.one("purpose_end_over", id=name, at=at)
        facts += row["facts"] if row else []
    return close_all(tx, facts, at)


def _open_item(book: Book, request: str, number: int) -> tuple[Request, Item]:
    state = read(book, request)
    item = state.items.get(number)
    if item is None or item.right is not Right.OBJECTION or item.state not in OPEN:
        raise _not(request, number, "is no open objection")
    return state, item


def _named(book: Book, state: Request, item: Item) -> tuple[Who, ...]:
    whos = whos_of(book, state.id, item.person)
    if not whos:
        raise _not(state.id, item.item, "names nobody: no address or number of theirs is known")
    return whos


def _clause(book: Book) -> str:
    return clauses_of(book).get(Right.OBJECTION, "")


def _not(request: str, number: int, because: str) -> NotEnded:
    return NotEnded(
        f"nothing ends by item {number} of `{request}`",
        because=f"it {because}",
        help="`avow request show` prints what was asked and where it stands",
    )
