"""Applying a plan: permission first, then every step, then what follows from it.

The only place of the planner that opens a system for writing. The permission is asked again at
every start, also when an interrupted plan is taken up: nothing that was allowed yesterday is
allowed by that today.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date

from avow.common.findings import Finding
from avow.declaration.model import Declaration, Level
from avow.engine.db.store import Runs
from avow.engine.keys.ring import KeyRing
from avow.engine.planner import records, standings
from avow.engine.planner.allowance import Allowance
from avow.engine.planner.approve import sufficient, unsigned
from avow.engine.planner.ground import Block, Ground
from avow.engine.planner.guard import Surroundings, governing, guard, level_of
from avow.engine.planner.journal import Journal
from avow.engine.planner.plan import Plan, PlanKind
from avow.engine.planner.receipts import reader
from avow.engine.planner.records import Kept, Status
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.release import active
from avow.engine.planner.running import Running
from avow.engine.planner.stop import freezes
from avow.engine.planner.trust import Standing, tried
from avow.estate.connectors.base import Access, Connection, Refused

MAY_START = (Status.APPROVED, Status.RUNNING, Status.PAUSED)


@dataclass(frozen=True, slots=True)
class Applied:
    """How an application ended. `at_least`: a batch died between the system's commit and ours and
    left no receipt, so `rows` is a lower bound. `effects` say what was refreshed."""

    plan: str
    status: Status
    rows: int
    at_least: bool = False
    blocked: tuple[Block, ...] = ()
    effects: tuple[str, ...] = ()
    cut: bool = False
    small: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """Who asks and answers for permission: our database, the keys, what is in force, the day."""

    runs: Runs
    ring: KeyRing
    declaration: Declaration
    today: date


@dataclass(frozen=True, slots=True)
class Worker:
    """Who does it: opens a system (name, access), and prepares the ground on a connection."""

    connect: Callable[[str, Access], Connection]
    ground: Callable[[Plan, Connection, Journal], Ground]
    journal: Callable[[str], Journal]


def surroundings(office: Office, plan: Plan) -> Surroundings:
    """What is true around a plan now."""
    found = standings.effective(office.runs, office.declaration, plan.system)
    used = office.runs.one("budget_used", system=plan.system, day=office.today)
    automatic = level_of(plan, Surroundings(office.today, None, standings=found)) is Level.AUTOMATIC
    budget = standings.daily_budget(office.runs, plan.system, governing(plan))
    return Surroundings(
        today=office.today,
        release=active(office.runs),
        standings=found,
        freezes=freezes(office.runs, office.today),
        spent=int(used["rows"]) if used else 0,
        budget=budget if automatic else None,
        moved=sum(row["rows"] for row in office.runs.run("journal_steps", plan=plan.id)),
    )


def permitted(office: Office, kept: Kept) -> Surroundings:
    """What surrounds the plan, when it may run now.

    Raises:
        Guarded: with every reason why it may not.
    """
    around = surroundings(office, kept.plan)
    wrong = [*guard(kept.plan, around), *_unapproved(office, kept, around)]
    if wrong:
        raise Guarded(wrong)
    return around


def _unapproved(office: Office, kept: Kept, around: Surroundings) -> Sequence[Finding]:
    if kept.status not in (*MAY_START, Status.WAITING):
        return (
            Finding(
                "AV426", f"the plan is {kept.status}", help="`avow approve` signs a plan that waits"
            ),
        )
    if kept.level is Level.AUTOMATIC and level_of(kept.plan, around) is Level.AUTOMATIC:
        return ()
    met = sufficient(office.declaration, kept)
    few = Finding(
        "AV427",
        f"{met.missing} more person has to approve the plan",
        because="two persons beside its author sign its digest",
        help=f"`avow approve {kept.plan.id} --as PERSON`",
    )
    return (
        *met.findings,
        *((few,) if met.missing else ()),
        *unsigned(office.runs, office.ring, kept),
    )


def apply(office: Office, worker: Worker, plan: str) -> Applied:
    """Run a plan to its end, or take up where it was left.

    Raises:
        Guarded: it may not run now; nothing was done.
        Stopped: somebody stopped it; what was done stays, the plan is paused.
        PlannerError: another worker is at it, or a batch was undone by its check.
        Refused, Unreachable: the system went away; the plan is paused.
    """
    kept = records.read(office.runs, plan)
    if kept.plan.kind is PlanKind.UNDO:
        raise PlannerError(
            f"`{plan}` brings rows back, and is not applied",
            help=f"`avow undo {kept.plan.case}` goes on with it, or `avow request bring-back`",
            code="AV440",
        )
    if kept.plan.kind is not PlanKind.SWEEP and not kept.plan.is_asked:
        raise PlannerError(
            f"`{plan}` changes cells of named rows, and is not applied like a sweep",
            help="`avow request restrict` and `avow request correct` go on with it",
            code="AV460",
        )
    if kept.status in (Status.DONE, Status.BLOCKED):
        return told(office, kept)
    if office.runs.one("script", id=plan) is not None:
        raise PlannerError(
            f"`{plan}` is carried out by the owner of `{kept.plan.system}`",
            because="it was made of their counts",
            help=f"`avow plan-sql {plan} FOLDER` writes the script for them",
            code="AV479",
        )
    around = permitted(office, kept)
    with closing(worker.connect(kept.plan.system, Access.WRITE)) as connection:
        stale = guard(kept.plan, replace(around, catalogue=connection.catalogue().digest))
        if stale:
            raise Guarded(stale)
        allowance = Allowance(office.runs, kept.plan.system, office.today, around.budget)
        journal = replace(
            worker.journal(plan), receipt=reader(connection, plan), allowance=allowance
        )
        ground = worker.ground(kept.plan, connection, journal)
        return _run(office, kept, around, ground)


def _run(office: Office, kept: Kept, around: Surroundings, ground: Ground) -> Applied:
    now = ground.journal.clock.now
    records.pass_to(office.runs, kept.plan.id, Status.RUNNING, MAY_START, now())
    running = Running(kept.plan, ground)
    try:
        running.run()
    except (PlannerError, Refused) as error:
        if isinstance(error, PlannerError) and error.code == "AV419":
            raise  # another worker runs the plan, and goes on
        records.pass_to(office.runs, kept.plan.id, Status.PAUSED, [Status.RUNNING], now())
        raise
    status = Status.BLOCKED if running.blocked else Status.DONE
    ground.crash("before the end")
    if records.pass_to(office.runs, kept.plan.id, status, [Status.RUNNING], now()):
        _climb(office, kept, around, running)
    ground.crash("ended")
    return replace(
        told(office, records.read(office.runs, kept.plan.id)),
        blocked=tuple(running.blocked),
        effects=running.effects,
        small=sufficient(office.declaration, kept).small,
    )


def _climb(office: Office, kept: Kept, around: Surroundings, running: Running) -> None:
    """A plan that was applied whole and checked takes its rules along the ramp."""
    ground = running.ground
    if running.blocked or kept.plan.is_asked or not ground.checks:
        return
    moved = Counter[str]()
    steps = [each for _, each in kept.plan.steps]
    for row in office.runs.run("journal_steps", plan=kept.plan.id):
        for rule in steps[row["step"]].step.rules if row["step"] < len(steps) else ():
            moved[rule] += row["rows"]
    cut = {r for s in steps if s.bound < s.measure.rows for r in s.step.rules}
    for rule in sorted(governing(kept.plan)):
        now = around.standings.get(rule, Standing(kept.plan.system, rule))
        if now.level is Level.APPROVE:
            at = ground.journal.clock.now()
            then = tried(now, moved[rule], cut=rule in cut)
            standings.climb(office.runs, office.declaration, now, then, kept.plan.id, at)


def told(office: Office, kept: Kept) -> Applied:
    """What the journal says of a plan; nothing is done."""
    rows = office.runs.run("journal_steps", plan=kept.plan.id)
    return Applied(
        kept.plan.id,
        kept.status,
        sum(r["rows"] for r in rows),
        any(r["at_least"] for r in rows),
        cut=kept.plan.is_cut,
    )
