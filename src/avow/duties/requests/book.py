"""The book of requests: steps are added in order, sealed where people speak, and told the ledger.

One transaction holds a step, its commitment in the ledger, the copy for lists and whatever the
caller writes with it: a request is never half a step on.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import msgspec

from avow.common.calendar import Period, add, cutoff, local_day
from avow.common.deadlines import Calendar
from avow.common.errors import AvowError
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.declaration.model import Declaration
from avow.duties.correspondence.outbox import Keeps, Tells
from avow.duties.requests import held, machine, sparing
from avow.duties.requests.machine import Entry, Request
from avow.duties.requests.steps import (
    Noted,
    PersonNamed,
    Received,
    RightAsked,
    Steps,
    name_of,
    read_step,
    step_bytes,
)
from avow.duties.requests.words import Channel, Right, Voice
from avow.engine.db.store import Row, Runs
from avow.engine.evidence.entries import RequestStep, commitment
from avow.engine.keys.bundles import (
    destroy,
    new_bundle_key,
    opened_key,
    seal_in,
    seal_in_new,
    unwrapped,
)
from avow.engine.keys.ring import KeyRing, sealed
from avow.engine.keys.ring import opened as unsealed

PERSON, PROGRAM = "person", "avow"
"""Who takes a step where no declared person does: who asks, and this program."""
FORM = "request-identity/1"
LONGEST = Period(years=15)
"""When the key of a request that nobody ever closes is destroyed at the latest."""


class UnknownRequest(AvowError):
    """There is no such request (AV610)."""

    code = "AV610"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who a person of a request is: what they gave, sealed in the book. `identities` are pairs of a
    kind of the data map and a value; `tenant` is the client company that speaks for them. With a
    `speaker` somebody speaks for them: the two addresses are the speaker's, and name nobody."""

    name: str = ""
    language: str = ""
    email: str = ""
    postal: str = ""
    identities: tuple[tuple[str, str], ...] = ()
    tenant: str = ""
    speaker: str = ""

    def __repr__(self) -> str:
        return "Person(•••)"

    def naming(self) -> tuple[tuple[str, str], ...]:
        """The kinds and values that name the person, as they were given."""
        own = (("email", self.email),) if self.email and not self.speaker else ()
        return (*self.identities, *own)

    def own(self) -> Person:
        """The person as they are reached themselves, whoever speaks for them."""
        if not self.speaker:
            return self
        email = dict(self.identities).get("email", "")
        return msgspec.structs.replace(self, email=email, postal="", speaker="")


@dataclass(frozen=True, slots=True)
class Asking:
    """One right that is asked for one person (their place in `Arrival.persons`, from 1)."""

    person: int
    right: Right
    purpose: str | None = None
    marketing: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as it came in. `arrived` is the instant of arrival on the channel, not of reading;
    `words` what was said, `files` what came with it as (what, media type, bytes)."""

    channel: Channel
    arrived: datetime
    language: str
    persons: tuple[Person, ...] = field(repr=False)
    asked: tuple[Asking, ...] = ()
    voice: Voice = Voice.SELF
    words: bytes = field(default=b"", repr=False)
    files: tuple[tuple[str, str, bytes], ...] = field(default=(), repr=False)
    is_canary: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A step with what people said with it, which lies sealed."""

    step: Steps
    words: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Book:
    """What the book works with. `tell` writes to the ledger inside a transaction."""

    runs: Runs
    ring: KeyRing
    declaration: Declaration
    tell: Tells

    @property
    def zone(self) -> str:
        """The zone whose days count."""
        return self.declaration.controller.zone

    @property
    def calendar(self) -> Calendar:
        """Whose holidays count."""
        asked = self.declaration.requests
        return Calendar(asked.state or self.declaration.controller.country, asked.part)

    def day(self, at: datetime) -> date:
        """The local day of an instant."""
        return local_day(at, self.zone)


