"""A state as it stands after some days: answers of checks, looks ahead, plans, entries."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from avow.app import State
from avow.common.ids import new_id
from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration, Level
from avow.duties.assurance.declared import scope_of
from avow.engine.evidence.checks import Check, CheckResult, Mode, failed, passed
from avow.engine.evidence.entries import BatchApplied
from avow.engine.evidence.kept import keep
from avow.engine.planner import outlook, records
from avow.engine.planner.forecast import Forecast, Foreseen
from avow.engine.planner.plan import Measure, Part, Plan, PlanKind, PlannedStep
from avow.engine.planner.program import Move, Program, Step
from avow.estate.datamap.predicates import TRUE

STEPS = 12
"""Steps of a plan: every other one found rows."""
WAITING = 5
"""Plans that wait for approvals."""
RELEASE = "f" * 64


def fill(state: State, declaration: Declaration, now: datetime, days: int, plans: int) -> int:
    """Fill an empty state with `days` days of answers, `plans` plans, and ten entries to a plan.
    Gives the number of answers."""
    state.store.run("release_add", digest=RELEASE, declaration="many", language="en", at=now)
    answers = sum(
        _answers(state, declaration, now - timedelta(days=number)) for number in range(days)
    )
    for name in declaration.datamap.systems:
        outlook.keep(state.store, _look(declaration, name, now.date()), RELEASE, now)
    systems = tuple(declaration.datamap.systems)
    for number in range(plans):
        status = records.Status.WAITING if number < WAITING else records.Status.DONE
        at = now - timedelta(hours=number)
        plan = _plan(declaration, systems[number % len(systems)], at.date())
        records.keep(state.store, plan, (), Level.APPROVE, at)
        if status is not records.Status.WAITING:
            records.pass_to(state.store, plan.id, status, [records.Status.WAITING], at)
    plan_id = new_id("plan")
    state.ledger.append(
        [BatchApplied(plan=plan_id, step=0, chunk=n, dataset="log") for n in range(10 * plans)], now
    )
    return answers


def _answers(state: State, declaration: Declaration, at: datetime) -> int:
    """One run: of each clause a check that looked at every place in its scope."""
    scope = scope_of(declaration, in_force(declaration, at.date())[0])
    checks = {clause: Check(f"retention.overdue.{clause}", frozenset({clause})) for clause in scope}
    results = [
        CheckResult(
            checks[clause].id,
            frozenset({clause}),
            item,
            failed(3, "past their end", count=90) if number % 17 == 0 else passed(90),
            at,
            0,
            mode=Mode.ENFORCED,
            canary_seen=True,
        )
        for clause, items in scope.items()
        for number, item in enumerate(sorted(items))
    ]
    keep(state.store, checks.values(), results, release=RELEASE, at=at)
    return len(results)


def _look(declaration: Declaration, system: str, day: date) -> Forecast:
    """What a week brings in every dataset."""
    rule = next(iter(declaration.rules.values()))
    coming = {day + timedelta(days=n): 10 * n for n in range(8)}
    found = tuple(
        Foreseen(dataset, rule.clause, Move.DELETE, (rule.id,), coming)
        for dataset in declaration.datamap.systems[system].datasets
    )
    return Forecast(system, day, "", found)


def _plan(declaration: Declaration, system: str, day: date) -> Plan:
    rule = next(iter(declaration.rules.values()))
    names = list(declaration.datamap.systems[system].datasets)
    steps = tuple(
        Step(names[n % len(names)], Move.DELETE, TRUE, (rule.clause,), (rule.id,))
        for n in range(STEPS)
    )
    seen = tuple(
        PlannedStep(step, Measure(12 * (n % 2), 90), 20, f"DELETE FROM {step.dataset} …")
        for n, step in enumerate(steps)
    )
    part = Part(Program(system, day, steps), seen, "c")
    return Plan(new_id("plan"), PlanKind.SWEEP, system, RELEASE, day, (part,), "claire")
