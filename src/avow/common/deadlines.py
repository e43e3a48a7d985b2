"""Legal terms: periods in months that end on working days, pauses, and clocks in hours.

Regulation (EEC, Euratom) 1182/71: the day of the event does not count (art. 3(1)); a period in
months ends on the day with the same number, or on the last day of a shorter month (art. 3(2)(c));
where that is a holiday, a Sunday or a Saturday, it ends with the next working day (art. 3(4)). A
period in hours does not roll. Of two readings of the first day the one that ends earlier is used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from avow.common.calendar import Period, add, day_start

SATURDAY = 5
FIRST_MONTHS, EXTENDED_MONTHS = 1, 3
"""Art. 12(3) GDPR: one month, and two further months, both counted from receipt."""
BREACH_HOURS = 72
"""Art. 33(1) GDPR."""
LEAST_WORKING_DAYS = 2
"""Art. 3(5) of the regulation: a period of two days or more holds at least two working days."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whose holidays count: a Member State (ISO 3166-1), and a part of it with days of its own."""

    state: str
    part: str | None = None

    def is_working(self, day: date) -> bool:
        """Whether offices work: no Saturday, no Sunday, no public holiday of the state.

        Raises:
            NotImplementedError: the library knows no holidays of the state.
        """
        return day.weekday() < SATURDAY and day not in _holidays(self.state, self.part, day.year)

    def working(self, day: date) -> date:
        """The day itself, or the next working day."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day


@lru_cache(maxsize=256)
def _holidays(state: str, part: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(state, subdiv=part, years=year))


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which a term did not run: from the day of asking until the day of the answer, which
    runs again. `until` None: it still waits."""

    since: date
    until: date | None = None

    def days(self, on: date) -> int:
        """How many days it lasted, up to `on` while it waits."""
        return max(0, ((self.until or on) - self.since).days)


def term(received: date, months: int, calendar: Calendar, *, paused_days: int = 0) -> date:
    """The last day of a term in months from the day of receipt, after days on which it stood.

    Raises:
        OverflowError: the result lies after the year 9999.
    """
    raw = add(received, Period(months=months)) + timedelta(days=paused_days)
    return calendar.working(raw)


def due(
    received: date, calendar: Calendar, pauses: Iterable[Pause], on: date, *, extended: bool
) -> date:
    """The last day to answer a request (art. 12(3) GDPR), as it stands on the day `on`.

    While a pause waits for the person the result is the earliest day that is still possible.
    """
    stood = sum(pause.days(on) for pause in pauses)
    months = EXTENDED_MONTHS if extended else FIRST_MONTHS
    return term(received, months, calendar, paused_days=stood)


def hours_after(at: datetime, hours: int) -> datetime:
    """The end of a period in hours: the hour of the event does not count, and nothing rolls."""
    whole = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return whole + timedelta(hours=hours)


@dataclass(frozen=True, slots=True)
class BreachTerm:
    """When an authority must have been told of a breach: by hours, and by the reading that grants
    two working days. `alarm` is the earlier of the two."""

    by_hours: datetime
    by_working_days: datetime

    @property
    def alarm(self) -> datetime:
        """By when it is told."""
        return min(self.by_hours, self.by_working_days)


def breach_term(known: datetime, calendar: Calendar, zone: str) -> BreachTerm:
    """The terms of art. 33(1) GDPR from the instant at which the breach was known."""
    day, left = known.astimezone(ZoneInfo(zone)).date(), LEAST_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= calendar.is_working(day)
    end = day_start(day + timedelta(days=1), zone)
    return BreachTerm(hours_after(known, BREACH_HOURS), max(end, hours_after(known, BREACH_HOURS)))
