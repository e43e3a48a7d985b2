"""Plans in our database: kept, read back, and moved from one status to the next."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from avow.common.findings import Finding
from avow.declaration.model import Level
from avow.engine.db.store import Row, Runs
from avow.engine.planner.plan import Part, Plan, plan_json, plan_of
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.written import canonical, digest_of


class Status(StrEnum):
    """Where a plan stands."""

    MADE = "made"
    REFUSED = "refused"
    WAITING = "waiting"
    APPROVED = "approved"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    BLOCKED = "blocked"
    WITHDRAWN = "withdrawn"


REMEMBERED = 64
"""Plans that a process remembers."""
OVER = frozenset({Status.DONE, Status.BLOCKED, Status.WITHDRAWN, Status.REFUSED})


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan as it is kept: with its status, its level, and who approved this very digest."""

    plan: Plan
    status: Status
    level: Level
    approved_by: tuple[str, ...] = ()
    made_at: datetime | None = None


def keep(runs: Runs, plan: Plan, findings: Sequence[Finding], level: Level, at: datetime) -> Status:
    """Keep a plan. The guard's findings make it refused; a level that may write makes it wait.

    A plan at level automatic is approved by its level. Previews are not kept.
    """
    status = _first(findings, level)
    data = plan_json(plan)
    head = {k: v for k, v in data.items() if k != "parts"}
    runs.run(
        "plan_add",
        id=plan.id,
        kind=str(plan.kind),
        system=plan.system,
        sphere=plan.sphere,
        rule=None,
        case_id=plan.case,
        release=plan.release,
        as_of=plan.day,
        steps=_text(data["parts"]),
        counts=_text(head),
        bounds=_text([each.bound for _, each in plan.steps]),
        findings=_text([_finding(f) for f in findings]),
        digest=plan.digest,
        status=str(status),
        level=str(level),
        simulated=False,
        valid_until=None,
        at=at,
    )
    return status


def _first(findings: Sequence[Finding], level: Level) -> Status:
    if findings:
        return Status.REFUSED
    return {
        Level.APPROVE: Status.WAITING,
        Level.AUTOMATIC: Status.APPROVED,
    }.get(level, Status.MADE)


def _text(value: object) -> str:
    return canonical(value).decode()


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "code": finding.code,
        "message": finding.message,
        "because": finding.because,
        "help": finding.help,
    }


def read(runs: Runs, name: str) -> Kept:
    """A plan by its id.

    Raises:
        PlannerError: AV413, there is none; AV414, it was changed in the database.
    """
    row = runs.one("plan_content", id=name)
    if row is None:
        raise PlannerError(
            f"there is no plan `{name}`", help="`avow plan --list` shows them", code="AV413"
        )
    plan = _plan(runs, name, row["digest"], bytes(row["content"]))
    approvals = runs.run("approvals", plan=name)
    return Kept(
        plan,
        Status(row["status"]),
        Level(row["level"]),
        tuple(a["person"] for a in approvals),
        row["made_at"],
    )


_READ: OrderedDict[tuple[str, bytes], Plan] = OrderedDict()
"""Plans that this process read or made of late, by digest and hash of the content."""


def _plan(runs: Runs, name: str, digest: str, content: bytes) -> Plan:
    """The plan with this content. A plan of a large system is long, and applying it asks for it at
    every turn; it never changes, and what somebody changed in the database has another hash."""
    known = _READ.get((digest, content))
    if known is not None:
        return known
    return _taken_in(name, digest, content, runs.one("plan", id=name))


def _taken_in(name: str, digest: str, content: bytes, row: Row | None) -> Plan:
    """The plan of a row, remembered; see `read` for what is raised."""
    data = {**row["counts"], "parts": row["steps"]} if row else {"parts": []}
    if digest_of(data) != digest:
        raise PlannerError(
            f"the plan `{name}` is not the one that was made",
            because="its digest is another: somebody changed it in the database",
            help="plan again, and find out who did",
            code="AV414",
        )
    plan = plan_of(data)
    # What was signed stands, also where a later avow would write the same plan with more words.
    vars(plan)["digest"] = digest
    _READ[digest, content] = plan
    if len(_READ) > REMEMBERED:
        _READ.popitem(last=False)
    return plan


def findings_of(runs: Runs, name: str) -> tuple[Finding, ...]:
    """What the guard said when the plan was made."""
    row = runs.one("plan", id=name)
    found: list[dict[str, Any]] = row["findings"] if row else []
    return tuple(msgspec.convert(f, Finding) for f in found)


def newest(runs: Runs, most: int = 50) -> list[Kept]:
    """The newest plans, newest first, in three statements at most; raises what `read` raises."""
    heads = runs.run("plans_content", most=most)
    given: defaultdict[str, list[str]] = defaultdict(list)
    for row in runs.run("approvals_of", plans=[head["id"] for head in heads]):
        given[row["plan"]].append(row["person"])
    marks = {head["id"]: (head["digest"], bytes(head["content"])) for head in heads}
    known = {name: _READ.get(mark) for name, mark in marks.items()}
    unread = [name for name, plan in known.items() if plan is None]
    rows = {row["id"]: row for row in runs.run("plans_whole", plans=unread)} if unread else {}
    return [
        Kept(
            known[head["id"]] or _taken_in(head["id"], *marks[head["id"]], rows.get(head["id"])),
            Status(head["status"]),
            Level(head["level"]),
            tuple(given[head["id"]]),
            head["made_at"],
        )
        for head in heads
    ]


def waiting(runs: Runs) -> list[str]:
    """Plans that may be applied or taken up again, oldest first."""
    return [row["id"] for row in runs.run("planner_plans_waiting")]


def pass_to(runs: Runs, name: str, to: Status, among: Sequence[Status], at: datetime) -> bool:
    """Move a plan to another status, if it is in one of `among`; says whether it was."""
    moved = runs.one(
        "plan_status",
        id=name,
        status=str(to),
        ended=to in OVER,
        at=at,
        **{"from": [str(s) for s in among]},
    )
    return moved is not None


def last_part(runs: Runs, system: str, release: str, clause: str | None) -> Part | None:
    """The widest part of the last sweep of this release in the system, less what was moved since;
    what a new plan is compared with."""
    row = runs.one("planner_last_plan", system=system, release=release, clause=clause)
    if row is None:
        return None
    plan = read(runs, row["id"]).plan
    if not plan.parts:
        return None
    moved = {s["step"]: s["rows"] for s in runs.run("journal_steps", plan=plan.id)}
    part = plan.parts[-1]
    first = len(plan.steps) - len(part.steps)
    steps = tuple(
        replace(
            s, measure=replace(s.measure, rows=max(0, s.measure.rows - moved.get(first + i, 0)))
        )
        for i, s in enumerate(part.steps)
    )
    return replace(part, steps=steps)
