"""What only MariaDB has: collations, zero dates, engines that cannot undo, statistics of values."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pymysql
import pytest

from avow.estate.connectors.base import Access, Connection, Refused, Unreachable
from avow.estate.connectors.catalogue import Closed, ColumnKind, OnDelete
from avow.estate.connectors.mariadb import MariadbConnection, MariadbConnector
from avow.estate.connectors.mariadb_session import Limits, refusal, refusals
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Blank, BlankKind, Dataset, Identity, Normaliser, System
from avow.estate.datamap.predicates import TRUE, Equal, InKeys, Null, Related, Until, negate
from tests import mariadb
from tests.connectors.mariadb_estates import run

SCHEMA = """
CREATE TABLE person (
    id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, email VARCHAR(60), latin VARCHAR(60) CHARACTER SET
    latin1, mood ENUM('glad', 'Gone'), likes SET('a', 'b'), ip INET6, notes JSON, at TIMESTAMP NULL,
    born DATE NOT NULL DEFAULT '0000-00-00', secret INT INVISIBLE, boss INT UNSIGNED,
    shout VARCHAR(60) AS (upper(email)) STORED, flag BIT(1), many BIT(5), big BIGINT UNSIGNED,
    touched TIMESTAMP DEFAULT '2020-01-01' ON UPDATE CURRENT_TIMESTAMP,
    KEY (email), FOREIGN KEY chief (boss) REFERENCES person (id)
);
CREATE TABLE `order` (`group` INT, `év``è` VARCHAR(20), who INT UNSIGNED, note TEXT,
    PRIMARY KEY (`group`, `év``è`), FOREIGN KEY buyer (who) REFERENCES person (id)
    ON DELETE SET NULL);
CREATE TABLE line (id BINARY(16) PRIMARY KEY, `group` INT, nr VARCHAR(20),
    FOREIGN KEY lines_ (`group`, nr) REFERENCES `order` (`group`, `év``è`) ON DELETE CASCADE);
CREATE TABLE visit (id BIGINT, day DATE NOT NULL, person_id INT, PRIMARY KEY (id, day))
    PARTITION BY RANGE (year(day)) (PARTITION p0 VALUES LESS THAN (2026),
    PARTITION p1 VALUES LESS THAN (2100));
CREATE TABLE old (id INT PRIMARY KEY, email VARCHAR(60)) ENGINE = MyISAM;
CREATE TABLE history (id INT PRIMARY KEY, email VARCHAR(60)) WITH SYSTEM VERSIONING;
CREATE TABLE copy (email VARCHAR(60));
CREATE TRIGGER keep_copy AFTER DELETE ON person FOR EACH ROW INSERT INTO copy VALUES (OLD.email);
CREATE VIEW seen AS SELECT email FROM person;
INSERT INTO person (email, latin, mood, likes, ip, notes, at, born, secret, flag, many, big) VALUES
    ('a@x', 'é', 'glad', 'a,b', '::ffff:192.0.2.77', '{"k": 1}', '2025-05-05 10:00:00',
     '2020-02-29', 7, b'1', b'10101', 18446744073709551615),
    ('A@X ', 'E', 'Gone', '', '2001:db8:1:2::3', NULL, NULL, '0000-00-00', NULL, b'0', NULL, 0),
    (' a@x', 'e', NULL, NULL, NULL, NULL, NULL, '2020-02-31', NULL, NULL, NULL, NULL);
