"""The oldest day that leaves of JSON tell, for engines that compare them as texts.

Texts with different offsets have no order that is that of their moments. But two zones differ by
less than two days: only texts that begin with one of the first days can tell the oldest.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from avow.estate.connectors.base import Oldest
from avow.estate.connectors.moments import day_of
from avow.estate.connectors.render import Condition, Expression
from avow.estate.datamap.leaf_moments import Told, moment

_SLACK = timedelta(days=3)
"""More than the days of one moment can differ in any two zones."""
Select = Callable[[sa.Select[Any]], list[tuple[Any, ...]]]


def oldest_told(
    select: Select,
    said: Expression,
    rows: sa.FromClause,
    where: Condition,
    zones: tuple[str, str | None],
) -> Oldest:
    """The oldest local day of the moments that the texts `said` tell, and how many tell one and
    none. `zones` are that of the controller, and of moments without offset."""
    first = sa.cast(sa.func.substr(said, 1, 10), sa.Date())
    tally: list[Expression] = [sa.func.min(first), sa.func.count(said), sa.func.count()]
    begins, some, all_ = select(sa.select(*tally).select_from(rows).where(where))[0]
    if begins is None:
        return Oldest(None, some, all_ - some)
    early = sa.select(said).select_from(rows).where(where, first <= begins + _SLACK).distinct()
    told = (moment(text, Told.MOMENT) for (text,) in select(early))
    day = min(day_of(at, *zones) for at in told if at is not None)
    return Oldest(day, some, all_ - some)
