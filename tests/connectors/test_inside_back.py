"""What was taken out of a column comes back, and what was written beside it meanwhile stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import psycopg
import pytest

from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.postgresql import PostgresqlConnector
from avow.estate.connectors.put_back import put_back
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Blank, BlankKind, Dataset, System
from avow.estate.datamap.paths import inside
from avow.estate.datamap.predicates import TRUE, Equal, InKeys, Predicate, Related
from tests.connectors.engines import Make
from tests.connectors.test_inside_columns import (
    CATALOGUE,
    DOC,
    DOCUMENTS,
    FIELDS,
    LISTS,
    SYSTEM,
    TEXTS,
    WHO,
    now,
    rows,
)

NULL, CONSTANT = Blank(BlankKind.NULL), Blank(BlankKind.CONSTANT, "-é")
ENGINES = pytest.mark.parametrize(
    "engine", ["memory", "postgresql", "mariadb", "sqlite"], indirect=True
)
Copies = list[tuple[object, ...]]


def taken(writer: Connection, where: Predicate, blanks: Mapping[str, Blank]) -> Copies:
    """Keep the cells of a step, then take them out."""
    with writer.transaction() as batch:
        copied = batch.copies(DOC, where, ["id", *blanks])
        batch.blank(DOC, where, blanks)
    return copied


def back(writer: Connection, blanks: Mapping[str, Blank], copied: Copies) -> int:
    """Bring them back; how many rows changed."""
    with writer.transaction() as batch:
        return batch.restore(DOC, ["id"], blanks, copied)


def written(writer: Connection, number: int) -> Any:  # noqa: ANN401 (JSON)
    """The document of one row."""
    return now(writer)[number]


@ENGINES
@pytest.mark.parametrize("blank", [NULL, CONSTANT], ids=["taken out", "replaced"])
def test_leaves_come_back_as_they_were(make: Make, blank: Blank) -> None:
    """Odd keys, texts, numbers and whole objects, in random documents; a second time nothing."""
    writer = make(CATALOGUE, rows(), SYSTEM).write()
    for field in FIELDS:
        copied = taken(writer, TRUE, {field: blank})
        assert now(writer) != DOCUMENTS, field
        assert back(writer, {field: blank}, copied) > 0, field
        assert now(writer) == DOCUMENTS, field
        assert back(writer, {field: blank}, copied) == 0, field


@ENGINES
def test_elements_come_back_where_they_stood(make: Make) -> None:
    """Of a list of objects the whole object; a second time nothing."""
    writer = make(CATALOGUE, rows(), SYSTEM).write()
    writer.put_keys("who", WHO, [(1, (n,), None) for n, t in enumerate(TEXTS, 1) if t])
    for field in LISTS:
        edge = Edge(DOC, (field,), WHO, ("name",), Right.OWN, Side.CHILD, by_value=True)
        copied = taken(writer, Related(edge, Side.PARENT, InKeys(("id",), "who")), {field: NULL})
        assert now(writer) != DOCUMENTS, field
        assert back(writer, {field: NULL}, copied) > 0, field
        assert now(writer) == DOCUMENTS, field
        assert back(writer, {field: NULL}, copied) == 0, field


SINCE: dict[int, tuple[Any, Any, Any]] = {
    1: ({"a": "x", "é": 1}, {"é": 2, "new": [1.50]}, {"é": 2, "new": [1.50], "a": "x"}),
    2: ({"a": "x"}, {"a": "again"}, {"a": "again"}),
    3: ({"a": {"b": [None, 10]}}, {}, {"a": {"b": [None, 10]}}),
    4: ({"a": "x"}, [1], [1]),
}
"""By row: the document before, as it was written since the leaf `a` went, and after it is back."""


@ENGINES
def test_what_was_written_since_stays(make: Make) -> None:
    """Another key of the same column, another value of the same leaf, another kind of document."""
    documents: list[dict[str, object]] = [
        {"id": n, "data": json.dumps(before)} for n, (before, _, _) in SINCE.items()
    ]
    estate = make(CATALOGUE, {WHO: [], DOC: documents}, SYSTEM)
    writer = estate.write()
    copied = taken(writer, TRUE, {"data$.a": NULL})
    for n, (_, since, _) in SINCE.items():
        with writer.transaction() as batch:
            new = {"data": Blank(BlankKind.CONSTANT, json.dumps(since))}
            batch.blank(DOC, Equal("id", str(n)), new)
    assert back(writer, {"data$.a": NULL}, copied) == 2
    assert now(writer) == {n: after for n, (_, _, after) in SINCE.items()}


def test_elements_go_beside_those_that_were_written_since() -> None:
    """An element that is there again is not there twice."""
    place = inside("data$.who[]")
    assert place is not None
    found = put_back('{"who": [1, 4, 5.0]}', place, "[[0, 1], [1, 2], [9, 3]]", emptied=True)
    assert found == '{"who": [1, 2, 4, 5.0, 3]}'
    assert put_back('{"who": null}', place, "[[0, 1]]", emptied=True) is None


def test_numbers_and_doubled_keys_stay_as_they_were_spelt() -> None:
    """A document is more than what Python makes of it."""
    place = inside("data$.a")
    assert place is not None
    text = '{"b": 1.500, "b": 12345678901234567890.0, "c": "\\ud800"}'
    assert put_back(text, place, "1E5", emptied=True) == text[:-1] + ', "a": 1E5}'


def test_elements_of_an_array_come_back(new_database: Any) -> None:  # noqa: ANN401 (a fixture)
    """PostgreSQL's own lists, of numbers and of texts, with what was added since."""
    url = new_database()
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            "CREATE TABLE who (id bigint PRIMARY KEY, name text);"
            "CREATE TABLE doc (id bigint PRIMARY KEY, who bigint[], names text[]);"
            "INSERT INTO who VALUES (1, 'a'), (2, 'b,\"');"
            "INSERT INTO doc VALUES (1, '{2,1,3}', ARRAY['b,\"', NULL, 'c']);"
        )
    keyed = {n: Dataset(n, key=("id",)) for n in ("public.who", "public.doc")}
    system = System("s", "postgresql", url=url, datasets=keyed)
    writer = PostgresqlConnector().connect(system, Access.WRITE)
    writer.put_keys("who", WHO, [(1, (2,), None)])
    for field, parent in (("who$[]", "id"), ("names$[]", "name")):
        edge = Edge(DOC, (field,), WHO, (parent,), Right.OWN, Side.CHILD, by_value=True)
        copied = taken(writer, Related(edge, Side.PARENT, InKeys(("id",), "who")), {field: NULL})
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("UPDATE doc SET who = who || 9::bigint WHERE NOT who @> '{9}'")
        assert back(writer, {field: NULL}, copied) == 1
        assert back(writer, {field: NULL}, copied) == 0
    with psycopg.connect(url) as owner:
        found = owner.execute("SELECT who, names FROM doc").fetchone()
    assert found == ([2, 1, 3, 9], ['b,"', None, "c"])
    writer.close()
