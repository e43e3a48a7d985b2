"""What PostgreSQL derives from rows is refreshed right after they went: nobody reads them there."""

from __future__ import annotations

from dataclasses import replace

from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.postgresql import PostgresqlConnector
from avow.estate.datamap.model import System
from tests.connectors.postgresql_country import Found, fetched, found, run

__all__ = ["found"]

MARK = "Canary7f3a91c2"
SCHEMA = f"""
CREATE TABLE person (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE visit (id int, at date NOT NULL, person_id int, page text, tags text[],
    PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM ('2026-01-01') TO ('2026-04-01');
CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM ('2026-04-01') TO (MAXVALUE);
CREATE INDEX ON visit (person_id); CREATE INDEX ON visit (lower(page));
INSERT INTO person SELECT n, CASE WHEN n < 40 THEN '{MARK}' ELSE 'other ' || n END, NULL
    FROM generate_series(1, 60) AS n;
INSERT INTO visit SELECT n, CASE WHEN n % 2 = 0 THEN date '2026-01-01' ELSE '2026-04-20' END, n,
    CASE WHEN n < 40 THEN '{MARK}' ELSE 'page ' || n END, ARRAY[CASE WHEN n < 40 THEN '{MARK}' END]
    FROM generate_series(1, 60) AS n;
CREATE VIEW named AS SELECT p.name, v.page FROM person AS p JOIN visit AS v ON v.person_id = p.id;
CREATE MATERIALIZED VIEW pages AS SELECT page, name FROM named;
CREATE MATERIALIZED VIEW counted AS SELECT page, count(*) AS n FROM pages GROUP BY 1;
CREATE SCHEMA "Other é"; CREATE VIEW "Other é"."of pages" AS SELECT page FROM counted;
CREATE MATERIALIZED VIEW "Other é"."Deep" AS SELECT page FROM "Other é"."of pages";
CREATE MATERIALIZED VIEW part AS SELECT page FROM visit_2;
CREATE MATERIALIZED VIEW empty AS SELECT page FROM visit WITH NO DATA;
CREATE STATISTICS both_of ON person_id, page FROM visit_2;
ANALYZE;
"""
MAP = """
public.person: {subject: visitor, key: [id], collected_at: door, rest: data,
  events: {left: left_on}}
public.visit: {key: [id, at], owned_by: {public.person: person_id}, collected_at: door, rest: log,
  events: {seen: at}}
"""
VIEWS = ("pages", "counted", '"Other é"."Deep"', "part")
ROOTS = {"public.person": [(n,) for n in range(1, 40)]}
STATISTICS = "SELECT tablename, attname, s::text FROM pg_stats AS s"
EXTENDED = "SELECT tablename, statistics_name, s::text FROM pg_stats_ext AS s"
EXPRESSIONS = "SELECT tablename, expr, s::text FROM pg_stats_ext_exprs AS s"


def seen(url: str) -> set[str]:
    """Where the mark can be read by SQL, beside the tables: statistics and materialized views."""
    found = {
        f"statistics of {table}"
        for question in (STATISTICS, EXTENDED, EXPRESSIONS)
        for table, _, text in fetched(url, question)
        if MARK.lower() in text.lower()
    }
    views = (v for v in VIEWS if MARK in str(fetched(url, f"SELECT array_agg(t::text) FROM {v} t")))
    return found | set(views)


def test_a_value_is_in_no_statistic_and_no_view_after_apply(
    found: Found, postgres_url: str
) -> None:
    """A view over a view over a view in another schema, one of a single partition, statistics of a
    partition, of an index on an expression and of two columns together."""
    land = found(SCHEMA, MAP)
    assert seen(postgres_url) > {"statistics of visit_2", "statistics of visit", *VIEWS}
    applied = land.done(land.erasure_plan(ROOTS))
    assert seen(postgres_url) == set()
    assert all(line.startswith("refreshed") for line in applied.effects), applied.effects
    assert fetched(postgres_url, "SELECT count(*) FROM counted") == [(21,)]
    (populated,) = fetched(
        postgres_url, "SELECT relispopulated FROM pg_class WHERE relname='empty'"
    )
    assert populated == (False,), "a view that nobody filled stays so"


def test_a_sweep_refreshes_too(found: Found, postgres_url: str) -> None:
    """19 rows with the mark are of January and go, the whole partition with them."""
    land = found(SCHEMA, MAP)
    land.done(land.sweep_plan())
    where = "SELECT count(*) FROM part"
    assert fetched(postgres_url, where) == [(30,)]
    assert "statistics of visit_1" not in seen(postgres_url)
    assert fetched(postgres_url, "SELECT sum(n) FROM counted") == [(30,)]


def test_what_belongs_to_another_is_a_spoken_gap(found: Found, postgres_url: str) -> None:
    """The role owns the persons; the views and the visits are another's. It says which of them
    still show what went, and which statistics."""
    land = found(SCHEMA, MAP)
    run(
        postgres_url,
        "CREATE ROLE few_rights LOGIN; GRANT ALL ON person, visit TO few_rights; "
        "GRANT USAGE ON SCHEMA public TO few_rights; ALTER TABLE person OWNER TO few_rights;",
    )
    url = postgres_url.replace("//avow@", "//few_rights@")

    def opened(system: System, access: Access) -> Connection:
        return PostgresqlConnector().connect(replace(system, url=url), access)

    try:
        few = replace(land, opener=opened)
        applied = few.apply(few.approved(few.erasure_plan(ROOTS)))
        assert seen(postgres_url) >= {"counted", "statistics of visit"}
    finally:
        run(postgres_url, "DROP OWNED BY few_rights CASCADE; DROP ROLE few_rights")
    assert sorted(line for line in applied.effects if "person" not in line) == sorted(
        f"not done: {what} (we do not own it)"
        for what in ("statistics of visit", *(f"materialized view {view}" for view in VIEWS))
    )
