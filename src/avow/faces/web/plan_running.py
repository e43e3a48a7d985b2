"""Carrying approved plans out from a page, as the command and the timer do."""

from __future__ import annotations

from collections.abc import Iterable

from avow.common.errors import AvowError
from avow.engine.planner.apply import Office
from avow.engine.planner.records import Status
from avow.engine.planner.working import Bench, carry_out

MAY_RUN = frozenset(str(s) for s in (Status.APPROVED, Status.RUNNING, Status.PAUSED))
"""Where a plan may be carried out, or taken up where it was left."""


def run_plans(bench: Bench, plans: Iterable[str]) -> str:
    """Carry plans out, one after the other; the code of the first that did not go on, or nothing.
    One that is refused, stopped or away keeps none of the others from running; what was done
    stays, and the next call goes on."""
    memory, code = bench.memory, ""
    office = Office(memory.runs, memory.ring, memory.declaration, memory.day)
    for plan in plans:
        try:
            carry_out(office, bench, plan)
        except AvowError as problem:
            code = code or problem.code
    return code
