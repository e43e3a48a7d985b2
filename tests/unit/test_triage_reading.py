"""Signals of live databases: read-only, bounded whatever the rows, and without any value."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Select

from avow.duties.discovery.triage.reading import VALUES, look_at
from avow.duties.discovery.triage.signals import Basis, Pointer, Signals
from avow.estate.connectors.postgresql import PostgresqlConnection
from avow.estate.datamap.model import System

MARK = "zzq"
SCHEMA = f"""
CREATE TABLE klant (id bigint PRIMARY KEY, email text UNIQUE, naam text, geb date, at timestamp);
INSERT INTO klant SELECT n, 'k' || n || '@{MARK}.example', 'Jan {MARK}',
    '1950-01-01'::date + n * 7 % 15000, '2012-01-01'::timestamp + n * interval '1 hour'
    FROM generate_series(1, ROWS) n;
CREATE INDEX ON klant (at);
CREATE TABLE login (id bigint PRIMARY KEY, klant_nr bigint, aantal int, ip inet);
INSERT INTO login SELECT n, 1 + n % ROWS, n % 9, '192.0.2.7' FROM generate_series(1, ROWS) n;
CREATE TABLE nieuwsbrief (id bigint PRIMARY KEY, contact text);
INSERT INTO nieuwsbrief SELECT id, upper(email) FROM klant;
CREATE TABLE weird (id uuid PRIMARY KEY, v text); INSERT INTO weird VALUES (gen_random_uuid(), '');
CREATE TABLE points (id bigint PRIMARY KEY, over uuid); INSERT INTO points SELECT 1, id FROM weird;
"""


@dataclass(slots=True)
class Work:
    """What was asked of the database."""

    statements: int = 0
    rows: int = 0
    read_only: set[str] = field(default_factory=set)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Counts every query and the rows that come back, and asks whether it could have written."""
    seen, real = Work(), PostgresqlConnection.select

    def select(
        self: PostgresqlConnection, statement: Select[Any], dataset: str
    ) -> list[tuple[Any, ...]]:
        found = real(self, statement, dataset)
        seen.statements += 1
        seen.rows += len(found) if dataset else 0
        seen.read_only.update(self.raw.execute("SHOW transaction_read_only").fetchone() or ())
        return found

    monkeypatch.setattr(PostgresqlConnection, "select", select)
    return seen


def looked(url: str, rows: int) -> Signals:
    """The signals of the schema with so many customers."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        owner.execute(SCHEMA.replace("ROWS", str(rows)).encode())
        owner.execute("ANALYZE")
    return look_at(System("shop", "postgresql", url))


def pointer(signals: Signals, table: str, field_: str, to: str) -> Pointer:
    """One of the pointers found."""
    return next(p for p in signals.pointers if (p.table, p.fields, p.to) == (table, (field_,), to))


def test_what_is_read_does_not_grow_with_the_rows(postgres_url: str, work: Work) -> None:
    looked(postgres_url, 2_000)
    few, rows = work.statements, work.rows
    looked(postgres_url, 40_000)
    assert work.statements == 2 * few
    assert work.rows <= 2 * rows + 100
    assert work.read_only == {"on"}


def test_signals_hold_counts_and_days_and_no_value(postgres_url: str) -> None:
    signals = looked(postgres_url, 2_000)
    assert MARK not in repr(signals).lower()
    assert "192.0.2" not in repr(signals)
    klant = signals.looks["public.klant"]
    assert klant.categories >= {"email", "birth-date"}
    assert (str(klant.oldest), str(klant.newest)) == ("2012-01-01", "2012-03-24"), "by the index"
    number = pointer(signals, "public.login", "klant_nr", "public.klant")
    assert number.inclusion is not None
    assert (number.inclusion.seen, number.inclusion.found) == (VALUES, VALUES)
    assert number.inclusion.chance > 0.9
    letter = pointer(signals, "public.nieuwsbrief", "contact", "public.klant")
    assert letter.basis is Basis.EMAIL
    assert letter.inclusion is not None
    assert letter.inclusion.proves, "addresses are compared in lower case"


def test_a_long_key_is_found_by_its_values_alone(postgres_url: str) -> None:
    signals = looked(postgres_url, 50)
    over = pointer(signals, "public.points", "over", "public.weird")
    assert over.basis is Basis.VALUES
    assert over.inclusion is not None
    assert (over.inclusion.seen, over.inclusion.found) == (1, 1)


def test_a_table_that_cannot_be_sampled_is_a_gap_and_the_others_are_seen(tmp_path: Path) -> None:
    """SQLite without row numbers gives no sample; a table beside it is looked at all the same."""
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as file:
        file.executescript(
            "CREATE TABLE bare (k TEXT PRIMARY KEY, email TEXT) WITHOUT ROWID;"
            "INSERT INTO bare VALUES ('a', 'x@y.example');"
            "CREATE TABLE seen (id INTEGER PRIMARY KEY, email TEXT);"
            "INSERT INTO seen VALUES (1, 'x@y.example')"
        )
    file.close()
    signals = look_at(System("shop", "sqlite", str(path)))
    assert signals.looks["bare"].gap.startswith("no sample")
    assert signals.looks["seen"].categories == {"email"}
