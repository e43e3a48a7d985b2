"""Erasures of many requests together: one plan per system, approved once, ended one by one.

What would be done for each alone is done for all: persons are kept from coming back before any
plan, rows are counted in shared statements, and what stays is divided by person. One that cannot go
with the others is planned by itself; one that is refused is said and stops nobody.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from avow.common.errors import AvowError
from avow.common.masked import Masked
from avow.duties.requests.acting.erasing import (
    Ended,
    Hands,
    Part,
    are_carried_out,
    end,
    keep_stays,
    left_of,
    missing,
    parts_of,
    plan_alone,
    planned_in,
    suppress,
)
from avow.duties.requests.book import Book, Person, Said, given, people_of, read_many, take
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.proposing import companies_own
from avow.duties.requests.rows import accepted_of_many
from avow.duties.requests.sparing import case_of
from avow.duties.requests.steps import Begun, Steps
from avow.duties.requests.words import ItemState, Right
from avow.engine.db.store import Runs
from avow.engine.planner.erasing_together import Counted, count_together, groups, keep_together
from avow.engine.planner.erasure_plan import Erasure
from avow.engine.planner.identities import Asked, Candidate
from avow.engine.planner.making import noted
from avow.engine.planner.plan import Plan
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.requested import Looked, look
from avow.engine.planner.sealed_persons import spare

FEW = 3
"""So many are tried one by one, whatever refuses them together."""
GROUP = 200
"""Persons who are looked for again together."""
_ACTING = frozenset({ItemState.ACCEPTED, ItemState.ACTING})

_MAY_RUN = frozenset(str(s) for s in (Status.APPROVED, Status.RUNNING, Status.PAUSED))
Of = tuple[str, int]
"""A request and an item of it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of one item: where its erasure stands in each system, or the code of why it was
    not begun at all."""

    request: str
    item: int
    parts: tuple[Part, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An accepted erasure, and the rows that were accepted as the person's."""

    state: Request
    item: Item
    who: Person = field(repr=False)
    rows: tuple[Candidate, ...] = field(repr=False)

    @property
    def of(self) -> Of:
        """The request and the item."""
        return self.state.id, self.item.item


@dataclass(frozen=True, slots=True)
class Waits:
    """What the erasures of all open requests wait for: items to be planned somewhere, plans that
    wait for approval, plans that may be carried out, items to be ended, and items that may not
    begin yet."""

    to_plan: tuple[Of, ...]
    to_approve: tuple[str, ...]
    to_run: tuple[str, ...]
    to_end: tuple[Of, ...]
    not_yet: tuple[Of, ...]


def waits_of(book: Book) -> Waits:
    """What is next for all of them, as our own records say: no system is asked."""
    wanted, refused = _wanted(book)
    known = parts_of(book, {each.state.id for each in wanted.values()})
    hours = book.declaration.requests.undo_hours
    plans = {p.plan: p.status for of in wanted for p in known.get(of, ()) if p.plan}
    return Waits(
        tuple(
            of
            for of, each in wanted.items()
            if any(missing(each.rows, known.get(of, ()), case_of(*of), hours))
        ),
        tuple(plan for plan, status in plans.items() if status == Status.WAITING),
        tuple(plan for plan, status in plans.items() if status in _MAY_RUN),
        tuple(of for of in wanted if are_carried_out(known.get(of, ()))),
        tuple((each.request, each.item) for each in refused),
    )


def begin_all(hands: Hands, *, by: str, at: datetime) -> tuple[Placed, ...]:
    """Plan every accepted erasure of an open request in every system with rows of the person, many
    in one plan. Called again it makes what is missing; a plan and its steps are one transaction, so
    a process that dies leaves no plan of which a request does not know.
    """
    book = hands.book
    wanted, refused = _wanted(book)
    known = parts_of(book, {each.state.id for each in wanted.values()})
    hours = book.declaration.requests.undo_hours
    wishes = {
        of: tuple(missing(each.rows, known.get(of, ()), case_of(*of), hours))
        for of, each in wanted.items()
    }
    suppress(book, [wanted[of].who for of, mine in wishes.items() if mine], at)
    hands.crash("suppressed")
    items = {case_of(*of): of for of in wanted}
    together = Beginning(hands, items, by, at)
    for group in groups([wish for mine in wishes.values() for wish in mine]):
        together.plan(group)
    now = parts_of(book, {each.state.id for each in wanted.values()})
    return (*(Placed(*of, now.get(of, ())) for of in wanted), *refused)


