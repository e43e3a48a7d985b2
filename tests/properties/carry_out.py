"""The plainest way to carry out a program: one transaction a step, no windows, no journal."""

from __future__ import annotations

from avow.engine.planner.program import Move, Program, Step
from avow.estate.connectors.base import Batch, Connection
from avow.estate.datamap.predicates import InKeys

GO = "go"


def carry_out(connection: Connection, program: Program) -> int:
    """Run every step of a program on a connection on which its facts have been put."""
    return sum(_step(connection, step) for step in program.steps)


def _step(connection: Connection, step: Step) -> int:
    with connection.transaction() as batch:
        if step.move is not Move.DELETE:
            return batch.blank(step.dataset, step.where, step.blanks)
        if step.along:
            return _together(connection, batch, step)
        return batch.remove(step.dataset, step.where)


def _together(connection: Connection, batch: Batch, step: Step) -> int:
    key = connection.system.datasets[step.dataset].key
    rows = list(connection.fetch(step.dataset, step.where, key))
    connection.put_keys(GO, step.dataset, [(n, k, None) for n, k in enumerate(rows)])
    mine = InKeys(key, GO)
    for along in reversed(step.along):
        batch.remove(along.edge.child, along.pointing(mine))
    return batch.remove(step.dataset, mine)
