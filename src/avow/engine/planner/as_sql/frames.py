"""How a script is written for the client of each engine: its settings, its answers, its end.

A script answers in lines that begin with `avow|`; a client may print others beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from avow.engine.planner.as_sql import structure
from avow.engine.planner.as_sql.offline import NONE, Offline, Questions

_MODE = (
    "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,"
    "PIPES_AS_CONCAT,SIMULTANEOUS_ASSIGNMENT"
)
"""As avow's own connections: so that a text means the same there and here."""
_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "postgresql": (
        "\\set ON_ERROR_STOP on",
        "\\set QUIET on",
        "\\pset tuples_only on",
        "\\pset format unaligned",
        "\\pset pager off",
        "SET client_encoding = 'UTF8';",
        "SET standard_conforming_strings = on;",
        "SET TimeZone = 'UTC';",
        "SET DateStyle = 'ISO';",
        "SET row_security = off;",
        "SET jit = off;",
    ),
    "mariadb": (
        "SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin;",
        f"SET SESSION sql_mode = '{_MODE}';",
        "SET SESSION time_zone = '+00:00';",
        "SET SESSION foreign_key_checks = 1, SESSION unique_checks = 1;",
        "SET SESSION group_concat_max_len = 16777216;",
    ),
    "sqlite": (
        ".bail on",
        ".headers off",
        ".mode list",
        "PRAGMA foreign_keys = on;",
        "PRAGMA secure_delete = on;",
        "PRAGMA temp_store = memory;",
    ),
}
_READING: Mapping[str, tuple[str, ...]] = {
    "postgresql": ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;",),
    "mariadb": ("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY;",),
    "sqlite": ("PRAGMA query_only = on;", "BEGIN;"),
}
_TODAY: Mapping[str, str] = {
    "postgresql": "current_date", "mariadb": "UTC_DATE()", "sqlite": "date('now')",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """Scripts of one package for one engine. `token` is new for every script, so that a result
    can belong to no other."""

    engine: str
    package: str
    token: str

    def line(self, *parts: str) -> str:
        """A query whose one answer is a line of a result; `parts` are expressions of texts."""
        cells = ", ".join(("'avow'", *parts))
        if self.engine == "sqlite":
            return "SELECT " + " || '|' || ".join(("'avow'", *parts))
        return f"SELECT CONCAT_WS('|', {cells})"

    def text(self, expression: str) -> str:
        """An expression as a text; null has a word."""
        kind = "CHAR" if self.engine == "mariadb" else "TEXT"
        return f"COALESCE(CAST({expression} AS {kind}), '{NONE}')"

    @property
    def today(self) -> str:
        """The expression of the day, in UTC as the session is."""
        return _TODAY[self.engine]

    def settings(self, what: str) -> Iterator[str]:
        """The first lines of a script."""
        yield f"-- {self.package}: {what}"
        yield "-- Made by avow. Change nothing: a changed script has another digest, and its result"
        yield "-- is refused. How it is run stands in the README beside it."
        yield from _SETTINGS[self.engine]

    def begun(self, kind: str) -> str:
        """The line that opens a result."""
        return self.line("'begin'", f"'{self.package}'", f"'{kind}'", f"'{self.token}'",
                         self.text(self.today)) + ";"  # fmt: skip

    def ended(self, kind: str) -> str:
        """The line that closes a result."""
        return self.line("'end'", f"'{self.package}'", f"'{kind}'", f"'{self.token}'") + ";"

    def structure(self, connection: Offline) -> str:
        """The query of the structure of the mapped tables."""
        mine = [n for n in connection.catalogue().tables if n in connection.system.datasets]
        return structure.question(self.engine, mine)

    def reading(self, kind: str, what: str, connection: Offline, asked: Questions) -> str:
        """A script that only reads: the structure, then every question in its order."""
        lines = [*self.settings(what), *_READING[self.engine], self.begun(kind)]
        lines.append(self.line("'schema'", f"({self.structure(connection)})") + ";")
        for text, (number, width) in asked.asked.items():
            names = [f"a{n}" for n in range(width)]
            cells = (self.text(n) for n in names)
            said = self.line("'answer'", f"'{number}'", *cells)
            lines.append(f"WITH q ({', '.join(names)}) AS ({text}) {said} FROM q;")
        return "\n".join((*lines, self.ended(kind), "COMMIT;", ""))

    def later_than(self, day: date) -> str:
        """The condition that a day is over."""
        return f"{self.today} > '{day.isoformat()}'"
