"""Making a plan: every step counted on a connection that only reads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from avow.engine.planner import preflight
from avow.engine.planner.chunks import ROWS
from avow.engine.planner.deriving import shown, underivable
from avow.engine.planner.judge import FLOOR
from avow.engine.planner.keysets import Held, Known, Roots, pointing, seat
from avow.engine.planner.knots import knot
from avow.engine.planner.plan import Measure, Part, PlannedStep
from avow.engine.planner.program import Move, Program, Step
from avow.engine.planner.tally import Tally
from avow.estate.connectors.base import Connection, DropsPartitions, Partition, Refused
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.edges import Right, Side, edges
from avow.estate.datamap.predicates import (
    FALSE,
    TRUE,
    And,
    InKeys,
    Or,
    Predicate,
    Related,
    Until,
    all_of,
    any_of,
    key_sets,
)

HELD = f"fact.{FLOOR}."
"""Key sets of what is held, restricted or openly asked for."""
ABOUT = 10_000
"""Rows from which on a table is not counted whole for the erasure of some persons."""
PER_SECOND = 45_000
"""Rows deleted per second with locks, measured; for the estimate of the longest lock only."""


@dataclass(frozen=True, slots=True)
class Counting:
    """What is counted: a program, the facts and persons it is about, and the last plan's part."""

    program: Program
    known: Known
    zone: str = "UTC"
    roots: Roots = field(default_factory=dict)
    last: Part | None = None


def count(connection: Connection, what: Counting) -> Part:
    """A program with the counts, side effects and gaps of the live system. Writes nothing there."""
    return counted(connection, what)[0]


def counted(connection: Connection, what: Counting) -> tuple[Part, Tally]:
    """The same, and with what was counted: the key sets of the program are still there."""
    catalogue = connection.catalogue()
    said = preflight.gaps(connection, catalogue, what.program)
    if said:
        return _uncounted(catalogue, what, said), Tally(connection)
    held = Held(connection, what.known, {})
    held.refresh(what.program)
    seat(connection, what.program, what.roots)
    tally = Tally(connection, held.empty, pointing(connection, what.program))
    return _part(tally, catalogue, what), tally


def _part(tally: Tally, catalogue: Catalogue, what: Counting) -> Part:
    try:
        steps = [_planned(tally, catalogue, what, i) for i in range(len(what.program.steps))]
    except Refused as refusal:
        if refusal.kind != "form":
            raise
        return _uncounted(catalogue, what, (preflight.formless(what.program.system, refusal),))
    return Part(what.program, tuple(steps), catalogue.digest)


def _uncounted(catalogue: Catalogue, what: Counting, said: tuple[str, ...]) -> Part:
    steps = tuple(PlannedStep(step, Measure(0, 0)) for step in what.program.steps)
    return Part(what.program, steps, catalogue.digest, said)


def _planned(tally: Tally, catalogue: Catalogue, what: Counting, index: int) -> PlannedStep:
    step = what.program.steps[index]
    measure = _measure(tally, what, step)
    held, columns = _knotted(tally, catalogue, step, measure)
    measure = replace(measure, rows=measure.rows - held)
    table, kind = catalogue.tables[step.dataset], tally.connection.system.connector
    partitions = _partitions(tally, what.program, step, measure)
    statement = tally.connection.statement(step.dataset, step.where, step.blanks or None)
    return PlannedStep(
        step,
        measure,
        sql="\n".join([*(p.how for p in partitions), statement, *shown(step)]),
        partitions=partitions,
        cascades=preflight.cascades(tally, catalogue, what.program, index),
        triggers=table.triggers,
        unindexed=preflight.unindexed(catalogue, what.program, step, measure, kind),
        unblankable=preflight.unblankable(catalogue, step),
        closed=preflight.closed(catalogue, step),
        underivable=underivable(tally.connection, catalogue, step),
        knotted=columns,
    )


def _knotted(
    tally: Tally, catalogue: Catalogue, step: Step, measure: Measure
) -> tuple[int, tuple[str, ...]]:
    """How many of the rows are held in a ring of pointers, and by which."""
    found = knot(tally.connection.system, catalogue, step)
    if not measure.rows or found.where == FALSE:
        return 0, ()
    held = tally.count(step.dataset, found.where)
    return held, found.columns if held else ()


