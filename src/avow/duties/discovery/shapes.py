"""What values look like: an e-mail address, a phone number, an IP address.

A verdict compares the share of distinct values that match in full with the share that would match
by chance; hits are never counted alone. No value leaves this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

FEWEST = 5
"""Distinct values below which values alone prove nothing."""
MOST_SHARE, LEAST_SHARE = 0.8, 0.3
"""A column is of a shape from the first share on, and surely is not below the second."""
BEYOND_CHANCE = 5

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}(?:/32)?"
_IPV6 = r"(?=[^:]*:[^:]*:)(?:(?=.*::)|(?=(?:[^:]*:){7}[^:]*$))[0-9A-Fa-f:.]{2,45}(?:/128)?"
_LOCAL_PART = r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}"


@dataclass(frozen=True, slots=True)
class Shape:
    """A category that values can prove. `chance` is the share of arbitrary values of that length
    that match; where it is high, values prove nothing unless the name agrees."""

    category: str
    pattern: re.Pattern[str]
    chance: float

    @property
    def can_prove(self) -> bool:
        """Whether values alone may say it."""
        return self.chance < 0.05


SHAPES = (
    Shape("email", re.compile(rf"{_LOCAL_PART}@[\w-]+(?:\.[\w-]+)+"), 0.001),
    Shape("ip-address", re.compile(rf"{_IPV4}|{_IPV6}"), 0.01),
    Shape("phone", re.compile(r"(?:\+|00)[1-9](?:[ ()./-]{0,2}\d){7,13}"), 0.01),
    Shape("phone", re.compile(r"\(?0[1-9]\)?(?:[ ()./-]{0,2}\d){6,8}"), 0.1),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """How many distinct values were seen, how many are of the shape, and the share of chance."""

    seen: int
    passed: int
    chance: float

    @property
    def share(self) -> float:
        """The share that passed; 0 of nothing."""
        return self.passed / self.seen if self.seen else 0.0

    @property
    def is_proven(self) -> bool:
        """Most values pass, and far more than chance gives."""
        far = self.share >= min(BEYOND_CHANCE * self.chance, MOST_SHARE)
        return self.seen >= FEWEST and self.share >= MOST_SHARE and far

    @property
    def is_refuted(self) -> bool:
        """Enough values were seen and hardly any passes."""
        return self.seen >= FEWEST and self.share < LEAST_SHARE


def look(values: Iterable[object], category: str) -> Seen | None:
    """How the values agree with a category; None when it has no shape."""
    patterns = [shape for shape in SHAPES if shape.category == category]
    if not patterns:
        return None
    texts = _distinct(values)
    passed = sum(any(s.pattern.fullmatch(t) for s in patterns) for t in texts)
    return Seen(len(texts), passed, sum(s.chance for s in patterns))


def proven(values: Iterable[object]) -> tuple[str, Seen] | None:
    """The category that the values alone prove, or None."""
    texts = _distinct(values)
    for shape in SHAPES:
        if shape.can_prove:
            seen = Seen(
                len(texts), sum(bool(shape.pattern.fullmatch(t)) for t in texts), shape.chance
            )
            if seen.is_proven:
                return shape.category, seen
    return None


def _distinct(values: Iterable[object]) -> set[str]:
    return {text for v in values if v is not None and (text := str(v).strip())}
