"""A notice as frozen data: every word is said, every link is made, nothing of layout.

One language of one edition. The page, the PDF and the list of missing words are made from it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words: with `href` a link, with `is_missing` an id or a gap nobody has words for."""

    text: str
    href: str = ""
    is_missing: bool = False


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or with `items` a list."""

    words: Line = ()
    items: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what it is: `Telephone`, `+32 2 …`."""

    name: str
    value: Line


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its words, and beside them what says more."""

    words: Line
    more: Line = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row names the row. `facts` hold for all rows, `note` explains
    the columns, `gap` is said where it has no rows."""

    anchor: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: Line = ()
    gap: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """One period of the plot: `share` of the longest (0 to 1), `after` what it runs from. Without
    words for its length it has no bar."""

    name: Piece
    length: str
    after: str
    share: float


@dataclass(frozen=True, slots=True)
class Card:
    """One question of the short layer, and its answer in lines; `more` leads to the whole."""

    question: str
    facts: tuple[Fact, ...] = ()
    lines: tuple[Line, ...] = ()
    more: Piece | None = None
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """A promise: its id, the anchor that it has in every language, and its words."""

    id: str
    anchor: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A section: its title, opening words, clauses, and the tables that the declaration fills.

    `depth` 0 is a part of the whole, 1 and 2 are parts of parts.
    """

    id: str
    anchor: str
    title: Piece
    depth: int
    opening: tuple[Block, ...] = ()
    clauses: tuple[Clause, ...] = ()
    tables: tuple[Table, ...] = ()
    after: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """Words that the notice needs in a language and nobody has written: their kind and their id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One language of one edition, whole. `languages` are all of them, with their own names."""

    language: str
    languages: tuple[tuple[str, str], ...]
    house: str
    title: str
    lead: str
    version: str
    facts: tuple[Fact, ...]
    draft: str
    cards: tuple[Card, ...]
    bars: tuple[Bar, ...]
    bars_title: str
    bars_note: str
    parts: tuple[Part, ...]
    missing: tuple[Missing, ...]
