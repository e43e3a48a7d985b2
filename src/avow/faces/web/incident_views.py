"""An incident as its pages show it: the clock in hours, what is wanted next, the steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil
from zoneinfo import ZoneInfo

from avow.common.deadlines import BREACH_HOURS
from avow.common.languages import Words, mark
from avow.duties.incidents.machine import Entry, Incident, Nature, Risk, Stage, name_of

HOUR = 3600


class Wanted(StrEnum):
    """What an incident needs next."""

    JUDGE = "judge"
    SCOPE = "scope"
    RISK = "risk"
    AUTHORITY = "authority"
    PERSONS = "persons"
    CONTROLLERS = "controllers"
    CLOSE = "close"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class BreachClock:
    """The 72 hours, from when it was known. `run` of `hours` are over (at most all), `left` until
    the end, negative after it; `told`: after how many hours the authority heard."""

    since: datetime
    due: datetime
    hours: int
    run: int
    left: int
    told: int | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An incident in the list."""

    id: str
    stage: str
    reported: datetime
    wanted: str
    clock: BreachClock | None
    request: str


@dataclass(frozen=True, slots=True)
class IncidentStepLine:
    """A step of the timeline; `has_words`: what somebody said lies sealed beside it."""

    number: int
    at: datetime
    by: str
    name: str
    about: tuple[str, ...]
    has_words: bool


def wanted_of(incident: Incident) -> Wanted:
    """What it needs next, the most urgent of it."""
    if incident.is_closed or incident.is_dismissed:
        return Wanted.NOTHING
    if incident.known_at is None:
        return Wanted.JUDGE
    if incident.scope is None:
        return Wanted.SCOPE
    if incident.risk is None:
        return Wanted.RISK
    duties = incident.open_duties
    return next((Wanted(each) for each in duties), Wanted.CLOSE)


def clock_of(incident: Incident, now: datetime, zone: ZoneInfo) -> BreachClock | None:
    """The clock of the authority; None where none runs: nobody has said that it is a breach, or it
    is judged that none has to be told."""
    known, due = incident.known_at, incident.due_at
    if known is None or due is None or incident.is_dismissed or incident.risk is Risk.UNLIKELY:
        return None
    until = incident.authority_at or now
    told = incident.authority_at
    return BreachClock(
        since=known.astimezone(zone),
        due=due.astimezone(zone),
        hours=BREACH_HOURS,
        run=min(BREACH_HOURS, max(0, int((until - known).total_seconds() // HOUR))),
        left=ceil((due - until).total_seconds() / HOUR),
        told=int((told - known).total_seconds() // HOUR) if told else None,
        is_late=incident.is_late(now),
    )


def line_of(incident: Incident, now: datetime, zone: ZoneInfo) -> IncidentLine:
    """An incident as the list shows it."""
    return IncidentLine(
        id=incident.id,
        stage=str(incident.stage),
        reported=(incident.reported_at or now).astimezone(zone),
        wanted=str(wanted_of(incident)),
        clock=clock_of(incident, now, zone),
        request=incident.request or "",
    )


def incident_steps(entries: tuple[Entry, ...], zone: ZoneInfo) -> tuple[IncidentStepLine, ...]:
    """The steps, the newest first, at the hours of a zone."""
    return tuple(_step(entry, zone) for entry in reversed(entries))


def _step(entry: Entry, zone: ZoneInfo) -> IncidentStepLine:
    step = entry.step
    about = [*getattr(step, "nature", ()), *getattr(step, "systems", ())]
    about += [getattr(step, "risk", "")]
    said = tuple(str(each) for each in about if each)
    at = entry.at.astimezone(zone)
    return IncidentStepLine(entry.number, at, entry.by, name_of(step), said, entry.words)


WORDS: Mapping[str, str] = {
    Stage.REPORTED: mark("reported"),
    Stage.KNOWN: mark("a breach"),
    Stage.DECIDED: mark("risk judged"),
    Stage.TOLD: mark("everybody told"),
    Stage.DISMISSED: mark("no breach"),
    Stage.CLOSED: mark("closed"),
    Nature.CONFIDENTIALITY: mark("somebody saw what they should not"),
    Nature.INTEGRITY: mark("something was changed"),
    Nature.AVAILABILITY: mark("something is lost or out of reach"),
    Risk.UNLIKELY: mark("a risk for persons is unlikely"),
    Risk.RISK: mark("there is a risk for persons"),
    Risk.HIGH: mark("there is a high risk for persons"),
    f"wanted-{Wanted.JUDGE}": mark("say whether it is a breach"),
    f"wanted-{Wanted.SCOPE}": mark("say what is concerned"),
    f"wanted-{Wanted.RISK}": mark("judge the risk for persons"),
    f"wanted-{Wanted.AUTHORITY}": mark("tell the authority"),
    f"wanted-{Wanted.PERSONS}": mark("tell the persons"),
    f"wanted-{Wanted.CONTROLLERS}": mark("tell the client companies"),
    f"wanted-{Wanted.CLOSE}": mark("close it"),
    f"wanted-{Wanted.NOTHING}": mark("nothing any more"),
    "step-reported": mark("It was reported"),
    "step-known": mark("It is a breach: the hours run"),
    "step-scoped": mark("What is concerned was counted"),
    "step-decided": mark("The risk was judged"),
    "step-advised": mark("The data-protection officer advised"),
    "step-authority-told": mark("The authority was told"),
    "step-controllers-told": mark("The client companies were told"),
    "step-persons-told": mark("The persons were told"),
    "step-dismissed": mark("It was judged to be no breach"),
    "step-closed": mark("It was closed"),
}


def incident_word(code: str, words: Words) -> str:
    """What a word of incidents is called; itself where it is none of them."""
    return words.say(WORDS[code]) if code in WORDS else code
