"""A worker of this process: opens systems, keeps the journal, heeds stops, tells the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from avow.common.clock import Clock
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.apply import Applied, Office, Worker, apply
from avow.engine.planner.approve import Note
from avow.engine.planner.erasure_plan import Asking
from avow.engine.planner.ground import Checker, Ground, Unchecked
from avow.engine.planner.journal import Journal, owner_name
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.plan import Plan
from avow.engine.planner.refusals import Away
from avow.engine.planner.sealed_persons import sealed_persons
from avow.engine.planner.stop import Stops
from avow.estate.connectors.base import Connection, Refused, Unreachable


@dataclass(frozen=True, slots=True)
class Bench:
    """What this process works with. `checker` is the independent reader that app wires; without
    one batches are committed unchecked, and no rule climbs the ramp by them."""

    estate: Estate
    memory: Memory
    clock: Clock
    folder: Path
    note: Note
    checker: Checker

    @property
    def ring(self) -> KeyRing:
        """The keys, also for what is blocked."""
        return self.memory.ring

    def worker(self) -> Worker:
        """This process as a worker, under a name of its own."""
        name = owner_name()
        return Worker(
            self.estate.open,
            self._ground,
            lambda plan: Journal(self.memory.runs, plan, name, self.clock),
        )

    def _ground(self, plan: Plan, connection: Connection, journal: Journal) -> Ground:
        roots = sealed_persons(self.memory.runs, self.ring, plan)
        return Ground(
            connection,
            journal,
            Asking(self.memory.on(connection), roots, plan.day),
            roots,
            checker=self.checker,
            stop=Stops(self.memory.runs, self.folder).reason,
            note=self.note,
            seal=self.ring.seal,
        )


def unchecked() -> Checker:
    """The absence of an independent reader."""
    return Unchecked()


def carry_out(office: Office, bench: Bench, plan: str) -> Applied:
    """Apply a plan, or take it up again.

    Raises:
        Away: the system went away; the plan is paused.
        PlannerError: as `apply`.
    """
    try:
        return apply(office, bench.worker(), plan)
    except (Unreachable, Refused) as error:
        raise Away(
            f"`{plan}` is paused: its system went away",
            because=str(error),
            help="run it again; it goes on where it was left",
        ) from error