def _partitions(
    tally: Tally, program: Program, step: Step, measure: Measure
) -> tuple[Partition, ...]:
    """Parts of the table that a sweep may drop whole: what must come back, or goes with rows of
    other tables, goes row by row."""
    connection = tally.connection
    whole = step.move is Move.DELETE and not (
        program.roots or step.along or step.undo_days or step.derives
    )
    if not whole or not measure.rows or not isinstance(connection, DropsPartitions):
        return ()
    return connection.partitions(step.dataset, tally.settled(preflight.rows_of(step)))


def _measure(tally: Tally, what: Counting, step: Step) -> Measure:
    where = preflight.rows_of(step)
    rows = tally.count(step.dataset, where)
    largest = min(rows, ROWS.largest)
    return Measure(
        rows=rows,
        of=_size(tally, what.program, step.dataset, rows),
        oldest=_oldest(tally, what, step, where) if rows else None,
        retained=_retained(tally, step.dataset, where, rows),
        others=_others(tally, what.program, step.dataset, where) if rows else 0,
        moved=_moved(tally, what.last, step),
        batches=-(-rows // ROWS.start),
        lock_ms=min(ROWS.too_long_ms, largest * 1000 // PER_SECOND),
    )


def _size(tally: Tally, program: Program, dataset: str, rows: int) -> int:
    """Rows of the dataset. In an erasure nothing is allowed or refused by it, and to count all rows
    for the few of one person costs more with each person there is: what the engine guesses of a
    large table will do."""
    guessed = tally.connection.catalogue().tables[dataset].rows if program.roots else None
    if guessed is not None and guessed >= ABOUT:
        return max(guessed, rows)
    return tally.count(dataset, TRUE)


def _oldest(tally: Tally, what: Counting, step: Step, where: Predicate) -> date | None:
    """The oldest value of the first own moment the step compares; None where it compares none."""
    own = next((p for p in _own(where) if isinstance(p, Until) and not p.negated), None)
    if own is None:
        return None
    settled = tally.settled(where)
    found = tally.connection.oldest(step.dataset, own.field, own.column_zone, what.zone, settled)
    return found.day


def _own(predicate: Predicate) -> list[Predicate]:
    """Leaves about the row itself, not about rows related to it."""
    if isinstance(predicate, And | Or):
        return [leaf for part in predicate.parts for leaf in _own(part)]
    return [] if isinstance(predicate, Related) else [predicate]


def _retained(tally: Tally, dataset: str, where: Predicate, rows: int) -> int:
    """Rows that would go too if nothing were held."""
    settled = tally.settled(where)
    if not any(name.startswith(HELD) for name in key_sets(settled)):
        return 0
    return tally.count(dataset, without_holds(settled)) - rows


def without_holds(predicate: Predicate, *, wider: bool = True) -> Predicate:
    """The predicate as if no hold existed: each such test becomes what selects more rows."""
    match predicate:
        case And(parts):
            return all_of(without_holds(p, wider=wider) for p in parts)
        case Or(parts):
            return any_of(without_holds(p, wider=wider) for p in parts)
        case InKeys(_, keys) if keys.startswith(HELD):
            return TRUE if wider else FALSE
        case Related(edge, to, where, negated):
            inner = without_holds(where, wider=wider is not negated)
            return Related(edge, to, inner, negated)
    return predicate


def _others(tally: Tally, program: Program, dataset: str, where: Predicate) -> int:
    """Rows to go that also belong to, or are seen by, a person outside the batch (direct links)."""
    shared = any_of(_strangers(tally.connection, program, dataset))
    return 0 if shared == FALSE else tally.count(dataset, all_of([where, shared]))


def _strangers(connection: Connection, program: Program, dataset: str) -> list[Predicate]:
    system = connection.system
    return [
        Related(each, Side.PARENT, InKeys(system.datasets[each.parent].key, root, None, True))
        for each in edges(system)
        if each.child == dataset and each.flows is Side.CHILD and each.right is not Right.NONE
        for root in [program.roots.get(each.parent)]
        if root is not None
    ]


def _moved(tally: Tally, last: Part | None, step: Step) -> int:
    """Rows that the last plan's predicate selects today and did not when it was made.

    Its day is fixed, so time alone adds none: an event moved backwards, or rows came in late.
    """
    if last is None:
        return 0
    for before in last.steps:
        old = before.step
        if (old.dataset, old.move, old.rules) == (step.dataset, step.move, step.rules):
            if last.program.roots or not key_sets(rows := preflight.rows_of(old)) <= _put(step):
                return 0
            return max(0, tally.count(step.dataset, rows) - before.measure.rows)
    return 0


def _put(step: Step) -> frozenset[str]:
    return key_sets(step.where) | key_sets(preflight.rows_of(step))
