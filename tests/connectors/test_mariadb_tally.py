"""What the check of a batch counts in MariaDB: what the server can change beside our statements,
and of other tables what it says itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pymysql
import pytest

from avow.engine.planner.program import Move, Program, Step
from avow.engine.verifier.checked import Checked, Tallies
from avow.estate.connectors.base import Access
from avow.estate.connectors.mariadb import MariadbConnection, MariadbConnector
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.predicates import TRUE, Equal
from tests import mariadb
from tests.connectors.mariadb_estates import FAST, run

KEY = "id INT PRIMARY KEY, up INT, said VARCHAR(9)"
SCHEMA = (
    "CREATE TABLE top (id INT PRIMARY KEY)",
    f"CREATE TABLE below ({KEY}, FOREIGN KEY (up) REFERENCES top (id) ON DELETE CASCADE)",
    f"CREATE TABLE lowest ({KEY}, FOREIGN KEY (up) REFERENCES below (id) ON DELETE CASCADE)",
    f"CREATE TABLE beside ({KEY}, FOREIGN KEY (up) REFERENCES top (id) ON DELETE SET NULL)",
    "CREATE TABLE far (id INT PRIMARY KEY)",
    "INSERT INTO top VALUES (1), (2)",
    "INSERT INTO below VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c')",
    "INSERT INTO lowest VALUES (1, 1, 'a'), (2, 3, 'b')",
    "INSERT INTO beside VALUES (1, 1, 'a')",
    "INSERT INTO far VALUES (1)",
)


@pytest.fixture
def owner(mariadb_server: Path) -> Iterator[pymysql.Connection[Any]]:
    with (
        mariadb.database(mariadb_server) as name,
        closing(mariadb.connect(mariadb_server, name)) as connection,
    ):
        run(connection, *SCHEMA)
        yield connection


@pytest.fixture
def writer(mariadb_server: Path, owner: pymysql.Connection[Any]) -> Iterator[MariadbConnection]:
    with owner.cursor() as cursor:
        cursor.execute("SELECT database()")
        url = mariadb.url(mariadb_server, str((cursor.fetchone() or ("",))[0]))
    datasets = {n: Dataset(n, key=("id",)) for n in ("top", "below", "far")}
    system = System("s", "mariadb", url, datasets=datasets)
    with closing(MariadbConnector(FAST).connect(system, Access.WRITE)) as connection:
        yield connection


def moved(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {table: after[table] - rows for table, rows in before.items()}


def test_what_the_server_deletes_by_itself_is_counted(writer: MariadbConnection) -> None:
    """Rows under rows under the row that goes; a table that nothing leads to is not looked at."""
    assert isinstance(writer, Tallies)
    with writer.transaction() as batch:
        before = writer.tally(["top"])
        assert batch.remove("top", Equal("id", "1")) == 1
        found = moved(before, writer.tally(["top"]))
    assert found == {"top": -1, "below": -2, "lowest": -1, "beside": 0}


def test_rows_that_come_back_count_too(writer: MariadbConnection) -> None:
    with writer.transaction() as batch:
        before = writer.tally(["far"])
        rows = batch.copies("far", TRUE, ["id"])
        batch.remove("far", TRUE)
        assert batch.insert("far", ["id"], rows) == 1
        assert moved(before, writer.tally(["far"])) == {"far": 0}


@pytest.mark.parametrize("place", [None, 1])
def test_the_check_finds_a_cascade_that_no_step_names(
    writer: MariadbConnection, place: int | None
) -> None:
    steps = tuple(Step(n, Move.DELETE, Equal("id", "1"), ()) for n in ("far", "top"))
    program, check = Program("s", date(2026, 1, 1), steps), Checked()
    with writer.transaction() as batch:
        memory = check.before(writer, program, "p", place)
        done = {n: batch.remove(s.dataset, s.where) for n, s in enumerate(steps) if n or not place}
        said = check.after(writer, program, done, memory)
    assert sorted(said) == [
        "1 rows of `lowest` went that no step names",
        "2 rows of `below` went that no step names",
    ]


def test_with_a_trigger_every_table_is_counted(
    writer: MariadbConnection, owner: pymysql.Connection[Any]
) -> None:
    """Planted: it deletes in a table that no link leads to."""
    run(owner, "CREATE TRIGGER wide AFTER DELETE ON lowest FOR EACH ROW DELETE FROM far")
    with writer.transaction() as batch:
        before = writer.tally(["lowest"])
        assert batch.remove("lowest", Equal("id", "1")) == 1
        found = moved(before, writer.tally(["lowest"]))
    assert found == {"top": 0, "below": 0, "lowest": -1, "beside": 0, "far": -1}
