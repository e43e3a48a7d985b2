"""Is what is restricted really out of use? Looked at through the eyes of those who read, by asking
as they ask, and by counting uses after the restriction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from avow.common.calendar import after
from avow.common.errors import AvowError
from avow.declaration.decision.may_use import RESTRICTED
from avow.declaration.load import resolve_url
from avow.declaration.model import Use
from avow.duties.requests.acting.asking_first import silent
from avow.duties.requests.acting.restricting import NotActed, theirs
from avow.duties.requests.book import Book, read
from avow.duties.requests.in_time import PLACE, clauses_of
from avow.duties.requests.words import Right
from avow.engine.evidence.checks import (
    Check,
    CheckResult,
    Item,
    Outcome,
    blind,
    failed,
    passed,
)
from avow.engine.facts.standing import RESTRICTION
from avow.engine.planner.asking_use import (
    GONE,
    Question,
    Told,
    may_use_rows,
    restricted_rows,
)
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.restricting_cells import finds_open
from avow.engine.planner.through_readers import ReadBy, read_by_others
from avow.engine.verifier.used_after import CannotLook, Locked, Looked, finds_after, used_after
from avow.estate.datamap.model import Dataset
from avow.estate.datamap.reach import Key
from avow.estate.datamap.restricting import Mode

BY_HAND = "AV665"
"""The code of a system that people look into: they were given a task, which is looked at."""


@dataclass(frozen=True, slots=True)
class Lock:
    """One row of a dataset whose use is restricted, and since when. `enforced`: by the mode of the
    dataset too, and not by what avow answers and plans alone, as while an objection waits."""

    dataset: str
    key: Key
    since: datetime
    enforced: bool


def through_readers(clause: str) -> Check:
    """Does nobody who reads a system find a restricted row in use?"""
    name = f"requests.restricted-readers.{clause}"
    return Check(name, frozenset({clause}), freshness=timedelta(days=2), everywhere=False)


def unused(clause: str) -> Check:
    """Were no data of a restricted person used after the restriction?"""
    name = f"requests.unused-after.{clause}"
    return Check(name, frozenset({clause}), freshness=timedelta(days=2), everywhere=False)


def answers(book: Book, estate: Estate, *, at: datetime) -> Iterator[tuple[Check, CheckResult]]:
    """One answer for each dataset that others read, and for each system that writes its uses."""
    clause = clauses_of(book).get(Right.RESTRICTION)
    if clause is None:
        return
    readers, uses = through_readers(clause), unused(clause)
    locks: list[Lock] = []
    for system in book.declaration.datamap.systems:
        try:
            mine = _locks(book, estate, system, at)
        except AvowError as error:
            if error.code != BY_HAND:
                for check in (readers, uses):
                    hidden = blind(error.code)
                    yield check, check.answered(Item(system), hidden, at, canary_seen=finds_open())
            continue
        locks += mine
        for item, outcome in (*_readers(estate, system, mine),
                              *_asked(book, estate, system, mine, at)):  # fmt: skip
            seen = finds_open() and finds_let_through()
            yield readers, readers.answered(item, outcome, at, canary_seen=seen)
        if (found := _uses(book, estate, system, mine)) is not None:
            yield uses, uses.answered(Item(system), found, at, canary_seen=finds_after())
    yield readers, readers.answered(PLACE, passed(len(locks)), at, canary_seen=finds_open())
    yield uses, uses.answered(PLACE, passed(len(locks)), at, canary_seen=finds_after())


def _locks(book: Book, estate: Estate, system: str, at: datetime) -> list[Lock]:
    """The rows of a system that facts restrict, whatever for: a restriction that was asked, a
    correction that is contested, an objection that is not decided.

    Raises:
        Away: the system does not answer.
        AvowError: nothing speaks to it, or it refuses to be read.
    """
    memory = Memory(book.runs, book.ring, book.declaration, book.day(at))
    if not any(fact.name == RESTRICTION for fact in memory.facts()):
        return []
    since = _instants(book, system)
    found = []
    for dataset, keys in restricted_rows(estate, memory, system).items():
        for key, day in keys.items():
            exact = since.get((dataset, *map(str, key)))
            found.append(Lock(dataset, key, exact or after(day, book.zone), exact is not None))
    return found


def _instants(book: Book, system: str) -> dict[tuple[str, ...], datetime]:
    """Since which instant rows are restricted, where their request still knows them; the facts
    themselves say the day."""
    found: dict[tuple[str, ...], datetime] = {}
    for row in book.runs.run("restrictions_standing"):
        if row["system"] != system:
            continue
        person = read(book, row["request"]).items[row["item"]].person
        try:
            keys = theirs(book, row["request"], person).get((system, row["dataset"]), ())
        except NotActed:
            continue
        for key in keys:
            name = (row["dataset"], *map(str, key))
            found[name] = min(found.get(name, row["since"]), row["since"])
    return found


# --- through the eyes of readers -------------------------------------------------------------


def _readers(estate: Estate, system: str, locks: Sequence[Lock]) -> Iterator[tuple[Item, Outcome]]:
    rows: dict[str, list[Key]] = {}
    for lock in locks:
        if lock.enforced:
            rows.setdefault(lock.dataset, []).append(lock.key)
    if not rows:
        return
    try:
        found = read_by_others(estate, system, rows)
    except AvowError as error:
        yield Item(system), blind(error.code)
        return
    for each in found:
        yield Item(system, each.dataset), judged(each)


def judged(found: ReadBy) -> Outcome:
    """What a look through a reader's eyes says: seen or passed by is a fail, whatever is blind."""
    if found.open or found.ways:
        ways = f" ({'; '.join(found.ways)})" if found.ways else ""
        where = f"restricted rows are open to those who read{ways}"
        return failed(found.open or found.rows, where, count=found.rows)
    return blind(found.blind) if found.blind else passed(found.rows)


