"""Large tables of PostgreSQL: windows along an index on the moment, and what each one costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import psycopg
import pytest

from avow.engine.planner.chunks import Chunk
from avow.engine.planner.refusals import Stopped
from avow.engine.verifier.checked import Checked
from avow.estate.connectors import postgresql_large
from avow.estate.connectors.base import Access, Crowded, Window
from avow.estate.connectors.postgresql import PostgresqlConnection, PostgresqlConnector
from avow.estate.datamap.model import Blank, BlankKind, Dataset, System
from avow.estate.datamap.predicates import Null, Predicate, Until, all_of, any_of
from tests.connectors.postgresql_country import Found, fetched, found, run
from tests.connectors.whole_way import Country

__all__ = ["found"]

VISIT, LOG = "public.visit", "public.log"
SCHEMA = """
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE visit (id int PRIMARY KEY, person_id int, seen_at timestamptz, page text,
    mixed date, unindexed date);
INSERT INTO person SELECT n, 'p' FROM generate_series(1, 50) AS n;
INSERT INTO visit SELECT n, 1 + n % 50, timestamptz '2026-01-01' + n * interval '12 minutes',
    CASE WHEN n % 3 > 0 THEN 'x' END, date '2026-01-01' + (n * 7919) % 1000, date '2026-01-01'
    FROM generate_series(1, 12000) AS n;
UPDATE visit SET seen_at = NULL WHERE id = 11999;
CREATE INDEX ON visit (seen_at); CREATE INDEX ON visit (mixed); CREATE INDEX ON visit (person_id);
CREATE TABLE log (id int PRIMARY KEY, day date NOT NULL);
INSERT INTO log SELECT n, date '2026-01-01' + n / 100 FROM generate_series(1, 12000) AS n;
CREATE INDEX ON log (day);
ANALYZE;
"""
DUE = Until("seen_at", date(2026, 2, 1), "UTC")


@pytest.fixture
def writer(postgres_url: str) -> Iterator[PostgresqlConnection]:
    run(postgres_url, SCHEMA)
    datasets = {name: Dataset(name, key=("id",)) for name in (VISIT, LOG)}
    connection = PostgresqlConnector().connect(
        System("s", "postgresql", postgres_url, datasets=datasets), Access.WRITE
    )
    yield connection
    connection.close()


Asked = list[tuple[str, Any]]
"""Statements with their values."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Every statement that is asked of whatever database."""
    said: Asked = []
    whole: Callable[..., Any] = psycopg.Cursor.execute

    def execute(self: object, query: object, *values: object, **how: object) -> object:
        text = query.decode() if isinstance(query, bytes) else str(query)
        said.append((text, values[0] if values else None))
        return whole(self, query, *values, **how)

    monkeypatch.setattr(psycopg.Cursor, "execute", execute)
    return said


def stretches(
    connection: PostgresqlConnection, dataset: str, where: Predicate, along: str, size: int
) -> Iterator[Window]:
    """Every stretch to the end, nothing being removed."""
    after = None
    while window := connection.stretch(dataset, where, along, after, size):
        yield window
        after = window.until


@pytest.mark.parametrize(
    ("dataset", "where", "column"),
    [
        (VISIT, DUE, "seen_at"),
        (VISIT, all_of([Null("page"), DUE]), "seen_at"),
        (LOG, Until("day", date(2026, 2, 1), "UTC"), "day"),
        (VISIT, any_of([Null("page"), DUE]), None),
        (VISIT, replace(DUE, negated=True), None),
        (VISIT, Until("mixed", date(2026, 2, 1), "UTC"), None),
        (VISIT, Until("unindexed", date(2026, 2, 1), "UTC"), None),
    ],
    ids=["bound", "one of two", "days", "not for every row", "later", "all over", "no index"],
)
def test_windows_follow_a_moment_that_bounds_every_row_and_orders_the_disk(
    writer: PostgresqlConnection, dataset: str, where: Predicate, column: str | None
) -> None:
    assert writer.moment_of(dataset, where) == column


def test_a_small_table_goes_by_its_keys(
    writer: PostgresqlConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_large, "LARGE", 20_000)
    assert writer.moment_of(VISIT, DUE) is None


@pytest.mark.parametrize("size", [1, 7, 1000, 100_000])
def test_stretches_hold_each_due_row_once(writer: PostgresqlConnection, size: int) -> None:
    where = all_of([DUE, Null("page")])
    if size < 1000:
        where = all_of([where, Until("seen_at", date(2026, 1, 2), "UTC")])
    all_ = list(stretches(writer, VISIT, where, "seen_at", size))
    assert max(window.rows for window in all_) <= size
    removed = 0
    for window in all_:
        with writer.transaction() as batch:
            gone = batch.remove(VISIT, where, window)
        assert gone == window.rows
        removed += gone
    assert removed > 40
    assert writer.count(VISIT, where) == 0
    assert writer.count(VISIT, Null("seen_at")) == 1


