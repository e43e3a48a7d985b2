"""Keeping what an erasure on request takes out for the hours in which it can be taken back.

Each request has a bundle of its own with a key of its own, so that one can be brought back, and one
can end, without the others. The rows lie sealed in our own database and not in files: they are few
for each request and many requests go at once, and one transaction writes down all of a chunk. It is
committed before the chunk is. Nothing is asked for one request alone: rows are copied for all, and
whose each is say the key sets by which the persons are erased.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from avow.common.calendar import local_day
from avow.common.clock import Clock
from avow.common.ids import new_id
from avow.engine.db.store import Runs
from avow.engine.keys.bundles import fresh_key, unwrapped
from avow.engine.keys.ring import KeyRing, sealed
from avow.engine.planner.bundle import Rows, Section, framed
from avow.engine.planner.ends import Mark
from avow.engine.planner.erase_owners import Owners, owners_of, pointing_to
from avow.engine.planner.journal import Seat
from avow.engine.planner.keeping import Group, groups_of
from avow.engine.planner.persons import Ownership
from avow.engine.planner.plan import Plan
from avow.engine.planner.program import Program, Step
from avow.estate.connectors.base import Batch, Capability, Connection, Refused
from avow.estate.connectors.values import plain_all
from avow.estate.datamap.predicates import FALSE, TRUE

STEPS = 4_096
"""Room for the steps of a program in the number by which a frame comes back."""
PURPOSE = "undo"
"""What a key of a bundle is for, as it is written beside it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows of a case lie: the bundle, its key, and how many frames are there."""

    bundle: str
    key_id: str
    key: bytes = field(repr=False)
    frames: int


@dataclass(slots=True)
class KeepingErased:
    """Keeps what one plan of erasure takes out. One worker has one of it.

    `ownership` says whose rows are whose; `zone` is the controller's, in which a last day counts.
    """

    runs: Runs
    ring: KeyRing
    clock: Clock
    plan: Plan
    ownership: Ownership
    zone: str
    cases: tuple[str, ...] = ()
    owners: dict[str, Owners] = field(default_factory=dict)
    kept: list[tuple[str, Section, Rows]] = field(default_factory=list)
    unkept: Counter[str] = field(default_factory=Counter)

    def begin(self, connection: Connection, program: Program, cases: Sequence[str]) -> None:
        """A chunk begins, of persons who go for these cases, by their number in the key sets; the
        key sets stand, and nothing is moved."""
        self.cases = tuple(each or self.plan.case or "" for each in cases)
        self.kept, self.unkept = [], Counter()
        names = {step.dataset for step in program.steps if step.where != FALSE}
        self.owners = (
            {name: owners_of(connection, self.ownership, name, self.cases) for name in names}
            if len(set(self.cases)) > 1
            else {}
        )

    def keep(
        self, connection: Connection, batch: Batch, step: Step, place: int, seat: Seat
    ) -> Mapping[str, int]:
        """Copy the rows of a step at a `place` of the program, and those along with them, before
        they are moved; gives how many there are by dataset.

        Rows come back as they went, the last first: chunk by chunk, and in each step by step. A
        pointer that an earlier chunk emptied is emptied in a row that a later one removes.

        Raises:
            Refused: `lock`, somebody changed rows beside us; the batch may be tried again.
        """
        seen = Counter[str]()
        if step.where == FALSE:
            return seen
        if Capability.LOCKS in connection.capabilities:
            batch.lock(step.dataset, step.where)
        above: dict[str, Owners] = {}
        seat = replace(seat, step=seat.chunk * STEPS + place)
        for group in groups_of(connection, step, seat, TRUE):
            rows = batch.copies(group.section.dataset, group.where, group.section.columns)
            seen[group.section.dataset] += len(rows)
            if rows:
                self._divide(connection, group, rows, above)
        return seen

    def _divide(
        self,
        connection: Connection,
        group: Group,
        rows: Rows,
        above: dict[str, Owners],
    ) -> None:
        """Put each row where it belongs: to the one case that it goes for. One that goes for
        several lies nowhere: brought back for one it would bring back the other's data too."""
        section = group.section
        if len(set(self.cases)) == 1:
            self.kept.append((self.cases[0], section, rows))
            return
        marks = [plain_all(r) for r in connection.fetch(section.dataset, group.where, section.key)]
        if len(marks) != len(rows):
            raise Refused("lock", section.dataset)
        known = self._known(connection, section, above)
        mine = defaultdict[str, list[tuple[object, ...]]](list)
        told: dict[Mark, frozenset[str]] = {}
        for mark, row in zip(marks, rows, strict=True):
            whose = known(mark, row) or frozenset(self.cases)
            told[mark] = whose
            if len(whose) == 1:
                mine[next(iter(whose))].append(row)
            else:
                self.unkept.update(whose)
        above[section.dataset] = told
        self.kept += [(case, section, of) for case, of in mine.items()]

    def _known(
        self, connection: Connection, section: Section, above: Mapping[str, Owners]
    ) -> Callable[[Mark, tuple[object, ...]], frozenset[str]]:
        """For whose sake a row goes, by its key or else by what its pointers name: a row along
        names the row that takes it along, and a row that only loses a pointer names who leaves."""
        mine = self.owners.get(section.dataset, {}) if section.order == 0 else {}
        over = tuple(pointing_to(connection.system, section, {**self.owners, **above}))

        def whose(mark: Mark, row: tuple[object, ...]) -> frozenset[str]:
            if mark in mine:
                return mine[mark]
            named = (owners.get(plain_all(row[c] for c in at)) for at, owners in over)
            return frozenset().union(*(found for found in named if found))

        return whose

    def write(self, seat: Seat) -> None:
        """Write down what was copied; it stands when this returns, whatever becomes of the batch.
        What was kept for a batch that never happened is harmless: its rows are in their place."""
        cases = sorted({case for case, _, _ in self.kept} | set(self.unkept))
        if not cases:
            return
        with self.runs.transaction() as tx:
            places = self._places(tx, cases)
            tx.many("undo_frame_add", list(self._frames(places, seat)))
            more = [{"id": places[c].bundle, "rows": n} for c, n in self.unkept.items()]
            if more:
                tx.many("undo_bundle_shared_add", more)
            tx.run("undo_bundles_recount", plan=self.plan.id, cases=cases)

    def _frames(self, places: Mapping[str, Place], seat: Seat) -> Iterator[dict[str, object]]:
        count = {case: place.frames for case, place in places.items()}
        for case, section, rows in self.kept:
            place, number = places[case], count[case]
            about = f"{place.bundle}/{number}"
            yield {
                "bundle": place.bundle,
                "number": number,
                "chunk": seat.chunk,
                "rows": len(rows),
                "sealed": sealed(framed(section, rows), about, place.key_id, place.key),
            }
            count[case] = number + 1

    def _places(self, tx: Runs, cases: Sequence[str]) -> dict[str, Place]:
        """The bundle of each case: the one that an earlier chunk began, or a new one."""
        found = {
            row["case_id"]: Place(
                row["id"], row["key"], unwrapped(self.ring, row["key"], row["wrapped"]),
                row["frames"],
            )
            for row in tx.run("undo_bundles_of_cases", plans=[self.plan.id], cases=list(cases))
        }  # fmt: skip
        new = [case for case in cases if case not in found]
        if new:
            found |= self._begun(tx, new, self.clock.now())
        return found

    def _begun(self, tx: Runs, cases: Sequence[str], at: datetime) -> dict[str, Place]:
        ends = at + timedelta(hours=self.plan.undo_hours)
        last = local_day(ends, self.zone)
        keys = {case: fresh_key(self.ring) for case in cases}
        tx.many(
            "bundle_key_add",
            [
                {"id": k.id, "purpose": PURPOSE, "wrapped": k.wrapped, "at": at, "destroy_by": last}
                for k in keys.values()
            ],
        )
        places = {case: Place(new_id("undo"), k.id, k.key, 0) for case, k in keys.items()}
        tx.many(
            "undo_bundle_of_case_add",
            [
                {
                    "id": place.bundle,
                    "plan": self.plan.id,
                    "system": self.plan.system,
                    "key": place.key_id,
                    "destroy_by": last,
                    "at": at,
                    "case": case,
                    "ends_at": ends,
                }
                for case, place in places.items()
            ],
        )
        return places

    def drop(self, seat: Seat) -> None:
        """The batch was surely undone: forget what was kept for it."""
        cases = sorted(set(self.cases))
        with self.runs.transaction() as tx:
            tx.run("undo_frames_drop", plan=self.plan.id, chunk=seat.chunk)
            tx.run("undo_bundles_recount", plan=self.plan.id, cases=cases)
