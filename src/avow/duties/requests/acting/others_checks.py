"""Are tasks answered in time, recipients told, and others' data left to their controller?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from avow.duties.requests.acting.telling_recipients import TELLS, concerned
from avow.duties.requests.book import Book, read_many
from avow.duties.requests.in_time import FRESH, PLACE, SEEN, clauses_of
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.tasks import kept, machine
from avow.duties.requests.tasks.instructing import log_of
from avow.duties.requests.tasks.kept import Kept
from avow.duties.requests.tasks.machine import Act, Entry, Made, State, Task
from avow.duties.requests.tasks.mailboxes import NobodyToAsk, owner_of
from avow.duties.requests.tasks.making import ACTS, needed
from avow.duties.requests.words import ItemState
from avow.engine.evidence.checks import Check, CheckResult, failed, passed
from avow.engine.planner.unspoken import unspoken

PROMISED = "processor"
"""What the notice's `promises` call the clause about data that we hold for others."""
HANDED_WITHIN = timedelta(days=5)
"""Days within which a request about another controller's data is handed over."""


def in_time(clause: str) -> Check:
    """Did everybody who was given a task for this right answer by its last day, and is there
    nobody to ask nowhere?"""
    name = f"requests.tasks-in-time.{clause}"
    return Check(name, frozenset({clause}), freshness=FRESH, everywhere=False)


def told(clause: str) -> Check:
    """Was every recipient that got the data told, and did it say so by the last day (art. 19)?"""
    name = f"requests.recipients-told.{clause}"
    return Check(name, frozenset({clause}), freshness=FRESH, everywhere=False)


def transmitted(clause: str) -> Check:
    """Was every request about others' data handed over in time and received, and every instruction
    confirmed and carried out?"""
    name = f"requests.transmitted.{clause}"
    return Check(name, frozenset({clause}), freshness=FRESH, everywhere=False)


def left_alone(clause: str) -> Check:
    """Did no plan of ours ever run in a dataset that we hold for others?"""
    name = f"requests.processor-left-alone.{clause}"
    return Check(name, frozenset({clause}), freshness=FRESH, everywhere=False)


def answers(book: Book, *, day: date, at: datetime) -> Iterator[tuple[Check, CheckResult]]:
    """What these checks answer on a day, each with its canary."""
    tasks = kept.seen_since(book, at - SEEN)
    rows = book.runs.run("requests_listed", since=day - SEEN, most=100_000)
    requests = tuple(read_many(book, [row["id"] for row in rows]).values())
    for right, clause in clauses_of(book).items():
        if right in ACTS:
            yield _in_time(book, clause, ACTS[right], tasks, requests, day, at)
        if right in TELLS:
            yield _told(book, clause, TELLS[right], tasks, requests, day, at)
    edition = book.declaration.edition
    clause = edition.promises.get(PROMISED, "") if edition is not None else ""
    if clause:
        yield _transmitted(book, clause, tasks, requests, day, at)
        yield _left_alone(book, clause, at)


def _in_time(
    book: Book,
    clause: str,
    act: Act,
    tasks: Sequence[Kept],
    requests: Sequence[Request],
    day: date,
    at: datetime,
) -> tuple[Check, CheckResult]:
    mine = [k.task for k in tasks if k.task.act is act]
    late = [t for t in mine if t.is_overdue(day)]
    missing = _missing(book, act, tasks, requests)
    ownerless = _ownerless(book)
    bad = len(late) + missing + len(ownerless)
    where = "tasks are overdue or were never made, or systems have nobody to ask"
    outcome = failed(bad, where, count=len(mine)) if bad else passed(len(mine))
    check = in_time(clause)
    return check, check.answered(PLACE, outcome, at, canary_seen=_planted(act, day).is_overdue(day))


def _missing(book: Book, act: Act, tasks: Sequence[Kept], requests: Sequence[Request]) -> int:
    """Systems that an item asks people to look into and for which there is no task."""
    there = {(k.request, k.item, k.task.place) for k in tasks}
    return sum(
        (request.id, item.item, f"system:{system}") not in there
        for request in requests
        for item, does, system in needed(book, request)
        if does is act
    )


def _ownerless(book: Book) -> list[str]:
    return [system for system in unspoken(book.declaration) if not _has_owner(book, system)]


