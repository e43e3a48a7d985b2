"""What one step does inside one transaction: delete, blank, or delete together with rows along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from avow.engine.planner.deriving import made_again
from avow.engine.planner.program import Move, Step
from avow.estate.connectors.base import Batch, Connection, Window
from avow.estate.datamap.predicates import FALSE, InKeys, all_of

GO = "go"
"""The key set of the rows of a step that takes other rows along."""


@dataclass(frozen=True, slots=True)
class Done:
    """Rows of the step that changed, and rows of other datasets that went along with them."""

    rows: int
    others: Mapping[str, int] = field(default_factory=dict)

    @property
    def along(self) -> int:
        """Rows of other datasets."""
        return sum(self.others.values())

    @property
    def total(self) -> int:
        """All rows that changed."""
        return self.rows + self.along


def move(
    connection: Connection, batch: Batch, step: Step, window: Window | None = None, skip: int = 0
) -> Done:
    """Do what a step says to the rows it selects, within the window where one is given.

    `skip`: as many rows in front of the window were set aside and still match.
    """
    if step.where == FALSE:
        return Done(0)
    if step.along or any(each.edge is not None for each in step.derives):
        mine = _picked(connection, step, window, skip)
        with made_again(connection, batch, step, mine):
            return _together(batch, step, mine)
    if step.move is not Move.DELETE:
        return Done(batch.blank(step.dataset, step.where, step.blanks, window))
    return Done(batch.remove(step.dataset, step.where, window))


def _picked(connection: Connection, step: Step, window: Window | None, skip: int) -> InKeys:
    """The keys are read first: once the rows along are gone, nothing says any more that these are
    due; and once these are gone, nothing says what is made from them."""
    key = connection.system.datasets[step.dataset].key
    limit = None if window is None else window.rows + skip
    found = connection.fetch(step.dataset, step.where, key, limit)
    rows = [(n, k, None) for n, k in enumerate(islice(found, skip, None))]
    connection.put_keys(GO, step.dataset, rows)
    return InKeys(key, GO)


def _together(batch: Batch, step: Step, mine: InKeys) -> Done:
    if step.move is not Move.DELETE:
        where = all_of([mine, step.where])
        return Done(batch.blank(step.dataset, where, step.blanks))
    along = Counter[str]()
    for each in reversed(step.along):
        along[each.edge.child] += batch.remove(each.edge.child, each.pointing(mine))
    return Done(batch.remove(step.dataset, mine), along)
