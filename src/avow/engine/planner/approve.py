"""Approving a plan: persons sign its digest, and a plan changed by one byte is another plan."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from avow.common.findings import Finding
from avow.declaration.model import Declaration
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import Body, PlanApproved
from avow.engine.keys.ring import KeyRing
from avow.engine.planner import records
from avow.engine.planner.records import Kept, Status
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.trust import Quorum, quorum, unfit

Note = Callable[[Body, datetime], object]
"""Writes one entry to the ledger."""


def unwritten(body: Body, at: datetime) -> None:
    """No ledger is wired."""
    del body, at


@dataclass(frozen=True, slots=True)
class Approved:
    """What an approval led to: the plan's status, and whether the persons are enough."""

    status: Status
    quorum: Quorum


def approve(
    runs: Runs,
    ring: KeyRing,
    declaration: Declaration,
    plan: str,
    *,
    person: str,
    at: datetime,
    note: Note = unwritten,
) -> Approved:
    """Sign a plan's digest for a person; when they are enough, the plan may be applied.

    Raises:
        Guarded: the person may not approve it.
        PlannerError: AV424, the plan waits for no approval.
    """
    kept = records.read(runs, plan)
    if kept.status not in (Status.WAITING, Status.APPROVED):
        raise PlannerError(
            f"the plan `{plan}` waits for no approval",
            because=f"it is {kept.status}",
            help="plan again" if kept.status is Status.REFUSED else "",
            code="AV424",
        )
    wrong = unfit(declaration.people, kept.plan.author, person)
    if wrong:
        raise Guarded(wrong)
    _sign(runs, ring, kept, person=person, at=at, note=note)
    met = sufficient(declaration, records.read(runs, plan))
    if met.is_met:
        records.pass_to(runs, plan, Status.APPROVED, [Status.WAITING], at)
    return Approved(records.read(runs, plan).status, met)


def _sign(runs: Runs, ring: KeyRing, kept: Kept, *, person: str, at: datetime, note: Note) -> None:
    digest = kept.plan.digest
    signature = ring.sign(message(digest, person))
    added = runs.one(
        "approval_add",
        plan=kept.plan.id,
        person=person,
        digest=digest,
        key=ring.signing.current,
        signature=signature,
        at=at,
    )
    if added is not None:
        signed = hashlib.sha256(signature).hexdigest()
        note(PlanApproved(plan=kept.plan.id, digest=digest, by=person, signature=signed), at)


def message(digest: str, person: str) -> bytes:
    """What is signed: the plan's digest and who approves it."""
    return f"avow plan approval\n{digest}\n{person}\n".encode()


def sufficient(declaration: Declaration, kept: Kept) -> Quorum:
    """Whether the persons who approved this digest are enough, by the people declared today."""
    return quorum(declaration.people, kept.plan.author, kept.approved_by)


def unsigned(runs: Runs, ring: KeyRing, kept: Kept) -> tuple[Finding, ...]:
    """Approvals whose signature does not verify: rows that somebody wrote by hand."""
    return tuple(
        Finding(
            "AV425",
            f"the approval of `{row['person']}` does not verify",
            because="its signature is not over this plan's digest and this person",
            help="let them approve again, and find out who wrote the row",
        )
        for row in runs.run("approvals", plan=kept.plan.id)
        if not ring.verify(
            message(kept.plan.digest, row["person"]), bytes(row["signature"]), row["key"]
        )
    )
