"""Invitations: questions put to a named person of the organisation on a one-time page.

The address of the page is a secret of 256 random bits, of which only a hash is kept; it works for
a term and until the answers are sent. Who is asked what, by which secret and until when is signed,
so that a row changed in the database is no invitation any more. Questions and answers lie sealed.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from avow.common.clock import in_utc
from avow.common.errors import AvowError, KeyringError
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.engine.db.store import Row, Runs
from avow.engine.evidence.entries import (
    Body,
    InvitationAnswered,
    Invited,
    commitment,
)
from avow.engine.keys.ring import KeyRing

log = logging.getLogger(__name__)

TERM = timedelta(days=14)
"""How long an address works where nobody says otherwise."""
KEPT = timedelta(days=90)
"""How long an invitation that has ended is kept, so that its entries in the ledger can be read."""
_BYTES = 32

Note = Callable[[Body, datetime], object]
"""Writes one entry to the ledger."""


class Kind(StrEnum):
    """What is asked."""

    MAP = "map"
    SAMPLE = "sample"
    TASK = "task"


class ChangedInvitation(AvowError):
    """An invitation in the database is not the one that was made (AV547)."""

    code = "AV547"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be asked of whom. `subject` is a system, a sample or a task,
    `content` the questions."""

    kind: Kind
    subject: str
    person: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What was asked of whom, until when. `sent_at` is None while it is open."""

    id: str
    kind: Kind
    subject: str
    person: str
    content: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    made_at: datetime
    ends_at: datetime
    sent_at: datetime | None = None


Answers = Mapping[int, bytes]
"""Answers by the number of their question, from 1."""


def invite(
    runs: Runs,
    ring: KeyRing,
    wanted: Wanted,
    *,
    at: datetime,
    note: Note,
    term: timedelta = TERM,
) -> tuple[Invitation, Masked[str]]:
    """Make an invitation; gives it and the secret of its address, which is told here only.

    An open invitation of the same person about the same ends with it.
    """
    token, salt = secrets.token_urlsafe(_BYTES), secrets.token_bytes(_BYTES)
    made = Invitation(
        new_id("invitation"), wanted.kind, wanted.subject, wanted.person, wanted.content, salt,
        at, at + term,
    )  # fmt: skip
    hashed = _hash(token)
    with runs.transaction() as tx:
        tx.run("invitation_forget", before=at - KEPT)
        tx.run(
            "invitation_withdraw",
            kind=str(made.kind), subject=made.subject, person=made.person, at=at,
        )  # fmt: skip
        tx.run(
            "invitation_add",
            id=made.id,
            kind=str(made.kind),
            subject=made.subject,
            person=made.person,
            token=hashed,
            content=ring.seal(made.content, made.id),
            salt=salt,
            key=ring.signing.current,
            signature=ring.sign(_message(made, hashed)),
            at=at,
            ends_at=made.ends_at,
        )
    about = commitment(salt, f"{made.person}\n{_digest(made.content)}")
    until = in_utc(made.ends_at).date()
    entry = Invited(invitation=made.id, what=made.kind.value, commitment=about, until=until)
    note(entry, at)
    return made, Masked(token)


def found(runs: Runs, ring: KeyRing, token: Masked[str], at: datetime) -> Invitation | None:
    """The open invitation of a secret. None for one that expired, was used or never was, and
    nothing tells these apart: they are one question to the database, with no row as its answer."""
    row = runs.one("invitation_by_token", token=_hash(token.reveal()), at=at)
    if row is None:
        return None
    try:
        return _read(ring, row)
    except ChangedInvitation as changed:
        log.error("%s", changed)  # noqa: TRY400 (the trace says nothing more)
        return None


def answered(runs: Runs, ring: KeyRing, invitation: Invitation) -> dict[int, bytes]:
    """The answers given so far. Raises KeyringError AV872 when somebody changed one."""
    rows = runs.run("invitation_answers", invitation=invitation.id)
    return {
        row["question"]: ring.open(bytes(row["sealed"]), _about(invitation.id, row["question"]))
        for row in rows
    }


def answer(runs: Runs, ring: KeyRing, invitation: Invitation, said: Answers, at: datetime) -> bool:
    """Keep answers, each in the place of an earlier one. False when the invitation has ended."""
    with runs.transaction() as tx:
        if tx.one("invitation_lock", id=invitation.id, at=at) is None:
            return False
        for question, each in said.items():
            box = ring.seal(each, _about(invitation.id, question))
            tx.run(
                "invitation_answer",
                invitation=invitation.id, question=question, sealed=box, at=at,
            )  # fmt: skip
    return True


def send(
    runs: Runs, ring: KeyRing, invitation: Invitation, *, of: int, at: datetime, note: Note
) -> bool:
    """End the invitation: its answers are final. `of` is the number of questions.

    False when it had ended before.
    """
    with runs.transaction() as tx:
        if tx.one("invitation_send", id=invitation.id, at=at) is None:
            return False
        said = answered(tx, ring, invitation)
    whole = b"\n".join(b"%d %s" % each for each in sorted(said.items()))
    entry = InvitationAnswered(
        invitation=invitation.id,
        commitment=commitment(invitation.salt, _digest(whole)),
        answered=len(said),
        left=of - len(said),
    )
    note(entry, at)
    return True


def arrived(runs: Runs, ring: KeyRing, kind: Kind, subject: str) -> list[Invitation]:
    """What was answered about something and is not taken up yet, in the order of sending.

    Raises:
        ChangedInvitation: AV547, somebody changed one in the database.
    """
    rows = runs.run("invitation_arrived", kind=str(kind), subject=subject)
    return [_read(ring, row) for row in rows]


def take(runs: Runs, invitation: Invitation, at: datetime) -> None:
    """The answers were taken up: questions and answers are emptied here."""
    runs.run("invitation_take", id=invitation.id, at=at)


def _read(ring: KeyRing, row: Row) -> Invitation:
    try:
        content = ring.open(bytes(row["content"]), row["id"])
    except KeyringError:
        raise _changed(row) from None
    read = Invitation(
        row["id"], Kind(row["kind"]), row["subject"], row["person"], content, bytes(row["salt"]),
        row["made_at"], row["ends_at"], row["ended_at"],
    )  # fmt: skip
    message = _message(read, bytes(row["token"]))
    try:
        is_ours = ring.verify(message, bytes(row["signature"]), row["key"])
    except KeyringError:
        is_ours = False
    if not is_ours:
        raise _changed(row)
    return read


def _changed(row: Row) -> ChangedInvitation:
    return ChangedInvitation(
        f"`{row['id']}` is not the invitation that was made",
        because="its signature is over another person, question, address or term",
        help="ask anew, and find out who wrote the row",
    )


def _message(made: Invitation, hashed: bytes) -> bytes:
    """What is signed."""
    parts = (
        "avow invitation", made.id, made.kind, made.subject, made.person, hashed.hex(),
        made.salt.hex(), _digest(made.content), in_utc(made.ends_at).isoformat(),
    )  # fmt: skip
    return "\n".join(parts).encode()


def _hash(token: str) -> bytes:
    """SHA-256 is enough: of 256 random bits nothing can be guessed that a key would hide."""
    return hashlib.sha256(token.encode()).digest()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _about(invitation: str, question: int) -> str:
    return f"{invitation} {question}"
