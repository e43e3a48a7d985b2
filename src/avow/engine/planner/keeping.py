"""Taking rows out so that they can come back: read, kept in a bundle, and only then removed.

The rows of a window are locked, copied into bundles, and the bundles are on the disk before the
batch commits. Each row goes into the bundle that ends with its own maximum; a row that has come
to it already is kept nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from avow.common.clock import Clock
from avow.common.ids import new_id
from avow.engine.db.store import Runs
from avow.engine.keys.bundles import new_bundle_key, seal_in
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.bundle import NOTHING, BundleFile, Rows, Section, found, framed
from avow.engine.planner.early import Maximums
from avow.engine.planner.journal import Seat
from avow.engine.planner.plan import Plan
from avow.engine.planner.program import Move, Step
from avow.estate.connectors.base import Batch, Connection
from avow.estate.datamap.predicates import Predicate, all_of, negate

FOLDER = "undo"
"""The folder of the bundles inside the state's."""

ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class Bundle:
    """A bundle that is being filled: its record, its key, its file."""

    id: str
    key: str
    file: BundleFile
    rows: int = 0

    def copy(self) -> Bundle:
        """The same state, to come back to."""
        return Bundle(self.id, self.key, self.file.copy(), self.rows)


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are copied together: a dataset, which of its rows, and as what."""

    section: Section
    where: Predicate


@dataclass(slots=True)
class Keeping:
    """Keeps the rows that one plan takes out. One worker has one of it."""

    runs: Runs
    ring: KeyRing
    clock: Clock
    folder: Path
    plan: Plan
    maximums: Maximums
    today: date
    open: dict[tuple[str, date], Bundle] = field(default_factory=dict)
    before: dict[tuple[str, date], Bundle | None] = field(default_factory=dict)

    def keep(
        self, connection: Connection, batch: Batch, step: Step, seat: Seat, mine: Predicate
    ) -> Mapping[str, int]:
        """Copy the rows `mine` of a step, and those along with them, into their bundles.

        Returns how many there are by dataset, kept or not. The bundles are on the disk then.
        """
        self.before.clear()
        seen = Counter[str]()
        for group in groups_of(connection, step, seat, mine):
            name = group.section.dataset
            total = connection.count(name, group.where)
            seen[name] += total
            left = total
            for last, ahead in self._days(step):
                if not left:
                    break
                where = all_of([group.where, _on(group, step, ahead)])
                rows = batch.copies(name, where, group.section.columns)
                left -= len(rows)
                if rows:
                    self._put(group.section, last, rows)
        self._note()
        return seen

    def _days(self, step: Step) -> Iterator[tuple[date, Predicate]]:
        """Every day of a maximum to come with the rows that have it, the latest first: a plan that
        is made each day takes all of its rows out on the first day that it may."""
        last = self.plan.day + timedelta(days=step.undo_days)
        ended: Predicate | None = None
        day = last
        while day > self.today:
            earlier = self.maximums.reached(step, day - ONE_DAY)
            ahead = negate(earlier) if ended is None else all_of([ended, negate(earlier)])
            yield day, ahead
            ended, day = earlier, day - ONE_DAY

    def _put(self, section: Section, maximum: date, rows: Rows) -> None:
        place = (section.dataset, maximum)
        known = place in self.open or self._taken_up(place)
        if place not in self.before:
            self.before[place] = self.open[place].copy() if known else None
        if not known:
            self.open[place] = self._new(*place)
        bundle = self.open[place]
        plain = framed(section, rows)
        about = f"{bundle.id}/{bundle.file.frames}"
        bundle.file.add(seal_in(self.runs, self.ring, bundle.key, plain, about))
        bundle.rows += len(rows)

    def _taken_up(self, place: tuple[str, date]) -> bool:
        """Go on with a bundle that an interrupted run of the plan began."""
        for row in self.runs.run("undo_bundles", plan=self.plan.id):
            same = (row["dataset"], row["destroy_by"] + ONE_DAY) == place
            if same and row["destroyed_at"] is None:
                file = found(self.folder / row["path"], row["digest"])
                self.open[place] = Bundle(row["id"], row["key"], file, row["rows"])
                return True
        return False

    def _new(self, dataset: str, maximum: date) -> Bundle:
        """A bundle whose last day is the one before the maximum: on that day it is destroyed."""
        name, at = new_id("undo"), self.clock.now()
        path = Path(FOLDER) / f"{self.plan.id}.{name}.bundle"
        (self.folder / FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
        last = maximum - ONE_DAY
        with self.runs.transaction() as tx:
            key = new_bundle_key(tx, self.ring, "undo", last, at)
            tx.run(
                "undo_bundle_add",
                id=name,
                plan=self.plan.id,
                system=self.plan.system,
                dataset=dataset,
                key=key,
                path=str(path),
                rows=0,
                digest=NOTHING,
                destroy_by=last,
                at=at,
            )
        return Bundle(name, key, BundleFile(self.folder / path))

    def _note(self) -> None:
        """Say in our database how far the bundles count."""
        with self.runs.transaction() as tx:
            for place in self.before:
                bundle = self.open[place]
                tx.run(
                    "undo_bundle_kept", id=bundle.id, rows=bundle.rows, digest=bundle.file.digest
                )

    def drop(self) -> None:
        """The batch was surely undone: forget what was kept for it."""
        for place, before in self.before.items():
            if place in self.open:
                now = self.open[place]
                self.open[place] = before or Bundle(now.id, now.key, BundleFile(now.file.path))
                self.open[place].file.cut()
        self._note()
        self.before.clear()


def groups_of(connection: Connection, step: Step, seat: Seat, mine: Predicate) -> Iterator[Group]:
    """The step's own rows, then those that go along with them."""
    where = all_of([mine, step.where])
    yield Group(_section(connection, step, seat, step.dataset, 0), where)
    for order, each in enumerate(step.along, 1):
        section = _section(connection, step, seat, each.edge.child, order)
        yield Group(section, each.pointing(where))


def _section(connection: Connection, step: Step, seat: Seat, dataset: str, order: int) -> Section:
    table = connection.catalogue().tables[dataset]
    key = connection.system.datasets[dataset].key or table.key
    if step.move is Move.DELETE:
        return Section(seat.step, order, seat.chunk, dataset, table.insertable, key)
    columns = (*key, *step.blanks)
    return Section(seat.step, order, seat.chunk, dataset, columns, key, dict(step.blanks))


def _on(group: Group, step: Step, ahead: Predicate) -> Predicate:
    """The rows of a group whose maximum the predicate names: of rows along, through their own."""
    order = group.section.order
    return ahead if order == 0 else step.along[order - 1].pointing(ahead)
