"""Each promise with what it stands under: the clauses that lead to it, and its titles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from avow.duties.discovery.importing.model import Imported, Kind, Segment, Source, Span
from avow.duties.discovery.importing.passages import Passage, folded, passage, trimmed


@dataclass(frozen=True, slots=True)
class Said:
    """A promise: its words without the label, the promises that lead to it (the nearest first),
    its titles folded, and whether others stand under it."""

    segment: Segment
    words: Passage
    low: str
    above: tuple[Said, ...]
    titles: str
    leads: bool

    @property
    def id(self) -> str:
        """Its clause."""
        return self.segment.id

    def quote(self, start: int, end: int) -> Span:
        """The source of some of its characters."""
        return self.words.span(start, end)

    @property
    def whole(self) -> Span:
        """All of it."""
        return self.quote(0, max(len(self.words.text), 1))

    @property
    def around(self) -> tuple[Said, ...]:
        """Itself and what leads to it."""
        return (self, *self.above)


def promises(source: Source, segments: tuple[Segment, ...]) -> list[Said]:
    """All promises in reading order."""
    titles = _titles(source, segments)
    leading = {segment.under for segment in segments}
    known: dict[str, Said] = {}
    for segment in segments:
        if segment.kind is Kind.CLAUSE:
            words = _unlabelled(source, segment)
            known[segment.id] = Said(
                segment,
                words,
                words.folded,
                _above(segment, known),
                titles.get(segment.section, ""),
                segment.id in leading,
            )
    return list(known.values())


def _above(segment: Segment, known: dict[str, Said]) -> tuple[Said, ...]:
    leads = known.get(segment.under)
    return leads.around if leads else ()


def _unlabelled(source: Source, segment: Segment) -> Passage:
    whole = trimmed(passage(source.text, segment.spans))
    label = segment.label
    if label and whole.text.startswith(label) and len(whole.text) > len(label):
        return trimmed(whole.part(len(label), len(whole.text)))
    return whole


def _titles(source: Source, segments: tuple[Segment, ...]) -> dict[str, str]:
    """Section to the folded words of its heading and of those above."""
    found: dict[str, str] = {"0": ""}
    for segment in segments:
        if segment.kind is Kind.HEADING:
            own = folded(trimmed(passage(source.text, segment.spans)).text)
            found[segment.id] = f"{own} {found.get(segment.section, '')}".strip()
    return found


def cited(imported: Imported, span: Span) -> str:
    """The words of a span on one line."""
    return " ".join(imported.source.text[span.start : span.end].split())


def clauses_of(imported: Imported) -> Iterator[Segment]:
    """The segments that are promises."""
    return (s for s in imported.segments if s.kind is Kind.CLAUSE)
