"""Drawing a copy: every system is asked once, and what could not be asked is said of each.

Asking is the planner's; what others know (who got data, what owners of systems answered) comes
through the two protocols, so that nothing here waits for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol, TypeAlias

from avow.common.masked import Masked
from avow.declaration.model import Declaration
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests.answering.copy import (
    BY_HAND,
    FILE,
    WORDS,
    Asked,
    Attachment,
    Copy,
    Known,
    Received,
    Report,
    Row,
    Sent,
    State,
    Table,
    Way,
    plain,
)
from avow.duties.requests.answering.lasting import Judging, lasting
from avow.duties.requests.book import Book, Person, persons_of, read_many, same_person
from avow.duties.requests.machine import Request
from avow.duties.requests.rows import looked_for
from avow.duties.requests.words import Right
from avow.engine.facts.standing import ACCESS, ENDED, FLOORS, ROW, standing
from avow.engine.planner.identities import Candidate
from avow.engine.planner.known import fact_events
from avow.engine.planner.making import Estate
from avow.engine.planner.reaching import Extract
from avow.engine.planner.reading import MOST
from avow.engine.planner.requested import Disclosure, Looked, disclose
from avow.engine.planner.seeing import seen
from avow.estate.datamap.edges import Right as Claim


class RecipientsKnown(Protocol):
    """Who says which recipients really got a person's data (art. 15(1)(c); CJEU C-154/21)."""

    def received(self, request: str, person: int) -> Sequence[Received] | None:
        """Who got data of the person; None where nothing was written down."""
        ...

    def logged(self) -> Sequence[str]:
        """The ids of the recipients of which a log is kept: of others nobody can say."""
        ...


@dataclass(frozen=True, slots=True)
class ByHand:
    """What the owner of a system said of a person, or that they were asked and have not answered
    yet. `evidence` is the id of the record of it; what they gave are `words` and a file."""

    system: str
    state: State
    evidence: str = ""
    words: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    content: bytes = field(default=b"", repr=False)


class AskedByHand(Protocol):
    """Who says what owners of systems that avow cannot read have answered."""

    def asked(self, request: str, person: int) -> Sequence[ByHand]:
        """The answers about a person, and the questions that are open."""
        ...


@dataclass(frozen=True, slots=True)
class NothingKnown:
    """Nobody was asked, and no log was kept."""

    def received(self, request: str, person: int) -> None:
        """No log says who got data."""

    def logged(self) -> tuple[str, ...]:
        """No log is kept."""
        return ()

    def asked(self, request: str, person: int) -> tuple[ByHand, ...]:  # noqa: ARG002
        """Nobody was asked by hand."""
        return ()


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a copy is drawn from."""

    estate: Estate
    recipients: RecipientsKnown = NothingKnown()
    by_hand: AskedByHand = NothingKnown()
    most: int = MOST


Canaries: TypeAlias = Callable[[Iterable[str], Iterable[str]], Mapping[str, bool | None]]
"""Says of systems whether somebody who is there is found by these kinds of value."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the systems said of one person: the search, and the rows that were accepted."""

    who: Person = field(repr=False)
    looked: Looked = field(repr=False)
    found: Disclosure = field(repr=False)
    canaries: Canaries


def gather(
    book: Book,
    sources: Sources,
    request: Request,
    person: int,
    accepted: Sequence[Candidate],
    *,
    at: datetime,
) -> Copy:
    """A copy of everything that is known of a person of a request. Writes nothing.

    The search is run again, so that the copy says what was searched on the day it was drawn; the
    rows are those that were accepted.
    """
    who = persons_of(book, request.id)[person]
    mine = [c for c in accepted if c.person == person]
    looked = looked_for(book, sources.estate, request.id)
    found = disclose(sources.estate, mine, sources.most, looked.gaps)
    asked = Drawn(who, looked, found, partial(seen, sources.estate))
    return copied(book, sources, request, person, asked, at=at)


def copied(
    book: Book, sources: Sources, request: Request, person: int, drawn: Drawn, *, at: datetime
) -> Copy:
    """The copy of a person of whom the systems were asked. Asks no system but for canaries."""
    day, who, found = book.day(at), drawn.who, drawn.found
    known = _known(book, who, at)
    judging = Judging.of(book.declaration, day, known)
    tables = tuple(_table(e, person) for e in found.extracts)
    given = sources.by_hand.asked(request.id, person)
    reports = _reports(book.declaration, drawn, tables)
    by_hand = {each.system for each in given}
    return Copy(
        request=request.id,
        person=person,
        name=who.name,
        language=who.language or request.language,
        names=tuple(v for _, v in _pairs(who)) + ((who.name,) if who.name else ()),
        drawn_at=at,
        day=day,
        release=book.declaration.digest,
        access=_asks(request, person, Right.ACCESS),
        portable=_asks(request, person, Right.PORTABILITY),
        tables=(*(t for t in tables if t.rows or t.copies), *map(_given, filter(_found, given))),
        lasting=lasting(judging, found.extracts, person),
        reports=(*(r for r in reports if r.system not in by_hand), *map(_report_of, given)),
        received=_received(sources, request.id, person),
        logged=tuple(sources.recipients.logged()),
        attachments=tuple(
            Attachment(g.system, (g.evidence,), g.name, g.content) for g in given if g.content
        ),
        sent=_sent(book, who),
        asked=_asked(book, request, who),
        known=known,
    )


