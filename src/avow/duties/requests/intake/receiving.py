"""Messages become requests: one after the other, each whole or not at all, none of them twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import psycopg

from avow.common.errors import KeyringError
from avow.common.masked import Masked
from avow.duties.correspondence.returned import What
from avow.duties.requests.book import (
    PERSON,
    PROGRAM,
    Arrival,
    Asking,
    Book,
    Person,
    Said,
    persons_of,
    put_file,
    take,
)
from avow.duties.requests.book import read as read_request
from avow.duties.requests.intake import probing, threads
from avow.duties.requests.intake.asked import Recognised, answer_language, recognised
from avow.duties.requests.intake.entering import enter, is_open, spoken
from avow.duties.requests.intake.reading import LARGEST, Delivery, Message, Trust, read
from avow.duties.requests.machine import Request
from avow.duties.requests.steps import Noted, RightAsked
from avow.duties.requests.words import Channel, Link
from avow.engine.db.store import Runs

MESSAGE, ATTACHMENT = "message", "attachment"
"""What the files of a message are called."""
JOINED, OTHER_SENDER = "message-joined", "message-of-another-sender"
UNKNOWN_ARRIVAL = "arrival-not-known"
HANDED_ON, UNANSWERED = "sender-of-our-own-domain", "not-answered-by-itself"
KEPT = timedelta(days=400)
BOX = "intake-mailbox/1"

Hears = Callable[[Book, Runs, Request, Message], object]
"""Told of every message that joins a request, inside its transaction: whoever waits for an answer
of the person looks at it. What it raises undoes the message."""


def nobody(book: Book, runs: Runs, request: Request, message: Message) -> None:
    """The default of `hears`."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What receiving works with. `words`: folder with words of your own for letters. With
    `answers` a request is acknowledged at once. `in_mailbox`: they lie where persons write to."""

    book: Book
    trust: Trust = field(default_factory=Trust)
    words: Path | None = None
    answers: bool = True
    hears: Hears = nobody
    channel: Channel = Channel.EMAIL
    by: str = PROGRAM
    in_mailbox: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """What messages were. `unread` could not be entered and are tried again; `oldest` of them.
    `next_uid`: the first number in the mailbox that is still to be read; 0 where there is none."""

    counts: tuple[tuple[str, int], ...]
    requests: tuple[str, ...] = ()
    oldest: datetime | None = None
    next_uid: int = 0

    def of(self, what: str) -> int:
        """How many messages were something."""
        return dict(self.counts).get(what, 0)


def receive(desk: Desk, deliveries: Iterable[Delivery], *, at: datetime) -> Tally:
    """Read messages, each in a transaction of its own; a bad one never stops the others.

    `known` were read before. What could not be taken apart is a request for a person to sort; what
    could not even be entered stays unread, is counted and is tried again the next time.
    """
    tally: Counter[str] = Counter()
    opened: list[str] = []
    oldest: datetime | None = None
    last, unread = 0, []
    for delivery in deliveries:
        last = max(last, delivery.uid)
        try:
            what, request = one(desk, delivery, at=at)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError,
                psycopg.DataError, KeyringError):  # fmt: skip
            # Written by strangers: what we did not foresee in one message is no reason to leave
            # the others unread. It is not marked as read, and the check of the mailbox says so.
            what, request = "unread", None
            seen = delivery.internal or at
            oldest = min(oldest or seen, seen)
            unread.append(delivery.uid)
        tally[what] += 1
        opened += [request] if request else []
    desk.book.runs.run("intake_forget", before=at - KEPT)
    next_uid = min(unread, default=last + 1 if last else 0)
    return Tally(tuple(sorted(tally.items())), tuple(opened), oldest, next_uid)


def one(desk: Desk, delivery: Delivery, *, at: datetime) -> tuple[str, str | None]:
    """Read one message: what it was, and the request that it opened (None when it opened none)."""
    if not delivery.data.strip():
        return "empty", None
    message = read(delivery, desk.trust, at)
    known = threads.marks(message, delivery)
    ring, arrived = desk.book.ring, min(message.arrived or at, at)
    with desk.book.runs.transaction() as tx:
        tx.run("intake_lock")
        if threads.is_known(tx, ring, known):
            return "known", None
        inside = replace(desk, book=replace(desk.book, runs=tx))
        what, request = _entered(inside, tx, message, delivery, known, arrived, at)
        threads.note(
            tx, ring, known, what, request, arrived=arrived, at=at, in_mailbox=desk.in_mailbox
        )
    return what, request if what == "request" else None


def _entered(
    desk: Desk,
    tx: Runs,
    message: Message,
    delivery: Delivery,
    known: threads.Marks,
    arrived: datetime,
    at: datetime,
) -> tuple[str, str | None]:
    probe = probing.found(desk.book, tx, message, arrived=arrived, at=at)
    if probe is not None:
        return "probe", probe
    asks = recognised(f"{message.subject}\n{message.own}")
    if why := _is_no_request(message, asks):
        return why, None
    if threads.is_repeated(tx, desk.book.ring, known, arrived):
        return "repeated", None
    belongs = threads.request_of(desk.book, tx, message)
    state = read_request(desk.book, belongs) if belongs else None
    if state is not None and _joins(desk.book, state, message, asks):
        _join(desk, tx, state, message, delivery, asks, at)
        return "joined", state.id
    links = [(state.id, Link.THREAD)] if state is not None else []
    answers = desk.answers and not message.is_listed
    answers &= not threads.is_burst(tx, desk.book.ring, known, arrived)
    notes = _notes(message, delivery)
    notes += [HANDED_ON] if _is_of_ours(desk.trust, message) else []
    notes += [UNANSWERED] if desk.answers and not answers else []
    done = enter(
        desk.book,
        arrival(desk, message, delivery, asks, arrived),
        by=desk.by,
        at=at,
        links=links,
        notes=notes,
        answers=answers,
        words=desk.words,
    )
    return "request", done.request.id


def _is_of_ours(trust: Trust, message: Message) -> bool:
    """Whether somebody of our own domain wrote: often a colleague who hands a message on."""
    ours = {each.rpartition("@")[2] for each in trust.own}
    return message.sender is not None and message.sender.domain in ours


def _is_no_request(message: Message, asks: tuple[Recognised, ...]) -> str:
    """Why a message is none: a machine wrote it, or we did; empty when a person did."""
    if message.is_loop:
        return "loop"
    if message.what in {What.BOUNCE, What.DELAY}:
        return str(message.what)
    if message.what is What.MACHINE:
        # Words of a newsletter that speak of leaving it are no wish of anybody.
        is_meant = message.is_listed and any(not each.marketing for each in asks)
        return "" if is_meant else "machine"
    return ""


def arrival(
    desk: Desk,
    message: Message,
    delivery: Delivery,
    asks: tuple[Recognised, ...],
    arrived: datetime,
) -> Arrival:
    """A message as a request of its sender; of nobody where it names none."""
    language = answer_language(f"{message.subject}\n{message.own}", spoken(desk.book))
    email = str(message.sender) if message.sender else ""
    person = Person(
        name=message.name, language=language, email=email,
        identities=(("email", email),) if email else (),
    )  # fmt: skip
    return Arrival(
        desk.channel,
        arrived,
        language,
        (person,),
        tuple(Asking(1, each.right, marketing=each.marketing) for each in asks),
        words=_said(message),
        files=_files(message, delivery),
    )


def _said(message: Message) -> bytes:
    return f"{message.subject}\n\n{message.text}".strip().encode()


def _files(message: Message, delivery: Delivery) -> tuple[tuple[str, str, bytes], ...]:
    whole = (MESSAGE, "message/rfc822", delivery.data[:LARGEST])
    return (whole, *((ATTACHMENT, kind, data) for kind, data in message.files))


def _notes(message: Message, delivery: Delivery) -> list[str]:
    """What else is to be remembered of a message."""
    notes = [f"sender-checked.{message.checked}"] if message.checked else []
    notes += [UNKNOWN_ARRIVAL] if message.arrived is None else []
    notes += ["could-not-be-taken-apart"] if not message.is_whole else []
    notes += [f"attachments-in-the-message-only.{message.left}"] if message.left else []
    is_cut = delivery.is_cut or len(delivery.data) > LARGEST
    return notes + (["message-cut"] if is_cut else [])


def _joins(book: Book, state: Request, message: Message, asks: tuple[Recognised, ...]) -> bool:
    """Whether a message goes on with a request, and is not a new one linked to it: after the end,
    when somebody else asks for something, and when more is asked after the answer left."""
    if state.closed_on is not None:
        return False
    return (is_open(state) and _is_same_sender(book, state, message)) or not asks


def _is_same_sender(book: Book, state: Request, message: Message) -> bool:
    if message.sender is None:
        return False
    known = (person.email.strip().casefold() for person in persons_of(book, state.id).values())
    return message.sender.same in set(known)


def _join(
    desk: Desk,
    tx: Runs,
    state: Request,
    message: Message,
    delivery: Delivery,
    asks: tuple[Recognised, ...],
    at: datetime,
) -> None:
    """Keep the message with the request; what it asks besides is asked from the same day."""
    for what, kind, data in _files(message, delivery):
        put_file(desk.book, tx, state.id, what, kind, data, at=at)
    is_same = _is_same_sender(desk.book, state, message)
    said = [Said(Noted(what=JOINED if is_same else OTHER_SENDER), _said(message))]
    said += [Said(Noted(what=note)) for note in _notes(message, delivery)]
    if is_same and is_open(state):
        said += [Said(step) for step in _more(state, asks)]
    after = take(desk.book, state.id, said, by=PERSON if is_same else desk.by, at=at, runs=tx)
    desk.hears(desk.book, tx, after, message)


def _more(state: Request, asks: tuple[Recognised, ...]) -> list[RightAsked]:
    """Items for what is asked and was not; for the first person, in whose name the sender writes.

    An objection to everything is more than one to marketing.
    """
    if not state.persons:
        return []
    known = {(i.right, i.marketing) for i in state.items.values()}
    new = [each for each in asks if (each.right, each.marketing) not in known]
    first = len(state.items) + 1
    return [
        RightAsked(item=n, person=1, right=each.right, marketing=each.marketing)
        for n, each in enumerate(new, first)
    ]


@dataclass(frozen=True, slots=True)
class Folder:
    """Which folder is read: where it is, and its UIDVALIDITY (RFC 3501, 2.3.1.1)."""

    where: Masked[str]
    validity: int


def read_up_to(book: Book, folder: Folder) -> int:
    """The first number in a folder that was not read yet; 1 when it never was."""
    boxes = [book.ring.keyed_hash(folder.where, BOX, key).hash for key in book.ring.hashing.by_id]
    row = book.runs.one("intake_read_up_to", boxes=boxes, validity=folder.validity)
    return int(row["next_uid"]) if row and row["next_uid"] else 1


def read_mailbox(
    desk: Desk, deliveries: Iterable[Delivery], *, at: datetime, folder: Folder | None = None
) -> Tally:
    """Read the privacy mailbox, and note when that was and what stayed unread.

    `folder` says of which one the numbers of the messages are; what was entered is fetched no more.
    """
    found = receive(replace(desk, in_mailbox=True), deliveries, at=at)
    total, unread = sum(count for _, count in found.counts), found.of("unread")
    before = read_up_to(desk.book, folder) if folder else None
    ring = desk.book.ring
    desk.book.runs.run(
        "intake_reading_add",
        at=at,
        messages=total,
        fresh=total - found.of("known") - unread,
        unread=unread,
        oldest=found.oldest,
        box=ring.keyed_hash(folder.where, BOX).hash if folder else None,
        validity=folder.validity if folder else None,
        next_uid=found.next_uid or before,
    )
    return found
