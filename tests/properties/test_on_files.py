"""In files the whole way of a plan does exactly what the three functions say.

The same worlds as in `test_on_real_engines.py`, without their foreign keys: AVOW_CASES gives how
many. CSV, JSON Lines and Parquet are the forms in which rows have keys of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avow.engine.db.store import Store
from avow.estate.connectors.base import Connection
from avow.estate.datamap.model import LinkWord
from avow.estate.datamap.stored import FileFormat
from tests.connectors.file_estates import FORMATS
from tests.faults.small import Small
from tests.properties import test_erasure, test_sweep
from tests.properties import test_erasure_by_hand as by_hand
from tests.properties.engines import Real, Way
from tests.properties.files import in_files, without_foreign_keys
from tests.properties.test_collateral import Wide
from tests.properties.test_erasure import Roots, in_circles, requests
from tests.properties.test_on_real_engines import erased, in_chunks, proven, swept, untouched
from tests.properties.worlds import QUICK, World, cases, worlds

MANY = settings(
    QUICK, max_examples=cases(6), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
Load = Callable[[World], AbstractContextManager[Real]]


@pytest.fixture(params=FORMATS, ids=str)
def load(request: pytest.FixtureRequest, tmp_path: Path) -> Load:
    """A function that puts a world in place of the one before."""
    form = FileFormat(request.param)
    return lambda world: in_files(tmp_path / "files", form, world)


@pytest.fixture
def release(store: Store) -> str:
    """The digest of something that is in force, since a plan is of a release."""
    small = Small(store)
    small.activate()
    return str(store.run("activation_last")[0]["release"])


@MANY
@given(world=worlds(), size=st.sampled_from((1, 3, 50)))
def test_files_after_a_sweep_are_the_model(
    load: Load, store: Store, release: str, world: World, size: int
) -> None:
    """Counted, kept, applied in windows of so many rows: the specification, row for row. A file
    with no row that is due is the very same file."""
    world = without_foreign_keys(world)
    expected = swept(world)
    alone = untouched(world.rows, expected)
    with load(world) as real:
        still = [n for n, rows in world.rows.items() if all((n, r["id"]) in alone for r in rows)]
        before = inodes(real, still)
        proven(real, Way(store, release, size), test_sweep.program(world), {}, expected)
        assert inodes(real, still) == before


def inodes(real: Real, names: list[str]) -> list[int]:
    """What tells that a file is still the one it was."""
    folder, datasets = Path(real.estate.system.url), real.estate.system.datasets
    stored = [datasets[name].stored for name in names]
    return [(folder / each.file).stat().st_ino for each in stored if each is not None]


@MANY
@given(case=requests())
def test_files_after_an_erasure_are_the_model(
    load: Load, store: Store, release: str, case: tuple[World, Roots]
) -> None:
    """Counted, kept, applied to all persons at once: the specification, row for row."""
    world, roots = without_foreign_keys(case[0]), case[1]
    with load(world) as real:
        program = test_erasure.program(world, roots)
        proven(real, Way(store, release, 50), program, roots, erased(world, roots, 50))


@settings(MANY, max_examples=cases(3))
@given(case=in_circles())
def test_files_after_an_erasure_over_circles_are_the_model(
    load: Load, store: Store, release: str, case: tuple[World, Roots]
) -> None:
    """The same where rows own rows of their own kind and datasets own each other in rings."""
    world, roots = without_foreign_keys(case[0]), case[1]
    with load(world) as real:
        program = test_erasure.program(world, roots)
        proven(real, Way(store, release, 50), program, roots, erased(world, roots, 50))


@settings(MANY, max_examples=cases(3))
@given(case=requests(), size=st.sampled_from((1, 2)))
def test_persons_go_in_chunks_as_the_specification_says(
    load: Load, store: Store, release: str, case: tuple[World, Roots], size: int
) -> None:
    """One or two persons per batch: erased one after the other."""
    world, roots = without_foreign_keys(case[0]), case[1]
    with load(world) as real:
        in_chunks(real, Way(store, release, size), test_erasure.program(world, roots), roots, size)


def test_one_row_too_many_is_seen(load: Load, store: Store, release: str) -> None:
    """Planted: a batch that takes the letter of person 3 too, and says that it did not."""
    letters = by_hand.dataset("d1", by_hand.link(LinkWord.OWNED_BY, "d0", "p0"))
    given: by_hand.Given = {
        "d0": [{"id": n} for n in (1, 2, 3)],
        "d1": [{"id": n, "p0": n} for n in (1, 2, 3)],
    }
    world = by_hand.world(given, by_hand.dataset("d0", subject="kind"), letters)
    roots: Roots = {"d0": [(1,)]}
    program, expected = test_erasure.program(world, roots), erased(world, roots, 50)
    with load(world) as real:
        proven(real, Way(store, release, 50), program, roots, expected)
    wide = Way(store, release, 50, lambda c: cast("Connection", Wide(c)))
    with load(world) as real, pytest.raises(AssertionError):
        proven(real, wide, program, roots, expected)
