"""Taking an erasure on request back, while its hours run: the rows of one case come back, and those
of the others who went in the same plan stay gone.

Like the undo of a sweep it is a plan of its own with its own journal, said by two persons: killed
at any point and run again, the end is the same. No rule falls back by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from avow.engine.db.store import Row, Runs
from avow.engine.evidence.entries import Undone
from avow.engine.planner import records
from avow.engine.planner.apply import Office
from avow.engine.planner.bringing_back import Lying
from avow.engine.planner.bundle_end import destroy_due
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.sealed_persons import spare
from avow.engine.planner.undo import (
    MAY_UNDO,
    Hands,
    Undoing,
    begun,
    brought_back,
    frames_of,
    two_persons,
    used,
)


def undo_erased(
    office: Office, hands: Hands, plan: str, cases: Sequence[str], by: Sequence[str]
) -> Undoing:
    """Bring back what a plan of erasure took out for one request, or go on with it. `cases` are the
    names by which the plan may know the request.

    What happened since is never overwritten: a row whose key is there again stays as it is.

    Raises:
        Guarded: these persons may not, or one more is needed (AV427).
        PlannerError: AV435, nothing was kept; AV436, the hours are over or it came back before;
            AV437, a frame was changed, and nothing was brought back; AV438, the plan runs.
        Stopped: somebody said stop.
        Refused, Unreachable: the system went away, or refuses us; run it again.
    """
    kept = records.read(office.runs, plan)
    two_persons(office, kept.plan, by)
    now = hands.journal(plan).clock.now
    destroy_due(office.runs, hands.folder, office.today, now(), hands.note)
    bundle = _lying(office.runs, plan, cases)
    boxes = partial(boxes_of, office.runs, bundle["id"])
    lying = Lying(bundle["id"], bundle["key"], 0, int(bundle["rows"]), boxes, among=1)
    frames = frames_of(office, [lying])
    _whole(office.runs, lying)
    _goes_no_further(office.runs, kept, cases, now())
    journal = hands.journal(begun(office, kept.plan, lying.id, now()))
    back = brought_back(office, hands, journal, kept.plan.system, frames)
    status = Status.BLOCKED if back.stuck else Status.DONE
    people = tuple(sorted(set(by)))
    hands.note(Undone(bundle=lying.id, by=people, rows=back.rows[lying.id]), now())
    records.pass_to(office.runs, journal.plan, status, [Status.RUNNING], now())
    if status is Status.DONE:
        used(office, hands, [lying], now())
    blocked = tuple((*place, n) for place, n in back.blocked.items())
    return Undoing(plan, journal.plan, status, back.rows.total(), lying.rows, blocked)


def _lying(runs: Runs, plan: str, cases: Sequence[str]) -> Row:
    """The bundle of a case that may be opened."""
    rows = runs.run("undo_bundles_of_cases", plans=[plan], cases=list(cases))
    if not rows or not rows[0]["rows"]:
        raise PlannerError(
            f"nothing of `{plan}` was kept for this request",
            because="its erasures cannot be taken back, or every row was somebody else's too",
            help="`requests: {undo: 72 hours}` in the declaration keeps what an erasure takes out",
            code="AV435",
        )
    if rows[0]["destroyed_at"] is not None:
        used_up = rows[0]["restored_at"] is not None
        became = "was brought back before" if used_up else "is gone for good"
        raise PlannerError(
            f"what `{plan}` took out {became}",
            because="the key of its bundle is destroyed"
            + ("" if used_up else f"; {rows[0]['ends_at']:%Y-%m-%d %H:%M} UTC was the end"),
            help="" if used_up else "nobody can bring these rows back",
            code="AV436",
        )
    return rows[0]


def boxes_of(runs: Runs, bundle: str) -> Iterator[bytes]:
    """The boxes of the frames of a bundle, in the order in which they were written."""
    return (bytes(row["sealed"]) for row in runs.run("undo_frames", bundle=bundle))


def _whole(runs: Runs, lying: Lying) -> None:
    """Every frame opened, in its place; now, that none is missing."""
    rows = sum(int(row["rows"]) for row in runs.run("undo_frames", bundle=lying.id))
    if rows != lying.rows:
        raise PlannerError(
            f"the bundle `{lying.id}` is not the one that was written",
            because="a part of it is missing",
            help="bring our own database back to where it was; nothing of it was used",
            code="AV437",
        )


def _goes_no_further(runs: Runs, kept: records.Kept, cases: Sequence[str], at: datetime) -> None:
    """A plan that is paused takes nothing more out for the request."""
    if kept.status not in (*MAY_UNDO, Status.WITHDRAWN):
        raise PlannerError(
            f"`{kept.plan.id}` cannot be undone",
            because=f"it is {kept.status}",
            help="a plan that ended or is paused can be undone; stop a running one first",
            code="AV438",
        )
    spare(runs, [kept.plan.id], cases, at)
