"""Is what is restricted really out of use? Looked at through the eyes of those who read, by asking
as they ask, and by counting uses after the restriction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from avow.common.errors import AvowError
from avow.declaration.decision.may_use import RESTRICTED
from avow.declaration.load import resolve_url
from avow.declaration.model import Use
from avow.duties.requests.acting.asking_first import silent
from avow.duties.requests.acting.restricting import NONE, theirs
from avow.duties.requests.book import Book, read
from avow.duties.requests.in_time import PLACE, clauses_of
from avow.duties.requests.words import Right
from avow.engine.db.store import Row
from avow.engine.evidence.checks import (
    Check,
    CheckResult,
    Item,
    Outcome,
    blind,
    failed,
    passed,
)
from avow.engine.planner.asking_use import GONE, Question, Told, may_use_rows
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.restricting_cells import finds_open
from avow.engine.planner.through_readers import ReadBy, read_by_others
from avow.engine.verifier.used_after import CannotLook, Locked, Looked, finds_after, used_after
from avow.estate.datamap.model import Dataset
from avow.estate.datamap.reach import Key
from avow.estate.datamap.restricting import Mode


@dataclass(frozen=True, slots=True)
class Lock:
    """Rows of a dataset whose use is restricted for an item, since when, and by which mode."""

    system: str
    dataset: str
    mode: str
    keys: tuple[Key, ...]
    since: datetime


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
    locks = _locks(book)
    check = through_readers(clause)
    yield check, _result(check, PLACE, passed(len(locks)), at, seen=finds_open())
    for system in dict.fromkeys(lock.system for lock in locks):
        mine = [lock for lock in locks if lock.system == system]
        for item, outcome in _readers(estate, system, mine):
            yield check, _result(check, item, outcome, at, seen=finds_open())
        for item, outcome in _asked(book, estate, system, mine, at):
            yield check, _result(check, item, outcome, at, seen=finds_let_through())
    check = unused(clause)
    for system, found in _uses(book, estate, locks):
        yield check, _result(check, Item(system), found, at, seen=finds_after())


def _locks(book: Book) -> tuple[Lock, ...]:
    """The restrictions that stand; one whose rows are not known any more has none."""
    return tuple(_lock(book, row) for row in book.runs.run("restrictions_standing"))


def _lock(book: Book, row: Row) -> Lock:
    person = read(book, row["request"]).items[row["item"]].person
    try:
        keys = theirs(book, row["request"], person).get((row["system"], row["dataset"]), ())
    except AvowError:
        keys = ()
    return Lock(row["system"], row["dataset"], row["mode"], keys, row["since"])


# --- through the eyes of readers -------------------------------------------------------------


def _readers(estate: Estate, system: str, locks: Sequence[Lock]) -> Iterator[tuple[Item, Outcome]]:
    rows: dict[str, tuple[Key, ...]] = {}
    for lock in locks:
        rows[lock.dataset] = (*rows.get(lock.dataset, ()), *lock.keys)
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
    known = book.declaration.datamap.systems.get(system)
    for name in dict.fromkeys(lock.dataset for lock in locks if lock.mode == Mode.GATE):
        dataset = known.datasets.get(name) if known else None
        keys = tuple(key for lock in locks if lock.dataset == name for key in lock.keys)
        if dataset is None or dataset.restriction is None:
            yield Item(system, name), blind("there is no such dataset any more")
        else:
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


def _uses(book: Book, estate: Estate, locks: Sequence[Lock]) -> Iterator[tuple[str, Outcome]]:
    for system, known in book.declaration.datamap.systems.items():
        if not any(d.uses for d in known.datasets.values()):
            continue
        mine = [Locked(k.dataset, k.keys, k.since) for k in locks if k.system == system and k.keys]
        try:
            placed = replace(known, url=resolve_url(known, estate.environment))
            found = used_after(placed, book.zone, mine)
        except (AvowError, CannotLook) as error:
            yield system, blind(getattr(error, "code", "") or str(error))
            continue
        yield system, counted(found)
    told = {k.system for k in locks if k.mode != NONE}
    for system in sorted(told - {s for s, k in _with_uses(book)}):
        yield system, blind("no dataset says when its data are used (`uses`)")


def _with_uses(book: Book) -> Iterator[tuple[str, Dataset]]:
    for system, dataset in book.declaration.datamap.datasets():
        if dataset.uses:
            yield system.name, dataset


def counted(found: Sequence[Looked]) -> Outcome:
    """What moments of use say: one after the restriction is a fail."""
    rows, after = sum(f.rows for f in found), sum(f.after for f in found)
    if after:
        places = ", ".join(f"{f.dataset}.{f.column} for {f.purpose}" for f in found if f.after)
        return failed(after, f"data of restricted persons were used: {places}", count=rows)
    if unread := [f"{f.dataset}.{f.column}" for f in found if f.unread]:
        return blind(f"moments that cannot be read: {', '.join(unread)}")
    return passed(rows)


def _result(check: Check, item: Item, outcome: Outcome, at: datetime, *, seen: bool) -> CheckResult:
    return CheckResult(
        check=check.id,
        clauses=check.clauses,
        item=item,
        outcome=outcome,
        run_at=at,
        entry=0,
        canary_seen=seen,
    )
