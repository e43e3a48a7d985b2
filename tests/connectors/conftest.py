"""`make` builds an estate in each engine; `estate` is the small shop, in each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.model import System
from avow.estate.datamap.stored import FileFormat
from tests import mariadb, postgres
from tests.connectors import engines, world
from tests.connectors.distant_estates import at_worker
from tests.connectors.engines import Make, Rows
from tests.connectors.file_estates import FORMATS, in_files
from tests.connectors.mariadb_estates import in_mariadb
from tests.connectors.world import Estate

DISTANT = ("sqlite behind a worker", "postgresql behind a worker")
"""Engines that are spoken to through messages."""
GUARDED = ("memory", "postgresql", "sqlite", "mariadb", *DISTANT)
"""Engines that enforce a schema."""
ENGINES = (*GUARDED, *map(str, FORMATS))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


guarded = pytest.mark.parametrize("engine", GUARDED, indirect=True)
"""Mark of a law that only engines with a schema can keep."""
inserting = pytest.mark.parametrize("engine", [*GUARDED, "csv", "jsonl"], indirect=True)
"""Mark of a law that only engines can keep that bring rows back."""


@pytest.fixture(scope="session")
def one_database(postgres_server: Path) -> Iterator[str]:
    """A database that every estate in PostgreSQL is built in, after the one before is dropped."""
    with postgres.database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def one_mariadb(mariadb_server: Path) -> Iterator[str]:
    """The name of a database that every estate in MariaDB is built in."""
    with mariadb.database(mariadb_server) as name:
        yield name


def emptied(url: str) -> str:
    """The same database without a table in it."""
    with psycopg.connect(url) as owner:
        owner.execute("DROP SCHEMA public CASCADE")
        owner.execute("CREATE SCHEMA public")
    return url


@pytest.fixture
def make(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Make]:
    """A function that builds an estate in the engine; all its connections are closed at the end."""
    made: list[Estate] = []

    def build(catalogue: Catalogue, rows: Rows, system: System) -> Estate:
        match engine:
            case "postgresql":
                url = emptied(request.getfixturevalue("one_database"))
                made.append(engines.in_postgresql(url, catalogue, rows, system))
            case "mariadb":
                name, socket = map(request.getfixturevalue, ("one_mariadb", "mariadb_server"))
                made.append(in_mariadb(socket, name, catalogue, rows, system))
            case "sqlite":
                path = tmp_path / f"{len(made)} %?.db"
                made.append(engines.in_sqlite(path, catalogue, rows, system))
            case "sqlite behind a worker":
                path = tmp_path / f"{len(made)}.db"
                made.append(at_worker(engines.in_sqlite(path, catalogue, rows, system)))
            case "postgresql behind a worker":
                url = emptied(request.getfixturevalue("one_database"))
                made.append(at_worker(engines.in_postgresql(url, catalogue, rows, system)))
            case "memory":
                made.append(engines.in_memory(catalogue, rows, system))
            case form:
                folder = tmp_path / f"files {len(made)}"
                made.append(in_files(folder, FileFormat(form), catalogue, rows))
        return made[-1]

    yield build
    for estate in made:
        estate.close()


@pytest.fixture(scope="module", params=ENGINES)
def built_shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Estate]:
    """The small shop for tests that only read: built once."""
    parts = (world.CATALOGUE, world.fresh(), world.SYSTEM)
    match str(request.param):
        case "postgresql":
            with postgres.database(request.getfixturevalue("postgres_server")) as url:
                yield engines.in_postgresql(url, *parts)
        case "mariadb":
            socket = request.getfixturevalue("mariadb_server")
            with mariadb.database(socket) as name:
                yield in_mariadb(socket, name, *parts)
        case "sqlite":
            yield engines.in_sqlite(tmp_path_factory.mktemp("shop") / "shop.db", *parts)
        case "sqlite behind a worker":
            place = tmp_path_factory.mktemp("shop") / "shop.db"
            yield at_worker(engines.in_sqlite(place, *parts))
        case "postgresql behind a worker":
            with postgres.database(request.getfixturevalue("postgres_server")) as url:
                yield at_worker(engines.in_postgresql(url, *parts))
        case "memory":
            yield engines.in_memory(*parts)
        case form:
            folder = tmp_path_factory.mktemp("shop") / "files"
            yield in_files(folder, FileFormat(form), world.CATALOGUE, world.fresh())


@pytest.fixture
def shop(built_shop: Estate) -> Iterator[Estate]:
    """The small shop, for reading; the test's connections are closed at its end."""
    yield built_shop
    built_shop.close()


@pytest.fixture
def estate(make: Make) -> Estate:
    """The small shop of `world`."""
    return make(world.CATALOGUE, world.fresh(), world.SYSTEM)
