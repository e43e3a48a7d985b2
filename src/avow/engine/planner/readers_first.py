"""In what order the blankings of one dataset come."""

from __future__ import annotations

from collections.abc import Iterable

from avow.engine.planner.program import Step
from avow.estate.datamap.predicates import own_columns


def readers_first(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The blankings of one dataset, none of which empties what a later one asks for where it can be
    helped: a copy that names its original by an address could not be found any more by the steps
    after the one that empties the address. Otherwise they stay as they come; where two ask for what
    the other empties, the first comes first."""
    waiting, ordered = list(steps), list[Step]()
    while waiting:
        free = (s for s in waiting if not any(_asks(o, s) for o in waiting if o is not s))
        first = next(free, waiting[0])
        waiting.remove(first)
        ordered.append(first)
    return tuple(ordered)


def _asks(step: Step, other: Step) -> bool:
    """Whether a step asks for a column that the other empties, and not only whether it is empty:
    what one step empties itself is another's question only by accident."""
    return not other.blanks.keys().isdisjoint(set(own_columns(step.where)) - step.blanks.keys())
