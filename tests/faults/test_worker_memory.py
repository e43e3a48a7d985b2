"""What a worker's process holds does not grow with the persons that it erases."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.carrying import Held, carried
from bench.stand import standing
from bench.worlds.persons import ELEVEN, Supply, declaration, fill_postgresql, rows_each

MIB = 1 << 20
TABLES = ELEVEN[:4]
FEW, MANY = 50, 400


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Held]:
    """The most memory of two erasures, each in a process of its own; 1,000 persons in all."""
    folder: Path = tmp_path_factory.mktemp("memory")
    for each in (folder, *folder.parents[:3]):
        each.chmod(each.stat().st_mode | 0o055)  # the server's own account has to enter
    found: dict[int, Held] = {}
    with standing(folder / "stand") as stand:
        url = stand.database("persons")
        fill_postgresql(url, TABLES, 1_000)
        text = declaration(TABLES, "postgresql", "${BENCH_MEMORY}", "public.")
        desk, supply = stand.in_force(text, {"BENCH_MEMORY": url}), Supply(1_000)
        for many in (FEW, MANY):
            roots = {"public.person": [(each,) for each in supply.take(many)]}
            found[many] = carried(stand, text, stand.erasure(desk, "app", roots))
    return found


def test_each_erasure_was_carried_out(held: dict[int, Held]) -> None:
    assert {many: each.rows for many, each in held.items()} == {
        many: many * rows_each(TABLES) for many in (FEW, MANY)
    }


def test_eight_times_the_persons_take_hardly_more_memory(held: dict[int, Held]) -> None:
    """15,000 rows more; a row or a person kept would show in megabytes."""
    assert held[MANY].most - held[FEW].most < 8 * MIB


def test_a_worker_stays_far_below_300_mib(held: dict[int, Held]) -> None:
    assert held[MANY].most < 150 * MIB
