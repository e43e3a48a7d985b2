"""What is wrong in the estate, on purpose: counted while the rows are made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

STAYS = "these cells only; the row stays"
"""Note of rows that other rules still retain."""
DECIDED = "no period is printed; a signed decision sets one"
"""Note of rows that only a decision of the interpretation reaches."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A number of rows with cells that a clause of section 6 reaches in one dataset.

    `kind` is `overdue` (ended before today), `due today` (ends today: not yet overdue), `undated`
    (the start is missing until a later simulated day), `retained` (past its end, below a legal
    minimum, or needed by a row that is) or `live` (an edge that must not be touched). `note` says
    which edge.
    """

    clause: str
    system: str
    dataset: str
    kind: str
    count: int
    note: str = ""


@dataclass(slots=True)
class Tally:
    """Counts of one system while its rows are made."""

    system: str
    counts: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)

    def add(self, clause: str, dataset: str, kind: str, count: int = 1, note: str = "") -> None:
        """Count rows; an unremarkable live row is not counted."""
        if count and (kind != "live" or note not in ("", STAYS, DECIDED)):
            self.counts[clause, dataset, kind, note] += count

    def planted(self) -> list[Planted]:
        """One record per clause, dataset, kind and note, in order of the clauses."""
        return [
            Planted(clause, self.system, dataset, kind, count, note)
            for (clause, dataset, kind, note), count in sorted(self.counts.items())
        ]
