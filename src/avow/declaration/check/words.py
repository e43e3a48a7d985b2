"""Words of a text and phrases to look for: accents, case and apostrophes do not count.

A phrase is a row of words with gaps: `our ~2 interest* ~12-your do|does not outweigh*`. A word may
have alternatives (`a|b`) and an open end (`interest*`); `~n` lets up to n words stand between, and
`~n-a|b` none of these among them. Looking takes time in proportion to the length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n[ \t]*\n\s*|\n(?=[*-] )")
_GAP = re.compile(r"~([0-9]{1,2})(?:-(\S+))?")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as printed, its words made plain, and where each stands in it."""

    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    def quote(self, first: int, last: int) -> str:
        """What is printed from one word to another."""
        return self.text[self.spans[first][0] : self.spans[last][1]]


@dataclass(frozen=True, slots=True)
class Word:
    """The words that may stand at one place of a phrase."""

    exact: frozenset[str]
    begins: tuple[str, ...]

    def fits(self, word: str) -> bool:
        """Whether this word may stand here."""
        return word in self.exact or word.startswith(self.begins)


@dataclass(frozen=True, slots=True)
class Step:
    """A word of a phrase, and what may stand between it and the one before."""

    word: Word
    gap: int = 0
    never: Word | None = None


Phrase = tuple[Step, ...]


def plain(text: str) -> str:
    """A text without accents and case."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text. A semicolon, an empty line and a new item of a list end one too, the
    end of a line does not."""
    return tuple(_sentence(part) for part in _SENTENCE.split(text) if part.strip())


def _sentence(text: str) -> Sentence:
    found = tuple(_WORD.finditer(text))
    return Sentence(text, tuple(plain(m.group()) for m in found), tuple(m.span() for m in found))


def word(written: str) -> Word:
    """Alternatives as written in a phrase: `a|b*`."""
    several = [plain(one) for one in written.split("|")]
    exact = frozenset(one for one in several if not one.endswith("*"))
    return Word(exact, tuple(one[:-1] for one in several if one.endswith("*")))


@lru_cache(maxsize=4096)
def phrase(written: str) -> Phrase:
    """A phrase as written in a rule."""
    steps: list[Step] = []
    gap, never = 0, None
    for part in written.split():
        between = _GAP.fullmatch(part)
        if between:
            gap, never = int(between[1]), word(between[2]) if between[2] else None
        else:
            steps.append(Step(word(part), gap, never))
            gap, never = 0, None
    return tuple(steps)


def find(wanted: Phrase, words: Sequence[str]) -> tuple[int, int] | None:
    """The first and the last word of the phrase where it stands first; None where it does not."""
    reached = {n: n for n, w in enumerate(words) if wanted[0].word.fits(w)}
    for step in wanted[1:]:
        reached = _further(step, words, reached)
    return next(((start, end) for end, start in sorted(reached.items())), None)


def _further(step: Step, words: Sequence[str], reached: dict[int, int]) -> dict[int, int]:
    """Where the next word of a phrase may stand, each with where the phrase began."""
    then: dict[int, int] = {}
    for end, start in reached.items():
        for n in range(end + 1, min(end + 2 + step.gap, len(words))):
            if step.word.fits(words[n]):
                then.setdefault(n, start)
            if step.never is not None and step.never.fits(words[n]):
                break
    return then
