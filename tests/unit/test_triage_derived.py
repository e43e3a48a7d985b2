"""Views, materialized views, partitioned and foreign tables of PostgreSQL in triage and drift."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest

from avow.duties.discovery import sampling
from avow.duties.discovery.triage import reading
from avow.duties.discovery.triage.answering import Standpoint, open_questions
from avow.duties.discovery.triage.choices import Whose
from avow.duties.discovery.triage.memory import Memory
from avow.duties.discovery.triage.signals import Basis
from avow.engine.planner.drift import DriftKind, drift
from avow.estate.connectors.base import Access
from avow.estate.connectors.catalogue import Table
from avow.estate.connectors.postgresql import PostgresqlConnector
from avow.estate.datamap.model import System

TODAY = date(2026, 11, 22)
SCHEMA = """
CREATE TABLE customer (id bigint PRIMARY KEY, email text UNIQUE, full_name text);
INSERT INTO customer
    SELECT n, 'p' || n || '@zzq.example', 'Ann Peeters' FROM generate_series(1, 90) n;

CREATE VIEW customer_list AS SELECT * FROM customer;
CREATE VIEW slow_customers AS SELECT c.* FROM customer AS c WHERE pg_sleep(600) IS NULL;
CREATE MATERIALIZED VIEW customer_report AS SELECT email, full_name FROM customer;

CREATE TABLE visit (id bigint, customer_id bigint REFERENCES customer (id), at date, ip text,
                    PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE visit_2025 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')
    PARTITION BY LIST (id);
CREATE TABLE visit_2025_rest PARTITION OF visit_2025 DEFAULT;
INSERT INTO visit SELECT n, 1 + n % 90, '2024-06-01'::date + n, '192.0.2.' || n % 250
    FROM generate_series(1, 400) AS n;

CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER away FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE remote_customer (id bigint, email text, full_name text) SERVER away;
"""


@pytest.fixture
def system(postgres_url: str) -> System:
    """A database with one table of each sort."""
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute(SCHEMA.encode())
        owner.execute("ANALYZE customer; ANALYZE visit")
    return System("shop", "postgresql", postgres_url)


@pytest.fixture
def start(system: System, monkeypatch: pytest.MonkeyPatch) -> Standpoint:
    """What is proposed for it, and what was read for that."""
    read: list[str] = []

    def sample(connection: object, table: Table, *more: object) -> object:
        read.append(table.name)
        return sampling.sample(connection, table, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "sample", sample)
    signals = reading.look_at(system)
    assert sorted(read) == ["public.customer", "public.visit"], "nothing derived is read"
    return Standpoint(signals, {}, Memory("shop"), TODAY)


@pytest.mark.parametrize(
    ("table", "because"),
    [
        ("customer_list", "a view"),
        ("slow_customers", "a view"),
        ("customer_report", "holds copies until it is refreshed"),
        ("remote_customer", "its rows lie in another system"),
    ],
)
def test_what_is_derived_is_out_without_a_question_and_says_why(
    start: Standpoint, table: str, because: str
) -> None:
    """However personal its columns are called, and however long a view would take to show a row."""
    found = start.proposals()[f"public.{table}"]
    assert found.choice.whose is Whose.OUT
    assert because in " ".join(found.evidence)


def test_a_partitioned_table_is_asked_once_with_the_rows_of_all_its_partitions(
    start: Standpoint,
) -> None:
    asked = [name for question in open_questions(start) for name in question.tables]
    assert sorted(asked) == ["public.customer", "public.visit"]
    look = start.signals.looks["public.visit"]
    assert look.rows == 400
    assert "ip-address" in look.categories
    assert (str(look.oldest), look.gap) == ("2024-06-02", "")
    keys = [p for p in start.signals.pointers if p.basis is Basis.FOREIGN_KEY]
    assert [(p.table, p.fields, p.to) for p in keys] == [
        ("public.visit", ("customer_id",), "public.customer")
    ]
    assert start.proposals()["public.visit"].choice.whose is Whose.OWNED


def test_a_partitioned_table_that_nobody_analysed_is_looked_into_too(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute(SCHEMA.encode())
    look = reading.look_at(System("shop", "postgresql", postgres_url)).looks["public.visit"]
    assert look.rows > 0
    assert "ip-address" in look.categories


def test_only_what_holds_rows_of_its_own_is_new_to_the_map(system: System) -> None:
    """A materialized view holds copies, and is said; partitions and foreign tables are not."""
    connection = PostgresqlConnector().connect(system, Access.READ)
    try:
        found = drift(system, connection.catalogue())
    finally:
        connection.close()
    assert {d.kind for d in found} == {DriftKind.TABLE}
    assert [d.name for d in found] == [
        "public.customer", "public.customer_report", "public.visit",
    ]  # fmt: skip
