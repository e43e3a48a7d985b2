"""What the rules by dated facts share: which recipient a fact speaks of, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from avow.common.calendar import Period, add
from avow.common.findings import Severity
from avow.declaration.check.found import Found
from avow.declaration.check.words import plain, sentences
from avow.declaration.model import Recipient

_LEAP = date(2000, 1, 1)
"""A day from which periods are measured against each other."""


def is_called(recipient: Recipient, names: Iterable[str]) -> bool:
    """Whether the recipient's name begins with one of these: `Zoom Video` is `Zoom`."""
    said = _words(recipient.name)
    return any(said[: len(w)] == w for name in names if (w := _words(name)))


def is_exactly(recipient: Recipient, names: Iterable[str]) -> bool:
    """Whether the recipient's name is one of these: `G-Suite` is `G Suite`, `GSuite` is not."""
    return _words(recipient.name) in {_words(name) for name in names}


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for sentence in sentences(plain(text)) for word in sentence.words)


def level(sure: Severity, *, verified: bool) -> Severity:
    """An unverified fact is never an error: it asks to look."""
    return Severity.W if sure is Severity.E and not verified else sure


def days(period: Period) -> int:
    """A period in days, to compare it with another."""
    return (add(_LEAP, period) - _LEAP).days


def errors_apart(several: Sequence[Found]) -> list[list[Found]]:
    """What is an error stands alone; all that only asks to look is one question."""
    doubtful = [one for one in several if one.finding.severity is not Severity.E]
    alone = [[one] for one in several if one.finding.severity is Severity.E]
    return [*alone, doubtful] if doubtful else alone
