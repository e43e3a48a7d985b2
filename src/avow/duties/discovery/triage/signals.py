"""What is known of a live schema before anybody is asked: tables, pointers, sizes, ages.

Signals hold names, numbers and days. No value of a row is part of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from avow.duties.discovery.proposal import Guess
from avow.duties.discovery.triage.naming import is_called_pointer
from avow.estate.connectors.catalogue import Table

MOST_FALSE = 0.05
"""The share of sampled values that may be missing in a key to which they still point."""
FEWEST = 5
"""Distinct values below which their absence says nothing."""
TELLING = 0.2
"""Where chance alone gives more than this, that values are found says little."""

LOW, FAR, MANY = 0.25, 0.7, 20
"""Numbers that cover less of the span of a key than the first may be counts; so many different ones
that cover the second and are all there may be its values, whatever the column is called."""


class Basis(StrEnum):
    """What lets columns be taken for a pointer."""

    FOREIGN_KEY = "foreign key"
    KEY_NAME = "the name of its key"
    NAME = "its name"
    VALUES = "its values alone"
    EMAIL = "the same e-mail addresses"
    REACH = "the span of its numbers"


class Sureness(StrEnum):
    """How much speaks for a proposal. Unsure tables are asked one by one."""

    SURE = "sure"
    LIKELY = "likely"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Of `seen` distinct sampled values `found` are in the key; by chance a share of `chance`.
    `spread` is the share of the key's span of whole numbers that the values cover."""

    seen: int
    found: int
    chance: float
    spread: float = 1.0

    @property
    def holds(self) -> bool:
        """Nearly all values are there."""
        return self.seen > 0 and self.found >= (1 - MOST_FALSE) * self.seen

    @property
    def is_refuted(self) -> bool:
        """Enough values were looked for, and not nearly all are there."""
        return self.seen >= FEWEST and not self.holds

    @property
    def reaches(self) -> bool:
        """Many different numbers are there, and over the whole span of the key."""
        return self.holds and self.seen >= MANY and self.spread >= FAR

    @property
    def proves(self) -> bool:
        """Values are there that chance would not have put there."""
        return self.holds and self.seen >= FEWEST and self.chance <= TELLING


@dataclass(frozen=True, slots=True)
class Pointer:
    """Columns that name, or may name, a row of another table. `fit` is how well a name fits, 0 to
    3; `is_single`: at most one row points to each; `is_led`: an index begins with the columns."""

    table: str
    fields: tuple[str, ...]
    to: str
    parent_fields: tuple[str, ...]
    basis: Basis
    fit: float = 0.0
    is_single: bool = False
    is_led: bool = False
    may_be_empty: bool = False
    inclusion: Inclusion | None = None

    @property
    def is_refuted(self) -> bool:
        """Values speak against it: they are not there; or the column is called after a table and
        not as a pointer, and its numbers are few and low, as counts are."""
        if self.inclusion is None or self.basis is Basis.FOREIGN_KEY:
            return False
        counts = self.basis is Basis.NAME and not is_called_pointer(self.fields[0])
        if self.basis is Basis.REACH and not self.inclusion.reaches:
            return True
        low = self.inclusion.spread < LOW and self.inclusion.chance > TELLING
        return self.inclusion.is_refuted or (counts and low)

    @property
    def sureness(self) -> Sureness:
        """A foreign key is sure; a fitting name with values, and values that prove, are likely."""
        if self.basis is Basis.FOREIGN_KEY:
            return Sureness.SURE
        if self.inclusion is None or not self.inclusion.holds:
            return Sureness.UNSURE
        fits = self.basis is Basis.KEY_NAME or self.fit >= 2
        return Sureness.LIKELY if self.inclusion.proves or fits else Sureness.UNSURE


@dataclass(frozen=True, slots=True)
class Look:
    """One table as seen. `rows` is an estimate; `oldest` and `newest` days are of a sample unless
    an index gave them. `names` are columns whose values look like names of persons, `single` those
    whose values do not repeat, `texts` those with long texts; `gap` says why it could not be looked
    into."""

    table: Table
    rows: int = 0
    guesses: tuple[Guess, ...] = ()
    names: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    oldest: date | None = None
    newest: date | None = None
    gap: str = ""

    @property
    def categories(self) -> frozenset[str]:
        """What its columns seem to hold."""
        return frozenset(guess.category for guess in self.guesses)


@dataclass(frozen=True, slots=True)
class Signals:
    """All that was seen of one system."""

    system: str
    looks: Mapping[str, Look] = field(default_factory=dict)
    pointers: tuple[Pointer, ...] = ()
