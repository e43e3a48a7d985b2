"""Erasing for a request: first what keeps the person from coming back, then a plan per system.

Nothing is erased here: each plan waits for two persons as any other, and is carried out by the
planner. What could not be planned is kept as a gap and tried again; an item is done only when every
plan of it has ended and every gap is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from avow.common.calendar import Period, add
from avow.common.errors import AvowError
from avow.common.masked import Masked
from avow.duties.correspondence.outbox import forget_person
from avow.duties.requests.acting.telling_recipients import tell_recipients
from avow.duties.requests.book import Book, Person, Said, given, persons_of, read, take
from avow.duties.requests.held import is_held
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.proposing import companies_own
from avow.duties.requests.rows import accepted_of, looked_for
from avow.duties.requests.steps import Begun, Done
from avow.duties.requests.tasks.making import gaps_of
from avow.duties.requests.words import ItemState, Right
from avow.engine.db.store import Row, Runs
from avow.engine.facts.standing import OURS
from avow.engine.planner.apply import Office
from avow.engine.planner.erasure_plan import Erasure, make_erasure
from avow.engine.planner.identities import Candidate
from avow.engine.planner.making import Estate, Memory, noted
from avow.engine.planner.records import OVER, Status, pass_to
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.requested import by_system
from avow.engine.planner.staying import Stay

ERASED, EMAIL, SPHERE = "erased", "email", "controller"
SUPPRESSED = Period(years=5)
"""How long an erased person is kept from being entered again by a list or a restored copy."""
_GOING_ON = frozenset({ItemState.ACCEPTED, ItemState.ACTING})
_LEFT = frozenset({Status.WITHDRAWN, Status.REFUSED})
"""Plans that ended without doing anything: another one may take their place."""
LEFT_OUT = "left out"
"""How it stands in a plan of many requests for one whose rows became more than was approved."""


class NotErased(AvowError):
    """An erasure that cannot begin or end (AV636, AV637)."""

    code = "AV636"


def nothing(_: str) -> None:
    """The default of `crash`."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What erasing works with; `crash` is called with the name of each moment between two
    transactions."""

    book: Book
    office: Office
    estate: Estate
    memory: Memory
    crash: Callable[[str], object] = nothing


@dataclass(frozen=True, slots=True)
class Part:
    """What became of one system: its plan and where it stands, or the code of why there is none."""

    system: str
    plan: str | None
    status: str
    gap: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Left:
    """Something that stays: where, which kinds of data, why by which clauses, and until when."""

    system: str
    dataset: str
    categories: tuple[str, ...]
    why: str
    clauses: tuple[str, ...]
    rows: int
    until: str
    ends: str


def begin(hands: Hands, request: str, item: int, *, by: str, at: datetime) -> tuple[Part, ...]:
    """Plan an accepted erasure in every system that holds rows of the person.

    Suppressions are written before any plan is made. Called again it makes what is missing: a plan
    that was withdrawn or refused, a system that was away.

    Raises:
        NotErased: AV636, the item is not accepted, nobody has said whose rows it is about, or a
            copy that the person asked for is not drawn yet.
        StepRefused: the request is not so far.
    """
    state = read(hands.book, request)
    asked = _asked(hands.book, state, item)
    rows = accepted_of(hands.book, request)
    if rows is None:
        raise _not(request, "nobody has said which rows are theirs", "`avow request rows`")
    people = persons_of(hands.book, request)
    suppress(hands.book, [people[asked.person]], at)
    hands.crash("suppressed")
    known = parts(hands.book, request, item)
    hours = hands.book.declaration.requests.undo_hours
    mine = [row for row in rows if row.person == asked.person]
    for wish in missing(mine, known, request, hours):
        plan_alone(hands, wish, item, by=by, at=at)
    return parts(hands.book, request, item)


def missing(
    rows: Iterable[Candidate], known: Iterable[Part], case: str, undo_hours: int
) -> Iterator[Erasure]:
    """The erasure of a person in each system with rows of theirs and without a plan."""
    there = planned_in(known)
    for system, seeds in by_system(tuple(rows)).items():
        if system not in there:
            roots = {d: tuple(dict.fromkeys(key for _, key in keys)) for d, keys in seeds.items()}
            yield Erasure(system, roots, case, undo_hours)


def planned_in(known: Iterable[Part]) -> frozenset[str]:
    """The systems in which there is a plan that stands, or was carried out."""
    return frozenset(part.system for part in known if part.plan and not _is_void(part))


def _asked(book: Book, state: Request, item: int) -> Item:
    asked = state.items.get(item)
    if asked is None or asked.right is not Right.ERASURE or asked.state not in _GOING_ON:
        raise _not(state.id, "the item is no accepted erasure", "`avow request decide`")
    if is_held(book.runs, state.id, asked.person):
        why = "the copy that they asked for is not drawn yet, and erasing first would spare it"
        raise _not(state.id, why, "`avow request answer`")
    return asked


def _not(request: str, because: str, help_: str) -> NotErased:
    return NotErased(f"no erasure begins for `{request}`", because=because, help=help_)


def suppress(book: Book, persons: Iterable[Person], at: datetime) -> None:
    """Keep persons from coming back: by keyed hashes, with a term, all or none. Whose account
    with a company goes because it asks is kept out of nothing: they may be there by themselves."""
    clause = next((r["clause"] for r in book.declaration.rights if r["right"] == "erasure"), "")
    ends = add(book.day(at), SUPPRESSED)
    pairs = [pair for person in persons if not person.tenant for pair in named(person)]
    book.runs.many("suppression_add", [_suppressed(book, *p, clause, at, ends) for p in pairs])


def _suppressed(
    book: Book, kind: str, value: str, clause: str, at: datetime, ends: date
) -> dict[str, object]:
    hashed = book.ring.keyed_hash(Masked(value), f"{kind}/1")
    return {
        "sphere": OURS,
        "subject": "",
        "key": kind,
        "hash": hashed.hash,
        "hash_key": hashed.key,
        "normaliser": f"{kind}/1",
        "reason": ERASED,
        "purpose": "",
        "clause": clause,
        "since": at,
        "ends_on": ends,
    }


def hashes_of(book: Book, person: Person) -> list[bytes]:
    """The keyed hashes by which `suppress` keeps a person from coming back."""
    pairs = named(person) if not person.tenant else ()
    return [book.ring.keyed_hash(Masked(value), f"{kind}/1").hash for kind, value in pairs]


def named(person: Person) -> tuple[tuple[str, str], ...]:
    """What names a person, each in one form: trimmed, lower case."""
    return tuple(dict.fromkeys((kind, v.strip().lower()) for kind, v in person.naming() if v))


def _is_void(part: Part) -> bool:
    return part.status in {LEFT_OUT, *map(str, _LEFT)}


def plan_alone(hands: Hands, wish: Erasure, item: int, *, by: str, at: datetime) -> None:
    """A plan in one system for one request, or the code of why there is none."""
    request, runs = wish.case, hands.book.runs
    _orphans(hands, wish)
    try:
        made = make_erasure(hands.office, hands.estate, hands.memory, wish, at)
    except PlannerError as error:
        set_plan(runs, request, item, wish.system, None, error.code or "AV448", at)
        return
    hands.crash("planned")
    plan = made.made.plan
    if made.made.status is Status.REFUSED:
        set_plan(runs, request, item, wish.system, None, "AV448", at)
        return
    with runs.transaction() as tx:
        inside = replace(hands.book, runs=tx)
        tx.run("requests_lock", requests=[request])
        if wish.system in planned_in(parts(inside, request, item)):
            # Somebody else was faster: what was counted here is for nobody.
            pass_to(tx, plan.id, Status.WITHDRAWN, [Status.WAITING], at)
            return
        keep_stays(tx, plan.id, [(request, item, made.stays)])
        set_plan(tx, request, item, wish.system, plan.id, "", at)
        take(hands.book, request, [Said(Begun(item=item, record=plan.id))], by=by, at=at, runs=tx)
        hands.book.tell([noted(plan)], at, tx)


def _orphans(hands: Hands, wish: Erasure) -> None:
    """Withdraw plans of this request in this system that no item has: the process that made one
    died before it could say so, and what it leaves died with it."""
    for row in hands.book.runs.run("plans_of_case", case_id=wish.case):
        is_open = Status(row["status"]) not in OVER
        if is_open and row["system"] == wish.system and not _is_taken(hands.book, wish, row["id"]):
            pass_to(
                hands.book.runs,
                row["id"],
                Status.WITHDRAWN,
                [Status(row["status"])],
                row["made_at"],
            )


def _is_taken(book: Book, wish: Erasure, plan: str) -> bool:
    items = read(book, wish.case).items.values()
    return any(plan in item.records for item in items)


def set_plan(
    runs: Runs, request: str, item: int, system: str, plan: str | None, gap: str, at: datetime
) -> None:
    """Write down which plan erases an item from a system, or why none does yet."""
    runs.run(
        "request_erasure_set",
        request=request,
        item=item,
        system=system,
        plan=plan,
        gap=gap,
        at=at,
    )


def keep_stays(runs: Runs, plan: str, left: Iterable[tuple[str, int, tuple[Stay, ...]]]) -> None:
    """Write down what a plan leaves of the person of each item of a request."""
    flat = [(request, item, stay) for request, item, stays in left for stay in stays]
    runs.many(
        "request_stay_add",
        [
            {
                "plan": plan,
                "number": number,
                "dataset": stay.dataset,
                "categories": list(stay.categories),
                "why": str(stay.why),
                "clauses": list(stay.clauses),
                "rows": stay.rows,
                "until": stay.until,
                "ends": stay.ends,
                "request": request,
                "item": item,
            }
            for number, (request, item, stay) in enumerate(flat, 1)
        ],
    )


def parts(book: Book, request: str, item: int) -> tuple[Part, ...]:
    """Where the erasure of an item stands, system by system."""
    return tuple(
        _part(row) for row in book.runs.run("request_erasures", requests=[request], item=item)
    )


def parts_of(book: Book, requests: Iterable[str]) -> dict[tuple[str, int], tuple[Part, ...]]:
    """The same for several requests, by request and item, in one statement."""
    found: dict[tuple[str, int], tuple[Part, ...]] = {}
    for row in book.runs.run("request_erasures", requests=list(requests), item=None):
        of = (row["request"], row["item"])
        found[of] = (*found.get(of, ()), _part(row))
    return found


def _part(row: Row) -> Part:
    return Part(row["system"], row["plan"], row["status"] or "", row["gap"], row["ended_at"])


def left(book: Book, request: str, item: int) -> tuple[Left, ...]:
    """What stays of an item, as it was when its plans were made."""
    return tuple(
        _left(row) for row in book.runs.run("request_stays", requests=[request], item=item)
    )


def left_of(book: Book, requests: Iterable[str]) -> dict[tuple[str, int], tuple[Left, ...]]:
    """The same for several requests, by request and item, in one statement."""
    found: dict[tuple[str, int], tuple[Left, ...]] = {}
    for row in book.runs.run("request_stays", requests=list(requests), item=None):
        of = (row["of_request"], row["of_item"])
        found[of] = (*found.get(of, ()), _left(row))
    return found


def _left(row: Row) -> Left:
    return Left(
        row["system"],
        row["dataset"],
        tuple(row["categories"]),
        row["why"],
        tuple(row["clauses"]),
        row["rows"],
        row["until"].isoformat() if row["until"] else "",
        row["ends"],
    )


@dataclass(frozen=True, slots=True)
class Finished:
    """How an erasure ended: places that are not done, kinds of data that stay, and from when the
    last answer may leave (the hours in which it can still be taken back are over)."""

    gaps: tuple[str, ...]
    retained: int
    answer_from: datetime


def finish(hands: Hands, request: str, item: int, *, by: str, at: datetime) -> Finished:
    """End an erasure whose plans have all ended: recipients are told, it is looked again, and our
    own older letters to the person are forgotten.

    A person who is found where nothing was to stay is a gap: what was erased came back, or a row
    was blocked.

    Raises:
        NotErased: AV637, a plan has not ended, or none was ever made.
        StepRefused: the request is not so far.
    """
    state = read(hands.book, request)
    asked = _asked(hands.book, state, item)
    known = parts(hands.book, request, item)
    waiting = [p.system for p in known if p.plan and not is_over(p)]
    if not known or waiting:
        raise NotErased(
            f"the erasure for `{request}` has not ended",
            because=f"plans wait: {', '.join(waiting)}" if waiting else "no plan was made",
            help="approve and apply the plans, or begin it: `avow request erase`",
            code="AV637",
        )
    company = persons_of(hands.book, request)[asked.person].tenant
    looked = looked_for(hands.book, hands.estate, request)
    looked = companies_own(hands.estate, looked, {asked.person: company} if company else {})
    found = [c for c in looked.found.candidates if c.person == asked.person]
    ended = Ended(state, asked, known, left(hands.book, request, item), found, looked.gaps)
    return end(hands, ended, by=by, at=at)


@dataclass(frozen=True, slots=True)
class Ended:
    """An erasure whose plans have all ended: what they leave, where the person was found again, and
    what could not be looked into."""

    request: Request
    item: Item
    parts: tuple[Part, ...]
    left: tuple[Left, ...]
    found: Sequence[Candidate]
    gaps: tuple[str, ...]


def are_carried_out(known: Iterable[Part]) -> bool:
    """Whether there is a plan in each system of an item, and every one was carried out, be it with
    somebody who stands alone."""
    statuses = [part.status if part.plan else "" for part in known]
    return bool(statuses) and set(statuses) <= {str(Status.DONE), str(Status.BLOCKED)}


def is_over(part: Part) -> bool:
    """Whether the plan of a system has ended, however."""
    return part.status in {str(s) for s in OVER}


def end(hands: Hands, ended: Ended, *, by: str, at: datetime) -> Finished:
    """Tell the recipients, forget our older letters, and say that it is done, with what is not.

    Raises:
        StepRefused: the request is not so far.
    """
    state, item = ended.request, ended.item.item
    tell_recipients(hands.book, state.id, item, by=by, at=at)
    gaps = (*_undone(ended.parts), *gaps_of(hands.book, state, item), *_again(ended))
    retained = sum(max(1, len(each.categories)) for each in ended.left)
    done = Done(item=item, gaps=len(gaps), retained=retained)
    hands.crash("told")
    forget_letters(hands.book, state, ended.item.person, at)
    take(hands.book, state.id, [Said(done)], by=by, at=at)
    hands.crash("ended")
    return Finished(tuple(gaps), retained, answer_from(hands.book, ended.parts, at))


def forget_letters(book: Book, state: Request, person: int, at: datetime) -> int:
    """Delete the letters of ours to an erased person that are older than their request; gives how
    many. Those since then are about it, or answer it, and go on their own day. What we wrote to a
    user is nothing that their company may ask for."""
    who = persons_of(book, state.id)[person]
    if who.tenant:
        return 0
    values = [value for kind, value in given(who) if kind == EMAIL]
    before = state.arrived or at
    return forget_person(book.runs, book.ring, SPHERE, [Masked(v) for v in values], before=before)


def _undone(known: tuple[Part, ...]) -> tuple[str, ...]:
    done = str(Status.DONE)
    return tuple(p.system for p in known if p.plan is None or p.status != done)


def _again(ended: Ended) -> tuple[str, ...]:
    """Systems where the person is found though nothing was to stay, or that could not be asked."""
    stays = {(each.system, each.dataset) for each in ended.left}
    found = {f"{c.system}.{c.dataset}" for c in ended.found if (c.system, c.dataset) not in stays}
    return (*sorted(found), *ended.gaps)


def answer_from(book: Book, known: tuple[Part, ...], at: datetime) -> datetime:
    """From when the last answer may leave: the hours in which an erasure may be taken back count
    from the end of its last plan."""
    ends = [part.ended_at for part in known if part.ended_at is not None]
    hours = timedelta(hours=book.declaration.requests.undo_hours)
    return (max(ends) + hours) if ends else at
