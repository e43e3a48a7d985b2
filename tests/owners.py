"""Databases whose owners allow no connection, and the office that writes scripts for them.

`owned`       a database of each engine with odd names, and an office at level approve
`owned_file`  the same over SQLite alone, for what no engine takes part in
`owned_home`  the same with its state where the commands find it
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
import pytest

from avow.common.clock import SetClock
from avow.declaration.model import Level
from avow.duties.assurance.model import PromiseStatus
from avow.duties.assurance.standing import Standing as Assured
from avow.duties.assurance.status import status
from avow.duties.discovery.drift.accepted import accept, text_of
from avow.duties.discovery.drift.as_catalogue import catalogue_of
from avow.duties.retention import attested
from avow.duties.retention.attested import Told
from avow.engine.db.store import Store
from avow.engine.planner.approve import approve
from avow.engine.planner.as_sql import packages
from avow.engine.planner.as_sql.packages import COUNT
from avow.engine.planner.making import Memory, Wish, judged
from avow.engine.planner.plan import Plan
from avow.estate.connectors.base import Access
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import System
from tests import clients, mariadb
from tests.faults.small import DECLARATION, Small
from tests.postgres import database

PERSON, VISIT = 'wh"o', "vísite d'été"
"""Names with what each engine quotes with, and letters that are not ASCII."""
ENGINES = ("postgresql", "mariadb", "sqlite")
ROWS = 12
TODAY = date.today()  # noqa: DTZ011 (a script asks the clock of the database)
NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
DUE, FRESH = TODAY - timedelta(days=120), TODAY - timedelta(days=3)


def names(engine: str) -> tuple[str, str]:
    """The datasets of the two tables, as the engine's connector names them."""
    prefix = "public." if engine == "postgresql" else ""
    return f"{prefix}{PERSON}", f"{prefix}{VISIT}"


def quoted(engine: str, name: str) -> str:
    """A bare name in a statement."""
    if engine == "mariadb":
        return "`{}`".format(name.replace("`", "``"))
    return '"{}"'.format(name.replace('"', '""'))


def declaration_text(engine: str) -> str:
    """The small declaration over tables with odd names; Marc owns the system."""
    person, visit = (f"'{n}'".replace("d'été", "d''été") for n in names(engine))
    kind = f"connector: {engine}\n    owner: {{person: marc}}"
    text = DECLARATION.replace("connector: memory", kind)
    text = text.replace("      person:\n", f"      {person}:\n")
    text = text.replace("      visit:\n", f"      {visit}:\n")
    text = text.replace("{person: person_id}", f"{{{person}: select}}")
    return text.replace("seen_on", "'from'")


def statements(engine: str) -> Iterator[str]:
    """The tables, with columns whose names are reserved words, and their rows."""
    person, visit, select, from_ = (quoted(engine, n) for n in (PERSON, VISIT, "select", "from"))
    yield f"CREATE TABLE {person} (id integer PRIMARY KEY, name varchar(50))"
    yield (
        f"CREATE TABLE {visit} (id integer PRIMARY KEY, {select} integer REFERENCES {person} (id), "
        f"{from_} date, page varchar(50))"
    )
    if engine == "mariadb":
        yield f"ALTER TABLE {visit} ADD FOREIGN KEY ({select}) REFERENCES {person} (id)"
    persons = (f"({n}, 'p{n} o''clock')" for n in range(ROWS))
    yield f"INSERT INTO {person} VALUES {', '.join(persons)}"
    visits = (
        f"({n}, {n // 2}, '{DUE if n % 4 == 1 else FRESH}', 'it''s {n}')" for n in range(2 * ROWS)
    )
    yield f"INSERT INTO {visit} VALUES {', '.join(visits)}"