# --- at a gate -------------------------------------------------------------------------------


def _asked(
    book: Book, estate: Estate, system: str, locks: Sequence[Lock], at: datetime
) -> Iterator[tuple[Item, Outcome]]:
    for name, dataset in book.declaration.datamap.systems[system].datasets.items():
        keys = tuple(lock.key for lock in locks if lock.dataset == name)
        if keys and dataset.restriction and dataset.restriction.mode is Mode.GATE:
            yield Item(system, name), _at_gate(book, estate, system, dataset, keys, at)


def _at_gate(
    book: Book,
    estate: Estate,
    system: str,
    dataset: Dataset,
    keys: tuple[Key, ...],
    at: datetime,
) -> Outcome:
    """The answer must be no for every restricted row and purpose, and who is to ask must ask."""
    memory = Memory(book.runs, book.ring, book.declaration, book.day(at))
    texts = tuple(tuple(map(str, key)) for key in keys)
    allowed: set[tuple[str, ...]] = set()
    try:
        for purpose in book.declaration.purposes:
            question = Question(system, dataset.name, texts, Use(purpose))
            allowed |= let_through(may_use_rows(estate, memory, question) if texts else ())
    except AvowError as error:
        return blind(error.code)
    if allowed:
        return failed(len(allowed), "restricted rows are let through", count=len(keys))
    how = dataset.restriction
    if how is None or not how.readers:
        return blind("nobody is declared who asks before each use")
    if away := silent(book, system, dataset.name, how.readers, at):
        return blind(f"not asked for a week by: {', '.join(away)}")
    return passed(len(keys))


def let_through(told: Sequence[Told]) -> frozenset[tuple[str, ...]]:
    """Restricted rows of which a gate does not say that they are; rows that are gone are no use."""
    no = {str(RESTRICTED), str(GONE)}
    return frozenset(each.key for each in told if no.isdisjoint(each.reasons))


def finds_let_through() -> bool:
    """The canary: whether a row that is let through is found, and one that is refused is not."""
    told = (Told(("1",), ()), Told(("2",), ("the purpose has ended",)))
    return len(let_through(told)) == len(told) and not let_through(
        [Told(("3",), (str(RESTRICTED),))]
    )


# --- uses after the restriction --------------------------------------------------------------


def _uses(book: Book, estate: Estate, system: str, locks: Sequence[Lock]) -> Outcome | None:
    """What moments of use say in a system; None where nothing is restricted or declared."""
    known = book.declaration.datamap.systems[system]
    if not any(d.uses for d in known.datasets.values()):
        return blind("no dataset says when its data are used (`uses`)") if locks else None
    mine = [Locked(lock.dataset, (lock.key,), lock.since) for lock in locks]
    try:
        placed = replace(known, url=resolve_url(known, estate.environment))
        return counted(used_after(placed, book.zone, mine))
    except AvowError as error:
        return blind(error.code)
    except CannotLook as error:
        return blind(str(error))


def counted(found: Sequence[Looked]) -> Outcome:
    """What moments of use say: one after the restriction is a fail."""
    rows, after = sum(f.rows for f in found), sum(f.after for f in found)
    if after:
        places = ", ".join(f"{f.dataset}.{f.column} for {f.purpose}" for f in found if f.after)
        return failed(after, f"data of restricted persons were used: {places}", count=rows)
    if unread := [f"{f.dataset}.{f.column}" for f in found if f.unread]:
        return blind(f"moments that cannot be read: {', '.join(unread)}")
    return passed(rows)
