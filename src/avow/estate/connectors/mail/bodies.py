"""What a whole message holds: its readable text, and what is attached to it."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from avow.estate.connectors.mail.addresses import decoded

_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part of a message that is a file; `digest` is the SHA-256 of its content."""

    name: str
    type: str
    size: int
    digest: str


def attachments(content: bytes) -> tuple[Attachment, ...]:
    """What is attached: parts with a file name, said to be attached, or that are no text."""
    return tuple(_attachment(p) for p in _leaves(message_from_bytes(content)) if _is_file(p))


def text_of(content: bytes) -> str:
    """The texts of a message as people read them, without markup."""
    parts = (p for p in _leaves(message_from_bytes(content)) if not _is_file(p))
    return "\n".join(_readable(p) for p in parts)


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold no others; a message inside a message is one part."""
    if message.get_content_maintype() != "multipart" or not message.is_multipart():
        yield message
        return
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from _leaves(part)


def _is_file(part: Message) -> bool:
    named = part.get_filename() is not None
    kind = part.get_content_maintype()
    return named or part.get_content_disposition() == "attachment" or kind not in _INSIDE


_INSIDE = frozenset({"text", "multipart"})


def _attachment(part: Message) -> Attachment:
    content = _bytes(part)
    name = decoded(part.get_filename() or "")
    digest = hashlib.sha256(content).hexdigest()
    return Attachment(name, part.get_content_type(), len(content), digest)


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    if isinstance(content, bytes):
        return content
    inner = part.get_payload()
    if not isinstance(inner, list):
        return b""
    return b"".join(each.as_bytes() for each in inner if isinstance(each, Message))


def _readable(part: Message) -> str:
    content = _bytes(part)
    try:
        text = content.decode(part.get_content_charset() or "utf-8")
    except (LookupError, ValueError):
        text = content.decode("iso-8859-1")
    return html.unescape(_TAG.sub(" ", text)) if part.get_content_subtype() == "html" else text
