"""A small estate in a database with one rule at level rehearse, for rehearsals and samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from avow.common.clock import SetClock
from avow.declaration.load import load_texts
from avow.declaration.model import Declaration, Level
from avow.engine.db.store import Store
from avow.engine.evidence.entries import Body
from avow.engine.keys.ring import KeyRing, new_ring
from avow.engine.planner import release, standings
from avow.engine.planner.apply import Office
from avow.engine.planner.ground import untold
from avow.engine.planner.making import Estate, Memory, Wish, make
from avow.engine.planner.plan import Plan
from avow.engine.planner.trust import Evidence, Standing
from avow.engine.planner.working import Bench, unchecked
from avow.engine.verifier.checked import Checked
from tests.faults.small import DECLARATION, rows
from tests.faults.test_apply_killed import TABLES

TODAY = date(2026, 5, 1)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class World:
    """A small estate, its rule at level rehearse, and avow's own database."""

    def __init__(self, store: Store, app: str, folder: Path, connector: str = "postgresql") -> None:
        self.store, self.app, self.folder = store, app, folder
        self.ring: KeyRing = new_ring()
        self.clock = SetClock(NOON)
        self.noted: list[Body] = []
        kind = f"connector: {connector}\n    url: ${{APP}}"
        text = DECLARATION.replace("connector: memory", kind)
        if connector == "postgresql":
            for name in ("person", "visit"):
                text = text.replace(f"      {name}:\n", f"      public.{name}:\n")
            text = text.replace("{person: person_id}", "{public.person: person_id}")
        self.declaration: Declaration = release.take_in(
            store, load_texts({"all.yaml": text}), Path(), NOON
        )
        release.activate(
            store, self.declaration, release.Activation("claire", ("marc", "paul")), NOON
        )
        standings.raise_level(
            store,
            self.declaration,
            Standing("app", "visits", Level.REHEARSE),
            by=["marc", "paul"],
            evidence=Evidence(7, unknown=False),
            at=NOON,
            author="claire",
        )

    @property
    def office(self) -> Office:
        """Who answers for permission."""
        return Office(self.store, self.ring, self.declaration, TODAY)

    def bench(self, *, checked: bool = True) -> Bench:
        """What carries the plan out."""
        return Bench(
            Estate(self.declaration, {"APP": self.app}),
            Memory(self.store, self.ring, self.declaration, TODAY),
            self.clock,
            self.folder,
            self.note,
            untold,
            Checked() if checked else unchecked(),
        )

    def note(self, body: Body, at: datetime) -> None:
        """What the ledger is told."""
        del at
        self.noted.append(body)

    def plan(self) -> Plan:
        """A sweep of today."""
        bench = self.bench()
        made = make(self.office, bench.estate, bench.memory, Wish("app", TODAY), NOON)
        return made.plan

    def recorded(self) -> list[tuple[str, bool]]:
        """State of every rehearsal, and whether it has ended."""
        with self.store.outside() as connection:
            found = connection.execute("SELECT state, ended_at FROM avow.rehearsal").fetchall()
        return [(row["state"], row["ended_at"] is not None) for row in found]


@pytest.fixture
def world(store: Store, new_database: Callable[[], str], tmp_path: Path) -> World:
    """The estate as it is on the day."""
    app = new_database()
    with psycopg.connect(app) as made:
        made.execute(TABLES.encode())
        for table, found in rows().items():
            for row in found:
                marks = ", ".join(["%s"] * len(row))
                made.execute(f"INSERT INTO {table} VALUES ({marks})".encode(), list(row.values()))
    return World(store, app, tmp_path)


@pytest.fixture
def copy(world: World) -> Iterator[str]:
    """A copy of the estate in a database of its own."""
    parts = conninfo_to_dict(world.app)
    name = f"copy_{parts['dbname']}"
    owner = make_conninfo(world.app, dbname="postgres")
    with psycopg.connect(owner, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{parts["dbname"]}"'.encode())
        yield make_conninfo(world.app, dbname=name)
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
