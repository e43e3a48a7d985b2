"""The day's budget of automatic plans: counted batch by batch, shared by plans, never overdrawn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from avow.declaration.model import Level
from avow.engine.db.store import Store
from avow.engine.planner import records
from avow.engine.planner.allowance import Allowance, UsedUp
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.ground import nothing
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import Guarded
from avow.engine.planner.stop import release, stop
from tests.faults.small import TODAY, Small


@pytest.fixture
def small(store: Store) -> Small:
    return Small(store)


def used(small: Small, day: date | None = None) -> int:
    """Rows counted against the budget of the day the small world lives in."""
    row = small.runs.one("budget_used", system="app", day=day or TODAY)
    return int(row["rows"]) if row else 0


def test_two_plans_share_what_is_left_of_the_day(small: Small) -> None:
    """100 a day: one reserves 60, the other is refused 41 and gets 40."""
    one, other = (Allowance(small.runs, "app", TODAY, most=100) for _ in range(2))
    one.take(60)
    with pytest.raises(UsedUp, match="no room for the next 41 rows"):
        other.take(41)
    other.take(40)
    assert used(small) == 100


def test_what_did_not_move_is_given_back_and_what_went_along_is_counted(small: Small) -> None:
    """A batch of 60 reserved rows moved 20; the next, of 30, took ten more along."""
    allowance = Allowance(small.runs, "app", TODAY, most=100)
    allowance.take(60)
    allowance.settle(small.runs, 20)
    assert used(small) == 20
    allowance.take(30)
    allowance.settle(small.runs, 40)
    assert used(small) == 60


def test_rows_that_persons_approved_are_counted_and_not_limited(small: Small) -> None:
    allowance = Allowance(small.runs, "app", TODAY)
    allowance.take(10**9)
    allowance.settle(small.runs, 5)
    assert used(small) == 5


def automatic(small: Small, daily: int) -> None:
    """In force, with the rule at level automatic and so many rows a day."""
    small.activate()
    small.raise_to(Level.APPROVE)
    small.ramp_up()
    small.raise_to(Level.AUTOMATIC, daily_rows=daily)


def test_an_interrupted_plan_is_counted_as_far_as_it_got(small: Small) -> None:
    """15 rows are due in windows of four: stopped after two windows, eight are counted; taken up
    again the plan is not refused for the rows that it moved itself."""
    automatic(small, daily=15)
    plan = small.plan()
    small.windows = Chunk(4, 4, 4)

    def halt(place: str) -> None:
        if place == "journalled" and used(small) == 8:
            stop(small.runs, "app", "marc", small.clock.now())

    small.crash = halt
    with pytest.raises(Exception, match="stopped"):
        small.apply(plan)
    assert (used(small), len(small.left())) == (8, 52)
    release(small.runs, small.declaration.people, "app", ["marc", "paul"], small.clock.now())
    small.crash = nothing
    assert small.apply(plan).rows == 15
    assert used(small) == 15


def test_another_plan_that_used_up_the_day_pauses_this_one_until_tomorrow(small: Small) -> None:
    """While the plan runs, others move rows of the same system: it stops at the day's number, is
    paused, and goes on the next day."""
    automatic(small, daily=15)
    plan = small.plan()
    small.windows = Chunk(4, 4, 4)
    others = Allowance(small.runs, "app", TODAY, most=15)

    def race(place: str) -> None:
        if place == "journalled" and used(small) == 4:
            others.take(9)

    small.crash = race
    with pytest.raises(UsedUp):
        small.apply(plan)
    assert (used(small), len(small.left())) == (13, 56)
    assert records.read(small.runs, plan.id).status is Status.PAUSED
    with pytest.raises(Guarded) as refused:
        small.apply(plan)
    assert {f.code for f in refused.value.findings} == {"AV412"}
    small.crash = nothing
    tomorrow = TODAY + timedelta(days=1)
    assert small.apply(plan, today=tomorrow).rows == 15
    assert (used(small), used(small, tomorrow)) == (13, 11)
