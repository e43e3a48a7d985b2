"""Carrying a plan out on a copy: with the executor, the checker and the facts of every plan.

What the copy is counted to hold takes the place of what the plan counted, so that the executor
stops there as it would in the system. Nothing is kept of the copy's rows: no bundle, no key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from avow.common.findings import Finding
from avow.common.ids import new_id
from avow.engine.evidence.entries import Rehearsed as Entry
from avow.engine.planner import records, standings
from avow.engine.planner.apply import Office
from avow.engine.planner.counting import without_holds
from avow.engine.planner.erase import named
from avow.engine.planner.erasure_plan import Asking
from avow.engine.planner.ground import Block, Ground, nothing
from avow.engine.planner.keysets import Held, Known, Roots, seat
from avow.engine.planner.plan import Measure, Part, Plan, PlannedStep
from avow.engine.planner.preflight import gaps, rows_of
from avow.engine.planner.program import Step
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.rehearsal import (
    Rehearsal,
    Rehearsed,
    rules_of,
    schema_differences,
    unfit_plan,
    verdict,
)
from avow.engine.planner.rehearsal_copy import Opened, opened
from avow.engine.planner.rehearsal_journal import Notebook, Watch, notebook
from avow.engine.planner.rehearsal_kept import begin, end
from avow.engine.planner.running import Running
from avow.engine.planner.sealed_persons import sealed_persons
from avow.engine.planner.stop import Stops
from avow.engine.planner.tally import Tally
from avow.engine.planner.working import Bench
from avow.estate.connectors.base import Connection, Refused


@dataclass(frozen=True, slots=True)
class Stage:
    """A copy and what is known there. `roots` are the persons of an erasure."""

    copy: Connection
    known: Known
    roots: Roots

    def tally(self, part: Part) -> Tally:
        """Counts on the copy, with every fact read afresh."""
        held = Held(self.copy, self.known, {})
        held.refresh(part.program)
        seat(self.copy, part.program, self.roots)
        return Tally(self.copy, frozenset(n for n, k in held.put.items() if not k.rows))


def rehearse(
    office: Office,
    bench: Bench,
    name: str,
    url: str,
    crash: Callable[[str], None] = nothing,
) -> Rehearsal:
    """Carry a plan out on the copy of its system at `url`, and keep how it went. `bench.checker`
    looks at every batch; `crash` is called at every place of the executor's way.

    Raises:
        Guarded: the plan is not rehearsed (AV570, AV573).
        PlannerError: AV571, AV572: the address leads to something in use, or that cannot be told.
        Away: the system or the copy does not answer.
    """
    kept = records.read(office.runs, name)
    found = standings.effective(office.runs, office.declaration, kept.plan.system)
    wrong = unfit_plan(kept.plan, found)
    if wrong:
        raise Guarded(wrong)
    with opened(bench.estate, office.runs, kept.plan.system, url) as both:
        return _rehearse(office, bench, kept.plan, both, crash)


def _rehearse(
    office: Office, bench: Bench, plan: Plan, both: Opened, crash: Callable[[str], None]
) -> Rehearsal:
    begun = _begun(plan, both)
    roots = sealed_persons(office.runs, office.ring, plan)
    stage = Stage(both.copy, Asking(bench.memory.on(both.copy), roots, plan.day), roots)
    begin(office.runs, begun, bench.clock.now())
    crash("begun")
    done = _carried_out(bench, plan, stage, begun, crash)
    crash("before the end")
    end(office.runs, done, bench.clock.now())
    bench.note(_entry(done), bench.clock.now())
    return done


def _begun(plan: Plan, both: Opened) -> Rehearsal:
    """The rehearsal as it begins. Raises Guarded AV573 when the plan is not of today's schema."""
    original, copy = both.original.catalogue(), both.copy.catalogue()
    if any(part.catalogue != original.digest for part in plan.parts):
        raise Guarded(
            (
                Finding(
                    "AV573",
                    f"the schema of `{plan.system}` changed after the plan was made",
                    because="what it would touch has to be looked at again",
                    help="plan again, and rehearse that plan",
                ),
            )
        )
    return Rehearsal(
        new_id("rehearsal"),
        plan.id,
        plan.digest,
        plan.system,
        plan.release,
        plan.clause,
        rules_of(plan),
        original.digest,
        copy.digest,
        schema_differences(original, copy),
    )


def _entry(done: Rehearsal) -> Entry:
    return Entry(
        rehearsal=done.id,
        plan=done.plan,
        digest=done.plan_digest,
        system=done.system,
        rows=done.moved,
        remaining=done.remaining,
        blocked=sum(done.blocked.values()),
        passed=done.passed,
    )


