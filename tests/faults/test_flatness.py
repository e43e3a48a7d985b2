"""What one person costs does not depend on how many others there are: in statements, and in pages
that the database has to look at."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest

from avow.common.ids import new_id
from avow.engine.db.store import Store
from avow.engine.planner.plan import Plan
from avow.engine.planner.reading import read
from avow.engine.planner.records import Status
from avow.engine.verifier.checked import Checked
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.postgresql import PostgresqlConnection, PostgresqlConnector
from avow.estate.datamap.model import System
from tests.faults.small import DECLARATION, Small

ROOT = "public.person"
FEW, MANY = 12_000, 60_000
NARROW = 1.3
"""Trees of indexes are a level deeper for five times as many rows."""
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
"""Sessions of the same database: on a busy machine one ends later than its work."""
DECLARED = (
    DECLARATION.replace("      person:", f"      {ROOT}:")
    .replace("      visit:\n", "      public.visit:\n")
    .replace("{person: person_id}", f"{{{ROOT}: person_id}}")
)


@dataclass
class Counted:
    """Opens one database, and counts the statements that are sent to it."""

    url: str
    folder: Path

    def connect(self, system: System, access: Access) -> PostgresqlConnection:
        opened = PostgresqlConnector().connect(replace(system, url=self.url), access)
        opened.raw.pgconn.trace(os.open(self.folder / new_id("trace"), os.O_CREAT | os.O_WRONLY))
        return opened

    @property
    def statements(self) -> int:
        """Statements until now."""
        return self.messages("Execute", "Query")

    def messages(self, *kinds: str) -> int:
        """Messages of these kinds that were sent until now."""
        said = [
            line.split("\t")
            for path in self.folder.iterdir()
            for line in path.read_text(errors="replace").splitlines()
        ]
        return sum(len(s) > 3 and s[1] == "F" and s[3] in kinds for s in said)


@dataclass
class Cost:
    """What some work cost."""

    statements: int
    pages: int


@dataclass
class Place:
    """One database with so many persons."""

    url: str
    connector: Counted
    small: Small

    def cost(self, work: Callable[[], object]) -> Cost:
        """What the work costs; sessions tell their pages at their end, which is waited for."""
        statements, pages = self.connector.statements, self._pages()
        work()
        return Cost(self.connector.statements - statements, self._pages() - pages)

    def _pages(self) -> int:
        with psycopg.connect(self.url, autocommit=True) as link:
            end = time.monotonic() + 10
            while time.monotonic() < end and link.execute(OTHERS).fetchone() != (0,):
                time.sleep(0.02)
            time.sleep(0.1)
            row = link.execute(
                "SELECT sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)"
                " FROM pg_statio_user_tables WHERE relname IN ('person', 'visit')"
            ).fetchone()
        assert row is not None
        return int(row[0])

    def connection(self, access: Access) -> Connection:
        return self.connector.connect(self.small.system, access)

    def planned(self, *persons: int) -> Plan:
        """The erasure of persons, counted and approved."""
        self.small.roots = {ROOT: [(each,) for each in persons]}
        return self.small.erasing()


@pytest.fixture
def places(
    store: Store, new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Place, Place]:
    """Few persons and many, with three visits each. To refresh statistics is left out: its sample
    grows with the table up to a bound, and it is no part of the work on one person's rows."""
    monkeypatch.setattr(PostgresqlConnection, "effects", lambda *_: [])
    made = []
    for persons in (FEW, MANY):
        url, folder = new_database(), tmp_path / str(persons)
        folder.mkdir()
        _fill(url, persons)
        connector = Counted(url, folder)
        small = Small(store, checker=Checked(), opener=connector.connect)
        made.append(Place(url, connector, small))
    made[0].small.activate(DECLARED)
    made[1].small.declaration = made[0].small.declaration
    return made[0], made[1]


def _fill(url: str, persons: int) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("CREATE TABLE person (id bigint PRIMARY KEY, name text)")
        owner.execute("INSERT INTO person SELECT n, 'p' FROM generate_series(1, %s) n", [persons])
        owner.execute(
            "CREATE TABLE visit (id bigint PRIMARY KEY, person_id bigint REFERENCES person (id),"
            " seen_on date, page text)"
        )
        owner.execute(
            "INSERT INTO visit SELECT n, (n - 1) / 3 + 1, '2026-04-20', 'x'"
            " FROM generate_series(1, %s) n",
            [3 * persons],
        )
        owner.execute("CREATE INDEX ON visit (person_id)")
        for table in ("person", "visit"):  # the server's own cleaning reads pages too, when it will
            owner.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        owner.execute("VACUUM ANALYZE")


def test_one_person_costs_the_same_among_few_and_among_many(places: tuple[Place, Place]) -> None:
    """To plan, to erase and to read one of 12,000 persons and one of 60,000."""
    for place in places:
        _costs(place, 500)  # the first time a statement is prepared, or a page is new
    costs = [_costs(place, 7_000) for place in places]
    for what, (few, many) in zip(("plan", "erase", "read"), zip(*costs, strict=True), strict=True):
        assert few.pages > 0, what
        assert many.statements == few.statements, what
        assert many.pages <= few.pages * NARROW, (what, few, many)


def _costs(place: Place, person: int) -> list[Cost]:
    plans: list[Plan] = []
    planned = place.cost(lambda: plans.append(place.planned(person)))
    erased = place.cost(lambda: place.small.apply(plans[0]))
    with psycopg.connect(place.url) as link:
        gone = link.execute("SELECT count(*) FROM visit WHERE person_id = %s", [person]).fetchone()
    assert gone == (0,)
    assert place.small.apply(plans[0]).status is Status.DONE

    def shown() -> None:
        with closing(place.connection(Access.READ)) as connection:
            extracts = read(connection, {ROOT: [(0, (person + 1,))]})
        assert sum(len(each.rows) for each in extracts) == 4

    return [planned, erased, place.cost(shown)]
