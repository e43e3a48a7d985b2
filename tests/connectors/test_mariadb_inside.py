"""Places inside columns of MariaDB: what the server itself would overlook is refused or found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pymysql
import pytest

from avow.estate.connectors.base import Access, Refused
from avow.estate.connectors.mariadb import MariadbConnection, MariadbConnector
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Blank, BlankKind, Dataset, Identity, Normaliser, System
from avow.estate.datamap.predicates import TRUE, Equal, InKeys, Null, Predicate, Related
from tests import mariadb
from tests.connectors.mariadb_estates import FAST, run

DOC, NULL = "doc", Blank(BlankKind.NULL)


@pytest.fixture
def owner(mariadb_server: Path) -> Iterator[pymysql.Connection[Any]]:
    with (
        mariadb.database(mariadb_server) as name,
        closing(mariadb.connect(mariadb_server, name)) as connection,
    ):
        run(
            connection,
            "CREATE TABLE doc (id INT PRIMARY KEY, data JSON, said TEXT CHARACTER SET latin1)",
            "CREATE TABLE who (id INT PRIMARY KEY)",
            "INSERT INTO who VALUES (1), (2)",
        )
        yield connection


@pytest.fixture
def writer(mariadb_server: Path, owner: pymysql.Connection[Any]) -> Iterator[MariadbConnection]:
    with owner.cursor() as cursor:
        cursor.execute("SELECT database()")
        url = mariadb.url(mariadb_server, str((cursor.fetchone() or ("",))[0]))
    datasets = {n: Dataset(n, key=("id",)) for n in (DOC, "who")}
    connection = MariadbConnector(FAST).connect(
        System("s", "mariadb", url, datasets=datasets), Access.WRITE
    )
    yield connection
    connection.close()


def put(owner: pymysql.Connection[Any], number: int, data: object, said: str | None = None) -> None:
    text = data if isinstance(data, str) else json.dumps(data)
    with owner.cursor() as cursor:
        cursor.execute("INSERT INTO doc VALUES (%s, %s, %s)", (number, text, said))


def ids(connection: MariadbConnection, where: Predicate) -> list[object]:
    return [row[0] for row in connection.fetch(DOC, where, ["id"])]


def test_keys_are_found_however_they_are_spelt(
    owner: pymysql.Connection[Any], writer: MariadbConnection
) -> None:
    """Planted: the server itself finds the key in one of the six spellings. The last two have one
    letter escaped and another not."""
    spellings = ("é/1", "é\\/1", "\\u00e9/1", "\\u00E9\\/1", "é/\\u0031", "\\u00E9\\u002f1")
    for number, key in enumerate(spellings, 1):
        put(owner, number, f'{{"{key}": "x"}}')
    with owner.cursor() as cursor:
        cursor.execute("SELECT id FROM doc WHERE json_extract(data, '$.\"é/1\"') = 'x'")
        assert list(cursor.fetchall()) == [(1,)]
    assert ids(writer, Equal("data$.é/1", "x")) == [1, 2, 3, 4, 5, 6]
    with writer.transaction() as batch:
        assert batch.blank(DOC, TRUE, {"data$.é/1": NULL}) == 6
    assert [json.loads(str(d)) for (d,) in writer.fetch(DOC, TRUE, ["data"])] == [{}] * 6


def test_a_text_that_is_no_json_is_refused_and_not_read_as_nothing(
    owner: pymysql.Connection[Any], writer: MariadbConnection
) -> None:
    """The server itself answers `NULL`, and rows would stay. Other columns can be asked still."""
    put(owner, 1, {}, '{"a": "é"}')
    assert ids(writer, Equal("said$.a", "é")) == [1]
    put(owner, 2, {}, '{"a": "é"')
    for where in (
        Null("said$.a"),
        Equal("said$.a", "x"),
        Related(_edge("said$.l[]"), Side.PARENT, TRUE),
    ):
        with pytest.raises(Refused) as refused:
            writer.count(DOC, where)
        assert (refused.value.kind, refused.value.table) == ("form", DOC)
    assert writer.count(DOC, Null("data$.a")) == 2


def test_a_key_that_is_there_twice_is_refused(
    owner: pymysql.Connection[Any], writer: MariadbConnection
) -> None:
    """The server would take out the first, and the second would stay to be read."""
    put(owner, 1, '{"a": "x", "a": "y"}')
    for blank in (NULL, Blank(BlankKind.CONSTANT, "-")):
        with pytest.raises(Refused) as refused, writer.transaction() as batch:
            batch.blank(DOC, TRUE, {"data$.a": blank})
        assert refused.value.kind == "form"
    assert list(writer.fetch(DOC, TRUE, ["data"])) == [('{"a": "x", "a": "y"}',)]


def test_a_list_whose_key_is_there_twice_is_refused(
    owner: pymysql.Connection[Any], writer: MariadbConnection
) -> None:
    """The server would shorten the first, and in the second the person would stay."""
    for number, data in enumerate(('{"l": [1, 2], "l": [1]}', '{"m": {"l": [1], "\\u006c": [1]}}')):
        put(owner, number, data)
    writer.put_keys("k", "who", [(1, (1,), None)])
    for field in ("data$.l[]", "data$.m.l[]"):
        gone = Related(_edge(field), Side.PARENT, InKeys(("id",), "k"))
        with pytest.raises(Refused) as refused, writer.transaction() as batch:
            batch.blank(DOC, gone, {field: NULL})
        assert refused.value.kind == "form"


def _edge(field: str) -> Edge:
    return Edge(DOC, (field,), "who", ("id",), Right.OWN, Side.CHILD)


def test_a_long_list_is_not_cut(owner: pymysql.Connection[Any], writer: MariadbConnection) -> None:
    """The server's own setting would cut what is gathered at one million letters."""
    put(owner, 1, {"ids": [*range(10**9, 10**9 + 120_000), 1], "n": "x"})
    writer.put_keys("k", "who", [(1, (1,), None)])
    gone = Related(_edge("data$.ids[]"), Side.PARENT, InKeys(("id",), "k"))
    with writer.transaction() as batch:
        assert batch.blank(DOC, gone, {"data$.ids[]": NULL}) == 1
    ((left,),) = writer.fetch(DOC, TRUE, ["data"])
    assert json.loads(str(left)) == {"ids": [*range(10**9, 10**9 + 120_000)], "n": "x"}


@pytest.mark.parametrize("access", list(Access))
def test_an_identity_inside_a_column_finds_its_rows(
    owner: pymysql.Connection[Any], writer: MariadbConnection, access: Access
) -> None:
    for number, mail in enumerate((" A@x", "á@x", None, 7), 1):
        put(owner, number, {"mail": mail})
    with closing(MariadbConnector(FAST).connect(writer.system, access)) as opened:
        lower = Identity("mail", "data$.mail", normalise=Normaliser.ASCII_LOWER)
        assert opened.find("k", DOC, lower, {1: "a@X", 2: "7"}) == 2
        assert sorted(opened.keys("k")) == [(1, (1,)), (2, (4,))]
        with pytest.raises(Refused) as refused:
            opened.find("k", DOC, Identity("mail", "data$.mail[]"), {1: "a@X"})
        assert refused.value.kind == "form"


def test_the_statement_that_is_shown_names_the_place(writer: MariadbConnection) -> None:
    shown = writer.statement(DOC, TRUE, {"data$.a": NULL, "said$.b": NULL})
    assert '$."a"' in shown
    assert "json_remove" in shown
