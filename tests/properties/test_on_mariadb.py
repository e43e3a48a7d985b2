"""On a real MariaDB the whole way of a plan does exactly what the three functions say.

The same worlds as in `test_on_real_engines.py`, and fewer of them: AVOW_CASES gives how many.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymysql.cursors import DictCursor

from avow.engine.db.store import Store
from avow.estate.connectors.catalogue import ColumnKind
from avow.estate.datamap.reach import Row
from tests import mariadb
from tests.connectors import engines
from tests.connectors.mariadb_estates import in_mariadb, run
from tests.faults.small import Small
from tests.properties import test_erasure, test_sweep
from tests.properties.engines import Real, Way
from tests.properties.test_erasure import Roots, requests
from tests.properties.test_on_real_engines import erased, in_chunks, proven, swept
from tests.properties.worlds import QUICK, World, copy, worlds

CASES = int(os.environ.get("AVOW_CASES", "5"))
FEW = settings(
    QUICK, max_examples=CASES, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
Load = Callable[[World], AbstractContextManager[Real]]


@pytest.fixture(scope="module")
def load(mariadb_server: Path) -> Iterator[Load]:
    """A function that puts a world in place of the one before."""
    with mariadb.database(mariadb_server) as name:
        yield lambda world: loaded(mariadb_server, name, world)


@contextmanager
def loaded(place: Path, database: str, world: World) -> Iterator[Real]:
    """The world in a MariaDB database; rows are read back by the driver itself."""
    rows = cast("engines.Rows", copy(world.rows))
    estate = in_mariadb(place, database, world.catalogue, rows, world.system)
    with closing(mariadb.connect(place, database)) as owner:

        def read(table: str) -> list[Row]:
            with owner.cursor(DictCursor) as cursor:
                cursor.execute(f"SELECT * FROM `{table}` ORDER BY id")
                return [_python(world, table, row) for row in cursor.fetchall()]

        def prints(table: str) -> dict[object, object]:
            return {row["id"]: tuple(row.values()) for row in read(table)}

        try:
            yield Real(world, estate, read, prints, lambda text: run(owner, text))
        finally:
            estate.close()


def _python(world: World, table: str, row: Row) -> Row:
    kinds = {c.name: c.kind for c in world.catalogue.tables[table].columns}
    return {n: _said(v, kinds[n]) for n, v in row.items()}


def _said(value: object, kind: ColumnKind) -> object:
    if value is None:
        return None
    if kind is ColumnKind.INSTANT:
        return value.replace(tzinfo=UTC)  # type: ignore[attr-defined]
    return bool(value) if kind is ColumnKind.BOOLEAN else value


@pytest.fixture
def release(store: Store) -> str:
    """The digest of something that is in force, since a plan is of a release."""
    small = Small(store)
    small.activate()
    return str(store.run("activation_last")[0]["release"])


@FEW
@given(world=worlds(), size=st.sampled_from((1, 3, 50)))
def test_a_database_after_a_sweep_is_the_model(
    load: Load, store: Store, release: str, world: World, size: int
) -> None:
    """Counted, kept, applied in windows of so many rows: the specification, row for row."""
    with load(world) as real:
        proven(real, Way(store, release, size), test_sweep.program(world), {}, swept(world))


@FEW
@given(case=requests())
def test_a_database_after_an_erasure_is_the_model(
    load: Load, store: Store, release: str, case: tuple[World, Roots]
) -> None:
    """Counted, kept, applied to all persons at once: the specification, row for row."""
    world, roots = case
    with load(world) as real:
        program = test_erasure.program(world, roots)
        proven(real, Way(store, release, 50), program, roots, erased(world, roots, 50))


@FEW
@given(case=requests())
def test_persons_go_in_chunks_as_the_specification_says(
    load: Load, store: Store, release: str, case: tuple[World, Roots]
) -> None:
    """One person per transaction: erased one after the other."""
    world, roots = case
    with load(world) as real:
        in_chunks(real, Way(store, release, 1), test_erasure.program(world, roots), roots, 1)