def open_request(book: Book, arrival: Arrival, *, by: str, at: datetime) -> Request:
    """Enter a request: its arrival, who it is about and what is asked. Gives it back.

    The term runs from `arrival.arrived`, however late it is entered.
    """
    name, day = new_id("request"), book.day(arrival.arrived)
    with book.runs.transaction() as tx:
        key = new_bundle_key(tx, book.ring, "request", add(book.day(at), LONGEST), at)
        received = Received(
            channel=arrival.channel, arrived=arrival.arrived, day=day, language=arrival.language
        )
        said: list[Said] = [Said(received, arrival.words)]
        numbered = enumerate(arrival.persons, 1)
        said += [Said(PersonNamed(person=n, voice=_voice(arrival, p))) for n, p in numbered]
        said += [
            Said(
                RightAsked(
                    item=n,
                    person=each.person,
                    right=each.right,
                    purpose=each.purpose,
                    marketing=each.marketing,
                )
            )
            for n, each in enumerate(arrival.asked, 1)
        ]
        salt = secrets.token_bytes(32)
        entries = _entries(book, 0, said, by, at)
        request = machine.folded(name, entries, book.calendar)
        tx.run(
            "request_add",
            id=name,
            channel=str(arrival.channel),
            language=arrival.language,
            arrived_at=arrival.arrived,
            arrived_on=day,
            key=key,
            salt=salt,
            is_canary=arrival.is_canary,
            at=at,
            **_standing(book, request, book.day(at)),
        )
        for number, person in enumerate(arrival.persons, 1):
            put_person(book, tx, name, key, number, person)
        _write(book, tx, name, key, salt, entries, said)
        _copy(tx, request)
        held.follow(
            tx, book.ring, request, lambda: _all_named(dict(enumerate(arrival.persons, 1))), at
        )
        for what, media_type, content in arrival.files:
            put_file(book, tx, name, what, media_type, content, at=at)
    return request


def _voice(arrival: Arrival, person: Person) -> Voice:
    """Who speaks for one of several persons: one may ask for themselves and for their child."""
    is_other = person.speaker and arrival.voice is not Voice.COMPANY
    return Voice.REPRESENTATIVE if is_other else arrival.voice


def take(
    book: Book,
    request: str,
    said: Sequence[Said] | Callable[[Request], Sequence[Said]],
    *,
    by: str,
    at: datetime,
    runs: Runs | None = None,
) -> Request:
    """Take steps in a request, all or none, in the caller's transaction when `runs` is one. `said`
    are the steps, or what gives them from where the request stands, which nobody changes meanwhile.

    Raises:
        UnknownRequest: AV610.
        StepRefused: AV684 to AV689; nothing was written.
    """
    with (runs or book.runs).transaction() as tx:
        row = tx.one("request_lock", id=request)
        if row is None:
            raise _unknown(request)
        before = state = machine.folded(request, _read_entries(tx, request), book.calendar)
        said = said(before) if callable(said) else said
        entries = _entries(book, state.steps, said, by, at)
        for entry in entries:
            state = machine.after(state, entry, book.calendar)
        tx.run(
            "request_after",
            id=request,
            answered_on=state.answered_on,
            closed_on=state.closed_on,
            **_standing(book, state, book.day(at)),
        )
        _copy(tx, state)
        inside = replace(book, runs=tx)
        held.follow(tx, book.ring, state, lambda: _all_named(persons_of(inside, request)), at)
        sparing.follow(tx, before, state, at)
        _write(book, tx, request, row["key"], bytes(row["salt"]), entries, said)
    return state


def foreseen(
    book: Book, request: Request, said: Sequence[Said], *, by: str, at: datetime
) -> Request:
    """A request as steps would leave it; nothing is written. Raises StepRefused."""
    for entry in _entries(book, request.steps, said, by, at):
        request = machine.after(request, entry, book.calendar)
    return request


