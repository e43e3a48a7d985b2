"""One batch of a step that can be undone: its rows are kept first, then moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from avow.engine.planner.deriving import made_again
from avow.engine.planner.ground import Ground
from avow.engine.planner.journal import Seat
from avow.engine.planner.moving import GO, Done
from avow.engine.planner.program import Move, Step
from avow.engine.planner.refusals import PlannerError
from avow.estate.connectors.base import Batch, Capability, Refused, Window
from avow.estate.datamap.predicates import InKeys, all_of


class TooMany(Exception):
    """With the rows along, a window holds more than the ramp allows; a smaller one may not."""


@contextmanager
def takes_back(ground: Ground) -> Iterator[None]:
    """Forget what was kept for a batch that was surely undone. Where the system went away nobody
    knows whether it committed: what was kept stays, and is harmless if it did not."""
    try:
        yield
    except (TooMany, PlannerError):
        _drop(ground)
        raise
    except Refused as refusal:
        if refusal.kind != "lost":
            _drop(ground)
        raise


def _drop(ground: Ground) -> None:
    if ground.keeper is not None:
        ground.keeper.drop()


def taken_out(ground: Ground, batch: Batch, step: Step, seat: Seat, window: Window) -> Done:
    """Keep the rows of the window, then move them.

    Raises:
        PlannerError: AV439, nothing keeps rows here; AV441, none could be brought back.
        Refused: `lock`, somebody changed rows beside us; the batch may be tried again.
    """
    if ground.keeper is None:
        raise PlannerError(
            f"rows of `{step.dataset}` would leave before their maximum, and nothing keeps them",
            because="their rule can be undone, and this worker has no place for bundles",
            help="apply the plan with `avow apply`",
            code="AV439",
        )
    connection = ground.connection
    if Capability.INSERT not in connection.capabilities:
        raise PlannerError(
            f"rows of `{step.dataset}` would leave before their maximum and could never come back",
            because=f"nothing can be brought back into `{connection.system.name}`",
            help="take `undo` from the rule, or from what it applies to there",
            code="AV441",
        )
    key = connection.system.datasets[step.dataset].key
    keys = batch.copies(step.dataset, step.where, key, window)
    connection.put_keys(GO, step.dataset, [(n, k, None) for n, k in enumerate(keys)])
    mine = InKeys(key, GO)
    if Capability.LOCKS in connection.capabilities:
        batch.lock(step.dataset, mine)
    seen = ground.keeper.keep(connection, batch, step, seat, mine)
    ground.crash("kept")
    with made_again(connection, batch, step, mine):
        done = _moved(batch, step, mine)
    if done.rows > seen[step.dataset] or any(n > seen[d] for d, n in done.others.items()):
        raise Refused("lock", step.dataset)
    return done


def _moved(batch: Batch, step: Step, mine: InKeys) -> Done:
    where = all_of([mine, step.where])
    if step.move is not Move.DELETE:
        return Done(batch.blank(step.dataset, where, step.blanks))
    along = Counter[str]()
    for each in reversed(step.along):
        along[each.edge.child] += batch.remove(each.edge.child, each.pointing(mine))
    # Once the rows along are gone, nothing says any more that these are due.
    return Done(batch.remove(step.dataset, mine if step.along else where), along)
