"""The twin enforces what a database would, and says what a predicate means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from avow.estate.connectors.base import Access, Refused, Unreachable
from avow.estate.connectors.catalogue import OnDelete
from avow.estate.connectors.twin import TwinConnection, TwinConnector, TwinDatabase, holds
from avow.estate.datamap.edges import Side
from avow.estate.datamap.predicates import TRUE, Equal, Related, negate
from tests.connectors import world


def connection(database: TwinDatabase | None = None) -> TwinConnection:
    database = database or TwinDatabase(world.fresh(), world.CATALOGUE)
    return TwinConnector({"shop": database}).connect(world.SYSTEM, Access.WRITE)


def test_a_foreign_key_refuses_to_let_a_pointer_dangle_and_nothing_has_changed() -> None:
    """Person 1 has orders: deleting the person is refused, and the batch is undone whole."""
    twin = connection()
    before = twin.count(world.NOTE.name, TRUE)
    with pytest.raises(Refused) as refused, twin.transaction() as batch:  # noqa: PT012
        batch.remove(world.NOTE.name, TRUE)
        batch.remove(world.PERSON.name, Equal("id", "1"))
    assert (refused.value.kind, refused.value.constraint) == ("constraint", "buyer")
    assert twin.count(world.NOTE.name, TRUE) == before


def test_a_foreign_key_takes_along_what_it_says() -> None:
    """Deleting an order deletes its lines; deleting a boss empties the pointer of the others."""
    twin = connection()
    with twin.transaction() as batch:
        batch.remove(world.ORDER.name, TRUE)
        batch.remove(world.PERSON.name, Equal("id", "1"))
    assert twin.count(world.LINE.name, TRUE) == 1
    assert list(twin.fetch(world.PERSON.name, Equal("id", "2"), ["boss"])) == [(None,)]


def test_a_foreign_key_whose_effect_the_twin_does_not_model_is_refused() -> None:
    keys = tuple(replace(k, on_delete=OnDelete.SET_DEFAULT) for k in world.CATALOGUE.foreign_keys)
    twin = connection(TwinDatabase(world.fresh(), replace(world.CATALOGUE, foreign_keys=keys)))
    with pytest.raises(Refused), twin.transaction() as batch:
        batch.remove(world.PERSON.name, Equal("id", "1"))


def test_holds_needs_no_connection() -> None:
    """The meaning of a predicate is a function of rows alone."""
    rows = world.rows()
    has_order = Related(world.BUYER, Side.CHILD, TRUE)
    answer = [holds(has_order, r, rows, world.CATALOGUE, {}) for r in rows[world.PERSON.name]]
    assert answer == [True, True, False, False, False]
    refused = [
        holds(negate(has_order), r, rows, world.CATALOGUE, {}) for r in rows[world.PERSON.name]
    ]
    assert refused == [not a for a in answer]


def test_a_system_without_rows_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        TwinConnector({}).connect(world.SYSTEM, Access.READ)