def _asks(request: Request, person: int, right: Right) -> bool:
    return any(i.person == person and i.right is right for i in request.items.values())


def _pairs(who: Person) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(who.naming()))


def _table(extract: Extract, person: int) -> Table:
    rows = tuple(
        Row(
            tuple(str(plain(part)) for part in row.key),
            row.right is Claim.OWN,
            tuple(plain(value) for value in row.values),
            tuple(sorted(row.hidden)),
            row.path,
        )
        for row in extract.rows
        if row.person == person
    )
    copies = extract.copies.get(person, 0)
    return Table(
        extract.system,
        extract.dataset,
        extract.columns,
        rows,
        extract.truncated,
        copies,
        extract.of,
    )


def _reports(declaration: Declaration, drawn: Drawn, tables: Iterable[Table]) -> tuple[Report, ...]:
    """What became of every system that avow reads."""
    gaps = drawn.found.gaps
    kinds = tuple(dict.fromkeys(kind for kind, _ in _pairs(drawn.who)))
    rows: dict[str, int] = {}
    for table in tables:
        rows[table.system] = rows.get(table.system, 0) + len(table.rows) + table.copies
    unnamed = {(s, k) for s, k in drawn.looked.found.unnamed}
    away = {s: tuple(g for g in gaps if _speaks_of(g, s)) for s in declaration.datamap.systems}
    empty = [s for s in declaration.datamap.systems if not rows.get(s) and not away[s]]
    canaries = drawn.canaries(empty, kinds)
    return tuple(
        _report(name, kinds, unnamed, rows.get(name, 0), away[name], canaries.get(name))
        for name in declaration.datamap.systems
    )


def _report(
    name: str,
    kinds: tuple[str, ...],
    unnamed: set[tuple[str, str]],
    rows: int,
    why: tuple[str, ...],
    canary: bool | None,
) -> Report:
    without = tuple(k for k in kinds if (name, k) in unnamed)
    by = tuple(k for k in kinds if k not in without)
    state = State.FOUND if rows else State.EMPTY if by else State.UNSEARCHED
    if why and not rows:
        state = State.UNREACHABLE
    return Report(name, state, Way.READ, by, without, canary, rows, why)


def _speaks_of(gap: str, system: str) -> bool:
    return f"`{system}`" in gap or f"`{system}." in gap


def _found(each: ByHand) -> bool:
    return each.state is State.FOUND


def _report_of(each: ByHand) -> Report:
    rows = 1 if _found(each) else 0
    return Report(each.system, each.state, Way.BY_HAND, rows=rows, evidence=each.evidence)


def _given(each: ByHand) -> Table:
    """What an owner gave, as a table of its words and the name of its file."""
    row = Row((each.evidence,), own=True, values=(each.words or None, each.name or None))
    return Table(each.system, BY_HAND, ((WORDS, WORDS), (FILE, FILE)), (row,))


def _received(sources: Sources, request: str, person: int) -> tuple[Received, ...] | None:
    found = sources.recipients.received(request, person)
    return None if found is None else tuple(found)


def _sent(book: Book, who: Person) -> tuple[Sent, ...]:
    """The letters that we wrote to the person and can still read."""
    addresses = [Masked(value) for kind, value in _pairs(who) if kind == "email"]
    letters = letters_to(book.runs, book.ring, "controller", addresses) if addresses else []
    return tuple(
        Sent(book.day(each.made_at), each.content.subject, each.content.text) for each in letters
    )


def _asked(book: Book, request: Request, who: Person) -> tuple[Asked, ...]:
    """The requests of the person, this one among them."""
    others = read_many(book, dict.fromkeys([*same_person(book, who), request.id]))
    return tuple(
        Asked(
            each.id,
            each.received,
            tuple(str(i.right) for i in each.items.values()),
            str(each.status),
        )
        for each in others.values()
    )


def _known(book: Book, who: Person, at: datetime) -> tuple[Known, ...]:
    """What we remember of acts of the person, but for what open requests for copies hold: of these
    there are as many as requests, and to unseal them all for each copy would take ever longer."""
    kinds = (*sorted(FLOORS - {ACCESS}), ENDED, *sorted(fact_events(book.declaration)))
    mine = _forms(_pairs(who))
    return tuple(
        Known(fact.name, fact.since)
        for fact in standing(book.runs, book.ring, kinds, book.zone, book.day(at))
        if fact.who.kind != ROW and (fact.who.kind, fact.who.value.reveal().strip().lower()) in mine
    )


def _forms(pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], None]:
    return {(kind, value.strip().lower()): None for kind, value in pairs}
