"""What each kind of link means for access and erasure, alike in memory and in every SQL engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest

from avow.engine.planner.reading import read
from tests import mariadb, postgres
from tests.conformance.estates import (
    Place,
    in_mariadb,
    in_memory,
    in_postgresql,
    in_sqlite,
    plain,
)
from tests.conformance.reading import cases

Open = Callable[[dict[str, Any]], AbstractContextManager[Place]]


@pytest.fixture(scope="module")
def one_database(postgres_server: Path) -> Iterator[str]:
    """A database that every case in PostgreSQL is built in."""
    with postgres.database(postgres_server) as url:
        yield url


@pytest.fixture(scope="module")
def one_mariadb(mariadb_server: Path) -> Iterator[str]:
    """The name of a database that every case in MariaDB is built in."""
    with mariadb.database(mariadb_server) as name:
        yield name


@pytest.fixture(params=["memory", "postgresql", "sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Each of them."""
    if request.param == "memory":
        return in_memory
    if request.param == "sqlite":
        return lambda case: in_sqlite(case, tmp_path / f"{len(list(tmp_path.iterdir()))}.db")
    if request.param == "mariadb":
        socket, name = map(request.getfixturevalue, ("mariadb_server", "one_mariadb"))
        return lambda case: in_mariadb(case, socket, name)
    url = request.getfixturevalue("one_database")
    return lambda case: in_postgresql(case, url)


@pytest.mark.parametrize("case", [c for c in cases("links.yaml") if "shown" in c.values[0]])
def test_access_shows(engine: Open, case: dict[str, Any]) -> None:
    """Every row that the person may see, without what speaks of others."""
    dataset, key = case["person"]
    with engine(case) as place, closing(place.read()) as connection:
        extracts = read(connection, {place.prefix + dataset: [(0, tuple(key))]})
        found = {
            e.dataset.removeprefix(place.prefix): [
                {
                    name: plain(value, column)
                    for (name, _), value in zip(e.columns, row.values, strict=True)
                    if name not in row.hidden
                    and (column := place.catalogue.tables[e.dataset].column(name))
                }
                for row in e.rows
            ]
            for e in extracts
            if e.rows
        }
    assert found == case["shown"]


@pytest.mark.parametrize("case", [c for c in cases("links.yaml") if "left" in c.values[0]])
def test_erasure_leaves(engine: Open, case: dict[str, Any]) -> None:
    """The whole estate after the persons went: together, and one after the other in both orders."""
    persons = [(dataset, list(key)) for dataset, key in case["erase"]]
    orders = [[persons], [[p] for p in persons], [[p] for p in persons[::-1]]]
    for order in orders[: 1 if len(persons) == 1 else 3]:
        with engine(case) as place:
            refusals = [place.erase(batch, case.get("held")) for batch in order]
            assert refusals == [None] * len(order)
            assert place.rows() == case["left"]
            again = place.erase(persons, case.get("held"))
            assert (again, place.rows()) == (None, case["left"])


@pytest.mark.parametrize("case", [c for c in cases("links.yaml") if "refused" in c.values[0]])
def test_erasure_is_refused(engine: Open, case: dict[str, Any]) -> None:
    """What cannot be decided is said, and nothing is touched."""
    persons = [(dataset, list(key)) for dataset, key in case["erase"]]
    with engine(case) as place:
        before = place.rows()
        finding = place.erase(persons)
        assert (finding and finding.code, place.rows()) == (case["refused"], before)


@pytest.mark.parametrize("case", [c for c in cases("links.yaml") if "found" in c.values[0]])
def test_an_identity_finds(engine: Open, case: dict[str, Any]) -> None:
    """The rows whose identity is the value, by their keys."""
    name, value = case["find"]
    with engine(case) as place, closing(place.read()) as connection:
        dataset = place.system.datasets[place.prefix + name]
        connection.find("found", dataset.name, dataset.identities[0], {1: value})
        assert [list(key) for _, key in connection.keys("found")] == case["found"]
