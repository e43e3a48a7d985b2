"""What is read from a statement in prose, and what is proposed from it; all values, no behaviour.

Every place is a pair of offsets into the *normalised source*: the text as it was read, with one
kind of line end. Nothing here is rewritten: a quote is always cut out of the source again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters `start` up to, not including, `end` of the normalised source."""

    start: int
    end: int


class Hint(StrEnum):
    """What the file itself says a stretch is, where its format can say so."""

    NONE = "none"
    HEADING = "heading"
    ITEM = "item"
    RESIDUE = "residue"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a structured file: a heading of a level (1 is the highest), an item of a list
    at a depth (1 is the outermost) with the label that the file shows, or plain prose."""

    span: Span
    hint: Hint = Hint.NONE
    level: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read, and why; `where` is a page, a part, or a count."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Source:
    """The normalised source. `pieces` are empty for files without structure; `breaks` are the
    offsets at which pages begin."""

    form: str
    text: str
    pieces: tuple[Piece, ...] = ()
    breaks: tuple[int, ...] = ()
    unread: tuple[Unread, ...] = ()


class Kind(StrEnum):
    """What a segment is: a promise, a title, or what is left of a page or an interface."""

    CLAUSE = "clause"
    HEADING = "heading"
    RESIDUE = "residue"


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the source under an id. It has several spans where a page's residue stands in its
    middle. `section` is the heading that it stands under (of a heading: the one above it), `under`
    the clause that leads to it; `label` is what is printed before its words (`a.`, `3.2`)."""

    id: str
    kind: Kind
    spans: tuple[Span, ...]
    section: str = ""
    under: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing that the source seems to declare. `values` are keys of the declaration's language,
    in order; `quotes` are the words that say so; `missing` are keys that a declaration needs and
    nobody has said."""

    kind: str
    id: str
    clause: str
    values: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
    quotes: tuple[Span, ...] = ()
    missing: tuple[str, ...] = ()

    def get(self, key: str) -> str | tuple[str, ...] | None:
        """The value of a key, or None."""
        return dict(self.values).get(key)


@dataclass(frozen=True, slots=True)
class Question:
    """What a person must decide, and the words that raise it."""

    clause: str
    why: str
    span: Span


@dataclass(frozen=True, slots=True)
class Imported:
    """A statement as read and cut, with what it seems to declare. `unplaced` are stretches of
    clauses that gave nothing; `is_sure` says whether the language was told or clearly seen."""

    source: Source
    language: str
    segments: tuple[Segment, ...]
    proposals: tuple[Proposal, ...] = ()
    questions: tuple[Question, ...] = ()
    unplaced: tuple[tuple[str, Span], ...] = ()
    is_sure: bool = True
