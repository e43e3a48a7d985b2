"""The source as headings, items, paragraphs and residue, in reading order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from avow.duties.discovery.importing.labels import follows, heading_label, item_label, rank
from avow.duties.discovery.importing.model import Hint, Piece, Source, Span
from avow.duties.discovery.importing.passages import Passage, folded, passage
from avow.duties.discovery.importing.residue import is_residue, running

_CLOSERS = '"”»’)] '


@dataclass(frozen=True, slots=True)
class Element:
    """A heading, an item or a paragraph (`hint`), or residue. `label` is None where none is
    printed, and empty for a bullet; `level` is 0 where the file does not say it; `skip` is how many
    characters of the words are the label."""

    hint: Hint
    passage: Passage
    level: int = 0
    label: str | None = None
    skip: int = 0
    is_residue: bool = False

    @property
    def words(self) -> str:
        """What it says, without its label."""
        return self.passage.text[self.skip :].strip()


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def elements(source: Source) -> list[Element]:
    """All elements; together they hold every character that is not blank."""
    found = list(_of_pieces(source) if source.pieces else _of_lines(source))
    return _without_contents(found)


# --- files that say their structure --------------------------------------------------------------


def _of_pieces(source: Source) -> Iterator[Element]:
    has_headings = any(piece.hint is Hint.HEADING for piece in source.pieces)
    before: tuple[int, ...] | None = None
    for piece in source.pieces:
        element = _of_piece(source, piece)
        if element.hint is Hint.NONE and not has_headings and not element.is_residue:
            element = _maybe_heading(element, before)
        if element.hint is Hint.HEADING and element.label:
            before = rank(element.label)
        yield element


def _of_piece(source: Source, piece: Piece) -> Element:
    words = passage(source.text, (piece.span,))
    if piece.hint is Hint.RESIDUE or is_residue(words.text):
        return Element(Hint.NONE, words, is_residue=True)
    if piece.hint is Hint.HEADING:
        said = heading_label(words.text)
        skip = len(words.text) - len(said[2]) if said else 0
        return Element(Hint.HEADING, words, piece.level, said[0] if said else None, skip)
    said_item = item_label(words.text)
    if piece.hint is Hint.ITEM:
        label, skip = said_item if said_item and said_item[0] else (piece.label, 0)
        return Element(Hint.ITEM, words, piece.level, label, skip)
    if said_item:
        return Element(Hint.ITEM, words, 0, said_item[0], said_item[1])
    return Element(Hint.NONE, words)


def _maybe_heading(element: Element, before: tuple[int, ...] | None) -> Element:
    said = heading_label(element.passage.text)
    if said is None or not follows(before, rank(said[0])):
        return element
    skip = len(element.passage.text) - len(said[2])
    return replace(element, hint=Hint.HEADING, label=said[0], skip=skip)


# --- plain lines ---------------------------------------------------------------------------------


def _of_lines(source: Source) -> Iterator[Element]:
    lines = _lines(source.text)
    left = {line.number for line in lines if is_residue(line.text)}
    left |= running(_pages(lines, source.breaks, left))
    yield from _Joiner(source.text, lines, frozenset(left)).run()


def _lines(text: str) -> list[_Line]:
    found, at = [], 0
    for number, line in enumerate(text.split("\n")):
        found.append(_Line(number, at, line))
        at += len(line) + 1
    return found


def _pages(
    lines: Sequence[_Line], breaks: Sequence[int], left: set[int]
) -> list[list[tuple[int, str]]]:
    """The lines that are not blank, page by page; without pages of its own, a text has those that
    its page marks tell."""
    pages: list[list[tuple[int, str]]] = [[]]
    for line in lines:
        if line.text.strip():
            page = bisect_right(breaks, line.start) if breaks else len(pages)
            while len(pages) < page:
                pages.append([])
            pages[-1].append((line.number, line.text.strip()))
        if not breaks and line.number in left and any(c.isdigit() for c in line.text):
            pages.append([])
    return [page for page in pages if page]


class _Joiner:
    """Joins wrapped lines; keeps what the last heading and the open paragraph were."""

    def __init__(self, text: str, lines: Sequence[_Line], left: frozenset[int]) -> None:
        self.text, self.lines, self.left = text, lines, left
        full = sorted(len(line.text.rstrip()) for line in lines if line.text.strip())
        self.width = full[int(len(full) * 0.95)] if full else 0
        self.is_wrapped = self.width <= 180
        self.has_numbers = self._counts_headings()
        self.heading: tuple[int, ...] | None = None
        self.open: Element | None = None
        self.spans: list[Span] = []
        self.gap = True

    def _counts_headings(self) -> bool:
        """Whether the text numbers its headings: two lines that follow each other do."""
        before, count = None, 0
        for line in self.lines:
            said = heading_label(line.text.strip())
            if said and line.number not in self.left and follows(before, rank(said[0])):
                before, count = rank(said[0]), count + 1
        return count > 1

    def run(self) -> Iterator[Element]:
        """The elements of all lines."""
        for line in self.lines:
            if not line.text.strip():
                self.gap = True
            elif line.number in self.left:
                yield Element(Hint.NONE, self._words(line), is_residue=True)
            else:
                yield from self._line(line)
                self.gap = False
        yield from self._close()

    def _line(self, line: _Line) -> Iterator[Element]:
        began = self._begins(line)
        if began is None and self._goes_on(line):
            self._join(line)
            return
        yield from self._close()
        self.open = began or Element(Hint.NONE, self._words(line))
        self.spans = [Span(line.start, line.end)]
        if self.open.hint is Hint.HEADING and self.open.label:
            self.heading = rank(self.open.label)

    def _join(self, line: _Line) -> None:
        """A line goes on with what is open; the line end before it is a blank of it."""
        before = self.spans[-1]
        if before.end < line.start and self.text[before.end] == "\n":
            self.spans[-1] = Span(before.start, before.end + 1)
        self.spans.append(Span(line.start, line.end))

    def _close(self) -> Iterator[Element]:
        if self.open:
            yield replace(self.open, passage=passage(self.text, self.spans))

    def _words(self, line: _Line) -> Passage:
        return passage(self.text, (Span(line.start, line.end),))

    def _begins(self, line: _Line) -> Element | None:
        """The heading or item that a line begins, if any."""
        words = self._words(line)
        text = words.text.rstrip()
        item, said = item_label(text), heading_label(text)
        if said and self._is_heading(line, said):
            return Element(Hint.HEADING, words, 0, said[0], len(text) - len(said[2]))
        if item and self._may_be_item(item[0]):
            return Element(Hint.ITEM, words, 0, item[0], item[1])
        if not self.has_numbers and self._is_bare_heading(line):
            return Element(Hint.HEADING, words, 1)
        return None

    def _may_be_item(self, label: str) -> bool:
        """A figure or a dash in the middle of a sentence is no label."""
        is_apart = self.gap or self.open is None or self._ended() or self._had_room("xx")
        return is_apart or not (label == "" or label.isdigit())

    def _is_heading(self, line: _Line, said: tuple[str, str, str]) -> bool:
        label, dot, _ = said
        now = rank(label)
        is_again = self.heading is not None and now[0] <= 1 and len(now) == 1
        if not (follows(self.heading, now) or is_again):
            return False
        is_apart = self.gap or self.open is None or self.open.hint is Hint.HEADING or self._ended()
        if not (is_apart or self._had_room(label)):
            return False
        return not (dot and len(now) == 1 and self._is_in_list(line, now[0]))

    def _is_in_list(self, line: _Line, number: int) -> bool:
        """Whether the lines beside are the next or the last number: then it is an item."""
        after = next((x for x in self.lines[line.number + 1 :][:3] if x.text.strip()), None)
        item = item_label(after.text.lstrip()) if after else None
        is_before = bool(item and item[0] == str(number + 1))
        opened = self.open
        is_after = bool(opened and opened.hint is Hint.ITEM and opened.label == str(number - 1))
        return is_before or is_after

    def _is_bare_heading(self, line: _Line) -> bool:
        text = line.text.strip()
        is_short = len(text) <= 80 and len(text.split()) <= 10
        if not (self.gap and is_short and text[0].isupper() and text[-1] not in ".;:,!?"):
            return False
        after = (x for x in self.lines[line.number + 1 :] if x.text.strip())
        said = next((x.text.strip() for x in after if x.number not in self.left), "")
        return bool(said) and not said[0].islower()

    def _ended(self) -> bool:
        """Whether the open element ends where a sentence does."""
        if self.open is None:
            return True
        last = self.spans[-1]
        said = self.text[last.start : last.end].rstrip().rstrip(_CLOSERS)
        return said[-1:] in {".", "!", "?", ":", ";", "…"}

    def _goes_on(self, line: _Line) -> bool:
        """Whether a line goes on with what is open."""
        if self.open is None:
            return False
        text = line.text.strip()
        if self.open.hint is Hint.HEADING:
            capitals = self.open.words.isupper() and text.isupper()
            return capitals and not self.gap
        if self.gap:
            return not self._ended() and text[0].islower()
        if not self.is_wrapped:
            return False
        begins = text[0].isupper() or text[0] in '«“"‘'
        is_new = self._ended() and begins and self._had_room(text)
        return not is_new

    def _had_room(self, text: str) -> bool:
        """Whether the first word of a line would have fitted on the one before."""
        if self.open is None:
            return True
        last = self.spans[-1]
        before = self.text[last.start : last.end]
        return len(before.rstrip()) + 1 + len(text.split(maxsplit=1)[0]) <= self.width


# --- a list of contents --------------------------------------------------------------------------


def _without_contents(found: list[Element]) -> list[Element]:
    """Headings that come again with the same words stood in a list of contents: residue."""
    names = [
        (e.label, folded(e.words.rstrip(" .0123456789"))) if e.hint is Hint.HEADING else None
        for e in found
    ]
    last = {name: at for at, name in enumerate(names) if name}
    return [
        replace(element, hint=Hint.NONE, is_residue=True, label=None, skip=0)
        if name and last[name] != at and _is_empty(found, at)
        else element
        for at, (element, name) in enumerate(zip(found, names, strict=True))
    ]


def _is_empty(found: Sequence[Element], at: int) -> bool:
    """Whether nothing but another heading follows a heading."""
    after = next((e for e in found[at + 1 :] if not e.is_residue), None)
    return after is None or after.hint is Hint.HEADING
