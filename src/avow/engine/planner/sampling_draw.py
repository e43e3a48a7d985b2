"""Drawing a sample of a plan on the live system: read only, and no value but keys leaves it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from avow.common.findings import Finding
from avow.common.ids import new_id
from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration, InForce
from avow.engine.planner.counting import HELD, without_holds
from avow.engine.planner.keysets import Held
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.one_row import NotRead, RowView, explain_on
from avow.engine.planner.plan import Part, Plan, PlanKind, PlannedStep
from avow.engine.planner.preflight import rows_of
from avow.engine.planner.program import Step
from avow.engine.planner.refusals import Away, Guarded
from avow.engine.planner.rehearsal import rules_of
from avow.engine.planner.sampling import KEEP, Drawn, Sample, Stratum, agrees, shifted
from avow.engine.planner.tally import possible, without_empty
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.connectors.values import plain
from avow.estate.datamap.edges import Side, edges
from avow.estate.datamap.predicates import (
    FALSE,
    Equal,
    InKeys,
    Predicate,
    Related,
    Until,
    all_of,
    any_of,
    leaves,
    negate,
)
from avow.estate.datamap.reach import Key

NEAR = tuple(timedelta(days=n) for n in (1, 7, 31, 366))
"""How near to the edge rows are looked for, until there is one."""
AGO = tuple(timedelta(days=n) for n in (3_660, 1_098, 366, 92))
"""How long past their end the oldest rows are looked for, where no column tells."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Rows of one dataset to draw from. `rows` is how many there are by the plan's count."""

    dataset: str
    action: str
    stratum: Stratum
    where: Predicate
    rows: int = 0
    undo_days: int = 0


Place = tuple[str, tuple[str, ...]]
"""Dataset and key: what names a row, as texts."""


def draw(estate: Estate, memory: Memory, plan: Plan, size: int, seed: int) -> Sample:
    """A sample of `size` rows at most from a plan. The same seed on the same rows draws the same.

    Raises:
        Guarded: AV580, nothing can be drawn from this plan.
        Away: the system does not answer, or refuses the question.
    """
    with closing(estate.open(plan.system, Access.READ)) as connection:
        digest = connection.catalogue().digest
        wrong = unfit(plan, digest)
        if wrong:
            raise Guarded(wrong)
        drawing = _drawing(estate.declaration, memory, connection, plan)
        try:
            rows = drawing.rows(size, Random(seed))  # noqa: S311 (to be drawn again, not secret)
        except Refused as refused:
            raise Away(f"`{plan.system}` refuses to be sampled", because=str(refused)) from refused
    return Sample(
        new_id("sample"),
        plan.id,
        plan.digest,
        plan.system,
        plan.release,
        plan.clause,
        rules_of(plan),
        digest,
        seed,
        tuple(replace(row, number=n) for n, row in enumerate(rows, 1)),
    )


def unfit(plan: Plan, catalogue: str) -> tuple[Finding, ...]:
    """Why nothing can be drawn from a plan; empty when something can."""
    because = ""
    if plan.kind is not PlanKind.SWEEP:
        because = "its rows are those of named persons, whom their request has named already"
    elif any(part.gaps for part in plan.parts):
        because = "something is unknown in its system, so nobody knows what it would move"
    elif any(part.catalogue != catalogue for part in plan.parts):
        because = "the schema of its system changed after it was made"
    if not because:
        return ()
    return (
        Finding(
            "AV580",
            f"nothing can be drawn from `{plan.id}`",
            because=because,
            help="draw from a sweep of today: `avow plan`",
        ),
    )


def _drawing(
    declaration: Declaration, memory: Memory, connection: Connection, plan: Plan
) -> Drawing:
    law, _ = in_force(declaration, plan.day)
    part = plan.parts[-1]  # the one that reaches furthest
    held = Held(connection, memory.on(connection), {})
    held.refresh(part.program)
    full = frozenset(name for name, k in held.put.items() if k.rows)
    empty = frozenset(held.put) - full
    return Drawing(declaration, law, connection, part, plan.day, full, empty)


