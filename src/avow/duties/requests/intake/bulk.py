"""Many requests in one file: CSV with a header, a request per line or per word in `person`.

Bad lines are findings with their number and never with their text; the others count. The same file
is entered once.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from avow.common.findings import Finding
from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.common.places import Place
from avow.duties.correspondence.addresses import address
from avow.duties.requests.book import Arrival, Asking, Book, Person
from avow.duties.requests.intake import threads
from avow.duties.requests.intake.by_hand import known
from avow.duties.requests.intake.entering import IntakeError, enter, spoken
from avow.duties.requests.words import Channel, Right, Voice

COLUMNS = frozenset(
    {"person", "right", "name", "email", "postal", "language", "kind", "value", "arrived"}
)
MARKETING = "objection-marketing"
"""How the file writes an objection to direct marketing."""
Line = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """Requests of a file, in the order in which their persons appear, and what is wrong in it."""

    arrivals: tuple[Arrival, ...]
    findings: tuple[Finding, ...]


def read_list(content: bytes, name: str, arrived: date, zone: str, spoken: Sequence[str]) -> Listed:
    """Read the content of a file called `name` whose requests arrived on a day, if a line names no
    other one (`arrived`, as 2027-03-15).

    Raises:
        IntakeError: AV692, the file as a whole cannot be read.
    """
    groups: dict[str, list[Line]] = {}
    findings: list[Finding] = []
    for number, line in _lines(content, name):
        wrong = _wrong(line)
        if wrong:
            findings.append(Finding("AV692", wrong, Place(name, number, 1)))
            continue
        groups.setdefault(_label(line, number), []).append(line)
    return Listed(
        tuple(_arrival(lines, arrived, zone, spoken) for lines in groups.values()),
        tuple(findings),
    )


def _label(line: Line, number: int) -> str:
    label = line.get("person", "")
    return f"={label}" if label else f"#{number}"


def _lines(content: bytes, name: str) -> Iterator[tuple[int, Line]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unread(name, "it is no UTF-8 text") from None
    reader = csv.reader(io.StringIO(text))
    header = [cell.strip() for cell in _first(reader)]
    if "right" not in header or not set(header) <= COLUMNS or len(set(header)) != len(header):
        raise _unread(name, "its first line is no header with the column `right`")
    if not ({"email"} <= set(header) or {"kind", "value"} <= set(header)):
        raise _unread(name, "no column says who asks: `email`, or `kind` and `value`")
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, {}
            continue
        if cells:
            fits = len(cells) == len(header)
            found = {k: v.strip() for k, v in zip(header, cells, strict=False)} if fits else {}
            yield reader.line_num, found


def _first(reader: Iterator[list[str]]) -> list[str]:
    try:
        return next(reader, [])
    except csv.Error:
        return []


def _unread(name: str, because: str) -> IntakeError:
    return IntakeError(
        f"`{name}` is no list of requests",
        because=because,
        help="write a first line such as `person,email,right`, and a request per line",
        code="AV692",
    )


def _wrong(line: Line) -> str:
    """What is wrong with a line; empty when nothing is."""
    if not line:
        return "the line cannot be read, or has another number of cells than the header"
    if line.get("right") not in {*Right, MARKETING}:
        return "the line names no right"
    has_pair = bool(line.get("kind") and line.get("value"))
    if not line.get("email") and not has_pair:
        return "the line says of nobody who asks"
    if line.get("email") and address(line["email"]) is None:
        return "the mail address is none"
    if line.get("language") and line["language"] not in LANGUAGES:
        return f"the language is none of {', '.join(LANGUAGES)}"
    return "" if _day(line.get("arrived", "")) is not False else "the day of arrival is none"


def _day(text: str) -> date | bool | None:
    """A day; None where there is none, False where it cannot be read."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return False


def _arrival(lines: Sequence[Line], arrived: date, zone: str, spoken: Sequence[str]) -> Arrival:
    """The request of one person. Of several days the earliest counts."""
    days = [day for line in lines if isinstance(day := _day(line.get("arrived", "")), date)]
    pairs = [(x["kind"], x["value"]) for x in lines if x.get("kind") and x.get("value")]
    pairs += [("email", x["email"]) for x in lines if x.get("email")]
    language = _said(lines, "language") or (spoken[0] if spoken else LANGUAGES[0])
    person = Person(
        name=_said(lines, "name"),
        language=language,
        email=_said(lines, "email"),
        postal=_said(lines, "postal"),
        identities=tuple(dict.fromkeys(pairs)),
    )
    rights = dict.fromkeys(line["right"] for line in lines)
    return Arrival(
        Channel.BULK,
        datetime.combine(min(days, default=arrived), time(12), ZoneInfo(zone)),
        language,
        (person,),
        tuple(asking(right) for right in rights),
        Voice.SELF,
    )


def asking(right: str, person: int = 1) -> Asking:
    """A right as a file or a command writes it. Raises ValueError when it is none."""
    if right == MARKETING:
        return Asking(person, Right.OBJECTION, marketing=True)
    return Asking(person, Right(right))


def _said(lines: Sequence[Line], name: str) -> str:
    return next((line[name] for line in lines if line.get(name)), "")


def enter_list(
    book: Book,
    content: bytes,
    name: str,
    arrived: date,
    *,
    by: str,
    at: datetime,
    words: Path | None = None,
) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """Enter every request of a file, all or none; their ids, and the findings of bad lines.

    Raises:
        IntakeError: AV690, one arrived in the future; AV692, the file cannot be read, or was
            entered before; AV694, `by` is nobody whom the declaration names.
    """
    known(book, by)
    listed = read_list(content, name, arrived, book.zone, spoken(book))
    itself = Masked(f"message\nlist\n{hashlib.sha256(content).hexdigest()}")
    marks = threads.Marks(itself, None, None, None)
    entered = []
    with book.runs.transaction() as tx:
        tx.run("intake_lock")
        if threads.is_known(tx, book.ring, marks):
            raise _unread(name, "the very same file was entered before")
        inside = replace(book, runs=tx)
        for each in listed.arrivals:
            done = enter(inside, _by_now(book, each, at), by=by, at=at, words=words)
            entered.append(done.request.id)
        if entered:
            threads.note(tx, book.ring, marks, "list", None, arrived=at, at=at)
    return tuple(entered), listed.findings


def _by_now(book: Book, arrival: Arrival, at: datetime) -> Arrival:
    """What arrived today arrived by now, although a day is entered as its noon."""
    is_today = book.day(arrival.arrived) == book.day(at)
    return replace(arrival, arrived=min(arrival.arrived, at)) if is_today else arrival
