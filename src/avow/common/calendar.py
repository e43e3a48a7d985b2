"""Calendar periods, local days and cutoffs. No clock is read here: a day is always an argument.

Adding a calendar period with clamping is monotone (Reg. (EEC) 1182/71 art. 3(2)(c): a period in
months ends on the day with the same number, or on the last day of a shorter month). Therefore
`start + P <= today` holds exactly for `start <= cutoff(today, P)`: the cutoff is computed here once
and a database needs only to compare.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from whenever import Date, ItemizedDateDelta, ZonedDateTime

_WORDS = {
    "day": "days", "days": "days", "week": "weeks", "weeks": "weeks",
    "month": "months", "months": "months", "year": "years", "years": "years",
}  # fmt: skip
_PART = re.compile(r"([0-9]{1,5}) +([a-z]+)")
_LONGEST_CLAMP = 4
"""Days by which clamping can merge starts: 28, 29, 30 and 31 January all end on 28 February."""


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar period of whole years, months, weeks and days. Not a number of seconds."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0

    def __str__(self) -> str:
        parts = [
            f"{n} {unit if n != 1 else unit[:-1]}"
            for unit, n in (
                ("years", self.years),
                ("months", self.months),
                ("weeks", self.weeks),
                ("days", self.days),
            )
            if n
        ]
        return " ".join(parts) or "0 days"


def parse_period(text: str) -> Period | None:
    """Read `14 months`, `1 year 6 months` or ISO 8601 `P14M`; None when it is none of these."""
    text = text.strip()
    return _parse_iso(text) if text.startswith("P") else _parse_words(text)


def _parse_iso(text: str) -> Period | None:
    try:
        parts = dict(ItemizedDateDelta.parse_iso(text).items())
    except ValueError:
        return None
    return Period(**{str(unit): int(n) for unit, n in parts.items()})


def _parse_words(text: str) -> Period | None:
    found = _PART.findall(text)
    if not found or " ".join(f"{n} {unit}" for n, unit in found) != re.sub(r"[ ,]+", " ", text):
        return None
    parts: dict[str, int] = {}
    for number, word in found:
        unit = _WORDS.get(word)
        if unit is None or unit in parts:
            return None
        parts[unit] = int(number)
    return Period(**parts)


def add(start: date, period: Period) -> date:
    """The last day of `period` counted from `start`, clamped to the end of a shorter month.

    Raises:
        OverflowError: the result lies after the year 9999.
    """
    try:
        end = Date(start.year, start.month, start.day).add(
            years=period.years, months=period.months, weeks=period.weeks, days=period.days
        )
    except ValueError as error:
        raise OverflowError(f"{start} + {period} lies outside the calendar") from error
    return end.to_stdlib()


def cutoff(today: date, period: Period) -> date:
    """The latest start whose period has ended by `today`: `add(s, p) <= today` iff `s <= cutoff`.

    A period that reaches before the year 1 gives `date.min`, which no start can equal or precede.
    """
    day = Date(today.year, today.month, today.day)
    try:
        guess = day.subtract(
            years=period.years, months=period.months, weeks=period.weeks, days=period.days
        ).to_stdlib()
    except ValueError:
        return date.min
    # Clamped subtraction may be a few days early or late on either side of a month's end.
    latest = guess + min(timedelta(days=_LONGEST_CLAMP), date.max - guess)
    while not _ended(latest, period, today):
        latest -= timedelta(days=1)
    return latest


def _ended(start: date, period: Period, today: date) -> bool:
    """Whether the period has ended; one that ends outside the calendar never does."""
    try:
        return add(start, period) <= today
    except OverflowError:
        return False


def local_day(instant: datetime, zone: str) -> date:
    """The calendar day of an aware instant in `zone` (an IANA name)."""
    return instant.astimezone(ZoneInfo(zone)).date()


def day_start(day: date, zone: str) -> datetime:
    """The first instant of `day` in `zone`, in UTC; without a midnight, the first that exists."""
    noon = ZonedDateTime(day.year, day.month, day.day, 12, tz=zone)
    return noon.start_of("day").to_instant().to_stdlib().astimezone(UTC)


def after(day: date, zone: str) -> datetime:
    """The first instant of the day after `day` in `zone`: instants are compared with `<` it."""
    return day_start(day + timedelta(days=1), zone)
