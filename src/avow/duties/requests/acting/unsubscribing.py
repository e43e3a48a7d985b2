"""The link at the end of a letter: one click stops a purpose, without sign-in or a question.

The link holds 256 bits that are derived from person and purpose by our key: the same person gets
the same link for a purpose, nobody can guess one, and no value of a person stands in an address.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from avow.common.calendar import Period, add
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.declaration.model import Basis, Purpose
from avow.duties.correspondence.outbox import Keeps
from avow.duties.requests.acting.acknowledging import acknowledge_click
from avow.duties.requests.acting.ending import (
    Act,
    Ended,
    Ending,
    NotEnded,
    end,
    named_by,
    purposes_of,
)
from avow.duties.requests.book import Book, Person
from avow.duties.requests.in_time import clauses_of
from avow.duties.requests.words import Right
from avow.engine.db.store import Runs
from avow.engine.facts.about import about
from avow.engine.facts.standing import ENDED
from avow.engine.keys.bundles import destroy, new_bundle_key, open_in, opened_key
from avow.engine.keys.ring import sealed

FORM = "unsubscribe/1"
ENDABLE = (Basis.CONSENT, Basis.LEGITIMATE_INTEREST)
WORKS = Period(years=3)
"""How long the link of a letter works: a letter is opened again long after it was sent."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a letter goes to: what names them in the systems, and their language."""

    kind: str
    value: Masked[str]
    language: str = field(default="")


class _Kept(msgspec.Struct, frozen=True):
    kind: str
    value: str
    language: str


def links(
    book: Book, purpose: str, readers: Sequence[Reader], *, at: datetime
) -> tuple[Masked[str], ...]:
    """A secret for the link in a letter to each reader, in their order; made again it is the same
    and works longer. One key seals whom they name, and dies after the last day.

    Raises:
        NotEnded: AV695, the declaration has no such purpose, or an act of a person cannot end it.
    """
    _purpose(book, purpose, at)
    last = add(book.day(at), WORKS)
    secrets = tuple(_secret(book, purpose, reader) for reader in readers)
    with book.runs.transaction() as tx:
        key = new_bundle_key(tx, book.ring, "unsubscribe", last, at)
        opener = opened_key(tx, book.ring, key).reveal()
        rows = []
        for reader, secret in zip(readers, secrets, strict=True):
            name = new_id("stop")
            kept = _Kept(reader.kind, reader.value.reveal(), reader.language)
            rows.append(
                {
                    "id": name,
                    "token": _hashed(secret),
                    "purpose": purpose,
                    "key": key,
                    "sealed": sealed(msgspec.json.encode(kept), name, key, opener),
                    "at": at,
                    "forget_on": last,
                }
            )
        tx.many("unsubscribe_link_add", rows)
    return secrets


def unsubscribe(book: Book, secret: Masked[str], *, at: datetime) -> str | None:
    """Stop what a link is for, at once and on every channel; gives the purpose. None for a link
    that does not work. A second click changes nothing and says the same (RFC 8058).

    The person gets a letter that says so.
    """
    with book.runs.transaction() as tx:
        row = tx.one("unsubscribe_link_found", token=_hashed(secret), day=book.day(at))
        if row is None:
            return None
        box = open_in(tx, book.ring, row["key"], bytes(row["sealed"]), row["id"])
        kept = msgspec.json.decode(box, type=_Kept)
        _stop(book, tx, row["purpose"], kept, at)
    return str(row["purpose"])


def _stop(book: Book, tx: Runs, purpose: str, kept: _Kept, at: datetime) -> Ended | None:
    who = named_by(kept.kind, kept.value)
    standing = about(tx, book.ring, [who], at)
    if any(each.name == f"{ENDED}:{purpose}" for each in standing):
        return None
    found = _purpose(book, purpose, at)
    clause = clauses_of(book).get(Right.OBJECTION, "") or found.clause
    done = end(book, tx, Ending(Act.UNSUBSCRIBED, (found,), (who,), clause, at), at)
    email = kept.value if kept.kind == "email" else ""
    acknowledge_click(book, tx, Person(language=kept.language, email=email), done, at=at)
    return done


def forget_links(book: Book, runs: Keeps, *, at: datetime) -> int:
    """Delete the links whose last day is over, with the keys of whom they name; gives how many."""
    with runs.transaction() as tx:
        gone = tx.run("unsubscribe_links_forget", day=book.day(at))
        destroy(tx, sorted({row["key"] for row in gone}), at)
    if gone:
        runs.rewrite("bundle_key")
    return len(gone)


def _purpose(book: Book, purpose: str, at: datetime) -> Purpose:
    found = next((p for p in purposes_of(book, at) if p.id == purpose), None)
    if found is None or found.basis not in ENDABLE:
        raise NotEnded(
            f"no letter can be stopped for the purpose `{purpose}`",
            because="the declaration has none of this name that a person can end",
            help="name a purpose on consent or on a legitimate interest",
        )
    return found


def _secret(book: Book, purpose: str, reader: Reader) -> Masked[str]:
    value = named_by(reader.kind, reader.value.reveal()).value.reveal()
    whole = Masked(f"{purpose}\n{reader.kind}\n{value}")
    bits = book.ring.keyed_hash(whole, FORM).hash
    return Masked(base64.urlsafe_b64encode(bits).decode().rstrip("="))


def _hashed(secret: Masked[str]) -> bytes:
    """What is kept of a secret: 256 bits that nobody can derive need no salt."""
    return hashlib.sha256(secret.reveal().encode()).digest()
