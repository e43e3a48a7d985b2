"""A hold is obeyed by every batch after it, and effective when every older batch has ended."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from avow.common.clock import SetClock
from avow.common.masked import Masked
from avow.engine.db.store import Store
from avow.engine.facts.standing import Who, row
from avow.engine.planner import hold
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.journal import LEASE
from avow.engine.planner.refusals import PlannerError
from tests.faults.small import EXPECTED, NOON, Small

WHY = hold.Reason("litigation", "art. 17(3)(e) GDPR", date(2027, 1, 1))


@pytest.fixture
def small(store: Store) -> Small:
    return Small(store, windows=Chunk(4, 4, 4))


def placed(small: Small) -> str:
    """A hold on visit 1."""
    about = [row("app", "visit", [1])]
    return hold.place(small.runs, small.ring, about, WHY, by="olivia", at=NOON)


def test_it_waits_for_the_batch_that_had_started(small: Small) -> None:
    """The batch holds its facts already; the hold is effective only when it has ended."""
    plan = small.ready()
    told: list[str] = []
    waiting = threading.Event()

    def pause(seconds: float) -> None:
        del seconds
        told.append("waited")
        waiting.set()

    def place_and_wait() -> None:
        name = placed(small)
        hold.wait(small.runs, name, small.clock, pause)
        told.append("effective")

    other = threading.Thread(target=place_and_wait)

    def crash(at: str) -> None:
        if at == "moved" and not other.ident:
            other.start()
            assert waiting.wait(10)
            told.append("committed")

    small.crash = crash
    small.apply(plan)
    other.join(10)
    assert told.index("committed") < told.index("effective")


def test_without_a_batch_it_is_effective_at_once(small: Small) -> None:
    small.ready()
    name = placed(small)
    assert hold.wait(small.runs, name, small.clock, _never) == NOON
    assert hold.standing(small.runs)[0]["effective_at"] == NOON


def _never(seconds: float) -> None:
    pytest.fail(f"waited {seconds} s for nothing")


@pytest.mark.parametrize("silent", [False, True])
def test_a_dead_worker_is_not_waited_for(small: Small, *, silent: bool) -> None:
    """A process of this machine that is gone, and one of another that is silent for a lease."""
    plan = small.ready()
    small.owner = "elsewhere/1/worker" if silent else f"{_host()}/999999999/worker"
    small.crash = _die
    with pytest.raises(KeyboardInterrupt):
        small.apply(plan)
    small.runs.run(
        "journal_lease", plan=plan.id, step=0, owner=small.owner, until=NOON + LEASE, at=NOON
    )
    clock = SetClock(NOON)
    name = placed(small)
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        clock.move(timedelta(seconds=30))

    hold.wait(small.runs, name, clock, pause)
    assert len(waits) == (2 if silent else 0)


def _die(at: str) -> None:
    if at == "started":
        raise KeyboardInterrupt


def _host() -> str:
    import socket  # noqa: PLC0415

    return socket.gethostname()


def test_a_released_hold_forgets_whom_it_was_about(small: Small) -> None:
    small.ready()
    about = [Who("email", Masked("somebody@example.org"))]
    name = hold.place(small.runs, small.ring, about, WHY, by="olivia", at=NOON)
    assert [r["sealed"] is None for r in small.runs.run("hold_identities")] == [False]
    hold.release(small.runs, name, by="olivia", at=NOON)
    assert hold.standing(small.runs) == []
    with pytest.raises(PlannerError) as again:
        hold.release(small.runs, name, by="olivia", at=NOON)
    assert again.value.code == "AV446"


def test_a_hold_about_nobody_is_refused(small: Small) -> None:
    with pytest.raises(PlannerError) as refused:
        hold.place(small.runs, small.ring, [], WHY, by="olivia", at=NOON)
    assert refused.value.code == "AV445"


def test_the_small_estate_is_as_the_other_tests_think(small: Small) -> None:
    assert len(small.left()) - len(EXPECTED) == 15


def test_who_waits_no_longer_is_told_later(small: Small) -> None:
    """A worker elsewhere holds its lease: after some looks the hold stands and is not in effect;
    once the lease is over a round says that it is."""
    plan = small.ready()
    small.owner, small.crash = "elsewhere/1/worker", _die
    with pytest.raises(KeyboardInterrupt):
        small.apply(plan)
    small.runs.run(
        "journal_lease", plan=plan.id, step=0, owner=small.owner, until=NOON + LEASE, at=NOON
    )
    clock = SetClock(NOON)
    name, waits = placed(small), list[float]()
    assert hold.wait(small.runs, name, clock, waits.append, looks=3) is None
    assert len(waits) == 3
    assert hold.follow(small.runs, clock) == 0
    assert hold.standing(small.runs)[0]["effective_at"] is None
    clock.move(LEASE)
    assert hold.follow(small.runs, clock) == 1
    assert hold.standing(small.runs)[0]["effective_at"] == clock.now()
    assert hold.follow(small.runs, clock) == 0


def test_a_batch_that_began_well_after_the_hold_is_not_waited_for(small: Small) -> None:
    """It obeys the hold: only clocks that may be apart make one older."""
    plan = small.ready()
    placed(small)
    small.clock = SetClock(NOON + hold.SKEW * 2)
    small.owner, small.crash = "elsewhere/1/worker", _die
    with pytest.raises(KeyboardInterrupt):
        small.apply(plan)
    until = small.clock.now() + LEASE
    small.runs.run("journal_lease", plan=plan.id, step=0, owner=small.owner, until=until, at=NOON)
    assert hold.follow(small.runs, small.clock) == 1
