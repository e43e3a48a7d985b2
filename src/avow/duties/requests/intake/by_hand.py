"""Requests that somebody enters: a letter, what was said on the telephone, a message elsewhere.

No channel is a condition. A letter that is not signed is a request too; whether it is signed is
only noted, as one piece of evidence of who wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from avow.common.languages import LANGUAGES
from avow.duties.requests.book import Arrival, Asking, Book, Person
from avow.duties.requests.intake.asked import answer_language, recognised
from avow.duties.requests.intake.enclosed import kind_of
from avow.duties.requests.intake.entering import Entered, IntakeError, enter, heard, spoken
from avow.duties.requests.intake.reading import LARGEST
from avow.duties.requests.words import Channel, Right, Voice

_BY_HAND = frozenset({Channel.LETTER, Channel.PHONE, Channel.EMAIL, Channel.OTHER})


@dataclass(frozen=True, slots=True)
class ByHand:
    """What somebody enters. `arrived` is an instant, or the day on the stamp of a letter; `words`
    what was said or is written; `scan` the bytes of an image or a PDF. `asked` empty: it is looked
    for in the words. `heard`: the person was told at once that it is a request."""

    channel: Channel
    arrived: datetime | date
    person: Person = field(repr=False)
    asked: tuple[tuple[Right, bool], ...] = ()
    words: str = field(default="", repr=False)
    scan: bytes = field(default=b"", repr=False)
    voice: Voice = Voice.SELF
    written_on: date | None = None
    is_signed: bool | None = None
    is_heard: bool = False


def enter_by_hand(
    book: Book, given: ByHand, *, by: str, at: datetime, words: Path | None = None
) -> Entered:
    """Enter a request that came in another way than by mail. `by`: id of a declared person.

    Raises:
        IntakeError: AV690, it arrived in the future, before it was written, or its scan is too
            large; AV694, `by` is nobody whom the declaration names.
    """
    _checked(book, given, by)
    said = given.words or ""
    named = given.person.language
    language = named if named in LANGUAGES else answer_language(said, spoken(book))
    asked = given.asked or tuple((r.right, r.marketing) for r in recognised(said))
    files = (("scan", _kind(given.scan), given.scan),) if given.scan else ()
    arrival = Arrival(
        given.channel,
        _instant(book, given.arrived, at),
        language,
        (given.person,),
        tuple(Asking(1, right, marketing=marketing) for right, marketing in asked),
        given.voice,
        said.encode(),
        files,
    )
    done = enter(book, arrival, by=by, at=at, notes=_notes(given), words=words)
    if given.is_heard:
        heard(book, done.request.id, by=by, at=at)
    return done


def _checked(book: Book, given: ByHand, by: str) -> None:
    known(book, by)
    if given.channel not in _BY_HAND:
        raise IntakeError(f"a request by `{given.channel}` is not entered by hand")
    day = book.day(given.arrived) if isinstance(given.arrived, datetime) else given.arrived
    if given.written_on is not None and given.written_on > day:
        raise IntakeError(
            "a letter cannot arrive before it was written",
            help="look at the date of the letter and at the stamp of its arrival",
        )
    if len(given.scan) > LARGEST:
        raise IntakeError(
            f"the scan has more than {LARGEST >> 20} MB",
            help="scan it in black and white, or with fewer points",
        )


def known(book: Book, by: str) -> None:
    """Raises IntakeError AV694 for somebody whom the declaration does not name."""
    if by not in book.declaration.people:
        raise IntakeError(
            f"`{by}` is nobody whom the declaration names",
            because="that a request came in rests on the word of a person",
            help="give the id of a person of the declaration with `--as`",
            code="AV694",
        )


def _instant(book: Book, arrived: datetime | date, at: datetime) -> datetime:
    """The instant of an arrival of which only the day is known: noon of it, or now when that is
    earlier. The term counts days, and the day is the one that was said."""
    if isinstance(arrived, datetime):
        return arrived
    noon = datetime.combine(arrived, time(12), ZoneInfo(book.zone))
    return at if at < noon and book.day(at) == arrived else noon


def _notes(given: ByHand) -> Sequence[str]:
    written = [f"letter-dated.{given.written_on}"] if given.written_on else []
    signed = {True: ["signature-seen"], False: ["no-signature"], None: []}[given.is_signed]
    return [*written, *signed]


def _kind(scan: bytes) -> str:
    """The type of a scan by its first bytes; nothing else of it is read."""
    return kind_of(scan) or "application/octet-stream"