def read(book: Book, request: str, until: datetime | None = None) -> Request:
    """A request as its steps leave it, or left it at an instant. Raises UnknownRequest AV610, also
    where nobody had entered it by then, and StepRefused."""
    return machine.folded(request, entries_of(book, request, until), book.calendar)


def entries_of(book: Book, request: str, until: datetime | None = None) -> tuple[Entry, ...]:
    """The steps of a request in order, those up to an instant. Raises UnknownRequest AV610."""
    found = _until(_read_entries(book.runs, request), until)
    if not found:
        raise _unknown(request)
    return found


def _until(entries: Iterable[Entry], until: datetime | None) -> tuple[Entry, ...]:
    return tuple(each for each in entries if until is None or each.at <= until)


def words_of(book: Book, request: str, number: int) -> Masked[bytes]:
    """What people said with a step; empty when nothing. Raises KeyringError AV875 once the record
    was forgotten."""
    return words_of_steps(book, request, [number]).get(number, Masked(b""))


def words_of_steps(book: Book, request: str, numbers: Sequence[int]) -> Mapping[int, Masked[bytes]]:
    """What people said with several steps of a request; without those with which nothing was said.
    Raises UnknownRequest AV610, and KeyringError AV875 once the record was forgotten."""
    rows = book.runs.run("request_words", request=request, numbers=list(numbers))
    if not rows:
        raise _unknown(request)
    said = [row for row in rows if row["sealed"] is not None]
    key = unwrapped(book.ring, rows[0]["key"], rows[0]["wrapped"]) if said else b""
    return {
        row["number"]: Masked(unsealed(bytes(row["sealed"]), f"{request} {row['number']}", key))
        for row in said
    }


def persons_of(book: Book, request: str) -> dict[int, Person]:
    """Who a request is about, by number. Personal data: never to a log. Raises UnknownRequest
    AV610, and KeyringError AV875 once the record was forgotten."""
    found = people_of(book, [request]).get(request)
    if found is not None:
        return found
    row = _row(book, request)
    if book.runs.run("request_persons", request=request):
        opened_key(book.runs, book.ring, row["key"])
    return {}


def spoken_together(people: Mapping[int, Person], number: int) -> tuple[int, ...]:
    """The persons for whom the speaker of one of them speaks, the first first: what goes to the
    speaker goes once. Somebody who speaks for themselves stands alone."""
    who = people.get(number)
    if who is None or not who.speaker:
        return (number,)
    to = (who.speaker, who.email, who.postal)
    return tuple(n for n, each in people.items() if (each.speaker, each.email, each.postal) == to)


def people_of(book: Book, requests: Iterable[str]) -> dict[str, dict[int, Person]]:
    """Who several requests are about, in one statement; without records that were forgotten.
    Personal data: never to a log."""
    found: dict[str, dict[int, Person]] = {}
    keys: dict[str, bytes] = {}
    for row in book.runs.run("requests_people", ids=list(requests)):
        name, number, key = row["request"], row["person"], row["key"]
        if key not in keys:
            keys[key] = book.ring.open(bytes(row["wrapped"]), key)
        plain = unsealed(bytes(row["sealed"]), f"{name} person {number}", keys[key])
        found.setdefault(name, {})[number] = msgspec.json.decode(plain, type=Person)
    return found


def put_person(book: Book, runs: Runs, request: str, key: str, number: int, person: Person) -> None:
    """Keep who a person is, sealed, and the hashes by which their other requests are found."""
    box = seal_in(runs, book.ring, key, msgspec.json.encode(person), f"{request} person {number}")
    runs.run("request_person_add", request=request, person=number, sealed=box)
    for kind, value in _named(person):
        hashed = book.ring.keyed_hash(Masked(value), FORM)
        runs.run(
            "request_identity_add",
            request=request,
            person=number,
            kind=kind,
            hash=hashed.hash,
            hash_key=hashed.key,
        )


