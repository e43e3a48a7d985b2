"""What is wrong with a system ends in a word, and never in a crash, a guess or a silent gap.

Databases; the same of files stands in `test_files_faults.py`. `docs/internals/bad-input.md` lists
every circumstance, by engine, with what is said and where it is proven.
"""

from __future__ import annotations

import os
import resource
import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from avow.engine.verifier import census
from avow.estate.connectors.base import Access, Connection, Connector, Refused, Unreachable
from avow.estate.connectors.mariadb import MariadbConnection, MariadbConnector
from avow.estate.connectors.postgresql import PostgresqlConnector
from avow.estate.connectors.sqlite import SqliteConnector
from avow.estate.datamap.model import Dataset, Field, Identity, System
from avow.estate.datamap.predicates import TRUE
from tests import mariadb
from tests.connectors.mariadb_estates import run as run_in_mariadb

PERSON = "CREATE TABLE person (id integer PRIMARY KEY, email {text}, note {long})"
ADA = "INSERT INTO person VALUES (1, 'ada@example.com', 'n'), (2, 'bob@example.com', 'n')"
ADDRESS = Identity("email", "email")


@dataclass(frozen=True)
class Place:
    """A database with two persons in it: `run` is its owner."""

    connector: Connector
    url: str
    run: Callable[[str], None]
    name: str = "person"

    def open(self, access: Access = Access.READ) -> Connection:
        """A connection to it."""
        dataset = Dataset(
            self.name, key=("id",), subject="p", identities=(ADDRESS,),
            fields=(Field("email", "mail"),), rest="rest",
        )  # fmt: skip
        datasets = {self.name: dataset}
        return self.connector.connect(
            System("s", self.connector.kind, self.url, datasets=datasets), access
        )

    def looked(self, sought: str = "carol@example.com") -> tuple[list[str], int]:
        """What a census could not read, and in how many columns it found what it looked for."""
        with closing(self.open()) as connection:
            found = census.look(connection, frozenset({sought}))
        return found.gaps, len(found.leftovers())


@pytest.fixture
def sqlite(tmp_path: Path) -> Place:
    """A file."""
    path = tmp_path / "s.db"

    def run(text: str) -> None:
        with closing(sqlite3.connect(path)) as owner:
            owner.executescript(text)

    run(f"{PERSON.format(text='text', long='text')}; {ADA}")
    return Place(SqliteConnector(busy=0.2), f"sqlite:///{path}", run)


def in_postgresql(url: str) -> Place:
    """A database of PostgreSQL."""

    def run(text: str) -> None:
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute(text.encode())

    run(f"{PERSON.format(text='text', long='text')}; {ADA}")
    return Place(PostgresqlConnector(), url, run, "public.person")


@pytest.fixture
def postgresql(postgres_url: str) -> Place:
    """A database on the session's server."""
    return in_postgresql(postgres_url)


@pytest.fixture
def maria(mariadb_server: Path) -> Iterator[Place]:
    """A database on the session's server."""
    with mariadb.database(mariadb_server) as name:

        def run(text: str) -> None:
            with closing(mariadb.connect(mariadb_server, name)) as owner:
                run_in_mariadb(owner, text)

        run(PERSON.format(text="varchar(100)", long="longtext"))
        run(ADA)
        yield Place(MariadbConnector(), mariadb.url(mariadb_server, name), run)


@pytest.fixture(params=["postgresql", "sqlite", "maria"])
def place(request: pytest.FixtureRequest) -> Place:
    """Each of them."""
    found: Place = request.getfixturevalue(request.param)
    return found


def said(act: Callable[[], object]) -> tuple[str, str, str]:
    """The refusal of what is done."""
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.kind, refused.value.table, refused.value.constraint


def removed(connection: Connection, dataset: str) -> int:
    """Remove every row, in one batch."""
    with connection.transaction() as batch:
        return batch.remove(dataset, TRUE)


# --- a row that fills the memory ------------------------------------------------------------------

LONG = {
    "postgresql": "UPDATE person SET note = repeat('word carol@example.com ', 11000000) WHERE id=2",
    "mariadb": "UPDATE person SET note = repeat('word carol@example.com ', 4000000) WHERE id = 2",
    "sqlite": "UPDATE person SET note = replace(hex(zeroblob(3500000)), '00',"
    " 'word carol@example.com ') WHERE id = 2",
}
"""A text of 250 megabytes; of 90 in MariaDB, of 80 in SQLite."""


