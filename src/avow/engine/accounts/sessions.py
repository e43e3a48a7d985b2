"""Sessions: 256 random bits in the browser, their hash here, an end by silence and by time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from avow.engine.accounts.known import Accounts
from avow.engine.accounts.matrix import Action, Sphere, allowed
from avow.engine.evidence.entries import AccountChanged

IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=10)
"""Without a click; from signing in on."""
TOUCH = timedelta(minutes=1)
"""How seldom it is noted that somebody is still there."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who is signed in. `token` is what every form of theirs carries; it follows from the
    session's id, so that a page of another site cannot know it."""

    person: str
    roles: frozenset[str]
    token: str = field(repr=False)
    key: bytes = field(repr=False)

    def may(self, action: Action, sphere: Sphere = Sphere.CONTROLLER) -> bool:
        """Whether the matrix lets them."""
        return action in allowed(self.roles, sphere) or action in (Action.OPEN, Action.OWN)


def begin(accounts: Accounts, person: str, at: datetime, former: str = "") -> str:
    """A new session for who has just signed in; gives its id. A former one of the browser ends, and
    so does every session that is over."""
    name = secrets.token_bytes(32)
    with accounts.runs.transaction() as tx:
        tx.run("sessions_over", idle=at - IDLE, absolute=at - ABSOLUTE)
        if (key := _read(former)) is not None:
            tx.run("session_end", hash=_hash(key))
        tx.run("session_add", hash=_hash(name), person=person, at=at)
    return base64.urlsafe_b64encode(name).decode().rstrip("=")


def who(accounts: Accounts, session: str, at: datetime) -> Signed | None:
    """Who is signed in under an id; None when nobody is, or not any more."""
    name = _read(session)
    if name is None:
        return None
    row = accounts.runs.one("session_of", hash=_hash(name))
    if row is None or row["person"] not in accounts.people:
        return None
    if at - row["seen_at"] > IDLE or at - row["made_at"] > ABSOLUTE:
        accounts.runs.run("session_end", hash=_hash(name))
        return None
    if at - row["seen_at"] >= TOUCH:
        accounts.runs.run("session_seen", hash=_hash(name), at=at)
    token = hmac.digest(name, b"avow form 1", "sha256").hex()
    return Signed(row["person"], accounts.roles(row["person"]), token, _hash(name))


def end(accounts: Accounts, signed: Signed) -> None:
    """Sign out here."""
    accounts.runs.run("session_end", hash=signed.key)


def end_all(accounts: Accounts, person: str, *, by: str, at: datetime) -> None:
    """Sign a person out everywhere."""
    with accounts.runs.transaction() as tx:
        tx.run("sessions_end", person=person)
        accounts.tell([AccountChanged(person=person, by=by, change="signed-out")], at, tx)


def _read(session: str) -> bytes | None:
    try:
        name = base64.b64decode(session + "=" * (-len(session) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return name if len(name) == 32 else None


def _hash(name: bytes) -> bytes:
    return hashlib.sha256(name).digest()
