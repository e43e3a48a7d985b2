"""Moments in SQLite, which has no type for them: dates and times as text, or seconds as integers.

A text is read in any ISO form: a day alone, or with a time after `T` or a space, with or without an
offset or `Z`. An integer counts seconds or milliseconds since 1970. What cannot be read, and
a column that mixes text with integers or seconds with milliseconds, is refused and never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from avow.common.calendar import after
from avow.estate.connectors.moments import day_of, naive_bound
from avow.estate.connectors.render import Condition, Expression, value
from avow.estate.datamap.predicates import Until

DAY, NAIVE, AWARE = "day", "naive", "aware"
SECONDS, MILLISECONDS = "seconds", "milliseconds"
UNREADABLE = "unreadable"
_TEXTS = frozenset({DAY, NAIVE, AWARE})
_LEAST_MILLISECONDS = 100_000_000_000
"""March 1973 in milliseconds, the year 5138 in seconds."""
_ISO_DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
_START = datetime(1970, 1, 1, tzinfo=UTC)
_SLACK = timedelta(days=3)
"""More than two zones can differ: a text before this much later may be early enough."""


def seconds(column: Expression) -> Expression:
    """A text's seconds since 1970; a text without offset is read as UTC. Fractions are cut off,
    which no comparison with a whole second notices."""
    return sa.cast(sa.func.strftime("%s", column), sa.Integer())


def form(column: Expression) -> Expression:
    """In which form a value stands."""
    readable = sa.and_(_glob(column, _ISO_DAY + "*"), seconds(column).is_not(None))
    return sa.case(
        (
            sa.func.typeof(column) == "integer",
            sa.case((sa.func.abs(column) >= _LEAST_MILLISECONDS, MILLISECONDS), else_=SECONDS),
        ),
        (sa.or_(sa.func.typeof(column) != "text", ~sa.func.coalesce(readable, False)), UNREADABLE),
        (_is_day(column), DAY),
        (_is_aware(column), AWARE),
        else_=NAIVE,
    )


def unit(forms: frozenset[str]) -> int | None:
    """Seconds (1) or milliseconds (1000) per unit of integers; None when the column is not in one
    readable form."""
    if forms <= _TEXTS or forms == {SECONDS}:
        return 1
    return 1000 if forms == {MILLISECONDS} else None


def until(column: Expression, leaf: Until, per_second: int) -> Condition:
    """The column's local day is at most the leaf's (negated: later); never true of null."""
    instant = _since_1970(after(leaf.day, leaf.zone))
    naive = _since_1970(naive_bound(leaf.day, leaf.zone, leaf.column_zone).replace(tzinfo=UTC))
    sign = ">=" if leaf.negated else "<"
    exact = sa.case(
        (sa.func.typeof(column) == "integer", _op(column, sign, instant * per_second)),
        (_is_day(column), _op(column, ">" if leaf.negated else "<=", leaf.day.isoformat())),
        (_is_aware(column), _op(seconds(column), sign, instant)),
        else_=_op(seconds(column), sign, naive),
    )
    if leaf.negated or leaf.day > date.max - _SLACK:
        return exact
    # An index can use this: whatever its form, a text that early starts with an earlier day.
    return sa.and_(column < value((leaf.day + _SLACK).isoformat()), exact)


def oldest_day(
    by_form: Mapping[str, tuple[Any, int]], zone: str, column_zone: str | None
) -> date | None:
    """The oldest local day, given the least seconds (of integers: the least integer) per form."""
    days = [_day(name, least, zone, column_zone) for name, (least, _) in by_form.items()]
    return min(days, default=None)


def _day(name: str, least: int, zone: str, column_zone: str | None) -> date:
    at = _START + timedelta(seconds=least // (1000 if name == MILLISECONDS else 1))
    if name == DAY:
        return at.date()
    return day_of(at.replace(tzinfo=None) if name == NAIVE else at, zone, column_zone)


def year_start(stored: object) -> object:
    """1 January of the year of a stored value, in the form in which it stands."""
    if isinstance(stored, str):
        time = f"{stored[10]}00:00:00{_offset(stored)}" if len(stored) > len("2026-01-01") else ""
        return f"{stored[:4]}-01-01{time}"
    if isinstance(stored, int):
        factor = 1000 if abs(stored) >= _LEAST_MILLISECONDS else 1
        at = _START + timedelta(seconds=stored // factor)
        return _since_1970(at.replace(month=1, day=1, hour=0, minute=0, second=0)) * factor
    return stored


def _offset(stored: str) -> str:
    if stored.endswith(("Z", "z")):
        return stored[-1]
    return stored[-6:] if stored[-6] in "+-" and stored[-3] == ":" else ""


def _since_1970(moment: datetime) -> int:
    return (moment - _START) // timedelta(seconds=1)


def _is_day(column: Expression) -> Condition:
    return sa.func.length(column) == value(len("2026-01-01"))


def _is_aware(column: Expression) -> Condition:
    return sa.or_(_glob(column, "*[Zz]"), _glob(column, "*[+-][0-9][0-9]:[0-9][0-9]"))


def _glob(column: Expression, pattern: str) -> Condition:
    return column.op("GLOB", is_comparison=True)(value(pattern))


def _op(column: Expression, sign: str, bound: object) -> Condition:
    return column.op(sign, is_comparison=True)(value(bound))
