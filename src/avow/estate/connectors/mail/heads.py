"""The head of a message: its fields, and the cells that rows show of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from avow.estate.connectors.mail.addresses import Address, addresses, decoded

ROLES = ("from", "sender", "reply-to", "to", "cc", "bcc")
"""Fields that hold addresses, which are also the roles that these have in a message."""
FIELDS = (*ROLES, "date", "subject", "message-id", "references", "in-reply-to", "received")
"""All fields of a head that are read."""
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*(?:\r?\n[ \t].*)*)")
_ID = re.compile(r"<([^<>\s]+)>")


@dataclass(frozen=True, slots=True)
class Part:
    """An address of a message in the role that it has there."""

    role: str
    address: Address


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a message says. `whole`: every field with addresses could be read.

    `received` is when the last host took it, as it wrote into the message. `answers` are the ids
    of the messages before it in its thread, the first one first.
    """

    message_id: str
    subject: str
    date: datetime | None
    received: datetime | None
    parts: tuple[Part, ...]
    answers: tuple[str, ...]
    whole: bool

    def of(self, role: str) -> tuple[str, ...]:
        """The addresses in a role, each once."""
        return tuple(dict.fromkeys(p.address.address for p in self.parts if p.role == role))

    @property
    def sender(self) -> str | None:
        """Whose message it is where that is certain: the one author; of several, who sent it
        (RFC 5322, 3.6.2)."""
        for role in ("from", "sender"):
            found = self.of(role)
            if len(found) == 1 and self.whole:
                return found[0]
        return None


def head_of(content: bytes) -> bytes:
    """The bytes of a message before its first empty line."""
    ends = [at for mark in (b"\r\n\r\n", b"\n\n") if (at := content.find(mark)) >= 0]
    return content[: min(ends)] if ends else content


def read_head(head: bytes) -> Head:
    """Read a head. Nothing of it is guessed: what cannot be read is absent."""
    fields = _fields(head)
    parts, whole = _parts(fields)
    ids = _ids(fields, "message-id")
    return Head(
        message_id=ids[0] if ids else "",
        subject=decoded(" ".join(_first(fields, "subject").split())),
        date=moment(_first(fields, "date")),
        received=moment(_first(fields, "received").rpartition(";")[2]),
        parts=parts,
        answers=_ids(fields, "references") or _ids(fields, "in-reply-to")[:1],
        whole=whole,
    )


def moment(text: str) -> datetime | None:
    """A date of a header (RFC 5322, 3.3) as an instant; None where it is none."""
    try:
        found = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _fields(head: bytes) -> list[tuple[str, str]]:
    return [
        (found[1].decode("ascii").lower(), _unfolded(found[2])) for found in _FIELD.finditer(head)
    ]


def _unfolded(value: bytes) -> str:
    """A value on one line. Bytes that are no UTF-8 stay different from each other."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("iso-8859-1")
    return text.replace("\r", "").replace("\n", "").strip()


def _first(fields: Sequence[tuple[str, str]], name: str) -> str:
    return next((value for field, value in fields if field == name), "")


def _ids(fields: Sequence[tuple[str, str]], name: str) -> tuple[str, ...]:
    return tuple(_ID.findall(_first(fields, name)))


def _parts(fields: Sequence[tuple[str, str]]) -> tuple[tuple[Part, ...], bool]:
    found: list[Part] = []
    whole = True
    for name, value in fields:
        if name in ROLES:
            read, all_of_it = addresses(value)
            found += (Part(name, address) for address in read)
            whole = whole and all_of_it
    return tuple(found), whole
