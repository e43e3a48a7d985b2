"""An erasure that the person takes back is not carried out: they drop out of every plan at once.

A plan of one request is withdrawn; one of many requests goes on without them. It does not stop:
the others have a right to be erased in time, and fewer rows than two persons approved is no other
plan. Who is in the chunk of the very instant is erased.
"""

from __future__ import annotations

from datetime import datetime

from avow.duties.requests.machine import Request
from avow.duties.requests.words import ItemState, Right
from avow.engine.db.store import Runs
from avow.engine.planner.sealed_persons import spare

_OVER = frozenset({ItemState.WITHDRAWN, ItemState.REFUSED, ItemState.TRANSMITTED})


def case_of(request: str, item: int) -> str:
    """What a plan of many requests calls one of them."""
    return f"{request}/{item}"


def names_of(request: str, item: int) -> tuple[str, str]:
    """What a plan may call an erasure: the request, or where it is of many, the item of it."""
    return request, case_of(request, item)


def follow(runs: Runs, before: Request, after: Request, at: datetime) -> None:
    """Leave out of its plans whatever a step ended without carrying it out."""
    for number, item in after.items.items():
        was = before.items.get(number, item)
        ended = item.state in _OVER and was.state is not item.state
        if ended and item.right is Right.ERASURE and item.records:
            spare(runs, item.records, [case_of(after.id, number)], at)
