"""The letter that tells a person what is refused: why, under which law, and what they can do.

Art. 12(4) GDPR: reasons, the right to complain and the judicial remedy, in the language of the
person. The letter and the step that says it left are one transaction.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from avow.common.calendar import Period, add
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.declaration.model import Declaration
from avow.duties.correspondence.addresses import address
from avow.duties.correspondence.letters import Draft, Mailing, Words
from avow.duties.correspondence.outbox import write
from avow.duties.requests.book import Book, Said, persons_of, put_file, read, take
from avow.duties.requests.deciding.decided import NotDecided
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.steps import AnswerDrafted, AnswerReviewed, AnswerSent
from avow.duties.requests.telling import outcome
from avow.duties.requests.telling.outcome import Came, authorities
from avow.duties.requests.words import Way

KIND = "request-refused"
READABLE = Period(months=6)
"""How long the letter can be read in the outbox; the record of the request keeps it longer."""


@dataclass(frozen=True, slots=True)
class Told:
    """What left: the answer's id, by which way, and the request after it."""

    answer: str
    way: Way
    request: Request


def refused_of(request: Request, person: int) -> tuple[Item, ...]:
    """The items of a person of which something is refused."""
    return tuple(i for i in request.items.values() if i.person == person and i.refusals)


def letter(declaration: Declaration, request: Request, person: int, day: date) -> Words:
    """The words of the letter, in the language of the request. `day` is the day of writing.

    Raises:
        NotDecided: AV638, nothing is refused, or no authority is known to complain to.
    """
    items = refused_of(request, person)
    if not items or not authorities(declaration):
        raise NotDecided(
            f"there is nothing to tell person {person} of `{request.id}`",
            because="nothing of theirs is refused"
            if not items
            else "no supervisory authority is known for the country of the controller",
            help="`avow request show` says what was decided",
            code="AV638",
        )
    return outcome.letter(declaration, request, [Came(item) for item in items], day)


def letter_file(person: int) -> str:
    """What the file with the letter to a person is called."""
    return f"answer-letter-{person}"


def tell(book: Book, request: str, person: int, *, by: str, at: datetime) -> Told:
    """Write the letter to the person and take the steps that it left.

    It is the last answer when nothing else is open. Who was told is not told twice.

    Raises:
        NotDecided: AV638 there is nothing to tell, AV639 the person has no address.
        StepRefused: the request is not so far.
    """
    state, people = read(book, request), persons_of(book, request)
    said, who = letter(book.declaration, state, person, book.day(at)), people[person]
    if not (who.email or who.postal):
        raise NotDecided(
            f"person {person} of `{request}` cannot be told",
            because="no address of theirs is known",
            help="tell them in another way, and note it",
            code="AV639",
        )
    own = address(book.declaration.controller.email or book.declaration.mailbox)
    mailing = Mailing(
        KIND, request, own.domain if own else "localhost", add(book.day(at), READABLE)
    )
    draft = Draft(
        Masked(f"{request} {person}"),
        state.language,
        said,
        Masked(who.email) if who.email else None,
        Masked(who.postal) if who.postal else None,
    )
    name, way = new_id("answer"), Way.MAIL if who.email else Way.PAPER
    content = f"{said.subject}\n\n{said.text}".encode()
    digest = hashlib.sha256(content).hexdigest()
    is_last = all(item.is_settled for item in state.items.values()) and not any(
        answer.sent is None for answer in state.answers.values()
    )
    with book.runs.transaction() as tx:
        write(tx, book.ring, mailing, [draft], at=at, tell=book.tell)
        put_file(book, tx, request, letter_file(person), "text/plain", content, at=at)
        steps = (
            AnswerDrafted(answer=name, digest=digest, final=is_last),
            AnswerReviewed(answer=name, digest=digest),
            AnswerSent(answer=name, way=way),
        )
        after = take(book, request, [Said(step) for step in steps], by=by, at=at, runs=tx)
    return Told(name, way, after)
