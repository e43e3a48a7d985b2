"""The outbox: letters as rows, written once, leased by one sender, forgotten on their last day."""

from __future__ import annotations

import base64
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Protocol

import msgspec

from avow.common.masked import Masked
from avow.duties.correspondence.addresses import address
from avow.duties.correspondence.letters import (
    Channel,
    Content,
    Counted,
    Draft,
    Letter,
    Mailing,
    Reason,
    State,
)
from avow.engine.db.store import Row, Runs
from avow.engine.evidence.entries import Body, LettersEnded, LettersWritten, commitment
from avow.engine.keys.bundles import destroy, new_bundle_key, opened_key
from avow.engine.keys.ring import KeyRing, opened, sealed

PURPOSE = "letters"
"""The purpose of the keys that die with their letters."""
FORM = "letter-person/1"
_CHUNK = 500
_BEGINNINGS = (State.WAITING, State.UNREACHABLE)
_TOLD = 1_000
_SALT = 32
_READ = msgspec.json.Decoder(Content).decode
_WRITE = msgspec.json.encode


Tells = Callable[[Sequence[Body], datetime, Runs], object]
"""Writes a group of entries to the ledger inside a transaction."""


class Keeps(Runs, Protocol):
    """Our database, which can write a table anew so that destroyed keys leave its file."""

    def rewrite(self, table: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Written:
    """What became of drafts: by id of their letter, in their order, and how many are new."""

    new: int
    waiting: int
    unreachable: int


def named(sphere: str, draft: Draft) -> Masked[str]:
    """Whom a draft is for: the mailbox, or the reference where there is none, within a sphere."""
    to = address(draft.address.reveal()) if draft.address is not None else None
    return Masked(f"{sphere}\n{to.same if to else draft.person.reveal()}")


def letter_id(ring: KeyRing, mailing: Mailing, person: Masked[str]) -> str:
    """The id of the one letter of a mailing to a person (of `named`).

    It is a keyed hash: whoever writes the letter again finds it written, and nobody without the
    key can tell from an id whose letter it is.
    """
    whole = Masked(f"{mailing.kind}\n{mailing.about}\n{person.reveal()}")
    hashed = ring.keyed_hash(whole, FORM, mailing.person_key).hash[:16]
    return f"letter-{base64.b32encode(hashed).decode().rstrip('=').lower()}"


def write(
    runs: Runs,
    ring: KeyRing,
    mailing: Mailing,
    drafts: Iterable[Draft],
    *,
    at: datetime,
    tell: Tells,
) -> Written:
    """Put letters into the outbox, each once however often it is written, and tell the ledger.

    Drafts are taken as a stream, some hundred in a transaction with their entry in the ledger.
    Killed in the middle and called again, it goes on: what is written stays as it is.
    """
    key = new_bundle_key(runs, ring, PURPOSE, mailing.forget_on, at)
    opener = opened_key(runs, ring, key).reveal()
    tally: Counter[str] = Counter()
    stream = iter(drafts)
    while part := list(islice(stream, _CHUNK)):
        rows: dict[str, Mapping[str, Any]] = {}
        for each in part:
            row = _row(ring, mailing, key, opener, each, at)
            rows.setdefault(row["id"], row)  # the first word to a mailbox stands
        with runs.transaction() as tx:
            new = tuple(_added(tx, rows.values(), state) for state in _BEGINNINGS)
            if any(new):
                tell([_written(mailing, *new)], at, tx)
        tally["new"] += sum(new)
        tally.update(row["state"] for row in rows.values())
    return Written(tally["new"], tally[State.WAITING], tally[State.UNREACHABLE])


def _added(runs: Runs, rows: Iterable[Mapping[str, Any]], state: State) -> int:
    """How many of the rows in a state were not there before."""
    return runs.many("letter_add", [row for row in rows if row["state"] == state])


def _written(mailing: Mailing, waiting: int, unreachable: int) -> LettersWritten:
    return LettersWritten(
        what=mailing.kind,
        about=mailing.about,
        letters=waiting + unreachable,
        unreachable=unreachable,
    )


def _row(
    ring: KeyRing, mailing: Mailing, key: str, opener: bytes, draft: Draft, at: datetime
) -> Mapping[str, Any]:
    person = named(mailing.sphere, draft)
    hashed = ring.keyed_hash(person, FORM, mailing.person_key)
    name = letter_id(ring, mailing, person)
    channel, to, reason = _way(draft)
    content = _WRITE(Content(to, draft.words.subject, draft.words.text))
    is_lost = channel is Channel.NONE
    return {
        "id": name,
        "kind": mailing.kind,
        "about": mailing.about,
        "language": draft.language,
        "channel": str(channel),
        "person": hashed.hash,
        "person_key": hashed.key,
        "message_id": f"{name}@{mailing.domain}",
        "key": key,
        "sealed": sealed(content, name, key, opener),
        "salt": secrets.token_bytes(_SALT),
        "is_canary": draft.is_canary,
        "state": str(State.UNREACHABLE if is_lost else State.WAITING),
        "reason": str(reason) if reason else "",
        "ended_at": at if is_lost else None,
        "at": at,
    }


def _way(draft: Draft) -> tuple[Channel, str, Reason | None]:
    """How a letter goes, to where, and why not."""
    to = address(draft.address.reveal()) if draft.address is not None else None
    if to is not None:
        return Channel.MAIL, str(to), None
    if draft.postal is not None and draft.postal.reveal().strip():
        return Channel.PAPER, draft.postal.reveal(), None
    return (Channel.NONE, "", Reason.INVALID_ADDRESS if draft.address else Reason.NO_ADDRESS)


def take(runs: Runs, ring: KeyRing, lease: str, most: int, at: datetime) -> list[Letter]:
    """Lease up to `most` letters that may be sent now; each is one sender's alone."""
    rows = runs.run("letter_take", lease=lease, most=most, at=at)
    return list(unsealed(runs, ring, rows))


def unsealed(runs: Runs, ring: KeyRing, rows: Iterable[Row]) -> Iterator[Letter]:
    """Rows of letters with their content. Raises KeyringError AV875 once their key is gone."""
    keys: dict[str, bytes] = {}
    for row in rows:
        if row["key"] not in keys:
            keys[row["key"]] = opened_key(runs, ring, row["key"]).reveal()
        content = _READ(opened(bytes(row["sealed"]), row["id"], keys[row["key"]]))
        yield Letter(
            row["id"],
            row.get("kind", ""),
            row.get("about", ""),
            row["language"],
            row.get("message_id", ""),
            row["made_at"],
            content,
            row.get("attempts", 0),
            row.get("give_up_at"),
        )


def counted(runs: Runs) -> tuple[Counted, ...]:
    """How many letters have come how far. No address and no text."""
    return tuple(
        Counted(
            row["kind"],
            row["language"],
            Channel(row["channel"]),
            State(row["state"]),
            row["reason"],
            row["letters"],
        )
        for row in runs.run("letters_counted")
    )


def tell_ended(runs: Runs, at: datetime, tell: Tells) -> int:
    """Tell the ledger of every letter that came to its end and was not told of; gives how many.

    The entry and the mark that it was written are one transaction: no end is untold or told twice.
    """
    told = 0
    while True:
        with runs.transaction() as tx:
            rows = tx.run("letter_untold", most=_TOLD)
            if not rows:
                return told
            tx.run("letter_entered", ids=[row["id"] for row in rows])
            tell(_entries(rows), at, tx)
        told += len(rows)


def _entries(rows: Sequence[Row]) -> list[Body]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["kind"], row["about"]), []).append(row)
    return [_entry(kind, about, group) for (kind, about), group in groups.items()]


