"""Who really got a person's data, and that they are told what became of them (art. 19 GDPR)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from avow.common.calendar import add
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.duties.requests.book import Book, Person, persons_of, read
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.tasks.kept import Wanted
from avow.duties.requests.tasks.machine import Act
from avow.duties.requests.tasks.mailboxes import accountable_of
from avow.duties.requests.tasks.making import begin, due_of
from avow.duties.requests.words import ItemState, Right, Voice
from avow.engine.db.store import Row, Runs

FORM = "disclosed-person/1"
TELLS: Mapping[Right, Act] = {
    Right.ERASURE: Act.TELL_ERASED,
    Right.RECTIFICATION: Act.TELL_CORRECTED,
    Right.RESTRICTION: Act.TELL_RESTRICTED,
}
"""What recipients are told of; the other rights tell them nothing."""
_GOING_ON = frozenset({ItemState.ACCEPTED, ItemState.ACTING, ItemState.DONE})


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Data that went to a recipient. `persons` are values that name whose data they were."""

    recipient: str
    categories: tuple[str, ...]
    day: date
    persons: tuple[Masked[str], ...] = field(repr=False)
    system: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Got:
    """A recipient that really got data of a person: which categories, and when last."""

    recipient: str
    categories: tuple[str, ...]
    last: date


def disclosed(book: Book, what: Disclosure, *, by: str, runs: Runs | None = None) -> str:
    """Write into the log of transmissions; whoever discloses does it, in its own transaction.

    Persons are kept as keyed hashes, as long as the records of requests. Gives the id of the line.
    """
    name = new_id("disclosure")
    with (runs or book.runs).transaction() as tx:
        tx.run(
            "disclosure_add",
            id=name,
            recipient=what.recipient,
            system=what.system,
            purpose=what.purpose,
            categories=list(what.categories),
            day=what.day,
            forget_on=add(what.day, book.declaration.requests.kept),
            by=by,
        )
        for value in what.persons:
            hashed = book.ring.keyed_hash(Masked(_form(value.reveal())), FORM)
            tx.run("disclosed_person_add", disclosure=name, hash=hashed.hash, hash_key=hashed.key)
    return name


def forget_disclosures(book: Book, day: date) -> int:
    """Delete the lines whose last day is over; gives how many."""
    return len(book.runs.run("disclosures_forget", day=day))


def recipients_of(book: Book, request: str, person: int) -> tuple[Got, ...] | None:
    """Who really got data of a person of a request (art. 15(1)(c); CJEU C-154/21), by recipient.

    None where no log of any transmission is kept: then nobody can say. Empty: logs are kept, and
    none names the person.
    """
    if not book.runs.run("disclosures_logged"):
        return None
    return _got(_lines(book, persons_of(book, request)[person]))


def _got(rows: Iterable[Row]) -> tuple[Got, ...]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["recipient"], []).append(row)
    return tuple(
        Got(
            name,
            tuple(dict.fromkeys(c for row in lines for c in row["categories"])),
            max(row["disclosed_on"] for row in lines),
        )
        for name, lines in sorted(found.items())
    )


def _lines(book: Book, person: Person) -> Sequence[Row]:
    values = {_form(v) for _, v in person.naming() if v}
    hashes = [
        book.ring.keyed_hash(Masked(value), FORM, key).hash
        for value in sorted(values)
        for key in book.ring.hashing.by_id
    ]
    return book.runs.run("disclosures_of", hashes=hashes) if hashes else []


def _form(value: str) -> str:
    return value.strip().lower()


@dataclass(frozen=True, slots=True)
class Telling:
    """Whom an item made us tell: ids of new tasks, and declared recipients about whom nobody
    accountable can be asked."""

    tasks: tuple[str, ...]
    nobody: tuple[str, ...]


def tell_recipients(
    book: Book,
    request: str,
    item: int,
    *,
    by: str,
    at: datetime,
    purposes: frozenset[str] | None = None,
) -> Telling:
    """Give each recipient of an item the task to follow it; calling it again adds what is new.

    A recipient in the log is told itself. A declared one (of `purposes`; of all when None) of which
    no log is kept may never have had the data, and telling it would disclose them: who is
    accountable gets the task to find out, and to tell it.
    """
    state = read(book, request)
    asked = state.items.get(item)
    act = TELLS.get(asked.right) if asked is not None else None
    if asked is None or act is None or asked.state not in _GOING_ON:
        return Telling((), ())
    got = {g.recipient for g in concerned(book, state, asked)}
    unlogged = unlogged_of(book, purposes)
    who = accountable_of(book.declaration)
    wanted = [(name, f"recipient:{name}", "log") for name in sorted(got)]
    wanted += [(name, who, "declared") for name in sorted(unlogged - got) if who]
    made = _made(book, state, asked, act, wanted, by=by, at=at)
    return Telling(made, () if who else tuple(sorted(unlogged - got)))


def concerned(book: Book, request: Request, item: Item) -> tuple[Got, ...]:
    """Who got data that an item is about. A company decides about its own rows alone: to tell who
    got other data of the person would disclose that it left, and lose data that it did not mean. A
    line of the log that names no category may be about any."""
    got = recipients_of(book, request.id, item.person) or ()
    if request.persons[item.person].voice is not Voice.COMPANY:
        return got
    systems = book.declaration.datamap.systems
    rows = [r for r in accepted_of(book, request.id) or () if r.person == item.person]
    about = {c for r in rows for c in systems[r.system].datasets[r.dataset].categories()}
    return tuple(each for each in got if not each.categories or about & set(each.categories))


def unlogged_of(book: Book, purposes: frozenset[str] | None = None) -> frozenset[str]:
    """The declared recipients of purposes of which no log of transmissions is kept."""
    logged = {row["recipient"] for row in book.runs.run("disclosures_logged")}
    concerned = (
        p for p in book.declaration.purposes.values() if purposes is None or p.id in purposes
    )
    return frozenset(r for p in concerned for r in p.recipients) - logged


def _made(
    book: Book,
    request: Request,
    item: Item,
    act: Act,
    wanted: Iterable[tuple[str, str, str]],
    *,
    by: str,
    at: datetime,
) -> tuple[str, ...]:
    made: list[str] = []
    with book.runs.transaction() as tx:
        row = tx.one("request_lock", id=request.id)
        if row is None:
            return ()
        for name, asks, basis in wanted:
            task = Wanted(
                act, f"recipient:{name}", asks, due_of(book, request, book.day(at)), basis,
                row["key"], bytes(row["salt"]), request.id, item.item, item.person,
            )  # fmt: skip
            made += begin(book, tx, task, item, by=by, at=at)
    return tuple(made)
