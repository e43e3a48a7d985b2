"""Delivering an answer: a link by letter, a code by another way, and the file to who has both.

The code is told to whoever delivers, once, for the telephone or another letter than the link's: a
mailbox that somebody else reads gives them the link and not the answer.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from avow.common.errors import AvowError
from avow.common.masked import Masked
from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.leaving import is_proven, leaving
from avow.duties.requests.book import PERSON, Book, Said, file_of, persons_of, read, take
from avow.duties.requests.delivering.links import (
    MOST_WRONG,
    Code,
    Link,
    Post,
    found,
    hashed,
    make,
    new,
    send_letter,
)
from avow.duties.requests.machine import Answer
from avow.duties.requests.steps import AnswerCollected, AnswerSent, Noted
from avow.duties.requests.words import Way
from avow.engine.db.store import Row, Runs

KIND = "answer-ready"
"""The kind of letter with a link to an answer."""
NOT_MINE = "answer-not-mine"
"""The word of `Noted`: somebody whom the answer is not for had its link."""
FORM = "answer-code/1"
DIGITS = 8

Reports = Callable[[Book, str, datetime], object]
"""Enters into the register of incidents that the answer to a request reached somebody else."""


class NotDelivered(AvowError):
    """An answer cannot be delivered by a link (AV641, AV682); nothing was written."""

    code = "AV641"


class No(StrEnum):
    """Why an answer is not handed out."""

    LINK = "link"
    CODE = "code"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was delivered to which request, and the code that is told by another way."""

    request: str
    link: str
    code: Masked[str]


def deliver(book: Book, post: Post, answer: str, *, by: str, at: datetime) -> Delivered:
    """Send an answer that was looked through: the step, the link and its letter are one.

    Called again it makes a new link with a new code, and the old one ends; the step stays one.

    Raises:
        AnswerRefused: AV615, there is no such answer any more.
        NotDelivered: AV641 nobody looked through it, it left another way, or its file was erased;
            AV682 its person has no address.
        StepRefused: AV689, something asked for is open.
    """
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        draft = drafting.opened(inside, answer)
        state = read(inside, draft.request)
        known = _ready(inside, draft, state.answers.get(answer))
        person = persons_of(inside, draft.request)[draft.person]
        if known.sent is None:
            sent = [Said(AnswerSent(answer=answer, way=Way.PORTAL))]
            state = take(inside, draft.request, sent, by=by, at=at, runs=tx)
        link = new(inside, draft.request, draft.person, answer, at)
        code = Masked(f"{secrets.randbelow(10**DIGITS):0{DIGITS}}")
        kept = inside.ring.keyed_hash(_said(link.id, code), FORM)
        token = make(inside, link, at=at, code=Code(kept.hash, kept.key))
        if not send_letter(inside, post, KIND, state, link, person, token, at=at):
            raise NotDelivered(
                f"nobody can be written to about `{answer}`",
                because="its person gave no address that letters reach",
                help="hand it over on paper: `avow request answer write`, then `send … paper`",
                code="AV682",
            )
    return Delivered(draft.request, link.id, code)


def _ready(book: Book, draft: drafting.Draft, known: Answer | None) -> Answer:
    """The answer, if it may leave by a link. Raises NotDelivered AV641."""
    if known is None or not known.is_reviewed:
        raise _not_so(draft.id, "nobody has looked through it as it is now")
    if known.sent not in (None, Way.PORTAL):
        raise _not_so(draft.id, f"it left another way ({known.sent})")
    kept = file_of(book, draft.package)
    if kept is None:
        raise _not_so(draft.id, "its file was erased on its last day")
    if known.sent is None and not is_proven(kept[1]):
        raise _not_so(draft.id, "its review was broken off: look through it again")
    return known


def _not_so(answer: str, because: str) -> NotDelivered:
    return NotDelivered(
        f"`{answer}` is not delivered by a link",
        because=because,
        help="`avow request answer show` says how far it is",
    )


def shown(book: Book, token: Masked[str], at: datetime) -> tuple[Link, bool] | None:
    """The link to an answer, and whether its file is still there; None for every link that does
    not work."""
    link = found(book.runs, token, at)
    if link is None or link.answer is None:
        return None
    return link, _package(book, link.answer) is not None


def collect(book: Book, token: Masked[str], code: Masked[str], at: datetime) -> Masked[bytes] | No:
    """The file of an answer for who has its link and its code. That it was fetched is a step, once.

    Five wrong codes lock the link: from then on it is as if it never was.
    """
    with book.runs.transaction() as tx:
        inside, link = replace(book, runs=tx), _locked(tx, token, at)
        if link is None:
            return No.LINK
        given = book.ring.keyed_hash(_said(link["id"], code), FORM, link["code_key"]).hash
        if not hmac.compare_digest(given, bytes(link["code"])):
            tx.run("answer_link_wrong", id=link["id"])
            return No.CODE if link["wrong"] + 1 < MOST_WRONG else No.LINK
        package = leaving(inside, link["answer"], by=PERSON, at=at, anyhow=True)
        if package is None:
            return No.FILE
        if not read(inside, link["request"]).answers[link["answer"]].is_collected:
            said = [Said(AnswerCollected(answer=link["answer"]))]
            take(inside, link["request"], said, by=PERSON, at=at, runs=tx)
        return package


def not_mine(book: Book, token: Masked[str], report: Reports, at: datetime) -> bool:
    """Somebody says that the answer is not for them: no link to it works any more, and the register
    of incidents hears of it, all in one. False for a link that does not work. It needs no code:
    whom the letter reached by mistake has none."""
    with book.runs.transaction() as tx:
        inside, link = replace(book, runs=tx), _locked(tx, token, at)
        if link is None:
            return False
        tx.run("answer_links_end", answer=link["answer"], at=at)
        take(inside, link["request"], [Said(Noted(what=NOT_MINE))], by=PERSON, at=at, runs=tx)
        report(inside, link["request"], at)
    return True


def _locked(tx: Runs, token: Masked[str], at: datetime) -> Row | None:
    return tx.one("answer_link_lock", token=hashed(token), at=at, most=MOST_WRONG)


def _package(book: Book, answer: str) -> Masked[bytes] | None:
    row = book.runs.one("answer_known", id=answer)
    kept = file_of(book, row["package"]) if row and row["package"] else None
    return kept[1] if kept else None


def _said(link: str, code: Masked[str]) -> Masked[str]:
    """What the hash of a code is over: the digits alone, bound to their link."""
    digits = "".join(c for c in code.reveal() if c in "0123456789")
    return Masked(f"{link}\n{digits}")
