"""Tables of MariaDB that no batch may change: said by the plan, refused by the batch, and read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pymysql
import pytest

from avow.engine.planner.counting import Counting, count
from avow.engine.planner.guard import plan_findings
from avow.engine.planner.keysets import KeySet
from avow.engine.planner.plan import Plan, PlanKind, plan_json, plan_of
from avow.engine.planner.program import Move, Program, Step
from avow.estate.connectors.base import Access, Capability, Connection, Refused
from avow.estate.connectors.catalogue import Closed
from avow.estate.connectors.mariadb import MariadbConnection, MariadbConnector
from avow.estate.datamap.model import Blank, BlankKind, Dataset, System
from avow.estate.datamap.predicates import TRUE
from tests import mariadb
from tests.connectors.mariadb_estates import FAST, run

SCHEMA = (
    "CREATE TABLE plain (id INT PRIMARY KEY, email TEXT)",
    "CREATE TABLE old (id INT PRIMARY KEY, email TEXT) ENGINE = MyISAM",
    "CREATE TABLE history (id INT PRIMARY KEY, email TEXT) WITH SYSTEM VERSIONING",
    "CREATE TABLE parent (id INT PRIMARY KEY, email TEXT)",
    (
        "CREATE TABLE between_ (id INT PRIMARY KEY, up INT, FOREIGN KEY (up) REFERENCES parent (id)"
        " ON DELETE CASCADE)"
    ),
    (
        "CREATE TABLE kept (id INT PRIMARY KEY, up INT, FOREIGN KEY (up) REFERENCES between_ (id)"
        " ON DELETE SET NULL) WITH SYSTEM VERSIONING"
    ),
    *(f"INSERT INTO {n} VALUES (1, 'a@x')" for n in ("plain", "old", "history", "parent")),
)
NAMES = ("plain", "old", "history", "parent", "between_", "kept")
DAY = date(2026, 1, 1)


@pytest.fixture
def owner(mariadb_server: Path) -> Iterator[pymysql.Connection[Any]]:
    with (
        mariadb.database(mariadb_server) as name,
        closing(mariadb.connect(mariadb_server, name)) as connection,
    ):
        run(connection, *SCHEMA)
        yield connection


@pytest.fixture
def url(mariadb_server: Path, owner: pymysql.Connection[Any]) -> str:
    with owner.cursor() as cursor:
        cursor.execute("SELECT database()")
        return mariadb.url(mariadb_server, str((cursor.fetchone() or ("",))[0]))


def opened(url: str, *names: str, access: Access = Access.READ) -> MariadbConnection:
    datasets = {n: Dataset(n, key=("id",)) for n in names or NAMES}
    return MariadbConnector(FAST).connect(System("s", "mariadb", url, datasets=datasets), access)


class Nothing:
    """No fact is known."""

    def key_sets(self, system: str, names: frozenset[str]) -> Sequence[KeySet]:
        assert not names, system
        return ()


def planned(connection: Connection, table: str, move: Move = Move.DELETE) -> list[tuple[str, str]]:
    """The findings of a plan with one step, and of which tables they are. It was kept meanwhile."""
    blanks = {} if move is Move.DELETE else {"email": Blank(BlankKind.NULL)}
    step = Step(table, move, TRUE, (), blanks=blanks)
    part = count(connection, Counting(Program("s", DAY, (step,)), Nothing()))
    plan = plan_of(plan_json(Plan("p", PlanKind.ERASURE, "s", "r", DAY, (part,), "claire")))
    return [(f.code, f.message.split("`")[1].removeprefix("s.")) for f in plan_findings(plan)]


def refused(connection: Connection, table: str) -> tuple[str, str]:
    """The table and the reason for which a batch is refused."""
    with pytest.raises(Refused) as told, connection.transaction() as batch:
        batch.remove(table, TRUE)
    return told.value.table, told.value.constraint


@pytest.mark.parametrize(
    ("table", "code", "why"),
    [("old", "AV591", Closed.NOT_UNDONE), ("history", "AV592", Closed.HISTORY)],
)
def test_a_table_that_undoes_nothing_or_keeps_history(
    url: str, table: str, code: str, why: Closed
) -> None:
    """MyISAM would keep half a batch; system versioning would keep the removed row readable."""
    with closing(opened(url)) as reader, closing(opened(url, access=Access.WRITE)) as writer:
        for move in (Move.DELETE, Move.BLANK):
            assert planned(reader, table, move) == [(code, table)]
        assert refused(writer, table) == (table, why)
        assert writer.count(table, TRUE) == 1
        assert planned(reader, "plain") == []


def test_a_parent_whose_rows_take_such_rows_along(url: str) -> None:
    """Over a table between them. To empty the parent changes nothing there."""
    with closing(opened(url)) as reader, closing(opened(url, access=Access.WRITE)) as writer:
        assert planned(reader, "parent") == [("AV592", "kept")]
        assert planned(reader, "parent", Move.BLANK) == []
        assert refused(writer, "parent") == ("kept", Closed.HISTORY)


def test_rows_of_another_database_that_would_go_uncounted(
    url: str, owner: pymysql.Connection[Any], mariadb_server: Path
) -> None:
    """Planted: a foreign key from a database beside ours, and one that only refuses."""
    here = asked(owner, "SELECT database()")
    with mariadb.database(mariadb_server) as beside:

        def hang(table: str, rule: str) -> None:
            run(
                owner,
                f"CREATE TABLE `{beside}`.{table} (id INT PRIMARY KEY, who INT, FOREIGN KEY (who)"
                f" REFERENCES `{here}`.plain (id) ON DELETE {rule})",
            )

        hang("refusing", "RESTRICT")
        with closing(opened(url)) as reader:
            assert planned(reader, "plain") == []
        hang("going", "CASCADE")
        with closing(opened(url)) as reader, closing(opened(url, access=Access.WRITE)) as writer:
            assert planned(reader, "plain") == [("AV593", "plain")]
            assert refused(writer, "plain") == ("plain", Closed.ELSEWHERE)
        run(owner, f"DROP TABLE `{beside}`.refusing, `{beside}`.going")


def asked(owner: pymysql.Connection[Any], query: str) -> str:
    with owner.cursor() as cursor:
        cursor.execute(query)
        return str((cursor.fetchone() or ("",))[0])


def test_nothing_is_refused_where_nothing_is_due(url: str, owner: pymysql.Connection[Any]) -> None:
    """A rule over several tables is not stopped by one that is empty."""
    run(owner, "DELETE FROM old")
    with closing(opened(url)) as reader:
        assert planned(reader, "old") == []


def test_a_mapped_table_without_undo_takes_the_word_from_the_system(url: str) -> None:
    for names, has in ((("plain",), True), (("plain", "old"), False), (("history",), True)):
        with closing(opened(url, *names, access=Access.WRITE)) as each:
            assert (Capability.TRANSACTIONS in each.capabilities) is has


def test_the_digest_moves_when_a_table_is_closed(url: str, owner: pymysql.Connection[Any]) -> None:
    """So that a plan that was made before is made again."""

    def digest() -> str:
        with closing(opened(url)) as reader:
            return reader.catalogue().digest

    before = digest()
    run(owner, "ALTER TABLE plain ENGINE = Aria")
    assert digest() != before
