"""SQLite goes from the keys of a batch to rows, and never reads a linked table whole; and it says
itself how many rows went, where nothing but our statements can take any."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from avow.engine.planner.program import Move, Program, Step
from avow.engine.verifier.checked import Checked, Tallies
from avow.estate.connectors.base import Access
from avow.estate.connectors.leading import leads
from avow.estate.connectors.sqlite import SqliteConnection, SqliteConnector
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Blank, BlankKind, Dataset, System
from avow.estate.datamap.predicates import TRUE, And, Equal, InKeys, Or, Predicate, Related

SCHEMA = """
CREATE TABLE top (id BIGINT NOT NULL PRIMARY KEY, said TEXT);
CREATE TABLE below (id BIGINT NOT NULL PRIMARY KEY, up BIGINT REFERENCES top (id), said TEXT);
CREATE TABLE lowest (id BIGINT NOT NULL PRIMARY KEY, up BIGINT REFERENCES below (id), said TEXT);
CREATE TABLE far (id BIGINT NOT NULL PRIMARY KEY);
CREATE INDEX below_up ON below (up);
CREATE INDEX lowest_up ON lowest (up);
"""
ROWS = 5_000
MINE = InKeys(("id",), "mine")
UP = Edge("below", ("up",), "top", ("id",), Right.NONE, Side.CHILD)
UP_AGAIN = Edge("lowest", ("up",), "below", ("id",), Right.NONE, Side.CHILD)
OF_MINE = Related(UP, Side.PARENT, MINE)
BELOW_MINE = Related(UP_AGAIN, Side.PARENT, OF_MINE)
NOT_MINE = Related(UP, Side.PARENT, InKeys(("id",), "mine", negated=True), negated=True)


@pytest.fixture(params=["looked at", "never looked at"])
def file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A file of three linked tables, of whose rows SQLite knows much, or nothing."""
    path = tmp_path / "linked.db"
    with closing(sqlite3.connect(path)) as owner:
        owner.executescript(SCHEMA)
        for table in ("below", "lowest"):
            rows = [(n, (n - 1) // 5 + 1, "a") for n in range(1, ROWS + 1)]
            parents = sorted({(up, "a") for _, up, _ in rows})
            if table == "below":
                owner.executemany("INSERT INTO top VALUES (?, ?)", parents)
            owner.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", rows)
        owner.execute("INSERT INTO far VALUES (1)")
        owner.commit()
        if request.param == "looked at":
            owner.execute("ANALYZE")
    return path


@pytest.fixture
def writer(file: Path) -> Iterator[SqliteConnection]:
    names = ("top", "below", "lowest", "far")
    datasets = {n: Dataset(n, key=("id",)) for n in names}
    system = System("s", "sqlite", f"sqlite:///{file}", datasets=datasets)
    with closing(SqliteConnector(busy=0.1).connect(system, Access.WRITE)) as connection:
        connection.put_keys("mine", "top", [(n, (n,), None) for n in (3, 4)])
        yield connection


def plans(writer: SqliteConnection, texts: list[str]) -> list[str]:
    """How SQLite goes about these statements, in its own words."""
    return [
        str(step[3])
        for text in texts
        if text.startswith(("SELECT", "DELETE", "UPDATE", "INSERT"))
        for step in writer.raw.execute(f"EXPLAIN QUERY PLAN {text}")
    ]


@pytest.mark.parametrize("where", [OF_MINE, And((OF_MINE, NOT_MINE)), Or((OF_MINE, OF_MINE))])
def test_no_linked_table_is_read_whole(writer: SqliteConnection, where: Predicate) -> None:
    """Ten rows below two persons, five each, and fifty below those: found by indexes alone."""
    said: list[str] = []
    writer.raw.set_trace_callback(said.append)
    empty = {"said": Blank(BlankKind.NULL)}
    assert writer.spread(UP, Side.CHILD, "mine", "theirs") == 10
    with writer.transaction() as batch:
        assert batch.lock("below", where) == 10
        assert batch.blank("lowest", BELOW_MINE, empty) == 50
        assert batch.remove("lowest", BELOW_MINE) == 50
        assert writer.count("lowest", BELOW_MINE) == 0
        assert batch.remove("below", where) == 10
        assert batch.remove("top", MINE) == 2
    writer.raw.set_trace_callback(None)
    steps = plans(writer, said)
    whole = [s for s in steps if s.startswith(("SCAN top", "SCAN below", "SCAN lowest", "SCAN r"))]
    assert (whole, any(s.startswith("SEARCH") for s in steps)) == ([], True)


def test_what_no_keys_lead_to_is_asked_row_by_row(writer: SqliteConnection) -> None:
    """Gathering all related rows for a window of a sweep would cost more than the window."""
    related = Related(UP, Side.PARENT, Equal("said", "a"))
    assert not leads(related)
    assert "IN (SELECT" not in writer.statement("below", related, None)
    assert "IN (SELECT" in writer.statement("below", OF_MINE, None)


def test_alternatives_inside_alternatives_lead_nowhere() -> None:
    """SQLite would read the whole table for one of them."""
    inner = And((Or((MINE, OF_MINE)), Equal("said", "a")))
    assert leads(Or((MINE, OF_MINE)))
    assert not leads(Or((MINE, inner)))


def moved(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {table: after[table] - rows for table, rows in before.items()}


def test_rows_that_our_statements_took_are_not_counted_again(writer: SqliteConnection) -> None:
    assert isinstance(writer, Tallies)
    said: list[str] = []
    with writer.transaction() as batch:
        before = writer.tally(["lowest"])
        batch.remove("lowest", BELOW_MINE)
        writer.raw.set_trace_callback(said.append)
        found = moved(before, writer.tally(["lowest"]))
    writer.raw.set_trace_callback(None)
    assert found == {"lowest": -50}
    assert [text for text in said if "count" in text] == []


def test_with_a_trigger_every_table_is_counted(file: Path, writer: SqliteConnection) -> None:
    """Planted: it deletes in a table that no link leads to, and the check finds it."""
    with closing(sqlite3.connect(file)) as owner:
        owner.execute("CREATE TRIGGER wide AFTER DELETE ON lowest BEGIN DELETE FROM far; END")
    steps = (Step("lowest", Move.DELETE, BELOW_MINE, ()),)
    program, check = Program("s", date(2026, 1, 1), steps), Checked()
    with writer.transaction() as batch:
        memory = check.before(writer, program, "p")
        done = {0: batch.remove("lowest", BELOW_MINE)}
        said = check.after(writer, program, done, memory)
    assert said == ["1 rows of `far` went that no step names"]


def test_a_cascade_is_counted(tmp_path: Path) -> None:
    """Planted: rows that the database deletes with others, and that no step names."""
    path = tmp_path / "cascade.db"
    with closing(sqlite3.connect(path)) as owner:
        owner.executescript(
            "CREATE TABLE top (id INTEGER PRIMARY KEY);"
            "CREATE TABLE below (id INTEGER PRIMARY KEY,"
            " up INT REFERENCES top (id) ON DELETE CASCADE);"
            "INSERT INTO top VALUES (1), (2); INSERT INTO below VALUES (1, 1), (2, 1), (3, 2);"
        )
    system = System("s", "sqlite", str(path), datasets={"top": Dataset("top", key=("id",))})
    program = Program("s", date(2026, 1, 1), (Step("top", Move.DELETE, Equal("id", "1"), ()),))
    check = Checked()
    with closing(SqliteConnector(busy=0.1).connect(system, Access.WRITE)) as writer:
        with writer.transaction() as batch:
            memory = check.before(writer, program, "p")
            done = {0: batch.remove("top", Equal("id", "1"))}
            said = check.after(writer, program, done, memory)
        assert writer.count("top", TRUE) == 1
    assert said == ["2 rows of `below` went that no step names"]