def _wanted(book: Book) -> tuple[dict[Of, _Wanted], tuple[Placed, ...]]:
    """The erasures that may begin, and those that may not yet: nobody has said whose rows they are
    about, or a copy that the person asked for comes first."""
    open_ = [row["id"] for row in book.runs.run("requests_open")]
    asked = {
        (name, item.item): (state, item)
        for name, state in read_many(book, open_).items()
        for item in state.items.values()
        if item.right is Right.ERASURE and item.state in _ACTING
    }
    names = sorted({name for name, _ in asked})
    rows, people = accepted_of_many(book, names), people_of(book, names)
    held = {(r["request"], r["person"]) for r in book.runs.run("erasures_held", requests=names)}
    may, not_yet = dict[Of, _Wanted](), list[Placed]()
    for of, (state, item) in asked.items():
        if state.id not in rows or (state.id, item.person) in held:
            not_yet.append(Placed(*of, code="AV636"))
            continue
        mine = tuple(c for c in rows[state.id] if c.person == item.person)
        may[of] = _Wanted(state, item, people[state.id][item.person], mine)
    return may, tuple(not_yet)


@dataclass(frozen=True, slots=True)
class Together(ABC):
    """Planning erasures together, whatever for: `items` says of which item each case is."""

    hands: Hands
    items: Mapping[str, Of]
    by: str
    at: datetime

    def plan(self, group: Sequence[Erasure]) -> None:
        """One plan for a group. Where it is refused as a whole, its halves are tried, so that
        whoever it is refused for stands alone in the end. One alone is planned as ever."""
        if len(group) == 1:
            self.alone(group[0])
            return
        try:
            counted = self.count(group)
        except Guarded as refused:
            if _is_systems(self.hands, group, refused):
                self.missed(self.hands.book.runs, group, "AV448")
                return
            middle = len(group) // 2
            for half in (group[:middle], group[middle:]):
                self.plan(half)
            return
        except PlannerError as error:
            self.missed(self.hands.book.runs, group, error.code or "AV448")
            return
        if counted is None:
            return
        self.hands.crash("counted")
        with self.hands.book.runs.transaction() as tx:
            self._keep(tx, counted, group)
            self.hands.crash("planned")
        self.hands.crash("committed")

    def _keep(self, runs: Runs, counted: Counted, group: Sequence[Erasure]) -> None:
        """Keep a plan, what it leaves of each, the step of each request, and its entry in the
        ledger, all or none. A request that went on meanwhile is left out of it."""
        mine, plan = [self.items[case] for case in dict.fromkeys(counted.cases)], counted.plan
        names = sorted({request for request, _ in mine})
        runs.run("requests_lock", requests=names)
        known = parts_of(replace(self.hands.book, runs=runs), names)
        free = [of for of in mine if self.is_free(of, plan.system, known.get(of, ()))]
        if not free:
            return
        made = keep_together(replace(self.hands.office, runs=runs), counted, self.at)
        if made.status is not Status.WAITING:
            self.missed(runs, group, "AV448")
            return
        begun = [of for of in free if self._is_taken(runs, of, plan)]
        gone = [case_of(*of) for of in mine if of not in begun]
        if gone:
            spare(runs, [plan.id], gone, self.at)
        keep_stays(runs, plan.id, [(*of, counted.stays.get(case_of(*of), ())) for of in begun])
        _set(runs, begun, plan.system, plan.id, "", self.at)
        self.kept(runs, plan, begun)
        self.hands.book.tell([noted(plan)], self.at, runs)

    def _is_taken(self, runs: Runs, of: Of, plan: Plan) -> bool:
        try:
            said = [Said(self.step(of, plan))]
            take(self.hands.book, of[0], said, by=self.by, at=self.at, runs=runs)
        except AvowError:
            return False
        return True

    @abstractmethod
    def count(self, group: Sequence[Erasure]) -> Counted | None:
        """A group counted as one plan; None where it needs none, or was planned otherwise. Raises
        what `count_together` raises."""

    @abstractmethod
    def alone(self, wish: Erasure) -> None:
        """Plan one by itself."""

    @abstractmethod
    def missed(self, runs: Runs, group: Sequence[Erasure], code: str) -> None:
        """Say that these have no plan, and why."""

    @abstractmethod
    def is_free(self, of: Of, system: str, known: Sequence[Part]) -> bool:
        """Whether an item may have the plan, by where its erasure stands now."""

    @abstractmethod
    def step(self, of: Of, plan: Plan) -> Steps:
        """What is noted with the request of an item."""

    @abstractmethod
    def kept(self, runs: Runs, plan: Plan, begun: Sequence[Of]) -> None:
        """What else follows for those who are in the plan."""


