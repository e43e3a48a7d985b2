"""Clause 9.4 on the shape of Clearnox: whatever dataset names a person, rows of it can be kept from
use, and given back to the last cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from avow.engine.planner.approve import approve
from avow.engine.planner.changing import Change, make_change, make_lifting
from avow.engine.planner.changing_run import Changer, run_change
from avow.engine.planner.plan import PlanKind
from avow.engine.planner.restricting_cells import open_rows, restricting_cells
from avow.estate.datamap.reach import Key
from tests.acceptance.town import APPROVERS, Town, town


@pytest.fixture(scope="module")
def made(
    postgres_server: Path, state_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """The four systems."""
    with town(postgres_server, state_template, tmp_path_factory.mktemp("town")) as found:
        yield found


def two_rows(made: Town, system: str) -> dict[str, tuple[Key, ...]]:
    """Two rows of every dataset of a system that says how its rows are kept from use."""
    datasets = made.declaration.datamap.systems[system].datasets
    return {
        name: tuple(made.read(system, f"SELECT id FROM {name} ORDER BY id LIMIT 2"))
        for name, dataset in datasets.items()
        if dataset.restriction
    }


def approved(made: Town, plan: str) -> str:
    """Two persons approve."""
    state, at = made.state, made.clock.now()
    for person in APPROVERS:
        approve(state.store, state.ring, made.declaration, plan, person=person, at=at)
    return plan


@pytest.mark.parametrize("system", ["app", "marketing", "support", "web"])
def test_rows_leave_and_come_back_as_they_were(made: Town, system: str) -> None:
    rows, before, at = two_rows(made, system), made.rows(), made.clock.now()
    assert rows, "no dataset of it says how its rows are kept from use"
    estate = made.estate()
    changer = Changer(made.office, estate, lambda _: None)
    cells = restricting_cells(estate, system, rows)
    change = Change(PlanKind.RESTRICTION, system, "request-" + "a" * 26, cells, "9.4")
    plan = approved(made, make_change(made.office, estate, change, at))
    done = run_change(changer, plan, at)
    assert done.rows == sum(map(len, rows.values()))
    assert {each.dataset: each.open for each in open_rows(estate, system, rows)} == dict.fromkeys(
        rows, 0
    )
    assert made.rows() != before
    assert run_change(changer, approved(made, make_lifting(made.office, plan, at)), at).missed == 0
    assert made.rows() == before
