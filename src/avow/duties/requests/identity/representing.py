"""Somebody speaks for a person: what shows that they may, for which rights, and until when.

A paper counts for the rights that it names and no others. A company speaks for its users and for
their accounts with it alone; each of them is told. For somebody who died the GDPR gives no right
(recital 27); French law gives some to heirs (law 78-17, art. 85).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

import msgspec

from avow.common.calendar import Period, add
from avow.common.errors import AvowError
from avow.common.languages import LANGUAGES, SOURCE_LANGUAGE, words
from avow.common.masked import Masked
from avow.duties.correspondence.addresses import address
from avow.duties.correspondence.letters import Draft, Mailing
from avow.duties.correspondence.outbox import write
from avow.duties.correspondence.wording import wording
from avow.duties.requests.book import (
    Book,
    Person,
    Said,
    persons_of,
    put_file,
    put_person,
    read,
    take,
)
from avow.duties.requests.machine import Request
from avow.duties.requests.rows import accept, looked_for
from avow.duties.requests.steps import IdentityShown
from avow.duties.requests.words import Right, Rung, Voice
from avow.engine.planner.addresses import addresses_of
from avow.engine.planner.making import Estate
from avow.engine.planner.of_company import Company, company_of, within

EVIDENCE, KIND = "mandate", "company-asked"
READABLE = Period(months=6)
"""How long the letter to a user can be read in the outbox."""


class Kind(StrEnum):
    """What makes somebody speak for a person."""

    MANDATE = "mandate"
    LAWYER = "lawyer"
    PARENT = "parent"
    GUARDIAN = "guardian"
    HEIR = "heir"
    COMPANY = "company"


PAPERS = {
    Kind.MANDATE: "a mandate that the person signed and that names the rights and a last day",
    Kind.LAWYER: "the lawyer's own word, and the client's name",
    Kind.PARENT: "what shows that they are the parent, such as an extract of the register",
    Kind.GUARDIAN: "the decision of the judge",
    Kind.HEIR: "the certificate of death, and of inheritance or the directives that name them",
    Kind.COMPANY: "who may sign for the company, from the public register, and their word",
}
"""The least paper that shows it."""
COMPANY_MAY = frozenset({Right.ERASURE, Right.RECTIFICATION})
"""What a company may ask for its users: their accounts deleted or corrected, never a copy."""
HEIRS_MAY = frozenset({Right.ACCESS, Right.ERASURE, Right.RECTIFICATION, Right.OBJECTION})
"""What heirs may ask in France (art. 85 of the law 78-17): to settle the estate, to close accounts,
that use stops."""
HEIRS_OF = "FR"


class NotHeard(AvowError):
    """Somebody who may not speak for a person, or not for this (AV698)."""

    code = "AV698"


@dataclass(frozen=True, slots=True)
class Paper:
    """What shows that somebody speaks for a person. `country`: whose law counts for heirs."""

    kind: Kind
    rights: frozenset[Right]
    content: bytes = field(repr=False)
    media_type: str = "application/pdf"
    until: date | None = None
    country: str = ""


def against(paper: Paper, state: Request, person: int, day: date) -> str:
    """Why a paper does not let somebody speak for a person of a request; empty when it does. Pure.

    Every open right of the person must be covered: what is not is asked by somebody else.
    """
    known = state.persons.get(person)
    wanted = Voice.COMPANY if paper.kind is Kind.COMPANY else Voice.REPRESENTATIVE
    if known is None or known.voice is not wanted:
        return "the request is not made in such a name"
    if paper.until is not None and paper.until < day:
        return f"it ended on {paper.until}"
    if paper.kind is Kind.MANDATE and paper.until is None:
        return "a mandate without a last day is none for this"
    if paper.kind is Kind.HEIR and paper.country != HEIRS_OF:
        return "the law of that country gives heirs no such right"
    asked = {i.right for i in state.items.values() if i.person == person and not i.is_settled}
    missing = sorted(asked - (paper.rights & _may(paper.kind)))
    return f"it does not cover: {', '.join(missing)}" if missing else ""


def _may(kind: Kind) -> frozenset[Right]:
    return {Kind.COMPANY: COMPANY_MAY, Kind.HEIR: HEIRS_MAY}.get(kind, frozenset(Right))


def hear(book: Book, request: str, person: int, paper: Paper, *, by: str, at: datetime) -> str:
    """Let somebody speak for a person by a paper that `by` looked at; gives the id of the file.

    Raises:
        NotHeard: AV698, the paper does not do, or a company is heard by `hear_company`.
    """
    if paper.kind is Kind.COMPANY:
        raise _not(request, person, "of a company it is said which one it is")
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        return _hear(inside, read(inside, request), person, paper, by=by, at=at, told_at=None)


def hear_company(
    book: Book,
    estate: Estate,
    request: str,
    paper: Paper,
    company: str,
    *,
    by: str,
    at: datetime,
) -> int:
    """Let a client company (`SYSTEM:DATASET:KEY`) speak for the users whom a request names: only
    rows that point to its own row are taken for theirs, and each user is told. Gives how many rows.

    Raises:
        NotHeard: AV698, the paper does not do, a user has no account with the company, or has no
            address to be told at.
        PlannerError: AV423, there is no such company. Away: the system does not answer.
    """
    named = company_of(estate, company)
    found = looked_for(book, estate, request).found.candidates
    theirs = within(estate, found, named)
    people = persons_of(book, request)
    for number in people:
        _whole(request, number, people[number], [c for c in theirs if c.person == number])
    held = {n: addresses_of(estate, [c for c in theirs if c.person == n]).only for n in people}
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        state = read(inside, request)
        for number, person in people.items():
            _name(inside, request, number, person, named)
            _tell(inside, state, number, _reached(person, held[number]), at)
            _hear(inside, state, number, paper, by=by, at=at, told_at=at)
        accept(inside, request, theirs, by=by, at=at)
    return sum(len(c.keys) for c in theirs)


def users_told(book: Book, request: str) -> dict[int, date]:
    """On which local day each user of a company was told that it speaks for them, by number."""
    rows = book.runs.run("representations_told", request=request)
    return {row["person"]: book.day(row["told_at"]) for row in rows}


def _whole(request: str, number: int, person: Person, rows: Sequence[object]) -> None:
    if not rows:
        raise _not(request, number, "they have no account with that company")
    if not person.own().email and not person.own().postal:
        raise _not(request, number, "they cannot be told: no address of theirs was given")


def _reached(person: Person, held: Masked[str] | None) -> Person:
    """The person with the address of the account, where it has one: a company may give another."""
    own = person.own()
    email = held.reveal() if held else own.email
    return Person(language=own.language, email=email, postal=own.postal)


def _name(book: Book, request: str, number: int, person: Person, company: Company) -> None:
    row = book.runs.one("request_known", id=request)
    if row is not None:
        entered = msgspec.structs.replace(person, tenant=str(company))
        put_person(book, book.runs, request, row["key"], number, entered)


def _hear(
    book: Book,
    state: Request,
    person: int,
    paper: Paper,
    *,
    by: str,
    at: datetime,
    told_at: datetime | None,
) -> str:
    if why := against(paper, state, person, book.day(at)):
        raise _not(state.id, person, why)
    file = put_file(book, book.runs, state.id, EVIDENCE, paper.media_type, paper.content, at=at)
    book.runs.run(
        "representation_add",
        request=state.id,
        person=person,
        kind=str(paper.kind),
        file=file,
        rights=sorted(paper.rights),
        until=paper.until,
        by=by,
        at=at,
        told_at=told_at,
    )
    rung = Rung.AUTHORITY if paper.kind is Kind.COMPANY else Rung.MANDATE
    step = IdentityShown(person=person, rung=rung)
    take(book, state.id, [Said(step)], by=by, at=at, runs=book.runs)
    return file


def _tell(book: Book, state: Request, number: int, person: Person, at: datetime) -> None:
    """Write to a user that their company asks something about their account."""
    house = book.declaration.controller
    language = person.language if person.language in LANGUAGES else state.language
    language = language if language in LANGUAGES else SOURCE_LANGUAGE
    rights = {i.right for i in state.items.values() if i.person == number}
    own = address(house.email or book.declaration.mailbox)
    said = wording(KIND, language).said(
        {
            "organisation": house.name,
            "request": state.id,
            "day": words(language).day(state.received),
            "erasure": Right.ERASURE in rights,
            "rectification": Right.RECTIFICATION in rights,
            "contact": book.declaration.mailbox or house.address,
        }
    )
    domain = own.domain if own else "localhost"
    mailing = Mailing(KIND, state.id, domain, add(book.day(at), READABLE))
    draft = Draft(
        Masked(f"{state.id} {number}"),
        language,
        said,
        Masked(person.email) if person.email else None,
        Masked(person.postal) if person.postal else None,
    )
    write(book.runs, book.ring, mailing, [draft], at=at, tell=book.tell)


def _not(request: str, person: int, because: str) -> NotHeard:
    return NotHeard(
        f"nobody is heard for person {person} of `{request}`",
        because=because,
        help="`avow request speak --help` says what shows it",
    )