def test_rows_of_one_moment_go_in_one_window_or_by_their_keys(
    writer: PostgresqlConnection,
) -> None:
    """100 rows have the same day: of 250 whole days go; fewer than 100 hold none."""
    where = Until("day", date(2026, 1, 31), "UTC")
    found_ = list(stretches(writer, LOG, where, "day", 250))
    assert {window.rows for window in found_} == {199, 200, 100}
    assert sum(window.rows for window in found_) == writer.count(LOG, where)
    with pytest.raises(Crowded):
        writer.stretch(LOG, where, "day", ("2026-01-05",), 99)


def test_a_window_along_a_moment_bounds_a_blanking(writer: PostgresqlConnection) -> None:
    window = writer.stretch(VISIT, DUE, "seen_at", None, 90)
    assert window is not None
    with writer.transaction() as batch:
        done = batch.blank(VISIT, DUE, {"page": Blank(BlankKind.NULL)}, window)
    assert done == 60, "a third of the rows had no page"


def test_a_window_is_found_by_the_index_alone(
    writer: PostgresqlConnection, postgres_url: str, asked: Asked
) -> None:
    """The server's own plan says so: no row that stays is looked at, and few that go."""
    run(postgres_url, "VACUUM visit")
    asked.clear()
    window = writer.stretch(VISIT, DUE, "seen_at", ("2026-01-05 00:00+00",), 500)
    assert window is not None
    with writer.transaction() as batch:
        batch.remove(VISIT, DUE, window)
    questions = [(text, values) for text, values in asked if "visit" in text]
    assert len(questions) == 2, "one look, one deletion"
    look, deletion = ("\n".join(explained(writer, *each)) for each in questions)
    assert "Index Only Scan using visit_seen_at_idx" in look
    assert "Index Scan using visit_seen_at_idx" in deletion
    assert "Seq Scan" not in look + deletion


def explained(connection: PostgresqlConnection, text: str, values: object) -> list[str]:
    """How the server would answer."""
    asking: Any = b"EXPLAIN " + text.encode()
    found_: Any = values
    return [line for (line,) in connection.raw.execute(asking, found_).fetchall()]


def test_some_rows_are_drawn_from_all_over_the_table(writer: PostgresqlConnection) -> None:
    later = replace(DUE, negated=True)
    rows = writer.some(VISIT, later, ("id", "seen_at"), 20)
    assert all(n is not None and at.date() > date(2026, 2, 1) for n, at in rows)
    assert len(rows) <= 20


# --- a whole sweep ------------------------------------------------------------------------------

MAP = """
public.person: {subject: visitor, key: [id], collected_at: door, rest: data}
public.visit: {key: [id], owned_by: {public.person: person_id}, collected_at: door, rest: log,
  events: {seen: seen_at}}
"""


DELETING = 'DELETE FROM "public"."visit"'
PER_WINDOW = 14
"""Statements of one window, of the system and of the state together."""


def _swept(land: Country, asked: Asked, size: int) -> tuple[int, int]:
    """The windows of a whole sweep with windows of this size, and its statements."""
    land.windows = Chunk(size, size, size, too_long_ms=10**6)
    plan = land.approved(land.sweep_plan())
    asked.clear()
    done = land.apply(plan)
    assert (done.rows, done.blocked) == (plan.rows, ())
    return sum(text.startswith(DELETING) for text, _ in asked), len(asked)


def test_a_window_costs_so_many_statements_however_many_rows_it_holds(
    found: Found, asked: Asked, postgres_url: str
) -> None:
    land = replace(found(SCHEMA, MAP), checker=Checked())
    few, with_few = _swept(land, asked, 1000)
    run(postgres_url, "DROP TABLE visit, person, log;" + SCHEMA)
    many, with_many = _swept(land, asked, 500)
    assert (few, many) == (11, 22)
    # whole statements: one that the fixed part makes or not is no cost of a window
    assert (with_many - with_few) // (many - few) <= PER_WINDOW
    assert sum("max(w." in text for text, _ in asked) == many, "one look per window"


def test_a_row_that_something_refuses_is_set_aside_by_its_key(
    found: Found, postgres_url: str
) -> None:
    """The window is left for the order of keys, and every other row goes."""
    refusing = (
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF OLD.id IN (40, 41) "
    )
    refusing += "THEN RAISE EXCEPTION ''no''; END IF; RETURN OLD; END';"
    refusing += "CREATE TRIGGER no BEFORE DELETE ON visit FOR EACH ROW EXECUTE FUNCTION no();"
    land = replace(found(SCHEMA + refusing, MAP), checker=Checked())
    land.windows = Chunk(1000, 1000, 1000)
    applied = land.apply(land.approved(land.sweep_plan()))
    assert [block.table for block in applied.blocked] == ["public.visit"] * 2
    left = fetched(postgres_url, "SELECT id FROM visit WHERE seen_at < '2026-03-31' ORDER BY id")
    assert left == [(40,), (41,)]


def test_more_rows_than_approved_still_stop_it(found: Found, postgres_url: str) -> None:
    land = replace(found(SCHEMA, MAP), checker=Checked())
    plan = land.approved(land.sweep_plan())
    run(postgres_url, "INSERT INTO visit VALUES (0, 1, '2026-01-01')")
    with pytest.raises(Stopped):
        land.apply(plan)
