"""Making a plan of one system: opened for reading, compiled, counted, judged and kept."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime

from avow.common.findings import Finding
from avow.common.ids import new_id
from avow.declaration.interpretation import in_force
from avow.declaration.load import resolve_url
from avow.declaration.model import Declaration, InForce, Level
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import PlanMade
from avow.engine.facts.standing import ENDED, FLOORS, ROW, Fact, standing
from avow.engine.keys.ring import KeyRing
from avow.engine.planner import records
from avow.engine.planner.apply import Office, surroundings
from avow.engine.planner.counting import Counting, count
from avow.engine.planner.early import with_undo
from avow.engine.planner.guard import guard, level_of, plan_findings
from avow.engine.planner.judge import Judge
from avow.engine.planner.keysets import Known as ReadsFacts
from avow.engine.planner.keysets import Roots, persons
from avow.engine.planner.known import Known, fact_events, set_names
from avow.engine.planner.lower import sweep
from avow.engine.planner.persons import ended_by_erasure, erasure
from avow.engine.planner.plan import OURS, Part, Plan, PlanKind
from avow.engine.planner.program import Program
from avow.engine.planner.ramp import bounded
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import Away, Guarded, PlannerError
from avow.engine.planner.release import author_of, digest_in
from avow.estate.connectors.base import Access, Connection, Unreachable
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import System


@dataclass(frozen=True, slots=True)
class Estate:
    """How the systems of a declaration are reached: addresses from the environment."""

    declaration: Declaration
    environment: Mapping[str, str]

    def open(self, name: str, access: Access) -> Connection:
        """Open a system of the declaration.

        Raises:
            PlannerError: AV423, there is no such system.
            Guarded: no connector speaks to its kind (AV501).
            Away: it does not answer.
        """
        system = self.declaration.datamap.systems.get(name)
        if system is None:
            raise PlannerError(f"the declaration has no system `{name}`", code="AV423")
        connector = connector_for(system)
        if isinstance(connector, Finding):
            raise Guarded((connector,))
        resolved = replace(system, url=resolve_url(system, self.environment))
        try:
            return connector.connect(resolved, access)
        except Unreachable as error:
            raise Away(f"`{name}` does not answer", because=str(error)) from error


@dataclass(frozen=True, slots=True)
class Memory:
    """What avow knows of persons, read afresh whenever it is asked."""

    runs: Runs
    ring: KeyRing
    declaration: Declaration
    day: date
    sphere: str = OURS

    def facts(self) -> tuple[Fact, ...]:
        """The facts that stand on the day. In another sphere than ours only those about a row
        count: what a person is to us says nothing of what a tenant has."""
        kinds = (*sorted(FLOORS), ENDED, *sorted(fact_events(self.declaration)))
        zone = self.declaration.controller.zone
        found = standing(self.runs, self.ring, kinds, zone, self.day)
        ours = self.sphere == OURS
        return found if ours else tuple(fact for fact in found if fact.who.kind == ROW)

    def on(self, connection: Connection) -> ReadsFacts:
        """The same as key sets of one system."""
        return Known(connection, self.facts)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be planned: a system on a day, for one clause or all, with accepted numbers."""

    system: str
    day: date
    clause: str | None = None
    accepted: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A plan with what the guard says of it, and where it stands; a preview stands nowhere."""

    plan: Plan
    findings: tuple[Finding, ...]
    level: Level
    status: Status | None = None


def compiled(
    declaration: Declaration, system: System, connection: Connection, wish: Wish
) -> Program:
    """The sweep of a declaration in one system; rules that can be undone bind early."""
    law, _ = in_force(declaration, wish.day)
    ahead = replace(judge(declaration, law, system, wish.day), early=True)
    return with_undo(sweep(ahead, connection.catalogue(), wish.clause), law)


def judge(declaration: Declaration, law: InForce, system: System, day: date) -> Judge:
    """The verdicts in one system on a day, with every fact that may ever be known there."""
    events = fact_events(declaration)
    return Judge(system, law, day, events, set_names(system, law, events))


def counted(estate: Estate, memory: Memory, wish: Wish, last: Part | None = None) -> Part:
    """The sweep that is wished for, counted on the live system. Writes nothing there."""
    declaration = estate.declaration
    with closing(estate.open(wish.system, Access.READ)) as connection:
        program = compiled(declaration, connection.system, connection, wish)
        what = Counting(program, memory.on(connection), declaration.controller.zone, last=last)
        return count(connection, what)


def preview(estate: Estate, memory: Memory, wish: Wish) -> Made:
    """A plan of a declaration that is not in force: shown, and kept nowhere."""
    part = counted(estate, memory, wish)
    plan = _plan(estate.declaration, wish, part, author="")
    plan = bounded(replace(plan, preview=True), {})
    return Made(plan, plan_findings(plan), Level.OBSERVE)


def make(office: Office, estate: Estate, memory: Memory, wish: Wish, at: datetime) -> Made:
    """Plan a system by the declaration in force, and keep the plan with what the guard says.

    Below level approve the plan is kept as shown: it is the day's count, and evidence for more.
    """
    release = digest_in(office.declaration)
    last = records.last_part(office.runs, wish.system, release, wish.clause)
    return judged(office, wish, counted(estate, memory, wish, last), at)


def judged(office: Office, wish: Wish, part: Part, at: datetime) -> Made:
    """A plan of what was counted, bounded, judged by the guard, and kept."""
    plan = _plan(office.declaration, wish, part, author_of(office.runs))
    around = surroundings(office, plan)
    plan = bounded(plan, around.standings)
    level = level_of(plan, around)
    found = guard(plan, replace(around, today=max(office.today, plan.day)))
    if level is Level.AUTOMATIC and {f.code for f in found} == {"AV412"}:
        level, found = Level.APPROVE, ()  # beyond the day's budget two persons look at it
    blocking = tuple(f for f in found if f.code != "AV411")
    status = records.keep(office.runs, plan, blocking, level, at)
    return Made(plan, found, level, status)


@dataclass(frozen=True, slots=True)
class Erase:
    """Whom an accepted request is about in one system: the case, and the keys of their root rows.

    `ended`: further purposes that the request ends, beside those on consent and legitimate
    interest.
    """

    system: str
    case: str
    roots: Roots
    ended: frozenset[str] = frozenset()


def erasing(declaration: Declaration, wish: Erase, connection: Connection, day: date) -> Program:
    """The erasure of these persons in one system.

    Raises:
        Guarded: ownership in this system cannot be decided (AV451).
    """
    law, _ = in_force(declaration, day)
    ends = replace(
        judge(declaration, law, connection.system, day),
        ended=ended_by_erasure(law) | wish.ended,
        erasure=True,
    )
    program = erasure(ends, connection.catalogue(), frozenset(wish.roots))
    if isinstance(program, Finding):
        raise Guarded((program,))
    return program


def make_erasure(office: Office, estate: Estate, memory: Memory, wish: Erase, at: datetime) -> Made:
    """Plan the erasure of named persons, and keep the plan. It holds how many they are, not who."""
    declaration, day = office.declaration, office.today
    with closing(estate.open(wish.system, Access.READ)) as connection:
        program = erasing(declaration, wish, connection, day)
        zone = declaration.controller.zone
        what = Counting(program, memory.on(connection), zone, roots=wish.roots)
        part = count(connection, what)
    author = author_of(office.runs)
    plan = replace(
        _plan(declaration, Wish(wish.system, day), part, author),
        kind=PlanKind.ERASURE,
        case=wish.case,
        persons=len(persons(wish.roots)),
    )
    plan = bounded(plan, {})
    found = guard(plan, surroundings(office, plan))
    status = records.keep(office.runs, plan, found, Level.APPROVE, at)
    return Made(plan, found, Level.APPROVE, status)


def noted(plan: Plan) -> PlanMade:
    """What the ledger is told of a plan that was made."""
    clauses = dict.fromkeys(c for _, s in plan.steps if s.measure.rows for c in s.step.clauses)
    return PlanMade(
        plan=plan.id,
        digest=plan.digest,
        release=plan.release,
        system=plan.system,
        as_of=plan.day,
        rows=plan.rows,
        clauses=tuple(clauses),
    )


def _plan(declaration: Declaration, wish: Wish, part: Part, author: str) -> Plan:
    return Plan(
        id=new_id("plan"),
        kind=PlanKind.SWEEP,
        system=wish.system,
        release=digest_in(declaration),
        day=wish.day,
        parts=(part,),
        author=author,
        clause=wish.clause,
        accepted=wish.accepted,
    )
