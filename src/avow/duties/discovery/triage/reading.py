"""Gather the signals of a live system, read-only and bounded, whatever its size.

Per table one sample, and one look at its oldest and newest day where an index gives them; per
possible pointer one question, which the database answers about its own sample with counts. What
is read does not grow with the rows. Values of a sample are looked at here and let go; none is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from avow.common.errors import AvowError
from avow.duties.discovery.columns import (
    day_in,
    guesses_of,
    moment_columns,
    text_columns,
)
from avow.duties.discovery.looking import Away, connect
from avow.duties.discovery.proposal import Guess
from avow.duties.discovery.sampling import (
    SAMPLED,
    Extent,
    drawn,
    estimate,
    extents,
    has_moments,
    sample,
)
from avow.duties.discovery.triage.people import birth_dates, like_names, long_texts, never_repeated
from avow.duties.discovery.triage.pointing import by_email, candidates, enforced
from avow.duties.discovery.triage.signals import Basis, Inclusion, Look, Pointer, Signals
from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Column, ColumnKind, Table
from avow.estate.connectors.mariadb_render import exact, using, written_in
from avow.estate.connectors.sql import SqlConnection
from avow.estate.datamap.model import System

MOST_PROBES = 3_000
"""Questions about pointers; beyond it they stay without an answer."""
VALUES = 200
"""Distinct values of one column that are looked for in a key."""
_WHOLE = frozenset({ColumnKind.INTEGER, ColumnKind.NUMBER})
_CASELESS = "_ci"
"""Part of the names of collations in which the case of a letter makes no difference."""
_DIGITS_CHANCE, _TEXT_CHANCE = 1.0, 0.05


@dataclass(frozen=True, slots=True)
class Span:
    """The lowest and highest whole number of a key, and about how many there are."""

    low: int
    high: int
    rows: int

    def share(self, low: int, high: int) -> float:
        """Which share of the whole numbers from `low` to `high` are values of the key."""
        inside = min(high, self.high) - max(low, self.low) + 1
        density = min(1.0, self.rows / max(self.high - self.low + 1, 1))
        return max(inside, 0) / max(high - low + 1, 1) * density

    def covered(self, low: int, high: int) -> float:
        """Which share of the key's span lies from `low` to `high`."""
        return (min(high, self.high) - max(low, self.low) + 1) / max(self.high - self.low + 1, 1)


class UnknownKind(AvowError):
    """The tables of this kind of system cannot be looked at (AV541)."""

    code = "AV541"


def look_at(system: System, skipped: Iterable[str] = ()) -> Signals:
    """Connect read-only and look at every table. `system.url` is the address with its password.

    Raises:
        UnknownKind: nothing of its kind can be sampled (AV541).
        Away: the system does not answer, or does not show its catalogue (AV503).
    """
    if system.connector not in SAMPLED:
        what = (
            f"`{system.name}` is of the kind `{system.connector}`, whose tables cannot be triaged"
        )
        raise UnknownKind(what, help="map it by hand, as docs/reference/language.md shows")
    connection = connect(system)
    try:
        return read(connection, skipped)
    except Refused as error:
        what = f"the catalogue of `{system.name}` cannot be read"
        raise Away(what, because=f"it was refused: {error.kind}") from None
    finally:
        connection.close()


def read(connection: SqlConnection, skipped: Iterable[str] = ()) -> Signals:
    """Look at every table. `skipped` are not sampled: they are declared already, and only their
    keys are needed. Raises Refused when the catalogue cannot be read."""
    catalogue, sizes = connection.catalogue(), extents(connection)
    passed = frozenset(skipped)
    looks = {
        name: _look(connection, table, sizes.get(name), is_known=name in passed)
        for name, table in catalogue.tables.items()
    }
    known = enforced(catalogue)
    asked = [p for p in [*candidates(looks, known), *by_email(looks)] if p.table not in passed]
    reader = _Reader(connection, looks, sizes)
    found = [reader.probed(p) for p in asked[:MOST_PROBES]]
    return Signals(connection.system.name, looks, (*known, *found, *asked[MOST_PROBES:]))


