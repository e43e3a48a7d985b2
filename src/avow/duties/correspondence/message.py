"""A letter as a mail: every head that a signature should cover, once, and lines that no relay
rewrites.

The relay signs (DKIM, RFC 6376). What it signs must reach the reader as it left: seven-bit text in
quoted-printable, short lines, one of each head, and the same domain in From, Message-ID and return
path, so that the signature aligns (RFC 7489).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

from avow.common.clock import in_utc
from avow.duties.correspondence.addresses import Address, address
from avow.duties.correspondence.letters import Letter
from avow.duties.correspondence.wording import one_line

COVERED = (
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding", "Content-Language", "Auto-Submitted", "List-Unsubscribe",
    "List-Unsubscribe-Post",
)  # fmt: skip
"""The heads that the relay's signature should cover (RFC 6376, 5.4.1); each is written once."""

ANSWERS = frozenset({"request-received"})
"""Kinds of letters that answer a message by themselves, which others generate (RFC 3834, 5)."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: name and address in From, where answers go, and where bounces go.

    With `returns` the return path names the letter (`returns+TOKEN@…`), so that a bounce is known
    even when it quotes nothing. `unsubscribe`: the https address, by kind, where a person leaves a
    list; only kinds that say so have one (RFC 8058).
    """

    name: str
    address: Address
    reply_to: Address | None = None
    returns: Address | None = None
    unsubscribe: tuple[tuple[str, str], ...] = ()

    @property
    def domain(self) -> str:
        """What Message-IDs end in."""
        return self.address.domain

    def return_path(self, letter: str) -> str:
        """Where a server sends a letter back to (RFC 5321, 4.4)."""
        if self.returns is None:
            return str(self.address)
        return f"{self.returns.local}+{letter.partition('-')[2]}@{self.returns.domain}"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is handed to a server: return path, recipient, bytes; `id` comes back in a bounce."""

    id: str
    return_path: str
    to: Address = field(repr=False)
    data: bytes = field(repr=False)


def envelope(sender: Sender, letter: Letter) -> Envelope | None:
    """The letter as it is sent; the same bytes each time. None when its address is none."""
    to = address(letter.content.to)
    if to is None:
        return None
    said, kind = letter.content, (letter.kind, letter.language)
    # These three are of atoms and dots alone, so nothing in them needs quoting or can break a line.
    own = (
        f"To: {to}\r\nDate: {format_datetime(in_utc(letter.made_at))}\r\n"
        f"Message-ID: <{letter.message_id}>\r\n"
    )
    same = _same(sender, said.subject, said.text, *kind)
    return Envelope(letter.id, sender.return_path(letter.id), to, own.encode() + same)


def forget_words() -> None:
    """Let go of the texts of letters that were sent."""
    _same.cache_clear()


@lru_cache(maxsize=16)
def _same(sender: Sender, subject: str, text: str, kind: str, language: str) -> bytes:
    """What all letters of a mailing share, made once for all of them."""
    made = EmailMessage(policy=SMTP)
    made["From"] = Mailbox(one_line(sender.name), sender.address.local, sender.address.domain)
    if sender.reply_to is not None:
        made["Reply-To"] = Mailbox("", sender.reply_to.local, sender.reply_to.domain)
    made["Subject"] = one_line(subject)
    # RFC 3834: no machine answers it
    made["Auto-Submitted"] = "auto-replied" if kind in ANSWERS else "auto-generated"
    for left, where in sender.unsubscribe:
        if left == kind:
            made["List-Unsubscribe"] = f"<{where}>"
            made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(text, cte="quoted-printable")
    made["Content-Language"] = language  # after the content, which clears such heads
    return made.as_bytes()
