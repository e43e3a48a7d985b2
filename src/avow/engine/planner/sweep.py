"""Applying a sweep: each step in windows of key order, one transaction per window.

The window is looked for after the facts were read again, so that a hold placed a moment ago is
obeyed. No key of a row is kept: a step that starts again begins at the first key, and finds only
what is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from avow.engine.planner.allowance import UsedUp
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.ground import Block, Ground, exceeded
from avow.engine.planner.journal import Seat
from avow.engine.planner.moving import Done, move
from avow.engine.planner.plan import Part, PlannedStep
from avow.engine.planner.program import Step
from avow.engine.planner.taking import TooMany, taken_out, takes_back
from avow.estate.connectors.base import Batch, Crowded, GoesByMoment, Refused, Window
from avow.estate.datamap.reach import Key

TRIES = 3
"""Times one window is tried when a lock or a race refused it, before it is halved."""


@dataclass(slots=True)
class Sweeping:
    """One step of a sweep on its way: where it is, the next window's size, what is blocked.

    `spare` rows were approved to go and did not, because a hold was placed since: this step may
    blank them, as what is left of a row that stays is emptied. `first` is what is done before the
    windows; `said` is what became of that, in words. Where `along` names a column of moments, the
    windows follow it, and `after` is a moment.
    """

    ground: Ground
    part: Part
    planned: PlannedStep
    place: int
    step: Step
    seat: Seat
    chunk: Chunk
    spare: int = 0
    own: int = 0
    along: str | None = None
    after: Key | None = None
    tries: int = 0
    began: float = 0.0
    blocked: list[Block] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    first: Callable[[Sweeping], None] | None = None

    @property
    def left(self) -> int:
        """Rows that may still be moved; on the ramp, rows along count too."""
        if self.is_cut:
            return self.planned.bound - self.seat.rows
        return self.planned.bound + self.spare - self.own

    @property
    def is_cut(self) -> bool:
        """Whether the ramp lets only some of the rows go."""
        return self.planned.bound < self.planned.measure.rows

    def run(self) -> tuple[Block, ...]:
        """Window after window until as many rows went as were approved, or none is left; gives what
        was blocked. What became due since waits for another plan, and is not looked for: behind the
        last row that is due lie all that are not."""
        if self.planned.bound + self.spare == 0:
            return ()
        self.own = self.ground.journal.counted(self.seat.step)[self.step.dataset]
        if self.first is not None:
            self.first(self)
        self.along = self._moment()
        if self.reads:
            self.chunk = self.chunk.reading()
        while self.left > 0:
            self.ground.heed()
            if not self.batch():
                break
        return tuple(self.blocked)

    def batch(self) -> bool:
        """One window; False when nothing is left."""
        ground = self.ground
        ground.journal.start(self.seat)
        ground.crash("started")
        ground.held.refresh(self.part.program)
        step = ground.held.settled(self.step)
        window = self._window(step)
        if window is None:
            ground.journal.failed(self.seat)
            return False
        if window.rows > self.left:
            ground.journal.failed(self.seat)
            raise exceeded(self.step.dataset, self.planned.bound)
        try:
            ground.journal.reserve(window.rows)
            done = self._move(step, window)
        except UsedUp:
            ground.journal.failed(self.seat)
            raise
        except TooMany:
            ground.journal.failed(self.seat)
            self.chunk = self.chunk.halved()
            return True
        except Refused as refusal:
            self._refused(refusal, window)
            return True
        ground.crash("committed")
        self.ended(done)
        self.after, self.tries = window.until, 0
        self.chunk = self.chunk.after((ground.monotonic() - self.began) * 1000)
        return True

    def ended(self, done: Done) -> None:
        """A batch was committed: into the journal with it."""
        ground = self.ground
        counts = {self.step.dataset: done.rows}
        self.own += done.rows
        if done.along:
            counts["along"] = done.along
        self.seat = ground.journal.end(self.seat, done.total, counts, checked=ground.checks)
        ground.crash("journalled")

    @property
    def reads(self) -> bool:
        """Whether keys of rows are read before these go: in the order of keys."""
        step = self.step
        return bool(step.undo_days or step.along or any(each.edge for each in step.derives))

    def _moment(self) -> str | None:
        """The column that windows follow; None: the key."""
        step, connection = self.step, self.ground.connection
        if self.reads or not isinstance(connection, GoesByMoment):
            return None
        return connection.moment_of(step.dataset, step.where)

    def _by_key(self) -> None:
        """Go on in the order of keys, from the first one: those that are left are found by it."""
        self.along, self.after, self.tries = None, None, 0

    def _window(self, step: Step) -> Window | None:
        size = max(1, min(self.chunk.size, self.left)) if self.is_cut else self.chunk.size
        connection = self.ground.connection
        if self.along is not None and isinstance(connection, GoesByMoment):
            try:
                return connection.stretch(step.dataset, step.where, self.along, self.after, size)
            except Crowded:
                self._by_key()
        return connection.window(step.dataset, step.where, self.after, size)

    def _move(self, step: Step, window: Window) -> Done:
        ground = self.ground
        program = ground.held.all_settled(self.part.program)
        with takes_back(ground), ground.connection.transaction() as batch:
            plan = ground.journal.plan
            memory = ground.checker.before(ground.connection, program, plan, self.place)
            self.began = (
                ground.monotonic()
            )  # others wait from here on; the look before holds nothing
            if step.undo_days:
                done = taken_out(ground, batch, step, self.seat, window)
            else:
                done = move(ground.connection, batch, step, window, len(self.blocked))
            if self.is_cut and done.total > self.left and window.rows > 1:
                raise TooMany
            self._was_done(batch, window)
            ground.settle(batch, self.seat, program, {self.place: done.total}, memory)
        return done

    def _was_done(self, batch: Batch, window: Window) -> None:
        """Raise Refused where the step still selects rows of the window: a trigger may keep a row,
        or put back what was emptied, and nobody is told."""
        name, connection = self.step.dataset, self.ground.connection
        table, key = connection.catalogue().tables[name], connection.system.datasets[name].key
        if table.triggers and batch.copies(name, self.step.where, key, window):
            raise Refused("constraint", name, ", ".join(table.triggers))

    def _refused(self, refusal: Refused, window: Window) -> None:
        """Undone by the database: try again, halve, or set the one row aside."""
        self.ground.journal.failed(self.seat)
        if refusal.kind not in ("constraint", "lock"):
            raise refusal
        self.tries += 1
        if self.along is not None and (refusal.kind == "constraint" or self.tries >= TRIES):
            self._by_key()  # a row is set aside by its key
        elif self.tries < TRIES and refusal.kind == "lock":
            self.chunk = self.chunk.halved()
        elif self.chunk.size > 1 and window.rows > 1:
            self.chunk, self.tries = self.chunk.halved(), 0
        elif self.tries >= TRIES:
            self._block(refusal, window)

    def _block(self, refusal: Refused, window: Window) -> None:
        block = self.ground.block(self.seat.step, self.step.dataset, window.until, refusal)
        self.blocked.append(block)
        self.after, self.tries, self.chunk = window.until, 0, self.ground.windows
        if self.reads:
            self.chunk = self.chunk.reading()
