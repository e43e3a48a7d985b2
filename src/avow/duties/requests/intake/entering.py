"""What every channel does with a request that came in: enter it, link it, acknowledge it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from avow.common.calendar import Period, add
from avow.common.errors import AvowError
from avow.common.languages import words as words_in
from avow.common.masked import Masked
from avow.duties.correspondence.addresses import address
from avow.duties.correspondence.letters import Draft, Mailing
from avow.duties.correspondence.outbox import letter_id, named, write
from avow.duties.correspondence.wording import wording
from avow.duties.requests.book import (
    PROGRAM,
    Arrival,
    Asking,
    Book,
    Person,
    Said,
    open_request,
    persons_of,
    put_person,
    read,
    read_many,
    same_person,
    spoken_together,
    take,
)
from avow.duties.requests.intake.threads import note_ours
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.steps import Closed, Linked, Noted, RightAsked
from avow.duties.requests.words import Link, Voice
from avow.engine.db.store import Runs

KIND = "request-received"
"""The kind of letter that says that a request arrived."""
ACKNOWLEDGED, SORT, NOTHING = "acknowledged", "say-what-is-asked", "nothing-asked"
NAMED = "person-named-again"
"""Words of `Noted`: the person heard of it; a person of ours says what is asked; nothing is; who
asks was corrected."""
_READABLE = Period(months=7)
"""How long the letter can be read: the longest term, with some days in which it stood."""


class IntakeError(AvowError):
    """Something cannot be entered as a request (AV690, AV692, AV694)."""

    code = "AV690"


@dataclass(frozen=True, slots=True)
class Entered:
    """A request that was entered, those it was linked to, and the letters that say so."""

    request: Request
    linked: tuple[str, ...] = ()
    letters: int = 0


def enter(
    book: Book,
    arrival: Arrival,
    *,
    by: str,
    at: datetime,
    links: Iterable[tuple[str, Link]] = (),
    notes: Iterable[str] = (),
    answers: bool = True,
    words: Path | None = None,
) -> Entered:
    """Enter a request, link it to others of the same person, and write the letters that say so.

    `links` are requests it belongs to beyond doubt, `notes` words to remember. Without `answers`
    nothing is sent by itself. Everything or nothing: call it inside a transaction of yours, or not.

    Raises:
        IntakeError: AV690, it is said to have arrived in the future.
    """
    if arrival.arrived > at:
        raise IntakeError(
            "a request cannot arrive in the future",
            because="the term runs from its arrival",
            help="give the day or the hour at which it came to us",
        )
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        request = open_request(inside, arrival, by=by, at=at)
        found = {**dict(links), **dict.fromkeys(_same(inside, request), Link.PERSON)}
        said = [Said(Linked(other=other, why=why)) for other, why in found.items()]
        said += [Said(Noted(what=note)) for note in notes]
        said += [] if request.items else [Said(Noted(what=SORT))]
        if said:
            request = take(inside, request.id, said, by=PROGRAM, at=at, runs=tx)
        letters = 0
        if answers and not arrival.is_canary:
            letters = acknowledge(inside, request.id, by=PROGRAM, at=at, words=words)
            request = read(inside, request.id)
    return Entered(request, tuple(found), letters)


def _same(book: Book, request: Request) -> list[str]:
    """Open requests in which the same person asks the same right."""
    asked = {item.right for item in request.items.values()}
    others = [
        other
        for person in persons_of(book, request.id).values()
        for other in same_person(book, person, but=request.id)
    ]
    known = read_many(book, dict.fromkeys(others))
    return [
        name
        for name, other in known.items()
        if is_open(other) and asked & {item.right for item in other.items.values()}
    ]


def is_open(request: Request) -> bool:
    """Whether its answer has not left yet."""
    return request.closed_on is None and request.answered_on is None


def acknowledge(
    book: Book, request: str, *, by: str, at: datetime, words: Path | None = None
) -> int:
    """Write to every person of a request who has an address that it arrived, and once to who speaks
    for several; gives how many letters are new. Nobody gets the same letter twice.

    Raises:
        UnknownRequest: AV610.
        WordingError: AV624, AV625 (`words` is a folder with words of your own).
    """
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        state, new = read(inside, request), 0
        people = persons_of(inside, request)
        for number in _written_to(people):
            new += _letter(inside, tx, state, number, people, at, words)
        if new:
            take(inside, request, [Said(Noted(what=ACKNOWLEDGED))], by=by, at=at, runs=tx)
    return new


def _written_to(people: Mapping[int, Person]) -> list[int]:
    reached = [n for n, each in people.items() if each.email or each.postal]
    return [n for n in reached if spoken_together(people, n)[0] == n]


def heard(book: Book, request: str, *, by: str, at: datetime) -> Request:
    """Note that the person was told in another way (on the telephone, at the counter)."""
    return take(book, request, [Said(Noted(what=ACKNOWLEDGED))], by=by, at=at)


def _letter(
    book: Book,
    tx: Runs,
    request: Request,
    number: int,
    people: Mapping[int, Person],
    at: datetime,
    words: Path | None,
) -> int:
    person, together = people[number], spoken_together(people, number)
    items = [item for item in request.items.values() if item.person in together]
    own = address(book.declaration.controller.email or book.declaration.mailbox)
    domain = own.domain if own else "localhost"
    mailing = Mailing(KIND, request.id, domain, add(book.day(at), _READABLE))
    say = words_in(request.language)
    said = wording(KIND, request.language, words).said(
        {
            "organisation": book.declaration.controller.name,
            "request": request.id,
            "day": say.day(request.received),
            "last_day": say.day(request.due(book.calendar, book.day(at))),
            "rights": list(dict.fromkeys(_asked(item) for item in items)),
            "users": len(together) if _is_for_users(request, number, person) else 0,
            "others": _told_together(book, request, person),
            "contact": str(own) if own else book.declaration.controller.address,
        }
    )
    draft = Draft(
        Masked(f"{request.id} {number}"),
        request.language,
        said,
        Masked(person.email) if person.email else None,
        Masked(person.postal) if person.postal else None,
    )
    written = write(tx, book.ring, mailing, [draft], at=at, tell=book.tell)
    if written.new:
        name = letter_id(book.ring, mailing, named(mailing.sphere, draft))
        note_ours(tx, book.ring, f"{name}@{domain}", request.id, at)
    return written.new if written.waiting else 0


def _is_for_users(request: Request, number: int, person: Person) -> bool:
    return bool(person.speaker) and request.persons[number].voice is Voice.COMPANY


def _asked(item: Item) -> str:
    return "objection-marketing" if item.marketing else str(item.right)


def _told_together(book: Book, request: Request, person: Person) -> list[str]:
    """Linked requests that this letter may name: those made with the very address it goes to.

    Whoever gives the customer number of somebody else must not learn what that one asked.
    """
    mine = same_person(book, Person(email=person.email), but=request.id) if person.email else ()
    known = read_many(book, [other for other in request.links if other in mine])
    return [name for name, other in known.items() if is_open(other)]


def sort(book: Book, request: str, asked: Sequence[Asking], *, by: str, at: datetime) -> Request:
    """Say what is asked in a request, by hand. With nothing asked it is closed: it was none.

    Raises:
        IntakeError: AV694, it asks for something already and is not closed in this way.
        StepRefused: AV684, a person that the request does not name, or it was answered.
    """
    state = read(book, request)
    if not asked and state.items:
        raise IntakeError(
            f"`{request}` asks for something",
            because="what is asked is answered, refused with its grounds, or taken back",
            code="AV694",
        )
    first = len(state.items) + 1
    said = [
        Said(
            RightAsked(
                item=n,
                person=each.person,
                right=each.right,
                purpose=each.purpose,
                marketing=each.marketing,
            )
        )
        for n, each in enumerate(asked, first)
    ]
    nothing = [Said(Noted(what=NOTHING)), Said(Closed())]
    return take(book, request, said or nothing, by=by, at=at)


def spoken(book: Book) -> tuple[str, ...]:
    """The languages in which persons are answered."""
    return book.declaration.languages


def name_person(
    book: Book, request: str, number: int, person: Person, *, by: str, at: datetime
) -> tuple[str, ...]:
    """Say who a person of a request really is: a colleague handed the message on, or the sender
    wrote for somebody else. Gives the open requests of the same person that it is now linked to.

    Raises:
        UnknownRequest: AV610. IntakeError: AV690, the request has no person of this number.
    """
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        state = read(inside, request)
        row = tx.one("request_lock", id=request)
        if row is None or number not in state.persons:
            raise IntakeError(f"`{request}` has no person {number}")
        tx.run("intake_unname", request=request, person=number)
        put_person(inside, tx, request, row["key"], number, person)
        new = [other for other in _same(inside, state) if other not in state.links]
        said = [Said(Linked(other=other, why=Link.PERSON)) for other in new]
        take(inside, request, [Said(Noted(what=NAMED)), *said], by=by, at=at, runs=tx)
    return tuple(new)
