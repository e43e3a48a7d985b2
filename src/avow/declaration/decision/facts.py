"""What a decision is made from: one cell group with the moments of its events and what is known.

A *cell group* is (row, category), the unit of decision. A *moment* is the day on which an event
happened, or that its state lives on, or that the estate should know it and does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from avow.estate.datamap.moments import Moment, Unknown


class FloorKind(StrEnum):
    """What can forbid erasing a cell for a time."""

    MINIMUM = "legal minimum"
    HOLD = "hold"
    RESTRICTION = "restriction"
    ACCESS = "open access request"


@dataclass(frozen=True, slots=True)
class Floor:
    """A running reason to retain. `until` None: until somebody ends it. `clause` is its promise."""

    kind: FloorKind
    reason: str
    clause: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What avow knows of the persons of a cell group.

    `ended` are purposes that an act of the person ended (withdrawal, objection, accepted erasure);
    `erasure`: a request to erase them was accepted, so cells that no purpose names are not needed.
    `floors` are running holds, restrictions and open access requests on these cells.
    """

    ended: frozenset[str] = frozenset()
    erasure: bool = False
    floors: tuple[Floor, ...] = ()
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """One cell group: what the cells are, where they stand, and the moments of the row's events.

    An event that is absent from `events` counts as missing. `originals` are the datasets of which
    the cells are copies.
    """

    category: str
    collected_at: str | None = None
    subject: str | None = None
    system: str = ""
    dataset: str = ""
    events: Mapping[str, Moment] = field(default_factory=dict)
    facts: Facts = Facts()
    originals: frozenset[str] = frozenset()

    def moment(self, event: str) -> Moment:
        """When the event happened for this row."""
        return self.events.get(event, Unknown.MISSING)
