"""Whose rows a request is about, as its page shows it: places, ways, counts, and never a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from avow.duties.requests.rows import mark_of
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.identities import Candidate
from avow.engine.planner.requested import Looked


@dataclass(frozen=True, slots=True)
class RowsLine:
    """Rows of one dataset that may be a person's, or were accepted as theirs: how many, the kinds
    of values that led there, and what has to be answered first. `choice`: how a form names them."""

    person: int
    place: str
    way: tuple[str, ...]
    rows: int
    asks: tuple[str, ...] = ()
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found. `asks` are questions about a person as a whole, `unnamed` places where
    nobody is named by such a value, `gaps` what could not be looked into. `mark` tells this result
    from another one."""

    lines: tuple[RowsLine, ...]
    asks: tuple[tuple[int, str], ...]
    unnamed: tuple[tuple[str, str], ...]
    gaps: tuple[str, ...]
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
            f"{each.person}:{each.system}.{each.dataset}",
        )
        for each in candidates
    )


def searched(ring: KeyRing, looked: Looked) -> Searched:
    """What a page shows of a search."""
    found = looked.found
    return Searched(
        lines=lines_of(found.candidates),
        asks=tuple((person, f"asks-{question}") for person, question in found.asks),
        unnamed=found.unnamed,
        gaps=looked.gaps,
        mark=mark_of(ring, found.candidates),
    )
