"""The leaf paths of JSON columns: what is named, what is hidden, and that no value comes along."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from avow.duties.discovery.drift.leaves import MOST_KEYS, Leaves, leaves, named
from avow.duties.discovery.sampling import extents
from avow.estate.connectors.base import Access, Refused
from avow.estate.connectors.mariadb import MariadbConnection, MariadbConnector
from avow.estate.connectors.postgresql import PostgresqlConnection, PostgresqlConnector
from avow.estate.connectors.sqlite import SqliteConnection, SqliteConnector
from avow.estate.datamap.model import System
from tests import mariadb

DOCUMENTS = [
    {
        "theme": "dark",
        "address": {"city": f"zzq{n}", "lines": ["zzq", None]},
        "phones": [{"nr": "zzq"}],
        "last": None,
        "empty": {},
        "by_mail": {f"p{n}@zzq.example": n},
        ("rare" if n < 4 else "seen"): True,
        "2024 totals": 1,
    }
    for n in range(20)
]
EXPECTED = (
    "$.*", "$.address.city", "$.address.lines[]", "$.last", "$.phones[].nr", "$.seen", "$.theme",
)  # fmt: skip

Look = Callable[[list[object]], Leaves]


@pytest.fixture(params=["jsonb", "json", "sqlite", "mariadb"])
def look(request: pytest.FixtureRequest, tmp_path: Path) -> Look:
    """A function that puts documents into a column and gives the leaves of it."""
    kind = str(request.param)
    bases = {"sqlite": "tmp_path", "mariadb": "mariadb_url"}
    url = str(request.getfixturevalue(bases.get(kind, "postgres_url")))

    def looked(documents: list[object]) -> Leaves:
        texts = [(None if d is None else d if isinstance(d, str) else json.dumps(d),)
                 for d in documents]  # fmt: skip
        with closing(opened(kind, url, tmp_path / "docs.db", texts)) as connection:
            table = next(iter(connection.catalogue().tables.values()))
            pages = {name: e.pages for name, e in extents(connection).items()}
            return leaves(connection, table, "d", pages.get(table.name, 0))

    return looked


def opened(
    kind: str, url: str, file: Path, texts: list[tuple[str | None]]
) -> MariadbConnection | PostgresqlConnection | SqliteConnection:
    """A database with the documents, opened for reading."""
    if kind == "mariadb":
        with closing(mariadb.connect_at(url)) as maker, maker.cursor() as made:
            made.execute("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, d JSON)")
            made.executemany("INSERT INTO t (d) VALUES (%s)", texts)
        return MariadbConnector().connect(System("s", "mariadb", url), Access.READ)
    if kind == "sqlite":
        with closing(sqlite3.connect(file)) as lite, lite:
            lite.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, d JSON)")
            lite.executemany("INSERT INTO t (d) VALUES (?)", texts)
        return SqliteConnector().connect(System("s", "sqlite", str(file)), Access.READ)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(f"CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY, d {kind})")
        with owner.cursor() as cursor:
            cursor.executemany("INSERT INTO t (d) VALUES (%s)", texts)
        owner.execute("ANALYZE t")
    return PostgresqlConnector().connect(System("s", "postgresql", url), Access.READ)


def test_paths_are_named_and_keys_that_are_data_are_not(look: Look) -> None:
    """Rare keys are not said at all, mail addresses never, odd keys as `*`."""
    found = look([*DOCUMENTS, None])
    assert found == Leaves(20, EXPECTED)
    assert "zzq" not in repr(found)


def test_documents_that_are_no_objects_have_no_leaves(look: Look) -> None:
    assert look([1, '"text"', "[]", "{}", "null"] * 5).paths == ()


def test_items_of_a_list_at_the_top_are_one_leaf(look: Look) -> None:
    assert look([[{"a": 1}, {"b": {"c": 2}}]] * 5).paths == ("$[].a", "$[].b.c")


def test_what_is_nested_too_deeply_or_too_large_is_passed_over(look: Look) -> None:
    deep: object = 1
    for _ in range(9):
        deep = {"x": deep}
    assert look([deep, *({"big": "x" * 70_000} for _ in range(6)), {"a": 1}] * 5) == Leaves(
        10, ("$.a",)
    )


def test_an_empty_table_has_no_leaves(look: Look) -> None:
    assert look([]) == Leaves(0, ())


def test_texts_that_are_no_json_are_passed_over(tmp_path: Path) -> None:
    """SQLite takes any text for JSON."""
    texts: list[tuple[str | None]] = [("{broken",), ('{"a": 1}',), ("",)] * 6
    with closing(opened("sqlite", "", tmp_path / "x.db", texts)) as connection:
        table = connection.catalogue().tables["t"]
        assert leaves(connection, table, "d", 0) == Leaves(6, ("$.a",))


def test_without_the_right_to_read_it_is_refused(postgres_url: str) -> None:
    with closing(opened("jsonb", postgres_url, Path(), [("{}",)])):
        pass
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute("DO $$ BEGIN CREATE ROLE blind LOGIN; EXCEPTION WHEN OTHERS THEN END $$")
    system = System("s", "postgresql", f"{postgres_url}&user=blind")
    with closing(PostgresqlConnector().connect(system, Access.READ)) as connection:
        table = connection.catalogue().tables["public.t"]
        with pytest.raises(Refused, match="rights"):
            leaves(connection, table, "d", 1)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("city", "$.city"), ("first-name", "$.first-name"), ("prénom", "$.prénom"),
        ("line_2", "$.line_2"), ("ann@example.org", "$.*"), ("Ann Lee", "$.*"), ("", "$.*"),
        ("+3225551010", "$.*"), ("u18273", "$.*"), ("x" * 41, "$.*"), ("a.b", "$.*"),
    ],
)  # fmt: skip
def test_a_key_is_named_when_it_looks_like_a_field(key: str, said: str) -> None:
    assert named([[key]]) == (said,)


def test_an_object_of_very_many_keys_maps_from_values() -> None:
    words = [chr(97 + n // 26) + chr(97 + n % 26) for n in range(MOST_KEYS + 1)]
    assert named([["friends", word, "since"] for word in words]) == ("$.friends.*.since",)
    assert len(named([["friends", word] for word in words[1:]])) == MOST_KEYS
