"""The printed rights are enough, and no more: an account of MariaDB that has only them walks the
whole way of a plan, and misses each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count as counting
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import msgspec
import pymysql
import pytest
from click.testing import CliRunner

from avow.engine.db.store import Store
from avow.estate.connectors.base import Access, Capability, Connection, Refused
from avow.estate.connectors.mariadb import MariadbConnection, MariadbConnector
from avow.estate.connectors.mariadb_grants import granted, grants, grants_at
from avow.estate.connectors.rights import READING, WRITING, Need
from avow.estate.datamap.model import Blank, BlankKind, System
from avow.estate.datamap.predicates import TRUE, Equal
from avow.faces.cli.main import main
from tests import mariadb
from tests.connectors.mariadb_estates import FAST, run
from tests.connectors.whole_way import HEAD, Country, country

SCHEMA = """
CREATE TABLE person (id INT PRIMARY KEY, name VARCHAR(60), about JSON, left_on DATE, boss INT,
    touched TIMESTAMP DEFAULT '2020-01-01' ON UPDATE CURRENT_TIMESTAMP,
    shout VARCHAR(60) AS (upper(name)) STORED, FOREIGN KEY (boss) REFERENCES person (id));
CREATE TABLE visit (id INT PRIMARY KEY, seen_on DATE, person_id INT, said TEXT,
    FOREIGN KEY (person_id) REFERENCES person (id));
CREATE TABLE audit (what TEXT);
CREATE TABLE secret (what TEXT);
INSERT INTO person (id, name, about, left_on, boss) VALUES
    (1, 'ann', '{"mail": "a@x", "n": 1}', '2026-01-01', NULL), (2, 'bob', NULL, NULL, NULL),
    (3, 'cem', NULL, '2026-01-01', 1);
INSERT INTO visit VALUES (1, '2026-01-01', 2, 'x'), (2, '2026-04-20', 2, 'y'),
    (3, '2026-04-20', 2, 'z')
"""
MAP = """
person:
  {subject: visitor, key: [id], collected_at: door, rest: data, events: {left: left_on}}
visit:
  key: [id]
  owned_by: {person: person_id}
  collected_at: door
  rest: log
  events: {seen: seen_on}
