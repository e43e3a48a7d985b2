"""A country in a real PostgreSQL: a schema of any kind, walked whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from avow.engine.db.store import Store
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.postgresql import PostgresqlConnector
from avow.estate.datamap.model import System
from tests.connectors.whole_way import Country, Rows, country

TABLES = """
SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition AND c.relispopulated
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%'
ORDER BY 1
"""
Found = Callable[[str, str], Country]


def everything(url: str) -> Rows:
    """Every row of every table and view, as PostgreSQL writes a row."""
    with psycopg.connect(url, autocommit=True) as owner:
        names = [name for (name,) in owner.execute(TABLES)]
        return {n: [r for (r,) in owner.execute(_all(n))] for n in names}


def _all(table: str) -> bytes:
    return f'SELECT t::text FROM {table} AS t ORDER BY t::text COLLATE "C"'.encode()


@pytest.fixture
def found(store: Store, postgres_url: str) -> Found:
    """A function that founds a country of a schema and a map."""

    def opened(system: System, access: Access) -> Connection:
        return PostgresqlConnector().connect(replace(system, url=postgres_url), access)

    def build(schema: str, datasets: str) -> Country:
        run(postgres_url, schema)
        made = country(store, opened, lambda: everything(postgres_url))
        made.found("postgresql", datasets)
        return made

    return build


def run(url: str, text: str) -> None:
    """Statements by the owner of the database."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(text.encode())


def fetched(url: str, text: str) -> list[tuple[Any, ...]]:
    """The answer of a query by the owner."""
    with closing(psycopg.connect(url, autocommit=True)) as owner:
        return owner.execute(text.encode()).fetchall()


SIMPLE = """
CREATE TABLE person (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE visit (id int PRIMARY KEY, person_id int, seen_on date, page text);
CREATE TABLE audit (at timestamptz DEFAULT now(), old text);
INSERT INTO person VALUES (1, 'ann', NULL), (2, 'bob', '2026-01-01');
INSERT INTO visit VALUES (1, 1, '2026-01-01', 'a'), (2, 1, '2026-04-20', 'b');
CREATE INDEX ON visit (person_id);
"""
SAID = """
public.person: {subject: visitor, key: [id], collected_at: door, rest: data,
  events: {left: left_on}}
public.visit: {key: [id], owned_by: {public.person: person_id}, collected_at: door, rest: log,
  events: {seen: seen_on}}
"""
ERASED = {"public.person": [(1,)]}
