"""Rounds: work that is done again and again, once per period, on whichever machine comes first.

A round is due one period after it last succeeded, so a machine that slept catches up at once and
never makes up for the missed ones. Who does a round holds a lock of our database as long as it
lives: two machines never do the same one at a time, and no clock decides who is dead.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from avow.common.clock import Clock
from avow.common.errors import AvowError
from avow.engine.db.store import Row, Store

log = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(hours=1)
"""After failures a round is tried again after 1, 2, 4 … minutes, and at most after this."""
LOOK = 5.0
"""Seconds between two looks at what is due."""


@dataclass(frozen=True, slots=True)
class Round:
    """A piece of work: its name, its period, and what does it. What it gives back are a few words
    with counts, for people; never a value of a person."""

    name: str
    every: timedelta
    run: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Turned:
    """What came of a round: what it said, or the code of why it failed."""

    name: str
    said: str = ""
    code: str = ""


def is_due(row: Row, every: timedelta, now: datetime) -> bool:
    """Whether a round is due: never done, a period over, or a failure long enough ago."""
    if row["failures"]:
        wait = min(timedelta(minutes=2 ** (min(row["failures"], 10) - 1)), LONGEST_WAIT)
        return row["ended_at"] is None or bool(now - row["ended_at"] >= wait)
    return row["done_at"] is None or bool(now - row["done_at"] >= every)


def turn(store: Store, clock: Clock, each: Round) -> Turned | None:
    """Do a round if it is due and nobody else is at it; None when not.

    A failure is written down with its code, and the next try comes sooner than the period.
    """
    with store.transaction() as lock:
        mine = lock.one("round_lock", round=each.name)
        if mine is None or not mine["mine"]:
            return None
        row = store.one("round_known", round=each.name)
        if row is None or not is_due(row, each.every, clock.now()):
            return None
        store.run("round_began", round=each.name, at=clock.now())
        return _done(store, clock, each)


def _done(store: Store, clock: Clock, each: Round) -> Turned:
    try:
        said = each.run()
    except AvowError as error:
        log.warning("the round `%s` failed: %s %s", each.name, error.code, error.what)
        store.run("round_failed", round=each.name, at=clock.now(), code=error.code or "AV950")
        return Turned(each.name, code=error.code or "AV950")
    except Exception as error:  # noqa: BLE001 -- one round that fails must not end the others
        # Only the kind is told: the words of a fault may hold a person's value.
        log.error("the round `%s` failed: %s", each.name, type(error).__name__)  # noqa: TRY400
        store.run("round_failed", round=each.name, at=clock.now(), code="AV950")
        return Turned(each.name, code="AV950")
    store.run("round_done", round=each.name, at=clock.now(), said=said)
    return Turned(each.name, said)


def turn_all(store: Store, clock: Clock, rounds: Sequence[Round]) -> list[Turned]:
    """Do what is due, each once."""
    return [done for each in rounds if (done := turn(store, clock, each)) is not None]


def keep_turning(
    store: Store, clock: Clock, rounds: Callable[[], Sequence[Round]], ended: Event
) -> None:
    """Do what is due until `ended` is set; looks every few seconds at what there is to do."""
    while not ended.is_set():
        try:
            turn_all(store, clock, rounds())
        except AvowError as error:
            log.warning("rounds wait: %s %s", error.code, error.what)
        ended.wait(LOOK)
