"""The beginning of a step whose plan names whole partitions: each that is still all due is dropped.

What stood in the plan is looked at again under a lock that keeps writers out. A partition in which
more is due than was approved stops the plan; one that holds a row which stays, or that others use
this moment, is left to the deletion of rows that follows, and that is said.
"""

from __future__ import annotations

from avow.engine.planner.ground import exceeded
from avow.engine.planner.moving import Done
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.sweep import Sweeping
from avow.estate.connectors.base import DropsPartitions, Partition, Refused


class _Left(Exception):
    """The partition stays for now, and why."""


def drop_partitions(going: Sweeping) -> None:
    """Drop what the plan named, each in a batch of its own.

    Raises:
        Stopped: in one of them more is due than was approved.
        PlannerError: the check inside a batch found something; the batch was undone.
    """
    connection = going.ground.connection
    if going.is_cut or not isinstance(connection, DropsPartitions):
        return
    for partition in going.planned.partitions:
        going.ground.heed()
        going.ground.journal.start(going.seat)
        going.ground.crash("started")
        going.ground.held.refresh(going.part.program)
        try:
            going.ground.journal.reserve(partition.rows)
            rows = _dropped(going, connection, partition)
        except (_Left, Refused) as why:
            if isinstance(why, Refused) and why.kind == "lost":
                raise
            going.ground.journal.failed(going.seat)
            going.said.append(_said(partition, why))
        except PlannerError:
            going.ground.journal.failed(going.seat)
            raise
        else:
            going.ground.crash("committed")
            going.ended(Done(rows))
            going.said.append(f"dropped: partition {partition.name} ({rows:,} rows)")


def _dropped(going: Sweeping, connection: DropsPartitions, partition: Partition) -> int:
    ground, step = going.ground, going.step
    with ground.connection.transaction() as batch:
        plan, program = ground.journal.plan, going.part.program
        memory = ground.checker.before(ground.connection, program, plan, going.place)
        rows, due = connection.look_at_partition(step.dataset, partition, step.where)
        if due > min(partition.rows, going.left):
            raise exceeded(partition.name, partition.rows)
        if not rows:
            raise _Left("nothing is in it any more")
        if rows > due:
            raise _Left("rows that stay are in it")
        connection.drop_partition(step.dataset, partition, rows)
        ground.settle(batch, going.seat, program, {going.place: rows}, memory)
    return rows


def _said(partition: Partition, why: _Left | Refused) -> str:
    word = why.kind if isinstance(why, Refused) else str(why)
    reason = {"lock": "others use it", "schema": "it is gone"}.get(word, word)
    return f"not dropped: partition {partition.name} ({reason}); its rows are deleted instead"
