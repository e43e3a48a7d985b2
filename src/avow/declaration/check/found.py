"""What a rule of the check finds, and under which words a decision can settle it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from avow.common.findings import Finding, Kind, Severity
from avow.common.places import Place
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce
from avow.declaration.scope import CellPlace

MOST_NAMED = 6
"""Things that one sentence names before it says how many more there are."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with what it is about: the words that follow its code in `settles:`. `is_alone`: it
    is a question of its own, whatever else is found of its code."""

    finding: Finding
    about: frozenset[str] = frozenset()
    is_alone: bool = False

    @property
    def reference(self) -> tuple[str, frozenset[str]]:
        """Code and words, in any order: `AV221 6.b 6.c`."""
        return self.finding.code, self.about

    @property
    def written(self) -> str:
        """The reference as a decision would write it."""
        return " ".join((self.finding.code, *sorted(self.about)))


Check: TypeAlias = Callable[[Declaration, InForce, Universe], Iterable[Found]]


def reference_of(text: str) -> tuple[str, frozenset[str]]:
    """The reference that a decision's `settles` names."""
    code, *about = text.split()
    return code, frozenset(about)


def names(said: str, reference: tuple[str, frozenset[str]]) -> bool:
    """Whether a decision that says this means what is found here; a code alone means every
    finding of that code."""
    code, about = reference_of(said)
    return code == reference[0] and (not about or about == reference[1])


def defect(
    code: str,
    severity: Severity,
    message: str,
    place: Place,
    *,
    because: str = "",
    hint: str = "",
    clauses: Iterable[str] = (),
    about: Iterable[str] | None = None,
) -> Found:
    """Something wrong with the promise; it is about its clauses unless said otherwise."""
    named = tuple(dict.fromkeys(clauses))
    finding = Finding(code, message, place, Kind.DEFECT, severity, because, hint, named)
    return Found(finding, frozenset(named if about is None else about))


def error(code: str, message: str, place: Place, *, because: str = "", hint: str = "") -> Found:
    """Something wrong with the document."""
    return Found(Finding(code, message, place, because=because, help=hint), frozenset({message}))


def listed(names: Iterable[str]) -> str:
    """Names in backticks, the first ones and the number of the others."""
    several = sorted(dict.fromkeys(names))
    said = ", ".join(f"`{name}`" for name in several[:MOST_NAMED])
    more = len(several) - MOST_NAMED
    return f"{said} and {more} more" if more > 0 else said


def where(cells: Iterable[CellPlace]) -> str:
    """Categories, and the points or datasets where they are: for the cause of a finding."""
    several = tuple(cells)
    at = {c.collected_at or (c.system and f"{c.system}.{c.dataset}") or "" for c in several} - {""}
    categories = listed(c.category for c in several)
    return f"{categories} at {listed(at)}" if at else categories
