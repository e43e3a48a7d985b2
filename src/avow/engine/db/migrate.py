"""Bring the schema `avow` up to date: numbered SQL files, each applied once, never changed."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

import psycopg
from psycopg import sql

from avow.common.errors import StateError
from avow.engine.db.binaries import OLDEST

LOCK = 0x61766F77
"""The advisory lock of migrations: `avow` in ASCII. Two processes that start at once queue here."""

_BOOK = """
CREATE SCHEMA IF NOT EXISTS avow;
CREATE TABLE IF NOT EXISTS avow.migration (
    number     integer     PRIMARY KEY,
    name       text        NOT NULL,
    digest     bytea       NOT NULL,
    applied_at timestamptz NOT NULL
);
COMMENT ON TABLE avow.migration IS
    'No personal data. The migrations applied, with the SHA-256 of their files.';
COMMENT ON COLUMN avow.migration.number IS 'The schema version this file leads to.';
COMMENT ON COLUMN avow.migration.name IS 'The file name after the number.';
COMMENT ON COLUMN avow.migration.digest IS 'SHA-256 of the file as it was applied.';
COMMENT ON COLUMN avow.migration.applied_at IS 'When it was applied.';
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file `NNNN_name.sql`."""

    number: int
    name: str
    text: str

    @property
    def digest(self) -> bytes:
        """SHA-256 of the file."""
        return hashlib.sha256(self.text.encode()).digest()


@cache
def migrations() -> tuple[Migration, ...]:
    """The migrations of this release in order. Raises ValueError when a number is missing."""
    found = []
    for file in resources.files("avow.engine.db").joinpath("migrations").iterdir():
        named = re.fullmatch(r"(\d{4})_(\w+)\.sql", file.name)
        if named:
            found.append(Migration(int(named[1]), named[2], file.read_text(encoding="utf-8")))
    found.sort(key=lambda each: each.number)
    if [each.number for each in found] != list(range(1, len(found) + 1)):
        raise ValueError("migrations are numbered 0001, 0002, … without a gap")
    return tuple(found)


def migrate(
    connection: psycopg.Connection[tuple[object, ...]],
    at: datetime,
    *,
    to: int | None = None,
    files: Sequence[Migration] | None = None,
) -> tuple[int, ...]:
    """Apply what is missing, up to version `to`, each file in its own transaction.

    `connection` must be in autocommit mode; `at` is what the book says as the date. Returns the
    numbers applied. Raises StateError AV860 for a schema newer than this release, AV861 for an
    applied file that was changed afterwards, AV862 when the server is too old.
    """
    files = migrations() if files is None else files
    _refuse_old_server(connection)
    connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        connection.execute(_BOOK)
        missing = [each for each in _missing(connection, files) if to is None or each.number <= to]
        for each in missing:
            _apply(connection, each, at)
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return tuple(each.number for each in missing)


def version_of(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    """The schema version of a database; 0 when it has none."""
    if connection.execute("SELECT to_regclass('avow.migration')").fetchone() == (None,):
        return 0
    found = connection.execute("SELECT coalesce(max(number), 0) FROM avow.migration").fetchone()
    return int(str(found[0])) if found else 0


def _missing(
    connection: psycopg.Connection[tuple[object, ...]], files: Sequence[Migration]
) -> list[Migration]:
    rows = connection.execute("SELECT number, name, digest FROM avow.migration").fetchall()
    applied = {int(str(number)): (str(name), digest) for number, name, digest in rows}
    newest = len(files)
    if applied and max(applied) > newest:
        raise StateError(
            f"the database is newer than this program: schema {max(applied)}, known here {newest}",
            help="run the newer release of avow, or restore the backup made before it",
            code="AV860",
        )
    for each in files:
        if each.number in applied and applied[each.number][1] != each.digest:
            raise StateError(
                f"the migration {each.number:04} `{each.name}` was changed after it was applied",
                because="the schema of this database may differ from what the program expects",
                help="restore the file, and write the change as a new migration",
                code="AV861",
            )
    return [each for each in files if each.number not in applied]


def _apply(
    connection: psycopg.Connection[tuple[object, ...]], each: Migration, at: datetime
) -> None:
    with connection.transaction():
        connection.execute(sql.SQL(each.text))
        connection.execute(
            "INSERT INTO avow.migration (number, name, digest, applied_at) VALUES (%s, %s, %s, %s)",
            [each.number, each.name, each.digest, at],
        )


def _refuse_old_server(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    found = connection.info.server_version // 10_000
    if found < OLDEST:
        raise StateError(
            f"PostgreSQL {found} is too old: avow needs {OLDEST} or newer",
            help="give another `--database-url`, or none to use the embedded server",
            code="AV862",
        )
