"""What only PostgreSQL has: read-only sessions, time limits, derived values, partitions, types."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import psycopg
import pytest

from avow.estate.connectors.base import Access, Capability, Refused, Unreachable
from avow.estate.connectors.catalogue import ColumnKind, OnDelete
from avow.estate.connectors.postgresql import (
    Limits,
    PostgresqlConnection,
    PostgresqlConnector,
    refusals,
)
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Blank, BlankKind, Dataset, Identity, Normaliser, System
from avow.estate.datamap.predicates import TRUE, Equal, InKeys, Related, Until, negate

SCHEMA = """
CREATE EXTENSION IF NOT EXISTS plpgsql;
CREATE TYPE public."Møod" AS ENUM ('glad', 'sad', 'gone');
CREATE DOMAIN public.address AS text CHECK (VALUE LIKE '%@%' OR VALUE = '');
CREATE TABLE public.person (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email public.address UNIQUE,
    mood public."Møod",
    ip inet,
    notes jsonb,
    at timestamptz,
    shout text GENERATED ALWAYS AS (upper(email::text)) STORED
);
CREATE TABLE public.visit (id bigint, day date NOT NULL, person_id integer REFERENCES public.person,
    PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE public.visit_2025 PARTITION OF public.visit
    FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE public.visit_2026 PARTITION OF public.visit
    FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE VIEW public.seen AS SELECT email FROM public.person;
CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER watch AFTER UPDATE ON public.person FOR EACH ROW EXECUTE FUNCTION public.nothing();
INSERT INTO public.person (email, mood, ip, notes, at) VALUES
    ('a@x', 'glad', '192.0.2.77', '{"k": 1}', '2025-05-05 10:00+02'),
    ('b@x', NULL, '2001:db8:1:2::3', NULL, '-infinity'),
    ('', 'sad', NULL, NULL, 'infinity');
INSERT INTO public.visit VALUES (1, '2025-06-01', 1), (2, '2026-06-01', 1), (3, '2026-07-01', NULL);
CREATE MATERIALIZED VIEW public.emails AS SELECT email FROM public.seen;
CREATE MATERIALIZED VIEW public.twice AS SELECT email FROM public.emails;
"""
PERSON, VISIT = "public.person", "public.visit"


@pytest.fixture
def owner(postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(SCHEMA)
        yield connection


@pytest.fixture
def system(postgres_url: str, owner: psycopg.Connection[Any]) -> System:
    return System("s", "postgresql", postgres_url, datasets={PERSON: Dataset(PERSON, key=("id",))})


def connect(system: System, access: Access, limits: Limits | None = None) -> PostgresqlConnection:
    return PostgresqlConnector(limits or Limits(lock=200)).connect(system, access)


@pytest.fixture
def writer(system: System) -> Iterator[PostgresqlConnection]:
    connection = connect(system, Access.WRITE)
    yield connection
    connection.close()


def test_the_server_refuses_every_write_of_a_read_connection(system: System) -> None:
    """Planted: a deletion and a temporary table sent past our own checks."""
    reader = connect(system, Access.READ)
    for statement in (b"DELETE FROM public.visit", b"CREATE TABLE public.x (id int)"):
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            reader.raw.execute(statement)
    reader.put_keys("k", PERSON, [(1, (1,), None)])
    assert reader.count(PERSON, InKeys(("id",), "k")) == 1
    found = reader.raw.execute(
        "SELECT count(*) FROM pg_class WHERE relpersistence = 't'"
    ).fetchone()
    assert found == (0,), "key sets of a reader are no tables"
    reader.close()


def test_a_statement_that_takes_too_long_is_refused(system: System) -> None:
    reader = connect(system, Access.READ, Limits(statement=50))
    with pytest.raises(Refused) as refused:
        _sleep(reader)
    assert refused.value.kind == "time"
    reader.close()


def _sleep(connection: PostgresqlConnection) -> None:
    with refusals(PERSON):
        connection.raw.execute("SELECT pg_sleep(2)")


def test_a_row_that_another_holds_is_refused_in_time(
    system: System, writer: PostgresqlConnection
) -> None:
    other = connect(system, Access.WRITE)
    with writer.transaction() as held:
        assert held.lock(PERSON, Equal("id", "1")) == 1
        started = time.monotonic()
        with pytest.raises(Refused) as refused, other.transaction() as batch:
            batch.lock(PERSON, TRUE)
        assert time.monotonic() - started < 2
    assert refused.value.kind == "lock"
    other.close()


def test_a_killed_connection_is_lost_and_nothing_is_done(
    system: System, owner: psycopg.Connection[Any]
) -> None:
    writer = connect(system, Access.WRITE)
    process = writer.raw.info.backend_pid
    with pytest.raises(Refused) as refused, writer.transaction() as batch:  # noqa: PT012
        batch.remove(VISIT, TRUE)
        owner.execute("SELECT pg_terminate_backend(%s)", [process])
        batch.remove(PERSON, TRUE)
    assert refused.value.kind == "lost"
    assert owner.execute("SELECT count(*) FROM public.visit").fetchone() == (3,)


def test_an_address_that_does_not_answer_is_named_without_its_password() -> None:
    away = System("s", "postgresql", "postgresql://u:s3cret@127.0.0.1:1/x")
    with pytest.raises(Unreachable) as told:
        connect(away, Access.READ)
    assert "`s`" in str(told.value)
    assert "s3cret" not in str(told.value)


def test_an_address_whose_variable_is_not_set_is_named() -> None:
    with pytest.raises(Unreachable, match="NOT_SET_ANYWHERE"):
        connect(System("s", "postgresql", "${NOT_SET_ANYWHERE}"), Access.READ)


def test_the_catalogue_tells_what_planning_needs(writer: PostgresqlConnection) -> None:
    live = writer.catalogue()
    person, visit = live.tables[PERSON], live.tables[VISIT]
    assert not {"public.visit_2025", "public.visit_2026"} & set(live.tables)
    assert [c.name for c in person.columns if c.generated] == ["id", "shout"]
    assert person.column("email").kind is ColumnKind.TEXT  # type: ignore[union-attr]
    assert person.triggers == ("watch",)
    assert person.unique == (("id",), ("email",))
    assert visit.key == ("id", "day")
    assert [(k.child, k.parent, k.on_delete) for k in live.foreign_keys] == [
        (VISIT, PERSON, OnDelete.NOTHING)
    ]
    views = {n: (t.writable, t.materialized) for n, t in live.tables.items() if not t.writable}
    assert views == {
        "public.seen": (False, False),
        "public.emails": (False, True),
        "public.twice": (False, True),
    }


def test_the_digest_changes_with_the_schema_and_not_with_the_rows(
    system: System, owner: psycopg.Connection[Any]
) -> None:
    before = _digest(system)
    owner.execute("DELETE FROM public.visit")
    owner.execute("ANALYZE")
    assert _digest(system) == before
    owner.execute("ALTER TABLE public.visit ADD COLUMN extra text")
    assert _digest(system) != before


def _digest(system: System) -> str:
    reader = connect(system, Access.READ)
    try:
        return reader.catalogue().digest
    finally:
        reader.close()


def test_two_thousand_tables_are_read_in_a_second(
    system: System, owner: psycopg.Connection[Any]
) -> None:
    owner.execute(
        "DO $$ BEGIN FOR i IN 1..2000 LOOP EXECUTE format("
        "'CREATE TABLE public.t%s (id int PRIMARY KEY, a text, b date, c int)', i);"
        " IF i % 200 = 0 THEN COMMIT; END IF; END LOOP; END $$"
    )
    reader = connect(system, Access.READ)
    started = time.process_time(), time.monotonic()
    assert len(reader.catalogue().tables) > 2000
    assert min(time.process_time() - started[0], time.monotonic() - started[1]) < 1
    reader.close()


def test_moments_beyond_the_calendar_are_read_and_due(writer: PostgresqlConnection) -> None:
    """-infinity is the oldest of all, infinity never comes; neither ends the reading."""
    assert writer.oldest(PERSON, "at", None, "UTC", TRUE).day == date.min
    assert [r[0] for r in writer.fetch(PERSON, Equal("id", "3"), ["at"])] == ["infinity"]
    due = Until("at", date(2025, 5, 5), "Europe/Brussels")
    assert list(writer.fetch(PERSON, due, ["id"])) == [(1,), (2,)]
    assert list(writer.fetch(PERSON, negate(due), ["id"])) == [(3,)]


def test_types_that_only_this_database_knows(writer: PostgresqlConnection) -> None:
    """An enumeration is compared and blanked by its words, an address keeps its network."""
    assert writer.count(PERSON, Equal("mood", "glad")) == 1
    assert writer.count(PERSON, negate(Equal("mood", "glad"))) == 2
    blanks = {
        "mood": Blank(BlankKind.CONSTANT, "gone"),
        "ip": Blank(BlankKind.TRUNCATE),
        "notes": Blank(BlankKind.CONSTANT, "{}"),
        "shout": Blank(BlankKind.RECOMPUTE),
    }
    with writer.transaction() as batch:
        assert batch.blank(PERSON, TRUE, blanks) == 3
        assert batch.blank(PERSON, TRUE, blanks) == 0
    addresses = [str(ip) for (ip,) in writer.fetch(PERSON, TRUE, ["ip"])]
    assert addresses == ["192.0.2.0/24", "2001:db8:1::/48", "None"]


def test_an_enumeration_in_a_link_by_value_and_in_an_identity(writer: PostgresqlConnection) -> None:
    same = Edge(
        PERSON, ("mood",), PERSON, ("email",), Right.OWN, Side.CHILD,
        normalise=Normaliser.ASCII_LOWER, by_value=True,
    )  # fmt: skip
    assert writer.count(PERSON, Related(same, Side.PARENT, TRUE)) == 0
    identity = Identity("mood", "mood", normalise=Normaliser.ASCII_LOWER)
    assert writer.find("k", PERSON, identity, {1: "GLAD"}) == 1


def test_effects_take_values_out_of_statistics_and_materialized_views(
    writer: PostgresqlConnection, owner: psycopg.Connection[Any]
) -> None:
    """A view of a view of a view: refreshed in the order in which they read each other."""
    with writer.transaction() as batch:
        batch.remove(VISIT, TRUE)
        batch.remove(PERSON, Equal("id", "1"))
    assert owner.execute("SELECT count(*) FROM public.twice").fetchone() == (3,)
    said = writer.effects([PERSON])
    assert [line.rpartition(".")[2].rpartition(" ")[2] for line in said] == [
        "person", "emails", "twice",
    ]  # fmt: skip
    assert all(line.startswith("refreshed") for line in said)
    assert owner.execute("SELECT count(*) FROM public.twice").fetchone() == (2,)


def test_what_we_do_not_own_is_not_refreshed_and_said(
    system: System, owner: psycopg.Connection[Any]
) -> None:
    owner.execute("DROP ROLE IF EXISTS guest_effects")
    owner.execute("CREATE ROLE guest_effects LOGIN")
    url = system.url.replace("//avow@", "//guest_effects@")
    guest = connect(replace(system, url=url), Access.WRITE)
    assert all(line.startswith("not done") for line in guest.effects([PERSON]))
    guest.close()
    owner.execute("DROP ROLE guest_effects")


def test_a_receipt_is_part_of_the_batch(system: System, owner: psycopg.Connection[Any]) -> None:
    owner.execute("CREATE TABLE avow_receipts (plan text, step int, batch int, rows bigint)")
    writer = connect(system, Access.WRITE)
    assert Capability.RECEIPTS in writer.capabilities
    with writer.transaction() as batch:
        batch.receipt("p", 1, 2, 3)
    with pytest.raises(ZeroDivisionError), writer.transaction() as batch:  # noqa: PT012
        batch.receipt("p", 1, 3, 3)
        raise ZeroDivisionError
    assert owner.execute("SELECT * FROM avow_receipts").fetchall() == [("p", 1, 2, 3)]
    writer.close()


def test_without_the_table_there_is_no_receipt(writer: PostgresqlConnection) -> None:
    assert Capability.RECEIPTS not in writer.capabilities
    with pytest.raises(Refused), writer.transaction() as batch:
        batch.receipt("p", 1, 2, 3)


def test_the_rows_of_partitions_are_removed_through_their_parent(
    writer: PostgresqlConnection,
) -> None:
    window = writer.window(VISIT, TRUE, None, 2)
    assert window is not None
    with writer.transaction() as batch:
        assert batch.remove(VISIT, Until("day", date(2026, 6, 1), "UTC"), window) == 2


def test_an_error_never_tells_a_value(writer: PostgresqlConnection) -> None:
    """The server's detail quotes the row; ours names the place."""
    with pytest.raises(Refused) as refused, writer.transaction() as batch:
        batch.blank(PERSON, TRUE, {"email": Blank(BlankKind.CONSTANT, "none")})
    assert refused.value.kind == "constraint"
    assert "a@x" not in str(refused.value)
    assert refused.value.__suppress_context__
