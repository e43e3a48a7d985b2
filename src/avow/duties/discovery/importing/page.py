"""The text of a page of HTML with its headings and lists; scripts and styles are no text.

The parser of the standard library is used because it keeps no tree: a million nested elements are
a million events.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from avow.duties.discovery.importing.building import Builder
from avow.duties.discovery.importing.labels import shown
from avow.duties.discovery.importing.model import Hint, Source, Unread
from avow.duties.discovery.importing.plain import decoded

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside blockquote body br button dd details dialog div dl dt fieldset "
    "figcaption figure footer form header hr html label legend li main menu nav ol option p pre "
    "section "
    "select summary table tbody tfoot thead title tr ul".split()
) | frozenset(_HEADINGS)
_SILENT = frozenset("script style template noscript svg iframe object head".split())
_FRAMES = frozenset({"nav", "button", "select", "menu"})
"""What leads through the site and belongs to no text."""
_CELLS = frozenset({"td", "th"})
"""Cells of a row stand on one line: what is said of a thing stands beside it."""
_UNSEEN = frozenset("img video audio canvas iframe object embed svg".split())
_DEEPEST = 32
"""Lists inside lists; deeper ones are read as this deep."""


@dataclass
class _List:
    kind: str
    at: int


@dataclass
class _State:
    heading: int = 0
    item: str | None = None
    lists: list[_List] = field(default_factory=list)
    silent: str = ""
    depth: int = 0
    frames: int = 0
    unseen: dict[str, int] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Turns events into stretches."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder, self.state, self.words = Builder(), _State(), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        state = self.state
        if tag in _UNSEEN and not state.silent:
            state.unseen[tag] = state.unseen.get(tag, 0) + 1
        if state.silent:
            state.depth += tag == state.silent
        elif tag in _SILENT:
            state.silent, state.depth = tag, 1
        elif tag in _CELLS:
            self.words.append(" ")
        elif tag in _BLOCKS:
            self._flush()
            state.frames += tag in _FRAMES
            self._open(tag, dict(attrs))

    def _open(self, tag: str, attrs: dict[str, str | None]) -> None:
        state = self.state
        state.heading = _HEADINGS.get(tag, 0 if tag in {"p", "li", "ol", "ul"} else state.heading)
        if tag in {"ol", "ul"} and len(state.lists) < _DEEPEST:
            kind = (attrs.get("type") or "1") if tag == "ol" else ""
            state.lists.append(_List(kind, _number(attrs.get("start"), 1) - 1))
        elif tag == "li":
            if not state.lists:
                state.lists.append(_List("", 0))
            here = state.lists[-1]
            here.at = _number(attrs.get("value"), here.at + 1)
            state.item = shown(here.kind, here.at)

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        state = self.state
        if state.silent:
            state.depth -= tag == state.silent
            if state.depth <= 0 and tag == state.silent:
                state.silent = ""
        elif tag in _BLOCKS:
            self._flush()
            if tag in {"ol", "ul"} and state.lists:
                state.lists.pop()
            if tag in _HEADINGS:
                state.heading = 0
            state.frames = max(0, state.frames - (tag in _FRAMES))

    def handle_data(self, data: str) -> None:
        """Words between elements."""
        if not self.state.silent:
            self.words.append(data)

    def _flush(self) -> None:
        state, text = self.state, "".join(self.words)
        self.words.clear()
        if not text.strip():
            return
        if state.frames:
            self.builder.add(text, Hint.RESIDUE)
            state.item = None
        elif state.heading:
            self.builder.add(text, Hint.HEADING, state.heading)
        elif state.item is not None:
            self.builder.add(text, Hint.ITEM, len(state.lists) or 1, state.item)
            state.item = None
        else:
            self.builder.add(text)

    def done(self) -> Builder:
        """Everything that was read."""
        self.close()
        self._flush()
        return self.builder


def _number(said: str | None, otherwise: int) -> int:
    """A whole number that an attribute gives, within reason."""
    text = (said or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else otherwise


def read_page(content: bytes) -> Source:
    """The source of a page of HTML.

    Raises:
        NotImported: AV151 without text, AV152 no text at all, AV155 too long.
    """
    text, unread = decoded(content, markup=True)
    reader = _Reader()
    reader.feed(text)
    builder = reader.done()
    unseen = tuple(
        Unread(f"{count:,} {tag}", "what it shows is no text of this page")
        for tag, count in sorted(reader.state.unseen.items())
    )
    return builder.source("html", (*unread, *unseen))
