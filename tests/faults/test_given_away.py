"""A row that changes hands while its owner is erased: it goes with nobody it does not belong to.

On a real PostgreSQL: between the look for the rows of a chunk and their locks another connection
gives one of them to somebody who stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import psycopg
import pytest

from avow.declaration.model import InForce
from avow.engine.planner.chunks import PERSONS
from avow.engine.planner.erase import Erasing, Leaver
from avow.engine.planner.ground import Ground
from avow.engine.planner.journal import Journal, Seat
from avow.engine.planner.judge import Judge
from avow.engine.planner.keysets import Known
from avow.engine.planner.persons import erasure
from avow.engine.planner.plan import Part
from avow.engine.planner.program import Program
from avow.estate.connectors.base import Access, Batch, Refused
from avow.estate.connectors.postgresql import Limits, PostgresqlConnection, PostgresqlConnector
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import Dataset, Field, Link, LinkWord, System
from tests.properties.worlds import TODAY

TABLES = """
CREATE TABLE person (id int PRIMARY KEY, email text);
CREATE TABLE ticket (id int PRIMARY KEY, person_id int REFERENCES person, body text);
CREATE TABLE comment (id int PRIMARY KEY, ticket_id int REFERENCES ticket, body text);
CREATE INDEX ON ticket (person_id);
CREATE INDEX ON comment (ticket_id);
INSERT INTO person VALUES (1, 'a@example.com'), (2, 'b@example.com');
INSERT INTO ticket VALUES (10, 1, 't'), (11, 1, 't'), (20, 2, 't');
INSERT INTO comment VALUES (100, 10, 'c'), (110, 11, 'c'), (200, 20, 'c');
"""
GIVE_AWAY = "UPDATE ticket SET person_id = 2 WHERE id = 11"


def dataset(name: str, *links: Link, subject: str | None = None) -> Dataset:
    """A dataset whose fields are all of one category."""
    fields = (Field("email", "mail"),) if subject else (Field("body", "text"),)
    return Dataset(name, key=("id",), subject=subject, links=links, fields=fields)


def owned_by(parent: str, field: str) -> Link:
    return Link(LinkWord.OWNED_BY, parent, (field,))


@pytest.fixture
def connection(postgres_url: str) -> Iterator[PostgresqlConnection]:
    with psycopg.connect(postgres_url) as owner:
        owner.execute(TABLES)
    datasets = (
        dataset("public.person", subject="customer"),
        dataset("public.ticket", owned_by("public.person", "person_id")),
        dataset("public.comment", owned_by("public.ticket", "ticket_id")),
    )
    system = System("shop", "postgresql", postgres_url, datasets={d.name: d for d in datasets})
    opened = PostgresqlConnector(Limits()).connect(system, Access.WRITE)
    yield opened
    opened.close()


def erasing(connection: PostgresqlConnection) -> Erasing:
    """The erasure of persons, of which only the seating of a chunk is carried out here."""
    judge = Judge(connection.system, InForce(zone="UTC"), TODAY, erasure=True)
    program = erasure(judge, connection.catalogue(), frozenset({"public.person"}))
    assert isinstance(program, Program)
    ground = Ground(connection, cast("Journal", None), cast("Known", None))
    return Erasing(ground, Part(program, ()), Seat(0, "running", 0, 0, 0, False), PERSONS)


@contextmanager
def seated(connection: PostgresqlConnection) -> Iterator[Batch]:
    """A batch with the key sets of person 1, undone at the end."""
    with connection.transaction() as batch:
        erasing(connection)._seat(batch, [Leaver(0, "public.person", (1,), "")])
        yield batch


def after_the_look(
    connection: PostgresqlConnection, patch: pytest.MonkeyPatch, act: Callable[[], None]
) -> None:
    """Act once, right after the tickets of the chunk were found."""
    looked = connection.spread

    def spread(edge: Edge, to: Side, giver: str, taker: str) -> int:
        patch.undo()
        found = looked(edge, to, giver, taker)
        act()
        return found

    patch.setattr(connection, "spread", spread)


def test_a_ticket_given_away_before_its_lock_undoes_the_batch_and_is_left_alone(
    connection: PostgresqlConnection, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ticket 11 goes to person 2 after it was found: the batch is refused as by a lock, and the
    next try holds ticket 10 alone."""

    def give_away() -> None:
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute(GIVE_AWAY)

    after_the_look(connection, monkeypatch, give_away)
    with pytest.raises(Refused) as refusal, seated(connection):
        pass
    assert (refusal.value.kind, refusal.value.table) == ("lock", "public.ticket")
    with seated(connection):
        assert [key for _, key in connection.keys("own.public.ticket")] == [(10,)]


def test_after_its_lock_nobody_can_give_it_away(
    connection: PostgresqlConnection, postgres_url: str
) -> None:
    """What the chunk found stays true until it ends."""
    with seated(connection), psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute(GIVE_AWAY)
