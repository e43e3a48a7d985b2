"""How the controller handles what persons ask: terms of its own beside those of the law.

Frozen data as the loader makes it; `model.Declaration` holds it. Every default is the careful one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from avow.common.calendar import Period
from avow.common.places import NOWHERE, Place

KEPT, COLLECT = Period(years=5), Period(days=30)
LINK, TASK = Period(days=3), Period(days=10)
MOST_UNDO_HOURS = 72
"""How long an erasure may be taken back at most: after it the answer must be able to leave."""


class Then(StrEnum):
    """What enough right answers do: `propose` leaves it to a person, `settle` shows who it is."""

    PROPOSE = "propose"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """How somebody shows who they are by what they know: `ask` questions, of which `right` have to
    be answered rightly, and what follows then."""

    ask: int = 3
    right: int = 3
    then: Then = Then.PROPOSE
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Requesting:
    """The `requests` of a declaration.

    `state` and `part`: whose public holidays count (the controller's country where empty).
    `kept`: how long the record of a request is kept after it was closed, as proof. `collect`: how
    long an answer can be fetched, after which its package is erased; `link`: how long one address
    of it works. `undo_hours`: how long an erasure can be taken back before the answer leaves, at
    most 72. `acknowledge_hours`: within which a person hears that the request arrived, and within
    which a message in the privacy mailbox is read. `task`: the term of a task given to the owner
    of a system. `mailbox`: the mail address that persons write to, where it is another than the
    printed one. `known_facts`: how questions about what only the person knows are asked.
    """

    state: str = ""
    part: str | None = None
    kept: Period = KEPT
    collect: Period = COLLECT
    link: Period = LINK
    undo_hours: int = 72
    acknowledge_hours: int = 24
    task: Period = TASK
    mailbox: str = ""
    known_facts: KnownFacts = field(default_factory=KnownFacts)
    place: Place = field(default=NOWHERE, compare=False)
