"""The journal: what was started and what was committed, in our own database, batch by batch.

A batch is *started* before anything changes in the system and *ended* after its commit. One that
died in between is known, and its count is told by the system's receipt, or is "at least 0". No
lease is taken away by a clock: a live worker keeps it by its heartbeat, a dead one is seen to be
dead, or stays silent for a whole lease.
"""

from __future__ import annotations

import os
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import psycopg_pool

from avow.common.clock import Clock
from avow.common.ids import new_id
from avow.engine.db.store import Runs
from avow.engine.planner.allowance import Allowance
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.written import canonical

LEASE = timedelta(seconds=60)
"""A worker that is silent this long may be replaced. Batches take a tenth of a second."""


class LeaseLost(PlannerError):
    """Another worker has taken over the step, so this one must not commit."""

    code = "AV419"


def owner_name() -> str:
    """This process as the owner of a lease: host, process and a random word."""
    return f"{socket.gethostname()}/{os.getpid()}/{new_id('worker')}"


def is_dead(owner: str) -> bool:
    """Whether the owner was a process of this machine that no longer exists."""
    host, _, rest = owner.partition("/")
    pid = rest.partition("/")[0]
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@dataclass(frozen=True, slots=True)
class Seat:
    """A step as it stands when a worker takes it: the next batch, rows so far, the next person."""

    step: int
    state: str
    chunk: int
    rows: int
    person: int
    at_least: bool

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do in it."""
        return self.state in ("done", "blocked")


def no_receipt(step: int, batch: int) -> int | None:
    """A system that leaves no receipts."""
    del step, batch
    return None


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of one plan, written by one worker. `receipt` asks the system how many rows a
    batch (step, number) changed there; None where it left none. `allowance` counts the day's rows.
    """

    runs: Runs
    plan: str
    owner: str
    clock: Clock
    receipt: Callable[[int, int], int | None] = no_receipt
    allowance: Allowance | None = None

    def enter(self, step: int, dataset: str, action: str) -> None:
        """Write down a step before the first batch; nothing happens when it is there."""
        self.runs.run(
            "journal_step_add",
            plan=self.plan,
            step=step,
            dataset=dataset,
            action=action,
            at=self.clock.now(),
        )

    def seat(self, step: int) -> Seat:
        """Take the lease of a step and say how far it got; one that is over needs no lease.

        Raises:
            PlannerError: AV419, another worker that lives is at it.
        """
        rows = self.runs.run("journal_steps", plan=self.plan)
        row = next(r for r in rows if r["step"] == step)
        if row["state"] in ("done", "blocked"):
            return _seat(row)
        if row["lease_owner"] and row["lease_owner"] != self.owner and is_dead(row["lease_owner"]):
            self.runs.run(
                "planner_let_go_dead", plan=self.plan, step=step, owner=row["lease_owner"]
            )
        now = self.clock.now()
        taken = self.runs.one(
            "journal_lease",
            plan=self.plan,
            step=step,
            owner=self.owner,
            until=now + LEASE,
            at=now,
        )
        if taken is None:
            raise PlannerError(
                f"another worker is applying `{self.plan}`",
                because="its lease has not ended",
                help="let it go on; it ends by itself",
                code="AV419",
            )
        return self._recover(_seat(taken))

    def _recover(self, seat: Seat) -> Seat:
        """Settle a batch that was started and never ended: by its receipt, or as "at least"."""
        row = self.runs.one("planner_chunk", plan=self.plan, step=seat.step, chunk=seat.chunk)
        if row is None or row["state"] != "started":
            return seat
        rows = self.receipt(seat.step, seat.chunk)
        lost = rows is None
        return self.end(seat, rows or 0, {"died": 1}, person=seat.person, at_least=lost)

    def reserve(self, rows: int) -> None:
        """Reserve the rows of the next batch in the day's budget.

        Raises:
            UsedUp: AV412, fewer are left of the day.
        """
        if self.allowance is not None:
            self.allowance.take(rows)

    def start(self, seat: Seat) -> None:
        """Say that the next batch of the step is about to run."""
        self.runs.run(
            "journal_chunk_start",
            plan=self.plan,
            step=seat.step,
            chunk=seat.chunk,
            at=self.clock.now(),
        )

    def beat(self, step: int) -> None:
        """Keep the lease; called inside the batch, just before its commit.

        Raises:
            LeaseLost: it is no longer ours.
        """
        now = self.clock.now()
        kept = self.runs.one(
            "journal_heartbeat",
            plan=self.plan,
            step=step,
            owner=self.owner,
            until=now + LEASE,
            at=now,
        )
        if kept is None:
            raise LeaseLost(f"the lease of `{self.plan}` was taken by another worker")

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
        """Say that the batch was committed in the system; gives the seat of the next one."""
        cursor = None if person is None else canonical({"person": person}).decode()
        with self.runs.transaction() as tx:
            tx.run(
                "journal_chunk_end",
                plan=self.plan,
                step=seat.step,
                chunk=seat.chunk,
                state="checked" if checked else "committed",
                counts=canonical(dict(counts)).decode(),
                at=self.clock.now(),
            )
            moved = tx.one(
                "journal_advance",
                plan=self.plan,
                step=seat.step,
                chunk=seat.chunk,
                owner=self.owner,
                cursor=cursor,
                rows=rows,
                at_least=at_least,
                at=self.clock.now(),
            )
            if moved is None:
                raise LeaseLost(f"the lease of `{self.plan}` was taken by another worker")
            if self.allowance is not None:
                self.allowance.settle(tx, rows)
        return Seat(
            seat.step,
            seat.state,
            seat.chunk + 1,
            seat.rows + rows,
            seat.person if person is None else person,
            seat.at_least or at_least,
        )

    def counted(self, step: int) -> Counter[str]:
        """Rows moved by the batches of a step until now, by what was done where."""
        total = Counter[str]()
        for row in self.runs.run("journal_chunks", plan=self.plan):
            if row["step"] == step:
                total.update({k: int(v) for k, v in row["counts"].items()})
        return total

    def failed(self, seat: Seat) -> None:
        """Say that the batch was undone; its number is used again."""
        if self.allowance is not None:
            self.allowance.settle(self.runs, 0)
        self.runs.run(
            "journal_chunk_end",
            plan=self.plan,
            step=seat.step,
            chunk=seat.chunk,
            state="failed",
            counts="{}",
            at=self.clock.now(),
        )

    def leave(self, step: int, state: str, told: Callable[[Runs], object] | None = None) -> None:
        """Give the lease back: `done`, `blocked`, or `stopped` (may go on later).

        `told` is run in the same transaction, last: what it writes stands if, and only if, the step
        was ours to leave and is left. A worker that dies here leaves both for the next one.
        """
        with self.runs.transaction() as tx:
            left = tx.one(
                "journal_step_end",
                plan=self.plan,
                step=step,
                owner=self.owner,
                state=state,
                at=self.clock.now(),
            )
            if left is not None and told is not None:
                told(tx)

    def leave_quietly(self, step: int) -> None:
        """Give the lease back where our database still answers; else it ends by itself."""
        with suppress(psycopg.Error, psycopg_pool.PoolTimeout):
            self.leave(step, "stopped")


def _seat(row: Mapping[str, Any]) -> Seat:
    cursor = row["cursor"] or {}
    return Seat(
        step=row["step"],
        state=row["state"],
        chunk=row["chunk"],
        rows=row["rows"],
        person=int(cursor.get("person", 0)),
        at_least=row["at_least"],
    )
