"""What can be said of one table: whose its rows are, over which links; and what is proposed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from avow.duties.discovery.triage.signals import Sureness


class Whose(StrEnum):
    """Whose the rows of a table are. `out` is no answer: nothing is written for such a table."""

    PERSONS = "persons"
    OWNED = "owned"
    SHARED = "shared"
    NOBODY = "nobody"
    OUT = "out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Hop:
    """A link as it would be written: own columns, the table they name, and its columns where they
    are not its key."""

    to: str
    fields: tuple[str, ...]
    parent_fields: tuple[str, ...] = ()
    is_by_email: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer for a table. `hops` give the right, `beside` are pointers that give none;
    `because` is written for nobody's rows. A choice that is unknown or out writes nothing."""

    whose: Whose
    hops: tuple[Hop, ...] = ()
    beside: tuple[Hop, ...] = ()
    because: str = ""

    @property
    def is_written(self) -> bool:
        """Whether the declaration says something of such a table."""
        return self.whose not in (Whose.OUT, Whose.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for a table, and why.

    `path` leads from the table to the persons. `others` are the next best choices. `alike` groups
    tables for which one answer can serve; empty when the table is asked alone. `persons` is about
    how many persons' rows it may hold, `days` its age, 0 where no
    moment tells.
    `waits` names a table that must be answered first.
    """

    table: str
    choice: Choice
    sureness: Sureness
    evidence: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    others: tuple[Choice, ...] = ()
    alike: str = ""
    rows: int = 0
    persons: int = 0
    days: int = 0
    holds: tuple[str, ...] = ()
    waits: str = ""

    @property
    def weight(self) -> int:
        """Persons × age in days: how much depends on the answer."""
        return self.persons * max(self.days, 1)
