"""The census finds what an erasure left behind, wherever it stands, and says when it cannot see.

Values are planted in places that no map names. Real PostgreSQL and SQLite.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from avow.common.errors import KeyringError
from avow.common.findings import Finding
from avow.common.masked import Masked
from avow.engine.db.store import Store
from avow.engine.keys.bundles import open_in
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.program import Program
from avow.engine.planner.records import Status as RecordStatus
from avow.engine.verifier.census import Census, Needles, take
from avow.engine.verifier.erased import Batch, Erased, about_to_go, remember, sought
from avow.engine.verifier.remembering import Remembering
from avow.estate.connectors.base import Access
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import Dataset, Identity, Normaliser, Strength, System
from tests.faults.small import DECLARATION, NOON, Small
from tests.faults.test_apply_erasure import FOUR

GONE = "anna.peeters@example.com"
TABLES = """
CREATE TABLE person (id integer PRIMARY KEY, email text, phone text, note text);
CREATE TABLE scrap (id integer, words text);
INSERT INTO person VALUES (2, 'bert.jacobs@example.com', '+32 470 12 34 56', NULL);
"""


@dataclass
class Estate:
    """A system from which Anna was erased, and our memory of it."""

    small: Small
    system: System
    plan: str

    def do(self, script: str) -> None:
        """Change the system behind avow's back."""
        if self.system.connector == "sqlite":
            with closing(sqlite3.connect(self.system.url)) as raw:
                raw.executescript(script)
        else:
            with psycopg.connect(self.system.url, autocommit=True) as raw_server:
                raw_server.execute(script)

    def name(self, table: str) -> str:
        """A table as the engine calls it."""
        return table if self.system.connector == "sqlite" else f"public.{table}"

    def erased(self, value: str = GONE, plan: str | None = None) -> None:
        """A batch erased somebody with this address."""
        batch = Batch("shop", plan or self.plan, NOON, date(2026, 12, 1))
        each = Erased(self.name("person"), "identity", "email", Masked(value), "ascii-lower/1")
        remember(self.small.runs, self.small.ring, batch, [each])

    def census(self, day: int = 1) -> Census:
        """The census of a later day."""
        at = NOON + timedelta(days=day)
        return take(self.small.runs, self.small.ring, self.system, at)

    def places(self) -> list[tuple[str, str, int]]:
        """Where something was found."""
        return [(f.table, f.column, f.rows) for f in self.census().found]


def mapped(kind: str, url: str, prefix: str) -> System:
    """The map names the persons and nothing else."""
    identities = (
        Identity("email", "email", normalise=Normaliser.ASCII_LOWER),
        Identity("phone", "phone", Strength.SHARED, Normaliser.DIGITS),
    )
    person = Dataset(f"{prefix}person", ("id",), subject="visitor", identities=identities)
    return System("shop", kind, url, datasets={person.name: person})


@pytest.fixture
def small(store: Store) -> Small:
    """A plan whose batches were committed at noon."""
    return Small(store)


@pytest.fixture(params=["sqlite", "postgresql"])
def estate(
    request: pytest.FixtureRequest, small: Small, postgres_url: str, tmp_path: Path
) -> Estate:
    """The estate in one engine."""
    is_server = request.param == "postgresql"
    url = postgres_url if is_server else str(tmp_path / "shop.db")
    return made(small, mapped(request.param, url, "public." if is_server else ""))


@pytest.fixture
def in_postgresql(small: Small, postgres_url: str) -> Estate:
    """The estate in PostgreSQL, for what only it has."""
    return made(small, mapped("postgresql", postgres_url, "public."))


def made(small: Small, system: System) -> Estate:
    """The estate, and a plan that was applied at noon."""
    plan = small.ready()
    small.apply(plan)
    new = Estate(small, system, plan.id)
    new.do(TABLES)
    return new


def test_nothing_left_is_proven_and_the_values_die(estate: Estate) -> None:
    estate.erased()
    done = estate.census()
    assert (done.sought, done.batches, done.found, done.proves) == (1, 1, (), True)
    runs, later = estate.small.runs, NOON + timedelta(days=9)
    assert runs.run("census_secrets", system="shop", at=later) == []
    assert estate.census(2).sought == 0


def test_a_value_is_found_in_a_column_that_no_map_names(estate: Estate) -> None:
    estate.erased()
    estate.do(
        f"INSERT INTO scrap VALUES (1, '{GONE.upper()}'), (2, 'wrote to {GONE}, twice.');"
        f"INSERT INTO scrap VALUES (3, '{{\"to\": [\"{GONE}\"]}}'), (4, 'x{GONE}x')"
    )
    assert estate.places() == [(estate.name("scrap"), "words", 3)]


def test_a_value_of_a_batch_that_was_undone_is_not_looked_for(estate: Estate) -> None:
    """The person is still there, rightly: the batch never happened."""
    batch = Batch("shop", estate.plan, NOON + timedelta(hours=1), date(2026, 12, 1))
    each = Erased("person", "identity", "email", Masked("bert.jacobs@example.com"), "trim/1")
    remember(estate.small.runs, estate.small.ring, batch, [each])
    done = estate.census()
    assert (done.sought, done.found, done.canary_seen) == (0, (), True)


