"""Texts of files as values of a kind, and back. What cannot be read is refused, never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import TypeAlias
from uuid import UUID

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import ColumnKind

Read: TypeAlias = Callable[[str], object]
SECONDS, MILLISECONDS = "seconds", "milliseconds"
"""Instants told as a number since 1970."""
_KINDS = {
    str(kind): kind
    for kind in (
        ColumnKind.TEXT, ColumnKind.INTEGER, ColumnKind.NUMBER, ColumnKind.BOOLEAN,
        ColumnKind.UUID, ColumnKind.DATE, ColumnKind.INSTANT, ColumnKind.NAIVE,
    )
} | {SECONDS: ColumnKind.INSTANT, MILLISECONDS: ColumnKind.INSTANT}  # fmt: skip
_TRUTH = {"true": True, "false": False, "1": True, "0": False}
_START = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_WIDTHS = {"d": 2, "m": 2, "Y": 4, "b": 3, "H": 2, "M": 2, "S": 2, "z": 5}
_DIRECTIVE = re.compile(r"%(.)")
_HOURS = re.compile("%[HIcXT]")


@dataclass(frozen=True, slots=True)
class Cell:
    """How the texts of one column are read and written: its kind, and its form where it has one.

    `form` is a form of moments as `strptime` takes it, or `seconds` or `milliseconds`.
    """

    kind: ColumnKind = ColumnKind.TEXT
    form: str = ""

    def value(self, text: str) -> object:
        """The value that a text stands for.

        Raises:
            ValueError: it stands for none.
        """
        return _READERS[self.kind](text) if not self.form else reader(self.form)(text)

    def text(self, value: object) -> str:
        """The text that stands for a value."""
        if self.form in {SECONDS, MILLISECONDS} and isinstance(value, datetime):
            unit = timedelta(seconds=1) if self.form == SECONDS else timedelta(milliseconds=1)
            return str((value - _START) // unit)
        if self.form and isinstance(value, date):
            return value.strftime(self.form)
        if isinstance(value, bool):
            return "true" if value else "false"
        return value.isoformat() if isinstance(value, date) else str(value)


def cell(declared: str | None) -> Cell | None:
    """The reading that a word of the map names; None when there is no such word."""
    if declared is None:
        return Cell()
    if "%" in declared:
        if "%z" in declared:
            return Cell(ColumnKind.INSTANT, declared)
        return Cell(ColumnKind.NAIVE if _HOURS.search(declared) else ColumnKind.DATE, declared)
    if declared not in _KINDS:
        return None
    return Cell(_KINDS[declared], declared if declared in {SECONDS, MILLISECONDS} else "")


def converter(made: Cell, place: tuple[str, str]) -> Read:
    """A function from a text to its value, made once per column.

    Raises:
        Refused: `form`, with the place (dataset and column), when a text stands for no value.
    """
    if made.kind is ColumnKind.TEXT:
        return _same
    read = reader(made.form) if made.form else _READERS[made.kind]

    def value(text: str) -> object:
        try:
            return read(text)
        except (ValueError, InvalidOperation, OverflowError, KeyError):
            raise Refused("form", *place) from None

    return value


def _same(text: str) -> object:
    return text


def reader(form: str) -> Read:
    """A function that reads moments of one form; ValueError or KeyError where it cannot."""
    if form == SECONDS:
        return lambda text: _START + timedelta(seconds=float(text))
    if form == MILLISECONDS:
        return lambda text: _START + timedelta(milliseconds=int(text))
    slow, is_day = _parsed(form), cell(form) == Cell(ColumnKind.DATE, form)
    fixed = places(form)
    if is_day or fixed is None:
        return slow
    return _sliced(fixed, slow)


def _parsed(form: str) -> Read:
    is_day = "%z" not in form and not _HOURS.search(form)

    def read(text: str) -> object:
        moment = datetime.strptime(text, form)  # noqa: DTZ007 (without %z it is a time without offset)
        return moment.date() if is_day else moment

    return read


def places(form: str) -> dict[str, slice] | None:
    """Where each part of a moment stands in a text of this form, when all have a fixed width and
    are there."""
    found: dict[str, slice] = {}
    at = last = 0
    for part in _DIRECTIVE.finditer(form):
        width = _WIDTHS.get(part[1])
        if width is None or part[1] in found:
            return None
        at += part.start() - last
        found[part[1]] = slice(at, at + width)
        at, last = at + width, part.end()
    if last != len(form):
        return None
    has_month = ("m" in found) != ("b" in found)
    return found if has_month and {"Y", "d", "H", "M", "S"} <= found.keys() else None


def _sliced(fixed: dict[str, slice], slow: Read) -> Read:
    """Reads by position: four times as fast as `strptime`, which is asked where this cannot."""
    year, day, hour = fixed["Y"], fixed["d"], fixed["H"]
    minute, second, zone = fixed["M"], fixed["S"], fixed.get("z")
    month = fixed.get("m") or fixed["b"]
    months = _MONTHS if "b" in fixed else {f"{n:02}": n for n in range(1, 13)}
    length = max(part.stop for part in fixed.values())
    offsets: dict[str, timezone] = {}

    def learned(shown: str) -> timezone:
        offsets[shown] = _offset(shown)
        return offsets[shown]

    def read(text: str) -> object:
        try:
            if len(text) != length:
                return slow(text)
            at = None if zone is None else offsets.get(text[zone]) or learned(text[zone])
            return datetime(
                int(text[year]), months[text[month]], int(text[day]),
                int(text[hour]), int(text[minute]), int(text[second]), 0, at,
            )  # fmt: skip
        except (ValueError, KeyError):
            return slow(text)

    return read


def _offset(text: str) -> timezone:
    """The offset that `+0200` says."""
    sign = {"+": 1, "-": -1}[text[0]]
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[3:5])))


def _boolean(text: str) -> bool:
    return _TRUTH[text.lower()]


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _naive(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        raise ValueError
    return moment


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError
    return number


_READERS: dict[ColumnKind, Read] = {
    ColumnKind.TEXT: _same,
    ColumnKind.INTEGER: int,
    ColumnKind.NUMBER: _number,
    ColumnKind.BOOLEAN: _boolean,
    ColumnKind.UUID: UUID,
    ColumnKind.DATE: date.fromisoformat,
    ColumnKind.INSTANT: _instant,
    ColumnKind.NAIVE: _naive,
}
