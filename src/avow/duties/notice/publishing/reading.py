"""A page as people read it: its words, its links and its buttons, whatever its markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

_SILENT = frozenset({"script", "style", "template", "noscript", "svg"})
_BREAKS = frozenset(
    "p div section article header footer main nav li ul ol dl dt dd tr td th table br h1 h2 h3 h4 "
    "h5 h6 title button a".split()
)
"""Elements at whose edges a word ends."""
_SPACE = re.compile(r"\s+")
_PARTS = re.compile(r"[^\w]+|_+")


@dataclass(frozen=True, slots=True)
class Link:
    """A link: where it leads, as it is written."""

    address: str


@dataclass(frozen=True, slots=True)
class Read:
    """What stands on a page. `canonical` addresses and `base` are those of its head; `hidden` words
    are not among the words. `ids` are all names of places; `buttons` the words on buttons."""

    words: str
    links: tuple[Link, ...] = ()
    base: str = ""
    ids: frozenset[str] = frozenset()
    buttons: tuple[str, ...] = ()


@dataclass
class _Reader(HTMLParser):
    words: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    buttons: list[str] = field(default_factory=list)
    base: str = ""
    silent: list[str] = field(default_factory=list)
    in_button: bool = False

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if self.silent or tag in _SILENT or "hidden" in named:
            self._hide(tag)
            return
        if tag in _BREAKS:
            self.words.append(" ")
        if "id" in named:
            self.ids.add(named["id"])
        if tag in ("a", "area") and named.get("href"):
            self.links.append(Link(named["href"].strip()))
        if tag == "base" and not self.base:
            self.base = named.get("href", "").strip()
        if tag == "button":
            self.in_button = True
            self.buttons.append("")

    def _hide(self, tag: str) -> None:
        if tag not in _EMPTY:
            self.silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.silent:
            if tag in self.silent:  # what is not closed in between is closed with it
                del self.silent[len(self.silent) - 1 - self.silent[::-1].index(tag) :]
            return
        if tag in _BREAKS:
            self.words.append(" ")
        if tag == "button":
            self.in_button = False

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        self.words.append(data)
        if self.in_button:
            self.buttons[-1] += data


_EMPTY = frozenset("area base br col embed hr img input link meta param source track wbr".split())


def read(html: str) -> Read:
    """What stands on a page. Never fails: a browser reads anything, and so does this."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Read(
        _SPACE.sub(" ", "".join(reader.words)).strip(),
        tuple(reader.links),
        reader.base,
        frozenset(reader.ids),
        tuple(_SPACE.sub(" ", words).strip() for words in reader.buttons),
    )


def stands(words: str, wanted: str) -> bool:
    """Whether a name, an address or a number stands in a text, whatever its spaces, dots and
    capitals: `+32 2 545 17 11` is `+322 5451711`. Nothing wanted stands nowhere."""
    needle = _PARTS.sub("", wanted).casefold()
    return bool(needle) and needle in _PARTS.sub("", words).casefold()


def all_missing(words: str, wanted: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The names of the wanted things that do not stand in a text: pairs of name and thing."""
    return tuple(name for name, thing in wanted if not stands(words, thing))