def _carried_out(
    bench: Bench, plan: Plan, stage: Stage, begun: Rehearsal, crash: Callable[[str], None]
) -> Rehearsal:
    """Count, move, look what is left. What ends it early is a finding and no exception."""
    said = tuple(
        s for part in plan.parts for s in gaps(stage.copy, stage.copy.catalogue(), part.program)
    )
    if said:
        return _verdict(begun, *(_ended("the copy cannot be counted", gap) for gap in said))
    try:
        here = counted(plan, stage)
    except Refused as refused:
        return _verdict(begun, _ended("the copy refuses to be counted", str(refused)))
    watch, journal = Watch(), notebook(begun.id, bench.clock)
    running = Running(here, _ground(bench, stage, journal, watch, crash))
    faults: list[Finding] = []
    try:
        running.run()
    except PlannerError as error:
        faults.append(_ended(error.what, error.because))
    except Refused as refused:
        faults.append(_ended("the copy went away, or refuses us", str(refused)))
    if not running.ground.checks:
        faults.append(_ended("no batch was checked", "no independent reader is wired"))
    steps: tuple[Rehearsed, ...] = ()
    try:
        steps = _steps(plan, here, stage, journal)
    except Refused as refused:
        faults.append(_ended("what is left cannot be counted", str(refused)))
    blocked = _by_place(running.blocked)
    done = replace(begun, steps=steps, blocked=blocked, longest_ms=round(watch.longest * 1000))
    return _verdict(done, *faults)


def _verdict(done: Rehearsal, *faults: Finding) -> Rehearsal:
    return replace(done, findings=verdict(done, faults))


def _ended(what: str, because: str) -> Finding:
    return Finding(
        "AV579",
        f"the rehearsal did not come to its end: {what}",
        because=because,
        help="restore the copy before the next rehearsal; part of it may be done",
    )


def _ground(
    bench: Bench,
    stage: Stage,
    journal: Notebook,
    watch: Watch,
    crash: Callable[[str], None],
) -> Ground:
    def passed(place: str) -> None:
        watch.passed(place)
        crash(place)

    return Ground(
        stage.copy,
        journal,
        stage.known,
        stage.roots,
        checker=bench.checker,
        stop=Stops(bench.memory.runs, bench.folder).reason,
        crash=passed,
        monotonic=watch.monotonic,
    )


def counted(plan: Plan, stage: Stage) -> Plan:
    """The plan as it is run on the copy: bound by what is counted there, and with nothing to bring
    back."""
    return replace(plan, parts=tuple(_counted(part, stage) for part in plan.parts))


def _counted(part: Part, stage: Stage) -> Part:
    tally = stage.tally(part)
    steps = tuple(_planned(each, tally) for each in part.steps)
    program = replace(part.program, steps=tuple(s.step for s in steps))
    return replace(part, program=program, steps=steps)


def _planned(each: PlannedStep, tally: Tally) -> PlannedStep:
    rows = tally.count(each.step.dataset, rows_of(each.step))
    measure = Measure(rows, each.measure.of)
    return replace(each, step=replace(each.step, undo_days=0), measure=measure, bound=rows)


def _steps(plan: Plan, here: Plan, stage: Stage, journal: Notebook) -> tuple[Rehearsed, ...]:
    """What each step did, and what is left that it should have moved."""
    moved = moved_by(here, journal)
    found, number = [], 0
    for part, wished in zip(here.parts, plan.parts, strict=True):
        tally = stage.tally(part)
        for each, planned in zip(part.steps, wished.steps, strict=True):
            remaining, held = _left(tally, each.step)
            rows = (planned.measure.rows, each.measure.rows, moved[number], remaining, held)
            found.append(Rehearsed(each.step.dataset, str(each.step.move), *rows))
            number += 1
    return tuple(found)


def moved_by(plan: Plan, journal: Notebook) -> list[int]:
    """Rows that each step moved. Rows that went along with another step's, in the same batch, are
    those of their own step: its rows were counted before, and it found them gone."""
    steps = [each.step for _, each in plan.steps]
    if any(part.program.roots for part in plan.parts):
        return [journal.counted(0)[named(step)] for step in steps]
    moved = [journal.counted(n)[step.dataset] for n, step in enumerate(steps)]
    for number, step in enumerate(steps):
        along = journal.counted(number)["along"]
        for other, (_, each) in enumerate(plan.steps):
            if each.step.dataset in {a.edge.child for a in step.along}:
                more = min(along, max(0, each.measure.rows - moved[other]))
                moved[other], along = moved[other] + more, along - more
    return moved


def _left(tally: Tally, step: Step) -> tuple[int, int]:
    """Rows still due afterwards that nothing holds, and those that a hold keeps."""
    where = rows_of(step)
    remaining = tally.count(step.dataset, where)
    return remaining, tally.count(step.dataset, without_holds(tally.settled(where))) - remaining


def _by_place(blocked: list[Block]) -> Counter[tuple[str, str]]:
    return Counter((b.table or b.dataset, b.constraint or "refused") for b in blocked)
