"""An incident with personal data, as its steps leave it: pure, one function, every rule once.

Art. 33 and 34 GDPR: the authority is told within 72 hours of when the breach was known, unless a
risk for persons is unlikely; persons are told where the risk is high; a processor tells the
controllers without delay; everything is written down, told to somebody or not (art. 33(5)).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from avow.common.deadlines import BREACH_HOURS, hours_after
from avow.common.errors import AvowError

Word = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_.-]{1,100}\Z")]
Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class Nature(StrEnum):
    """What was lost: art. 4(12) GDPR."""

    CONFIDENTIALITY = "confidentiality"
    INTEGRITY = "integrity"
    AVAILABILITY = "availability"


class Risk(StrEnum):
    """How likely it harms persons."""

    UNLIKELY = "unlikely"
    RISK = "risk"
    HIGH = "high"


class Stage(StrEnum):
    """Where an incident stands; it follows from the steps."""

    REPORTED = "reported"
    KNOWN = "known"
    DECIDED = "decided"
    TOLD = "told"
    DISMISSED = "dismissed"
    CLOSED = "closed"


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="step"):
    """One step. Words of people lie sealed beside it."""


class Reported(Step, frozen=True, kw_only=True, tag="reported"):
    """Somebody says that something happened; anyone may."""

    nature: tuple[Nature, ...] = ()
    request: str | None = None


class Known(Step, frozen=True, kw_only=True, tag="known"):
    """It is a breach of personal data: the controller knows since `since`, and the clock runs."""

    since: datetime


class Scoped(Step, frozen=True, kw_only=True, tag="scoped"):
    """What is concerned, from the data map: datasets, kinds of data, and counts."""

    systems: tuple[Word, ...]
    categories: tuple[Word, ...]
    rows: int
    persons: int
    tenants: int = 0
    uncounted: int = 0


class Decided(Step, frozen=True, kw_only=True, tag="decided"):
    """How great the risk is, and with it who is told; the reasons lie sealed beside it."""

    risk: Risk


class Advised(Step, frozen=True, kw_only=True, tag="advised"):
    """The data-protection officer gave advice, which lies sealed beside it."""


class AuthorityTold(Step, frozen=True, kw_only=True, tag="authority-told"):
    """The authority was told. `proof`: SHA-256 of what it confirmed; `final`: no part follows."""

    told: datetime
    proof: Digest | None = None
    final: bool = True
    late_because: bool = False


class ControllersTold(Step, frozen=True, kw_only=True, tag="controllers-told"):
    """The controllers whose processor we are were told (art. 33(2))."""

    told: datetime
    tenants: int


class PersonsTold(Step, frozen=True, kw_only=True, tag="persons-told"):
    """The persons were told (art. 34): how many letters, or publicly."""

    told: datetime
    letters: int
    public: bool = False


class Dismissed(Step, frozen=True, kw_only=True, tag="dismissed"):
    """It was no breach of personal data; why lies sealed beside it."""


class Closed(Step, frozen=True, kw_only=True, tag="closed"):
    """Cause and remedy are written down, sealed beside it; nothing is left to do."""


Steps = (
    Reported
    | Known
    | Scoped
    | Decided
    | Advised
    | AuthorityTold
    | ControllersTold
    | PersonsTold
    | Dismissed
    | Closed
)
_READ: msgspec.json.Decoder[Steps] = msgspec.json.Decoder(Steps)


def read_step(data: bytes) -> Steps:
    """A step of its bytes. Raises msgspec.ValidationError."""
    return _READ.decode(data)


def name_of(step: Step) -> str:
    """The name of a step."""
    return str(type(step).__struct_config__.tag)


class IncidentRefused(AvowError):
    """A step that may not follow in an incident (AV921, AV922, AV923)."""

    code = "AV921"


@dataclass(frozen=True, slots=True)
class Entry:
    """A step as it was taken; `words` says whether words lie sealed beside it."""

    number: int
    at: datetime
    by: str
    step: Steps
    words: bool = False


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as its steps leave it."""

    id: str
    steps: int = 0
    reported_at: datetime | None = None
    known_at: datetime | None = None
    scope: Scoped | None = None
    risk: Risk | None = None
    is_advised: bool = False
    authority_at: datetime | None = None
    is_final: bool = False
    controllers_at: datetime | None = None
    persons_at: datetime | None = None
    is_dismissed: bool = False
    is_closed: bool = False
    request: str | None = None

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        if self.is_closed:
            return Stage.CLOSED
        if self.is_dismissed:
            return Stage.DISMISSED
        if self.risk is not None:
            return Stage.DECIDED if self.open_duties else Stage.TOLD
        return Stage.KNOWN if self.known_at is not None else Stage.REPORTED

    @property
    def due_at(self) -> datetime | None:
        """When the authority must have been told: 72 hours, over week-ends too."""
        return hours_after(self.known_at, BREACH_HOURS) if self.known_at else None

    @property
    def waits_until(self) -> datetime | None:
        """Until when the authority must hear of it: None where no clock runs, since nobody said
        that it is a breach, it is judged that none has to be told, or the authority was told."""
        is_still = self.is_dismissed or self.is_closed or self.risk is Risk.UNLIKELY
        return None if is_still or self.authority_at is not None else self.due_at

    @property
    def open_duties(self) -> tuple[str, ...]:
        """Who has still to be told, as far as it is decided."""
        found = []
        if self.risk in (Risk.RISK, Risk.HIGH) and not (self.authority_at and self.is_final):
            found.append("authority")
        if self.risk is Risk.HIGH and self.persons_at is None:
            found.append("persons")
        if self.scope is not None and self.scope.tenants and self.controllers_at is None:
            found.append("controllers")
        return tuple(found)

    def is_late(self, now: datetime) -> bool:
        """Whether the authority was told too late, or is not told and the hours are over. An
        incident whose risk nobody has judged when they are over is late too."""
        if self.due_at is None or self.is_dismissed or self.risk is Risk.UNLIKELY:
            return False
        return (self.authority_at or now) > self.due_at


