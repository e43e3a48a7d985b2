"""A stretch of words with the way back to the source, however it is wrapped."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from avow.duties.discovery.importing.model import Span


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that stand in one or more spans of the source. Blanks of any sort and number are one
    blank; `offsets` has the place in the source of each character that is left."""

    text: str
    offsets: array[int]
    spans: tuple[Span, ...]

    def at(self, offset: int) -> int:
        """The place in the source of a character of the text."""
        return self.offsets[offset] if offset < len(self.offsets) else self.spans[-1].end

    def span(self, start: int, end: int) -> Span:
        """The source from one character up to another; what stands between is part of it."""
        return Span(self.at(start), self.at(end - 1) + 1)

    def part(self, start: int, end: int) -> Passage:
        """The passage of some of the characters."""
        first, last = self.at(start), self.at(end - 1) + 1 if end > start else self.at(start)
        clipped = (Span(max(s.start, first), min(s.end, last)) for s in self.spans)
        spans = tuple(span for span in clipped if span.start < span.end)
        return Passage(self.text[start:end], self.offsets[start:end], spans)

    @property
    def folded(self) -> str:
        """The text in lower case without accents, one character for one."""
        return folded(self.text)


_RUN = re.compile(r"\s+|\S+")


def passage(source: str, spans: Iterable[Span]) -> Passage:
    """The words of some spans, without blanks at their beginning."""
    joined: list[Span] = []
    words: list[str] = []
    offsets = array("I")
    for span in spans:
        if joined and joined[-1].end == span.start:
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
        for run in _RUN.finditer(source, span.start, span.end):
            if not run[0].isspace():
                words.append(run[0])
                offsets.extend(range(run.start(), run.end()))
            elif words and words[-1] != " ":
                words.append(" ")
                offsets.append(run.start())
    return Passage("".join(words), offsets, tuple(joined))


def together(parts: list[Passage]) -> Passage:
    """Passages that follow each other as one."""
    offsets = array("I")
    for part in parts:
        offsets.extend(part.offsets)
    spans = tuple(span for part in parts for span in part.spans)
    return Passage("".join(part.text for part in parts), offsets, spans)


def folded(text: str) -> str:
    """Lower case without accents, and one apostrophe; as many characters as before."""
    return "".join(map(_folded, text))


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    if character in "’‘ʼ":
        return "'"
    plain = next(c for c in unicodedata.normalize("NFKD", character) if c)
    low = plain.lower()
    return low if len(low) == 1 else character


_END = re.compile(r"[.!?…]+[\"”»’)\]]*\s+(?=[\"“«(\[]*\s?[A-ZÀ-ÖØ-Þ0-9])")
_SHORT = re.compile(
    r"(?:^|[\s(])(?:art|nr|no|n°|e\.g|i\.e|bv|o\.a|m\.b\.t|incl|m|mr|mme|p|pg|st|dr|cf|ex|tel|tél|"
    r"av|bd|bld|vs|resp|ca|[A-Z])\.\s*$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"(?:cela|ceci) \w|celles?-ci |ceux-ci |this (?:includes|means|covers|allows)|these measures"
    r"|these include|dit (?:omvat|betekent|houdt|geldt)|deze maatregelen|daartoe|hiertoe"
)


def sentences(of: Passage) -> list[Passage]:
    """The sentences of a passage, which tile it. One that only goes on with the one before ("this
    includes …") is part of it."""
    cuts = [0]
    for found in _END.finditer(of.text):
        if not _SHORT.search(of.text, max(cuts[-1], found.end() - 12), found.start() + 2):
            cuts.append(found.end())
    ends = [*cuts[1:], len(of.text)]
    said: list[tuple[int, int]] = []
    for start, end in zip(cuts, ends, strict=True):
        if said and _GOES_ON.match(folded(of.text[start : start + 40])):
            start = said.pop()[0]  # noqa: PLW2901  # it begins where the one before began
        said.append((start, end))
    return [of.part(start, end) for start, end in said if start < end]


def trimmed(of: Passage) -> Passage:
    """The passage without blanks around it."""
    text = of.text
    start = len(text) - len(text.lstrip())
    return of.part(start, max(len(text.rstrip()), start))


def chunks(of: Passage, cuts: list[int]) -> Iterator[Passage]:
    """The passage cut at some characters; the pieces tile it."""
    places = [0, *(cut for cut in sorted(set(cuts)) if 0 < cut < len(of.text)), len(of.text)]
    for start, end in pairwise(places):
        yield of.part(start, end)
