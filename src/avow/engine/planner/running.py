"""A permitted plan on its way: every step in order, then what the system derives from its tables.

A step that is over is passed by, so a plan that is taken up again goes on where it was left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from avow.engine.db.store import Runs
from avow.engine.evidence.entries import BatchApplied, BatchChecked, Body
from avow.engine.planner.deriving import remade
from avow.engine.planner.dropping import drop_partitions
from avow.engine.planner.erase import DONE, Erasing, named
from avow.engine.planner.ground import Block, Ground
from avow.engine.planner.journal import Seat
from avow.engine.planner.plan import Part, Plan
from avow.engine.planner.program import Move
from avow.engine.planner.ramp import narrowed
from avow.engine.planner.sweep import Sweeping


@dataclass(slots=True)
class Running:
    """One worker's way through one plan: what was moved, what was blocked, what was refreshed."""

    plan: Plan
    ground: Ground
    rows: int = 0
    blocked: list[Block] = field(default_factory=list)
    effects: tuple[str, ...] = ()

    def run(self) -> None:
        """Every step that is not over, then the effects."""
        if any(part.program.roots for part in self.plan.parts):
            self._erase(self.plan.parts[0])
        else:
            for number, (part, place) in enumerate(self._places()):
                self._sweep(number, part, place)
        self._refresh()

    def _places(self) -> list[tuple[Part, int]]:
        return [(part, place) for part in self.plan.parts for place in range(len(part.steps))]

    def _taken(self, number: int, dataset: str, action: str) -> Seat | None:
        """The seat of a step, with its lease; None when the step is over."""
        journal = self.ground.journal
        journal.enter(number, dataset, action)
        seat = journal.seat(number)
        self.ground.crash("seated")
        if seat.is_over:
            self.rows += seat.rows
            return None
        return seat

    def _sweep(self, number: int, part: Part, place: int) -> None:
        planned = part.steps[place]
        seat = self._taken(number, planned.step.dataset, str(planned.step.move))
        if seat is None:
            return
        catalogue = self.ground.connection.catalogue()
        step = narrowed(part, place, catalogue, cut=self.plan.is_cut)
        going = Sweeping(self.ground, part, planned, place, step, seat, self.ground.windows)
        going.spare = self._spare(number, part, place)
        going.first = drop_partitions
        self._go(going, number)
        self.effects += tuple(going.said)
        if step.move is Move.DELETE and not self.plan.is_cut and len(self.plan.parts) == 1:
            self._fewer(going.seat, step.dataset, going.seat.rows, planned.bound)

    def _spare(self, number: int, part: Part, place: int) -> int:
        """Rows of the step's dataset that were approved to go and are still there."""
        step = part.steps[place].step
        if self.plan.is_cut or step.move is Move.DELETE:
            return 0
        return sum(
            each.bound - self.ground.journal.counted(number - place + earlier)[step.dataset]
            for earlier, each in enumerate(part.steps[:place])
            if each.step.move is Move.DELETE and each.step.dataset == step.dataset
        )

    def _erase(self, part: Part) -> None:
        seat = self._taken(0, next(iter(part.program.roots)), "erase")
        if seat is None:
            return
        going = Erasing(self.ground, part, seat, self.ground.chunks)
        self._go(going, 0)
        for step in (s for s in part.steps if s.step.move is Move.DELETE):
            self._fewer(going.seat, step.step.dataset, going.total[named(step.step)], step.bound)

    def _fewer(self, seat: Seat, dataset: str, went: int, approved: int) -> None:
        """Nothing done is not success: a hold, a refusal, a ring of rows that hold each other or a
        trigger may have kept what was approved to go."""
        if went < approved and not seat.at_least:
            self.effects += (f"not done: {went:,} of {approved:,} rows of {dataset} went",)

    def _go(self, going: Sweeping | Erasing, number: int) -> None:
        try:
            blocked = going.run()
        except BaseException:
            # Whatever ends us here, the lease is given back where our database still answers.
            self.ground.journal.leave_quietly(number)
            raise
        self.rows += going.seat.rows
        self.blocked += blocked

        def told(tx: Runs) -> None:
            now = self.ground.journal.clock.now()
            self.ground.tell(tuple(self._entries(going)), now, tx)
            self.ground.crash("told")

        self.ground.journal.leave(number, "blocked" if blocked else "done", told)
        self.ground.crash("step ended")

    def _entries(self, going: Sweeping | Erasing) -> Iterator[Body]:
        """What the ledger is told of a step when it is left, as one group."""
        seat = going.seat
        for dataset, moved in _moved(going).items():
            yield BatchApplied(
                plan=self.plan.id,
                step=seat.step,
                chunk=seat.chunk,
                dataset=dataset,
                deleted=moved.get("deleted", 0),
                blanked=moved.get("blanked", 0),
                unlinked=moved.get("unlinked", 0),
                at_least=seat.at_least,
            )
        if self.ground.checks:
            yield BatchChecked(plan=self.plan.id, step=seat.step, chunk=seat.chunk, passed=True)

    def _refresh(self) -> None:
        """Removed values may still be read in statistics and materialized views."""
        number = len(self.plan.steps)
        if self._taken(number, self.plan.system, "effect") is None:
            return
        moved = [s.step for _, s in self.plan.steps if s.bound]
        touched = dict.fromkeys([*(s.dataset for s in moved), *remade(moved)])
        self.effects += tuple(self.ground.connection.effects(tuple(touched))) if touched else ()
        self.ground.crash("effects")
        self.ground.journal.leave(number, "done")


def _moved(going: Sweeping | Erasing) -> Mapping[str, Mapping[str, int]]:
    """What was done to the rows of each dataset of a step, in the words of the ledger."""
    if isinstance(going, Sweeping):
        return {going.step.dataset: {DONE[going.step.move]: going.seat.rows}}
    moved: dict[str, dict[str, int]] = {}
    for step in going.part.program.steps:
        moved.setdefault(step.dataset, {})[DONE[step.move]] = going.total[named(step)]
    return moved
