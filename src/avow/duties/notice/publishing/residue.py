"""What must not be left in a published page: keys that nobody filled in, and marks of another page.

The names of the keys are of the house: a word with an underscore inside is no word of any
language, and two braces are no punctuation. What is code (a link, an attribute) is not looked at:
only words that people read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Residue(StrEnum):
    """What kind of thing was left: a key to be filled in, an arrow of a page, a mark of a sheet."""

    PLACEHOLDER = "placeholder"
    ARROW = "arrow"
    PAGE_MARK = "page-mark"


@dataclass(frozen=True, slots=True)
class Left:
    """One thing that was left, as it stands there."""

    kind: Residue
    words: str


_PATTERNS: Mapping[Residue, re.Pattern[str]] = {
    Residue.PLACEHOLDER: re.compile(
        r"\{\{[^{}]{0,80}\}\}|\{%[^%]{0,80}%\}|\[\[[^\[\]]{0,80}\]\]"
        r"|(?<![\w@/.:#?=&-])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w@/=])"
        r"|(?<![\w@/.:#?=&-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w@/=])"
        r"|\b(?:T[O]DO|TBD|F[I]XME|XX[X]+)\b|\blorem ipsum\b",
    ),
    Residue.ARROW: re.compile(r"\barrow[ _-]?(?:up|down|left|right)\b", re.IGNORECASE),
    Residue.PAGE_MARK: re.compile(
        r"\b(?:pg|page|pag|blz|p)\b\.?\s*\d{1,3}\s*/\s*\d{1,3}\b", re.IGNORECASE
    ),
}
_COOKIE_KEYS = re.compile(r"cookie_(?:list|button)\w*", re.IGNORECASE)


def left(text: str, known: frozenset[str] = frozenset()) -> Iterator[Left]:
    """Everything that was left in a text, each once. `known` are words that look like keys and are
    names: those of the cookies that a notice lists."""
    seen: set[Left] = set()
    for kind, pattern in _PATTERNS.items():
        for found in pattern.finditer(text):
            each = Left(kind, found[0])
            if each not in seen and found[0] not in known:
                seen.add(each)
                yield each


def is_cookie_key(words: str, part: str) -> bool:
    """Whether a placeholder stands where the `list` of cookies, or their `button`, should be."""
    found = _COOKIE_KEYS.search(words)
    return found is not None and part in found[0].lower()
