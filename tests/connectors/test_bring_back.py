"""Rows that were copied, removed or blanked come back exactly, on the twin, PostgreSQL, SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from avow.estate.connectors.base import Access, Capability, Connection, Refused
from avow.estate.connectors.postgresql import PostgresqlConnector
from avow.estate.connectors.sqlite import SqliteConnector
from avow.estate.datamap.model import Blank, BlankKind, Dataset, System
from avow.estate.datamap.predicates import TRUE, Equal, Predicate
from tests.connectors import world
from tests.connectors.conftest import emptied, guarded, inserting
from tests.connectors.world import Estate

PERSON, ORDER, LINE, NOTE = (t.name for t in (world.PERSON, world.ORDER, world.LINE, world.NOTE))
NULL, GHOST = Blank(BlankKind.NULL), Blank(BlankKind.GHOST)
Copied = dict[str, list[tuple[object, ...]]]


def whole(connection: Connection, *datasets: str) -> Copied:
    """Copies of all rows of these datasets."""
    tables = connection.catalogue().tables
    with connection.transaction() as batch:
        return {d: batch.copies(d, TRUE, tables[d].insertable) for d in datasets}


def back(connection: Connection, copied: Copied) -> dict[str, int]:
    """Insert what was copied, in this order."""
    tables = connection.catalogue().tables
    with connection.transaction() as batch:
        return {d: batch.insert(d, tables[d].insertable, rows) for d, rows in copied.items()}


@inserting
def test_rows_that_were_removed_come_back_as_they_were(estate: Estate) -> None:
    connection = estate.write()
    assert Capability.INSERT in connection.capabilities
    before = world.snapshot(connection)
    copied = whole(connection, PERSON, ORDER, LINE, NOTE)
    with connection.transaction() as batch:
        for dataset in reversed(list(copied)):
            batch.remove(dataset, TRUE)
    assert world.snapshot(connection) != before
    assert back(connection, copied) == {PERSON: 5, ORDER: 4, LINE: 4, NOTE: 6}
    assert world.snapshot(connection) == before


@inserting
def test_a_row_whose_key_is_there_again_is_passed_over(estate: Estate) -> None:
    connection = estate.write()
    copied = whole(connection, NOTE)
    with connection.transaction() as batch:
        batch.remove(NOTE, Equal("id", "1"))
    with connection.transaction() as batch:
        batch.blank(NOTE, Equal("id", "2"), {"email": NULL})
    assert back(connection, copied) == {NOTE: 1}
    assert list(connection.fetch(NOTE, Equal("id", "2"), ["email"])) == [(None,)]


@guarded
def test_a_row_without_its_parent_is_refused_and_nothing_comes_back(estate: Estate) -> None:
    connection = estate.write()
    copied = whole(connection, ORDER, LINE)
    with connection.transaction() as batch:
        batch.remove(LINE, TRUE)
        batch.remove(ORDER, TRUE)
    with pytest.raises(Refused) as refused:
        back(connection, {LINE: copied[LINE]})
    assert refused.value.kind == "constraint"
    assert connection.count(LINE, TRUE) == 0


BLANKS: list[Mapping[str, Blank]] = [
    {"email": NULL, "born": NULL},
    {"email": GHOST, "name": Blank(BlankKind.CONSTANT, "gone")},
    {"balance": Blank(BlankKind.TRUNCATE), "seen": Blank(BlankKind.TRUNCATE)},
    {"boss": NULL, "adult": NULL, "noted": NULL},
]


@inserting
@pytest.mark.parametrize("blanks", BLANKS, ids="+".join)
def test_blanked_cells_come_back_as_they_were(estate: Estate, blanks: Mapping[str, Blank]) -> None:
    connection = estate.write()
    before = world.snapshot(connection)
    copied = blanked(connection, TRUE, blanks)
    assert world.snapshot(connection) != before
    with connection.transaction() as batch:
        assert batch.restore(PERSON, ["id"], blanks, copied) == 5
    assert world.snapshot(connection) == before


def blanked(
    connection: Connection, where: Predicate, blanks: Mapping[str, Blank]
) -> list[tuple[object, ...]]:
    """Copy the key and the cells, then blank them."""
    with connection.transaction() as batch:
        copied = batch.copies(PERSON, where, ["id", *blanks])
        batch.blank(PERSON, where, blanks)
    return copied


@inserting
def test_what_was_written_since_is_not_overwritten(estate: Estate) -> None:
    connection = estate.write()
    copied = blanked(connection, TRUE, {"phone": NULL})
    with connection.transaction() as batch:
        batch.blank(PERSON, Equal("id", "1"), {"phone": Blank(BlankKind.CONSTANT, "new")})
        batch.remove(PERSON, Equal("id", "5"))
        assert batch.restore(PERSON, ["id"], {"phone": NULL}, copied) == 3
    assert list(connection.fetch(PERSON, Equal("id", "1"), ["phone"])) == [("new",)]
    assert list(connection.fetch(PERSON, Equal("id", "2"), ["phone"])) == [("none",)]


ODD = """
CREATE TYPE mood AS ENUM ('fine', 'so, "so"');
CREATE DOMAIN short AS varchar(5) CHECK (value <> '');
CREATE TYPE pair AS (a int, b text);
CREATE TABLE odd (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, twice int GENERATED ALWAYS AS (n * 2) STORED,
    n int, big numeric, fl float8, small real, at timestamptz, naive timestamp, d date, t timetz,
    span interval, u uuid, b bytea, j json, jb jsonb, words text[], days date[], grid int[][],
    moods mood[], m mood, s short, c char(4), ip inet, net cidr, during tstzrange, p pair,
    bits bit(3), cash money, point point, tags tsvector
);
INSERT INTO odd (n, big, fl, small, at, naive, d, t, span, u, b, j, jb, words, days, grid, moods,
    m, s, c, ip, net, during, p, bits, cash, point, tags)