def _entry(kind: str, about: str, rows: Sequence[Row]) -> Body:
    by = Counter(row["state"] for row in rows)
    # A letter that was accepted and has come back since was accepted: its commitment says so.
    accepted = [row for row in rows if row["state"] in {State.SENT, State.BOUNCED}]
    return LettersEnded(
        what=kind,
        about=about,
        accepted=len(accepted),
        failed=by[State.FAILED],
        given_up=by[State.GIVEN_UP],
        unreachable=by[State.UNREACHABLE],
        commitments=tuple(commitment(bytes(r["salt"]), r["message_id"]) for r in accepted),
    )


def forget_person(
    runs: Runs, ring: KeyRing, sphere: str, addresses: Sequence[Masked[str]], *, before: datetime
) -> int:
    """Delete every letter to these addresses that was written before an instant, sent or not, under
    whichever key of the ring; gives how many."""
    persons = _hashes(ring, sphere, addresses)
    return len(runs.run("letters_forget_person", persons=persons, before=before))


def letters_to(
    runs: Runs, ring: KeyRing, sphere: str, addresses: Sequence[Masked[str]]
) -> list[Letter]:
    """Every letter to these addresses that can still be read, the oldest first (art. 15)."""
    rows = runs.run("letters_of_person", persons=_hashes(ring, sphere, addresses))
    return list(unsealed(runs, ring, rows))


def _hashes(ring: KeyRing, sphere: str, addresses: Sequence[Masked[str]]) -> list[bytes]:
    found = (address(each.reveal()) for each in addresses)
    persons = [Masked(f"{sphere}\n{each.same}") for each in found if each is not None]
    return [ring.keyed_hash(p, FORM, key).hash for p in persons for key in ring.hashing.by_id]


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Keys of letters whose last day is over, and the records that their letters are about."""

    keys: tuple[str, ...]
    about: tuple[str, ...]


def to_forget(runs: Runs, day: date) -> Forgetting:
    """What must be forgotten on `day`; a duty first keeps the counts that it needs."""
    keys = [row["id"] for row in runs.run("letter_keys_due", day=day)]
    about = [row["about"] for row in runs.run("letters_of_keys", keys=keys)] if keys else []
    return Forgetting(tuple(keys), tuple(about))


def forget(runs: Keeps, due: Forgetting, at: datetime) -> int:
    """Destroy the keys and delete the letters; gives how many. Sent or not: their day is over."""
    if not due.keys:
        return 0
    with runs.transaction() as tx:
        gone = tx.run("letters_forget", keys=list(due.keys))
        destroy(tx, due.keys, at)
    runs.rewrite("bundle_key")
    return len(gone)