def _has_owner(book: Book, system: str) -> bool:
    try:
        owner_of(book, system)
    except NobodyToAsk:
        return False
    return True


def _told(
    book: Book,
    clause: str,
    act: Act,
    tasks: Sequence[Kept],
    requests: Sequence[Request],
    day: date,
    at: datetime,
) -> tuple[Check, CheckResult]:
    mine = [k for k in tasks if k.task.act is act]
    stuck = [k for k in mine if _is_stuck(k.task, day)]
    untold = _untold(book, act, mine, requests)
    bad = len(stuck) + untold
    where = "recipients were not told, or did not answer"
    outcome = failed(bad, where, count=len(mine)) if bad else passed(len(mine))
    check = told(clause)
    return check, check.answered(PLACE, outcome, at, canary_seen=_is_stuck(_planted(act, day), day))


def _is_stuck(task: Task, day: date) -> bool:
    return task.is_overdue(day) or task.state is State.UNREACHABLE


def _untold(book: Book, act: Act, mine: Sequence[Kept], requests: Sequence[Request]) -> int:
    """Recipients in the log of a person whose item was carried out, and who got no task."""
    asked = {(k.request, k.item, k.task.place) for k in mine}
    return sum(
        (request.id, item.item, f"recipient:{got.recipient}") not in asked
        for request in requests
        for item in request.items.values()
        if TELLS.get(item.right) is act and item.state is ItemState.DONE
        for got in concerned(book, request, item)
    )


def _transmitted(
    book: Book,
    clause: str,
    tasks: Sequence[Kept],
    requests: Sequence[Request],
    day: date,
    at: datetime,
) -> tuple[Check, CheckResult]:
    ours = {Act.HAND_OVER, Act.CONFIRM, Act.INSTRUCTED, Act.FETCH}
    mine = [k for k in tasks if k.task.act in ours]
    late = [k for k in mine if _is_stuck(k.task, day)]
    items = [(r, i) for r in requests for i in r.items.values()]
    slow = [i for r, i in items if i.state is ItemState.TRANSMITTED and _was_slow(r, i, mine, book)]
    lost = [each for each in log_of(book) if each.state == "confirmed"]
    bad = len(late) + len(slow) + len(lost)
    where = "requests or instructions of other controllers wait, or went late"
    outcome = failed(bad, where, count=len(mine)) if bad else passed(len(mine))
    check, seen = transmitted(clause), _is_stuck(_planted(Act.HAND_OVER, day), day)
    return check, check.answered(PLACE, outcome, at, canary_seen=seen)


def _was_slow(request: Request, item: Item, tasks: Sequence[Kept], book: Book) -> bool:
    """Whether an item went later than five days after the request arrived, or has no proof."""
    made = [book.runs.one("task_known", id=k.task.id) for k in tasks if k.task.id in item.records]
    days = [book.day(row["made_at"]) for row in made if row is not None]
    return not days or min(days) > request.received + HANDED_WITHIN


def _left_alone(book: Book, clause: str, at: datetime) -> tuple[Check, CheckResult]:
    others = held_for_others(book)
    worked = {(row["system"], row["dataset"]) for row in book.runs.run("datasets_worked_on")}
    crossed = crossings(worked, others)
    where = "plans of ours ran in datasets held for others"
    outcome = failed(len(crossed), where, count=len(others)) if crossed else passed(len(others))
    seen = all(crossings({each}, others) for each in others) if others else None
    check = left_alone(clause)
    return check, check.answered(PLACE, outcome, at, canary_seen=seen)


def held_for_others(book: Book) -> frozenset[tuple[str, str]]:
    """The datasets that we hold as a processor, as (system, dataset)."""
    datasets = book.declaration.datamap.datasets()
    return frozenset((s.name, d.name) for s, d in datasets if not d.is_ours)


def crossings(
    worked: set[tuple[str, str]], others: frozenset[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """The datasets held for others in which something of ours ran."""
    return others & worked


def _planted(act: Act, day: date) -> Task:
    """A task whose last day is over beyond doubt: whoever judges must find it."""
    then = day - timedelta(days=30)
    made = Entry(1, datetime.combine(then, datetime.min.time(), tzinfo=UTC), then, "avow", Made())
    new = Task("task-" + "a" * 26, act, "system:planted", "person:planted", then)
    return machine.folded(new, [made])
