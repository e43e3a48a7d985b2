"""Which rights a text asks for, and in which language it is: by lists of words, in linear time.

A word list errs; a person decides. What is recognised is only where a person begins to look, and
what is not recognised is a request all the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from avow.common.languages import LANGUAGES
from avow.duties.requests.words import Right

NEAR = 8
"""Words between which the words of a phrase stand."""
MOST = 20_000
"""Words of a text that are looked at."""
_LONGEST_WORD = 40
_WORD = re.compile(r"[^\W_]{1,400}")
_FUNCTION = {
    "fr": "le la les des et je vous mes mon ma nous dans pour sur est que qui ne pas une du au aux "
    "votre vos bonjour madame monsieur merci cordialement souhaite",
    "nl": "de het een en ik u uw mijn niet van voor met op is dat die wij zijn hebben graag "
    "geachte groeten wil mij naar ook alvast bedankt",
    "en": "the and i you your my of to for on is that which not we are have please dear regards "
    "would like me with this thanks from",
}
_LEAST = 2


@dataclass(frozen=True, slots=True, order=True)
class Recognised:
    """A right that a text seems to ask for."""

    right: Right
    marketing: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words near each other; `is_open` marks those of which only the beginning counts."""

    asks: Recognised
    words: tuple[tuple[str, bool], ...]


def words_of(text: str) -> list[str]:
    """The words of a text, without accents and case; two letters joined (æ) stay joined."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    found = []
    for match in _WORD.finditer(bare):
        found.append(match[0][:_LONGEST_WORD])
        if len(found) == MOST:
            break
    return found


def recognised(text: str) -> tuple[Recognised, ...]:
    """The rights that a text seems to ask for, each once, in the order of the list of rights.

    An objection that is about marketing is not also taken for one to everything; two objections in
    two places are two.
    """
    words, by_first = words_of(text), _phrases()
    found: dict[int, set[Recognised]] = {}
    for at, word in enumerate(words):
        near = words[max(0, at - NEAR) : at + NEAR + 1]
        for phrase in _beginning(word, by_first):
            if all(_is_in(near, each) for each in phrase.words[1:]):
                found.setdefault(at, set()).add(phrase.asks)
    asked = {each for here in found.values() for each in _narrowed(here)}
    order = list(Right)
    return tuple(sorted(asked, key=lambda each: (order.index(each.right), each.marketing)))


def _narrowed(here: set[Recognised]) -> set[Recognised]:
    marketing = Recognised(Right.OBJECTION, marketing=True)
    return here - {Recognised(Right.OBJECTION)} if marketing in here else here


def _beginning(word: str, by_first: dict[str, list[Phrase]]) -> Iterable[Phrase]:
    yield from by_first.get(word, ())
    for size in range(2, len(word) + 1):
        yield from by_first.get(f"{word[:size]}*", ())


def _is_in(near: Sequence[str], wanted: tuple[str, bool]) -> bool:
    word, is_open = wanted
    return any(each.startswith(word) if is_open else each == word for each in near)


@cache
def _phrases() -> dict[str, list[Phrase]]:
    """Every phrase by its first word as the list writes it."""
    text = resources.files("avow.duties.requests.intake").joinpath("asked.txt")
    found: dict[str, list[Phrase]] = {}
    for line in text.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            for phrase in _of_line(line):
                word, is_open = phrase.words[0]
                found.setdefault(f"{word}*" if is_open else word, []).append(phrase)
    return found


def _of_line(line: str) -> Iterable[Phrase]:
    """The phrases of a line. Raises ValueError for a right that there is none of."""
    head, _, body = line.partition(":")
    name, _, more = head.strip().partition(" ")
    asks = Recognised(Right(name), marketing=more == "marketing")
    for phrase in body.split(","):
        words = tuple((w.rstrip("*"), w.endswith("*")) for w in phrase.split())
        if words:
            yield Phrase(asks, words)


def language_of(text: str) -> str:
    """The language of a text by its small words; empty when two are equally likely."""
    counted = Counter(words_of(text))
    scores = {lang: sum(counted[w] for w in set(_FUNCTION[lang].split())) for lang in LANGUAGES}
    (best, most), (_, next_most) = Counter(scores).most_common(2)
    return best if most >= _LEAST and most > next_most else ""


def answer_language(text: str, spoken: Sequence[str]) -> str:
    """The language of the answer: that of the text where we speak it, else our first one."""
    known = [language for language in spoken if language in LANGUAGES] or list(LANGUAGES)
    found = language_of(text)
    return found if found in known else known[0]