INSERT INTO `order` VALUES (1, 'x', 1, 'first'), (1, 'y', 2, NULL);
INSERT INTO line VALUES (unhex('0080FF00000000000000000000000001'), 1, 'x');
INSERT INTO visit VALUES (1, '2025-06-01', 1), (2, '2026-06-01', 1), (3, '2026-07-01', NULL);
INSERT INTO old VALUES (1, 'a@x');
INSERT INTO history VALUES (1, 'a@x');
"""
PERSON, ORDER, LINE, VISIT = "person", "order", "line", "visit"
NULL, TRUNCATE = Blank(BlankKind.NULL), Blank(BlankKind.TRUNCATE)
ODD_KEY = "év`è"


@pytest.fixture
def owner(mariadb_server: Path) -> Iterator[pymysql.Connection[Any]]:
    with (
        mariadb.database(mariadb_server) as name,
        closing(mariadb.connect(mariadb_server, name)) as connection,
    ):
        run(connection, "SET sql_mode = 'ALLOW_INVALID_DATES'")
        run(connection, *(s for s in SCHEMA.split(";\n") if s.strip()))
        yield connection


@pytest.fixture
def system(mariadb_server: Path, owner: pymysql.Connection[Any]) -> System:
    url = mariadb.url(mariadb_server, _name(owner))
    return System("s", "mariadb", url, datasets={PERSON: Dataset(PERSON, key=("id",))})


def connect(system: System, access: Access, limits: Limits | None = None) -> MariadbConnection:
    return MariadbConnector(limits or Limits(lock=1000)).connect(system, access)


@pytest.fixture
def writer(system: System) -> Iterator[MariadbConnection]:
    connection = connect(system, Access.WRITE)
    yield connection
    connection.close()


@pytest.fixture
def reader(system: System) -> Iterator[MariadbConnection]:
    connection = connect(system, Access.READ)
    yield connection
    connection.close()


def _name(owner: pymysql.Connection[Any]) -> str:
    return str(asked(owner, "SELECT database()")[0][0])


def _number(connection: MariadbConnection) -> int:
    return int(connection.raw.thread_id())  # type: ignore[no-untyped-call]


def asked(owner: pymysql.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    with owner.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def ids(connection: Connection, where: Any, dataset: str = PERSON) -> list[object]:  # noqa: ANN401
    return [row[0] for row in connection.fetch(dataset, where, ["id"])]


# --- texts are equal when their characters are -------------------------------------------


def test_the_collation_would_find_strangers_and_we_do_not(
    reader: MariadbConnection, owner: pymysql.Connection[Any]
) -> None:
    """Planted: the server itself finds two persons for one address."""
    assert asked(owner, "SELECT id FROM person WHERE email = 'a@x'") == [(1,), (2,)]
    assert ids(reader, Equal("email", "a@x")) == [1]
    assert ids(reader, Equal("email", "a@x", negated=True)) == [2, 3]
    assert ids(reader, Equal("latin", "e")) == [3]
    assert ids(reader, Equal("latin", "日")) == []
    assert ids(reader, Equal("mood", "gone")) == []
    assert ids(reader, Equal("mood", "Gone")) == [2]


@pytest.mark.parametrize(
    ("how", "value", "expected"),
    [
        (Normaliser.EXACT, "a@x", [1]),
        (Normaliser.TRIM, "a@x", [1, 3]),
        (Normaliser.ASCII_LOWER, "A@x", [1, 2, 3]),
        (Normaliser.ASCII_LOWER, "á@x", []),
    ],
)
@pytest.mark.parametrize("access", list(Access))
def test_find_changes_letters_of_ascii_alone(
    system: System, access: Access, how: Normaliser, value: str, expected: list[int]
) -> None:
    connection = connect(system, access)
    connection.find("k", PERSON, Identity("email", "email", normalise=how), {1: value})
    assert sorted(key[0] for _, key in connection.keys("k")) == expected  # type: ignore[type-var]
    connection.close()


def test_every_letter_beyond_ascii_stays_itself(owner: pymysql.Connection[Any]) -> None:
    """Of all characters of the plane, lower case here changes A to Z and no other."""
    lowered = (
        "convert(convert(lower(convert(convert(c, BINARY) USING hebrew)), BINARY) USING utf8mb4)"
    )
    found = asked(
        owner,
        f"SELECT hex(c), hex({lowered}) FROM (SELECT char(seq USING utf32) COLLATE utf32_bin AS u,"
        " convert(char(seq USING utf32) USING utf8mb4) AS c FROM seq_1_to_55295) AS t"
        f" WHERE hex(c) <> hex({lowered})",
    )
    assert found == [(f"{n:02X}", f"{n + 32:02X}") for n in range(65, 91)]


def test_key_sets_hold_apart_what_the_collation_does_not(
    owner: pymysql.Connection[Any], writer: MariadbConnection
) -> None:
    run(
        owner,
        "CREATE TABLE named (id INT PRIMARY KEY, who VARCHAR(9) COLLATE utf8mb4_nopad_bin)",
        "INSERT INTO named VALUES (1, 'a'), (2, 'A'), (3, 'a ')",
        "CREATE TABLE told (id INT PRIMARY KEY, who VARCHAR(9) CHARACTER SET latin1, KEY (who))",
        "INSERT INTO told VALUES (1, 'a'), (2, 'A'), (3, 'a '), (4, 'á')",
    )
    edge = Edge(
        "told", ("who",), "named", ("who",), Right.OWN, Side.CHILD, (),
        normalise=Normaliser.EXACT, by_value=True,
    )  # fmt: skip
    writer.put_keys("k", "named", [(1, (1,), None)])
    assert writer.spread(edge, Side.CHILD, "k", "t") == 1
    assert writer.keys("t") == [(1, (1,))]
    assert ids(writer, Related(edge, Side.PARENT, Equal("id", "3")), "told") == [3]
    assert ids(writer, Related(edge, Side.PARENT, TRUE, True), "told") == [4]


# --- moments -----------------------------------------------------------------------------


def test_a_day_that_never_was_is_absent_and_never_due(reader: MariadbConnection) -> None:
    """Zero dates, and 31 February: not due, not later, but absent."""
    due = Until("born", date(2026, 1, 1), "UTC")
    assert ids(reader, due) == [1]
    assert ids(reader, negate(due)) == [2, 3]
    assert ids(reader, Until("born", date.max, "UTC")) == [1]
    assert ids(reader, Null("born")) == [2, 3]
    assert ids(reader, Null("born", negated=True)) == [1]
    found = reader.oldest(PERSON, "born", None, "UTC", TRUE)
    assert (found.day, found.rows, found.empty) == (date(2020, 2, 29), 1, 2)


def test_a_timestamp_is_an_instant_whatever_the_zone_of_the_server(
    reader: MariadbConnection, owner: pymysql.Connection[Any]
) -> None:
    run(owner, "SET GLOBAL time_zone = '+05:00'")
    try:
        rows = list(reader.fetch(PERSON, Equal("id", "1"), ["at"]))
        assert rows == [(datetime(2025, 5, 5, 10, tzinfo=UTC),)]
    finally:
        run(owner, "SET GLOBAL time_zone = 'SYSTEM'")


def test_truncating_keeps_what_is_no_day(writer: MariadbConnection) -> None:
    with writer.transaction() as batch:
        assert batch.blank(PERSON, TRUE, {"born": TRUNCATE, "at": TRUNCATE}) == 1
    rows = [row[0] for row in writer.fetch(PERSON, TRUE, ["born"])]
    assert rows == [date(2020, 1, 1), "0000-00-00", "2020-02-31"]


# --- types -------------------------------------------------------------------------------


def test_the_catalogue_tells_what_planning_needs(reader: MariadbConnection) -> None:
    live = reader.catalogue()
    person = live.tables[PERSON]
    kinds = {c.name: c.kind for c in person.columns}
    assert kinds["notes"] is ColumnKind.JSON
    assert kinds["flag"] is ColumnKind.BOOLEAN
    assert kinds["secret"] is ColumnKind.INTEGER, "an invisible column is a column"
    assert [c.name for c in person.columns if c.generated] == ["shout"]
    assert person.triggers == ("keep_copy",)
    assert live.tables[VISIT].key == ("id", "day")
    assert live.tables[ORDER].key == ("group", ODD_KEY)
    assert not live.tables["seen"].writable
    assert {(k.child, k.parent, k.on_delete) for k in live.foreign_keys} == {
        (PERSON, PERSON, OnDelete.RESTRICT),
        (ORDER, PERSON, OnDelete.SET_NULL),
        (LINE, ORDER, OnDelete.CASCADE),
    }
    closed = {n: t.closed for n, t in live.tables.items() if t.closed}
    assert closed == {"old": Closed.NOT_UNDONE, "history": Closed.HISTORY}


def test_the_digest_moves_with_the_schema_alone(
    system: System, owner: pymysql.Connection[Any]
) -> None:
    def digest() -> str:
        with closing(connect(system, Access.READ)) as opened:
            return opened.catalogue().digest

    before = digest()
    run(owner, "DELETE FROM visit")
    assert digest() == before
    run(owner, "ALTER TABLE visit ADD COLUMN extra TEXT")
    assert digest() != before


def test_values_read_as_text(reader: MariadbConnection) -> None:
    """Truth in a bit, an unsigned number beyond the signed ones, an address, bytes."""
    assert ids(reader, Equal("flag", "true")) == [1]
    assert ids(reader, Equal("flag", "true", negated=True)) == [2]
    assert ids(reader, Equal("big", "18446744073709551615")) == [1]
    assert ids(reader, Equal("many", "21")) == [1]
    assert ids(reader, Equal("ip", "2001:db8:1:2::3")) == [2]
    assert reader.count(LINE, Equal("id", "0080ff00000000000000000000000001")) == 1


@pytest.mark.parametrize("access", list(Access))
def test_keys_of_bytes_and_reserved_words(system: System, access: Access) -> None:
    connection = connect(system, access)
    key = bytes.fromhex("0080ff00000000000000000000000001")
    connection.put_keys("k", LINE, [(1, (key,), None)])
    assert connection.count(LINE, InKeys(("id",), "k")) == 1
    connection.put_keys("o", ORDER, [(1, (1, "x"), None), (1, (1, "X"), None)])
    assert list(connection.fetch(ORDER, InKeys(("group", ODD_KEY), "o"), [ODD_KEY])) == [("x",)]
    assert connection.count(LINE, InKeys(("group", "nr"), "o")) == 1
    connection.close()


def test_addresses_keep_their_network(writer: MariadbConnection) -> None:
    with writer.transaction() as batch:
        assert batch.blank(PERSON, TRUE, {"ip": TRUNCATE}) == 2
        assert batch.blank(PERSON, TRUE, {"ip": TRUNCATE}) == 0
    assert [r[0] for r in writer.fetch(PERSON, Null("ip", negated=True), ["ip"])] == [
        "::ffff:192.0.2.0", "2001:db8:1::",
    ]  # fmt: skip


def test_every_type_comes_back_exactly(
    writer: MariadbConnection, owner: pymysql.Connection[Any]
) -> None:
    run(owner, *ODD)
    look = (
        "SELECT id, hex(CAST(f AS DOUBLE)), CAST(f AS DOUBLE), d, n, CAST(t AS CHAR), y,"
        " CAST(at AS CHAR), CAST(dt AS CHAR), CAST(day AS CHAR), hex(b), hex(bits), hex(g), e + 0,"
        " s + 0, u, i4, j, l, twice, hidden FROM odd ORDER BY id"
    )
    before = asked(owner, look)
    assert len(before) == 2
    columns = writer.catalogue().tables["odd"].insertable
    assert "hidden" in columns
    assert "twice" not in columns
    cells = dict.fromkeys(("f", "t", "at", "day", "b", "bits", "g", "e", "s", "u", "j", "l"), NULL)
    with writer.transaction() as batch:
        whole = batch.copies("odd", TRUE, columns)
        values = batch.copies("odd", TRUE, ["id", *cells])
        assert batch.blank("odd", TRUE, cells) == 1
        assert batch.restore("odd", ["id"], cells, values) == 2
        assert batch.remove("odd", TRUE) == 2
        assert batch.insert("odd", columns, whole) == 2
    assert asked(owner, look) == before


ODD = (
    (
        "CREATE TABLE odd (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, f FLOAT, d DOUBLE,"
        " n DECIMAL(30, 10), t TIME(6), y YEAR, at TIMESTAMP(6) NULL, dt DATETIME(6), day DATE,"
        " b VARBINARY(9), bits BIT(12), g POINT, e ENUM('x', 'Y z'), s SET('p', 'q'), u UUID,"
        " i4 INET4, j JSON, l TEXT CHARACTER SET latin1, twice INT AS (y * 2) VIRTUAL,"
        " hidden INT INVISIBLE)"
    ),
    "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'",
    "INSERT INTO odd (id) VALUES (0)",
    (
        "INSERT INTO odd (id, f, d, n, t, y, at, dt, day, b, bits, g, e, s, u, i4, j, l, hidden)"
        " VALUES (18446744073709551614, 0.1, 0.1e0 + 0.2e0, 12345678901234567890.0123456789,"
        " '-838:59:59', 2155, '1970-01-01 00:00:01.000001', '0000-00-00', '2020-02-00',"
        " x'00ff275c25', b'100000000001', point(1.5, -2), 'Y z', 'p,q', uuid(), '192.0.2.1',"
        " '{\"a\": 1,  \"a\": 2}', 'é€%', 3)"
    ),
)


# --- reading writes nothing --------------------------------------------------------------


def test_the_server_refuses_every_write_of_a_read_connection(reader: MariadbConnection) -> None:
    """Planted: a deletion, and a temporary table, sent past our own checks."""
    for statement in ("DELETE FROM visit", "CREATE TEMPORARY TABLE x (id INT)"):
        with pytest.raises(Refused) as refused, refusals(""), reader.raw.cursor() as cursor:
            cursor.execute(statement)
        assert refused.value.kind == "rights"
    reader.put_keys("k", PERSON, [(1, (1,), date(2026, 1, 1))])
    assert reader.count(PERSON, InKeys(("id",), "k", date(2026, 1, 1))) == 1


def test_a_statement_that_takes_too_long_is_refused(system: System) -> None:
    slow = connect(system, Access.READ, Limits(statement=50))
    with pytest.raises(Refused) as refused, refusals(""), slow.raw.cursor() as cursor:
        cursor.execute("SELECT sleep(2) FROM person")
    slow.close()
    assert refused.value.kind == "time"


# --- writing -----------------------------------------------------------------------------


def test_a_row_that_another_holds_is_refused_in_time(
    system: System, writer: MariadbConnection
) -> None:
    """And rows beside it are not locked."""
    with closing(connect(system, Access.WRITE)) as other, writer.transaction() as held:
        assert held.lock(PERSON, Equal("email", "a@x")) == 1
        started = time.monotonic()
        with pytest.raises(Refused) as refused, other.transaction() as batch:
            batch.lock(PERSON, Equal("id", "1"))
        assert (refused.value.kind, time.monotonic() - started < 3) == ("lock", True)
        with other.transaction() as batch:
            assert batch.lock(PERSON, Equal("id", "2")) == 1


def test_a_deadlock_is_a_lock_and_everything_is_undone(
    system: System, writer: MariadbConnection, owner: pymysql.Connection[Any]
) -> None:
    error = pymysql.OperationalError(1213, "Deadlock found when trying to get lock")
    assert refusal(error, PERSON).kind == "lock"
    other = connect(system, Access.WRITE)
    with pytest.raises(Refused) as refused, writer.transaction() as batch:  # noqa: PT012
        batch.remove(VISIT, Equal("id", "1"))
        with other.transaction() as beside:
            beside.lock(VISIT, Equal("id", "2"))
            batch.lock(VISIT, Equal("id", "2"))
    other.close()
    assert refused.value.kind == "lock"
    assert asked(owner, "SELECT count(*) FROM visit") == [(3,)]


def test_a_killed_connection_is_lost_and_nothing_is_done(
    system: System, owner: pymysql.Connection[Any]
) -> None:
    writer = connect(system, Access.WRITE)
    with pytest.raises(Refused) as refused, writer.transaction() as batch:  # noqa: PT012
        batch.remove(VISIT, TRUE)
        run(owner, f"KILL {_number(writer)}")
        time.sleep(0.1)
        batch.remove(PERSON, TRUE)
    assert refused.value.kind == "lost"
    assert asked(owner, "SELECT count(*) FROM visit") == [(3,)]


def test_what_the_database_does_itself(
    writer: MariadbConnection, owner: pymysql.Connection[Any]
) -> None:
    """Set null and cascade of the server fire no trigger; a deletion of ours does."""
    run(
        owner, "CREATE TRIGGER gone AFTER DELETE ON line FOR EACH ROW INSERT INTO copy VALUES ('l')"
    )
    with writer.transaction() as batch:
        assert batch.remove(PERSON, Equal("id", "2")) == 1
        assert batch.remove(ORDER, Equal(ODD_KEY, "x")) == 1
    assert asked(owner, "SELECT who FROM `order`") == [(None,)]
    assert asked(owner, "SELECT count(*) FROM line") == [(0,)]
    assert asked(owner, "SELECT email FROM copy") == [("A@X ",)]


def test_rows_that_point_to_each_other_go_together(
    writer: MariadbConnection, owner: pymysql.Connection[Any]
) -> None:
    """The server looks at each row alone, and one that stays still refuses."""
    run(owner, "UPDATE person SET boss = 3 - id WHERE id < 3", "DELETE FROM `order`")
    with writer.transaction() as batch:
        assert batch.remove(PERSON, TRUE) == 3
    run(owner, "INSERT INTO person (id, boss) VALUES (1, NULL), (2, 1)")
    with pytest.raises(Refused) as refused, writer.transaction() as batch:
        batch.remove(PERSON, Equal("id", "1"))
    assert refused.value.kind == "constraint"


def test_a_row_is_brought_back_before_the_one_that_it_points_to(
    writer: MariadbConnection, owner: pymysql.Connection[Any]
) -> None:
    run(owner, "DELETE FROM `order`", "UPDATE person SET boss = 3 WHERE id = 1")
    columns = writer.catalogue().tables[PERSON].insertable
    with writer.transaction() as batch:
        rows = batch.copies(PERSON, TRUE, columns)
        batch.remove(PERSON, TRUE)
        assert batch.insert(PERSON, columns, rows) == 3
    assert asked(owner, "SELECT boss FROM person ORDER BY id") == [(3,), (None,), (None,)]


def test_a_blank_changes_no_other_column(
    writer: MariadbConnection, owner: pymysql.Connection[Any]
) -> None:
    """`ON UPDATE CURRENT_TIMESTAMP` would move the start of a period."""
    with writer.transaction() as batch:
        assert batch.blank(PERSON, TRUE, {"email": Blank(BlankKind.CONSTANT, "A@x")}) == 3
    assert asked(owner, "SELECT DISTINCT date(touched) FROM person") == [(date(2020, 1, 1),)]
    assert asked(owner, "SELECT DISTINCT BINARY email FROM person") == [(b"A@x",)]


def test_a_batch_does_not_take_rows_of_others_for_its_own(
    writer: MariadbConnection, owner: pymysql.Connection[Any]
) -> None:
    """What the check counts before and after is one moment and the batch's own work."""
    with writer.transaction() as batch:
        run(owner, "INSERT INTO visit VALUES (9, '2026-01-01', 9)")
        before = writer.count(VISIT, TRUE)
        assert batch.remove(VISIT, Equal("id", "1")) == 1
        assert (before, writer.count(VISIT, TRUE)) == (3, 2)


