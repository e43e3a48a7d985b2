"""A rehearsal: the program of the day on a copy of a system, and a sample for persons to judge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date

from avow.common.findings import Finding
from avow.common.ids import new_id
from avow.declaration.model import Declaration, InForce
from avow.declaration.scope import rule_covers
from avow.engine.planner.judge import Judge, cell_groups
from avow.engine.planner.known import fact_events
from avow.engine.planner.lower import sweep
from avow.engine.planner.moving import move
from avow.engine.planner.one_row import explain_row
from avow.engine.planner.program import Move, Step
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import System

WINDOW = 5_000
DRAWN = 3
"""Rows drawn per deletion: the first by key, as judging is done one by one."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a rehearsal went: rows that went, rows still due afterwards, and the judged sample."""

    reference: str
    rows: int
    left: int
    drawn: int
    wrong: int


def rehearse(declaration: Declaration, law: InForce, system: System, day: date) -> Rehearsal:
    """Run the sweep of `day` on a copy of a system, after judging rows drawn from what is due."""
    connector = connector_for(system)
    if isinstance(connector, Finding):
        raise TypeError(connector.message)
    program = sweep(_judge(declaration, law, system, day), _catalogue(system))
    judged = tuple(_sample(declaration, law, system, program.steps, day))
    with closing(connector.connect(system, Access.WRITE)) as connection:
        rows = sum(_carry_out(connection, step) for step in program.steps)
        left = sum(
            connection.count(s.dataset, s.counted) for s in program.steps if s.counted is not None
        )
    return Rehearsal(new_id("rehearsal"), rows, left, len(judged), judged.count(False))


def governing(declaration: Declaration, law: InForce, name: str) -> tuple[str, ...]:
    """The rules that reach some cells of a system."""
    system = declaration.datamap.systems[name]
    cells = [c for d in system.datasets.values() for c in cell_groups(system, d, ())]
    return tuple(r.id for r in law.rules if any(rule_covers(r, c.place) for c in cells))


def _judge(declaration: Declaration, law: InForce, system: System, day: date) -> Judge:
    return Judge(system, law, day, fact_events(declaration))


def _catalogue(system: System) -> Catalogue:
    connector = connector_for(system)
    if isinstance(connector, Finding):
        raise TypeError(connector.message)
    with closing(connector.connect(system, Access.READ)) as connection:
        return connection.catalogue()


def _carry_out(connection: Connection, step: Step) -> int:
    total, after = 0, None
    while (window := connection.window(step.dataset, step.where, after, WINDOW)) is not None:
        with connection.transaction() as batch:
            total += move(connection, batch, step, window).total
        after = window.until
    return total


def _sample(
    declaration: Declaration, law: InForce, system: System, steps: tuple[Step, ...], day: date
) -> Iterator[bool]:
    """Whether some cell of each drawn row is due by `decide`, which shares no SQL with the plan."""
    for step in steps:
        if step.move is not Move.DELETE or step.counted is None:
            continue
        dataset = system.datasets[step.dataset]
        for key in _keys(system, step):
            shown = ",".join(str(part) for part in key)
            view = explain_row(declaration, law, system, dataset, shown, day)
            yield any(answer.verdict.startswith("due") for answer in view.answers)


def _keys(system: System, step: Step) -> list[tuple[object, ...]]:
    connector = connector_for(system)
    if isinstance(connector, Finding) or step.counted is None:
        return []
    key = system.datasets[step.dataset].key
    with closing(connector.connect(system, Access.READ)) as connection:
        return list(connection.fetch(step.dataset, step.counted, key, DRAWN))