def after(incident: Incident, entry: Entry) -> Incident:
    """The incident after one more step.

    Raises:
        IncidentRefused: AV921 out of order, AV922 a decision or an end without its reasons, AV923
            told late without the reasons for it (art. 33(1)).
    """
    is_first = isinstance(entry.step, Reported)
    if is_first != (incident.steps == 0) or entry.number != incident.steps + 1:
        raise _order(incident, "an incident begins with its report")
    if incident.is_closed or (incident.is_dismissed and not isinstance(entry.step, Known)):
        raise _order(incident, "nothing follows; what is new is reported anew")
    return replace(_taken(incident, entry), steps=entry.number)


def folded(name: str, entries: Iterable[Entry]) -> Incident:
    """The incident after all its steps. Raises IncidentRefused."""
    state = Incident(name)
    for entry in entries:
        state = after(state, entry)
    return state


def _taken(incident: Incident, entry: Entry) -> Incident:  # noqa: C901, PLR0911 (one line a step)
    match entry.step:
        case Reported(request=request):
            return replace(incident, reported_at=entry.at, request=request)
        case Known(since=since):
            return _known(incident, since, entry.at)
        case Scoped() as scope:
            return replace(incident, scope=scope)
        case Decided(risk=risk):
            return _decided(incident, risk, entry)
        case Advised():
            return replace(_spoken(incident, entry), is_advised=True)
        case AuthorityTold() as told:
            return _authority(incident, told, entry)
        case ControllersTold(told=told_at):
            _needs_known(incident)
            return replace(incident, controllers_at=told_at)
        case PersonsTold(told=told_at):
            _needs_known(incident)
            return replace(incident, persons_at=told_at)
        case Dismissed():
            if incident.authority_at is not None:
                raise _order(incident, "the authority was told of it")
            return replace(_spoken(incident, entry), is_dismissed=True)
        case Closed():
            if incident.risk is None or incident.open_duties:
                left = ", ".join(incident.open_duties) or "the risk is not judged"
                raise _order(incident, f"not everything is done: {left}")
            return replace(_spoken(incident, entry), is_closed=True)


def _known(incident: Incident, since: datetime, at: datetime) -> Incident:
    if since > at or (incident.known_at is not None and since > incident.known_at):
        raise _order(incident, "a breach is not known later than it was")
    return replace(incident, known_at=since, is_dismissed=False)


def _decided(incident: Incident, risk: Risk, entry: Entry) -> Incident:
    _needs_known(incident)
    if incident.scope is None:
        raise _order(incident, "nobody has said what is concerned")
    return replace(_spoken(incident, entry), risk=risk)


def _authority(incident: Incident, told: AuthorityTold, entry: Entry) -> Incident:
    _needs_known(incident)
    first = incident.authority_at or told.told
    is_late = incident.due_at is not None and first > incident.due_at
    if is_late and not told.late_because:
        raise IncidentRefused(
            f"the authority was told late of `{incident.id}`, and nobody says why",
            because="after 72 hours the reasons for the delay go with it (art. 33(1))",
            help="write them down with the step",
            code="AV923",
        )
    state = _spoken(incident, entry) if told.late_because else incident
    return replace(state, authority_at=min(first, told.told), is_final=told.final)


def _needs_known(incident: Incident) -> None:
    if incident.known_at is None:
        raise _order(incident, "nobody has said that it is a breach, and since when that is known")


def _spoken(incident: Incident, entry: Entry) -> Incident:
    if not entry.words:
        raise IncidentRefused(
            f"the step needs its reasons in `{incident.id}`",
            because="an authority asks why it was decided so (art. 33(5))",
            help="write them in a file, and hand it in with the step",
            code="AV922",
        )
    return incident


def _order(incident: Incident, because: str) -> IncidentRefused:
    return IncidentRefused(
        f"the step may not follow in `{incident.id}`",
        because=because,
        help="`avow incident show` prints the steps taken so far",
    )
