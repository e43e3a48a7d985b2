"""The letter that says what was done: drafted, edited, looked through, sent with its proof.

Every wording lies sealed and none is overwritten; each stage is a step of the request, in the same
transaction. It leaves only when nothing of it can be taken back any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from avow.common.calendar import Period, add
from avow.common.errors import AvowError
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.duties.correspondence.addresses import address
from avow.duties.correspondence.letters import Draft, Mailing, Words
from avow.duties.correspondence.outbox import write
from avow.duties.requests.acting.erasing import answer_from, parts
from avow.duties.requests.answering.proving import proof_of
from avow.duties.requests.answering.saying import Saying, spoken
from avow.duties.requests.book import Book, Said, file_of, persons_of, put_file, read, take
from avow.duties.requests.machine import Request
from avow.duties.requests.sparing import names_of
from avow.duties.requests.steps import AnswerDrafted, AnswerEdited, AnswerReviewed, AnswerSent
from avow.duties.requests.telling.outcome import KIND, authorities, came_of, letter, told_of
from avow.duties.requests.words import Right, Way
from avow.engine.db.store import Row, Runs
from avow.engine.evidence.entries import BundleDestroyed
from avow.engine.evidence.ledger import Ledger
from avow.engine.planner.bundle_end import end_of_cases

FILE = "answer-letter"
READABLE = Period(months=6)
"""How long the letter can be read in the outbox; the record of the request keeps it longer."""


class NotTold(AvowError):
    """A letter that cannot be written or cannot leave (AV944 to AV946)."""

    code = "AV944"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it stands: its words as they were last written, and SHA-256 of them."""

    id: str
    request: str
    person: int
    items: tuple[int, ...]
    version: int
    digest: str
    words: Words = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """What left: by which way, and the request after it."""

    answer: str
    way: Way
    request: Request


def as_text(words: Words) -> bytes:
    """The words as one text: subject, an empty line, the letter. Its digest is the letter's."""
    return f"{words.subject}\n\n{words.text}".encode()


def as_words(text: str) -> Words:
    """Such a text as words. Raises NotTold AV944 for a text without subject or letter."""
    subject, _, body = text.replace("\r\n", "\n").partition("\n\n")
    if not subject.strip() or "\n" in subject or not body.strip():
        raise NotTold(
            "the text is no letter",
            because="it begins with its subject on one line and an empty line",
            help="`avow request outcome show` prints the one that there is",
        )
    return Words(subject.strip(), body.strip() + "\n")


def draft(book: Book, request: str, person: int, *, by: str, at: datetime) -> Letter:
    """Write what came of everything that a person asked and that is settled.

    Raises:
        NotTold: AV944, nothing of theirs is settled, no authority is known to complain to, or a
            letter that tells all of it waits to be read and sent.
        StepRefused: the request is not so far.
    """
    with book.runs.transaction() as tx:
        tx.one("request_lock", id=request)
        return _drafted(replace(book, runs=tx), tx, request, person, by=by, at=at)


def _drafted(book: Book, tx: Runs, request: str, person: int, *, by: str, at: datetime) -> Letter:
    """Write it while nobody else takes a step of the request: two who write at once write one."""
    state = read(book, request)
    came = came_of(book, state, person)
    if not came or not authorities(book.declaration):
        raise NotTold(
            f"there is nothing to tell person {person} of `{request}`",
            because="nothing of theirs is settled that is no copy"
            if not came
            else "no supervisory authority is known for the country of the controller",
            help="`avow request show` says what is open",
        )
    if _waits(book, state, person):
        raise NotTold(
            f"a letter to person {person} of `{request}` waits to be read and sent",
            because="it tells everything that is settled",
            help="put other words into it, or send it",
        )
    words, name = letter(book.declaration, state, came, book.day(at)), new_id("answer")
    items = tuple(each.item.item for each in came)
    digest = _keep(book, tx, name, state.id, person, items, 1, words, by, at)
    tx.run("outcome_stays_add", answer=name, request=request, items=list(items))
    step = AnswerDrafted(answer=name, digest=digest, final=_is_last(state))
    take(book, request, [Said(step)], by=by, at=at, runs=tx)
    return Letter(name, request, person, items, 1, digest, words)


def _waits(book: Book, state: Request, person: int) -> bool:
    """Whether a letter to a person that tells everything has not left."""
    if unwritten(book, state, person):
        return False
    rows = book.runs.run("outcomes_of", request=state.id)
    mine = (state.answers.get(row["answer"]) for row in rows if row["person"] == person)
    return any(answer is not None and answer.sent is None for answer in mine)


def _is_last(state: Request) -> bool:
    waiting = any(answer.sent is None for answer in state.answers.values())
    return all(item.is_settled for item in state.items.values()) and not waiting


def _keep(
    book: Book,
    runs: Runs,
    name: str,
    request: str,
    person: int,
    items: Iterable[int],
    number: int,
    words: Words,
    by: str,
    at: datetime,
) -> str:
    content = as_text(words)
    digest = hashlib.sha256(content).hexdigest()
    file = put_file(book, runs, request, FILE, "text/plain", content, at=at)
    runs.run("outcome_letter_add", answer=name, number=number, request=request, person=person,
             items=list(items), letter=file, digest=digest, by=by, at=at)  # fmt: skip
    return digest


def opened(book: Book, answer: str) -> Letter:
    """A letter as it stands. Raises NotTold AV944 when there is none, or its words are gone."""
    rows = book.runs.run("outcome_letters", answer=answer)
    kept = file_of(book, rows[-1]["letter"]) if rows else None
    if kept is None:
        raise NotTold(f"there is no letter `{answer}` any more")
    return _opened(rows[-1], as_words(kept[1].reveal().decode()))


