"""Rounds: once per period, one machine at a time, tried again after a failure."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from threading import Event, Thread

import httpx
import pytest
from litestar.testing import TestClient

from avow.common.clock import SetClock
from avow.common.errors import AvowError
from avow.engine.db.store import Store
from avow.faces.rounds.turning import Round, keep_turning, turn, turn_all
from avow.faces.web.health import exposed, health_app, wrong_with

NOON = datetime(2027, 3, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Work:
    """A round that notes when it was done, and fails while it is told to."""

    clock: SetClock = field(default_factory=lambda: SetClock(NOON))
    done: list[datetime] = field(default_factory=list)
    wrong: Exception | None = None

    def run(self) -> str:
        if self.wrong is not None:
            raise self.wrong
        self.done.append(self.clock.now())
        return f"{len(self.done)} done"

    def round(self, run: Callable[[], str] | None = None) -> Round:
        return Round("look", HOUR, run or self.run)


@pytest.fixture
def work() -> Work:
    return Work()


def test_a_round_is_done_once_per_period_and_missed_ones_are_not_made_up(
    store: Store, work: Work
) -> None:
    """Due at once, not again within the hour; after a night asleep once, not twelve times."""
    for minutes in (0, 30, 29, 1, 12 * 60, 0):
        work.clock.move(timedelta(minutes=minutes))
        turn_all(store, work.clock, [work.round()])
    assert len(work.done) == 3
    (row,) = store.run("rounds")
    assert (row["said"], row["failures"]) == ("3 done", 0)


def test_a_failure_is_tried_again_soon_and_then_later_each_time(store: Store, work: Work) -> None:
    work.wrong = AvowError("the mail server is away", code="AV623")
    tries = 0
    for _ in range(60):
        work.clock.move(timedelta(minutes=1))
        tries += turn(store, work.clock, work.round()) is not None
    assert tries == 6, "after 1, 2, 4, 8, 16 minutes"
    (row,) = store.run("rounds")
    assert (row["failures"], row["code"]) == (6, "AV623")
    work.wrong = None
    work.clock.move(timedelta(hours=1))
    assert turn(store, work.clock, work.round()) is not None
    assert store.run("rounds")[0]["failures"] == 0


def test_one_round_that_fails_ends_no_other_and_its_words_are_not_told(
    store: Store, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    work.wrong = ValueError("anna@mail.example")
    other = Work()
    both = [work.round(), Round("send", HOUR, other.run)]
    found = turn_all(store, work.clock, both)
    assert [(t.name, t.code) for t in found] == [("look", "AV950"), ("send", "")]
    assert "anna" not in caplog.text


def test_two_machines_never_do_the_same_round_at_once(store: Store, work: Work) -> None:
    """While one is at it, the other finds nothing to do, and after it nothing is due."""
    inside, go = Event(), Event()

    def slow() -> str:
        inside.set()
        assert go.wait(10)
        return work.run()

    first = Thread(target=turn, args=(store, work.clock, work.round(slow)))
    first.start()
    assert inside.wait(10)
    assert turn(store, work.clock, work.round()) is None
    go.set()
    first.join()
    assert turn(store, work.clock, work.round()) is None
    assert len(work.done) == 1


def _die(url: str) -> None:
    """A machine that ends in the middle of a round."""
    import os  # noqa: PLC0415 (runs in a process of its own)

    with Store(url) as store:
        turn(store, SetClock(NOON), Round("look", HOUR, lambda: os._exit(9)))


def test_a_machine_that_died_holds_nothing_up(state_url: str, work: Work) -> None:
    killed = get_context("spawn").Process(target=_die, args=(state_url,))
    killed.start()
    killed.join(30)
    assert killed.exitcode == 9
    with Store(state_url) as store:
        until = time.monotonic() + 10
        while turn(store, work.clock, work.round()) is None and time.monotonic() < until:
            time.sleep(0.05)
    assert len(work.done) == 1


def test_it_goes_on_until_it_is_ended(store: Store, work: Work) -> None:
    ended = Event()
    beside = Thread(target=keep_turning, args=(store, work.clock, lambda: [work.round()], ended))
    beside.start()
    until = time.monotonic() + 10
    while not work.done and time.monotonic() < until:
        time.sleep(0.01)
    ended.set()
    beside.join(10)
    assert not beside.is_alive()
    assert len(work.done) == 1


def test_health_is_red_while_a_round_keeps_failing_or_is_missed(store: Store, work: Work) -> None:
    assert wrong_with(store, work.clock) == []
    work.wrong = AvowError("away", code="AV623")
    for _ in range(2):
        turn(store, work.clock, work.round())
        work.clock.move(timedelta(minutes=5))
    with TestClient(health_app(store, work.clock)) as client:
        said = client.get("/health")
        assert (said.status_code, said.text) == (503, "round look failed 2 times (AV623)")
        work.wrong = None
        work.clock.move(HOUR)
        turn(store, work.clock, work.round())
        assert client.get("/health").text == "ok"
        work.clock.move(timedelta(hours=27))
        assert client.get("/health").status_code == httpx.codes.SERVICE_UNAVAILABLE
        figures = client.get("/metrics")
        assert figures.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert 'avow_round_failures{round="look"} 0' in figures.text
    assert exposed(store).endswith("\n")
