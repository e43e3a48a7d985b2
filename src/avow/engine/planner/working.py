"""A worker of this process: opens systems, keeps the journal, heeds stops, tells the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from avow.common.clock import Clock
from avow.declaration.interpretation import in_force
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.apply import Applied, Office, Worker, apply
from avow.engine.planner.approve import Note
from avow.engine.planner.bundle_end import destroy_due
from avow.engine.planner.chunks import ROWS, WHOLE
from avow.engine.planner.early import Maximums
from avow.engine.planner.erasure_plan import Asking, erasure_judge
from avow.engine.planner.ground import Checker, Ground, Tell, Unchecked, nobody
from avow.engine.planner.journal import Journal, owner_name
from avow.engine.planner.keeping import Keeping
from avow.engine.planner.keeping_erased import KeepingErased
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.persons import ownership_of
from avow.engine.planner.plan import Plan
from avow.engine.planner.refusals import Away
from avow.engine.planner.sealed_persons import cases_of, sealed_persons, spared_of
from avow.engine.planner.stop import Stops
from avow.engine.planner.undo import Hands, Undoing, undo
from avow.engine.planner.undo_erased import undo_erased
from avow.estate.connectors.base import Capability, Connection, Refused, Unreachable


@dataclass(frozen=True, slots=True)
class Bench:
    """What this process works with. `checker` is the independent reader that app wires; without
    one batches are committed unchecked, and no rule climbs the ramp by them. `note` writes one
    entry to the ledger, `tell` a group of them inside a transaction of our database."""

    estate: Estate
    memory: Memory
    clock: Clock
    folder: Path
    note: Note
    tell: Tell
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
        runs, memory = self.memory.runs, replace(self.memory, sphere=plan.sphere)
        roots = sealed_persons(runs, self.ring, plan)
        return Ground(
            connection,
            journal,
            Asking(memory.on(connection), roots, plan.day),
            roots,
            checker=self.checker,
            stop=Stops(runs, self.folder).reason,
            tell=self.tell,
            seal=self.ring.seal,
            keeper=self._keeper(plan, connection, journal),
            erased=self._erased(plan, connection, journal, tuple(roots)),
            windows=WHOLE if Capability.WHOLE in connection.capabilities else ROWS,
            cases=cases_of(runs, plan.id) if roots else {},
            spared=partial(spared_of, runs, plan.id) if roots else nobody,
        )

    def _keeper(self, plan: Plan, connection: Connection, journal: Journal) -> Keeping | None:
        """What keeps the rows that leave before their maximum; None where none does."""
        if not any(each.step.undo_days for _, each in plan.steps):
            return None
        declaration = self.estate.declaration
        law, _ = in_force(declaration, plan.day)
        maximums = Maximums(declaration, law, connection.system, connection.catalogue())
        return Keeping(
            self.memory.runs,
            self.ring,
            journal.clock,
            self.folder,
            plan,
            maximums,
            self.memory.day,
        )

    def _erased(
        self, plan: Plan, connection: Connection, journal: Journal, roots: tuple[str, ...]
    ) -> KeepingErased | None:
        """What keeps the rows of an erasure that can be taken back; None where none can, as where
        nothing can be brought into the system: a person's right does not wait for that."""
        if not plan.undo_hours or Capability.INSERT not in connection.capabilities:
            return None
        judge = erasure_judge(self.estate.declaration, connection.system, plan.day)
        whose = ownership_of(judge, connection.catalogue(), frozenset(roots))
        zone = self.estate.declaration.controller.zone
        return KeepingErased(self.memory.runs, self.ring, journal.clock, plan, whose, zone)

    def hands(self) -> Hands:
        """This process bringing rows back."""
        worker = self.worker()
        stop = Stops(self.memory.runs, self.folder).reason
        return Hands(worker.connect, worker.journal, self.folder, stop, self.note)


def unchecked() -> Checker:
    """The absence of an independent reader."""
    return Unchecked()


def carry_out(office: Office, bench: Bench, plan: str) -> Applied:
    """Apply a plan, or take it up again. Bundles whose day has come are destroyed first.

    Raises:
        Away: the system went away; the plan is paused.
        PlannerError: as `apply`.
    """
    destroy_due(office.runs, bench.folder, office.today, bench.clock.now(), bench.note)
    try:
        return apply(office, bench.worker(), plan)
    except (Unreachable, Refused) as error:
        raise Away(
            f"`{plan}` is paused: its system went away",
            because=str(error),
            help="run it again; it goes on where it was left",
        ) from error


def bring_back(office: Office, bench: Bench, plan: str, by: Sequence[str]) -> Undoing:
    """Undo a plan, or go on with it.

    Raises:
        Away: the system went away, or refuses us; the undo is paused.
        PlannerError: as `undo`.
    """
    try:
        return undo(office, bench.hands(), plan, by)
    except (Unreachable, Refused) as error:
        raise Away(
            f"the undo of `{plan}` is paused: its system went away or refuses us",
            because=str(error),
            help="look whether we may insert there, and run it again; it goes on where it was left",
        ) from error


def bring_back_erased(
    office: Office, hands: Hands, plan: str, cases: Sequence[str], by: Sequence[str]
) -> Undoing:
    """Bring back what a plan of erasure took out for one request, or go on with it.

    Raises:
        Away: the system went away, or refuses us; it is paused.
        PlannerError: as `undo_erased`.
    """
    try:
        return undo_erased(office, hands, plan, cases, by)
    except (Unreachable, Refused) as error:
        raise Away(
            f"bringing back what `{plan}` erased is paused: its system went away or refuses us",
            because=str(error),
            help="look whether we may insert there, and run it again; it goes on where it was left",
        ) from error
