"""The erasure of named persons: in chunks, whole or not at all, the other persons untouched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from avow.engine.db.store import Store
from avow.engine.evidence.ledger import Ledger
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.keysets import Roots
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import Stopped
from avow.estate.connectors.base import Connection, Refused
from tests.faults.small import TODAY, Small

FOUR: Roots = {"person": [(3,), (4,), (7,), (8,)]}
LEFT = frozenset(range(30)) - {3, 4, 7, 8}


@pytest.fixture
def small(store: Store) -> Small:
    made = Small(store, chunks=Chunk(2, 2, 2), roots=FOUR)
    made.activate()
    return made


def whole(small: Small) -> None:
    """Four persons are gone with their visits, and everything of the others is there."""
    assert small.left("person") == LEFT
    assert {row["person_id"] for row in small.database.tables["visit"]} == LEFT
    assert len(small.left("visit")) == 60 - 8


def test_the_four_go_with_all_that_is_theirs(small: Small) -> None:
    done = small.apply(small.erasing())
    assert (done.status, done.rows) == (Status.DONE, 12)
    whole(small)


def test_the_ledger_is_told_of_an_erasure_in_one_group(small: Small, store: Store) -> None:
    """One signed checkpoint for all of its tables."""
    ledger = Ledger(store, small.ring, "avow.example/ledger")
    telling = replace(small, telling=lambda bodies, at, tx: ledger.append(bodies, at, runs=tx))
    telling.apply(small.erasing())
    assert [row["kind"] for row in ledger.entries()] == ["batch-applied"] * 2
    assert len(list(ledger.checkpoints())) == 1


def test_an_erasure_needs_no_level_and_two_persons(small: Small) -> None:
    """A request is a right: the level of a retention rule does not hold it back, people look."""
    plan = small.erasing()
    assert small.apply(plan).status is Status.DONE


def test_a_hold_on_one_row_keeps_that_row_only(small: Small) -> None:
    """Visit 6 is of person 3: it stays, and with it the shell it points to."""
    plan = small.erasing()
    small.facts.hold("visit", 6)
    small.apply(plan)
    assert 6 in small.left("visit")
    assert 7 not in small.left("visit")
    assert small.left("person") == LEFT | {3}


def test_a_visit_that_came_in_after_the_plan_stops_it(small: Small) -> None:
    plan = small.erasing()
    small.database.tables["visit"].append(
        {"id": 900, "person_id": 3, "seen_on": TODAY, "page": "new"}
    )
    with pytest.raises(Stopped) as stopped:
        replace(small, chunks=Chunk(4, 4, 4)).apply(plan)
    assert stopped.value.code == "AV417"
    assert len(small.left("person")) == 30


@dataclass
class Refusing:
    """A connection to a database with a trigger that refuses to lose person 4."""

    inner: Connection

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever a connection has)
        return getattr(self.inner, name)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """One batch."""
        with self.inner.transaction() as batch:
            yield batch
            if all(row["id"] != 4 for row in self.inner.tables["person"]):  # type: ignore[attr-defined]
                raise Refused("constraint", "person", "not_this_one")


def test_one_person_who_cannot_go_does_not_keep_the_others(small: Small) -> None:
    """Person 4 stays whole, visits included; the three beside go."""
    plan = small.erasing()
    small.wrap = Refusing
    done = small.apply(plan)
    assert (done.status, done.rows) == (Status.BLOCKED, 9)
    assert [(b.dataset, b.constraint) for b in done.blocked] == [("person", "not_this_one")]
    assert small.left("person") == LEFT | {4}
    assert sum(row["person_id"] == 4 for row in small.database.tables["visit"]) == 2


@pytest.mark.parametrize(
    "place", ["seated", "started", "moved", "committed", "journalled", "step ended", "effects"]
)
@pytest.mark.parametrize("size", [1, 4])
def test_ended_anywhere_and_run_again_the_four_are_gone(
    small: Small, place: str, size: int
) -> None:
    plan = small.erasing()
    small.chunks = Chunk(size, size, size)
    ends: list[str] = []

    def crash(now: str) -> None:
        if now == place and not ends:
            ends.append(now)
            raise KeyboardInterrupt

    small.crash = crash
    with pytest.raises(KeyboardInterrupt):
        small.apply(plan)
    assert small.apply(plan).status is Status.DONE
    whole(small)


def test_erasing_together_is_erasing_one_after_the_other(store: Store) -> None:
    """erase({a, b}) = erase(a); erase(b), on the whole database."""
    ends = []
    for size in (1, 4):
        small = Small(store, chunks=Chunk(size, size, size), roots=FOUR)
        small.activate()
        small.apply(small.erasing())
        ends.append(small.database.tables)
    assert ends[0] == ends[1]
