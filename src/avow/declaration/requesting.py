"""How the controller handles what persons ask: terms of its own beside those of the law.

Frozen data as the loader makes it; `model.Declaration` holds it. Every default is the careful one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from avow.common.calendar import Period
from avow.common.places import NOWHERE, Place

KEPT, COLLECT = Period(years=5), Period(days=30)
LINK, TASK = Period(days=3), Period(days=10)
MOST_UNDO_HOURS = 72
"""How long an erasure may be taken back at most: after it the answer must be able to leave."""


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
    printed one.
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
    place: Place = field(default=NOWHERE, compare=False)
