"""Today: the answer first, then what needs a person, what is about to happen, what is unseen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated

from litestar import Response, get
from litestar.params import FromPath

from avow.duties.assurance.history import DayPoint, fold
from avow.duties.assurance.model import RANK, PromiseStatus, Reason, ReasonCode, Status
from avow.engine.accounts.matrix import Action
from avow.engine.evidence.checks import Item
from avow.faces.web.console.asks import Known, asks, reviews
from avow.faces.web.frame import Frame
from avow.faces.web.plot import Section, Tally, sections, tally
from avow.faces.web.render import GivenPages, Pages
from avow.faces.web.security import Asked
from avow.faces.web.source import Ask, Counted, Due, Novelty, Upcoming

SOON = timedelta(days=7)
PLAN, SHOWN = "plan", "shown"
HOWS = (PLAN, "automatic", "approve", SHOWN)
"""In which ways something goes, the surest first."""
FOR = {
    "requests": Action.SEE_REQUESTS,
    "instructions": Action.SEE_REQUESTS,
    "incidents": Action.SEE_INCIDENTS,
}
"""Pages that not everybody may see, and who may."""
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
class WeekLine:
    """What one clause moves in one dataset within the days: in all, and day by day."""

    dataset: str
    clause: str
    rows: int
    cells: int
    days: tuple[Upcoming, ...]
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class WeekGroup:
    """Lines that go in the same way: `plan` where one was approved, else by a level."""

    how: str
    lines: tuple[WeekLine, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """The days to come in one system. `erases`: whether anything of it will really go."""

    system: str
    erases: bool
    groups: tuple[WeekGroup, ...]


@dataclass(frozen=True, slots=True)
class Today:
    """The context of the page of today."""

    frame: Annotated[Frame, "what surrounds the page"]
    tally: Annotated[Tally, "how many promises have each word"]
    sections: Annotated[tuple[Section, ...], "the promises by section of the statement"]
    oldest: Annotated[datetime | None, "the oldest answer of a check that any promise rests on"]
    simulated: Annotated[int, "promises with evidence from a twin of a system"]
    asks: Annotated[tuple[Ask, ...], "what waits for a person, the most urgent first"]
    told_asks: Annotated[bool, "whether requests of persons are among what waits"]
    upcoming: Annotated[tuple[Week, ...] | None, "what becomes due within seven days, per system"]
    due: Annotated[tuple[Due, ...] | None, "rows and cells whose end has come, by clause"]
    counted: Annotated[tuple[Counted, ...], "when the systems were counted, and what was not seen"]
    counted_at: Annotated[datetime | None, "the oldest of these counts"]
    changed: Annotated[tuple[Change, ...] | None, "promises that changed since yesterday"]
    unseen: Annotated[tuple[Unseen, ...] | None, "places that cannot be seen"]
    novelties: Annotated[tuple[Novelty, ...] | None, "what is new in the systems"]


def show(request: Asked, language: FromPath[str], pages: GivenPages) -> Response[bytes]:
    """Show the page of today."""
    return pages.answer(request, "today.html", context(request, language, pages))


today = get("/{language:str}", sync_to_thread=True, action=Action.SEE_STATUS)(show)
today_twin = get("/{language:str}/today.json", sync_to_thread=True, action=Action.SEE_STATUS)(show)


def context(request: Asked, language: str, pages: Pages) -> Today:
    """Read everything once and derive the rest."""
    source = pages.source
    frame = pages.frame(request, language, "today")
    known, digest = source.evidenced(), source.digest()
    promises = fold(known, frame.now)
    day = frame.now.date()
    documents = (*known.attestations, *reviews(known.results))
    return Today(
        frame=frame,
        tally=tally(promises),
        sections=sections(promises),
        oldest=oldest(promises),
        simulated=sum(promise.simulated for promise in promises),
        told_asks=digest.asks is not None,
        asks=_for(frame, asks(Known(digest, promises, documents, frame.stops, day))),
        upcoming=week(digest.upcoming, day),
        due=due_in_order(digest.due),
        counted=digest.counted,
        counted_at=min((each.at for each in digest.counted), default=None),
        changed=changes(promises, source.history(1), day),
        unseen=unseen(promises) if known.results else None,
        novelties=digest.novelties,
    )


def _for(frame: Frame, found: Iterable[Ask]) -> tuple[Ask, ...]:
    """What concerns the reader: requests and incidents are for who may see them. Without accounts
    there is no page of holds: those are found with the plans that they keep."""
    hidden = {page for page, action in FOR.items() if frame.who and action not in frame.may}
    has_holds = Action.SEE_HOLDS in frame.may
    return tuple(
        each if has_holds or each.link[0] != "holds" else replace(each, link=("plans",))
        for each in found
        if each.link[0] not in hidden
    )


def oldest(promises: Iterable[PromiseStatus]) -> datetime | None:
    """The least recent answer of a check that any promise rests on; documents have years."""
    proofs = (proof for p in promises for item in p.items for proof in item.evidence)
    return min((proof.at for proof in proofs if proof.mode is not None), default=None)


def week(coming: Sequence[Upcoming] | None, day: date) -> tuple[Week, ...] | None:
    """What comes on this day and the next seven, per system; None if nobody told."""
    if coming is None:
        return None
    near = [each for each in coming if day <= each.on <= day + SOON]
    systems = sorted({each.system for each in near})
    return tuple(_week(name, [each for each in near if each.system == name]) for name in systems)


def _week(system: str, found: Sequence[Upcoming]) -> Week:
    by_way = {how: [each for each in found if _how(each) == how] for how in HOWS}
    groups = tuple(WeekGroup(how, _lines(mine)) for how, mine in by_way.items() if mine)
    return Week(system, any(each.erases for each in found), groups)


def _how(each: Upcoming) -> str:
    if each.plan is not None:
        return PLAN
    return each.level if each.erases else SHOWN


def _lines(found: Iterable[Upcoming]) -> tuple[WeekLine, ...]:
    places: dict[tuple[str, str, str | None], list[Upcoming]] = {}
    for each in sorted(found, key=lambda u: (in_order(u.clause), u.dataset, u.on)):
        places.setdefault((each.dataset, each.clause, each.plan), []).append(each)
    return tuple(
        WeekLine(
            dataset,
            clause,
            sum(each.rows for each in days),
            sum(each.cells for each in days),
            tuple(days),
            plan,
        )
        for (dataset, clause, plan), days in places.items()
    )


def in_order(clause: str) -> tuple[tuple[bool, int, str], ...]:
    """A key that puts `9.2` before `9.10`."""
    parts = re.findall(r"\d+|\D+", clause)
    return tuple((part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)


def due_in_order(due: Sequence[Due] | None) -> tuple[Due, ...] | None:
    """By clause, then place; None if nobody told."""
    if due is None:
        return None
    return tuple(sorted(due, key=lambda d: (in_order(d.clause), d.system, d.dataset)))


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