@dataclass
class Place:
    """A database: how its owner runs statements and a script, and what is in it."""

    engine: str
    url: str
    run: Callable[..., None]
    client: Callable[[Path], str]

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of both tables, read by the driver."""
        return {n: self._rows(n) for n in (PERSON, VISIT)}

    def _rows(self, name: str) -> list[tuple[object, ...]]:
        asked = f"SELECT * FROM {quoted(self.engine, name)} ORDER BY id"
        if self.engine == "postgresql":
            with psycopg.connect(self.url) as owner:
                return owner.execute(asked.encode()).fetchall()
        if self.engine == "sqlite":
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as file:
                return file.execute(asked).fetchall()
        place, name = mariadb_place(self.url)
        with closing(mariadb.connect(place, name)) as owner_, owner_.cursor() as cursor:
            cursor.execute(asked)
            return list(cursor.fetchall())

    def ids(self) -> set[object]:
        """The keys of the visits that are there."""
        return {each[0] for each in self.rows()[VISIT]}


def mariadb_place(url: str) -> tuple[Path, str]:
    """Socket and database of an address of the tests."""
    parts = urlsplit(url)
    return Path(parse_qs(parts.query)["unix_socket"][0]), unquote(parts.path[1:])


@contextmanager
def postgresql(server: Path) -> Iterator[Place]:
    """A database of PostgreSQL, and psql."""
    with database(server) as url:

        def run(*texts: str) -> None:
            with psycopg.connect(url) as owner:
                owner.execute("; ".join(texts).encode())

        yield Place("postgresql", url, run, clients.psql(url))


@contextmanager
def in_mariadb(server: Path) -> Iterator[Place]:
    """A database of MariaDB, and its client."""
    with mariadb.database(server) as name:

        def run(*texts: str) -> None:
            with closing(mariadb.connect(server, name)) as owner, owner.cursor() as cursor:
                for text in texts:
                    cursor.execute(text)

        yield Place("mariadb", mariadb.url(server, name), run, clients.in_mariadb(server, name))


@contextmanager
def in_sqlite(folder: Path, name: str) -> Iterator[Place]:
    """A file of SQLite, and sqlite3."""
    file = folder / f"{name}.db"

    def run(*texts: str) -> None:
        with closing(sqlite3.connect(file)) as owner, owner:
            owner.executescript("; ".join(texts))

    yield Place("sqlite", f"sqlite:///{file}", run, clients.sqlite3(file))


@pytest.fixture(params=ENGINES)
def owner_places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Place, Place]]:
    """Two databases with the same rows: one for the owner's scripts, one that avow applies to."""
    engine = request.param
    if engine == "sqlite":
        pair = (in_sqlite(tmp_path, "one"), in_sqlite(tmp_path, "two"))
    else:
        make = postgresql if engine == "postgresql" else in_mariadb
        server = request.getfixturevalue(
            "postgres_server" if engine == "postgresql" else "mariadb_server"
        )
        pair = (make(server), make(server))
    with pair[0] as one, pair[1] as two:
        for place in (one, two):
            place.run(*statements(engine))
        yield one, two


@dataclass
class Desk:
    """An office in whose declaration the system has no address, and a folder for its owner."""

    small: Small
    place: Place
    folder: Path
    work: packages.Desk

    @property
    def catalogue(self) -> Catalogue:
        """The schema as an owner's empty copy tells it, accepted and read back."""
        system = replace(self.system, url=self.place.url)
        connector = connector_for(system)
        with closing(connector.connect(system, Access.READ)) as connection:  # type: ignore[union-attr]
            seen = accept(system, connection.catalogue(), {})
        return catalogue_of(seen, self.place.engine)

    @property
    def system(self) -> System:
        """The system of the declaration."""
        return self.small.declaration.datamap.systems["app"]

    def hand_over(self, written: packages.Written) -> None:
        """Write the scripts to the folder."""
        for name, text in written.files.items():
            (self.folder / name).write_text(text, newline="\n")

    def asked(self, accepted: tuple[tuple[str, int], ...] = (("visits", 12),)) -> str:
        """Make the scripts that read; the id."""
        wish = Wish("app", TODAY, None, accepted)
        written = packages.make(self.work, wish, self.catalogue, NOON)
        self.hand_over(written)
        return written.package.id

    def run(self, *names: str) -> Path:
        """Run scripts by the engine's own client: the file with what they printed."""
        result = self.folder / "result.txt"
        result.write_text("".join(self.place.client(self.folder / name) for name in names))
        return result

    def counted(self) -> Plan:
        """Scripts made, run, and counted by Marc."""
        name = self.asked()
        text = self.run(COUNT).read_text()
        return packages.take_counts(self.work, name, text, "marc", NOON).plan

    def approved(self) -> Plan:
        """A plan that was counted and approved by two."""
        plan = self.counted()
        for person in ("marc", "paul"):
            approve(self.small.runs, self.small.ring, self.small.declaration, plan.id,
                    person=person, at=NOON)  # fmt: skip
        return plan

    def issued(self) -> Plan:
        """Approved, and the script of changes handed over."""
        plan = self.approved()
        self.hand_over(packages.issue(self.work, plan.id, NOON))
        return plan

    def attest(self, plan: str) -> Told:
        """Marc gives the result."""
        kept: list[object] = []
        return attested.take(
            self.work, plan, self.folder / "result.txt", "marc", NOON,
            lambda body, at: kept.append((body, at)),
        )  # fmt: skip

    def word(self, after: timedelta = timedelta(hours=1)) -> PromiseStatus:
        """The status of the retention promise some time later."""
        small = self.small
        seen = Assured(small.declaration, small.runs, SetClock(NOON + after))
        said = seen.evidenced()
        (word,) = (
            each
            for each in status(said.clauses, said.scope, said.checks, said.results,
                               said.attestations, now=seen.now())
            if each.clause == "2.a"
        )  # fmt: skip
        return word


