"""What was read before, and which request a message belongs to: keyed hashes and nothing else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from avow.common.ids import is_id
from avow.common.masked import Masked
from avow.duties.requests.book import Book
from avow.duties.requests.intake.reading import Delivery, Message
from avow.engine.db.store import Runs
from avow.engine.keys.ring import KeyRing

FORM = "intake-message/1"
REPEATED = timedelta(minutes=10)
"""Within which the same words of the same sender are one message."""
BURST, BURST_OF = timedelta(hours=1), 3
"""Requests of one sender within a time after which nothing is answered by itself."""
_REQUEST = re.compile(r"\brequest-[a-z2-7]{26}\b")


@dataclass(frozen=True, slots=True)
class Marks:
    """What a message is known by: itself, its Message-ID, its sender, its words (all to be hashed
    with a key)."""

    itself: Masked[str]
    thread: Masked[str] | None
    sender: Masked[str] | None
    words: Masked[str] | None


def marks(message: Message, delivery: Delivery) -> Marks:
    """The marks of a message. One without a Message-ID is known by all of its bytes."""
    who = message.sender.same if message.sender else ""
    said = hashlib.sha256(f"{message.subject}\n{message.text}".encode()).hexdigest()
    kept = " ".join(str(hashlib.sha256(data).hexdigest()) for _, data in message.files)
    whole = hashlib.sha256(delivery.data).hexdigest()
    is_known = bool(message.id) and message.is_whole
    itself = f"{message.id}\n{who}\n{said}\n{kept}" if is_known else f"whole\n{whole}"
    own = " ".join(f"{message.subject} {message.own}".split()).lower()
    words = hashlib.sha256(f"{own}\n{kept}".encode()).hexdigest()
    return Marks(
        Masked(f"message\n{itself}"),
        Masked(f"thread\n{message.id}") if message.id else None,
        Masked(f"sender\n{who}") if who else None,
        Masked(f"words\n{who}\n{words}") if who and own else None,
    )


def is_known(runs: Runs, ring: KeyRing, known: Marks) -> bool:
    """Whether the very message was read before."""
    return bool(runs.run("intake_message_known", hashes=_under_each(ring, known.itself)))


def note(
    runs: Runs,
    ring: KeyRing,
    known: Marks,
    what: str,
    request: str | None,
    *,
    arrived: datetime,
    at: datetime,
    in_mailbox: bool = False,
) -> None:
    """Note that a message was read, and what became of it."""
    hashed = ring.keyed_hash(known.itself, FORM)
    runs.run(
        "intake_message_add",
        hash=hashed.hash,
        hash_key=hashed.key,
        thread=_hash(ring, known.thread),
        sender=_hash(ring, known.sender),
        words=_hash(ring, known.words),
        what=what,
        request=request,
        in_mailbox=in_mailbox,
        arrived=arrived,
        at=at,
    )


def note_ours(runs: Runs, ring: KeyRing, message_id: str, request: str, at: datetime) -> None:
    """Remember a letter of ours, so that a reply finds its request after the letter is gone."""
    itself = Masked(f"message\nours\n{message_id}")
    known = Marks(itself, Masked(f"thread\n{message_id}"), None, None)
    note(runs, ring, known, "ours", request, arrived=at, at=at)


def request_of(book: Book, runs: Runs, message: Message) -> str | None:
    """The request that a message belongs to: it answers a letter of ours or a message that came
    before, or it writes the id of the request, which nobody else can know."""
    for found in _candidates(book, runs, message):
        if is_id(found, "request") and runs.one("request_known", id=found) is not None:
            return found
    return None


def _candidates(book: Book, runs: Runs, message: Message) -> Iterable[str]:
    ids = (*message.answers, *((message.id,) if message.id else ()))
    for row in runs.run("intake_letter_about", messages=list(ids)) if ids else ():
        yield row["about"]
    threads = [h for one in ids for h in _under_each(book.ring, Masked(f"thread\n{one}"))]
    for row in runs.run("intake_threads", threads=threads) if threads else ():
        yield row["request"]
    yield from _REQUEST.findall(f"{message.subject}\n{message.own}")


def is_repeated(runs: Runs, ring: KeyRing, known: Marks, arrived: datetime) -> bool:
    """Whether the same sender said the same some minutes ago: a loop, or a second click."""
    if known.words is None:
        return False
    words = _under_each(ring, known.words)
    since = arrived - REPEATED
    until = arrived + REPEATED
    return bool(runs.run("intake_repeated", words=words, since=since, until=until))


def is_burst(runs: Runs, ring: KeyRing, known: Marks, arrived: datetime) -> bool:
    """Whether so many requests came from one address that answering by itself may do harm."""
    if known.sender is None:
        return False
    senders = _under_each(ring, known.sender)
    row = runs.one("intake_of_sender", senders=senders, since=arrived - BURST, until=arrived)
    return row is not None and row["requests"] >= BURST_OF


def _hash(ring: KeyRing, value: Masked[str] | None) -> bytes | None:
    return ring.keyed_hash(value, FORM).hash if value is not None else None


def _under_each(ring: KeyRing, value: Masked[str]) -> list[bytes]:
    return [ring.keyed_hash(value, FORM, key).hash for key in ring.hashing.by_id]