def test_a_partitioned_table_is_one_table(writer: MariadbConnection) -> None:
    with writer.transaction() as batch:
        window = writer.window(VISIT, TRUE, None, 2)
        assert window is not None
        assert batch.remove(VISIT, TRUE, window) == 2
    assert ids(writer, TRUE, VISIT) == [3]


# --- what stays readable -----------------------------------------------------------------


def test_removed_values_are_not_in_the_statistics(
    writer: MariadbConnection, owner: pymysql.Connection[Any]
) -> None:
    """Planted: the owner analysed the table, and the server kept its values."""
    run(owner, "DELETE FROM `order`", "ANALYZE TABLE person PERSISTENT FOR ALL")
    kept = (
        "SELECT min_value FROM mysql.column_stats WHERE table_name = 'person'"
        " AND column_name = 'email' AND db_name = database()"
    )
    with writer.transaction() as batch:
        batch.remove(PERSON, TRUE)
    assert "a@x" in str(asked(owner, kept)[0][0])
    assert writer.effects([PERSON, VISIT]) == ["refreshed: statistics of person"]
    assert asked(owner, kept) in ([], [(None,)])


# --- addresses ---------------------------------------------------------------------------


def test_an_address_that_does_not_answer_is_named_without_its_password() -> None:
    away = System("s", "mariadb", "mariadb://u:s3cret@127.0.0.1:1/x")
    with pytest.raises(Unreachable) as told:
        connect(away, Access.READ)
    assert "`s`" in str(told.value)
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    "url", ["postgresql://u:s3cret@h/x", "mariadb://u:s3cret@h", "mariadb://u:s3cret@h:no/x",
            "mariadb://u:s3cret@h/x?local_infile=1"],
)  # fmt: skip
def test_an_address_that_cannot_be_read_is_said(url: str) -> None:
    with pytest.raises(Unreachable) as told:
        connect(System("s", "mariadb", url), Access.READ)
    assert "s3cret" not in str(told.value)


def test_a_value_in_an_error_stays_with_the_server(writer: MariadbConnection) -> None:
    """The server's own message quotes the value that is there twice."""
    with pytest.raises(Refused) as refused, writer.transaction() as batch:
        batch.blank(ORDER, TRUE, {ODD_KEY: Blank(BlankKind.CONSTANT, "marker")})
    assert refused.value.kind == "constraint"
    assert "marker" not in str(refused.value)
    assert refused.value.__cause__ is None
