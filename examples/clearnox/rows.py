"""Rows on their way into a database: tables that fill in memory and are copied in at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from psycopg import sql

from examples.clearnox.days import Limit, utc_text

SCHEMA = Path(__file__).parent / "schema"
_CHUNK = 4000


@dataclass(slots=True)
class Table:
    """Rows of one table; the first column is an id that counts from 1, unless `keyed` by hand."""

    name: str
    columns: tuple[str, ...]
    keyed: bool = False
    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, *values: Any) -> int:  # noqa: ANN401 - a row holds what its columns hold
        """Append a row without its id; returns the id."""
        number = len(self.rows) + 1
        self.rows.append(values if self.keyed else (number, *values))
        return number


def table(name: str, columns: str, *, keyed: bool = False) -> Table:
    """An empty table; `columns` are the names between blanks, without the id."""
    named = tuple(columns.split())
    return Table(name, named if keyed else ("id", *named), keyed)


class Times:
    """Ages in days before today, written as days and times, always the same for the same seed.

    Ordinary times lie after four in the morning, so that a change of summer time moves none of
    them to another day; times at a limit lie just after and just before midnight.
    """

    def __init__(self, today: date, rng: Random) -> None:
        self.today, self._rng, self._limit = today, rng, Limit(today, 0)
        self._days: dict[int, str] = {}
        self._ahead: dict[int, int] = {}
        self._edge = 0

    def day(self, age: int) -> str:
        """The day so many days before today."""
        if age not in self._days:
            self._days[age] = self._limit.start(age).isoformat()
        return self._days[age]

    def at(self, age: int) -> str:
        """A local time on that day, four in the morning or later (before now, today)."""
        minute = int(self._rng.random() * 1200) if age else 0
        return f"{self.day(age)} {4 + minute // 60:02}:{minute % 60:02}:{minute % 59:02}"

    def edge(self, age: int) -> str:
        """A local time on that day within ten minutes of midnight, either side in turn."""
        return f"{self.day(age)} {self._clock()}"

    def utc(self, age: int) -> str:
        """Like `at`, in UTC."""
        if age not in self._ahead:
            noon = utc_text(self._limit.start(age), "12:00:00")
            self._ahead[age] = 12 - int(noon[11:13])
        minute = int(self._rng.random() * 1200) if age else 0
        hour = 4 + minute // 60 - self._ahead[age]
        return f"{self.day(age)} {hour:02}:{minute % 60:02}:{minute % 59:02}"

    def utc_edge(self, age: int) -> str:
        """Like `edge`, in UTC, where it may be another day."""
        return utc_text(self._limit.start(age), self._clock())

    def _clock(self) -> str:
        self._edge += 1
        return "00:10:00" if self._edge % 2 else "23:50:00"


@dataclass(frozen=True, slots=True)
class Size:
    """How large the estate is; 1.0 is a firm of ordinary size."""

    scale: float

    def of(self, full: int, least: int = 3) -> int:
        """So many at full size, but never fewer than `least`."""
        return max(least, round(full * self.scale))


def _line(row: tuple[Any, ...]) -> str:
    return "\t".join(["\\N" if v is None else str(v) for v in row])


def _chunks(rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    lines = map(_line, rows)
    while chunk := list(islice(lines, _CHUNK)):
        yield "\n".join(chunk) + "\n"


def into_postgresql(url: str, schema: str, tables: Iterable[Table]) -> None:
    """Create the schema in an empty database and copy every table in, one statement each."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TimeZone = 'Europe/Brussels'")
        connection.execute("SET synchronous_commit = off")
        connection.execute((SCHEMA / f"{schema}.sql").read_bytes())
        for filled in tables:
            _copy(connection, filled)
        connection.execute(
            "SELECT setval(pg_get_serial_sequence(t, 'id'), n) FROM unnest(%s::text[], %s::int[]) u(t, n)",
            ([t.name for t in tables if _counts(t)], [len(t.rows) for t in tables if _counts(t)]),
        )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _counts(filled: Table) -> bool:
    return not filled.keyed and bool(filled.rows)


def _copy(connection: psycopg.Connection, filled: Table) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(filled.name), sql.SQL(", ").join(map(sql.Identifier, filled.columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for chunk in _chunks(filled.rows):
            copy.write(chunk)


def sqlite_file(url: str) -> str:
    """The file of an SQLite address: a plain path, or `sqlite:///` before it."""
    return url.removeprefix("sqlite:///")


def into_sqlite(url: str, schema: str, tables: Iterable[Table]) -> None:
    """Create the schema in an empty file and insert every table in one transaction."""
    connection = sqlite3.connect(sqlite_file(url))
    try:
        connection.executescript((SCHEMA / f"{schema}.sql").read_text(encoding="utf-8"))
        for filled in tables:
            marks = ", ".join("?" * len(filled.columns))
            statement = f"INSERT INTO {filled.name} ({', '.join(filled.columns)}) VALUES ({marks})"  # noqa: S608 - our own names
            connection.executemany(statement, filled.rows)
        connection.commit()
        connection.execute("ANALYZE")
    finally:
        connection.close()
