"""Calendar arithmetic of the example, written apart from the product's on purpose.

What the estate says is overdue must not be computed by the code that is to find it.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Brussels")
COMING = 14
"""Simulated days for which every rule has something new that becomes due."""


def plus_months(start: date, months: int) -> date:
    """`start` so many calendar months later, on the last day of the month if that is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


@dataclass(frozen=True, slots=True)
class Limit:
    """A maximum of so many calendar months, seen from one day. Ages are in days before `today`."""

    today: date
    months: int

    def _youngest(self, day: date) -> int:
        age = (self.today - plus_months(day, -self.months)).days - 4
        while plus_months(self.start(age), self.months) > day:
            age += 1
        return age

    def start(self, age: int) -> date:
        """The day that lies `age` days before today."""
        return self.today - timedelta(days=age)

    @property
    def due(self) -> int:
        """The smallest age whose period has ended by today."""
        return self._youngest(self.today)

    @property
    def overdue(self) -> int:
        """The smallest age whose period had ended before today."""
        return self._youngest(self.today - timedelta(days=1))

    def kind(self, age: int) -> str:
        """`live`, `due today` or `overdue`."""
        if age >= self.overdue:
            return "overdue"
        return "due today" if age >= self.due else "live"

    def edges(self) -> list[int]:
        """Ages at the limit: the day before it, on it, one day over."""
        return [self.due - 1, self.due, self.overdue]

    def coming(self) -> list[int]:
        """Ages that become due on each of the simulated days."""
        return [self.due - k for k in range(1, COMING + 1) if self.due - k >= 0]

    def clamped(self) -> list[int]:
        """Overdue ages that start on the last day of a month and, for years, on a 29 February."""
        ages = range(self.overdue, self.overdue + 3000)
        last = next(a for a in ages if self.start(a - 1).day == 1)
        leap = [a for a in ages if (self.start(a).month, self.start(a).day) == (2, 29)]
        return [last, *leap[:1]] if self.months >= 12 else [last]


def local(day: date, clock: str) -> datetime:
    """The instant at which clocks in Brussels show `clock` (HH:MM:SS) on `day`."""
    return datetime.combine(day, time.fromisoformat(clock), ZONE)


def utc_text(day: date, clock: str) -> str:
    """That instant in UTC as the web server writes it."""
    return local(day, clock).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
