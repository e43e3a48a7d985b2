"""Which tasks a request needs: for every system without connector and every item that asks for it.

A task is made only once it is settled who the person is, and one that acts only once the item was
accepted: nobody is asked to look for, or to erase, somebody on an unproven word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from avow.common.calendar import add
from avow.duties.requests.book import Book, Said, read, take
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.steps import Begun
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.kept import Kept, Wanted
from avow.duties.requests.tasks.machine import ENDED, Act, State
from avow.duties.requests.tasks.mailboxes import NobodyToAsk, owner_of
from avow.duties.requests.words import ItemState, Right
from avow.engine.db.store import Runs
from avow.engine.planner.unspoken import unspoken

MARGIN = timedelta(days=3)
"""A task ends at least this long before the request has to be answered."""
ACTS: Mapping[Right, Act] = {
    Right.ACCESS: Act.LOOK,
    Right.PORTABILITY: Act.LOOK,
    Right.ERASURE: Act.ERASE,
    Right.RECTIFICATION: Act.CORRECT,
    Right.RESTRICTION: Act.RESTRICT,
    Right.OBJECTION: Act.STOP,
    Right.WITHDRAWAL: Act.STOP,
}
"""What a right asks of a system that people look into; the others ask nothing of it."""
_WORKING = frozenset({ItemState.ACCEPTED, ItemState.ACTING})


def due_of(book: Book, request: Request, day: date) -> date:
    """The last day of a task made on a day: the declared term, but never later than three days
    before the request is due; and never before the day itself."""
    by_term = add(day, book.declaration.requests.task)
    return max(day, min(by_term, request.due(book.calendar, day) - MARGIN))


def needed(book: Book, request: Request) -> Iterator[tuple[Item, Act, str]]:
    """The (item, act, system) that must be asked of people as the request stands."""
    systems = unspoken(book.declaration)
    for item in request.items.values():
        act = ACTS.get(item.right)
        looks = act is Act.LOOK and item.state is ItemState.ASKED
        if act is None or request.persons[item.person].shown is None:
            continue
        if item.state in _WORKING or looks:
            yield from ((item, act, system) for system in systems)


def make_tasks(
    book: Book, request: str, *, by: str, at: datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Make every task that a request needs and has not, and take back what it needs no more.

    Gives the ids of the new ones, and the systems that nobody can be asked about: their items stay
    open. Calling it again changes nothing.
    """
    made: list[str] = []
    ownerless: dict[str, None] = {}
    with book.runs.transaction() as tx:
        row = tx.one("request_lock", id=request)
        state = read(book, request)
        if row is None:  # `read` has said so already
            return (), ()
        _take_back(book, tx, state, at)
        for item, act, system in needed(book, state):
            try:
                asks = owner_of(book, system)
            except NobodyToAsk:
                ownerless[system] = None
                continue
            wanted = Wanted(
                act, f"system:{system}", asks, due_of(book, state, book.day(at)), "map",
                row["key"], bytes(row["salt"]), request, item.item, item.person,
            )  # fmt: skip
            made += begin(book, tx, wanted, item, by=by, at=at)
    return tuple(made), tuple(ownerless)


def begin(
    book: Book, runs: Runs, wanted: Wanted, item: Item, *, by: str, at: datetime
) -> tuple[str, ...]:
    """Make one task of an item, and say in the request that work on it began; empty when it is
    there already."""
    name = kept.make(book, runs, wanted, by=by, at=at)
    if name is None:
        return ()
    if item.state in _WORKING and wanted.request is not None:
        step = Said(Begun(item=item.item, record=name))
        take(book, wanted.request, [step], by=by, at=at, runs=runs)
    return (name,)


def _take_back(book: Book, runs: Runs, request: Request, at: datetime) -> None:
    """What the person took back, or was refused, is asked of nobody any more."""
    gone = {ItemState.WITHDRAWN, ItemState.REFUSED}
    over = {n for n, item in request.items.items() if item.state in gone}
    for each in kept.of_request(book, request.id):
        if each.item in over and each.task.state not in ENDED:
            kept.withdraw(book, each.task.id, by="avow", at=at, runs=runs)


def by_hand(book: Book, request: str) -> tuple[tuple[str, str, str], ...]:
    """What owners said of systems that avow cannot read: (system, state, id of the task).

    The state is `found`, `empty`, `unreachable` (it cannot be done) or `pending`: silence is
    pending for ever. Every such system of a request for a copy stands here, also those that
    nobody was asked about yet (without an id).
    """
    return tuple(
        (system, state, record)
        for _, system, state, record in by_hand_of(book, read(book, request))
    )


def by_hand_of(book: Book, request: Request) -> tuple[tuple[int, str, str, str], ...]:
    """The same with the number of the person first."""
    looked = [k for k in kept.of_request(book, request.id) if k.task.act is Act.LOOK]
    said = {(k.person, k.task.place.partition(":")[2]): k for k in looked}
    persons = {
        i.person
        for i in request.items.values()
        if ACTS.get(i.right) is Act.LOOK and i.state is not ItemState.WITHDRAWN
    }
    return tuple(
        (person, system, *_said(said.get((person, system))))
        for person in sorted(persons)
        for system in unspoken(book.declaration)
    )


_STATES = {State.DONE: "found", State.NOTHING: "empty", State.CANNOT: "unreachable"}


def _said(task: Kept | None) -> tuple[str, str]:
    if task is None:
        return "pending", ""
    return _STATES.get(task.task.state, "pending"), task.task.id


def gaps_of(book: Book, request: Request, item: int) -> tuple[str, ...]:
    """The places where an item is not done: systems without connector whose owner has not said
    `done` or `nothing here`. An item may be called done only with these counted."""
    ended = {
        k.task.place.partition(":")[2]
        for k in kept.of_request(book, request.id)
        if k.item == item and k.task.place.startswith("system:")
        and k.task.state in {State.DONE, State.NOTHING}
    }  # fmt: skip
    if ACTS.get(request.items[item].right) is None:
        return ()
    return tuple(s for s in unspoken(book.declaration) if s not in ended)
