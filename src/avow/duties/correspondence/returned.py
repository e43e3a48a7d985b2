"""What comes back: bounces (RFC 3464), answers of machines (RFC 3834), and everything else.

Bytes of a message are read here, wherever they come from; nothing is ever answered, so no loop can
begin. A bounce counts only for a letter that it names: by the token in its own address, by the
envelope id that we gave, or by the Message-ID that it quotes.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from enum import StrEnum

from avow.duties.correspondence.letters import Reason
from avow.duties.correspondence.relay import reason_of

LARGEST = 2 << 20
"""Bytes of a message that are looked at; a bounce says all that it has to say long before."""
_TOKEN = re.compile(r"\+([a-z2-7]{26})@")
_MESSAGE_ID = re.compile(r"<?(letter-[a-z2-7]{26}@[a-z0-9.-]+)>?")
_ENVELOPE = re.compile(r"letter-[a-z2-7]{26}")
_QUOTED = re.compile(
    r"^message-id:\s*<?(letter-[a-z2-7]{26}@[a-z0-9.-]+)>?", re.IGNORECASE | re.MULTILINE
)
_ARRIVED_AT = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
_FINAL = re.compile(rb"\b5\.\d{1,3}\.\d{1,3}\b|\b55[0-9][ -]")


class What(StrEnum):
    """What a message is to us."""

    BOUNCE = "bounce"
    DELAY = "delay"
    MACHINE = "machine"
    LETTER = "letter"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Came:
    """What a message is, which letter of ours it names, and why that one did not arrive.

    `letter` is its id, `message_id` its Message-ID; one of them, or both. A bounce that names none
    is about nothing of ours. `hard`: the address itself is wrong, another attempt is useless.
    """

    what: What
    letter: str = ""
    message_id: str = ""
    reason: Reason | None = None
    hard: bool = False


def read(data: bytes) -> Came:
    """What a message is. Never raises for what it holds: it was written by others."""
    try:
        message = email.message_from_bytes(data[:LARGEST], policy=email.policy.compat32)
        return _read(message, data[:LARGEST])
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # The parser of the standard library fails in many ways on what is no message.
        return Came(What.UNREADABLE)


def _read(message: Message, data: bytes) -> Came:
    if message.get_content_type() == "multipart/report":
        found = _report(message)
        if found is not None:
            return found
    if _is_undelivered(message):
        return _in_words(message, data)
    return Came(What.MACHINE if _is_machine(message) else What.LETTER)


def _report(message: Message) -> Came | None:
    """A delivery status notification; None where the report is of another kind."""
    statuses = [part for part in message.walk() if part.get_content_type().endswith("-status")]
    if not statuses:
        return None
    groups = [group for part in statuses for group in _groups(part)]
    worst = max((_verdict(group) for group in groups), default=Came(What.LETTER), key=_rank)
    if worst.what is What.LETTER:
        return worst  # it says that a letter was delivered, or nothing
    envelope = next(
        (str(g["Original-Envelope-Id"]) for g in groups if g["Original-Envelope-Id"]), ""
    )
    named = _ENVELOPE.search(envelope)
    letter = named[0] if named else _token(message)
    return Came(worst.what, letter, _quoted(message), worst.reason, worst.hard)


def _groups(part: Message) -> Iterator[Message]:
    """The groups of fields of a status: of the message first, then one per recipient."""
    payload = part.get_payload()
    groups = [g for g in payload if isinstance(g, Message)] if isinstance(payload, list) else []
    yield from groups
    if part.get_content_type() == "message/global-delivery-status" and groups:
        # RFC 6533: the library takes all but the first group for text.
        rest = groups[0].get_payload()
        texts = rest.split("\n\n") if isinstance(rest, str) else []
        yield from (email.message_from_string(text) for text in texts)


def _verdict(group: Message) -> Came:
    action = str(group["Action"] or "").strip().lower()
    status = str(group["Status"] or "").encode()
    if action == "failed":
        return Came(What.BOUNCE, reason=reason_of(status), hard=status.strip().startswith(b"5"))
    if action == "delayed":
        return Came(What.DELAY, reason=Reason.PUT_OFF)
    return Came(What.LETTER)


def _rank(came: Came) -> int:
    return (What.LETTER, What.DELAY, What.BOUNCE).index(came.what)


def _token(message: Message) -> str:
    """The letter whose own return address the message came to."""
    for head in _ARRIVED_AT:
        for value in message.get_all(head, []):
            if found := _TOKEN.search(str(value).lower()):
                return f"letter-{found[1]}"
    return ""


def _quoted(message: Message) -> str:
    """The Message-ID of the letter that a bounce quotes, whole or its heads only."""
    for part in message.walk():
        if part is message:
            continue
        if found := _MESSAGE_ID.fullmatch(str(part["Message-ID"] or "").strip()):
            return found[1]
        if part.get_content_type() == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            quoted = _QUOTED.search(text.decode("latin-1")) if isinstance(text, bytes) else None
            if quoted:
                return quoted[1]
    return ""


def _is_undelivered(message: Message) -> bool:
    """Whether a mail system wrote it in words of its own: to a token, with the empty sender."""
    sender = str(message["Return-Path"] or "").strip()
    by = str(message["From"] or "").lower()
    is_system = "mailer-daemon" in by or "postmaster@" in by
    return bool(_token(message)) and (sender == "<>" or is_system) and not _is_answer(message)


def _in_words(message: Message, data: bytes) -> Came:
    """Only what says a final status is a bounce; the rest is a delay that nobody has to act on."""
    if not _FINAL.search(data):
        return Came(What.DELAY, _token(message), reason=Reason.PUT_OFF)
    return Came(What.BOUNCE, _token(message), _quoted(message), reason_of(data), hard=True)


def _is_answer(message: Message) -> bool:
    said = str(message["Auto-Submitted"] or "").lower()
    return said.startswith("auto-replied") or message["X-Autoreply"] is not None


def _is_machine(message: Message) -> bool:
    """Whether no person wrote it (RFC 3834, 2; and what was usual before)."""
    said = str(message["Auto-Submitted"] or "no").strip().lower()
    kind = str(message["Precedence"] or "").strip().lower()
    old = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress")
    return (
        said != "no"
        or kind in {"auto_reply", "bulk", "junk", "list"}
        or any(message[head] is not None for head in old)
        or str(message["Return-Path"] or "").strip() == "<>"
    )
