"""What a predicate selects in a database or in files is what it means on the twin."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.twin import TwinConnector, TwinDatabase
from avow.estate.connectors.values import plain_all
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.predicates import TRUE, Predicate, Related, Until
from avow.estate.datamap.reach import Key
from avow.estate.datamap.stored import FileFormat
from tests import mariadb, postgres
from tests.connectors import engines
from tests.connectors import random_estates as random
from tests.connectors.engines import Rows
from tests.connectors.file_estates import FORMATS, in_files, refill
from tests.connectors.mariadb_estates import in_mariadb
from tests.connectors.mariadb_estates import refill as fill_mariadb
from tests.connectors.world import Row

Keys = dict[str, list[tuple[int, Key, date | None]]]
Fill = Callable[[Rows], None]
Selected = list[tuple[str, ...] | None]
EMPTY: dict[str, list[Row]] = {t.name: [] for t in random.TABLES}
RUNS = settings(
    max_examples=60,
    phases=(Phase.generate,),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
QUESTIONS = st.tuples(
    *(st.lists(random.predicates(t.name), min_size=3, max_size=5) for t in random.TABLES)
)


SYSTEMS = (
    "postgresql-read",
    "postgresql-write",
    "mariadb-read",
    "mariadb-write",
    "sqlite",
    *map(str, FORMATS),
)


@pytest.fixture(scope="module", params=SYSTEMS)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Connection, Fill]]:
    """An open connection to an estate, and how to give it other rows."""
    kind, _, access = str(request.param).partition("-")
    if kind in {*FORMATS}:
        form, folder = FileFormat(kind), tmp_path_factory.mktemp("random") / "files"
        estate = in_files(folder, form, random.CATALOGUE, EMPTY)
        yield estate.read(), lambda rows: refill(folder, form, random.CATALOGUE, rows)
        estate.close()
        return
    if kind == "sqlite":
        path = tmp_path_factory.mktemp("random") / "random.db"
        estate = engines.in_sqlite(path, random.CATALOGUE, EMPTY, random.SYSTEM)
        file = sqlite3.connect(path)
        yield estate.read(), lambda rows: engines.refill_sqlite(file, rows)
        file.close()
        estate.close()
        return
    if kind == "mariadb":
        socket = request.getfixturevalue("mariadb_server")
        with mariadb.database(socket) as name, closing(mariadb.connect(socket, name)) as filler:
            estate = in_mariadb(socket, name, random.CATALOGUE, EMPTY, random.SYSTEM)
            opened = estate.read() if access == "read" else estate.write()
            yield opened, lambda rows: fill_mariadb(filler, rows)
            estate.close()
        return
    with postgres.database(request.getfixturevalue("postgres_server")) as url:
        estate = engines.in_postgresql(url, random.CATALOGUE, EMPTY, random.SYSTEM)
        owner: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True)
        opened = estate.read() if access == "read" else estate.write()
        yield opened, lambda rows: engines.refill_postgresql(owner, rows)
        owner.close()
        estate.close()


def twin(rows: Rows) -> Connection:
    database = TwinDatabase(rows, random.CATALOGUE)
    return TwinConnector({"shop": database}).connect(random.SYSTEM, Access.WRITE)


def selected(connection: Connection, dataset: str, where: Predicate) -> Selected:
    key = random.CATALOGUE.tables[dataset].key
    found = sorted(plain_all(row) or () for row in connection.fetch(dataset, where, key))
    assert connection.count(dataset, where) == len(found)
    return list(found)


@RUNS
@given(rows=random.ESTATES, keys=st.fixed_dictionaries(random.KEY_SETS), questions=QUESTIONS)
def test_predicates_select_the_same_rows(
    engine: tuple[Connection, Fill],
    rows: Rows,
    keys: Keys,
    questions: tuple[list[Predicate], list[Predicate]],
) -> None:
    """Random rows, random key sets, random predicates: SQL and the twin select the same keys."""
    connection, fill = engine
    fill(rows)
    model = twin(rows)
    for name, entries in keys.items():
        connection.put_keys(name, name, entries)
        model.put_keys(name, name, entries)
    for table, predicates in zip(random.TABLES, questions, strict=True):
        for where in predicates:
            expected = selected(model, table.name, where)
            assert selected(connection, table.name, where) == expected, where


@settings(RUNS, max_examples=25)
@given(
    rows=random.ESTATES,
    keys=st.fixed_dictionaries(random.KEY_SETS),
    edges=st.lists(random.edges(), min_size=3, max_size=5),
)
def test_key_sets_spread_to_the_same_rows(
    engine: tuple[Connection, Fill], rows: Rows, keys: Keys, edges: list[Edge]
) -> None:
    """Random links, walked both ways one after the other, circles included."""
    connection, fill = engine
    fill(rows)
    model = twin(rows)
    for name, entries in keys.items():
        connection.put_keys(name, name, entries)
        model.put_keys(name, name, entries)
    for edge in edges:
        for to, giver, taker in (
            (Side.CHILD, edge.parent, edge.child), (Side.PARENT, edge.child, edge.parent),
        ):  # fmt: skip
            there = Related(edge, to, TRUE)
            expected = selected(model, giver, there)
            assert selected(connection, giver, there) == expected, there
            new = [c.spread(edge, to, giver, taker) for c in (connection, model)]
            assert new[0] == new[1], (edge, to)
            assert _content(connection, taker) == _content(model, taker), (edge, to)


@settings(RUNS, max_examples=25)
@given(rows=random.ESTATES, untils=st.lists(random.UNTILS, min_size=6, max_size=10))
def test_days_select_the_same_rows(
    engine: tuple[Connection, Fill], rows: Rows, untils: list[Until]
) -> None:
    """Dates, instants and times without offset, at the limits of days in several zones."""
    connection, fill = engine
    fill(rows)
    model = twin(rows)
    for leaf in untils:
        for table in random.TABLES:
            expected = selected(model, table.name, leaf)
            assert selected(connection, table.name, leaf) == expected, leaf


def _content(connection: Connection, keys: str) -> set[tuple[int, tuple[str, ...] | None]]:
    return {(subject, plain_all(key)) for subject, key in connection.keys(keys)}
