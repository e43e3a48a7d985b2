"""Whose rows a request is about, as its page shows it: places, ways, counts, and never a value."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from avow.duties.requests.book import Book
from avow.duties.requests.proposing import Proposed
from avow.duties.requests.rows import mark_of
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.identities import Candidate
from avow.engine.planner.unspoken import unspoken


@dataclass(frozen=True, slots=True)
class RowsLine:
    """Rows of one dataset that may be a person's, or were accepted as theirs: how many, the kinds
    of values that led there, and what has to be answered first. `choice`: how a form names them, a
    keyed hash of these very rows; `is_ticked`: whether the form has them ticked."""

    person: int
    place: str
    way: tuple[str, ...]
    rows: int
    asks: tuple[str, ...] = ()
    choice: str = ""
    is_ticked: bool = False


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found. `asks` are questions about a person as a whole, `unnamed` places where
    nobody is named by such a value, `gaps` what could not be looked into. `unheard`: persons for
    whom a company speaks that nobody has heard. `at`: when it was; `mark` tells this result from
    another one."""

    lines: tuple[RowsLine, ...]
    asks: tuple[tuple[int, str], ...]
    unnamed: tuple[tuple[str, str], ...]
    gaps: tuple[str, ...]
    unheard: tuple[int, ...]
    at: datetime
    mark: str

    @property
    def questions(self) -> int:
        """How many questions the search raised."""
        return len(self.asks) + sum(len(line.asks) for line in self.lines)


def lines_of(candidates: Iterable[Candidate]) -> tuple[RowsLine, ...]:
    """The rows of each person, by place, in the order of the search."""
    return tuple(
        RowsLine(
            each.person,
            f"{each.system}.{each.dataset}",
            each.path,
            len(each.keys),
            tuple(f"asks-{question}" for question in each.asks),
        )
        for each in candidates
    )


def searched(
    book: Book, shown: Proposed, at: datetime, ticked: Collection[str] | None = None
) -> Searched:
    """What a page shows of a search. Ticked is what somebody ticked, else every set of rows of a
    person about whom nothing has to be asked. Systems that people are asked about are no gaps."""
    found = shown.looked.found
    by_hand = tuple(f"`{name}` " for name in unspoken(book.declaration))
    lines = []
    for line, each in zip(lines_of(found.candidates), found.candidates, strict=True):
        name = choice_of(book.ring, each)
        is_ticked = not found.questions(each.person) if ticked is None else name in ticked
        lines.append(replace(line, choice=name, is_ticked=is_ticked))
    return Searched(
        lines=tuple(lines),
        asks=tuple((person, f"asks-{question}") for person, question in found.asks),
        unnamed=found.unnamed,
        gaps=tuple(gap for gap in shown.looked.gaps if not gap.startswith(by_hand)),
        unheard=shown.unheard,
        at=at.astimezone(ZoneInfo(book.zone)),
        mark=mark_of(book.ring, found.candidates),
    )


def choice_of(ring: KeyRing, candidate: Candidate) -> str:
    """How a form names a set of rows: two sets of one dataset, found in two ways, are two."""
    return mark_of(ring, [candidate])
