"""What `avow init` found out about a database, with its evidence and without any value of a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from avow.estate.connectors.catalogue import Table


@dataclass(frozen=True, slots=True)
class Guess:
    """A column and the category it seems to hold. `by` is `type`, `name`, `values` or `name and
    values`; `word` is the word of the name; of `seen` distinct values `passed` have the shape, and
    by chance a share of `chance` would."""

    field: str
    category: str
    by: str
    word: str = ""
    seen: int = 0
    passed: int = 0
    chance: float = 0.0


@dataclass(frozen=True, slots=True)
class Moment:
    """The column that says when a row began, and the event that it gives."""

    field: str
    event: str
    oldest: date | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """The table of persons that the rows point to by a foreign key."""

    table: str
    fields: tuple[str, ...]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A table that may be proposed. `rows` is an estimate; `moment.oldest` is of the sample."""

    table: Table
    moment: Moment
    guesses: tuple[Guess, ...] = ()
    owner: Owner | None = None
    rows: int = 0
    is_person: bool = False

    def score(self, today: date) -> float:
        """Rows times age in days; what happened to persons counts a thousandfold."""
        age = max((today - self.moment.oldest).days, 1) if self.moment.oldest else 1
        weight = 1 if self.moment.event == CREATED else 1000
        return float(weight) * max(self.rows, 1) * age


CREATED = "created"
"""The event of rows that are persons or things, and no happenings."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Rows and the oldest local day of the proposed table. Not exact: an estimate and a sample."""

    rows: int
    oldest: date | None
    empty: int = 0
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Gap:
    """A table that was not looked into, and why."""

    table: str
    why: str


@dataclass(frozen=True, slots=True)
class Source:
    """The system as the declaration names it. `url` is what is written: without a password;
    `variable` is the environment variable that must be set, if any."""

    system: str
    connector: str
    url: str
    variable: str | None
    zone: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for a system: the best case, how it was measured, and what stays unknown."""

    source: Source
    tables: int
    chosen: Candidate
    measure: Measure
    at_most: str
    others: tuple[str, ...]
    gaps: tuple[Gap, ...]
    made_on: date
