"""A sweep from plan to end: what is approved goes, all of it, once, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from avow.common.clock import SetClock
from avow.declaration.model import Level
from avow.engine.db.store import Store
from avow.engine.planner import records
from avow.engine.planner.approve import approve
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.guard import Freeze
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import Guarded, PlannerError, Stopped
from avow.engine.planner.stop import freeze, release, stop, touch
from tests.faults.small import DECLARATION, EXPECTED, NOON, TODAY, Small


@pytest.fixture
def small(store: Store) -> Small:
    return Small(store)


def codes(refused: Guarded) -> set[str]:
    """The codes of a refusal."""
    return {finding.code for finding in refused.findings}


def test_what_is_due_goes_and_the_journal_tells_how_much(small: Small) -> None:
    plan = small.ready()
    done = small.apply(plan)
    assert (done.status, done.rows, done.at_least, done.blocked) == (Status.DONE, 15, False, ())
    assert small.left() == EXPECTED


def test_a_second_application_does_nothing_and_tells_the_same(small: Small) -> None:
    plan = small.ready()
    first = small.apply(plan)
    assert small.apply(plan).rows == first.rows == 15


def test_a_hold_placed_after_the_approval_is_obeyed(small: Small) -> None:
    """Floors are read again for each batch, the day is the plan's."""
    plan = small.ready()
    small.facts.hold("visit", 1, 5)
    assert small.apply(plan).rows == 13
    assert small.left() == EXPECTED | {1, 5}


def test_rows_that_came_due_later_are_not_the_plans(small: Small) -> None:
    """The day of the plan is what decides, whenever it runs."""
    plan = small.ready()
    small.clock = SetClock(NOON + timedelta(days=6))
    small.database.tables["visit"].append(
        {"id": 900, "person_id": 1, "seen_on": TODAY - timedelta(days=29), "page": "z"}
    )
    small.apply(plan, TODAY + timedelta(days=6))
    assert small.left() == EXPECTED | {900}


def test_more_rows_than_approved_stop_it(small: Small) -> None:
    plan = small.ready()
    small.database.tables["visit"].append(
        {"id": 900, "person_id": 1, "seen_on": TODAY - timedelta(days=90), "page": "z"}
    )
    with pytest.raises(Stopped) as stopped:
        small.apply(plan)
    assert stopped.value.code == "AV417"
    assert len(small.left()) == 61
    assert records.read(small.runs, plan.id).status is Status.PAUSED


def test_below_level_approve_nothing_is_written(small: Small) -> None:
    small.activate()
    small.raise_to(Level.REHEARSE)
    plan = small.plan()
    with pytest.raises(Guarded) as refused:
        small.apply(plan)
    assert "AV411" in codes(refused.value)
    assert len(small.left()) == 60


def test_one_approval_is_not_enough_and_the_author_cannot_give_it(small: Small) -> None:
    small.activate()
    small.raise_to(Level.APPROVE)
    small.ramp_up()
    plan = small.plan()
    with pytest.raises(Guarded) as refused:
        small.apply(plan)
    assert "AV427" in codes(refused.value)
    for person in ("claire", "olivia", "nobody"):
        with pytest.raises(Guarded) as unfit:
            _approve(small, plan.id, person)
        assert codes(unfit.value) == {"AV420"}
    _approve(small, plan.id, "marc")
    with pytest.raises(Guarded) as alone:
        small.apply(plan)
    assert "AV427" in codes(alone.value)
    _approve(small, plan.id, "paul")
    assert small.apply(plan).rows == 15


def _approve(small: Small, plan: str, person: str) -> None:
    approve(small.runs, small.ring, small.declaration, plan, person=person, at=NOON)


def test_an_approval_written_by_hand_does_not_verify(small: Small) -> None:
    small.activate()
    small.raise_to(Level.APPROVE)
    small.ramp_up()
    plan = small.plan()
    _approve(small, plan.id, "marc")
    small.runs.run(
        "approval_add",
        plan=plan.id,
        person="paul",
        digest=plan.digest,
        key=small.ring.signing.current,
        signature=b"\0" * 64,
        at=NOON,
    )
    records.pass_to(small.runs, plan.id, Status.APPROVED, [Status.WAITING], NOON)
    with pytest.raises(Guarded) as refused:
        small.apply(plan)
    assert codes(refused.value) == {"AV425"}


def test_the_ramp_lets_ten_rows_go_first(small: Small) -> None:
    """Only checked plans climb: without the check inside, the next plan is cut at ten again."""
    small.activate()
    small.raise_to(Level.APPROVE)
    done = small.apply(small.approved(small.plan()))
    assert (done.rows, done.cut) == (10, True)
    assert len(small.left()) == 50
    assert small.apply(small.approved(small.plan())).rows == 5


def test_an_edit_that_is_activated_makes_the_approved_plan_stale(small: Small) -> None:
    plan = small.ready()
    small.activate(DECLARATION.replace("1 month", "2 weeks"))
    with pytest.raises(Guarded) as refused:
        small.apply(plan)
    assert {"AV407", "AV411"} <= codes(refused.value)
    assert len(small.left()) == 60


def test_a_changed_schema_wants_a_new_plan(small: Small) -> None:
    plan = small.ready()
    small.database.catalogue = replace(small.database.catalogue, digest="c2")
    with pytest.raises(Guarded) as refused:
        small.apply(plan)
    assert codes(refused.value) == {"AV409"}


def test_frozen_days_and_old_plans_refuse(small: Small) -> None:
    plan = small.ready()
    freeze(small.runs, Freeze(TODAY, TODAY, "app"), "close of the year", "marc")
    with pytest.raises(Guarded) as frozen:
        small.apply(plan)
    assert codes(frozen.value) == {"AV410"}
    with pytest.raises(Guarded) as old:
        small.apply(plan, TODAY + timedelta(days=8))
    assert codes(old.value) == {"AV408"}


def test_a_stop_ends_it_between_two_batches_and_two_persons_release_it(small: Small) -> None:
    plan = small.ready()
    batches: list[str] = []

    def crash(place: str) -> None:
        if place == "journalled" and not batches:
            batches.append(stop(small.runs, "app", "olivia", NOON))

    small.crash, small.windows = crash, Chunk(4, 4, 4)
    with pytest.raises(Stopped):
        small.apply(plan)
    assert len(small.left()) == 60 - 4
    with pytest.raises(PlannerError) as alone:
        release(small.runs, small.declaration.people, "app", ["marc", "marc"], NOON)
    assert alone.value.code == "AV415"
    release(small.runs, small.declaration.people, "app", ["marc", "paul"], NOON)
    assert small.apply(plan).rows == 15
    assert small.left() == EXPECTED


def test_the_stop_file_works_without_our_database(small: Small, tmp_path: Path) -> None:
    small.folder = tmp_path
    plan = small.ready()
    touch(small.folder)
    with pytest.raises(Stopped):
        small.apply(plan)
    assert len(small.left()) == 60
