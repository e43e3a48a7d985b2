"""Ids for every promise, as they are printed: `3.2-A.a`, `4.b.iii`, `6.h`, `9.1`.

Sections have the number of their heading. The items of the only list of a section are `6.a`; where
there are several lists each is a block, A, B, C in reading order, and its items are `3.2-A.a`.
Sentences of running text are `9.1`, `9.2`; where a section also has a list, those before it are
`6.0-1`. What follows the only list is `3.3-P`, what follows a block without beginning one is
`3.5-E.x`, and what follows the items below an item `4.c-P`. Residue is `Z.1`, `Z.2`, one id per
sort.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from avow.duties.discovery.importing.cutting import cut, opens_block
from avow.duties.discovery.importing.elements import Element, elements
from avow.duties.discovery.importing.model import Hint, Kind, Segment, Source, Span
from avow.duties.discovery.importing.passages import Passage, passage, sentences, together
from avow.duties.discovery.importing.residue import sort_of
from avow.duties.discovery.importing.trees import Node, Unit, units_of

TITLE = "title"
"""The id of what stands above the first section."""


@dataclass
class _Section:
    id: str
    within: str
    depth: int
    heading: Element | None
    body: list[Element] = field(default_factory=list)
    has_sections: bool = False


def segments_of(source: Source, language: str) -> tuple[Segment, ...]:
    """The source cut into promises, headings and residue; their spans tile it."""
    found = elements(source)
    said: list[Segment] = []
    for section in _sections([e for e in found if not e.is_residue]):
        said += _of_section(section, language)
    said += _residue([e for e in found if e.is_residue])
    return _tiled(_unique(sorted(said, key=lambda s: s.spans[0].start)), len(source.text))


# --- sections ------------------------------------------------------------------------------------


def _sections(found: list[Element]) -> list[_Section]:
    """The sections in reading order; what comes before the first heading is section `0`."""
    numbered = any(e.hint is Hint.HEADING and e.label for e in found)
    sections, names = [_Section("0", "", 0, None)], _Names()
    counts: list[int] = []
    levels = [e.level for e in found if e.hint is Hint.HEADING and not e.label]
    top = _top(levels)
    letters: dict[str, int] = {}
    for element in found:
        if numbered and element is found[0] and _is_caption(element):
            sections.append(_Section(TITLE, "", 0, element))
        elif element.hint is not Hint.HEADING:
            here = sections[-1] if sections[-1].depth else sections[0]  # a title holds nothing
            here.body.append(element)
        elif element.label:
            id_ = element.label.rstrip(".")
            sections.append(_below(sections, names, id_, id_.count(".") + 1, element))
        elif _is_title(element, sections, top, numbered=numbered):
            sections.append(_below(sections, names, TITLE, 0, element))
        elif numbered:
            parent = _numbered(sections)
            letters[parent.id] = letters.get(parent.id, 0) + 1
            id_ = f"{parent.id}-{chr(ord('A') + (letters[parent.id] - 1) % 26)}"
            sections.append(_below(sections, names, id_, parent.depth + 1, element))
        else:
            counts = _counted(counts, max(element.level - top, 0))
            id_ = ".".join(map(str, counts))
            sections.append(_below(sections, names, id_, len(counts), element))
    return sections


def _top(levels: list[int]) -> int:
    """The level of the sections: the highest, but for a single title above them."""
    if not levels:
        return 1
    high = min(levels)
    rest = [level for level in levels if level > high]
    return min(rest) if rest and levels.count(high) == 1 and levels[0] == high else high


def _is_caption(element: Element) -> bool:
    """A first line that says what the text is called."""
    words = element.words
    return element.hint is Hint.NONE and len(words) <= 100 and words[-1] not in ".;:,!?"


def _is_title(element: Element, sections: list[_Section], top: int, *, numbered: bool) -> bool:
    """A heading above all sections, and without a number of its own."""
    is_first = all(section.depth == 0 for section in sections)
    return is_first and (numbered or element.level < top)


def _numbered(sections: list[_Section]) -> _Section:
    """The last section that has a number of its own."""
    return next(s for s in reversed(sections) if s.depth == 0 or "-" not in s.id)


def _counted(counts: list[int], depth: int) -> list[int]:
    depth = min(depth, len(counts))
    grown = [*counts[: depth + 1], 0][: depth + 1]
    grown[depth] += 1
    return grown


def _below(
    sections: list[_Section], names: _Names, id_: str, depth: int, heading: Element
) -> _Section:
    """A section below the last one that is less deep."""
    parent = next((s for s in reversed(sections) if 0 < s.depth < depth), None)
    if parent:
        parent.has_sections = True
    return _Section(names.free(id_), parent.id if parent else "", depth, heading)


# --- what stands in a section --------------------------------------------------------------------


def _of_section(section: _Section, language: str) -> Iterator[Segment]:
    if section.heading:
        spans = section.heading.passage.spans
        label = section.heading.label or ""
        yield Segment(section.id, Kind.HEADING, spans, section.within, label=label)
    units = units_of(section.body)
    lists = sum(bool(unit.items) for unit in units)
    cutter = _Cutter(section.id, language)
    if lists > 1 or (lists == 1 and cutter.opens_later(units)):
        yield from cutter.blocks(units)
    elif lists == 1:
        yield from cutter.one_list(units, f"{section.id}.0" if section.has_sections else section.id)
    else:
        start = f"{section.id}.0-" if section.has_sections else f"{section.id}."
        alone = f"{section.id}.0" if section.has_sections else section.id
        yield from cutter.prose(units, alone, start)


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Gives the promises of one section their ids."""

    section: str
    language: str

    def opens_later(self, units: list[Unit]) -> bool:
        """Whether a paragraph after the only list begins a matter of its own."""
        at = next(index for index, unit in enumerate(units) if unit.items)
        later = (unit.intro for unit in units[at + 1 :] if unit.intro)
        return any(opens_block(intro.passage, self.language) for intro in later)

    def blocks(self, units: list[Unit]) -> Iterator[Segment]:
        """Several lists: each with the paragraph that leads to it is a block."""
        waiting: list[Unit] = []
        block, count = "", 0
        for unit in _apart(units):
            opens = unit.intro is not None and opens_block(unit.intro.passage, self.language)
            if unit.items or (opens and (block or not waiting)):
                yield from self._rest(waiting, block)
                waiting = []
                block, count = f"{self.section}-{_letter(count)}", count + 1
                yield from self._block(unit, block)
            else:
                waiting.append(unit)
        yield from self._rest(waiting, block)

    def _rest(self, units: list[Unit], block: str) -> Iterator[Segment]:
        """Paragraphs before the first block, or after one."""
        above = f"{block}.x" if block else f"{self.section}.0"
        return self.prose(units, above, f"{above}-")

    def _block(self, unit: Unit, block: str) -> Iterator[Segment]:
        leads = ""
        if unit.intro:
            for said in self.prose([Unit(unit.intro)], block, f"{block}-"):
                leads = said.id
                yield said
        for node in unit.items:
            yield from self._node(node, block, leads)

    def one_list(self, units: list[Unit], base: str) -> Iterator[Segment]:
        """The only list of a section, with what stands before and after it."""
        at = next(index for index, unit in enumerate(units) if unit.items)
        before = [Unit(unit.intro) for unit in units[: at + 1] if unit.intro]
        leads = ""
        for said in self.prose(before, f"{self.section}.0", f"{self.section}.0-"):
            leads = said.id
            yield said
        for node in units[at].items:
            yield from self._node(node, base, leads)
        yield from self.prose(units[at + 1 :], f"{base}-P", f"{base}-P-")

    def _node(self, node: Node, above: str, leads: str) -> Iterator[Segment]:
        id_, element = f"{above}.{node.label}", node.element
        printed = element.passage.text[: element.skip].strip() or node.label
        yield Segment(id_, Kind.CLAUSE, element.passage.spans, self.section, leads, printed)
        for below in node.below:
            yield from self._node(below, id_, id_)
        after = [Unit(element) for element in node.after]
        yield from self.prose(after, f"{id_}-P", f"{id_}-P-", id_)

    def prose(
        self, units: list[Unit], alone: str, start: str, under: str = ""
    ) -> Iterator[Segment]:
        """Sentences of running text: the only one is `alone`, several are counted after `start`."""
        said = [s for u in units if u.intro for s in sentences(u.intro.passage)]
        pieces = [cut(sentence, self.language) for sentence in said]
        whole = sum(1 if parts[0].ending is not None else len(parts) for parts in pieces)
        number = 0
        for parts in pieces:
            number += parts[0].ending is not None
            for part in parts:
                number += part.ending is None
                id_ = (alone if whole == 1 else f"{start}{number}") + (part.ending or "")
                yield Segment(id_, Kind.CLAUSE, part.passage.spans, self.section, under)


