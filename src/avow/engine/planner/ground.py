"""What an application of a plan stands on: connection, journal, facts, checker, stop. No rule."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from avow.common.ids import new_id
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import Body
from avow.engine.planner.chunks import PERSONS, ROWS, Chunk
from avow.engine.planner.journal import Journal, Seat
from avow.engine.planner.keysets import Held, Known, Roots
from avow.engine.planner.program import Program, Step
from avow.engine.planner.refusals import PlannerError, Stopped
from avow.engine.planner.written import canonical
from avow.estate.connectors.base import Batch, Capability, Connection, Refused
from avow.estate.datamap.predicates import Predicate
from avow.estate.datamap.reach import Key

Tell = Callable[[Sequence[Body], datetime, Runs], object]
"""Writes entries to the ledger as one group, inside the transaction given."""

Moved = Mapping[int, int]
"""Rows moved by one batch, by the place of the step in its program."""


class Checker(Protocol):
    """The independent reader that looks at a batch from inside its transaction.

    It walks the catalogue's own foreign keys and shares no predicate with the planner.
    """

    def before(
        self, connection: Connection, program: Program, plan: str, place: int | None = None
    ) -> object:
        """Remember what must not change; called when the key sets stand and nothing is moved.

        The batch is one of `plan`, and moves rows of the step at `place` of the program only; None:
        rows of every step.
        """
        ...

    def after(
        self, connection: Connection, program: Program, moved: Moved, memory: object
    ) -> Sequence[str]:
        """What is wrong, in words without a personal value; nothing when all is as it should."""
        ...


class Unchecked:
    """No reader is wired: batches are committed, and never said to be checked."""

    def before(
        self, connection: Connection, program: Program, plan: str, place: int | None = None
    ) -> None:
        """Remembers nothing."""
        del connection, program, plan, place

    def after(
        self, connection: Connection, program: Program, moved: Moved, memory: object
    ) -> Sequence[str]:
        """Finds nothing."""
        del connection, program, moved, memory
        return ()


class KeepsRows(Protocol):
    """Keeps what a plan takes out before its maximum, until that day."""

    def keep(
        self, connection: Connection, batch: Batch, step: Step, seat: Seat, mine: Predicate
    ) -> Mapping[str, int]:
        """Copy the rows `mine` of a step, and those along; they are on the disk when it returns.
        Gives how many there are by dataset."""
        ...

    def drop(self) -> None:
        """The batch was surely undone: forget what was kept for it."""
        ...


class KeepsErased(Protocol):
    """Keeps what an erasure on request takes out, for the hours in which it can be taken back."""

    def begin(self, connection: Connection, program: Program, cases: Sequence[str]) -> None:
        """A chunk begins, of persons who go for these cases, in the order of their numbers in the
        key sets; nothing is moved yet."""
        ...

    def keep(
        self, connection: Connection, batch: Batch, step: Step, place: int, seat: Seat
    ) -> Mapping[str, int]:
        """Copy the rows of the step at a `place` of the program, and those along, before they are
        moved. Gives how many there are by dataset."""
        ...

    def write(self, seat: Seat) -> None:
        """What was copied stands when it returns, whatever becomes of the batch."""
        ...

    def drop(self, seat: Seat) -> None:
        """The batch was surely undone: forget what was kept for it."""
        ...


def never(system: str) -> str | None:
    """Nobody said stop."""
    del system
    return None


def untold(bodies: Sequence[Body], at: datetime, tx: Runs) -> None:
    """No ledger is wired."""
    del bodies, at, tx


def nobody() -> frozenset[int]:
    """Nobody is spared."""
    return frozenset()


def nothing(place: str) -> None:
    """Called at each place where a test may end the process."""
    del place


@dataclass(frozen=True, slots=True)
class Block:
    """A person or a row that could not be moved: the place in the schema that refused it."""

    step: int
    dataset: str
    table: str
    constraint: str


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything one worker needs to apply one plan in one system.

    `stop` gives the reason when somebody said stop. `crash` is called with the name of each step
    of the journal. `tell` writes to the ledger. `seal` encrypts the key of a blocked row under the
    id of its record. `monotonic` measures batches in seconds.
    `keeper` keeps what leaves before its maximum; without one no such step runs. `erased` keeps
    what an erasure on request takes out; without one it cannot be taken back.
    `windows` and `chunks` are the sizes to begin with, in rows and in persons.
    `cases` says for whose sake each person is erased, by number, where the plan is of many
    requests; `spared` gives the numbers of those who are not to be erased any more, asked again
    before every chunk.
    """

    connection: Connection
    journal: Journal
    known: Known
    roots: Roots = field(default_factory=dict)
    checker: Checker = field(default_factory=Unchecked)
    keeper: KeepsRows | None = None
    erased: KeepsErased | None = None
    stop: Callable[[str], str | None] = never
    crash: Callable[[str], None] = nothing
    tell: Tell = untold
    seal: Callable[[bytes, str], bytes] | None = None
    monotonic: Callable[[], float] = time.monotonic
    windows: Chunk = ROWS
    chunks: Chunk = PERSONS
    cases: Mapping[int, str] = field(default_factory=dict)
    spared: Callable[[], frozenset[int]] = nobody
    held: Held = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "held", Held(self.connection, self.known, {}))

    @property
    def checks(self) -> bool:
        """Whether an independent reader looks at every batch."""
        return not isinstance(self.checker, Unchecked)

    def heed(self) -> None:
        """Raise Stopped when somebody said stop."""
        reason = self.stop(self.connection.system.name)
        if reason is not None:
            raise Stopped(
                f"`{self.connection.system.name}` is stopped",
                because=reason,
                help="two persons release a stop: `avow stop --release`",
            )

    def settle(
        self, batch: Batch, seat: Seat, program: Program, moved: Moved, memory: object
    ) -> None:
        """The end of a batch, still inside its transaction: check, receipt, lease.

        Raises:
            PlannerError: AV418, the independent reader found something; the batch is undone.
        """
        faults = self.checker.after(self.connection, program, moved, memory)
        if faults:
            raise PlannerError(
                "a batch was undone: the check inside it found something wrong",
                because="; ".join(faults),
                help="nothing of this batch was kept; correct the map and plan again",
                code="AV418",
            )
        if Capability.RECEIPTS in self.connection.capabilities:
            batch.receipt(self.journal.plan, seat.step, seat.chunk, sum(moved.values()))
        self.crash("moved")
        self.journal.beat(seat.step)

    def block(
        self, step: int, dataset: str, key: Key, refusal: Refused, case: str | None = None
    ) -> Block:
        """Set one row or person aside, its key sealed, with the place that refused it."""
        name = new_id("blocked")
        plain = canonical([str(part) for part in key])
        self.journal.runs.run(
            "blocked_add",
            id=name,
            plan=self.journal.plan,
            step=step,
            dataset=refusal.table or dataset,
            reason=refusal.constraint or refusal.kind,
            sealed_key=self.seal(plain, name) if self.seal else b"",
            case_id=case,
            at=self.journal.clock.now(),
        )
        return Block(step, dataset, refusal.table, refusal.constraint)


def exceeded(dataset: str, bound: int) -> Stopped:
    """The refusal of a batch that would move more than was approved."""
    return Stopped(
        f"more than the approved {bound:,} rows of `{dataset}` would be moved",
        because="rows became due, or came in, after the plan was counted",
        help="what was moved until now was approved; plan again for the rest",
        code="AV417",
    )
