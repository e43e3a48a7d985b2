"""Mail addresses: whether letters can go to them, and how they are written for a server.

Only the form is looked at (RFC 5321, 4.1.2). Whether somebody reads there, nobody knows before a
letter was accepted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_LONGEST_LOCAL, _LONGEST = 64, 254


@dataclass(frozen=True, slots=True)
class Address:
    """A mail address. `local` is as it was written, `domain` in ASCII and lower case (RFC 5890)."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def needs_utf8(self) -> bool:
        """Whether only a server that knows SMTPUTF8 (RFC 6531) can take it."""
        return not self.local.isascii()

    @property
    def same(self) -> str:
        """What two writings of one mailbox have in common, as the world uses them: without case."""
        return f"{self.local.casefold()}@{self.domain}"


def address(text: str) -> Address | None:
    """The address in a text; None where the text is no address of one mailbox.

    Quoted names, comments, address literals and lists are refused: no person writes them in a
    form, and each has carried an injection.
    """
    local, at, domain = text.strip().rpartition("@")
    ascii_domain = _ascii(domain)
    if not at or not _LOCAL.fullmatch(local) or ascii_domain is None:
        return None
    is_long = len(local.encode()) > _LONGEST_LOCAL or len(local.encode()) + len(domain) > _LONGEST
    if is_long or not local.isprintable():
        return None
    return Address(local, ascii_domain)


def _ascii(domain: str) -> str | None:
    try:
        plain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    labels = plain.split(".")
    is_named = len(labels) > 1 or plain == "localhost"
    if not is_named or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    return None if labels[-1].isdigit() else plain
