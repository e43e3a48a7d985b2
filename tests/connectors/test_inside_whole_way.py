"""What stands inside columns is walked whole in every engine: planned, approved, applied, checked;
then all that is left is compared with what was worked out by hand. In PostgreSQL and MariaDB by an
account that has the printed rights and no more. A month ends on 1 April; January is old."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from avow.engine.db.store import Store
from avow.estate.connectors import mariadb_grants, postgresql_grants
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, Table
from avow.estate.connectors.mariadb import MariadbConnector
from avow.estate.connectors.postgresql import PostgresqlConnector
from avow.estate.connectors.rights import WRITING
from avow.estate.connectors.sqlite import SqliteConnector
from avow.estate.connectors.twin import TwinConnector, TwinDatabase
from avow.estate.datamap.model import System
from tests import mariadb
from tests.connectors.mariadb_estates import FAST, run
from tests.connectors.whole_way import Country, country

MAP = """
person:
  subject: visitor
  key: [id]
  collected_at: door
  rest: data
  identities: {email: {field: profile$.contact.email, normalise: ascii-lower}}
  events: {left: profile$.left}
visit:
  key: [id]
  owned_by: {person: meta$.by}
  collected_at: door
  fields: {meta$.net.ip: log}
  rest: data
  events: {seen: meta$.seen}
team:
  key: [id]
  owned_by:
    - {to: person, field: "info$.who[].email", parent_field: profile$.contact.email,
       normalise: ascii-lower}
  collected_at: door
  rest: data
  events: {left: info$.closed}
