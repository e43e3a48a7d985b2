"""A canary: one made-up person with unguessable marks in every field of every table.

Whoever erases them can then look for the marks everywhere, also where nobody thought of looking.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from examples.clearnox.rows import SCHEMA, sqlite_file

Marks = Callable[[str, str, str], str]
"""(system, dataset, column) -> text that occurs nowhere else; letters and digits, 12 or more."""

NOBODYS = frozenset({"country", "event", "webinar", "survey", "agent"})
"""Tables whose rows belong to nobody: they get a row, since others point to it, but no marks."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A value that stands in one column and nowhere else, except `email`, which is one everywhere."""

    system: str
    dataset: str
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Canary:
    """The person: their address, the key of their row in each dataset, and every mark."""

    email: str
    keys: Mapping[tuple[str, str], Any]
    marks: tuple[Mark, ...]


def canary(urls: Mapping[str, str], marks: Marks, *, day: date) -> Canary:
    """Insert the person into every table of the four systems; all dates are `day`.

    Columns that hold an e-mail address all get the same one, so that the person is one; every other
    text gets a mark of its own. Values that cannot be a text (numbers, flags, dates) get a fixed one.
    """
    email = f"{marks('person', 'canary', 'email').lower()}@example.com"
    nest = _Nest(marks, email, day)
    for system in ("app", "marketing", "support"):
        with psycopg.connect(urls[system]) as connection:
            for table in _tables(system):
                nest.lay(connection, system, table)
    nest.lay_web(urls["web"])
    return Canary(email, nest.keys, tuple(nest.found))


def _tables(system: str) -> list[str]:
    """The tables of a system, parents first, as its schema creates them."""
    text = (SCHEMA / f"{system}.sql").read_text(encoding="utf-8")
    return re.findall(r"^CREATE TABLE (\w+)", text, re.MULTILINE)


_ADDRESSES = frozenset(
    "email contact_email notify_email billing_email signer_email from_address to_address".split()
)
_FIXED: Mapping[str, Mapping[str, str | None]] = {
    "consent": {"purpose": "newsletter"},
    "account": {"deletion_asked_by": None},
}
"""Texts that mean something to the estate, so that no mark may stand there."""
_EMPTY = frozenset(
    "deleted_at closed_at ended_on cancelled_at moved_to withdrawn_at expires_at resumes_id".split()
)
"""The person is alive everywhere: nothing has ended."""
_COLUMNS = """
    SELECT column_name, data_type FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = %s
       AND is_generated = 'NEVER' AND is_identity = 'NO'
"""
_PARENTS = """
    SELECT a.attname, c.confrelid::regclass::text
      FROM pg_constraint c
      JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
     WHERE c.contype = 'f' AND c.conrelid = %s::regclass
"""
_WEB = {
    "visit": ("visitor", "landing_page", "referrer", "device"),
    "page_view": ("path",),
    "web_log": ("ip", "method", "path", "user_agent"),
}


@dataclass(slots=True)
class _Nest:
    """The person while they are laid into one table after the other, parents first."""

    marks: Marks
    email: str
    day: date
    keys: dict[tuple[str, str], Any] = field(default_factory=dict)
    found: list[Mark] = field(default_factory=list)

    def lay(self, connection: psycopg.Connection, system: str, table: str) -> None:
        """Insert the person's row of one PostgreSQL table."""
        columns = connection.execute(_COLUMNS, (table,)).fetchall()
        parents: dict[str, str] = dict(connection.execute(_PARENTS, (table,)).fetchall())
        row = {
            name: self.keys.get((system, parents[name]))
            if name in parents
            else self._value(system, table, name, kind)
            for name, kind in columns
        }
        self.keys[system, table] = _insert(connection, table, row)

    def _value(self, system: str, table: str, name: str, kind: str) -> Any:  # noqa: ANN401 - whatever the column holds
        if name in _FIXED.get(table, {}):
            return _FIXED[table][name]
        if name in _EMPTY:
            return None
        if table in NOBODYS or kind not in ("text", "jsonb"):
            return self._plain(name, kind)
        if name in _ADDRESSES:
            return self._address(system, table, name)
        mark = self._mark(system, f"public.{table}", name)
        return mark if kind == "text" else f'{{"mark": "{mark}"}}'

    def _address(self, system: str, table: str, name: str) -> str:
        self.found.append(Mark(system, f"public.{table}", name, self.email))
        return self.email

    def _mark(self, system: str, dataset: str, name: str) -> str:
        value = self.marks(system, dataset, name)
        self.found.append(Mark(system, dataset, name, value))
        return value

    def _plain(self, name: str, kind: str) -> Any:  # noqa: ANN401 - whatever the column holds
        if kind.startswith(("timestamp", "date")):
            return self.day
        if kind == "inet":
            return "2001:db8:ca:4a:17::1"
        fixed = {"boolean": True, "character": "ZZ", "text": f"canary {name}"}
        return fixed.get(kind, 7 if name not in ("bought_by", "subscription_id") else None)

    def lay_web(self, file: str) -> None:
        """Insert the person's visit, page and log line into the SQLite file."""
        connection = sqlite3.connect(sqlite_file(file))
        try:
            for table, columns in _WEB.items():
                row: dict[str, Any] = {c: self._mark("web", table, c) for c in columns}
                row["started_at" if table == "visit" else "at"] = f"{self.day} 10:00:00"
                row |= {"visit_id": self.keys["web", "visit"]} if table == "page_view" else {}
                row |= {"status": 200} if table == "web_log" else {}
                names, holes = ", ".join(row), ", ".join("?" * len(row))
                statement = f"INSERT INTO {table} ({names}) VALUES ({holes})"  # noqa: S608 - our own names
                done = connection.execute(statement, list(row.values()))
                self.keys["web", table] = done.lastrowid
            connection.commit()
        finally:
            connection.close()


def _insert(connection: psycopg.Connection, table: str, row: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any key
    key = "code" if table == "country" else "id"
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING {}").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
        sql.Identifier(key),
    )
    found = connection.execute(statement, list(row.values())).fetchone()
    return found[0] if found else None
