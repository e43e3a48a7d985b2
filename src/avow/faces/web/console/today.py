"""Today: the answer first, then what needs a person, what is about to happen, what is unseen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from litestar import Response, get
from litestar.params import FromPath

from avow.duties.assurance.history import DayPoint, fold
from avow.duties.assurance.model import RANK, PromiseStatus, Reason, ReasonCode, Status
from avow.engine.evidence.checks import Attestation, Item
from avow.faces.web.frame import Frame
from avow.faces.web.plot import Section, Tally, sections, tally
from avow.faces.web.render import GivenPages, Pages
from avow.faces.web.security import Asked
from avow.faces.web.source import (
    Ask,
    AskKind,
    Due,
    Novelty,
    PlanState,
    PlanView,
    Stop,
    Upcoming,
)

SOON = timedelta(days=7)
LAPSES_SOON = timedelta(days=30)
UNSEEN = (ReasonCode.BLIND, ReasonCode.STALE, ReasonCode.MISSING, ReasonCode.CANARY_UNSEEN)


@dataclass(frozen=True, slots=True)
class Change:
    """A promise whose word is another than at the end of the last past day."""

    clause: str
    before: Status
    after: Status


@dataclass(frozen=True, slots=True)
class Unseen:
    """A place that cannot be seen, the first reason, and the clauses it makes unknown."""

    item: Item
    reason: Reason
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Today:
    """The context of the page of today."""

    frame: Annotated[Frame, "what surrounds the page"]
    tally: Annotated[Tally, "how many promises have each word"]
    sections: Annotated[tuple[Section, ...], "the promises by section of the statement"]
    oldest: Annotated[datetime | None, "the oldest answer of a check that any promise rests on"]
    simulated: Annotated[int, "promises with evidence from a twin of a system"]
    asks: Annotated[tuple[Ask, ...], "what waits for a person, the most urgent first"]
    told_asks: Annotated[bool, "whether requests and decisions are among what waits"]
    upcoming: Annotated[tuple[Upcoming, ...] | None, "what will be erased within seven days"]
    due: Annotated[tuple[Due, ...] | None, "rows whose end has come"]
    changed: Annotated[tuple[Change, ...] | None, "promises that changed since yesterday"]
    unseen: Annotated[tuple[Unseen, ...] | None, "places that cannot be seen"]
    novelties: Annotated[tuple[Novelty, ...] | None, "what is new in the systems"]


def show(request: Asked, language: FromPath[str], pages: GivenPages) -> Response[bytes]:
    """Show the page of today."""
    return pages.answer(request, "today.html", context(request, language, pages))


today = get("/{language:str}", sync_to_thread=True)(show)
today_twin = get("/{language:str}/today.json", sync_to_thread=True)(show)


def context(request: Asked, language: str, pages: Pages) -> Today:
    """Read everything once and derive the rest."""
    source = pages.source
    frame = pages.frame(request, language, "today")
    known, digest = source.evidenced(), source.digest()
    promises = fold(known, frame.now)
    day = frame.now.date()
    return Today(
        frame=frame,
        tally=tally(promises),
        sections=sections(promises),
        oldest=oldest(promises),
        simulated=sum(promise.simulated for promise in promises),
        told_asks=digest.asks is not None,
        asks=asks(digest.asks or (), source.plans(), known.attestations, frame.stops, day),
        upcoming=within_a_week(digest.upcoming, day),
        due=digest.due,
        changed=changes(promises, source.history(), day),
        unseen=unseen(promises) if known.results else None,
        novelties=digest.novelties,
    )


def oldest(promises: Iterable[PromiseStatus]) -> datetime | None:
    """The least recent answer of a check that any promise rests on; documents have years."""
    proofs = (proof for p in promises for item in p.items for proof in item.evidence)
    return min((proof.at for proof in proofs if proof.mode is not None), default=None)


def within_a_week(coming: Sequence[Upcoming] | None, day: date) -> tuple[Upcoming, ...] | None:
    """What comes on this day and the six after it, the nearest first; None if nobody told."""
    if coming is None:
        return None
    near = (each for each in coming if day <= each.on < day + SOON)
    return tuple(sorted(near, key=lambda each: each.on))


def asks(
    told: Sequence[Ask],
    plans: Iterable[PlanView],
    attestations: Iterable[Attestation],
    stops: Iterable[Stop],
    day: date,
) -> tuple[Ask, ...]:
    """What waits for a person: told, and what follows from plans, documents and stops."""
    found = [
        *(Ask(AskKind.RELEASE_STOP, stop.system or "") for stop in stops),
        *told,
        *(
            Ask(AskKind.APPROVE_PLAN, plan.system, plan.as_of, _clauses(plan), plan.id)
            for plan in plans
            if plan.state is PlanState.WAITING
        ),
        *_lapsing(attestations, day),
    ]
    return tuple(sorted(found, key=lambda ask: ask.due or date.min))


def _clauses(plan: PlanView) -> tuple[str, ...]:
    return tuple(sorted({clause for step in plan.steps for clause in step.clauses}))


def _lapsing(attestations: Iterable[Attestation], day: date) -> Iterable[Ask]:
    """The newest document of each clause, if it ends within thirty days or has ended."""
    newest: dict[str, date] = {}
    for document in attestations:
        newest[document.clause] = max(document.until, newest.get(document.clause, date.min))
    for clause, until in sorted(newest.items()):
        if until <= day + LAPSES_SOON:
            yield Ask(AskKind.RENEW_DOCUMENT, clause, until, (clause,))


def changes(
    promises: Iterable[PromiseStatus], points: Sequence[DayPoint], day: date
) -> tuple[Change, ...] | None:
    """Words that differ from the last day before today, the worse first; None without a past."""
    past = [point for point in points if point.day < day]
    if not past:
        return None
    before = past[-1].words
    found = [
        Change(p.clause, before[p.clause], p.status)
        for p in promises
        if before.get(p.clause, p.status) is not p.status
    ]
    return tuple(sorted(found, key=lambda change: RANK[change.after]))


def unseen(promises: Iterable[PromiseStatus]) -> tuple[Unseen, ...]:
    """Each unseen place once, with all clauses it makes unknown; the most clauses first."""
    clauses: defaultdict[Item, list[str]] = defaultdict(list)
    reasons: dict[Item, Reason] = {}
    for promise in promises:
        for reason in promise.reasons:
            if reason.code in UNSEEN and promise.clause not in clauses[reason.item]:
                clauses[reason.item].append(promise.clause)
                reasons.setdefault(reason.item, reason)
    found = [Unseen(item, reasons[item], tuple(ids)) for item, ids in clauses.items() if ids]
    return tuple(sorted(found, key=lambda place: (-len(place.clauses), place.item)))
