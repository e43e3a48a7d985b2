"""Rehearsals in our database: begun before the first batch, ended once, and only then passed."""

from __future__ import annotations

from datetime import datetime

from avow.engine.db.store import Runs
from avow.engine.planner.rehearsal import Rehearsal
from avow.engine.planner.written import canonical


def begin(runs: Runs, rehearsal: Rehearsal, at: datetime) -> None:
    """Write down that a rehearsal begins. If its process dies, that is all that is ever said."""
    runs.run(
        "rehearsal_begin",
        id=rehearsal.id,
        plan=rehearsal.plan,
        plan_digest=rehearsal.plan_digest,
        system=rehearsal.system,
        release=rehearsal.release,
        clause=rehearsal.clause,
        rules=list(rehearsal.rules),
        schema=rehearsal.schema,
        copy_schema=rehearsal.copy_schema,
        differences=canonical(list(rehearsal.differences)).decode(),
        at=at,
    )


def end(runs: Runs, rehearsal: Rehearsal, at: datetime) -> None:
    """Write down how it went, all at once."""
    found = [{"code": f.code, "message": f.message} for f in rehearsal.findings]
    with runs.transaction() as tx:
        tx.run(
            "rehearsal_end",
            id=rehearsal.id,
            state="passed" if rehearsal.passed else "failed",
            findings=canonical(found).decode(),
            longest_ms=rehearsal.longest_ms,
            at=at,
        )
        for number, step in enumerate(rehearsal.steps):
            tx.run(
                "rehearsal_step_add",
                rehearsal=rehearsal.id,
                step=number,
                dataset=step.dataset,
                action=step.move,
                planned=step.planned,
                counted=step.counted,
                moved=step.moved,
                remaining=step.remaining,
                held=step.held,
            )
        for (dataset, reason), rows in rehearsal.blocked.items():
            tx.run(
                "rehearsal_block_add",
                rehearsal=rehearsal.id,
                dataset=dataset,
                reason=reason,
                rows=rows,
            )
