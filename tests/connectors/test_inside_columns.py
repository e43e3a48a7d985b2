"""What stands inside a column reads, and goes, as the twin says: odd keys and values, in random
documents."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from typing import Any

import pytest

from avow.estate.connectors.base import Connection
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, Table
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Blank, BlankKind, Dataset, System
from avow.estate.datamap.paths import inside, look, looks, put
from avow.estate.datamap.predicates import (
    TRUE,
    Equal,
    InKeys,
    Null,
    Predicate,
    Related,
    all_of,
    any_of,
    negate,
)
from tests.connectors.engines import Make

KEYS = ("a", "é", "a/b", "q u", "b\\u00e9", "😀", "%s", "it's", "A")
TEXTS = ("x", "X", "x ", "", "null", "true", "1", "é", 'q"u', "b\\s", "😀", "%(a)s", "\n", "/")
SCALARS = (*TEXTS, 1, 0, -1, 1.5, 2**53, 12345678901234567890, True, False, None)
FIELDS = tuple(f"data${''.join('.' + k for k in path)}" for path in (
    ("a",), ("é",), ("a/b",), ("q u",), ("b\\u00e9",), ("😀",), ("%s",), ("it's",), ("a", "é"),
    ("é", "a"),
))  # fmt: skip
LISTS = ("data$.a[]", "data$.é[].a", "data$.😀[].é", "data$.a[].a/b")
ENGINES = pytest.mark.parametrize("engine", ["postgresql", "mariadb", "sqlite"], indirect=True)
WHO, DOC = "public.who", "public.doc"
CATALOGUE = Catalogue(
    {
        WHO: Table(
            WHO,
            (
                Column("id", "bigint", ColumnKind.INTEGER, nullable=False),
                Column("name", "text", ColumnKind.TEXT),
            ),
            ("id",),
        ),
        DOC: Table(
            DOC,
            (
                Column("id", "bigint", ColumnKind.INTEGER, nullable=False),
                Column("data", "JSON", ColumnKind.JSON),
            ),
            ("id",),
        ),
    }
)
SYSTEM = System("s", "memory", datasets={n: Dataset(n, key=("id",)) for n in CATALOGUE.tables})
DRAW = random.Random(7)  # noqa: S311 (no secret)


def _value(depth: int) -> Any:  # noqa: ANN401 (JSON)
    kind = DRAW.randrange(8) if depth else 0
    if kind < 3:
        return DRAW.choice(SCALARS)
    if kind < 5:
        return [_value(depth - 1) for _ in range(DRAW.randrange(4))]
    return {DRAW.choice(KEYS): _value(depth - 1) for _ in range(DRAW.randrange(4))}


def _listed() -> list[Any]:
    """Scalars, and objects with scalars."""
    kinds = (_named, lambda: DRAW.choice(SCALARS))
    return [DRAW.choice(kinds)() for _ in range(DRAW.randrange(5))]


def _named() -> dict[str, Any]:
    return {key: DRAW.choice(SCALARS) for key in KEYS if DRAW.randrange(2)}


def _whole() -> Any:  # noqa: ANN401 (JSON)
    if not DRAW.randrange(9):
        return [_value(1)]
    some = [key for key in KEYS if DRAW.randrange(2)]
    return {key: DRAW.choice((_listed, _named, lambda: _value(3)))() for key in some}


DOCUMENTS = {n: _whole() for n in range(1, 161)}
WRITTEN = {n: json.dumps(d, ensure_ascii=bool(n % 2)) for n, d in DOCUMENTS.items()}


def rows() -> dict[str, list[dict[str, object]]]:
    names: list[dict[str, object]] = [{"id": n, "name": t} for n, t in enumerate(TEXTS, 1)]
    documents: list[dict[str, object]] = [{"id": n, "data": t} for n, t in WRITTEN.items()]
    return {WHO: names, DOC: documents}


def text(value: object) -> str | None:
    """A leaf as its text; of objects and lists nothing is compared."""
    if value is None or isinstance(value, dict | list):
        return None
    return json.dumps(value) if isinstance(value, bool) else str(value)


def now(connection: Connection) -> dict[int, Any]:
    """The documents that are stored."""
    found = connection.fetch(DOC, TRUE, ["id", "data"])
    return {int(str(n)): json.loads(d) if isinstance(d, str) else d for n, d in found}


def ids(connection: Connection, where: Predicate) -> list[int]:
    return [int(str(n)) for (n,) in connection.fetch(DOC, where, ["id"])]


def keyed(connection: Connection, keys: str) -> list[int]:
    return sorted(int(str(key[0])) for _, key in connection.keys(keys))


def leaves(field: str) -> dict[int, str | None]:
    """What the twin says of a leaf in each document, where it is no object and no list."""
    found = {n: look({"data": d}, field) for n, d in DOCUMENTS.items()}
    return {n: text(v) for n, v in found.items() if not isinstance(v, dict | list)}


@ENGINES
def test_leaves_read_and_go_as_the_twin_says(make: Make) -> None:
    """Planted among them: keys and texts in both spellings of JSON, `null` as a text, and texts
    that a collation would take for each other."""
    estate = make(CATALOGUE, rows(), SYSTEM)
    reader, writer = estate.read(), estate.write()
    for field in FIELDS:
        expected = leaves(field)
        assert len([t for t in expected.values() if t]) > 1, field
        found = {r[0]: r[1] for r in reader.fetch(DOC, TRUE, ["id", field])}
        assert {n: found[n] for n in expected} == expected, field
        absent = [n for n, t in expected.items() if t is None]
        assert ids(reader, Null(field)) == absent, field
        for said in TEXTS:
            same = [n for n, t in expected.items() if t == said]
            assert ids(reader, Equal(field, said)) == same, (field, said)
    for blank, new in ((Blank(BlankKind.CONSTANT, "-é"), "-é"), (Blank(BlankKind.NULL), None)):
        for field in FIELDS:
            assert _emptied(writer, field, blank) == _put(now(writer), field, new), (field, new)


def _emptied(writer: Connection, field: str, blank: Blank) -> dict[int, Any]:
    with suppress(_Undo), writer.transaction() as batch:
        batch.blank(DOC, TRUE, {field: blank})
        assert batch.blank(DOC, TRUE, {field: blank}) == 0
        left = now(writer)
        raise _Undo
    return left


class _Undo(Exception):
    """Ends a batch that is not kept."""


def _put(documents: dict[int, Any], field: str, new: str | None) -> dict[int, Any]:
    place = inside(field)
    assert place is not None
    return {
        n: d if look({"data": d}, field) is None else put(d, place.keys, new)
        for n, d in documents.items()
    }


def _edge(field: str) -> Edge:
    return Edge(DOC, (field,), WHO, ("name",), Right.OWN, Side.CHILD, by_value=True)


@ENGINES
def test_pointers_inside_columns_meet_as_the_twin_says(make: Make) -> None:
    """Leaves and elements of lists, from either end, with and without a key set of ours."""
    estate = make(CATALOGUE, rows(), SYSTEM)
    names = dict(enumerate(TEXTS, 1))
    for connection in (estate.read(), estate.write()):
        connection.put_keys("who", WHO, [(1, (n,), None) for n in names if n % 2])
        for field in (*FIELDS, *LISTS):
            told = {n: {text(v) for v in looks({"data": d}, field)} for n, d in DOCUMENTS.items()}
            some = {t for n, t in names.items() if n % 2 and t}
            meet = [n for n, found in told.items() if found & some]
            edge = _edge(field)
            ours = Related(edge, Side.PARENT, InKeys(("id",), "who"))
            assert ids(connection, ours) == meet, field
            connection.drop_keys("doc")
            connection.spread(edge, Side.CHILD, "who", "doc")
            assert keyed(connection, "doc") == meet, field
            connection.drop_keys("up")
            connection.spread(edge, Side.PARENT, "doc", "up")
            said = {t for n in meet for t in told[n] if t}
            up = [n for n, t in names.items() if t in said]
            assert keyed(connection, "up") == up, field
            there = Related(edge, Side.CHILD, InKeys(("id",), "doc"))
            assert [n for (n,) in connection.fetch(WHO, there, ["id"])] == up, field


@ENGINES
def test_two_questions_about_lists_are_answered_apart(make: Make) -> None:
    """Planted: MariaDB answers one of them wrong where their elements have one name."""
    estate = make(CATALOGUE, rows(), SYSTEM)
    connection = estate.write()
    connection.put_keys("odd", WHO, [(1, (n,), None) for n, _ in enumerate(TEXTS, 1) if n % 2])
    for field in LISTS:
        odd = Related(_edge(field), Side.PARENT, InKeys(("id",), "odd"))
        even = Related(_edge(field), Side.PARENT, InKeys(("id",), "odd", negated=True))
        some = set(ids(connection, odd)), set(ids(connection, even))
        rest = set(DOCUMENTS) - some[0], set(DOCUMENTS) - some[1]
        for one, two in ((odd, even), (even, odd), (odd, odd)):
            a, b = some[one is even], some[two is even]
            c, d = rest[one is even], rest[two is even]
            assert set(ids(connection, all_of([negate(one), negate(two)]))) == c & d, field
            assert set(ids(connection, all_of([negate(one), two]))) == c & b, field
            mixed = all_of([any_of([negate(one), two]), any_of([negate(two), Null("data")])])
            assert set(ids(connection, mixed)) == (c | b) & d, field
            assert set(ids(connection, any_of([one, negate(two)]))) == a | d, field


@ENGINES
def test_elements_of_a_list_go_and_the_others_stay_as_they_were(make: Make) -> None:
    """Of a list of objects the object goes in which the text stands."""
    estate = make(CATALOGUE, rows(), SYSTEM)
    writer = estate.write()
    writer.put_keys("who", WHO, [(1, (n,), None) for n, t in enumerate(TEXTS, 1) if t])
    some = {t for t in TEXTS if t}
    for field in LISTS:
        where = Related(_edge(field), Side.PARENT, InKeys(("id",), "who"))
        left = _emptied_of(writer, where, field)
        place = inside(field)
        assert place is not None
        expected = {n: _without(d, place.keys, place.of_each, some) for n, d in DOCUMENTS.items()}
        assert left == expected, field
        assert expected != DOCUMENTS, field


def _emptied_of(writer: Connection, where: Predicate, field: str) -> dict[int, Any]:
    with suppress(_Undo), writer.transaction() as batch:
        assert batch.blank(DOC, where, {field: Blank(BlankKind.NULL)}) > 0
        assert batch.blank(DOC, where, {field: Blank(BlankKind.NULL)}) == 0
        left = now(writer)
        raise _Undo
    return left


def _without(document: Any, keys: tuple[str, ...], of_each: Any, gone: set[str]) -> Any:  # noqa: ANN401
    listed = look({"data": document}, "data$" + "".join(f".{k}" for k in keys))
    if not isinstance(listed, list):
        return document

    def said(each: object) -> str | None:
        for key in of_each:
            each = each.get(key) if isinstance(each, dict) else None
        return text(each)

    return put(document, keys, [each for each in listed if said(each) not in gone])