def _opened(row: Row, words: Words) -> Letter:
    return Letter(
        row["answer"],
        row["request"],
        row["person"],
        tuple(row["items"]),
        row["number"],
        row["digest"],
        words,
    )


def edit(book: Book, answer: str, text: str, *, by: str, at: datetime) -> Letter:
    """Put other words into a letter that has not left; whoever looked through the earlier ones
    looks again.

    Raises:
        NotTold: AV944, there is no such letter, or the text is none.
        StepRefused: AV689, it was sent.
    """
    before, words = opened(book, answer), as_words(text)
    with book.runs.transaction() as tx:
        number = before.version + 1
        digest = _keep(
            book, tx, answer, before.request, before.person, before.items, number, words, by, at
        )
        step = AnswerEdited(answer=answer, before=before.digest, digest=digest)
        take(book, before.request, [Said(step)], by=by, at=at, runs=tx)
    return opened(book, answer)


def review(book: Book, answer: str, *, by: str, at: datetime) -> Letter:
    """Let a letter leave as it is now. Raises NotTold AV944; StepRefused AV689."""
    found = opened(book, answer)
    step = AnswerReviewed(answer=answer, digest=found.digest)
    take(book, found.request, [Said(step)], by=by, at=at)
    return found


def send(book: Book, ledger: Ledger, answer: str, *, by: str, at: datetime) -> Sent:
    """Write a letter to its person, with salt, audit path and checkpoint below it.

    Raises:
        NotTold: AV945, an erasure that it tells of can still be taken back; AV946, the person gave
            no address.
        StepRefused: AV689, nobody looked through it, or something asked for is open.
    """
    found = opened(book, answer)
    state, who = read(book, found.request), persons_of(book, found.request)[found.person]
    _not_too_early(book, state, found, at)
    if not (who.email or who.postal):
        raise NotTold(
            f"person {found.person} of `{found.request}` cannot be told",
            because="no address of theirs is known",
            help="tell them in another way, and note it",
            code="AV946",
        )
    way = Way.MAIL if who.email else Way.PAPER
    # The proof is of what is committed, so it is made before the transaction; without a review
    # there is none, and the step is refused.
    is_reviewed = state.answers[answer].is_reviewed
    proof = proof_of(book, ledger, found.request, answer) if is_reviewed else {}
    with book.runs.transaction() as tx:
        _end_undo(book, tx, state, found, at)
        step = AnswerSent(answer=answer, way=way)
        after = take(book, found.request, [Said(step)], by=by, at=at, runs=tx)
        written = Draft(
            Masked(f"{found.request} {found.person}"),
            state.language,
            Words(found.words.subject, found.words.text + _below(book, state, proof)),
            Masked(who.email) if who.email else None,
            Masked(who.postal) if who.postal else None,
        )
        write(tx, book.ring, _mailing(book, answer, at), [written], at=at, tell=book.tell)
    return Sent(answer, way, after)


def _mailing(book: Book, answer: str, at: datetime) -> Mailing:
    own = address(book.declaration.controller.email or book.declaration.mailbox)
    last = add(book.day(at), READABLE)
    return Mailing(KIND, answer, own.domain if own else "localhost", last)


def _below(book: Book, state: Request, proof: dict[str, object]) -> str:
    saying = Saying(book.declaration, spoken(state.language, book.declaration))
    text = msgspec.json.format(msgspec.json.encode(proof)).decode()
    return f"\n--\n{saying.phrase('proof_below')}\n\n{text}\n"


def _not_too_early(book: Book, state: Request, found: Letter, at: datetime) -> None:
    """An answer that an erasure was done is final: as long as somebody may take it back there is
    none (`requests.undo_hours`)."""
    earliest = leaves_from(book, state, found.items, at)
    if earliest > at:
        raise NotTold(
            f"`{found.id}` does not leave yet",
            because=f"until {earliest:%Y-%m-%d %H:%M} UTC the erasure can still be taken back",
            help="send it afterwards; it stays as it is",
            code="AV945",
        )


def _end_undo(book: Book, tx: Runs, state: Request, found: Letter, at: datetime) -> None:
    """With the letter nothing can be taken back: what still lies of an erasure that it tells of is
    destroyed now, whether or not a round came by."""
    for number in erased_in(state, found.items):
        plans = [part.plan for part in parts(book, state.id, number) if part.plan]
        for bundle in end_of_cases(tx, plans, names_of(state.id, number), at):
            book.tell([BundleDestroyed(bundle=bundle)], at, tx)


def erased_in(state: Request, items: Iterable[int]) -> tuple[int, ...]:
    """Those of some items that are erasures."""
    return tuple(n for n in items if state.items[n].right is Right.ERASURE)


def leaves_from(book: Book, state: Request, items: Iterable[int], at: datetime) -> datetime:
    """From when a letter about some items may leave: `at` itself where nothing stands against it,
    else when no erasure that it tells of can be taken back any more."""
    known = [parts(book, state.id, n) for n in erased_in(state, items)]
    return max((answer_from(book, each, at) for each in known), default=at)


def letters_of(book: Book, request: str) -> tuple[str, ...]:
    """The letters of a request by their ids, in no order that means anything."""
    return tuple(row["answer"] for row in book.runs.run("outcomes_of", request=request))


def unwritten(book: Book, state: Request, person: int) -> tuple[int, ...]:
    """The items of a person that a letter can tell and that no letter here holds yet. One that was
    drafted of an erasure and is none any more, since that was taken back, holds nothing."""
    rows = book.runs.run("outcomes_of", request=state.id)
    mine = (row for row in rows if row["person"] == person and row["answer"] in state.answers)
    held = {n for row in mine for n in row["items"]}
    return tuple(item.item for item in told_of(state, person) if item.item not in held)