@pytest.fixture
def large_packets(mariadb_server: Path) -> Iterator[None]:
    """MariaDB takes values of a gigabyte."""
    with closing(mariadb.connect(mariadb_server)) as owner:
        run_in_mariadb(owner, "SET GLOBAL max_allowed_packet = 1073741824")
        yield
        run_in_mariadb(owner, "SET GLOBAL max_allowed_packet = 16777216")


def test_a_value_that_would_fill_the_memory_is_not_read_and_said(
    request: pytest.FixtureRequest, place: Place
) -> None:
    """The census is blind for that table and says so, within a few megabytes; other columns of the
    row can be read, and the row can go."""
    if place.connector.kind == "mariadb":
        request.getfixturevalue("large_packets")
    place.run(LONG[place.connector.kind])
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    gaps, found = place.looked()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert gaps == [f"{place.name}: refused (form, a value that is too long)"]
    assert found == 0
    assert peak < 20_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - highest < 60_000  # kilobytes
    with closing(place.open(Access.WRITE)) as connection:
        assert list(connection.fetch(place.name, TRUE, ["email"])) == [
            ("ada@example.com",), ("bob@example.com",),
        ]  # fmt: skip
        assert removed(connection, place.name) == 2


def test_a_long_text_is_looked_into_piece_by_piece(sqlite: Place) -> None:
    """6 megabytes: what stands at its end is found, wherever a piece ends, without a second copy
    of the whole."""
    filler = "replace(hex(zeroblob(600000)), '00', 'word word ')"
    for shift in ("", "-----"):
        sqlite.run(f"UPDATE person SET note = '{shift}' || {filler} || 'carol@example.com'")
        tracemalloc.start()
        assert sqlite.looked() == ([], 1)
        assert tracemalloc.get_traced_memory()[1] < 30_000_000, "a row or two, and little"
        tracemalloc.stop()


@pytest.mark.parametrize("at", [census.LONG - 8, census.LONG - 1, census.LONG, 2 * census.LONG - 9])
def test_what_stands_where_two_pieces_meet_is_found(at: int) -> None:
    text = ("x " * census.LONG)[: at - 1] + " carol@example.com " + "x " * census.LONG
    assert census.Needles({"carol@example.com": True}).hits(text) == {"carol@example.com"}


# --- a wrong encoding -----------------------------------------------------------------------------


def test_broken_bytes_in_a_text_of_sqlite_are_said(sqlite: Place) -> None:
    """SQLite keeps any bytes as text. The driver's own message would quote the whole value."""
    sqlite.run("INSERT INTO person VALUES (3, CAST(x'61ff62' AS text), 'n')")
    with closing(sqlite.open()) as connection:
        words = said(lambda: list(connection.fetch("person", TRUE, ["email"])))
        assert words == ("form", "person", "a text in another encoding")
        assert connection.count("person", TRUE) == 3
    sqlite.run("UPDATE person SET note = CAST(x'61ff62' AS text), email = 'c@example.com' WHERE"
               " id = 3")  # fmt: skip
    assert sqlite.looked() == (["person: refused (form, a text in another encoding)"], 0)


