"""Places inside columns of SQLite: what SQLite's own functions would overlook is found or refused,
and what stays is written as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from avow.estate.connectors.base import Access, Refused
from avow.estate.connectors.sqlite import SqliteConnection, SqliteConnector
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Blank, BlankKind, Dataset, System
from avow.estate.datamap.predicates import TRUE, Equal, InKeys, Null, Predicate, Related

NULL = Blank(BlankKind.NULL)
LARGE = "[ 1, 12345678901234567890,0.10,  1e400, 2 ]"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as owner:
        owner.execute("CREATE TABLE doc (id INTEGER PRIMARY KEY, data TEXT, packed BLOB)")
        owner.execute("CREATE TABLE who (id INTEGER PRIMARY KEY)")
        owner.execute("INSERT INTO who VALUES (1), (2)")
        yield owner


@pytest.fixture
def writer(tmp_path: Path, file: sqlite3.Connection) -> Iterator[SqliteConnection]:
    datasets = {n: Dataset(n, key=("id",)) for n in ("doc", "who")}
    system = System("s", "sqlite", f"sqlite:///{tmp_path / 'x.db'}", datasets=datasets)
    with closing(SqliteConnector().connect(system, Access.WRITE)) as opened:
        yield opened


def put(file: sqlite3.Connection, *texts: object) -> None:
    for text in texts:
        file.execute("INSERT INTO doc (data) VALUES (?)", [text])


def ids(connection: SqliteConnection, where: Predicate) -> list[object]:
    return [row[0] for row in connection.fetch("doc", where, ["id"])]


def texts(connection: SqliteConnection) -> list[object]:
    return [row[0] for row in connection.fetch("doc", TRUE, ["data"])]


def gone(field: str) -> Related:
    edge = Edge("doc", (field,), "who", ("id",), Right.OWN, Side.CHILD)
    return Related(edge, Side.PARENT, InKeys(("id",), "k"))


def test_keys_are_found_however_they_are_spelt(
    file: sqlite3.Connection, writer: SqliteConnection
) -> None:
    """Escaped as a whole, in either case, and one letter escaped where another is not."""
    put(file, '{"éa": "x"}', '{"\\u00e9a":"x", "b":1}', '{ "\\u00E9\\u0061" : "\\u0078" }')
    assert ids(writer, Equal("data$.éa", "x")) == [1, 2, 3]
    with writer.transaction() as batch:
        assert batch.blank("doc", TRUE, {"data$.éa": NULL}) == 3
    assert texts(writer) == ["{}", '{"b":1}', "{  }"]


def test_what_of_a_list_stays_is_written_as_it_was(
    file: sqlite3.Connection, writer: SqliteConnection
) -> None:
    """Numbers beyond what SQLite can hold, and zeros at their end."""
    put(file, f'{{"ids":{LARGE},"n":12345678901234567890.10}}', '{"ids":[1]}', '{"ids":{}}')
    writer.put_keys("k", "who", [(1, (1,), None)])
    with writer.transaction() as batch:
        assert batch.blank("doc", gone("data$.ids[]"), {"data$.ids[]": NULL}) == 2
    left = '{"ids":[12345678901234567890, 0.10, 1e400, 2],"n":12345678901234567890.10}'
    assert texts(writer) == [left, '{"ids":[]}', '{"ids":{}}']
    found = list(writer.fetch("doc", Equal("data$.n", "12345678901234567890.10"), ["data$.n"]))
    assert found == [("12345678901234567890.10",)]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"b": "x"}, "a": {"b": "y"}}',
        '{"a": {"b": "x", "\\u0062": "y"}}',
        '{"a": {"b": "x"}} y',
        '{"a": {"b": NaN}}',
        '{"a": {"b": 1}',
        "",
        b'{"a": {"b": "x"}}',
        "[" * 100_000,
    ],
)
def test_what_is_not_one_document_is_refused(
    file: sqlite3.Connection, writer: SqliteConnection, text: object
) -> None:
    """A key that is there twice, a text that is no JSON, and bytes: nothing is taken for absent."""
    put(file, '{"a": {"b": "x"}}', text)
    for where in (Null("data$.a.b"), Equal("data$.a.b", "x"), gone("data$.a.b[]")):
        writer.put_keys("k", "who", [(1, (1,), None)])
        with pytest.raises(Refused) as refused:
            writer.count("doc", where)
        assert (refused.value.kind, refused.value.table) == ("form", "doc")
    with pytest.raises(Refused, match="form"), writer.transaction() as batch:
        batch.blank("doc", TRUE, {"data$.a.b": NULL})
    assert texts(writer) == ['{"a": {"b": "x"}}', text]


def test_a_member_goes_with_one_comma(file: sqlite3.Connection, writer: SqliteConnection) -> None:
    """The first, one in the middle, the last and the only one."""
    put(file, '{"a":1, "b":2}', '{"b" : 0, "a":[{}] , "c":3}', '{"b":2 , "a":"é,}"}', '{"a":{}}')
    with writer.transaction() as batch:
        assert batch.blank("doc", TRUE, {"data$.a": NULL}) == 4
    assert texts(writer) == ['{"b":2}', '{"b" : 0, "c":3}', '{"b":2}', "{}"]