def test_a_census_that_does_not_see_the_living_proves_nothing_and_keeps_the_values(
    estate: Estate,
) -> None:
    estate.erased()
    estate.do("DELETE FROM person")
    done = estate.census()
    assert (done.canary_seen, done.proves) == (False, False)
    assert estate.census(2).sought == 1, "looked for again"


def test_a_system_that_does_not_answer_proves_nothing(estate: Estate) -> None:
    estate.erased()
    estate.system = replace(estate.system, url="/nowhere/at/all" if ":" not in estate.system.url
                            else "postgresql://nobody@127.0.0.1:1/x")  # fmt: skip
    done = estate.census()
    assert (done.proves, len(done.gaps)) == (False, 1)


def test_materialized_views_and_the_statistics_are_read_too(in_postgresql: Estate) -> None:
    estate = in_postgresql
    estate.do(
        f"INSERT INTO scrap SELECT n, '{GONE}' FROM generate_series(1, 50) AS n;"
        "CREATE MATERIALIZED VIEW kept_rows AS SELECT words AS said FROM scrap;"
        "ANALYZE scrap; DELETE FROM scrap"
    )
    estate.erased()
    assert estate.places() == [
        ("public.kept_rows", "said", 50),
        ("public.scrap", "words (statistics)", 1),
    ]


def test_a_table_whose_rows_are_hidden_is_a_gap(in_postgresql: Estate) -> None:
    estate = in_postgresql
    estate.do(
        "CREATE ROLE census_eyes LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO census_eyes;"
        "ALTER TABLE scrap ENABLE ROW LEVEL SECURITY"
    )
    estate.erased()
    owner = estate.system
    estate.system = replace(
        owner, url=psycopg.conninfo.make_conninfo(owner.url, user="census_eyes")
    )
    try:
        done = estate.census()
        assert (done.canary_seen, done.gaps, done.proves) == (
            True, ("public.scrap: row-security",), False,
        )  # fmt: skip
    finally:
        estate.system = owner
        estate.do("DROP OWNED BY census_eyes; DROP ROLE census_eyes")


def test_identities_and_keys_are_read_before_they_go_and_journalled_as_hashes(
    estate: Estate,
) -> None:
    connector = connector_for(estate.system)
    assert not isinstance(connector, Finding)
    person = estate.name("person")
    with closing(connector.connect(estate.system, Access.WRITE)) as connection:
        connection.put_keys("roots", person, [(0, (2,), None)])
        program = Program("shop", date(2026, 5, 1), (), {person: "roots"})
        gone = about_to_go(connection, program)
    assert [(e.kind, e.key, e.alone) for e in gone] == [
        ("root-key", "id", True), ("identity", "email", True), ("identity", "phone", False),
    ]  # fmt: skip
    assert "bert" not in repr(gone)
    batch = Batch("shop", estate.plan, NOON, date(2026, 12, 1))
    remember(estate.small.runs, estate.small.ring, batch, gone)
    ring = estate.small.ring
    hashes = [ring.keyed_hash(Masked("bert.jacobs@example.com"), "ascii-lower/1").hash]
    (found,) = estate.small.runs.run(
        "erasures_among", system="shop", dataset=person, hashes=hashes, since=NOON
    )
    assert (found["kind"], found["plan"]) == ("identity", estate.plan)


def test_the_key_of_the_values_is_destroyed_with_them(estate: Estate) -> None:
    estate.erased()
    (row,) = estate.small.runs.run("census_secrets", system="shop", at=NOON + timedelta(days=1))
    estate.census()
    with pytest.raises(KeyringError):
        open_in(estate.small.runs, estate.small.ring, row["key"], bytes(row["sealed"]), row["id"])


@pytest.mark.parametrize(
    ("value", "is_hit"),
    [("0470123456", True), ("0470 12 34 56", True), ("call 0470123456!", True),
     ("call 0470123456.", True), ("04701234567", False), (None, False), (b"no 0470123456", True),
     ({"a": ["0470123456"]}, True), ("12345", False)],
)  # fmt: skip
def test_what_counts_as_the_same_value(value: object, is_hit: bool) -> None:
    assert bool(Needles({"0470123456": True}).hits(value)) is is_hit


def test_an_erasure_that_is_applied_remembers_its_persons_until_the_census(store: Store) -> None:
    """Four persons go in two batches; what named them is looked for once, and journalled."""
    with_email = DECLARATION.replace(
        "subject: visitor\n", "subject: visitor\n        identities: {email: {field: name}}\n"
    )
    small = Small(store, chunks=Chunk(2, 2, 2), roots=FOUR)
    small.checker = Remembering(small.runs, small.ring, small.clock)
    small.activate(with_email)
    assert small.apply(small.erasing()).status is RecordStatus.DONE
    found = sought(small.runs, small.ring, "app", NOON + timedelta(days=1))
    assert found.values == frozenset({"p3", "p4", "p7", "p8"})
    assert found.batches == 2
    journal = small.runs.run("erasures_since", system="app", since=NOON, after=0, most=99)
    assert sorted((r["kind"], r["action"]) for r in journal) == sorted(
        [("identity", "delete"), ("root-key", "delete")] * 4
    )
