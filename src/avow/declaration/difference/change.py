"""One difference between two declarations, as the fields say it: what, which way, how heavy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from avow.declaration.model import Existing


class Kind(StrEnum):
    """What a change is about."""

    PURPOSE = "purpose"
    BASIS = "basis"
    CATEGORY = "category"
    COLLECTION = "collection"
    RECIPIENT = "recipient"
    TRANSFER = "transfer"
    RETENTION = "retention"
    RIGHT = "right"
    NEVER = "never"
    CONTROLLER = "controller"
    COOKIE = "cookie"
    PROMISE = "promise"
    EVENT = "event"
    DECISION = "decision"
    NOTICE = "notice"
    ASSESSMENT = "assessment"
    TEXT = "text"
    ORDER = "order"
    DATAMAP = "datamap"
    HOUSE = "house"
    """What is only the organisation's own: its people, levels, tests, the declaration's name."""


class Sense(StrEnum):
    """What a change is for the person: less than before, more, some of both, or neither."""

    WEAKENS = "weakens"
    STRENGTHENS = "strengthens"
    BOTH = "both"
    NEUTRAL = "neutral"


MIRROR = {Sense.WEAKENS: Sense.STRENGTHENS, Sense.STRENGTHENS: Sense.WEAKENS}


def mirrored(sense: Sense) -> Sense:
    """The sense of the change back."""
    return MIRROR.get(sense, sense)


class Weight(StrEnum):
    """When a change must be told before it counts: always, only where it gives less, or never."""

    ALWAYS = "always"
    WORSE = "worse"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that came, went, or has another value in one field.

    `thing` is the part of the declaration (`rule`), `field` the field of it; an empty field is the
    thing itself, then `before` or `after` is empty. `material`: people are told before it counts
    (art. 13(3) GDPR). `words_only`: the words changed and no field did, so a person has to look.
    `existing`: what a change of a period does to data that are held already.
    """

    kind: Kind
    thing: str
    id: str
    field: str
    clause: str
    before: str
    after: str
    material: bool
    sense: Sense
    existing: Existing | None = None
    words_only: bool = False

    @property
    def weakens(self) -> bool:
        """Whether the person gets less of something."""
        return self.sense in (Sense.WEAKENS, Sense.BOTH)

    @property
    def back(self) -> Change:
        """The same change the other way round, its weight left as it is."""
        return replace(self, before=self.after, after=self.before, sense=mirrored(self.sense))
