"""What an act of a person ends: purposes, at once, by facts that every plan and use check obeys.

Nothing is undone of what was done before (art. 7(3)): facts are added, none is taken away. A fact
counts from when the person said it, not from when somebody wrote it down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from avow.common.calendar import Period, add
from avow.common.errors import AvowError
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.declaration.interpretation import in_force
from avow.declaration.model import Basis, Purpose
from avow.duties.requests.book import Book, given, persons_of
from avow.duties.requests.rows import accepted_of
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import PurposeEnded
from avow.engine.facts.about import OBJECTED, UNSUBSCRIBED, about_each, suppress
from avow.engine.facts.standing import ENDED, ROW, Noting, Who, close_all, note_all, row

CONSENT = "consent"
"""The fact that somebody agreed to a purpose; its code is the purpose."""
SUPPRESSED = Period(years=10)
"""How long a keyed hash keeps somebody out of a purpose after their data are gone: an objection
has no end of its own, and what is kept of a person must have one."""


class Act(StrEnum):
    """What a person did; `restricted`: all use stands still until an objection is decided."""

    OBJECTION = "objection"
    MARKETING = "marketing"
    WITHDRAWAL = "withdrawal"
    UNSUBSCRIBED = "unsubscribed"
    RESTRICTED = "restricted"


class NotEnded(AvowError):
    """An act that ends nothing, or not now (AV695)."""

    code = "AV695"


@dataclass(frozen=True, slots=True)
class Ending:
    """An act: what it ends, for whom, on which clause, since when, and with which request."""

    act: Act
    purposes: tuple[Purpose, ...]
    whos: tuple[Who, ...]
    clause: str
    since: datetime
    request: str | None = None
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """What an act came to: the records of it, and the purposes that ended."""

    records: tuple[str, ...]
    purposes: tuple[str, ...]


def named_by(kind: str, value: str) -> Who:
    """Whom a value names, in the form in which it is found again: addresses in lower case."""
    plain = value.strip()
    return Who(kind, Masked(plain.lower() if kind == "email" else plain))


def whos_of(book: Book, request: str, person: int) -> tuple[Who, ...]:
    """What names a person of a request: the values they gave, and rows that were accepted as theirs
    and may be known by other values."""
    who = persons_of(book, request)[person]
    values = [named_by(kind, value) for kind, value in given(who)]
    mine = [c for c in accepted_of(book, request) or () if c.person == person]
    return (*values, *(row(c.system, c.dataset, key) for c in mine for key in c.keys))


def purposes_of(book: Book, at: datetime) -> tuple[Purpose, ...]:
    """The purposes of the declaration that is in force on the day."""
    law, _ = in_force(book.declaration, book.day(at))
    return law.purposes


def on(purposes: Iterable[Purpose], basis: Basis) -> tuple[Purpose, ...]:
    """The purposes that rest on a legal basis."""
    return tuple(p for p in purposes if p.basis is basis)


def end(book: Book, runs: Runs, ending: Ending, at: datetime) -> Ended:
    """Write an act down, in the caller's transaction; what had ended before is not ended again."""
    records = tuple(_records(book, runs, ending, at))
    return Ended(records, tuple(p.id for p in ending.purposes))


def _records(book: Book, runs: Runs, ending: Ending, at: datetime) -> Iterator[str]:
    standing = about_each(runs, book.ring, ending.whos, at)
    for purpose in ending.purposes:
        known = tuple(
            (who, tuple(each for each in mine if each.name in _names(purpose.id)))
            for who, mine in zip(ending.whos, standing, strict=True)
        )
        fresh = [w for w, mine in known if f"{ENDED}:{purpose.id}" not in {m.name for m in mine}]
        noting = [Noting(ENDED, w, purpose.id, ending.clause, ending.since) for w in fresh]
        facts = note_all(runs, book.ring, noting, at=at)
        # That consent was given, and from when to when, stays written.
        given = [m.id for _, mine in known for m in mine if m.name == f"{CONSENT}:{purpose.id}"]
        close_all(runs, given, at)
        for who in ending.whos:
            if purpose.marketing and who.kind != ROW:
                _keep_out(book, runs, who, ending, purpose.id, at)
        if facts or ending.item is not None:
            yield record(book, runs, ending, purpose.id, facts, at)


def _names(purpose: str) -> tuple[str, str]:
    return f"{ENDED}:{purpose}", f"{CONSENT}:{purpose}"


def record(
    book: Book, runs: Runs, ending: Ending, purpose: str, facts: Sequence[str], at: datetime
) -> str:
    """Keep which facts an act made, and tell the ledger; gives the id of the record."""
    name = new_id("end")
    runs.run(
        "purpose_end_add",
        id=name,
        request=ending.request,
        item=ending.item,
        act=str(ending.act),
        purpose=purpose,
        clause=ending.clause,
        facts=list(facts),
        since=ending.since,
        at=at,
    )
    body = PurposeEnded(end=name, act=str(ending.act), purpose=purpose or None, facts=len(facts))
    book.tell([body], at, runs)
    return name


def _keep_out(book: Book, runs: Runs, who: Who, ending: Ending, purpose: str, at: datetime) -> None:
    reason = OBJECTED if ending.act in (Act.OBJECTION, Act.MARKETING) else UNSUBSCRIBED
    last = add(book.day(at), SUPPRESSED)
    suppress(runs, book.ring, who, reason, purpose, ending.clause, last, ending.since)