"""
NAMES = counting(1)
NULL = Blank(BlankKind.NULL)


@dataclass
class Shop:
    """A database, its owner, and an account without any right."""

    owner: pymysql.Connection[Any]
    place: Path
    database: str
    user: str

    @property
    def account(self) -> str:
        return f"'{self.user}'@'localhost'"

    def system(self, of: System) -> System:
        """The system as the account reaches it."""
        return replace(
            of, connector="mariadb", url=mariadb.url(self.place, self.database, self.user)
        )

    def open(self, of: System, access: Access) -> MariadbConnection:
        return MariadbConnector(FAST).connect(self.system(of), access)

    def statements(self, of: System, need: Need) -> list[str]:
        """What is printed for the account, with the live columns."""
        as_owner = replace(of, url=mariadb.url(self.place, self.database))
        with closing(MariadbConnector(FAST).connect(as_owner, Access.READ)) as live:
            return grants(of, need, live.catalogue(), self.account, live.stamped)

    def rows(self) -> dict[str, list[str]]:
        found = {}
        for table in ("person", "visit", "audit"):
            with self.owner.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {table}")
                found[table] = sorted(map(repr, cursor.fetchall()))
        return found


@pytest.fixture
def shop(mariadb_server: Path) -> Iterator[Shop]:
    with (
        mariadb.database(mariadb_server) as name,
        closing(mariadb.connect(mariadb_server, name)) as owner,
    ):
        user = f"least{next(NAMES)}"
        run(owner, *SCHEMA.split(";\n"), f"CREATE USER '{user}'@'localhost'")
        yield Shop(owner, mariadb_server, name, user)
        run(owner, f"DROP USER '{user}'@'localhost'")


@pytest.fixture
def land(shop: Shop, store: Store) -> Country:
    """The shop under a declaration in force."""

    def opened(system: System, access: Access) -> Connection:
        return shop.open(system, access)

    made = country(store, opened, shop.rows)
    made.found("mariadb", MAP)
    return made


def codes(shop: Shop, system: System, need: Need) -> list[tuple[str, str]]:
    with closing(shop.open(system, Access.READ)) as connection:
        return [(f.code, f.message) for f in granted(connection, need)]


def test_an_account_with_the_printed_rights_walks_the_whole_way(shop: Shop, land: Country) -> None:
    """Planned, approved, applied and checked: a sweep and an erasure, with a trigger that fires and
    a table beside them that the account may not read."""
    run(shop.owner, *shop.statements(land.system, WRITING))
    assert codes(shop, land.system, WRITING) == []
    land.done(land.sweep_plan())
    assert [row[:2] for row in shop.rows()["visit"]] == ["(2", "(3"]
    assert [row[:2] for row in shop.rows()["person"]] == ["(2"]
    land.done(land.erasure_plan({"person": [(2,)]}))
    assert shop.rows() == {"person": [], "visit": [], "audit": []}


@pytest.mark.parametrize("sees_it", [True, False])
def test_what_a_trigger_adds_undoes_the_batch(shop: Shop, land: Country, sees_it: bool) -> None:
    """Planted: the copy of a removed row, in a table that the account may read and nothing else;
    and all the same where the account has not the right to see the trigger."""
    given = shop.statements(land.system, WRITING)
    run(
        shop.owner,
        *(s if sees_it else s.replace("TRIGGER, ", "") for s in given),
        f"GRANT SELECT ON audit TO {shop.account}",
        "CREATE TRIGGER copy_it AFTER DELETE ON visit FOR EACH ROW"
        " INSERT INTO audit VALUES (OLD.said)",
    )
    plan = land.sweep_plan()
    assert "1 rows were added to `audit`" in land.undone(plan)


MISSING = (
    "GRANT REFERENCES", "GRANT SELECT ON `visit`", "GRANT CREATE TEMPORARY", "DELETE", "TRIGGER",
    "UPDATE",
)  # fmt: skip


@pytest.mark.parametrize("part", MISSING)
def test_each_right_that_is_left_out_is_named(shop: Shop, land: Country, part: str) -> None:
    """And without the ones that a batch cannot do without, the database refuses it."""
    given = [_without(s, part) for s in shop.statements(land.system, WRITING)]
    run(shop.owner, *(s for s in given if s))
    found = codes(shop, land.system, WRITING)
    assert {code for code, _ in found} == {"AV511"}, found
    assert all(part.rpartition(" ")[2].strip("`") in message for _, message in found), found
    if part in {"REFERENCES", "TRIGGER"} or part.endswith("REFERENCES"):
        return
    with pytest.raises(Refused) as refused:
        _touch(shop.open(land.system, Access.WRITE))
    assert refused.value.kind == "rights"


def _without(statement: str, part: str) -> str:
    if statement.startswith(part) or (part == "UPDATE" and "UPDATE (" not in statement):
        return statement if part == "UPDATE" else ""
    if part == "UPDATE":
        return statement[: statement.index(", UPDATE (")] + statement[statement.index(") ON") + 1 :]
    return statement.replace(f"{part}, ", "")


def _touch(connection: MariadbConnection) -> None:
    with closing(connection), connection.transaction() as batch:
        connection.put_keys("k", "visit", [(1, (1,), None)])
        batch.lock("visit", TRUE)
        batch.blank("person", TRUE, {"name": NULL, "boss": NULL, "about$.mail": NULL})
        batch.remove("visit", Equal("id", "1"))


def test_observe_reads_and_the_database_refuses_more(shop: Shop, land: Country) -> None:
    """The account sees the whole schema, and reads what is mapped alone."""
    run(shop.owner, *shop.statements(land.system, READING))
    assert codes(shop, land.system, READING) == []
    with closing(shop.open(land.system, Access.READ)) as reader:
        live = reader.catalogue()
        assert {"person", "visit", "audit", "secret"} == set(live.tables)
        assert len(live.foreign_keys) == 2
        assert live.tables["person"].column("about$.mail") is not None
        assert reader.count("person", TRUE) == 3
        with pytest.raises(Refused) as refused:
            reader.count("secret", TRUE)
        assert refused.value.kind == "rights"
    assert ("AV511", "DELETE on `visit` is missing") in codes(shop, land.system, WRITING)
    past = pymysql.connect(unix_socket=str(shop.place), user=shop.user, database=shop.database)
    with closing(past), past.cursor() as cursor:
        for statement in ("DELETE FROM visit", "CREATE TEMPORARY TABLE t (id INT)",
                          "CREATE TABLE t (id INT)", "UPDATE visit SET said = 'x'"):  # fmt: skip
            with pytest.raises(pymysql.OperationalError):
                cursor.execute(statement)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("INSERT ON visit", "on `visit`: it has INSERT"),
        ("UPDATE (id) ON visit", "on `visit`: it may update id"),
        ("UPDATE ON visit", "on `visit`: it has UPDATE"),
        ("DROP ON *", "on the database: it has DROP"),
        ("ALL ON *.*", "on the whole server: it has"),
    ],
)
def test_too_many_rights_are_a_finding(shop: Shop, land: Country, given: str, said: str) -> None:
    run(shop.owner, *shop.statements(land.system, WRITING), f"GRANT {given} TO {shop.account}")
    ((code, message),) = codes(shop, land.system, WRITING)
    assert code == "AV512"
    assert said in message


def test_rights_of_a_role_count(shop: Shop, land: Country) -> None:
    role = f"role_{shop.user}"
    wanted = [s.replace(shop.account, role) for s in shop.statements(land.system, WRITING)]
    run(shop.owner, f"CREATE ROLE {role}", *wanted, f"GRANT {role} TO {shop.account}",
        f"SET DEFAULT ROLE {role} FOR {shop.account}")  # fmt: skip
    try:
        assert codes(shop, land.system, WRITING) == []
    finally:
        run(shop.owner, f"DROP ROLE {role}")


def test_rows_come_back_only_where_a_rule_has_undo(shop: Shop, land: Country) -> None:
    need = Need(Access.WRITE, {"visit"})
    run(shop.owner, *shop.statements(land.system, WRITING))
    assert codes(shop, land.system, need) == [("AV511", "INSERT on `visit` is missing")]
    run(shop.owner, *shop.statements(land.system, need))
    assert codes(shop, land.system, need) == []
    with closing(shop.open(land.system, Access.WRITE)) as writer:
        columns = writer.catalogue().tables["visit"].insertable
        with writer.transaction() as batch:
            rows = batch.copies("visit", TRUE, columns)
            batch.remove("visit", TRUE)
            assert batch.insert("visit", columns, rows) == 3


def test_a_receipt_can_be_left(shop: Shop, land: Country) -> None:
    """In the table that the owner makes with the other statements; running them twice does no
    harm."""
    for _ in range(2):
        run(shop.owner, *shop.statements(land.system, WRITING))
    with closing(shop.open(land.system, Access.WRITE)) as writer:
        assert Capability.RECEIPTS in writer.capabilities
        with writer.transaction() as batch:
            batch.receipt("p", 1, 1, 3)


def test_without_the_database_the_data_map_alone_gives_the_columns(land: Country) -> None:
    away = replace(land.system, url="mariadb://nobody@127.0.0.1:1/nowhere")
    statements, live = grants_at(away, WRITING)
    assert not live
    assert "GRANT SELECT ON `visit` TO 'avow'@'%';" in statements
    assert any("UPDATE (`person_id`) ON `visit`" in s for s in statements)


def test_the_command_prints_and_compares(
    shop: Shop, land: Country, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`avow grants`, and `--check`, which ends with 1 until the owner ran what was printed."""
    monkeypatch.setenv("SHOP", shop.system(land.system).url)
    path = tmp_path / "declaration.yaml"
    head = HEAD.replace("CONNECTOR", "mariadb\n    url: ${SHOP}")
    path.write_text(head + indent(dedent(MAP), " " * 6))
    words = ["grants", "app", "--level", "approve", "--declaration", str(path)]
    run(shop.owner, f"GRANT REFERENCES ON * TO {shop.account}")
    printed = msgspec.json.decode(CliRunner().invoke(main, [*words, "--json"]).output)
    assert printed["live"]
    before = CliRunner().invoke(main, [*words, "--check"])
    assert before.exit_code == 1
    assert "AV511" in before.output
    run(shop.owner, *(s.replace("'avow'@'%'", shop.account) for s in printed["statements"]))
    after = CliRunner().invoke(main, [*words, "--check", "--json"])
    assert msgspec.json.decode(after.output)["findings"] == []
    assert after.exit_code == 0