class Beginning(Together):
    """Erasures that begin: each gets its first plan in a system."""

    def count(self, group: Sequence[Erasure]) -> Counted:
        """As one plan, whatever of it can go."""
        return count_together(self.hands.office, self.hands.estate, self.hands.memory, group)

    def alone(self, wish: Erasure) -> None:
        """As a request by itself is planned."""
        request, item = self.items[wish.case]
        try:
            plan_alone(self.hands, replace(wish, case=request), item, by=self.by, at=self.at)
        except AvowError:
            return  # it went on meanwhile: taken back, or refused

    def missed(self, runs: Runs, group: Sequence[Erasure], code: str) -> None:
        """Each has a gap there, and is tried again."""
        of = [self.items[wish.case] for wish in group]
        _set(runs, of, group[0].system, None, code, self.at)

    def is_free(self, of: Of, system: str, known: Sequence[Part]) -> bool:
        """Nothing is planned for it there yet."""
        del of
        return system not in planned_in(known)

    def step(self, of: Of, plan: Plan) -> Steps:
        """It has begun."""
        return Begun(item=of[1], record=plan.id)

    def kept(self, runs: Runs, plan: Plan, begun: Sequence[Of]) -> None:
        """Nothing."""


def _is_systems(hands: Hands, group: Sequence[Erasure], whole: Guarded) -> bool:
    """Whether a refusal is about the system and nobody of the group: the first, the middle and the
    last are each refused alone for the same reasons. Else every one would be tried alone."""
    if len(group) <= FEW:
        return False
    codes = {finding.code for finding in whole.findings}
    for place in (0, len(group) // 2, -1):
        try:
            count_together(hands.office, hands.estate, hands.memory, [group[place]])
        except Guarded as alone:
            if {finding.code for finding in alone.findings} != codes:
                return False
        else:
            return False
    return True


def _set(
    runs: Runs, of: Sequence[Of], system: str, plan: str | None, gap: str, at: datetime
) -> None:
    runs.many(
        "request_erasure_set",
        [
            {"request": r, "item": i, "system": system, "plan": plan, "gap": gap, "at": at}
            for r, i in of
        ],
    )


@dataclass(frozen=True, slots=True)
class Closed:
    """How one erasure ended: places that are not done, and kinds of data that stay; or the code of
    why it could not end."""

    request: str
    item: int
    gaps: tuple[str, ...] = ()
    retained: int = 0
    code: str = ""


def finish_all(hands: Hands, *, by: str, at: datetime) -> tuple[Closed, ...]:
    """End every erasure of an open request that has a plan in each system, all of them carried out.
    The persons are looked for again in shared searches; each request ends by itself, and one that
    is refused stops no other. Called again it ends what is left, and nothing twice.

    Where a system is still without a plan nothing ends: `begin_all` tries it anew."""
    wanted, _ = _wanted(hands.book)
    known = parts_of(hands.book, {each.state.id for each in wanted.values()})
    over = [each for of, each in wanted.items() if are_carried_out(known.get(of, ()))]
    left = left_of(hands.book, {each.state.id for each in over})
    closed: list[Closed] = []
    for n in range(0, len(over), GROUP):
        group = over[n : n + GROUP]
        looked = _looked(hands, group)
        found = _by_person(looked)
        for number, each in enumerate(group):
            mine = found.get(number, [])
            ended = Ended(
                each.state, each.item, known[each.of], left.get(each.of, ()), mine, looked.gaps
            )
            closed.append(_closed(hands, ended, by=by, at=at))
    return tuple(closed)


def _looked(hands: Hands, group: Sequence[_Wanted]) -> Looked:
    asked = [
        Asked(number, kind, Masked(value))
        for number, each in enumerate(group)
        for kind, value in given(each.who)
    ]
    spoken = {number: each.who.tenant for number, each in enumerate(group) if each.who.tenant}
    return companies_own(hands.estate, look(hands.estate, asked), spoken)


def _by_person(looked: Looked) -> dict[int, list[Candidate]]:
    found: dict[int, list[Candidate]] = {}
    for each in looked.found.candidates:
        found.setdefault(each.person, []).append(each)
    return found


def _closed(hands: Hands, ended: Ended, *, by: str, at: datetime) -> Closed:
    of = ended.request.id, ended.item.item
    try:
        done = end(hands, ended, by=by, at=at)
    except AvowError as error:
        return Closed(*of, code=error.code)
    return Closed(*of, done.gaps, done.retained)


def plans_of(placed: Sequence[Placed]) -> Iterator[tuple[str, str, int]]:
    """Every plan of what was begun, with its system and for how many items it is."""
    many: dict[tuple[str, str], int] = {}
    for each in placed:
        for part in each.parts:
            if part.plan:
                many[part.plan, part.system] = many.get((part.plan, part.system), 0) + 1
    yield from ((plan, system, n) for (plan, system), n in many.items())