def same_person(book: Book, person: Person, *, but: str = "") -> tuple[str, ...]:
    """Other requests that name a person by the same values, the oldest first."""
    hashes = [
        book.ring.keyed_hash(Masked(value), FORM, key).hash
        for _, value in _named(person)
        for key in book.ring.hashing.by_id
    ]
    rows = book.runs.run("requests_of_hashes", hashes=hashes) if hashes else []
    return tuple(dict.fromkeys(row["id"] for row in rows if row["id"] != but))


def _all_named(people: Mapping[int, Person]) -> dict[int, tuple[tuple[str, str], ...]]:
    return {number: given(person) for number, person in people.items()}


def given(person: Person) -> tuple[tuple[str, str], ...]:
    """The kinds and values that a person gave, as systems are asked for them: trimmed, and in the
    case in which they were given, since a number may be told apart by it."""
    pairs = person.naming()
    return tuple(dict.fromkeys((kind, value.strip()) for kind, value in pairs if value.strip()))


def _named(person: Person) -> tuple[tuple[str, str], ...]:
    """What names a person, in one form: trimmed, lower case."""
    return tuple(dict.fromkeys((kind, v.strip().lower()) for kind, v in person.naming() if v))


def put_file(
    book: Book,
    runs: Runs,
    request: str,
    what: str,
    media_type: str,
    content: bytes,
    *,
    at: datetime,
    forget_on: date | None = None,
) -> str:
    """Keep a file of a request, sealed; gives its id. With a last day it has a key of its own."""
    name = new_id("file")
    if forget_on is not None:
        key, box = seal_in_new(
            runs, book.ring, content, name, purpose="request-file", destroy_by=forget_on, at=at
        )
    else:
        row = runs.one("request_key", id=request)
        if row is None:
            raise _unknown(request)
        key = row["key"]
        box = sealed(content, name, key, unwrapped(book.ring, key, row["wrapped"]))
    runs.run(
        "request_file_add",
        id=name,
        request=request,
        what=what,
        media_type=media_type,
        size=len(content),
        key=key,
        sealed=box,
        at=at,
        forget_on=forget_on,
    )
    return name


def file_of(book: Book, file: str) -> tuple[str, Masked[bytes]] | None:
    """The media type and content of a file; None when there is none or it was erased."""
    row = book.runs.one("request_file_kept", id=file)
    if row is None or row["sealed"] is None:
        return None
    key = unwrapped(book.ring, row["key"], row["wrapped"])
    plain = unsealed(bytes(row["sealed"]), file, key)
    return row["media_type"], Masked(plain)


def files_of(book: Book, requests: Iterable[str], what: str) -> dict[str, Masked[bytes]]:
    """The newest file of one kind of each of several requests, in one statement."""
    found: dict[str, Masked[bytes]] = {}
    keys: dict[str, bytes] = {}
    for row in book.runs.run("requests_files", ids=list(requests), what=what):
        if row["key"] not in keys:
            keys[row["key"]] = book.ring.open(bytes(row["wrapped"]), row["key"])
        plain = unsealed(bytes(row["sealed"]), row["id"], keys[row["key"]])
        found[row["request"]] = Masked(plain)
    return found


def end_file(runs: Runs, file: str, at: datetime) -> bool:
    """Erase the content of a file, and its key where it has its own. False when it was gone."""
    before = runs.one("request_file", id=file)
    ended = runs.one("request_file_end", id=file, at=at)
    if before is None or ended is None:
        return False
    if before["forget_on"] is not None:
        destroy(runs, [ended["key"]], at)
    return True


def forget_due(book: Book, runs: Keeps, at: datetime) -> tuple[int, int]:
    """Erase files and records whose last day is over; how many of each (retention of our own)."""
    day = book.day(at)
    files = [row["id"] for row in runs.run("request_files_due", day=day)]
    for name in files:
        with runs.transaction() as tx:
            end_file(tx, name, at)
    last = cutoff(day, book.declaration.requests.kept)
    records = runs.run("requests_to_forget", day=last)
    for row in records:
        with runs.transaction() as tx:
            keys = {each["key"] for each in tx.run("request_files", request=row["id"])}
            tx.run("request_forget", id=row["id"])
            destroy(tx, sorted(keys | {row["key"]}), at)
    if files or records:
        runs.rewrite("bundle_key")
    return len(files), len(records)


