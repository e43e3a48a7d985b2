"""A document as frozen data: every word is said, nothing of layout. The page and the PDF are made
from it, so that both say the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; with `href` all of it is a link."""

    words: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a head; the first cell of a row names the row."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what they are."""

    caption: str
    pairs: tuple[tuple[str, str], ...]


Block: TypeAlias = Text | Points | Grid | Facts


@dataclass(frozen=True, slots=True)
class Part:
    """A section. `depth` 1 stands in the document, 2 in the part before it."""

    title: str
    blocks: tuple[Block, ...]
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """The whole of one answer in one language. `letter` are the paragraphs that people may edit."""

    language: str
    house: str
    title: str
    facts: tuple[tuple[str, str], ...]
    letter: tuple[str, ...]
    parts: tuple[Part, ...]

    def words(self) -> str:
        """Every word of it, for readers that look for what must not be there."""
        said = [self.title, *(v for _, v in self.facts), *self.letter]
        for part in self.parts:
            said.append(part.title)
            said.extend(_words(block) for block in part.blocks)
        return "\n".join(said)


def _words(block: Block) -> str:
    match block:
        case Text(words=words):
            return words
        case Points(items=items):
            return "\n".join(items)
        case Grid(caption=caption, head=head, rows=rows):
            return "\n".join([caption, *head, *(c for row in rows for c in row)])
        case Facts(caption=caption, pairs=pairs):
            return "\n".join([caption, *(f"{name}\n{value}" for name, value in pairs)])
