"""The scalars of a declaration: ids, names, yes and no, days, periods, zones."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from avow.common.calendar import Period, parse_period
from avow.declaration.loading.shapes import Shape, text

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_YEARS, LAST_YEAR = 999, 2999
"""Bounds that keep every sum of a moment and a period inside the calendar."""
_PERIOD_HINT = "write `14 months`, `1 year 6 months` or ISO 8601 `P14M`"


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if len(value) == len("2026-01-31") else None
    except ValueError:
        return None


def _moment(value: str) -> str | None:
    if value in ("living", "missing"):
        return value
    day = _day(value)
    try:
        at = day or datetime.fromisoformat(value)
    except ValueError:
        return None
    is_known = at.year <= LAST_YEAR and (day is not None or getattr(at, "tzinfo", None) is not None)
    return value if is_known else None


def _zone(value: str) -> str | None:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        return None
    return value


def _period(value: str) -> Period | None:
    period = parse_period(value)
    if period is None:
        return None
    years = period.years + period.months / 12 + period.weeks / 52 + period.days / 365
    return period if years <= LONGEST_YEARS else None


def _days(value: str) -> int | None:
    period = _period(value)
    if period is None or period.years or period.months:
        return None
    return period.weeks * 7 + period.days


ID: Shape[str] = text(
    "an id",
    lambda v: v if _ID.fullmatch(v) else None,
    "AV118",
    {"pattern": f"^{_ID.pattern}$"},
    "lower-case letters, digits and dashes",
)
CLAUSE: Shape[str] = text(
    "a clause",
    lambda v: v if v and not re.search(r"\s", v) else None,
    "AV118",
    {"pattern": r"^\S+$"},
    "a clause is written as it is numbered, without spaces",
)
PROSE: Shape[str] = text("a text", lambda v: v.strip(), "AV114", {})
"""Any text, an empty one in quotes too."""
NAME: Shape[str] = text("a name", lambda v: v or None, "AV114", {"minLength": 1})
"""What another system calls something: a table, a column, a person's name."""
_YES = {"yes": True, "true": True, "no": False, "false": False}
YES_NO: Shape[bool] = text("`yes` or `no`", _YES.get, "AV115", {"enum": list(_YES)})
DAY: Shape[date] = text(
    "a day", _day, "AV117", {"format": "date"}, "write year-month-day: `2026-10-01`"
)
MOMENT: Shape[str] = text(
    "a moment",
    _moment,
    "AV117",
    {},
    "a day, an instant with its offset (`2027-01-31T10:00+01:00`), `living` or `missing`",
)
PERIOD: Shape[Period] = text("a calendar period", _period, "AV116", {}, _PERIOD_HINT)
COUNTRY: Shape[str] = text(
    "a country",
    lambda v: v if re.fullmatch("[A-Z]{2}", v) else None,
    "AV115",
    {"pattern": "^[A-Z]{2}$"},
    "two capital letters of ISO 3166: `BE`",
)
DAYS: Shape[int] = text("a number of days", _days, "AV116", {}, "write `7 days` or `2 weeks`")
ZONE: Shape[str] = text("a time zone", _zone, "AV115", {}, "an IANA name such as `Europe/Brussels`")