@pytest.fixture
def without_encoding(postgres_server: Path) -> Iterator[Place]:
    """A database of PostgreSQL that knows no encoding, and takes any bytes."""
    admin = f"postgresql://avow@/postgres?host={quote(str(postgres_server), safe='')}"
    with psycopg.connect(admin, autocommit=True) as owner:
        owner.execute("CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
        try:
            yield in_postgresql(admin.replace("/postgres?", "/bytes?"))
        finally:
            owner.execute("DROP DATABASE bytes WITH (FORCE)")


def test_a_database_without_an_encoding_is_read_and_broken_bytes_are_said(
    without_encoding: Place,
) -> None:
    """What is UTF-8 there is read as anywhere else; what is not, is said."""
    assert without_encoding.looked("bob@example.com") == ([], 1)
    without_encoding.run("UPDATE person SET note = E'caf\\351' WHERE id = 2")
    gaps, _ = without_encoding.looked()
    assert gaps == ["public.person: refused (form, a text in another encoding)"]
    with closing(without_encoding.open(Access.WRITE)) as connection:
        assert removed(connection, "public.person") == 2


def test_a_column_in_latin_1_is_read_as_what_it_says(maria: Place) -> None:
    maria.run("ALTER TABLE person MODIFY email varchar(100) CHARACTER SET latin1")
    maria.run("UPDATE person SET email = x'e96dc9406578616d706c652e636f6d' WHERE id = 2")
    with closing(maria.open()) as connection:
        connection.find("k", "person", ADDRESS, {1: "émÉ@example.com"})
        assert connection.keys("k") == [(1, (2,))]
    assert maria.looked("émÉ@example.com") == ([], 1)


# --- ten thousand tables --------------------------------------------------------------------------

TABLES = 10_000 if "AVOW_CASES" in os.environ else 2_000
"""In SQLite; to make ten thousand takes it ten seconds, to read them two."""
MANY = {
    "postgresql": "DO $$ BEGIN FOR i IN 1..10000 LOOP EXECUTE format("
    "'CREATE TABLE t%s (id int)', i);"
    " IF i % 200 = 0 THEN COMMIT; END IF; END LOOP; END $$",
    "sqlite": "BEGIN; " + "".join(f"CREATE TABLE t{n} (id);" for n in range(TABLES)) + "COMMIT",
}


@pytest.mark.parametrize("place", ["postgresql", "sqlite"], indirect=True)
def test_ten_thousand_tables_are_read_in_a_few_seconds(place: Place) -> None:
    """The schema of all is read at once, before a plan counts and a census reads."""
    place.run(MANY[place.connector.kind])
    began = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    with closing(place.open()) as connection:
        tables = TABLES if place.connector.kind == "sqlite" else 10_000
        assert len(connection.catalogue().tables) == tables + 1
        assert connection.count(place.name, TRUE) == 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - began < 10


# --- views in circles -----------------------------------------------------------------------------

CIRCLES = {
    "postgresql": "CREATE VIEW a AS SELECT 1 AS x; CREATE VIEW b AS SELECT x FROM a;"
    " CREATE OR REPLACE VIEW a AS SELECT x FROM b",
    "sqlite": "CREATE VIEW a AS SELECT * FROM b; CREATE VIEW b AS SELECT * FROM a;"
    " CREATE VIEW c AS SELECT * FROM gone",
}
GAPS = {
    "postgresql": ["public.a: refused (schema)", "public.b: refused (schema)"],
    "sqlite": ["a: row-security", "b: row-security", "c: row-security"],
}


@pytest.mark.parametrize("place", ["postgresql", "sqlite"], indirect=True)
def test_views_that_show_each_other_are_a_gap_and_nothing_else_is(place: Place) -> None:
    """Two views that run in a circle, and one of a table that is gone: all else is read."""
    place.run(CIRCLES[place.connector.kind])
    assert place.looked("bob@example.com") == (GAPS[place.connector.kind], 1)
    with closing(place.open(Access.WRITE)) as connection:
        assert removed(connection, place.name) == 2


def test_a_view_of_a_table_that_is_gone_ends_nothing(maria: Place) -> None:
    """MariaDB makes no circles of views, but keeps a view whose table is gone."""
    maria.run("CREATE TABLE z (x int)")
    maria.run("CREATE VIEW v AS SELECT x FROM z")
    maria.run("DROP TABLE z")
    assert maria.looked("bob@example.com")[1] == 1
    with closing(maria.open(Access.WRITE)) as connection:
        assert removed(connection, "person") == 2


# --- a connection that ends, rights, space --------------------------------------------------------


@pytest.mark.parametrize("by", ["removed", "replaced"])
def test_a_database_file_that_is_taken_away_inside_a_batch_is_lost(sqlite: Place, by: str) -> None:
    """SQLite would go on in the old file, which nobody sees any more, and say that all is done."""
    path = Path(sqlite.url.removeprefix("sqlite:///"))
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    with closing(sqlite.open(Access.WRITE)) as connection:

        def batch() -> None:
            with connection.transaction() as changing:
                assert changing.remove("person", TRUE) == 2
                path.unlink()
                if by == "replaced":
                    copy.rename(path)

        assert said(batch) == ("lost", "", "the file is another one by now")
        assert said(lambda: removed(connection, "person"))[0] == "lost"
    if by == "replaced":
        assert sqlite.looked("bob@example.com") == ([], 1)


def test_a_connection_of_mariadb_that_ends_inside_a_batch_is_lost(maria: Place) -> None:
    """Nothing of the batch was done."""
    with closing(maria.open(Access.WRITE)) as connection:
        assert isinstance(connection, MariadbConnection)
        number = int(connection.raw.thread_id())  # type: ignore[no-untyped-call]

        def batch() -> None:
            with connection.transaction() as changing:
                assert changing.remove("person", TRUE) == 2
                maria.run(f"KILL {number}")
                changing.remove("person", TRUE)

        assert said(batch)[0] == "lost"
    assert maria.looked("bob@example.com") == ([], 1)


FULL = {
    "postgresql": (
        "CREATE FUNCTION full_() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
        " 'could not extend file: ada' USING ERRCODE = 'disk_full'; END $$;"
        "CREATE TRIGGER t BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION full_()"
    ),
    "mariadb": (
        "CREATE TRIGGER t BEFORE DELETE ON person FOR EACH ROW SIGNAL SQLSTATE 'HY000' SET"
        " MYSQL_ERRNO = 1021, MESSAGE_TEXT = 'Disk full; ada'"
    ),
}
"""The servers' own codes, raised by a trigger: their disks are not ours to fill."""


@pytest.mark.parametrize("place", ["postgresql", "maria"], indirect=True)
def test_a_server_without_space_pauses(place: Place) -> None:
    """`lost`, which a plan waits for, and no row is set aside as one that cannot go."""
    place.run(FULL[place.connector.kind])
    with closing(place.open(Access.WRITE)) as connection:
        words = said(lambda: removed(connection, place.name))
    assert words == ("lost", place.name, "no space is left on the disk")
    assert place.looked("bob@example.com") == ([], 1)


@contextmanager
def no_larger_than(size: int) -> Iterator[None]:
    """No file of this process grows beyond a size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_database_file_without_space_changes_nothing(sqlite: Place) -> None:
    """The journal of a batch that changes many pages does not fit."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
    sqlite.run(f"{numbers} INSERT INTO person SELECT i, 'p' || i || '@example.com', 'n' FROM n")
    with closing(sqlite.open(Access.WRITE)) as connection:
        with no_larger_than(50_000):
            assert said(lambda: removed(connection, "person"))[0] == "lost"
        assert connection.count("person", TRUE) == 20_000
        assert removed(connection, "person") == 20_000


@contextmanager
def as_somebody() -> Iterator[None]:
    """As an account that owns nothing, where we are allowed to be another one."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_database_file_that_may_only_be_read_is_read_and_not_written(
    sqlite: Place, tmp_path: Path
) -> None:
    """By an account without the right to write: it is told when it opens the file, or at the latest
    when it writes."""
    path = Path(sqlite.url.removeprefix("sqlite:///"))
    made = (each for each in tmp_path.parents if each.name.startswith(("pytest-", "popen-")))
    for folder in (tmp_path, *made):  # down to here, however many tests run at once
        folder.chmod(0o755)
    path.chmod(0o444)
    with as_somebody():
        assert sqlite.looked("bob@example.com") == ([], 1)
        with closing(sqlite.open(Access.WRITE)) as connection:
            assert said(lambda: removed(connection, "person"))[0] == "rights"
    assert sqlite.looked("bob@example.com") == ([], 1)


def test_an_account_of_mariadb_that_may_only_read_is_refused(
    maria: Place, mariadb_server: Path
) -> None:
    """Reading works, and so does a census; the first write is refused."""
    name = maria.open().system.url
    maria.run("CREATE OR REPLACE USER reader@localhost")
    maria.run("GRANT SELECT ON person TO reader@localhost")
    reader = Place(maria.connector, name.replace("root@", "reader@"), maria.run)
    assert reader.looked("bob@example.com") == ([], 1)
    with closing(reader.open(Access.WRITE)) as connection:
        assert said(lambda: removed(connection, "person"))[0] == "rights"
    maria.run("DROP USER reader@localhost")
    del mariadb_server
    with pytest.raises(Unreachable, match="refuses us"):
        reader.open()
