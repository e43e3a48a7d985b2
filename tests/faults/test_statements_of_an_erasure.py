"""A chunk of an erasure asks MariaDB and SQLite as many statements for many persons as for few."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from avow.engine.db.store import Store
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.plan import Plan
from avow.engine.verifier.checked import Checked
from avow.estate.connectors.base import Access
from avow.estate.connectors.mariadb import MariadbConnection, MariadbConnector
from avow.estate.connectors.sqlite import SqliteConnection, SqliteConnector
from avow.estate.datamap.model import System
from tests import mariadb
from tests.connectors.mariadb_estates import run
from tests.faults.small import Small

PERSONS = 300
TABLES = 2
EACH_TABLE, FIXED = 6, 6
"""Statements of a chunk: so many for each table, and so many beside."""
VISIT = "id BIGINT NOT NULL PRIMARY KEY, person_id BIGINT REFERENCES person (id)"
SCHEMA = (
    "CREATE TABLE person (id BIGINT NOT NULL PRIMARY KEY, name VARCHAR(20))",
    f"CREATE TABLE visit ({VISIT}, seen_on DATE, page VARCHAR(20))",
    "CREATE INDEX visit_person ON visit (person_id)",
)
NUMBERS = [(n, f"p{n}") for n in range(1, PERSONS + 1)]
VISITS = [(n, (n - 1) // 3 + 1, "2026-04-20", "x") for n in range(1, 3 * PERSONS + 1)]


@dataclass
class Counted:
    """Opens one database, and tells how many statements were sent to it for each chunk."""

    url: str
    opened: SqliteConnection | MariadbConnection | None = None
    said: int = 0
    chunks: list[int] = field(default_factory=list)

    def connect(self, system: System, access: Access) -> SqliteConnection | MariadbConnection:
        is_file = self.url.startswith("sqlite")
        connector = SqliteConnector() if is_file else MariadbConnector()
        opened = connector.connect(replace(system, url=self.url), access)
        if access is Access.WRITE:
            self.opened = opened
            if isinstance(opened, SqliteConnection):
                opened.raw.set_trace_callback(self._heard)
        return opened

    def _heard(self, text: str) -> None:
        # The keys of a chunk are put by one statement, which is heard once for each.
        self.said += not text.startswith("INSERT INTO temp.avow")

    def place(self, name: str) -> None:
        """Called at each place of the journal; between these two lies a chunk."""
        if name == "started":
            self.chunks.append(-self.statements)
        elif name == "committed":
            self.chunks[-1] += self.statements

    @property
    def statements(self) -> int:
        if not isinstance(self.opened, MariadbConnection):
            return self.said
        with self.opened.raw.cursor() as cursor:
            cursor.execute("SHOW SESSION STATUS LIKE 'Questions'")
            return int((cursor.fetchone() or ("", 0))[1])


def in_file(path: Path) -> str:
    """The persons in a file."""
    with closing(sqlite3.connect(path)) as owner:
        for statement in SCHEMA:
            owner.execute(statement)
        owner.executemany("INSERT INTO person VALUES (?, ?)", NUMBERS)
        owner.executemany("INSERT INTO visit VALUES (?, ?, ?, ?)", VISITS)
        owner.commit()
    return f"sqlite:///{path}"


def in_server(place: Path, name: str) -> str:
    """The persons on a server."""
    with closing(mariadb.connect(place, name)) as owner, owner.cursor() as cursor:
        run(owner, *SCHEMA)
        cursor.executemany("INSERT INTO person VALUES (%s, %s)", NUMBERS)
        cursor.executemany("INSERT INTO visit VALUES (%s, %s, %s, %s)", VISITS)
    return mariadb.url(place, name)


def planned(small: Small, first: int, many: int) -> Plan:
    """The erasure of so many persons, counted and approved."""
    small.roots = {"person": [(n,) for n in range(first, first + many)]}
    return small.erasing()


def chunks(store: Store, url: str) -> list[int]:
    """Statements of each chunk: three of five persons, then two of fifty."""
    counted = Counted(url)
    small = Small(store, checker=Checked(), opener=counted.connect, crash=counted.place)
    small.activate()
    for first, many, size in ((100, 15, 5), (150, 100, 50)):
        small.chunks = Chunk(size, size, size, least=size)
        assert small.apply(planned(small, first, many)).rows == many * 4
    return counted.chunks


@pytest.fixture(params=["sqlite", "mariadb"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return in_file(tmp_path / "persons.db")
    place: Path = request.getfixturevalue("mariadb_server")
    address: str = request.getfixturevalue("mariadb_url")
    name = unquote(urlsplit(address).path[1:])
    return in_server(place, name)


def test_a_chunk_has_as_many_statements_for_many_persons_as_for_few(store: Store, url: str) -> None:
    """Some for each table; the second chunk of a connection finds its key sets made."""
    _, *few, _, many = chunks(store, url)
    assert few == [many, many]
    assert many <= FIXED + EACH_TABLE * TABLES
