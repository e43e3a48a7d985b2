"""Access asks a PostgreSQL once: however many tables there are and however many persons ask."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from avow.engine.planner.reaching import Extract, Seeds
from avow.engine.planner.reading import read
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.distant.channel import AT_WORKER
from avow.estate.connectors.distant.connector import DistantConnector
from avow.estate.connectors.postgresql import PostgresqlConnection, PostgresqlConnector
from avow.estate.connectors.together import ReadsTogether
from avow.estate.datamap.edges import Right
from avow.estate.datamap.model import Dataset, Field, Link, LinkWord, System
from tests.connectors.distant_estates import Wires

ROOT = "public.person"
TABLES = 6
EACH = 3


def system(url: str, tables: int) -> System:
    """Persons, tables that hang on them, a table below the first of these, one that persons only
    see, and one in which they own some rows and see others."""
    owned = [f"public.t{n}" for n in range(tables)]
    whose = [(ROOT, "person_id")] * tables
    names = [*zip(owned, whose, strict=True), ("public.below", (owned[0], "t_id"))]
    datasets = {
        name: Dataset(
            name,
            key=("id",),
            links=(Link(LinkWord.OWNED_BY, parent, (pointer,)),),
            fields=(Field("body", "text"),),
        )
        for name, (parent, pointer) in names
    }
    own, see = LinkWord.OWNED_BY, LinkWord.ACCESSED_BY
    letter = Dataset(
        "public.letter",
        key=("id",),
        links=(Link(own, ROOT, ("from_id",)), Link(see, ROOT, ("to_id",), hide=("body",))),
        fields=(Field("body", "text"),),
    )
    datasets |= {letter.name: letter, ROOT: Dataset(ROOT, key=("id",))}
    return System("shop", "postgresql", url=url, datasets=datasets)


@pytest.fixture
def url(postgres_url: str) -> str:
    """Twenty persons with rows in all tables, and letters to their neighbours."""
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE person (id bigint PRIMARY KEY, born date)")
        owner.execute("INSERT INTO person SELECT n, '1990-01-01' FROM generate_series(0, 19) n")
        for name in [*(f"t{n}" for n in range(TABLES)), "below"]:
            pointer = "t_id" if name == "below" else "person_id"
            owner.execute(
                f"CREATE TABLE {name} (id bigint PRIMARY KEY, {pointer} bigint, body text)".encode()
            )
            owner.execute(
                f"INSERT INTO {name} SELECT n, n / {EACH}, 'text ' || n"
                f" FROM generate_series(0, {20 * EACH - 1}) n".encode()
            )
        owner.execute(
            "CREATE TABLE letter (id bigint PRIMARY KEY, from_id bigint, to_id bigint, body text)"
        )
        owner.execute(
            "INSERT INTO letter SELECT n, n, (n + n % 2) % 20, 'dear' FROM generate_series(0, 19) n"
        )
    return postgres_url


def seeds(many: int) -> Seeds:
    """The first so many persons."""
    return {ROOT: [(n, (n,)) for n in range(many)]}


def trips(connection: PostgresqlConnection, work: Callable[[], object], folder: Path) -> int:
    """How often the client ended what it sent, to wait for the server: the library's own record."""
    path = folder / "trace"
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    try:
        connection.raw.pgconn.trace(handle)
        work()
    finally:
        connection.raw.pgconn.untrace()
        os.close(handle)
    said = [line.split("\t") for line in path.read_text(errors="replace").splitlines()]
    return sum(len(each) > 3 and each[1] == "F" and each[3] in {"Sync", "Query"} for each in said)


@pytest.mark.parametrize("many", [1, 20])
@pytest.mark.parametrize("tables", [1, TABLES])
def test_one_round_trip(url: str, tmp_path: Path, many: int, tables: int) -> None:
    """One person or twenty, four tables or nine; a reading step by step is counted as more."""
    connector = PostgresqlConnector()
    with closing(connector.connect(system(url, tables), Access.READ)) as connection:
        connection.catalogue()
        assert trips(connection, lambda: read(connection, seeds(many)), tmp_path) == 1
        # As many rows as are read at most: then they have to be counted, step by step.
        asked = trips(connection, lambda: read(connection, seeds(many), most=1), tmp_path)
        assert asked > tables


class Apart:
    """A connection that cannot be asked together."""

    def __init__(self, connection: Connection) -> None:
        for name in set(dir(Connection)) - set(dir(object)):
            if not name.startswith("_"):
                setattr(self, name, getattr(connection, name))


def in_any_order(extracts: tuple[Extract, ...]) -> list[object]:
    """What was read, without the order of rows."""
    return [
        (
            e.dataset,
            e.columns,
            e.total,
            e.truncated,
            sorted(e.rows, key=lambda r: (r.key, r.person)),
        )
        for e in extracts
    ]


@pytest.mark.parametrize("distant", [False, True])
def test_the_same_as_step_by_step(url: str, distant: bool) -> None:
    """Rows, values, rights, ways and what is hidden; also with a worker between."""
    asked = system(url, TABLES)
    connector = PostgresqlConnector()
    far = DistantConnector(Wires(connector, url)) if distant else connector
    told = replace(asked, url=AT_WORKER) if distant else asked
    with closing(far.connect(told, Access.READ)) as connection:
        assert isinstance(connection, ReadsTogether)
        together, apart = (
            in_any_order(read(each, seeds(12)))  # type: ignore[arg-type]
            for each in (connection, Apart(connection))
        )
    assert together == apart
    assert len(together) == TABLES + 3


def test_who_owns_a_row_and_sees_it_too_owns_it_whole(url: str) -> None:
    """A letter to oneself hides nothing; one from somebody else hides its text."""
    with closing(PostgresqlConnector().connect(system(url, 1), Access.READ)) as connection:
        found = {e.dataset: e.rows for e in read(connection, {ROOT: [(0, (2,))]})}
    letters = {row.key: (row.right, row.values, row.hidden) for row in found["public.letter"]}
    assert letters == {
        (1,): (Right.SEE, (1, 1, 2, None), {"body"}),
        (2,): (Right.OWN, (2, 2, 2, "dear"), frozenset()),
    }
