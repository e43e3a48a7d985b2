"""Killed at any step of the journal and run again, the end state is the same, on real databases."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from avow.declaration.model import Level
from avow.engine.db.store import Store
from avow.engine.evidence.entries import BatchApplied, Entry, read_entry
from avow.engine.evidence.ledger import Ledger
from avow.engine.evidence.verify import verify_ledger
from avow.engine.planner.apply import apply
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.journal import owner_name
from avow.engine.planner.records import Status
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.postgresql import PostgresqlConnector
from avow.estate.connectors.sqlite import SqliteConnector
from avow.estate.datamap.model import System
from tests.faults.killed import killed_at
from tests.faults.small import DECLARATION, EXPECTED, Small, rows

PLACES = (
    ("seated", 1),
    ("started", 1),
    ("started", 2),
    ("moved", 1),
    ("moved", 2),
    ("committed", 1),
    ("committed", 3),
    ("journalled", 2),
    ("step ended", 1),
    ("effects", 1),
    ("before the end", 1),
    ("ended", 1),
)
"""Every place of the journal; windows of four rows make four batches of the fifteen."""

TABLES = """
CREATE TABLE person (id integer PRIMARY KEY, name text);
CREATE TABLE visit (id integer PRIMARY KEY, person_id integer REFERENCES person (id), seen_on date,
                    page text);
CREATE INDEX visit_person ON visit (person_id);
"""
RECEIPTS = """
CREATE TABLE avow_receipts (plan text NOT NULL, step integer NOT NULL, batch integer NOT NULL,
                            rows bigint NOT NULL, PRIMARY KEY (plan, step, batch));
"""


@dataclass(frozen=True)
class Estate:
    """A real database with the small estate in it. `left` gives the visits that are there."""

    text: str
    open: Callable[[System, Access], Connection]
    left: Callable[[], frozenset[int]]
    run: Callable[[str], None]


@pytest.fixture
def sqlite(tmp_path: Path) -> Estate:
    """A file."""
    path = tmp_path / "app.db"
    with sqlite3.connect(path) as made:
        made.executescript(TABLES + RECEIPTS)
        _fill(lambda sql, many: made.executemany(sql.replace("%s", "?"), many))
    made.close()
    text = DECLARATION.replace("connector: memory", f"connector: sqlite\n    url: {path}")

    def run(sql: str) -> None:
        with sqlite3.connect(path) as other:
            other.executescript(sql)
        other.close()

    def left() -> frozenset[int]:
        with sqlite3.connect(path) as other:
            found = frozenset(row[0] for row in other.execute("SELECT id FROM visit"))
        other.close()
        return found

    return Estate(text, SqliteConnector().connect, left, run)


@pytest.fixture
def postgresql(new_database: Callable[[], str]) -> Estate:
    """A database of the session's server."""
    url = new_database()
    with psycopg.connect(url, autocommit=True) as made:
        made.execute((TABLES + RECEIPTS).encode())
        with made.cursor() as cursor:
            _fill(lambda sql, many: cursor.executemany(sql.encode(), many))
    text = DECLARATION.replace("connector: memory", f'connector: postgresql\n    url: "{url}"')
    text = text.replace("      person:\n", "      public.person:\n")
    text = text.replace("      visit:\n", "      public.visit:\n")
    text = text.replace("{person: person_id}", "{public.person: person_id}")

    def run(sql: str) -> None:
        with psycopg.connect(url, autocommit=True) as other:
            other.execute(sql.encode())

    def left() -> frozenset[int]:
        with psycopg.connect(url) as other:
            return frozenset(row[0] for row in other.execute("SELECT id FROM visit").fetchall())

    return Estate(text, PostgresqlConnector().connect, left, run)


def _fill(many: Callable[[str, list[tuple[object, ...]]], object]) -> None:
    for table, found in rows().items():
        names = list(found[0])
        marks = ", ".join(["%s"] * len(names))
        content = [tuple(str(v) if n == "seen_on" else v for n, v in row.items()) for row in found]
        many(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", content)


@pytest.fixture(params=["sqlite", "postgresql"])
def estate(request: pytest.FixtureRequest) -> Estate:
    """Either of them."""
    found: Estate = request.getfixturevalue(request.param)
    return found


def ready(store: Store, estate: Estate) -> tuple[Small, str]:
    """The estate with an approved plan, in windows of four rows."""
    small = Small(store, opener=estate.open, windows=Chunk(4, 4, 4))
    small.activate(estate.text)
    small.raise_to(Level.APPROVE)
    small.ramp_up()
    return small, small.approved(small.plan()).id


def work(small: Small, plan: str, state_url: str) -> Callable[[Callable[[str], None]], None]:
    """The same application, in a process with connections of its own."""

    def run(crash: Callable[[str], None]) -> None:
        with Store(state_url, largest=2) as own:
            child = replace(small, runs=own, crash=crash, owner=owner_name())
            apply(child.office(), child.worker(), plan)

    return run


@pytest.mark.parametrize(("place", "nth"), PLACES)
def test_killed_anywhere_and_run_again_the_end_is_the_same(
    store: Store, state_url: str, estate: Estate, place: str, nth: int
) -> None:
    """15 rows in the journal, exactly, because the receipt tells what the dead batch did."""
    small, plan = ready(store, estate)
    assert killed_at(place, nth, work(small, plan, state_url))
    done = apply(small.office(), small.worker(), plan)
    assert estate.left() == EXPECTED
    assert (done.status, done.rows, done.at_least) == (Status.DONE, 15, False)


@pytest.mark.parametrize(("place", "rows_told"), [("moved", 15), ("committed", 11)])
def test_without_receipts_the_count_is_at_least(
    store: Store, state_url: str, estate: Estate, place: str, rows_told: int
) -> None:
    """Nobody can tell whether the dead batch was committed: the end is the same, the count is a
    lower bound, and it is said."""
    estate.run("DROP TABLE avow_receipts")
    small, plan = ready(store, estate)
    assert killed_at(place, 2, work(small, plan, state_url))
    done = apply(small.office(), small.worker(), plan)
    assert estate.left() == EXPECTED
    assert (done.status, done.rows, done.at_least) == (Status.DONE, rows_told, True)


@pytest.mark.parametrize("place", ["journalled", "told", "step ended", "ended"])
def test_killed_anywhere_the_ledger_is_told_of_a_step_once(
    store: Store, state_url: str, sqlite: Estate, place: str
) -> None:
    """Between the last batch and its entry, between the entry and its commit, or after both: what
    the ledger says of the step is there when the plan has ended, whole and once."""
    small, plan = ready(store, sqlite)
    ledger = Ledger(store, small.ring, "avow.example/ledger")
    small = replace(small, telling=lambda bodies, at, tx: ledger.append(bodies, at, runs=tx))
    assert killed_at(place, 1, work(small, plan, state_url))
    apply(small.office(), small.worker(), plan)
    told = [read_entry(bytes(row["bytes"])) for row in ledger.entries()]
    steps = Counter(_body(e)["step"] for e in told if e.kind == BatchApplied.kind)
    assert set(steps.values()) == {1}
    assert sum(_body(e)["deleted"] for e in told) == 15
    assert verify_ledger(ledger).broken_at is None


def _body(entry: Entry) -> dict[str, Any]:
    return dict(msgspec.json.decode(entry.body))


def test_the_crash_is_real(store: Store, state_url: str, sqlite: Estate) -> None:
    """Planted: a place that is never reached kills nothing, and the child does all of it."""
    small, plan = ready(store, sqlite)
    assert not killed_at("no such place", 1, work(small, plan, state_url))
    assert sqlite.left() == EXPECTED