"""
TABLES = {"person": "profile", "visit": "meta", "team": "info"}


def _team(*who: object, closed: str | None = None) -> dict[str, object]:
    return {"who": list(who), "closed": closed}


ROWS: dict[str, dict[int, Any]] = {
    "person": {
        1: {"name": "ann", "contact": {"email": "Ann@x"}, "left": "2026-01-01T23:59:59Z"},
        2: {"name": "bob", "contact": {"email": "bob@x"}, "left": None},
        3: {"name": "cem", "contact": {"email": "cem@x"}, "left": "soon"},
        4: {"name": "dan", "contact": {"email": "dan@x"}, "left": "2026-04-20 10:00"},
    },
    "visit": {
        1: {"by": 2, "seen": "2026-01-01", "net": {"ip": "192.0.2.1", "n": 5}},
        2: {"by": 2, "seen": "2026-04-20", "net": {"ip": "192.0.2.2"}},
        3: {"by": 3, "seen": "yesterday", "net": {"ip": "192.0.2.3"}},
        4: {"by": 1, "seen": "2026-01-02T10:00+01:00", "net": {"ip": "192.0.2.4"}},
        5: {"by": 3, "seen": 1767222000, "net": {"ip": "192.0.2.5"}},
        6: {"by": 4, "seen": "2026-02-30", "net": {"ip": "192.0.2.6"}},
    },
    "team": {
        1: _team(
            {"email": "ANN@x", "as": "a"}, {"email": "bob@x"}, {"as": "c"}, {"email": "dan@x"}
        ),
        2: _team({"email": "dan@x"}, closed="2026-01-01T00:00"),
        3: _team({"email": "cem@x"}, {"email": "bob@x", "as": "b"}, closed="later"),
        4: _team({"email": "ann@x"}),
        5: _team({"email": "bob@x"}, "bob@x"),
    },
}
SWEPT: dict[str, dict[int, Any]] = {
    "person": {n: ROWS["person"][n] for n in (2, 3, 4)},
    "visit": {
        1: {"by": 2, "seen": "2026-01-01", "net": {"n": 5}},
        **{n: ROWS["visit"][n] for n in (2, 3, 5, 6)},
    },
    "team": {
        1: _team({"email": "bob@x"}, {"as": "c"}, {"email": "dan@x"}),
        3: ROWS["team"][3],
        4: _team(),
        5: ROWS["team"][5],
    },
}
ERASED: dict[str, dict[int, Any]] = {
    "person": {n: ROWS["person"][n] for n in (3, 4)},
    "visit": {n: ROWS["visit"][n] for n in (3, 5, 6)},
    "team": {
        1: _team({"as": "c"}, {"email": "dan@x"}),
        3: _team({"email": "cem@x"}, closed="later"),
        4: _team(),
    },
}
USERS = count(1)


@dataclass
class Place:
    """One engine: how it is opened, how its owner reads it, what gives an account its rights."""

    kind: str
    prefix: str
    opened: Callable[[System, Access], Connection]
    read: Callable[[str], list[tuple[Any, ...]]]
    grant: Callable[[System], None]

    def left(self) -> dict[str, dict[int, Any]]:
        """Every document that is there, as its owner reads it."""
        return {t: {n: _said(d) for n, d in self.read(t)} for t in TABLES}


def _said(held: object) -> Any:  # noqa: ANN401 (JSON)
    return json.loads(held) if isinstance(held, str) else held


def _inserts() -> Iterator[str]:
    for table, column in TABLES.items():
        yield f"CREATE TABLE {table} (id INT PRIMARY KEY, {column} JSON)"
        for number, document in ROWS[table].items():
            yield f"INSERT INTO {table} VALUES ({number}, '{json.dumps(document)}')"


def _in_memory(_: pytest.FixtureRequest) -> Iterator[Place]:
    tables = {
        t: Table(
            t,
            (Column("id", "int", ColumnKind.INTEGER), Column(c, "json", ColumnKind.JSON)),
            ("id",),
        )
        for t, c in TABLES.items()
    }
    rows = {t: [{"id": n, TABLES[t]: d} for n, d in rows.items()] for t, rows in ROWS.items()}
    database = TwinDatabase(rows, Catalogue(tables))
    yield Place(
        "memory",
        "",
        lambda s, a: TwinConnector({s.name: database}).connect(s, a),
        lambda t: [(r["id"], r[TABLES[t]]) for r in database.tables[t]],
        lambda _: None,
    )


def _in_sqlite(request: pytest.FixtureRequest) -> Iterator[Place]:
    path: Path = request.getfixturevalue("tmp_path") / "x.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as owner:
        for statement in _inserts():
            owner.execute(statement)
        yield Place(
            "sqlite",
            "",
            lambda s, a: SqliteConnector().connect(replace(s, url=f"sqlite:///{path}"), a),
            lambda t: owner.execute(f"SELECT * FROM {t}").fetchall(),
            lambda _: None,
        )


def _in_postgresql(request: pytest.FixtureRequest) -> Iterator[Place]:
    url: str = request.getfixturevalue("postgres_url")
    role = f"least_inside{next(USERS)}"
    theirs = url.replace("//avow@", f"//{role}@")
    assert theirs != url

    def opened(system: System, access: Access) -> Connection:
        return PostgresqlConnector().connect(replace(system, url=theirs), access)

    with psycopg.connect(url, autocommit=True) as owner:
        for statement in (*_inserts(), f"CREATE ROLE {role} LOGIN"):
            owner.execute(statement.encode())

        def grant(system: System) -> None:
            with closing(
                PostgresqlConnector().connect(replace(system, url=url), Access.READ)
            ) as live:
                for said in postgresql_grants.grants(system, WRITING, live.catalogue(), role):
                    owner.execute(said.encode())

        yield Place(
            "postgresql",
            "public.",
            opened,
            lambda t: owner.execute(f"SELECT * FROM {t}".encode()).fetchall(),
            grant,
        )
        owner.execute(f"DROP OWNED BY {role}".encode())
        owner.execute(f"DROP ROLE {role}".encode())


def _in_mariadb(request: pytest.FixtureRequest) -> Iterator[Place]:
    socket: Path = request.getfixturevalue("mariadb_server")
    user = f"inside{next(USERS)}"
    account = f"'{user}'@'localhost'"
    with mariadb.database(socket) as name, closing(mariadb.connect(socket, name)) as owner:
        run(owner, *_inserts(), f"CREATE USER {account}")

        def opened(system: System, access: Access) -> Connection:
            return MariadbConnector(FAST).connect(
                replace(system, url=mariadb.url(socket, name, user)), access
            )

        def grant(system: System) -> None:
            mine = replace(system, url=mariadb.url(socket, name))
            with closing(MariadbConnector(FAST).connect(mine, Access.READ)) as live:
                said = mariadb_grants.grants(
                    system, WRITING, live.catalogue(), account, live.stamped
                )
            run(owner, *said)

        def read(table: str) -> list[tuple[Any, ...]]:
            with owner.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {table}")
                return list(cursor.fetchall())

        yield Place("mariadb", "", opened, read, grant)
        run(owner, f"DROP USER {account}")


PLACES = {
    "memory": _in_memory,
    "sqlite": _in_sqlite,
    "postgresql": _in_postgresql,
    "mariadb": _in_mariadb,
}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    yield from PLACES[str(request.param)](request)


@pytest.fixture
def land(place: Place, store: Store) -> Country:
    def rows() -> dict[str, list[str]]:
        return {t: sorted(map(repr, d.items())) for t, d in place.left().items()}

    made = country(store, place.opened, rows)
    text = MAP
    for table in TABLES:
        text = text.replace(f"\n{table}:", f"\n{place.prefix}{table}:")
    text = text.replace("{person:", f"{{{place.prefix}person:")
    made.found(place.kind, text.replace("to: person", f"to: {place.prefix}person"))
    place.grant(made.system)
    return made


def test_a_sweep_and_an_erasure(place: Place, land: Country) -> None:
    """Who left goes, with the visits and the elements of lists that name nobody else; of an old
    visit the address goes and the rest stays. What has no date that can be read stays whole. Then
    one person is erased: of a list the elements that name her go, and nothing beside them."""
    land.done(land.sweep_plan())
    assert place.left() == SWEPT
    land.done(land.erasure_plan({f"{place.prefix}person": [(2,)]}))
    assert place.left() == ERASED