def _look(
    connection: SqlConnection, table: Table, extent: Extent | None, *, is_known: bool
) -> Look:
    if not table.writable and not is_known:
        return Look(table)  # it is out, and one row of it may take hours
    if gap := _gap(table, extent):
        return Look(table, gap=gap)
    try:
        rows = estimate(connection, table, extent)
        if is_known or (not rows and _is_empty(connection, table)):
            return Look(table, rows)
        return _sampled(connection, table, extent, max(rows, 1))
    except Refused as error:
        return Look(table, gap=f"no sample: {error.kind}")


def _gap(table: Table, extent: Extent | None) -> str:
    if extent is not None and not extent.is_readable:
        return "no right to read it"
    if table.row_security:
        return "row security may hide rows"
    return ""


def _is_empty(connection: SqlConnection, table: Table) -> bool:
    rows = connection.grammar.relation(table)
    return not connection.select(sa.select(sa.literal(1)).select_from(rows).limit(1), table.name)


def _sampled(connection: SqlConnection, table: Table, extent: Extent | None, rows: int) -> Look:
    moments = moment_columns(table, is_typed=has_moments(connection))[:3]
    days = [c.name for c in table.columns if c.kind is ColumnKind.DATE]
    fields = tuple(dict.fromkeys([*moments, *days[:5], *text_columns(table)]))
    fields = fields or tuple(c.name for c in table.columns[:1])
    drawn_rows = sample(connection, table, fields, extent.pages if extent else 0)
    if not drawn_rows and _is_empty(connection, table):
        return Look(table)
    values = dict(zip(fields, zip(*drawn_rows, strict=True), strict=True)) if drawn_rows else {}
    guesses = _with_births(guesses_of(table, values), birth_dates(table, values))
    oldest, newest = _ages(connection, table, moments, values)
    return Look(
        table,
        rows,
        guesses,
        like_names(table, values, {g.field for g in guesses}),
        never_repeated(table, values),
        long_texts(table, values),
        oldest,
        newest,
    )


def _with_births(guesses: tuple[Guess, ...], births: tuple[Guess, ...]) -> tuple[Guess, ...]:
    seen = {g.field for g in guesses}
    return (*guesses, *(g for g in births if g.field not in seen))


def _ages(
    connection: SqlConnection,
    table: Table,
    moments: Sequence[str],
    values: Mapping[str, Sequence[object]],
) -> tuple[date | None, date | None]:
    """The oldest and newest day by the best moment column: by an index if one begins with it."""
    for field in moments:
        found: Sequence[object] = values.get(field, ())
        if any(index[:1] == (field,) for index in table.indexes):
            column = connection.grammar.relation(table).c[field]
            statement = sa.select(sa.func.min(column), sa.func.max(column))
            found = connection.select(statement, table.name)[0]
        days = [day for value in found if (day := day_in(value))]
        if days:
            return min(days), max(days)
    return None, None