@pytest.fixture
def owned(owner_places: tuple[Place, Place], store: Store, tmp_path: Path) -> Desk:
    """The office of the first place, its one rule at level approve and the ramp climbed."""
    return office(owner_places[0], store, tmp_path)


@pytest.fixture
def owned_file(store: Store, tmp_path: Path) -> Iterator[Desk]:
    """The same over SQLite alone, for what no engine takes part in."""
    with in_sqlite(tmp_path, "one") as place:
        place.run(*statements("sqlite"))
        yield office(place, store, tmp_path)


def office(place: Place, store: Store, folder: Path) -> Desk:
    """See `owned`."""
    small = Small(store, clock=SetClock(NOON))
    small.activate(declaration_text(place.engine))
    small.raise_to(Level.APPROVE)
    small.ramp_up()
    target = folder / "scripts"
    target.mkdir()
    memory = Memory(store, small.ring, small.declaration, TODAY)
    return Desk(small, place, target, attested.desk(small.office(TODAY), memory))


def applied_by_avow(desk: Desk, place: Place) -> None:
    """The same sweep, planned and applied on a connection."""
    small = desk.small
    system = replace(desk.system, url=place.url)
    connector = connector_for(system)
    small.opener = lambda _, access: connector.connect(system, access)  # type: ignore[union-attr]
    (part,) = small.program_parts(TODAY)
    made = judged(small.office(TODAY), Wish("app", TODAY, None, (("visits", 12),)), part, NOON)
    small.apply(small.approved(made.plan), TODAY)


def visit(engine: str, number: int, day: date = DUE) -> str:
    """A statement that adds a visit."""
    table = quoted(engine, VISIT)
    return f"INSERT INTO {table} VALUES ({number}, 1, '{day}', 'new')"


def of_schema(desk: Desk) -> tuple[str, str]:
    """The option that says where the accepted schema lies."""
    return "--declaration", str(desk.folder.parent)


def again(desk: Desk) -> Desk:
    """The same desk by the declaration that is in force now."""
    small = desk.small
    memory = Memory(small.runs, small.ring, small.declaration, TODAY)
    return replace(desk, work=attested.desk(small.office(TODAY), memory))


@pytest.fixture
def owned_home(owned_file: Desk, monkeypatch: pytest.MonkeyPatch, state_url: str) -> Desk:
    """The desk with its state and its accepted schema where the commands find them."""
    root = owned_file.folder.parent
    monkeypatch.setenv("AVOW_STATE", str(root / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    system = replace(owned_file.system, url=owned_file.place.url)
    connector = connector_for(system)
    with closing(connector.connect(system, Access.READ)) as connection:  # type: ignore[union-attr]
        seen = accept(system, connection.catalogue(), {})
    (root / "schema").mkdir()
    (root / "schema" / "app.json").write_text(text_of(seen))
    return owned_file
