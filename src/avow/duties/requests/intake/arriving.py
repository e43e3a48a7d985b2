"""When a message arrived, and what our own server found out about its sender.

A day of the term hangs on the arrival. `Date` is what the sender says of it and is never believed;
what our servers wrote is: the heads that they put on top (RFC 5321, 4.4; RFC 8601).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

SLACK = timedelta(minutes=5)
"""How far ahead of ours the clock of a server may be."""
FIRST_YEAR = 2000
_LONGEST = 4_000
_BY = re.compile(r"\bby\s+([A-Za-z0-9.-]{1,253})", re.IGNORECASE)
_RESULT = re.compile(r"\b(spf|dkim|dmarc)\s*=\s*([a-z]{1,12})", re.IGNORECASE)
_RESULTS = frozenset(
    {"pass", "fail", "softfail", "neutral", "none", "temperror", "permerror", "policy"}
)
_METHODS = ("spf", "dkim", "dmarc")


def arrived(
    received: Sequence[str], internal: datetime | None, ours: Iterable[str], now: datetime
) -> datetime | None:
    """The instant of arrival; None when nobody who can be believed says it.

    `received`: the Received heads, the newest first. `internal`: when the mailbox took the message.
    `ours`: names of our own servers; without any, the mailbox is believed before the newest head.
    """
    named = frozenset(name.lower() for name in ours)
    newest = next((at for at in _written(received, named) if _is_possible(at, now)), None)
    kept = internal if internal is not None and _is_possible(internal, now) else None
    if not named and kept is not None:
        return kept
    # A message that was copied to another mailbox has not arrived twice: the earlier one counts.
    return min((at for at in (newest, kept) if at is not None), default=None)


def _written(received: Sequence[str], ours: frozenset[str]) -> Iterable[datetime]:
    """The instant of the newest head that counts: none that lies further down is believed."""
    for head in received:
        by = _BY.search(head[:_LONGEST])
        if not ours or (by and by[1].lower().rstrip(".") in ours):
            found = instant(head[:_LONGEST].rpartition(";")[2])
            return [found] if found else []
    return []


def instant(text: str) -> datetime | None:
    """The instant of a date as mails write it (RFC 5322, 3.3); None when it is none."""
    try:
        found = parsedate_to_datetime(" ".join(text.split()))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_possible(at: datetime, now: datetime) -> bool:
    return at.year >= FIRST_YEAR and at <= now + SLACK


def checked(results: Sequence[str], trusted: str) -> str:
    """What the server named `trusted` found of SPF, DKIM and DMARC, as `spf-pass.dkim-fail`.

    Empty without a trusted server, or when it says nothing. Evidence beside others and never a
    proof of who wrote: whoever reads a mailbox of somebody passes all three.
    """
    for head in results if trusted else ():
        server, _, said = head[:_LONGEST].partition(";")
        if server.split()[:1] == [trusted]:
            found = {m[1].lower(): m[2].lower() for m in reversed(list(_RESULT.finditer(said)))}
            known = {k: v for k, v in found.items() if v in _RESULTS}
            return ".".join(f"{each}-{known[each]}" for each in _METHODS if each in known)
    return ""