class _Reader:
    """Asks the database about pointers, and remembers the spans of keys."""

    def __init__(
        self,
        connection: SqlConnection,
        looks: Mapping[str, Look],
        sizes: Mapping[str, Extent],
    ) -> None:
        self._connection, self._looks, self._sizes = connection, looks, sizes
        self._spans: dict[tuple[str, str], Span | None] = {}

    def probed(self, pointer: Pointer) -> Pointer:
        """The pointer with the answer; without one where the database refuses."""
        try:
            return replace(pointer, inclusion=self._inclusion(pointer))
        except Refused:
            return pointer

    def _inclusion(self, pointer: Pointer) -> Inclusion:
        table = self._looks[pointer.table].table
        pages = self._sizes[table.name].pages if table.name in self._sizes else 0
        rows = drawn(self._connection, table, pointer.fields, pages).subquery("r")
        own = [_compared(column, pointer) for column in rows.c]
        filled = sa.and_(*(column.is_not(None) for column in own))
        few = sa.select(*(c.label(f"k{n}") for n, c in enumerate(own)))
        some = few.where(filled).distinct().limit(VALUES).subquery("s")
        statement = sa.select(*self._counts(pointer, list(some.c))).select_from(some)
        seen, found, low, high, texts, digits = self._connection.select(statement, table.name)[0]
        chance, spread = _TEXT_CHANCE if texts else 0.0, 1.0
        if texts and digits == texts:
            chance = _DIGITS_CHANCE if len(pointer.fields) == 1 else _TEXT_CHANCE
        if low is not None and len(pointer.fields) == 1:
            span = self._span(pointer.to, pointer.parent_fields[0])
            chance = span.share(int(low), int(high)) if span else 1.0
            spread = span.covered(int(low), int(high)) if span else 1.0
        return Inclusion(int(seen), int(found or 0), chance, spread)

    def _counts(
        self, pointer: Pointer, own: list[sa.ColumnElement[Any]]
    ) -> Iterator[sa.ColumnElement[Any]]:
        """How many, how many are there, the span of whole numbers, texts, texts of digits."""
        parent = self._looks[pointer.to].table
        theirs = self._connection.grammar.relation(parent).alias("p")
        there = sa.and_(
            *(
                self._same(theirs.c[name], column, parent.column(name), pointer)
                for name, column in zip(pointer.parent_fields, own, strict=True)
            )
        )
        exists = sa.exists(sa.select(sa.literal(1)).select_from(theirs).where(there))
        yield sa.func.count()
        yield sa.func.sum(sa.case((exists, 1), else_=0))
        kind = parent.column(pointer.parent_fields[0])
        if kind and kind.kind in _WHOLE:
            yield from (sa.func.min(own[0]), sa.func.max(own[0]), sa.literal(0), sa.literal(0))
            return
        yield from (sa.null(), sa.null())
        if kind and kind.kind is ColumnKind.TEXT:
            plain = self._by_code(own[0])
            only = sa.and_(plain >= "0", plain < ":")
            yield from (sa.func.count(), sa.func.sum(sa.case((only, 1), else_=0)))
        else:
            yield from (sa.literal(0), sa.literal(0))

    def _same(
        self,
        theirs: sa.ColumnElement[Any],
        own: sa.ColumnElement[Any],
        column: Column | None,
        pointer: Pointer,
    ) -> sa.ColumnElement[bool]:
        """Whether a key is the value. MariaDB finds it by an index in the key's own collation
        only, which may take more for equal than is."""
        written = written_in(column) if self._is_mariadb and column else None
        if column is None or written is None:
            return _compared(theirs, pointer) == own
        alike = theirs == sa.collate(using(own, written[0]), written[1])
        if pointer.basis is not Basis.EMAIL:
            return sa.and_(alike, exact(theirs) == exact(own))
        return alike if _CASELESS in written[1] else exact(_compared(theirs, pointer)) == exact(own)

    def _by_code(self, text: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """The text as it is ordered by its characters' codes: in other orders `:` stands before
        the digits."""
        if self._is_mariadb:
            return exact(text)
        is_postgresql = self._connection.system.connector == "postgresql"
        return sa.collate(text, "C") if is_postgresql else text

    @property
    def _is_mariadb(self) -> bool:
        return self._connection.system.connector == "mariadb"

    def _span(self, table: str, field: str) -> Span | None:
        key = table, field
        if key not in self._spans:
            column = self._connection.grammar.relation(self._looks[table].table).c[field]
            statement = sa.select(sa.func.min(column), sa.func.max(column))
            low, high = self._connection.select(statement, table)[0]
            span = None if low is None else Span(int(low), int(high), self._looks[table].rows)
            self._spans[key] = span
        return self._spans[key]


def _compared(column: sa.ColumnElement[Any], pointer: Pointer) -> sa.ColumnElement[Any]:
    """Addresses are compared in lower case."""
    return sa.func.lower(column) if pointer.basis is Basis.EMAIL else column
