"""Links by value that are normalised use the index of a column where its collation allows it, and
find what they would find without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pymysql
import pytest

from avow.estate.connectors.base import Access
from avow.estate.connectors.mariadb import MariadbConnection, MariadbConnector
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Dataset, Identity, Normaliser, System
from avow.estate.datamap.reach import normal
from tests import mariadb
from tests.connectors.mariadb_estates import FAST, run

TEXTS = (
    "a@x", "A@X", " a@x", "a@x ", "  A@x  ", "á@x", "Á@X", "a@x.", "I", "i", "ı", "İ", "CH", "ch",
    "Ch", "cH", "ß", "SS", "ss", "0 1", "01", "", " ", "\ta@x", "a@x\t", "日", "😀", "æ", "AE",
    "LL", "ll", "Dž", "Ǆ", "%", " %", "_", "\xa0a@x", "K", "\u212a",
)  # fmt: skip
LATIN = {"latin1_swedish_ci", "latin1_bin", "latin1_german2_ci"}
COLLATIONS = {
    "utf8mb4_general_ci": 2, "utf8mb4_unicode_ci": 2, "utf8mb4_unicode_520_ci": 2,
    "utf8mb4_uca1400_ai_ci": 2, "latin1_swedish_ci": 2, "utf8mb4_bin": 1, "latin1_bin": 1,
    "utf8mb4_general_nopad_ci": 0, "utf8mb4_nopad_bin": 0, "utf8mb4_turkish_ci": 0,
    "utf8mb4_czech_ci": 0, "utf8mb4_danish_ci": 0, "latin1_german2_ci": 0,
}  # fmt: skip
"""Collations, and for how many of the two normalisers that drop spaces their index can be used."""


@pytest.fixture(scope="module")
def estate(mariadb_server: Path) -> Iterator[tuple[pymysql.Connection[Any], System]]:
    """A table per collation with the same texts, and one of values without an index."""
    with (
        mariadb.database(mariadb_server) as name,
        closing(mariadb.connect(mariadb_server, name)) as owner,
    ):
        run(owner, "CREATE TABLE given (id INT PRIMARY KEY, said VARCHAR(20) COLLATE utf8mb4_bin)")
        fill(owner, "given", TEXTS)
        for each in COLLATIONS:
            charset = each.partition("_")[0]
            run(
                owner,
                f"CREATE TABLE {each} (id INT PRIMARY KEY, said VARCHAR(20) CHARACTER SET {charset}"
                f" COLLATE {each}, KEY (said))",
            )
            fill(owner, each, texts_in(each))
        datasets = {n: Dataset(n, key=("id",)) for n in ("given", *COLLATIONS)}
        yield owner, System("s", "mariadb", mariadb.url(mariadb_server, name), datasets=datasets)


def texts_in(collation: str) -> tuple[str, ...]:
    return tuple(t for t in TEXTS if collation not in LATIN or t.isascii() or t in "áÁß")


def fill(owner: pymysql.Connection[Any], table: str, texts: tuple[str, ...]) -> None:
    with owner.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} VALUES (%s, %s)", list(enumerate(texts)))


def expected(collation: str, how: Normaliser) -> set[tuple[int, int]]:
    """Pairs of texts that are equal once they are normalised, and not empty."""
    there = [normal(t, how) for t in texts_in(collation)]
    return {
        (a, b)
        for a, one in enumerate(TEXTS)
        for b, two in enumerate(there)
        if normal(one, how) == two != ""
    }


def link(collation: str, how: Normaliser) -> Edge:
    return Edge(
        collation, ("said",), "given", ("said",), Right.OWN, Side.CHILD, (), normalise=how,
        by_value=True,
    )  # fmt: skip


def met(connection: MariadbConnection, keys: str) -> set[tuple[int, object]]:
    return {(subject, key[0]) for subject, key in connection.keys(keys)}


@pytest.mark.parametrize("access", list(Access))
@pytest.mark.parametrize("collation", COLLATIONS)
def test_what_is_found_by_the_index_is_what_is_meant(
    estate: tuple[pymysql.Connection[Any], System], collation: str, access: Access
) -> None:
    """Down and up, and as an identity: letters that a collation folds, spaces on either side."""
    with closing(MariadbConnector(FAST).connect(estate[1], access)) as connection:
        for how in Normaliser:
            pairs = expected(collation, how)
            assert len(pairs) > 3
            connection.put_keys("given", "given", [(n, (n,), None) for n in range(len(TEXTS))])
            connection.drop_keys("down")
            connection.spread(link(collation, how), Side.CHILD, "given", "down")
            assert met(connection, "down") == pairs, how
            own = [(n, (n,), None) for n in range(len(texts_in(collation)))]
            connection.put_keys("own", collation, own)
            connection.drop_keys("up")
            connection.spread(link(collation, how), Side.PARENT, "own", "up")
            assert met(connection, "up") == {(b, a) for a, b in pairs}, how
            wanted = Identity("said", "said", normalise=how)
            connection.find("found", collation, wanted, dict(enumerate(TEXTS)))
            assert met(connection, "found") == pairs, how


@pytest.mark.parametrize("collation", COLLATIONS)
def test_the_index_is_used_where_the_collation_allows_it(
    estate: tuple[pymysql.Connection[Any], System],
    collation: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By what the server says of its way: the rows are looked up, and never all read."""
    owner, system = estate
    with owner.cursor() as cursor:
        into = f"INSERT INTO {collation} SELECT 1000 + seq, concat('x', seq) FROM seq_1_to_3000"
        cursor.execute(into)
        cursor.execute(f"ANALYZE TABLE {collation}")
    asked: list[str] = []
    with closing(MariadbConnector(FAST).connect(system, Access.READ)) as connection:
        select = connection.select

        def explained(statement: Any, dataset: str) -> list[tuple[Any, ...]]:  # noqa: ANN401
            text, values = connection._compiled(statement)
            with connection.raw.cursor() as cursor:
                cursor.execute("EXPLAIN " + text, values)
                most = max(int(row[-2] or 0) for row in cursor.fetchall())
            asked.append("all" if most > 1000 else "some")
            return select(statement, dataset)

        monkeypatch.setattr(connection, "select", explained)
        connection.put_keys("given", "given", [(n, (n,), None) for n in range(3)])
        for how in (Normaliser.TRIM, Normaliser.ASCII_LOWER):
            connection.spread(link(collation, how), Side.CHILD, "given", f"to-{how}")
    with owner.cursor() as cursor:
        cursor.execute(f"DELETE FROM {collation} WHERE id >= 1000")
    assert asked.count("some") == COLLATIONS[collation]