VALUES (7, 12345678901234567890.12345678900, 0.1::float8 + 0.2, 1.1,
    '1890-01-01 00:00:00.123456+00', 'infinity', '4001-02-28 BC', '12:00:00.5+05:30',
    '1 year 2 months -3 days 04:05:06.7',
    '00000000-0000-0000-0000-00000000000f', '\\x00ff5c', '{"b": 1,  "a": 1, "a": 2}',
    '{"b": 1, "a": null}', ARRAY['a,b', NULL, '"', '\\', ''], ARRAY['2020-02-29', NULL]::date[],
    '{{1,2},{3,4}}', '{fine,"so, \\"so\\""}', 'so, "so"', 'abc', 'a', '::1', '10.0.0.0/8',
    '[2020-01-01 00:00+00,)', ROW(1, 'x,"y'), B'101', '12.34', '(1.5,2)', 'a:1 b'),
    (NULL, 'NaN', 'NaN', '-Infinity', '-infinity', '0044-03-15 BC', 'infinity', NULL, NULL, NULL,
    '', 'null', '[]', '{}', NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, 'empty', ROW(NULL, NULL),
    NULL, NULL, NULL, NULL);
"""


def test_every_type_of_postgresql_comes_back_exactly(one_database: str) -> None:
    """Also identity columns; what the database computes is left out and computed again."""
    url = emptied(one_database)
    look = "SELECT odd::text, md5(odd::text), id FROM odd ORDER BY id"
    with psycopg.connect(url) as owner:
        owner.execute(ODD.encode())
        before = owner.execute(look).fetchall()
    system = System("odd", "postgresql", url=url, datasets={"public.odd": Dataset("public.odd")})
    connection = PostgresqlConnector().connect(system, Access.WRITE)
    cells = dict.fromkeys(("at", "d", "j", "words", "moods", "during", "b", "fl", "span"), NULL)
    try:
        table = connection.catalogue().tables["public.odd"]
        assert "id" in table.insertable
        assert "twice" not in table.insertable
        copied = whole(connection, "public.odd")
        with connection.transaction() as batch:
            values = batch.copies("public.odd", TRUE, ["id", *cells])
            assert batch.blank("public.odd", TRUE, cells) == 2
            assert batch.restore("public.odd", ["id"], cells, values) == 2
            assert batch.remove("public.odd", TRUE) == 2
        assert back(connection, copied) == {"public.odd": 2}
    finally:
        connection.close()
    with psycopg.connect(url) as owner:
        assert owner.execute(look).fetchall() == before


def test_every_storage_class_of_sqlite_comes_back_exactly(tmp_path: Path) -> None:
    path = tmp_path / "odd.db"
    look = (
        "SELECT id, twice, typeof(a), a, typeof(t), t, typeof(r), r, typeof(n), n, hex(b) "
        'FROM "odd ""one""" ORDER BY id'
    )
    with sqlite3.connect(path) as owner:
        owner.executescript(
            'CREATE TABLE "odd ""one""" (id uuid PRIMARY KEY, a, t text, r real, n numeric, b blob,'
            " twice AS (n * 2) STORED);"
            'INSERT INTO "odd ""one""" (id, a, t, r, n, b) VALUES'
            " ('a', 9223372036854775807, '007', 1, '1.50', x'00ff'),"
            " ('b', '5', x'01', 'no number', 'x', 'text'), (3, 1.5, NULL, 1e308, -0.5, NULL);"
        )
        before = owner.execute(look).fetchall()
    owner.close()
    system = replace(
        System("odd", "sqlite", datasets={'odd "one"': Dataset('odd "one"')}),
        url=f"sqlite:///{path}",
    )
    connection = SqliteConnector().connect(system, Access.WRITE)
    copied = whole(connection, 'odd "one"')
    with connection.transaction() as batch:
        batch.remove('odd "one"', TRUE)
    assert back(connection, copied) == {'odd "one"': 3}
    connection.close()
    with sqlite3.connect(path) as owner:
        assert owner.execute(look).fetchall() == before
    owner.close()
