"""Frames of bundles brought back one by one, each in a transaction of its own, with a journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice

from avow.engine.keys.bundles import open_in
from avow.engine.planner.apply import Office
from avow.engine.planner.bundle import Rows, Section, unframed
from avow.engine.planner.journal import Journal, Seat
from avow.engine.planner.refusals import Stopped
from avow.estate.connectors.base import Batch, Capability, Connection, Refused

TRIES = 3
"""Times a batch is tried when somebody else held its rows."""

_ORDERS, _BUNDLES = 16, 1000
"""Room in the number of a journal's step: for rows along of one step, for bundles of one plan."""


@dataclass(frozen=True, slots=True)
class Lying:
    """A bundle that may still be opened: its record, its place among those that are opened with
    it (at most `among`), and what gives its boxes, as far as they count, in the order in which they
    were written."""

    id: str
    key: str
    place: int
    rows: int
    boxes: Callable[[], Iterable[bytes]]
    among: int = _BUNDLES


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of a bundle without its rows: what they are, and where they stand."""

    section: Section
    bundle: Lying
    number: int

    @property
    def step(self) -> int:
        """Its step in the journal: the same however many bundles are left."""
        section = self.section
        return (section.step * _ORDERS + section.order) * self.bundle.among + self.bundle.place


def in_order(frames: Sequence[Frame]) -> list[Frame]:
    """The order in which frames come back: the last step first, so that parents stand before their
    children; of a bundle the newest first, since a row that is there is passed over."""
    return sorted(
        frames,
        key=lambda f: (-f.section.step, f.section.order, f.bundle.place, -f.number),
    )


@dataclass(slots=True)
class Back:
    """One worker bringing rows back."""

    office: Office
    connection: Connection
    journal: Journal
    stop: Callable[[str], str | None]
    crash: Callable[[str], None]
    rows: Counter[str] = field(default_factory=Counter)
    stuck: int = 0
    blocked: Counter[tuple[str, str]] = field(default_factory=Counter)

    def run(self, frames: Sequence[Frame]) -> None:
        """Every frame that has not come back yet."""
        for number, group in groupby(in_order(frames), key=lambda f: f.step):
            self._section(number, list(group))

    def _section(self, number: int, frames: list[Frame]) -> None:
        first = frames[0]
        self.journal.enter(number, first.section.dataset, "bring back")
        seat = self.journal.seat(number)
        self.crash("seated")
        try:
            for frame in frames[seat.person :] if not seat.is_over else ():
                seat = self._frame(seat, frame)
        except BaseException:
            # Whatever ends us here, the lease is given back where our database still answers.
            self.journal.leave_quietly(number)
            raise
        stuck = self.journal.counted(number)["blocked"]
        self.rows[first.bundle.id] += seat.rows
        self.stuck += stuck
        if not seat.is_over:
            self.journal.leave(number, "blocked" if stuck else "done")

    def _frame(self, seat: Seat, frame: Frame) -> Seat:
        self._heed()
        self.journal.start(seat)
        self.crash("started")
        before = self.blocked.total()
        section, rows = self._opened(frame)
        done = self._piece(seat, section, rows)
        self.crash("committed")
        counts = {"brought back": done, "blocked": self.blocked.total() - before}
        seat = self.journal.end(seat, done, counts, person=seat.person + 1)
        self.crash("journalled")
        return seat

    def _heed(self) -> None:
        reason = self.stop(self.connection.system.name)
        if reason is not None:
            raise Stopped(
                f"`{self.connection.system.name}` is stopped",
                because=reason,
                help="two persons release a stop: `avow stop --release`",
            )

    def _opened(self, frame: Frame) -> tuple[Section, Rows]:
        bundle, office = frame.bundle, self.office
        box = next(islice(iter(bundle.boxes()), frame.number, None))
        about = f"{bundle.id}/{frame.number}"
        return unframed(open_in(office.runs, office.ring, bundle.key, box, about))

    def _piece(self, seat: Seat, section: Section, rows: Rows, tries: int = 0) -> int:
        """Some rows in one transaction; where a constraint refuses them, half and half."""
        try:
            return self._written(seat, section, rows)
        except Refused as refusal:
            if refusal.kind not in ("constraint", "lock"):
                raise
            if refusal.kind == "lock" and tries < TRIES:
                return self._piece(seat, section, rows, tries + 1)
            if len(rows) == 1:
                self.blocked[refusal.table or section.dataset, refusal.constraint] += 1
                return 0
        half = len(rows) // 2
        return self._piece(seat, section, rows[:half]) + self._piece(seat, section, rows[half:])

    def _written(self, seat: Seat, section: Section, rows: Rows) -> int:
        with self.connection.transaction() as batch:
            done = _back(batch, section, rows)
            if Capability.RECEIPTS in self.connection.capabilities:
                batch.receipt(self.journal.plan, seat.step, seat.chunk, done)
            self.crash("moved")
            self.journal.beat(seat.step)
        return done


def _back(batch: Batch, section: Section, rows: Rows) -> int:
    if section.blanks:
        return batch.restore(section.dataset, section.key, section.blanks, rows)
    return batch.insert(section.dataset, section.columns, rows)
