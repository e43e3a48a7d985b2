"""Webhooks: addresses that are told what happened, by ids and names of steps alone.

The ledger is the queue: an address has a cursor in it, and takes entry after entry in order, each
at least once. Messages are signed as Standard Webhooks 1.0 asks: HMAC-SHA256 over id, instant and
body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx
import msgspec

from avow.common.clock import Clock
from avow.common.errors import AvowError
from avow.common.hosts import is_this_machine
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.engine.db.store import Row, Runs
from avow.engine.evidence.entries import read_entry
from avow.engine.keys.ring import KeyRing

KINDS = ("request-step", "incident-step", "letters-ended", "plan-made", "stopped")
"""What an address may be told of: kinds of the ledger that a workflow elsewhere may wait for."""
PATIENCE = 10.0
"""Seconds that an address may take."""
MOST = 500
"""Entries read at once."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)


class WebhookError(AvowError):
    """An address cannot be told (AV952)."""

    code = "AV952"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where messages come from: the ledger's name, and the client that sends them."""

    name: str
    client: Callable[[], httpx.Client]


def client() -> httpx.Client:
    """A client that follows no redirect: an address that leads on is not the one registered."""
    return httpx.Client(follow_redirects=False, timeout=PATIENCE)


def register(
    runs: Runs, ring: KeyRing, url: str, kinds: Sequence[str], *, by: str, at: datetime
) -> tuple[str, Masked[str]]:
    """Register an address; gives its id and the secret that its messages are signed with, told here
    only. It hears of what happens from now on.

    Raises:
        WebhookError: AV952, the address is no HTTPS one (HTTP only on this machine), or a kind is
            unknown.
    """
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (
        parts.scheme == "http" and is_this_machine(parts.hostname or "")
    )
    unknown = sorted(set(kinds) - set(KINDS))
    if not is_safe or not parts.hostname or parts.username or unknown or not kinds:
        raise WebhookError(
            "the address is not registered",
            because=f"unknown kinds: {', '.join(unknown)}" if unknown else "it is no HTTPS address",
            help=f"name one without a password in it, and kinds among {', '.join(KINDS)}",
        )
    name, secret = new_id("webhook"), secrets.token_bytes(32)
    runs.run(
        "webhook_add",
        id=name,
        url=url,
        kinds=list(kinds),
        secret=ring.seal(secret, name),
        by=by,
        at=at,
    )
    return name, Masked(f"whsec_{base64.b64encode(secret).decode()}")


def end(runs: Runs, name: str, at: datetime) -> None:
    """Tell an address nothing any more. Raises WebhookError AV952 where there is none."""
    if runs.one("webhook_end", id=name, at=at) is None:
        raise WebhookError(f"no address is registered as `{name}`")


def deliver(runs: Runs, ring: KeyRing, clock: Clock, origin: Origin) -> str:
    """Tell every address what it has not taken yet; says how many messages were taken and refused.

    One that refuses is tried again later, and hears everything in order when it takes it.
    """
    taken = refused = 0
    with origin.client() as sending:
        for row in runs.run("webhooks"):
            if row["ended_at"] is not None or _waits(row, clock.now()):
                continue
            count, was_refused = _told(runs, ring, clock, row, sending, origin.name)
            taken, refused = taken + count, refused + was_refused
    return f"{taken} messages taken, {refused} addresses refused"


def _waits(row: Row, now: datetime) -> bool:
    return row["not_before"] is not None and bool(row["not_before"] > now)


def _told(
    runs: Runs, ring: KeyRing, clock: Clock, hook: Row, sending: httpx.Client, origin: str
) -> tuple[int, int]:
    secret, cursor, count = ring.open(bytes(hook["secret"]), hook["id"]), hook["cursor"], 0
    while rows := runs.run("ledger_entries", first=cursor + 1, most=MOST):
        for row in rows:
            if row["kind"] in hook["kinds"]:
                if not _sent(sending, hook["url"], secret, _message(origin, row), clock.now()):
                    runs.run("webhook_took", id=hook["id"], cursor=cursor)
                    wait = min(FIRST_WAIT * 2 ** min(hook["failures"], 8), LONGEST_WAIT)
                    runs.run("webhook_refused", id=hook["id"], not_before=clock.now() + wait)
                    return count, 1
                count += 1
            cursor = row["number"]
        runs.run("webhook_took", id=hook["id"], cursor=cursor)
    return count, 0


@dataclass(frozen=True, slots=True)
class Message:
    """What is told: the id stays the same however often it is sent."""

    id: str
    body: bytes


def _message(origin: str, row: Row) -> Message:
    """An entry without its commitments: they are for who holds the salt."""
    entry = read_entry(bytes(row["bytes"]))
    said = msgspec.json.decode(entry.body)
    data = {key: value for key, value in said.items() if not key.startswith("commitment")}
    body = {"type": entry.kind, "timestamp": entry.at, "number": entry.n, "data": data}
    return Message(f"{origin.replace('/', '-')}-{entry.n}", msgspec.json.encode(body))


def _sent(sending: httpx.Client, url: str, secret: bytes, message: Message, now: datetime) -> bool:
    instant = str(int(now.timestamp()))
    headers = {
        "content-type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": instant,
        "webhook-signature": signature(secret, message.id, instant, message.body),
    }
    try:
        return sending.post(url, content=message.body, headers=headers).is_success
    except httpx.HTTPError:
        return False


def signature(secret: bytes, name: str, instant: str, body: bytes) -> str:
    """The signature header of a message (Standard Webhooks 1.0, `v1`)."""
    over = f"{name}.{instant}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(secret, over, hashlib.sha256)).decode()}"