@dataclass(frozen=True, slots=True)
class Drawing:
    """One drawing on an open connection. `full` and `empty` are the key sets in which something, or
    nothing, is."""

    declaration: Declaration
    law: InForce
    connection: Connection
    part: Part
    day: date
    full: frozenset[str]
    empty: frozenset[str]

    def rows(self, size: int, chance: Random) -> list[Drawn]:
        """The rows, explained; those at random first, then where errors hide."""
        found: dict[Place, Drawn] = {}
        moved, kept = tuple(self._moved()), tuple(self._kept())
        for cells, most in ((moved, size // 3), (kept, size // 6)):
            for cell, key in self._random(cells, most, chance):
                self._add(found, cell, key)
        ways = tuple(self._ways(moved, kept))
        each = max(1, (size - len(found)) // max(1, len(ways)))
        for cell in ways:
            for key in self._first(cell, min(each, size - len(found))):
                self._add(found, cell, key)
        return sorted(found.values(), key=lambda r: (r.dataset, r.action, r.stratum))

    def _add(self, found: dict[Place, Drawn], cell: Cell, key: Key) -> None:
        """Explain a row and take it; one that is gone meanwhile is passed over."""
        parts = tuple(plain(part) or "" for part in key)
        if (cell.dataset, parts) in found:
            return
        dataset = self.connection.system.datasets[cell.dataset]
        day = self.day + timedelta(days=cell.undo_days)
        try:
            view = explain_on(self.connection, self.declaration, self.law, dataset, parts, day)
        except NotRead:
            return
        says = agrees(view, cell.action, cell.stratum)
        found[cell.dataset, parts] = Drawn(
            0, cell.dataset, cell.action, cell.stratum, says, parts, view=view
        )

    # --- what there is to draw from ----------------------------------------------------------

    def _moved(self) -> Iterator[Cell]:
        """The rows of every step that would move some."""
        for each in self.part.steps:
            if each.measure.rows:
                where = self._sought(rows_of(each.step))
                yield _cell(each.step, Stratum.RANDOM, where, each.measure.rows)

    def _kept(self) -> Iterator[Cell]:
        """The rows that no step moves, of every dataset that has a step."""
        steps: dict[str, list[PlannedStep]] = {}
        for each in self.part.steps:
            steps.setdefault(each.step.dataset, []).append(each)
        for dataset, mine in steps.items():
            left = max(s.measure.of for s in mine) - sum(s.measure.rows for s in mine)
            if left > 0:
                where = self._sought(negate(any_of(self._named(dataset))))
                yield Cell(dataset, KEEP, Stratum.RANDOM, where, left)

    def _named(self, dataset: str) -> Iterator[Predicate]:
        """The rows of a dataset that some step moves, or that go along with one."""
        for each in self.part.steps:
            if each.step.dataset == dataset:
                yield rows_of(each.step)
            for along in each.step.along:
                if along.edge.child == dataset:
                    yield along.pointing(rows_of(each.step))

    def _sought(self, where: Predicate) -> Predicate:
        return possible(without_empty(where, self.empty))

    # --- at random ---------------------------------------------------------------------------

    def _random(
        self, cells: tuple[Cell, ...], most: int, chance: Random
    ) -> Iterator[tuple[Cell, Key]]:
        """Rows at random over all cells together, each row as likely as any other."""
        total = sum(cell.rows for cell in cells)
        places = sorted(chance.sample(range(total), min(most, total)))
        first = 0
        for cell in cells:
            mine = [place - first for place in places if first <= place < first + cell.rows]
            yield from ((cell, key) for key in self._at(cell, mine))
            first += cell.rows

    def _at(self, cell: Cell, places: list[int]) -> Iterator[Key]:
        """The rows at these places of a cell, in key order."""
        after: Key | None = None
        last = -1
        for place in places:
            window = self.connection.window(cell.dataset, cell.where, after, place - last)
            if window is None:
                return
            yield window.until
            after, last = window.until, place

    # --- where errors hide -------------------------------------------------------------------

    def _ways(self, moved: tuple[Cell, ...], kept: tuple[Cell, ...]) -> Iterator[Cell]:
        """Every cell that is looked into by itself, the most telling first."""
        for cell in (*moved, *kept):
            yield replace(cell, stratum=Stratum.EDGE)
        for each in self.part.steps:
            where = self._held(each.step)
            if where != FALSE:
                yield Cell(each.step.dataset, KEEP, Stratum.HELD, where)
        for cell in moved:
            yield replace(cell, stratum=Stratum.OLDEST)
        for cell in moved:
            beside = any_of(self._beside(cell.dataset))
            if beside != FALSE:
                yield replace(cell, stratum=Stratum.NEAR, where=all_of([cell.where, beside]))

    def _first(self, cell: Cell, most: int) -> list[Key]:
        """The first rows of a cell by key."""
        if most <= 0:
            return []
        if cell.stratum is Stratum.EDGE:
            return self._edge(cell, most)
        if cell.stratum is Stratum.OLDEST:
            return self._oldest(cell, most)
        return self._fetch(cell, cell.where, most)

    def _edge(self, cell: Cell, most: int) -> list[Key]:
        """Rows that became due last, or of those that stay the ones that become due next."""
        for by in NEAR:
            if cell.action == KEEP:
                soon = any_of(shifted(w, by) for w in self._named(cell.dataset))
                where = all_of([cell.where, self._sought(soon)])
            else:
                where = all_of([cell.where, negate(shifted(cell.where, -by))])
            found = self._fetch(cell, where, most)
            if found:
                return found
        return []

    def _oldest(self, cell: Cell, most: int) -> list[Key]:
        own = next((p for p in leaves(cell.where) if isinstance(p, Until) and not p.negated), None)
        if own is not None and own.field in self._columns(cell.dataset):
            found = self.connection.oldest(
                cell.dataset, own.field, own.column_zone, own.zone, cell.where
            )
            if found.day is not None:
                return self._fetch(cell, all_of([cell.where, replace(own, day=found.day)]), most)
        for by in AGO:
            old = self._fetch(cell, all_of([cell.where, shifted(cell.where, -by)]), most)
            if old:
                return old
        return []

    def _columns(self, dataset: str) -> frozenset[str]:
        return frozenset(c.name for c in self.connection.catalogue().tables[dataset].columns)

    def _held(self, step: Step) -> Predicate:
        """Rows that the step would move if nothing were held."""
        settled = without_empty(rows_of(step), self.empty)
        free = without_holds(settled)
        return FALSE if free == settled else all_of([free, negate(settled)])

    def _beside(self, dataset: str) -> Iterator[Predicate]:
        """Rows that are linked to a held row, or share with one the row they belong to."""
        for edge in edges(self.connection.system):
            if edge.child == dataset:
                yield from (Related(edge, Side.PARENT, w) for w in self._holds(edge.parent))
                for other in edges(self.connection.system):
                    if other.parent == edge.parent:
                        yield from (
                            Related(edge, Side.PARENT, Related(other, Side.CHILD, w))
                            for w in self._holds(other.child)
                        )
            if edge.parent == dataset:
                yield from (Related(edge, Side.CHILD, w) for w in self._holds(edge.child))

    def _holds(self, dataset: str) -> Iterator[Predicate]:
        name = f"{HELD}{dataset}"
        if name in self.full:
            yield InKeys(self.connection.system.datasets[dataset].key, name)

    def _fetch(self, cell: Cell, where: Predicate, most: int) -> list[Key]:
        if where == FALSE:
            return []
        key = self.connection.system.datasets[cell.dataset].key
        return [tuple(row) for row in self.connection.fetch(cell.dataset, where, key, most)]


def _cell(step: Step, stratum: Stratum, where: Predicate, rows: int) -> Cell:
    return Cell(step.dataset, str(step.move), stratum, where, rows, step.undo_days)


def explained(estate: Estate, plan: Plan, sample: Sample) -> Sample:
    """The sample with the rows whose keys are still known explained as they are now.

    Raises:
        Away: the system does not answer.
    """
    law, _ = in_force(estate.declaration, plan.day)
    with closing(estate.open(sample.system, Access.READ)) as connection:
        rows = tuple(
            replace(row, view=_view(connection, estate.declaration, law, row, _day(plan, row)))
            for row in sample.rows
        )
    return replace(sample, rows=rows)


def _view(
    connection: Connection, declaration: Declaration, law: InForce, row: Drawn, day: date
) -> RowView | None:
    dataset = connection.system.datasets.get(row.dataset)
    if not row.key or dataset is None:
        return None
    try:
        return explain_on(connection, declaration, law, dataset, row.key, day)
    except NotRead:
        return None


def _day(plan: Plan, row: Drawn) -> date:
    """The day that decides for a row: rows that can be undone go before their maximum."""
    steps = (each.step for _, each in plan.steps)
    ahead = [s.undo_days for s in steps if (s.dataset, str(s.move)) == (row.dataset, row.action)]
    return plan.day + timedelta(days=max(ahead, default=0))


def values(estate: Estate, sample: Sample, row: Drawn) -> dict[str, object]:
    """What stands in a row of a sample, for the eyes of who judges it; nothing of it is kept.

    Raises:
        Away: the system does not answer.
    """
    with closing(estate.open(sample.system, Access.READ)) as connection:
        dataset = connection.system.datasets[row.dataset]
        columns = [c.name for c in connection.catalogue().tables[row.dataset].columns]
        same = all_of(Equal(f, v) for f, v in zip(dataset.key, row.key, strict=True))
        found = next(connection.fetch(row.dataset, same, columns, 1), ())
    return dict(zip(columns, found, strict=False))
