"""A message taken apart: written by strangers, so that nothing in it may stop us or cost too much.

What would take the parser of the standard library long (it looks at every level of a message for
every line, and at a head of parameters once per quote) is not parsed at all; it is kept whole, for
a person to sort.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.header import decode_header
from email.message import Message as Parsed
from email.utils import getaddresses

from avow.duties.correspondence import returned
from avow.duties.correspondence.addresses import Address, address
from avow.duties.correspondence.returned import What
from avow.duties.requests.intake.arriving import arrived, checked
from avow.duties.requests.intake.plain import LONGEST, clean, is_forward, of_html, own

LARGEST = 32 << 20
"""Bytes of a message that are read and kept; the rest is said."""
MOST_FILES, MOST_BYTES, DEEPEST = 40, 26 << 20, 10
"""Attachments that are kept on their own. All of them are in the message that is kept too."""
_MOST_PARTS, _LONGEST_HEAD, _MOST_HEADS = 100, 10_000, 2_000
_BOUNDARY = re.compile(rb"boundary\s*\*?\d{0,2}\*?=", re.IGNORECASE)
_HEAD = re.compile(rb"^content-[a-z-]{1,40}:", re.IGNORECASE | re.MULTILINE)
_FOLD = re.compile(rb"\n(?![ \t])")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,400})>")
_MOST_IDS = 60
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as it lies somewhere: its bytes, whole or cut, when the mailbox took it, and its
    number there (0: it has none)."""

    data: bytes = field(repr=False)
    internal: datetime | None = None
    is_cut: bool = False
    uid: int = 0


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom we believe: names of our mail servers, the one that checks senders (its authserv-id),
    and our own addresses, from which nobody asks anything."""

    servers: tuple[str, ...] = ()
    authserv: str = ""
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Message:
    """What a message says. `own` is the text without what it quotes; `files` are (type, bytes);
    `left` counts attachments that are only in the whole message. `is_whole` is false when it
    could not be taken apart."""

    what: What
    sender: Address | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    own: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    id: str = field(default="", repr=False)
    answers: tuple[str, ...] = field(default=(), repr=False)
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    left: int = 0
    arrived: datetime | None = None
    checked: str = ""
    is_loop: bool = False
    is_listed: bool = False
    is_whole: bool = True


def read(delivery: Delivery, trust: Trust, now: datetime) -> Message:
    """What a message says. Never raises for what it holds."""
    data = delivery.data[:LARGEST]
    try:
        if is_hostile(data):
            return _heads_alone(data, delivery, trust, now)
        parsed = email.message_from_bytes(data, policy=email.policy.compat32)
        return _read(parsed, data, delivery, trust, now)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # The parser of the standard library fails in many ways on what is no message.
        return _heads_alone(data, delivery, trust, now)


def is_hostile(data: bytes) -> bool:
    """Whether taking a message apart would cost more than reading it: far too many levels, or a
    head of a part that is far too long."""
    if len(_BOUNDARY.findall(data)) > _MOST_PARTS:
        return True
    for found in _HEAD.finditer(data):
        end = _FOLD.search(data, found.end(), found.end() + _LONGEST_HEAD + 1)
        if end is None and len(data) - found.end() > _LONGEST_HEAD:
            return True
    return False


def _heads_alone(data: bytes, delivery: Delivery, trust: Trust, now: datetime) -> Message:
    """What its first heads say, where the whole cannot be taken apart."""
    top = data.partition(b"\r\n\r\n")[0].partition(b"\n\n")[0][: _LONGEST_HEAD * 4]
    top = _HEAD.sub(b"x-untold:", top)  # no part is looked for in what is no body
    try:
        parsed = email.message_from_bytes(top + b"\r\n\r\n", policy=email.policy.compat32)
        found = _read(parsed, top, delivery, trust, now)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        at = arrived((), delivery.internal, trust.servers, now)
        return Message(What.UNREADABLE, arrived=at, is_whole=False)
    what = found.what if found.what is What.MACHINE else What.UNREADABLE
    return Message(
        what, found.sender, found.name, found.subject, id=found.id, answers=found.answers,
        arrived=found.arrived, checked=found.checked, is_loop=found.is_loop, is_whole=False,
    )  # fmt: skip


def _read(parsed: Parsed, data: bytes, delivery: Delivery, trust: Trust, now: datetime) -> Message:
    sender, name = _sender(parsed)
    text = "\n".join(_texts(parsed))[:LONGEST]
    subject = _decoded(parsed, "Subject")[:1_000]
    said = text if is_forward(subject) else own("\n".join(_texts(parsed, is_own=True)))
    files, left = _files(parsed)
    received, what = _heads(parsed, "Received"), returned.read(data).what
    return Message(
        what=what,
        sender=sender,
        name=name,
        subject=subject,
        own=clean(said),
        text=clean(text),
        id=next(iter(_ids(_heads(parsed, "Message-ID"))), ""),
        answers=_ids((*_heads(parsed, "In-Reply-To"), *_heads(parsed, "References"))),
        files=files,
        left=left,
        arrived=arrived(received, delivery.internal, trust.servers, now),
        checked=checked(_heads(parsed, "Authentication-Results"), trust.authserv),
        is_loop=_is_loop(parsed, sender, trust),
        is_listed=what is What.MACHINE and _is_listed(parsed),
    )


def _heads(parsed: Parsed, name: str) -> list[str]:
    """The heads of a name as text, the newest first, each cut to what a head may be."""
    found = (str(value) for value in parsed.get_all(name, [])[:_MOST_HEADS])
    return [clean(value[:_LONGEST_HEAD]) for value in found]


def _decoded(parsed: Parsed, name: str) -> str:
    """A head as people read it (RFC 2047); as it is written where its charset is unknown."""
    value = next(iter(_heads(parsed, name)), "")
    try:
        parts = decode_header(value)
        found = "".join(
            part.decode(charset or "latin-1", "replace") if isinstance(part, bytes) else part
            for part, charset in parts
        )
    except (MessageError, ValueError, LookupError):
        found = value
    return clean(" ".join(found.split()))


def _sender(parsed: Parsed) -> tuple[Address | None, str]:
    """Whom the message names as its sender: the first address of From, and the name before it."""
    for name, at in getaddresses(_heads(parsed, "From")[:1])[:1]:
        shown = Parsed()
        shown["Name"] = name.replace("\n", " ").replace("\r", " ")
        return address(at), _decoded(shown, "Name")[:200]
    return None, ""


def _ids(values: Iterable[str]) -> tuple[str, ...]:
    found = (m[1] for value in values for m in _MESSAGE_ID.finditer(value))
    return tuple(dict.fromkeys(found))[:_MOST_IDS]


def _leaves(parsed: Parsed, depth: int = 0) -> Iterator[Parsed]:
    """The parts that hold something, down to a depth; a whole message within is looked into."""
    payload = parsed.get_payload()
    if isinstance(payload, list) and depth < DEEPEST:
        for part in payload:
            if isinstance(part, Parsed):
                yield from _leaves(part, depth + 1)
    elif not isinstance(payload, list):
        yield parsed


def _is_attached(part: Parsed) -> bool:
    said = str(part.get("Content-Disposition", "")).strip().lower()
    return said.startswith("attachment") or not part.get_content_type().startswith("text/")


def _texts(parsed: Parsed, *, is_own: bool = False) -> Iterator[str]:
    """The texts of a message; HTML only where there is no plain text."""
    parts = [part for part in _leaves(parsed) if not _is_attached(part)]
    plain = [_text(p) for p in parts if p.get_content_type() == "text/plain"]
    if any(text.strip() for text in plain):
        yield from plain
        return
    pages = (_text(p) for p in parts if p.get_content_type() == "text/html")
    yield from (of_html(page, is_own=is_own) for page in pages)


def _text(part: Parsed) -> str:
    data = _bytes(part)[: LONGEST * 4]
    charset = part.get_content_charset("utf-8")
    for name in (charset, "utf-8"):
        try:
            return data.decode(name)
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")


def _bytes(part: Parsed) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _files(parsed: Parsed) -> tuple[tuple[tuple[str, bytes], ...], int]:
    """Attachments within the limits, and how many more there are. None is opened."""
    kept: list[tuple[str, bytes]] = []
    room, left = MOST_BYTES, 0
    for part in _leaves(parsed):
        if not _is_attached(part):
            continue
        data = _bytes(part)
        if len(kept) == MOST_FILES or len(data) > room:
            left += 1
            continue
        room -= len(data)
        kind = part.get_content_type()
        kept.append((kind if _TYPE.fullmatch(kind) else "application/octet-stream", data))
    return tuple(kept), left


def _is_loop(parsed: Parsed, sender: Address | None, trust: Trust) -> bool:
    """Whether it is our own word that comes back (RFC 3834, 2; X-Loop as it is used)."""
    if sender is not None and sender.same in trust.own:
        return True
    marks = (mark for head in _heads(parsed, "X-Loop") for mark in head.split())
    return any((at := address(mark.strip("<>"))) and at.same in trust.own for mark in marks)


def _is_listed(parsed: Parsed) -> bool:
    """Whether a distribution list passed it on, and nothing else says that a machine wrote it: a
    mailbox of several people is often such a list, and who writes to it is a person."""
    said = str(parsed["Auto-Submitted"] or "no").strip().lower()
    other = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress")
    is_null = str(parsed["Return-Path"] or "").strip() == "<>"
    return said == "no" and not is_null and all(parsed[head] is None for head in other)


def own_addresses(addresses: Sequence[str]) -> frozenset[str]:
    """Addresses in the form in which `Trust.own` holds them; what is none is left out."""
    found = (address(each) for each in addresses)
    return frozenset(each.same for each in found if each is not None)
