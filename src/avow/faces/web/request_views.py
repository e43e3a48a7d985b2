"""A request as its page shows it: term, rights, persons, steps. No value of a person is in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from avow.common.deadlines import Calendar
from avow.duties.requests import machine, steps
from avow.duties.requests.machine import Entry, Item, Request
from avow.duties.requests.words import ItemState, Outcome, Status, Voice
from avow.engine.accounts.matrix import Sphere

PLAN = "plan-"


@dataclass(frozen=True, slots=True)
class Term:
    """The term as a plot, in days from arrival: its end, today, and when it stood.

    `left`: days until its end, negative when it is over; `reply`: the day of the answer if there
    was one. `waits`: what it waits for, since when. `month`: the end of the first month where it
    was extended.
    """

    first: date
    last: date
    days: int
    today: int
    left: int
    waits: tuple[tuple[str, date], ...]
    pauses: tuple[tuple[int, int], ...]
    month: int | None
    answered: date | None


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of the timeline: its name, who and when, and words of the closed lists about it."""

    number: int
    at: datetime
    by: str
    name: str
    about: tuple[str, ...]
    item: int | None
    person: int | None
    record: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A right of the request. `grounds` are (ground, law, until) of a refusal; `plans` the plans
    that carry it out; `offered` the grounds on which it may be refused."""

    item: int
    person: int
    right: str
    state: str
    purpose: str
    grounds: tuple[tuple[str, str, date | None], ...]
    plans: tuple[str, ...]
    gaps: int
    retained: int
    is_open: bool
    is_clients: bool
    offered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody the request is about, without anything that names them."""

    person: int
    voice: str
    asked: tuple[str, ...]
    shown: str
    is_given_up: bool


def term_of(request: Request, calendar: Calendar, day: date) -> Term:
    """The term as it stands on a day."""
    first, last = request.received, request.due(calendar, day)
    done = request.answered_on or request.closed_on
    until = max(last, done or day, day if done is None else first)
    month = request.first_due(calendar, day) if request.extended_on else None
    return Term(
        first=first,
        last=last,
        days=max(1, (until - first).days),
        today=((done or day) - first).days,
        left=(last - (done or day)).days,
        waits=standing_for(request),
        pauses=tuple(((p.since - first).days, p.days(day)) for _, p in request.pauses),
        month=(month - first).days if month else None,
        answered=request.answered_on,
    )


def standing_for(request: Request) -> tuple[tuple[str, date], ...]:
    """What the term waits for, and since which day; nothing while it runs."""
    return tuple((str(waits), pause.since) for waits, pause in request.pauses if not pause.until)


def steps_of(entries: tuple[Entry, ...], zone: ZoneInfo) -> tuple[StepLine, ...]:
    """The steps, the newest first, at the hours of a zone."""
    return tuple(_step(entry, zone) for entry in reversed(entries))


_ABOUT = ("channel", "right", "voice", "rung", "waits", "reason", "outcome", "why", "way", "what")


def _step(entry: Entry, zone: ZoneInfo) -> StepLine:
    step = entry.step
    about = [str(getattr(step, name)) for name in _ABOUT if getattr(step, name, None) is not None]
    about += [str(refusal.ground) for refusal in getattr(step, "refusals", ())]
    return StepLine(
        number=entry.number,
        at=entry.at.astimezone(zone),
        by=entry.by,
        name=steps.name_of(step),
        about=tuple(about),
        item=getattr(step, "item", None),
        person=getattr(step, "person", None),
        record=str(getattr(step, "record", None) or getattr(step, "other", None) or ""),
    )


def items_of(request: Request) -> tuple[ItemLine, ...]:
    """The rights that were asked, in order."""
    return tuple(_item(request, item) for item in request.items.values())


def _item(request: Request, item: Item) -> ItemLine:
    return ItemLine(
        item=item.item,
        person=item.person,
        right=str(item.right),
        state=_state(item),
        purpose=item.purpose or "",
        grounds=tuple((str(r.ground), r.law, r.until) for r in item.refusals),
        plans=tuple(name for name in item.records if name.startswith(PLAN)),
        gaps=item.gaps,
        retained=item.retained,
        is_open=str(item.state) == "asked",
        is_clients=sphere_of(request, item) is Sphere.PROCESSOR,
        offered=tuple(sorted(str(ground) for ground in machine.grounds_of(item))),
    )


def _state(item: Item) -> str:
    """Its state; what was given only in part is not called accepted."""
    partly = item.outcome is Outcome.PARTLY and item.state is ItemState.ACCEPTED
    return str(item.outcome if partly else item.state)


def sphere_of(request: Request, item: Item | None = None) -> Sphere:
    """Whose sphere a right, or the whole request, is in: a client company's where it speaks for the
    person, as we hold their data for it."""
    persons = [request.persons[item.person]] if item else list(request.persons.values())
    company = any(person.voice is Voice.COMPANY for person in persons)
    return Sphere.PROCESSOR if company else Sphere.CONTROLLER


def persons_in(request: Request) -> Iterator[PersonLine]:
    """Who it is about, as numbers."""
    for person in request.persons.values():
        yield PersonLine(
            person.person,
            str(person.voice),
            tuple(str(rung) for rung in person.asked),
            str(person.shown or ""),
            person.is_given_up,
        )


def is_done(status: str) -> bool:
    """Whether a status asks nothing of us any more."""
    return Status(status) in (Status.ANSWERED, Status.CLOSED)
