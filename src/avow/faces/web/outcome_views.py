"""What came of a request as its page shows it: per right what is said, and how far its letters are.

No value of a person is in it: kinds of data, recipients and purposes are called what the
declaration calls them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from avow.duties.requests.answering.saying import Saying, spoken
from avow.duties.requests.book import Book, persons_of
from avow.duties.requests.machine import Answer, Request
from avow.duties.requests.telling.letters import (
    Letter,
    NotTold,
    leaves_from,
    letters_of,
    opened,
    unwritten,
)
from avow.duties.requests.telling.outcome import Came, awaited, came_of


class Next(StrEnum):
    """What is wanted next, the most urgent first."""

    SEND = "send"
    READ = "read"
    WRITE = "write"
    WAIT = "wait"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class StaysLine:
    """Kinds of data that stay: why, by which clauses, and until which day or event."""

    what: str
    why: str
    clauses: tuple[str, ...]
    until: date | None
    ends: str


@dataclass(frozen=True, slots=True)
class CameLine:
    """What came of one right. `grounds` are (ground, law, until); `missing` places (system, until)
    that are not done; `told` recipients and what they answered; `ended` the purposes that ended."""

    item: int
    right: str
    state: str
    grounds: tuple[tuple[str, str, date | None], ...]
    stays: tuple[StaysLine, ...]
    missing: tuple[tuple[str, date | None], ...]
    told: tuple[tuple[str, str], ...]
    ended: tuple[str, ...]
    last: date | None


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter: which wording, how far, and from when it may leave where it may not yet."""

    id: str
    person: int
    items: tuple[int, ...]
    version: int
    digest: str
    is_reviewed: bool
    sent: str
    waits: datetime | None

    @property
    def wants(self) -> Next:
        """What is wanted of it next."""
        if self.sent:
            return Next.NOTHING
        if not self.is_reviewed:
            return Next.READ
        return Next.WAIT if self.waits else Next.SEND


@dataclass(frozen=True, slots=True)
class Telling:
    """One person: what came of their rights, which no letter tells yet, and the letters."""

    person: int
    came: tuple[CameLine, ...]
    unwritten: int
    letters: tuple[LetterLine, ...]
    has_address: bool

    @property
    def wants(self) -> Next:
        """What is wanted next for this person."""
        mine = [letter.wants for letter in self.letters]
        mine += [Next.WRITE] if self.unwritten else []
        return min(mine, key=list(Next).index, default=Next.NOTHING)


def tellings_of(book: Book, state: Request, language: str, at: datetime) -> tuple[Telling, ...]:
    """What is told to each person of a request, in the words of the language of the page."""
    saying = Saying(book.declaration, spoken(language, book.declaration))
    letters, people = tuple(_letters(book, state, at)), persons_of(book, state.id)
    return tuple(
        Telling(
            person,
            tuple(_came(saying, each) for each in came_of(book, state, person)),
            len(unwritten(book, state, person)),
            tuple(letter for letter in letters if letter.person == person),
            person in people and bool(people[person].email or people[person].postal),
        )
        for person in state.persons
    )


def wanted(tellings: Sequence[Telling]) -> Next:
    """What is wanted next of anybody."""
    return min((t.wants for t in tellings), key=list(Next).index, default=Next.NOTHING)


def _letters(book: Book, state: Request, at: datetime) -> Iterator[LetterLine]:
    zone = ZoneInfo(book.zone)
    for name in sorted(letters_of(book, state.id), key=list(state.answers).index):
        try:
            letter = opened(book, name)
        except NotTold:  # its words are gone
            continue
        earliest = leaves_from(book, state, letter.items, at)
        waits = earliest.astimezone(zone) if earliest > at else None
        yield _line(letter, state.answers[name], waits)


def _line(letter: Letter, answer: Answer, waits: datetime | None) -> LetterLine:
    return LetterLine(
        letter.id,
        letter.person,
        letter.items,
        letter.version,
        letter.digest,
        answer.is_reviewed,
        str(answer.sent or ""),
        waits,
    )


def _came(saying: Saying, came: Came) -> CameLine:
    item, label = came.item, saying.label
    return CameLine(
        item.item,
        str(item.right),
        str(item.state),
        tuple(dict.fromkeys((str(r.ground), r.law, r.until) for r in item.refusals)),
        tuple(stays_of(saying, came)),
        tuple((label("system", each.system), each.until) for each in came.missing),
        tuple((_recipient(saying, t.recipient), t.state) for t in came.told),
        tuple(label("purpose", each) for each in came.ended),
        came.last,
    )


def stays_of(saying: Saying, came: Came) -> Iterator[StaysLine]:
    """What stays for one reason until one day is one line, as in the letter."""
    found: dict[tuple[str, tuple[str, ...], str, str], dict[str, None]] = {}
    for each in came.left:
        kinds = found.setdefault((each.why, each.clauses, each.until, each.ends), {})
        kinds |= dict.fromkeys(saying.label("category", name) for name in each.categories)
    for (why, clauses, until, ends), kinds in found.items():
        last = date.fromisoformat(until) if until else None
        events = ", ".join(saying.label("event", name) for name in awaited(ends))
        yield StaysLine(", ".join(kinds), why, clauses, last, events)


def _recipient(saying: Saying, recipient: str) -> str:
    known = saying.declaration.recipients.get(recipient)
    return known.name if known else f"“{recipient}”"
