"""Rows that leave before their maximum, because their rule can be undone: when, and until when.

A rule with `undo: 7 days` sends its rows out seven days early, into a bundle that is destroyed on
the day of their maximum. What must go, and when a promise is broken, does not change by it: only
plans look ahead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from avow.declaration.model import Declaration, InForce
from avow.engine.planner.judge import Cells, Judge, filled
from avow.engine.planner.known import fact_events, set_names
from avow.engine.planner.lower import Lowering
from avow.engine.planner.program import Move, Program, Step
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.edges import Side
from avow.estate.datamap.model import System
from avow.estate.datamap.predicates import TRUE, And, Predicate, Related, all_of, any_of, negate


def with_undo(program: Program, law: InForce) -> Program:
    """The program with the days of undo in each step: the longest of the rules that govern it."""
    days = {rule.id: rule.undo_days for rule in law.rules}
    return replace(
        program,
        steps=tuple(
            replace(step, undo_days=max((days.get(r, 0) for r in step.rules), default=0))
            for step in program.steps
        ),
    )


@dataclass(frozen=True, slots=True)
class Maximums:
    """When rows come to their maximum in one system, by its live schema."""

    declaration: Declaration
    law: InForce
    system: System
    catalogue: Catalogue

    def reached(self, step: Step, day: date) -> Predicate:
        """Rows of the step's dataset that have come to their maximum on `day` or before, by any
        ceiling that binds and by the end of every need: of several the earliest counts. Of rows
        that go together the earliest counts for all; copies have that of their original, and those
        without one are past it."""
        lowering = self._on(day)
        if step.move is Move.UNLINK:
            return _pointing(lowering, step)
        cells = lowering.cells(step.dataset)
        if step.move is Move.BLANK:
            cells = tuple(c for c in cells if not set(step.blanks).isdisjoint(c.columns))
        along = (
            each.taking(_ended(lowering, lowering.cells(each.edge.child))) for each in step.along
        )
        return any_of([_ended(lowering, cells), *along, lowering.goes_with(step.dataset)])

    def _on(self, day: date) -> Lowering:
        events = fact_events(self.declaration)
        names = set_names(self.system, self.law, events)
        return Lowering(Judge(self.system, self.law, day, events, names), self.catalogue)


def _pointing(lowering: Lowering, step: Step) -> Predicate:
    """Rows whose pointer is emptied because the row it names has come to its maximum; every row
    where the step does not say which pointer: then nothing is kept."""
    parts = step.where.parts if isinstance(step.where, And) else (step.where,)
    wanted = set(step.blanks)
    for part in parts:
        if isinstance(part, Related) and not part.negated and set(part.edge.child_fields) == wanted:
            named = _ended(lowering, lowering.cells(part.edge.parent))
            return Related(part.edge, Side.PARENT, named)
    return TRUE


def _ended(lowering: Lowering, cells: tuple[Cells, ...]) -> Predicate:
    """Rows of which some present cell group has ended; of an empty row any group counts."""
    ends = [lowering.judge.ends(each) for each in cells]
    there = [_present(lowering, each) for each in cells]
    ended = (all_of(pair) for pair in zip(ends, there, strict=True))
    return any_of([*ended, all_of([any_of(ends), *map(negate, there)])])


def _present(lowering: Lowering, cells: Cells) -> Predicate:
    """Rows in which something of the group is left; a group without columns is the row itself."""
    return (
        filled(lowering.system.datasets[cells.place.dataset], cells.columns)
        if cells.columns
        else TRUE
    )
