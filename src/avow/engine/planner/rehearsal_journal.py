"""The journal of a rehearsal: in memory, because a rehearsal is never taken up again.

A copy that a rehearsal left half done is restored, not finished, and no key of its rows is kept.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any

from avow.common.clock import Clock
from avow.engine.db.store import Row, Runs, Transaction
from avow.engine.planner.journal import Journal, Seat


class Nowhere:
    """A database that keeps nothing."""

    def run(self, name: str, **params: Any) -> list[Row]:  # noqa: ANN401 (what the store takes)
        """Nothing."""
        del name, params
        return []

    def one(self, name: str, **params: Any) -> Row | None:  # noqa: ANN401
        """Nothing."""
        del name, params
        return None

    def many(self, name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Nothing."""
        del name, rows
        return 0

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Nothing."""
        del table, columns, rows

    def transaction(self) -> AbstractContextManager[Transaction]:
        """There is none: what the executor writes in one is the journal's, which is here."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Notebook(Journal):
    """A journal for one run of one worker. `plan` is the id of the rehearsal."""

    seats: dict[int, Seat] = field(default_factory=dict)
    totals: dict[int, Counter[str]] = field(default_factory=dict)

    def enter(self, step: int, dataset: str, action: str) -> None:
        """Write down a step."""
        del dataset, action
        self.seats.setdefault(step, Seat(step, "running", 0, 0, 0, at_least=False))
        self.totals.setdefault(step, Counter())

    def seat(self, step: int) -> Seat:
        """Where the step stands."""
        return self.seats[step]

    def start(self, seat: Seat) -> None:
        """Nothing has to survive."""

    def beat(self, step: int) -> None:
        """Nobody else works on it."""

    def end(
        self,
        seat: Seat,
        rows: int,
        counts: Mapping[str, int],
        *,
        person: int | None = None,
        at_least: bool = False,
        checked: bool = False,
    ) -> Seat:
        """Count a batch; gives the seat of the next."""
        del at_least, checked
        self.totals[seat.step].update(counts)
        at = seat.person if person is None else person
        now = replace(seat, chunk=seat.chunk + 1, rows=seat.rows + rows, person=at)
        self.seats[seat.step] = now
        return now

    def counted(self, step: int) -> Counter[str]:
        """Rows moved by the batches of a step until now, by what was done where."""
        return Counter(self.totals.get(step, {}))

    def failed(self, seat: Seat) -> None:
        """A batch was undone."""

    def leave(self, step: int, state: str, told: Callable[[Runs], object] | None = None) -> None:
        """The step has ended; a ledger is told nothing of a copy."""
        del told
        self.seats[step] = replace(self.seats[step], state=state)


def notebook(rehearsal: str, clock: Clock) -> Notebook:
    """An empty journal for a rehearsal."""
    return Notebook(Nowhere(), rehearsal, "rehearsal", clock)


@dataclass(slots=True)
class Watch:
    """Measures the longest batch: from when others begin to wait until its commit, in seconds."""

    began: float = 0.0
    longest: float = 0.0

    def monotonic(self) -> float:
        """The time; the executor asks for it when a batch begins to hold locks."""
        self.began = time.monotonic()
        return self.began

    def passed(self, place: str) -> None:
        """The executor came to a place of its way."""
        if place == "committed":
            self.longest = max(self.longest, time.monotonic() - self.began)
