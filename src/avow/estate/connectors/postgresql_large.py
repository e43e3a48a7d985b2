"""Large tables of PostgreSQL: windows along a column of moments, and rows from all over a table.

The next due rows in the order of keys are found by passing by all that are not due. An index on the
moment holds the due rows one beside the other, and mostly needs no look into the table at all. That
pays where rows lie on the disk nearly in the order of their moments, as in a table that only grows;
elsewhere each row would be another page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import psycopg
import sqlalchemy as sa

from avow.estate.connectors.base import Crowded, Window
from avow.estate.connectors.catalogue import Column, ColumnKind, Table
from avow.estate.connectors.render import Expression
from avow.estate.connectors.sql import SqlConnection
from avow.estate.datamap.predicates import And, Predicate, Until
from avow.estate.datamap.reach import Key

LARGE = 10_000
"""Rows from which on a table is large: below, the order of keys costs as little."""
IN_ORDER = 0.9
"""The correlation of a column with the place on the disk from which on its order is followed."""
DRAWN = 20
"""Pages are drawn as if one of so many rows there matched."""
MOMENTS = frozenset({ColumnKind.DATE, ColumnKind.INSTANT, ColumnKind.NAIVE})

_CORRELATION = """
SELECT correlation FROM pg_stats
WHERE schemaname = %s AND tablename = %s AND attname = %s AND NOT inherited
"""


class LargeTables(SqlConnection):
    """What a connection does for tables with many rows."""

    raw: psycopg.Connection[Any]

    def moment_of(self, dataset: str, where: Predicate) -> str | None:
        """See `GoesByMoment.moment_of`."""
        table = self.catalogue().tables.get(dataset)
        if table is None or not _is_large(table):
            return None
        leading = {index[0] for index in table.indexes}
        columns = (table.column(f) for f in _bounded(where) if f in leading)
        return next((c.name for c in columns if c and self._is_in_order(dataset, c)), None)

    def _is_in_order(self, dataset: str, column: Column) -> bool:
        if column.kind not in MOMENTS or column.inside is not None:
            return False
        schema, _, bare = dataset.partition(".")
        found = self.raw.execute(_CORRELATION, [schema, bare, column.name]).fetchone()
        return found is not None and found[0] is not None and abs(found[0]) >= IN_ORDER

    def stretch(
        self, dataset: str, where: Predicate, along: str, after: Key | None, size: int
    ) -> Window | None:
        """See `GoesByMoment.stretch`."""
        moments = self._ahead(dataset, where, along, after, size)
        many, until, is_alone = self.select(self._ends(dataset, along, moments), dataset)[0]
        if many == size and not is_alone:
            # Rows behind have the last moment too: the window ends with the moment before it.
            end = self.grammar.said(until, self.renderer().column(dataset, along))
            earlier = sa.select(moments.c.m).where(moments.c.m < end).subquery("e")
            many, until, _ = self.select(self._ends(dataset, along, earlier), dataset)[0]
            if not many:
                raise Crowded(dataset)
        return Window(after, (until,), many, along) if many else None

    def _ahead(
        self, dataset: str, where: Predicate, along: str, after: Key | None, size: int
    ) -> sa.Subquery:
        """The moments of the next rows."""
        render = self.renderer()
        rows, column = render.rows(dataset), render.column(dataset, along)
        moment = rows.c[column.name]
        ahead = [render.where(dataset, where, rows)]
        if after is not None:
            ahead.append(moment > self.grammar.said(after[0], column))
        return sa.select(moment.label("m")).where(*ahead).order_by(moment).limit(size).subquery("w")

    def _ends(self, dataset: str, along: str, moments: sa.Subquery) -> sa.Select[Any]:
        """How many moments there are, the last of them, and whether one row alone has it."""
        found = sa.select(sa.func.count().label("n"), sa.func.max(moments.c.m).label("m"))
        ends = found.select_from(moments).subquery("a")
        rows = self.renderer().other(dataset)
        one: sa.Select[Any] = sa.select(sa.literal_column("1").label("one")).select_from(rows)
        alike = one.where(rows.c[along] == ends.c.m).limit(2).correlate(ends).subquery("s")
        number = sa.select(sa.func.count()).select_from(alike).scalar_subquery()
        return sa.select(ends.c.n, sa.cast(ends.c.m, sa.Text()), number < sa.literal_column("2"))

    def some(
        self, dataset: str, where: Predicate, fields: Sequence[str], limit: int
    ) -> list[tuple[Any, ...]]:
        """See `ShowsSome.some`."""
        table = self.catalogue().tables[dataset]
        if not _is_large(table) or not table.writable:
            return []
        render = self.renderer()
        rows = render.rows(dataset).alias("drawn")
        part: Expression = sa.literal_column(
            f"{min(100.0, 100 * DRAWN * limit / (table.rows or 1)):.6f}"
        )
        # The predicate is written down for the name that the pages drawn bear too.
        drawn = render.rows(dataset).tablesample(sa.func.system(part), name="drawn")
        found = sa.select(*(render.of(dataset, f, drawn) for f in fields)).select_from(drawn)
        found = found.where(render.where(dataset, where, rows)).limit(limit)
        return self.select(found, dataset)


def _is_large(table: Table) -> bool:
    return (table.rows or 0) >= LARGE and not table.is_partitioned and not table.is_foreign


def _bounded(where: Predicate) -> Iterator[str]:
    """The columns of which the predicate says a last day, for every row."""
    for part in where.parts if isinstance(where, And) else (where,):
        if isinstance(part, Until) and not part.negated and part.day != date.max:
            yield part.field
