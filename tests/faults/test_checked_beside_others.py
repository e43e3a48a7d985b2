"""Somebody else changes and removes rows while a batch of ours is open: no fault of ours."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date

import psycopg
import pytest

from avow.common.findings import Finding
from avow.engine.planner.moving import move
from avow.engine.planner.program import Move, Program, Step
from avow.engine.verifier.checked import Checked
from avow.estate.connectors.base import Access, Connector
from avow.estate.connectors.distant.channel import AT_WORKER
from avow.estate.connectors.distant.connector import DistantConnector
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.predicates import InKeys
from tests.connectors.distant_estates import Wires

PROGRAM = Program(
    "shop",
    date(2026, 5, 1),
    (Step("public.person", Move.DELETE, InKeys(("id",), "roots"), ()),),
    {"public.person": "roots"},
)


@pytest.fixture(params=["here", "at a worker"])
def place(request: pytest.FixtureRequest, postgres_url: str) -> tuple[Connector, System]:
    """Ten persons."""
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE person (id integer PRIMARY KEY, name text)")
        owner.execute("INSERT INTO person SELECT n, 'p' FROM generate_series(1, 10) AS n")
    datasets = {"public.person": Dataset("public.person", ("id",), subject="visitor")}
    system = System("shop", "postgresql", postgres_url, datasets=datasets)
    connector = connector_for(system)
    assert not isinstance(connector, Finding)
    if request.param == "here":
        return connector, system
    return DistantConnector(Wires(connector, postgres_url)), replace(system, url=AT_WORKER)


def faults(place: tuple[Connector, System], meanwhile: Callable[[], object]) -> list[str]:
    """Remove the first person; what the check says of a batch in which that happened."""
    connector, system = place
    checked = Checked()
    opened = closing(connector.connect(system, Access.WRITE))
    with opened as connection, connection.transaction() as batch:
        connection.put_keys("roots", "public.person", [(0, (1,), None)])
        memory = checked.before(connection, PROGRAM, "plan")
        meanwhile()
        moved = {0: move(connection, batch, PROGRAM.steps[0]).total}
        return list(checked.after(connection, PROGRAM, moved, memory))


def said(url: str, *statements: str) -> Callable[[], object]:
    """Somebody else who says that and commits."""

    def say() -> None:
        with psycopg.connect(url, autocommit=True) as other:
            for each in statements:
                other.execute(each.encode())

    return say


def test_what_others_did_meanwhile_is_no_fault(
    place: tuple[Connector, System], postgres_url: str
) -> None:
    """Another worker erases a person, and an application changes one."""
    both = said(
        postgres_url, "DELETE FROM person WHERE id = 2", "UPDATE person SET name = 'q' WHERE id = 3"
    )
    assert faults(place, both) == []


def test_what_the_batch_did_is_found_although_others_did_something_too(
    place: tuple[Connector, System], postgres_url: str
) -> None:
    """A trigger of the batch changes a row of somebody else; another one is changed by another."""
    said(
        postgres_url,
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN UPDATE person SET name = 'x' WHERE id = 4; RETURN old; END $$",
        "CREATE TRIGGER spoil AFTER DELETE ON person FOR EACH ROW EXECUTE FUNCTION spoil()",
    )()
    other = said(postgres_url, "UPDATE person SET name = 'q' WHERE id = 3")
    assert "1 sampled rows of `public.person` changed or went that no step names" in faults(
        place, other
    )
