"""A letter to an address that we hold: who opens its link, or replies, has shown who they are.

Whoever asks learns nothing. That a letter is wanted is one statement, the same for everybody; the
systems are looked into later, by a round. A letter goes to the address that was given whether or
not it is held, in the same words; only one that a system holds proves anything.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from avow.common.calendar import add
from avow.common.ids import new_id
from avow.common.languages import LANGUAGES, SOURCE_LANGUAGE, words
from avow.common.masked import Masked
from avow.duties.correspondence.addresses import address
from avow.duties.correspondence.letters import Draft, Mailing
from avow.duties.correspondence.outbox import letter_id, named, write
from avow.duties.correspondence.wording import wording
from avow.duties.requests.book import (
    PERSON,
    PROGRAM,
    Book,
    Person,
    Said,
    entries_of,
    persons_of,
    read,
    read_many,
    take,
)
from avow.duties.requests.delivering.links import PATH, Post
from avow.duties.requests.identity.ladder import Case, needed
from avow.duties.requests.intake.receiving import UNANSWERED
from avow.duties.requests.intake.threads import note_ours
from avow.duties.requests.machine import Request
from avow.duties.requests.rows import looked_for
from avow.duties.requests.steps import IdentityAsked, IdentityShown, Noted, Steps
from avow.duties.requests.words import Rung
from avow.engine.db.store import Runs
from avow.engine.planner.addresses import addresses_of
from avow.engine.planner.identities import Found
from avow.engine.planner.making import Estate

KIND, FORM = "identity-link", "identity-reader/1"
SELDOM = timedelta(hours=1)
"""Within which a person gets one letter, however often it is asked for."""
OPENED = "link-of-an-address-not-held"
"""What is noted when a link proves an address and nobody's identity."""
UNREACHABLE = "no-address-to-write-to"
"""What is noted, with the number of the person, when nobody can be written to."""
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter with a link that a person got: the local day on which it was written, the last day
    on which its link works, whether somebody used it, and whether that day is over. `is_held`: it
    went to an address that names them in a system; another proves nothing."""

    person: int
    is_held: bool
    day: date
    last: date
    is_used: bool
    is_over: bool


@dataclass(frozen=True, slots=True)
class _Reader:
    """Where a letter goes, and whether a system holds that address for the person."""

    email: str
    is_held: bool


def begin(book: Book, request: str, person: int, *, at: datetime) -> None:
    """Want a letter by which a person shows who they are: one statement, the same for everybody."""
    book.runs.run("proof_wish_add", request=request, person=person, at=at)


def begin_due(book: Book, *, at: datetime) -> int:
    """Want one for every person who was asked for nothing yet and has to show something; gives how
    many. Where nothing is answered by itself, nothing is written by itself."""
    rows = book.runs.run("requests_open")
    wanted = [
        (request.id, number)
        for request in read_many(book, [row["id"] for row in rows]).values()
        for number in _untried(request)
        if not _is_left(book, request.id, number)
    ]
    for request_id, number in wanted:
        begin(book, request_id, number, at=at)
    return len(wanted)


def _untried(request: Request) -> Iterator[int]:
    for number, person in request.persons.items():
        items = [i for i in request.items.values() if i.person == number and not i.is_settled]
        cases = [Case(i.right, i.marketing, person.voice) for i in items]
        asks = any(needed(case).rung is Rung.SIGNED_LINK for case in cases)
        if asks and not person.asked and not request.is_settled(number):
            yield number


def _is_left(book: Book, request: str, number: int) -> bool:
    """Whether it is left to people: nothing is answered by itself, or no address is known."""
    notes = {e.step.what for e in entries_of(book, request) if isinstance(e.step, Noted)}
    return not notes.isdisjoint({UNANSWERED, f"{UNREACHABLE}.{number}"})


def send(book: Book, estate: Estate, post: Post, *, at: datetime) -> int:
    """Write the letters that are wanted; gives how many. A wish ends in the transaction that writes
    its letters, so that a process that dies writes each once."""
    letters = 0
    while True:
        with book.runs.transaction() as tx:
            wish = tx.one("proof_wish_take")
            if wish is None:
                return letters
            inside = replace(book, runs=tx)
            state, number = read(inside, wish["request"]), wish["person"]
            if _may_write(tx, state, number, at):
                letters += _write_all(inside, estate, post, state, number, at)


def _may_write(tx: Runs, state: Request, number: int, at: datetime) -> bool:
    if number not in state.persons or state.is_settled(number) or state.closed_on is not None:
        return False
    newest = tx.one("identity_proof_newest", request=state.id, person=number)
    return newest is None or at - newest["made_at"] >= SELDOM


def _write_all(
    book: Book, estate: Estate, post: Post, state: Request, number: int, at: datetime
) -> int:
    person = persons_of(book, state.id)[number]
    found = looked_for(book, estate, state.id).found
    readers = _readers(estate, found, number, person)
    for reader in readers:
        _write(book, post, state, number, person, reader, at)
    asked = IdentityAsked(person=number, rung=Rung.SIGNED_LINK)
    step = asked if readers else Noted(what=f"{UNREACHABLE}.{number}")
    take(book, state.id, [Said(step)], by=PROGRAM, at=at)
    return len(readers)


def _readers(estate: Estate, found: Found, number: int, person: Person) -> tuple[_Reader, ...]:
    """The address that was given, and the one that is held where it is another.

    An address proves something only where it alone names everything that was found: else whoever
    adds the number of somebody else to their own address would be taken for both.
    """
    mine = [c for c in found.candidates if c.person == number]
    asks = found.questions(number)
    only = addresses_of(estate, mine).only if mine and not asks else None
    held, given = _same(only.reveal()) if only else "", person.email.strip()
    readers = [_Reader(given, is_held=_same(given) == held)] if given else []
    if held and held != _same(given):
        readers.append(_Reader(held, is_held=True))
    return tuple(readers)


def _same(value: str) -> str:
    found = address(value)
    return found.same if found else value.strip().lower()


def _write(
    book: Book,
    post: Post,
    state: Request,
    number: int,
    person: Person,
    reader: _Reader,
    at: datetime,
) -> None:
    """One letter: the same words for everybody, and nothing of what is held."""
    token, proof = secrets.token_urlsafe(_BYTES), new_id("proof")
    last = add(book.day(at), book.declaration.requests.link)
    ends = datetime.combine(last + timedelta(days=1), time(), ZoneInfo(book.zone))
    language = next((x for x in (person.language, state.language) if x in LANGUAGES), "")
    language = language or SOURCE_LANGUAGE
    say = words(language)
    said = wording(KIND, language, post.own).said(
        {
            "organisation": book.declaration.controller.name,
            "request": state.id,
            "day": say.day(state.received),
            "link": f"{post.base.rstrip('/')}/{language}/{PATH}/prove/{token}",
            "last_day": say.day(last),
        }
    )
    mailing = Mailing(KIND, proof, post.domain, last)
    draft = Draft(Masked(proof), language, said, Masked(reader.email))
    write(book.runs, book.ring, mailing, [draft], at=at, tell=book.tell)
    message = f"{letter_id(book.ring, mailing, named(mailing.sphere, draft))}@{post.domain}"
    hashed = book.ring.keyed_hash(Masked(_same(reader.email)), FORM)
    book.runs.run(
        "identity_proof_add",
        id=proof,
        request=state.id,
        person=number,
        token=_hashed(Masked(token)),
        is_held=reader.is_held,
        reader=hashed.hash,
        reader_key=hashed.key,
        message=message,
        at=at,
        ends_at=ends,
    )
    note_ours(book.runs, book.ring, message, state.id, at)


def sent(book: Book, request: str, *, at: datetime) -> tuple[Sent, ...]:
    """The letters with a link that persons of a request got, the oldest first."""
    return tuple(
        Sent(
            row["person"],
            row["is_held"],
            book.day(row["made_at"]),
            book.day(row["ends_at"] - timedelta(seconds=1)),
            row["used_at"] is not None,
            row["ends_at"] <= at,
        )
        for row in book.runs.run("identity_proofs_of", request=request)
    )


def is_usable(book: Book, token: Masked[str], *, at: datetime) -> bool:
    """Whether a link can still be used; looking uses nothing, since mail servers look too."""
    return book.runs.one("identity_proof_found", token=_hashed(token), at=at) is not None


def use(book: Book, token: Masked[str], *, at: datetime) -> bool:
    """Use a link, once. False when it does not work; that it proves nothing is told nobody."""
    with book.runs.transaction() as tx:
        proof = tx.one("identity_proof_use", token=_hashed(token), at=at)
        if proof is None:
            return False
        state = read(replace(book, runs=tx), proof["request"])
        step = _step(state, proof["person"], Rung.SIGNED_LINK, is_held=proof["is_held"])
        take(book, state.id, [Said(step)], by=PERSON, at=at, runs=tx)
    return True


def answered_from(
    book: Book, runs: Runs, state: Request, sender: str, answers: Sequence[str], *, at: datetime
) -> bool:
    """Whether a message is the reply to a letter of ours from the very address it went to, which a
    system holds; then its person has shown who they are. A sender alone proves nothing: it is
    written by whoever writes, and only the reader knows the Message-ID of the letter.
    """
    if state.closed_on is not None or not answers:
        return False
    rows = runs.run("identity_proofs_answered", request=state.id, messages=list(answers))
    mine = Masked(_same(sender))
    for row in rows:
        is_reader = book.ring.keyed_hash(mine, FORM, row["reader_key"]).hash == bytes(row["reader"])
        if row["is_held"] and is_reader and not state.is_settled(row["person"]):
            step = IdentityShown(person=row["person"], rung=Rung.KNOWN_ADDRESS)
            take(book, state.id, [Said(step)], by=PERSON, at=at, runs=runs)
            return True
    return False


def _step(state: Request, person: int, rung: Rung, *, is_held: bool) -> Steps:
    if is_held and state.closed_on is None and not state.is_settled(person):
        return IdentityShown(person=person, rung=rung)
    return Noted(what=OPENED)


def _hashed(token: Masked[str]) -> bytes:
    """What is kept of a secret: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.reveal().encode()).digest()
