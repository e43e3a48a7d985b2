"""Secret links: one person, one request, a few days; only a hash of the secret is kept.

Who asks for a new link is told the same whether or not the request exists: the wish is one
statement, and the letter goes later, to the address that the request has.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from avow.common.calendar import add
from avow.common.ids import is_id, new_id
from avow.common.languages import LANGUAGES, words
from avow.common.masked import Masked
from avow.duties.correspondence.letters import Draft, Mailing
from avow.duties.correspondence.outbox import letter_id, named, write
from avow.duties.correspondence.wording import wording
from avow.duties.requests.book import Book, Person, persons_of, read, spoken_together
from avow.duties.requests.intake.threads import note_ours
from avow.duties.requests.machine import Request
from avow.engine.db.store import Runs

KIND = "request-link"
"""The kind of letter with a link to a request."""
PATH = "your-data"
MOST_WRONG = 5
"""Wrong codes that lock a link."""
SELDOM = timedelta(hours=1)
"""Within which a request gets one link by itself, however often it is asked for."""
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Post:
    """How links go: the address of the pages, the domain of Message-IDs, own words."""

    base: str
    domain: str
    own: Path | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A link that works: whose, to what (`answer` is None for one that follows the request)."""

    id: str
    request: str
    person: int
    answer: str | None
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Code:
    """The keyed hash of a code."""

    hash: bytes
    key: str


def make(
    book: Book,
    link: Link,
    *,
    at: datetime,
    code: Code | None = None,
) -> Masked[str]:
    """Keep a link and give the secret of its address, which is told here only. An earlier link of
    the same person to the same thing ends with it. Call it inside a transaction."""
    token = secrets.token_urlsafe(_BYTES)
    same = {"request": link.request, "person": link.person, "answer": link.answer}
    book.runs.run("request_link_end", at=at, **same)
    book.runs.run(
        "request_link_add",
        id=link.id,
        token=hashed(Masked(token)),
        code=code.hash if code else None,
        code_key=code.key if code else None,
        at=at,
        ends_at=link.ends_at,
        **same,
    )
    return Masked(token)


def new(book: Book, request: str, person: int, answer: str | None, at: datetime) -> Link:
    """A link that works to the end of its last day (`requests.link`), kept nowhere yet."""
    last = add(book.day(at), book.declaration.requests.link)
    ends = datetime.combine(last + timedelta(days=1), time(), ZoneInfo(book.zone))
    return Link(new_id("link"), request, person, answer, ends)


def hashed(token: Masked[str]) -> bytes:
    """What is kept of a secret: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.reveal().encode()).digest()


def found(runs: Runs, token: Masked[str], at: datetime) -> Link | None:
    """The link of a secret that works now. None for one that expired, ended, was locked or never
    was: one statement with no row, and nothing tells these apart."""
    row = runs.one("request_link_found", token=hashed(token), at=at, most=MOST_WRONG)
    if row is None:
        return None
    return Link(row["id"], row["request"], row["person"], row["answer"], row["ends_at"])


def followed(book: Book, token: Masked[str], at: datetime) -> tuple[Link, Request] | None:
    """The request that a link follows, and the link; None for every link that does not."""
    link = found(book.runs, token, at)
    if link is None or link.answer is not None:
        return None
    return link, read(book, link.request)


def wish(runs: Runs, request: str, at: datetime) -> None:
    """Note that somebody asks for a new link. One statement, and the same to who asks, whether or
    not there is such a request."""
    wanted = request.strip().lower()
    runs.run("link_wish_add", request=wanted if is_id(wanted, "request") else "-", at=at)


def send_wished(book: Book, post: Post, *, at: datetime) -> int:
    """Write the letters that were wished for; gives how many. A wish ends in the transaction that
    writes its letters: killed in the middle and called again, there is one letter."""
    letters = 0
    while True:
        with book.runs.transaction() as tx:
            wished = tx.one("link_wish_take")
            if wished is None:
                return letters
            inside = replace(book, runs=tx)
            newest = tx.one("request_link_newest", request=wished["request"])
            before = newest["made_at"] if newest else None
            if before is None or at - before >= SELDOM:
                letters += send_links(inside, post, wished["request"], at=at)


def send_links(book: Book, post: Post, request: str, *, at: datetime) -> int:
    """Write to each person of a request who has an address a letter with a link of their own, and
    one to who speaks for several.

    Raises:
        UnknownRequest: AV610.
        WordingError: AV624, AV625.
    """
    with book.runs.transaction() as tx:
        inside, sent = replace(book, runs=tx), 0
        state = read(inside, request)
        people = persons_of(inside, request)
        for number, person in people.items():
            if (person.email or person.postal) and spoken_together(people, number)[0] == number:
                link = new(inside, request, number, None, at)
                token = make(inside, link, at=at)
                sent += send_letter(inside, post, KIND, state, link, person, token, at=at)
    return sent


def send_letter(
    book: Book,
    post: Post,
    kind: str,
    request: Request,
    link: Link,
    person: Person,
    token: Masked[str],
    *,
    at: datetime,
) -> int:
    """Put the letter with a link into the outbox: in the person's language, the link and nothing
    of what is held. It can be read no longer than the link works. Gives 1, or 0 where no address
    can be written to."""
    language = next((x for x in (person.language, request.language) if x in LANGUAGES), "en")
    last = link.ends_at.date() - timedelta(days=1)
    page = "follow" if link.answer is None else "answer"
    said = wording(kind, language, post.own).said(
        {
            "organisation": book.declaration.controller.name,
            "request": request.id,
            "link": f"{post.base.rstrip('/')}/{language}/{PATH}/{page}/{token.reveal()}",
            "again": f"{post.base.rstrip('/')}/{language}/{PATH}/link",
            "last_day": words(language).day(last),
        }
    )
    mailing = Mailing(kind, link.id, post.domain, last)
    draft = Draft(
        Masked(f"{request.id} {link.person}"),
        language,
        said,
        Masked(person.email) if person.email else None,
        Masked(person.postal) if person.postal else None,
    )
    written = write(book.runs, book.ring, mailing, [draft], at=at, tell=book.tell)
    name = letter_id(book.ring, mailing, named(mailing.sphere, draft))
    note_ours(book.runs, book.ring, f"{name}@{post.domain}", request.id, at)
    return written.waiting
