"""A promise may be smaller than a sentence: where a sentence of running text is cut.

Cut are: one sentence that gives several rights, a limit with several grounds, two things that
never happen, two ways to reach somebody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from avow.duties.discovery.importing.passages import Passage, chunks
from avow.duties.discovery.importing.wording import (
    GROUNDS,
    LIMITED,
    NEITHER,
    OPENS,
    OTHER_WAY,
    RIGHTS,
)


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece of a sentence. `ending` is what its id gets after that of the sentence; None: it
    counts as a sentence of its own."""

    passage: Passage
    ending: str | None


def opens_block(of: Passage, language: str) -> bool:
    """Whether a paragraph begins a new matter of its own: "we also collect …"."""
    return bool(OPENS[language].search(of.folded))


def cut(sentence: Passage, language: str) -> list[Cut]:
    """The promises of a sentence, in order; they tile it."""
    low = sentence.folded
    rights = _rights(low, language)
    if len(rights) > 1:
        return [Cut(piece, None) for piece in chunks(sentence, rights[1:])]
    if LIMITED[language].search(low):
        return _lettered(sentence, [_words(low, m) for m in GROUNDS[language].finditer(low)][1:])
    nevers = [_words(low, m) for m in NEITHER[language].finditer(low)]
    if nevers:
        return _counted(sentence, nevers)
    ways = _ways(low, language)
    return [Cut(piece, None if ways else "") for piece in chunks(sentence, ways)]


def _rights(low: str, language: str) -> list[int]:
    """Where each right but the first begins: at the words that lead to it."""
    found: dict[str, int] = {}
    for right, words in RIGHTS.items():
        match = words[language].search(low)
        if match and right not in {"complaint", "withdrawal", "objection-to-marketing"}:
            found[right] = match.start()
    starts = sorted(set(found.values())) if _GIVES.search(low) else []
    return [*starts[:1], *(_led(low, a, b) for a, b in pairwise(starts))]


def _led(low: str, before: int, start: int) -> int:
    """Where the words that lead to a right begin: after the last `and` or comma before it."""
    joined = [m.end() for m in _JOINED.finditer(low, before, start)]
    return joined[-1] if joined else start


_JOINED = re.compile(r",\s+|\b(?:et|ou|and|or|en|of)\s+")


_GIVES = re.compile(
    r"\bdroits? d|\bpouvez\b|\brights?\b|\bentitled\b|\bmay\b|\bcan\b|\brecht\b|\bkunt\b|\bmag\b"
)


def _ways(low: str, language: str) -> list[int]:
    """Where a second way to write begins, after an address of mail."""
    at = low.find("@")
    found = OTHER_WAY[language].search(low, at) if at >= 0 else None
    return [_words(low, found)] if found else []


def _words(low: str, found: re.Match[str]) -> int:
    """Where the words of a match begin: the comma belongs to what stands before it."""
    start = found.start()
    while low[start] in ", ":
        start += 1
    return start


def _lettered(sentence: Passage, cuts: list[int]) -> list[Cut]:
    pieces = list(chunks(sentence, cuts))
    if len(pieces) == 1 or len(pieces) > 26:
        return [Cut(sentence, "")]
    return [Cut(piece, f"-{chr(ord('a') + at)}") for at, piece in enumerate(pieces)]


def _counted(sentence: Passage, cuts: list[int]) -> list[Cut]:
    pieces = list(chunks(sentence, cuts))
    if len(pieces) == 1:
        return [Cut(sentence, "")]
    return [Cut(piece, f"-{at}") for at, piece in enumerate(pieces, start=1)]
