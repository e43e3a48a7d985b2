"""What the text of a moment in a log decides, without a value made of it for each line.

Moments of a fixed width fall apart into the hour (a date and an hour) and the rest (minutes,
seconds, offset). Each is read once for all lines that show it: a log of a year has 8,760 hours.
Where a text is not of this shape, or its hour is too near to the bound, the row itself is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from typing import TypeAlias

from avow.common.calendar import after
from avow.estate.connectors.catalogue import ColumnKind
from avow.estate.connectors.files.cells import Cell, Read, places, reader
from avow.estate.connectors.moments import naive_bound
from avow.estate.datamap.predicates import Until

STAYS, DUE, NEAR = 0, 1, 2
"""What a text decides. `NEAR`: nothing by itself."""
_MOST = 200_000
"""Texts that are remembered; beyond them the memory begins anew."""
_FARTHEST = timedelta(hours=15)
"""Offsets in use reach from -12 to +14 hours; a text with a larger one is asked by itself."""
_DAY = timedelta(days=1)
_SAMPLE = datetime(2000, 11, 11, 11, 11, 11, tzinfo=UTC)
"""Any moment; what is read of a text is put beside the rest of it."""
_WIDE = {"d": ("[0-9]{2}", 2), "m": ("[0-9]{2}", 2), "Y": ("[0-9]{4}", 4),
         "b": ("[A-Z][a-z]{2}", 3)}  # fmt: skip
_PART = re.compile(r"%(.)|([^%]+)")


class Texts(dict[str, int]):
    """What texts decide, each worked out when it is met first."""

    def __init__(self, decide: Callable[[str], int]) -> None:
        super().__init__()
        self._decide = decide

    def __missing__(self, text: str) -> int:
        if len(self) >= _MOST:
            self.clear()
        found = self[text] = self._decide(text)
        return found


@dataclass(frozen=True, slots=True)
class Times:
    """How the texts of one column decide on `Until`.

    `cut` is where the hour ends; 0 where the whole text is one. `hours` says what an hour decides,
    `rests` is 0 for the rests that are read with every hour, and `NEAR` for all others.
    """

    cut: int
    hours: Texts
    rests: Texts

    def alike(self, texts: list[str]) -> int:
        """What all of these texts decide; `NEAR` where they differ."""
        cut = self.cut or None
        said = set(map(self.hours.__getitem__, set(map(itemgetter(slice(cut)), texts))))
        if cut is not None:
            rests = set(map(itemgetter(slice(cut, None)), texts))
            if any(map(self.rests.__getitem__, rests)):
                return NEAR
        return said.pop() if len(said) == 1 else NEAR

    def decided(self, texts: list[str]) -> list[int]:
        """What each text decides."""
        hours, rests, cut = self.hours, self.rests, self.cut
        if not cut:
            return [hours[text] for text in texts]
        return [rests[text[cut:]] or hours[text[:cut]] for text in texts]


def times(cell: Cell, leaf: Until) -> Times | None:
    """How texts of this cell decide; None where each row has to be asked."""
    if leaf.negated or leaf.day == date.max:
        return None
    if cell.kind is ColumnKind.DATE:
        return Times(0, Texts(lambda text: _by_date(cell, text, leaf)), Texts(lambda _: 0))
    found = places(cell.form) if cell.form and "%" in cell.form else None
    if found is None:
        return None
    cut = found["H"].stop
    ahead = {found[name].stop for name in found.keys() & {"Y", "m", "b", "d"}}
    behind = {found[name].start for name in found.keys() & {"M", "S", "z"}}
    if max(ahead) > cut or min(behind) < cut:
        return None
    read, sample = reader(cell.form), _SAMPLE.strftime(cell.form)
    bound = _bound(leaf, zoned="z" in found)
    return Times(
        cut,
        Texts(lambda text: _by_hour(read, text, sample[cut:], bound)),
        Texts(lambda text: _whole(read, sample[:cut], text, len(sample))),
    )


def _bound(leaf: Until, *, zoned: bool) -> datetime:
    """The first moment that stays, as it would be told without an offset, in UTC or the column's
    zone."""
    if zoned:
        return after(leaf.day, leaf.zone).astimezone(UTC).replace(tzinfo=None)
    return naive_bound(leaf.day, leaf.zone, leaf.column_zone)


def _by_date(cell: Cell, text: str, leaf: Until) -> int:
    try:
        value = cell.value(text)
    except (ValueError, KeyError):
        return NEAR
    return DUE if isinstance(value, date) and value <= leaf.day else STAYS


def _by_hour(read: Read, text: str, rest: str, bound: datetime) -> int:
    moment = _moment(read, text + rest)
    if moment is None:
        return NEAR
    hour = moment.replace(minute=0, second=0, tzinfo=None)
    if _apart(bound, hour, timedelta(hours=1) + _FARTHEST):
        return DUE
    return STAYS if _apart(hour, bound, _FARTHEST) else NEAR


def _apart(later: datetime, earlier: datetime, least: timedelta) -> bool:
    return later - earlier >= least


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, tzinfo=None)


def _whole(read: Read, hour: str, rest: str, width: int) -> int:
    moment = _moment(read, hour + rest) if len(hour) + len(rest) == width else None
    offset = moment.utcoffset() if moment else None
    is_far = offset is not None and abs(offset) > _FARTHEST
    return NEAR if moment is None or is_far else STAYS


def _moment(read: Read, text: str) -> datetime | None:
    try:
        found = read(text)
    except (ValueError, KeyError, OverflowError):
        return None
    return found if isinstance(found, datetime) else None


def much(text: bytes, byte: bytes) -> int:
    """How often a byte stands in a text; four times as fast as counting where it is rare."""
    return len(text) - len(text.replace(byte, b""))


# --- stretches in which nothing can be due ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Glance:
    """How it is seen that no row of a stretch of lines is due, without looking at its rows.

    In every match of the pattern the moment stands right behind `mark` (a line feed: the beginning
    of a line). So where each `mark` has the date of a day that stays behind it, whatever the rows
    are, none is due.
    """

    mark: bytes
    width: int
    find: Callable[[bytes], list[bytes]]
    days: dict[bytes, bool]
    stays: Callable[[bytes], bool]

    def nothing_due(self, lines: bytes) -> bool:
        """Whether surely no row in these whole lines is due."""
        text = b"\n" + lines.removesuffix(b"\n") if self.mark == b"\n" else lines
        marks = much(text, self.mark)
        for at in (text.find(self.mark), text.rfind(self.mark)):  # most stretches hold a day or two
            found = self.find(text[at : at + self.width]) if marks else []
            if found and not (self.days.get(found[0]) or self._learned(found[0])):
                return False
            if found:
                marks -= text.count(text[at : at + self.width])
            if not marks:
                return True
        found = self.find(text)
        if much(text, self.mark) != len(found):
            return False
        known = self.days
        return all(known[d] if d in known else self._learned(d) for d in set(found))

    def _learned(self, day: bytes) -> bool:
        if len(self.days) >= _MOST:
            self.days.clear()
        self.days[day] = self.stays(day)
        return self.days[day]


def glance(pattern: re.Pattern[str], name: str, cell: Cell, leaf: Until) -> Glance | None:
    """The glance at a column of a log; None where its pattern or its form allows none."""
    mark, found = _mark(pattern, name), places(cell.form) if "%" in cell.form else None
    if mark is None or found is None or leaf.negated or leaf.day == date.max:
        return None
    shown = _shown(cell.form)
    if shown is None:
        return None
    expression, width = shown
    read, rest = reader(cell.form), _SAMPLE.strftime(cell.form)[width:]
    bound = _bound(leaf, zoned="z" in found)

    def stays(day: bytes) -> bool:
        moment = _moment(read, day.decode("ascii") + rest)
        return moment is not None and _apart(_midnight(moment), bound, 2 * _DAY)

    find = re.compile(re.escape(mark) + expression).findall
    return Glance(mark, len(mark) + width + 1, find, {}, stays)


def _shown(form: str) -> tuple[bytes, int] | None:
    """How the date at the beginning of a form looks, with what stands behind it, and its width.
    None where a moment does not begin with its date."""
    seen, text, width = set[str](), "", 0
    for directive, literal in _PART.findall(form):
        if len(seen) == len("Ymd"):
            return (f"({text}){re.escape(literal[0])}".encode(), width) if literal else None
        if literal:
            text, width = text + re.escape(literal), width + len(literal)
        elif directive in _WIDE:
            seen.add(directive)
            expression, wide = _WIDE[directive]
            text, width = text + expression, width + wide
        else:
            return None
    return None


_PLAIN_BEFORE = frozenset("<>\"'=:,;@~&% ")
_SIMPLE = r"(?:\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^()\[\]\\])*\)(?![*+?{])"


def _mark(pattern: re.Pattern[str], name: str) -> bytes | None:
    """The byte that stands before a group whenever it takes part in a match; a line feed where it
    begins the line. None where that cannot be said for sure."""
    source, begin = pattern.pattern, f"(?P<{name}>"
    at = source.find(begin)
    if pattern.flags & re.VERBOSE or source.count(begin) != 1:
        return None
    if not re.compile(_SIMPLE).match(source, at + len(begin)):
        return None
    ahead = source[:at]
    if ahead in {"", "^"}:
        return b"\n"
    if re.search(r"\(\?[^()]*$", ahead):
        return None
    slashes = len(ahead[:-1]) - len(ahead[:-1].rstrip("\\"))
    last = ahead[-1]
    if slashes % 2:
        return last.encode() if last.isascii() and not last.isalnum() else None
    return last.encode() if last in _PLAIN_BEFORE else None


Find: TypeAlias = Callable[[str], list[str]]
_LOOKS_AROUND = re.compile(r"\$|\\[AZbB1-9]|\(\?(?:[=!<>(]|P=)")


def finding(pattern: re.Pattern[str], name: str) -> Find | None:
    """A function that gives a group of every line that matches, where each line of a text does, or
    fewer texts than there are lines; None where a pattern may look beyond its line.

    A match begins with a line. One that ran over the end of its line would take the beginning of
    the next away, so that there are fewer matches than lines.
    """
    source = pattern.pattern
    if pattern.flags & re.VERBOSE or _LOOKS_AROUND.search(source):
        return None
    for other in pattern.groupindex:
        begin = f"(?P<{other}>"
        if source.count(begin) != 1:
            return None
        source = source.replace(begin, "(?:" if other != name else "(")
    try:
        made = re.compile(f"^(?:{source})", (pattern.flags & re.IGNORECASE) | re.MULTILINE)
    except re.error:
        return None
    return made.findall if made.groups == 1 else None