def _entries(
    book: Book, steps: int, said: Sequence[Said], by: str, at: datetime
) -> tuple[Entry, ...]:
    day = book.day(at)
    return tuple(Entry(steps + n, at, day, by, each.step) for n, each in enumerate(said, 1))


def _write(
    book: Book,
    runs: Runs,
    request: str,
    key: str,
    salt: bytes,
    entries: Sequence[Entry],
    said: Sequence[Said],
) -> None:
    bodies, rows = list[RequestStep](), list[Mapping[str, object]]()
    for entry, each in zip(entries, said, strict=True):
        data, box = step_bytes(entry.step), None
        if each.words:
            box = seal_in(runs, book.ring, key, each.words, f"{request} {entry.number}")
        rows.append(
            {
                "request": request,
                "number": entry.number,
                "what": name_of(entry.step),
                "at": entry.at,
                "day": entry.day,
                "by": entry.by,
                "step": data,
                "sealed": box,
            }
        )
        bodies.append(
            RequestStep(
                request=request,
                number=entry.number,
                step=name_of(entry.step),
                commitment=commitment(salt, reference(entry, data, each.words)),
            )
        )
    runs.many("request_step_add", rows)
    book.tell(bodies, entries[-1].at, runs)


def reference(entry: Entry, data: bytes, words: bytes) -> str:
    """What a step's commitment in the ledger is over: number, who, the step, and what was said."""
    said = hashlib.sha256(words).hexdigest() if words else ""
    return f"{entry.number}\n{entry.by}\n{data.decode()}\n{said}"


def _standing(book: Book, request: Request, day: date) -> Mapping[str, object]:
    return {
        "status": str(request.status),
        "due_on": request.due(book.calendar, day),
        "waits": bool(request.waits),
        "steps": request.steps,
    }


def _copy(runs: Runs, request: Request) -> None:
    runs.many(
        "request_item_set",
        [
            {
                "request": request.id,
                "item": item.item,
                "person": item.person,
                "asked": str(item.right),
                "state": str(item.state),
                "gaps": item.gaps,
            }
            for item in request.items.values()
        ],
    )


def _read_entries(runs: Runs, request: str) -> tuple[Entry, ...]:
    return tuple(_entry(row) for row in runs.run("request_steps", ids=[request]))


def _entry(row: Row) -> Entry:
    return Entry(row["number"], row["at"], row["day"], row["by"], read_step(bytes(row["step"])))


def read_many(
    book: Book, requests: Iterable[str], until: datetime | None = None
) -> dict[str, Request]:
    """Requests as their steps leave them, or left them at an instant, in one statement. One that
    nobody had entered by then is not among them."""
    found: dict[str, list[Entry]] = {}
    for row in book.runs.run("request_steps", ids=list(requests)):
        found.setdefault(row["request"], []).append(_entry(row))
    then = {name: _until(each, until) for name, each in found.items()}
    return {name: machine.folded(name, each, book.calendar) for name, each in then.items() if each}


def noted(book: Book, requests: Iterable[str], what: str) -> frozenset[str]:
    """Those of several requests with which something was noted, in one statement."""
    rows = book.runs.run("requests_noted", ids=list(requests))
    said = ((row["request"], read_step(bytes(row["step"]))) for row in rows)
    return frozenset(name for name, step in said if isinstance(step, Noted) and step.what == what)


def _row(book: Book, request: str) -> Row:
    row = book.runs.one("request_known", id=request)
    if row is None:
        raise _unknown(request)
    return row


def _unknown(request: str) -> UnknownRequest:
    return UnknownRequest(
        f"there is no request `{request}`", help="`avow request list` names those there are"
    )