def _apart(units: list[Unit]) -> Iterator[Unit]:
    """Only the last sentence before a list leads to it."""
    for unit in units:
        said = sentences(unit.intro.passage) if unit.intro and unit.items else []
        if unit.intro is None or len(said) < 2:
            yield unit
            continue
        yield Unit(replace(unit.intro, passage=together(said[:-1])))
        yield Unit(replace(unit.intro, passage=said[-1]), unit.items)


def _letter(count: int) -> str:
    return chr(ord("A") + count) if count < 26 else f"A{count}"


# --- residue, and nothing lost -------------------------------------------------------------------


def _residue(found: list[Element]) -> Iterator[Segment]:
    sorts: dict[str, int] = {}
    for element in found:
        number = sorts.setdefault(sort_of(element.passage.text), len(sorts) + 1)
        yield Segment(f"Z.{number}", Kind.RESIDUE, element.passage.spans)


def _unique(found: list[Segment]) -> list[Segment]:
    """A clause whose id is taken gets a figure after it."""
    names = _Names()
    return [
        replace(segment, id=names.free(segment.id)) if segment.kind is Kind.CLAUSE else segment
        for segment in found
    ]


class _Names:
    """Ids that are taken."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.counts: dict[str, int] = {}

    def free(self, id_: str) -> str:
        """The id, with a figure after it where it is taken; it is taken then."""
        name = id_
        while name in self.taken:
            self.counts[id_] = self.counts.get(id_, 1) + 1
            name = f"{id_}-{self.counts[id_]}"
        self.taken.add(name)
        return name


def _tiled(found: list[Segment], length: int) -> tuple[Segment, ...]:
    """The blanks between are given to what stands before them; the first begins at the start."""
    places = sorted(
        (span.start, span.end, at) for at, segment in enumerate(found) for span in segment.spans
    )
    spans: dict[int, list[Span]] = {}
    for index, (start, _, at) in enumerate(places):
        end = places[index + 1][0] if index + 1 < len(places) else length
        spans.setdefault(at, []).append(Span(0 if index == 0 else start, end))
    return tuple(replace(segment, spans=tuple(spans[at])) for at, segment in enumerate(found))


def words_of(source: Source, segment: Segment) -> Passage:
    """What a segment says."""
    return passage(source.text, segment.spans)
