"""When a stored value happened: dates, instants, and times without offset, against local days."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from avow.common.calendar import after, local_day
from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import ColumnKind


def naive_bound(day: date, zone: str, column_zone: str | None) -> datetime:
    """The first instant after `day` in `zone`, told in the zone of a column without offset.

    A column that declares no zone is told in the controller's own.
    """
    return after(day, zone).astimezone(ZoneInfo(column_zone or zone)).replace(tzinfo=None)


def bound(
    kind: ColumnKind, day: date, zone: str, column_zone: str | None, place: tuple[str, str]
) -> date:
    """What a column of this kind is compared with: `<=` a date, `<` an instant or a naive time.

    Raises:
        Refused: `form`, when the column (`place`: table and column) holds no moments.
    """
    match kind:
        case ColumnKind.DATE:
            return day
        case ColumnKind.INSTANT:
            return after(day, zone)
        case ColumnKind.NAIVE:
            return naive_bound(day, zone, column_zone)
    raise Refused("form", *place)


def is_until(value: date, day: date, zone: str, column_zone: str | None) -> bool:
    """Whether the value's local day is at most `day`; the meaning of `Until`."""
    if day == date.max:
        return True
    if not isinstance(value, datetime):
        return value <= day
    if value.tzinfo is None:
        return value < naive_bound(day, zone, column_zone)
    return value < after(day, zone)


def day_of(value: date, zone: str, column_zone: str | None) -> date:
    """The local day in `zone` of a stored date, instant, or time without offset."""
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        value = value.replace(tzinfo=ZoneInfo(column_zone or zone))
    return local_day(value, zone)
