"""Where each person of a request stands on the ladder: what settled it, and what would be next.

Pure: it reads the steps and asks the ladder, so that who looks sees the same as the rounds do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from avow.duties.requests.identity.identity_checks import LATE
from avow.duties.requests.identity.ladder import Case, Need, needed
from avow.duties.requests.machine import Entry, Item, Person, Request
from avow.duties.requests.steps import IdentityAsked, IdentityDoubted, IdentityShown, name_of
from avow.duties.requests.words import Right, Rung, Voice


@dataclass(frozen=True, slots=True)
class Tried:
    """A step of the ladder that was taken: on which local day, by whom, which.

    `pauses`: the term stood for it; `late`: days after arrival where that was not without undue
    delay; `final`: nothing more was asked.
    """

    day: date
    by: str
    name: str
    rung: Rung
    pauses: bool = False
    late: int | None = None
    final: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One person: what they showed, what was tried, and the least that would do next.

    `asked`: what they were asked for last and have neither shown nor failed to show.
    `next` is None where nothing is to be asked; `grave` is the same for data that hurt in the wrong
    hands, which a person judges. `is_free`: nothing that is open needs any proof.
    """

    person: int
    voice: Voice
    shown: Rung | None
    is_given_up: bool
    asked: Rung | None
    tried: tuple[Tried, ...]
    next: Rung | None
    grave: Rung | None
    is_free: bool

    @property
    def is_settled(self) -> bool:
        """Whether it is settled who they are, one way or the other."""
        return self.shown is not None or self.is_given_up


def standings(request: Request, entries: Sequence[Entry]) -> tuple[Standing, ...]:
    """Every person of a request, in order, after these steps of it."""
    return tuple(_standing(request, person, entries) for person in request.persons.values())


def _standing(request: Request, person: Person, entries: Sequence[Entry]) -> Standing:
    open_ = [i for i in request.items.values() if i.person == person.person and not i.is_settled]
    doubted = _doubted(person.person, entries)
    return Standing(
        person=person.person,
        voice=person.voice,
        shown=person.shown,
        is_given_up=person.is_given_up,
        asked=next((r for r in reversed(person.asked) if r not in doubted), None),
        tried=tuple(_tried(request, person.person, entries)),
        next=_most(_needs(person, open_, doubted, is_grave=False)),
        grave=_most(_needs(person, open_, doubted, is_grave=True)),
        is_free=bool(open_) and all(i.right is Right.OBJECTION and i.marketing for i in open_),
    )


def _needs(
    person: Person, items: Sequence[Item], doubted: frozenset[Rung], *, is_grave: bool
) -> Iterator[Need]:
    shown = frozenset({person.shown} if person.shown else ())
    for item in items:
        case = Case(item.right, item.marketing, person.voice, is_grave, shown, doubted)
        yield needed(case)


def _most(needs: Iterator[Need]) -> Rung | None:
    """What the most demanding right asks for."""
    rungs = [need.rung for need in needs if need.rung is not None]
    return max(rungs, key=list(Rung).index, default=None)


def _doubted(person: int, entries: Sequence[Entry]) -> frozenset[Rung]:
    """What was not enough, and was not enough afterwards either."""
    found: set[Rung] = set()
    for entry in entries:
        match entry.step:
            case IdentityDoubted(person=number, rung=rung) if number == person:
                found.add(rung)
            case IdentityShown(person=number, rung=rung) if number == person:
                found.discard(rung)
    return frozenset(found)


def _tried(request: Request, person: int, entries: Sequence[Entry]) -> Iterator[Tried]:
    for entry in entries:
        step = entry.step
        if isinstance(step, IdentityAsked | IdentityShown | IdentityDoubted):
            if step.person != person:
                continue
            pauses = isinstance(step, IdentityAsked) and step.pauses
            waited = (entry.day - request.received).days
            yield Tried(
                day=entry.day,
                by=entry.by,
                name=name_of(step),
                rung=step.rung,
                pauses=pauses,
                late=waited if pauses and waited > LATE else None,
                final=isinstance(step, IdentityDoubted) and step.final,
            )
