"""Making a plan that erases named persons in one system, counted, guarded and kept.

The engine is that of every plan: what `erasure` compiles is counted on the live system, waits for
two persons, and is applied in chunks. The erasure journal is written when it is applied, by who
checks the batches. Suppressions are not written here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from avow.common.findings import Finding
from avow.common.ids import new_id
from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration
from avow.engine.facts.standing import DELETION_ASKED
from avow.engine.planner import records
from avow.engine.planner.apply import Office, surroundings
from avow.engine.planner.counting import Counting, counted
from avow.engine.planner.guard import guard, level_of
from avow.engine.planner.judge import Judge
from avow.engine.planner.keysets import KeySet, Known, Roots
from avow.engine.planner.known import fact_events, set_names
from avow.engine.planner.making import Estate, Made, Memory
from avow.engine.planner.persons import ended_by_erasure, erasure
from avow.engine.planner.plan import Part, Plan, PlanKind
from avow.engine.planner.ramp import bounded
from avow.engine.planner.refusals import Guarded
from avow.engine.planner.release import author_of, digest_in
from avow.engine.planner.sealed_persons import seal_persons
from avow.engine.planner.staying import Stay, Staying, stays
from avow.engine.planner.tally import Tally
from avow.estate.connectors.base import Access, Refused
from avow.estate.datamap.model import System

Left = TypeVar("Left")


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is to be planned: these persons in one system, for a request (its id). `undo_hours`: how
    long it can be taken back once it is done; 0: never."""

    system: str
    roots: Roots
    case: str
    undo_hours: int = 0


@dataclass(frozen=True, slots=True)
class MadeErasure:
    """A plan of erasure, and what it leaves of the persons."""

    made: Made
    stays: tuple[Stay, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """What is known, and that the persons of a plan asked to be deleted. Where the declaration has
    the event, periods that end with it end for them."""

    known: Known
    roots: Roots
    day: date

    def key_sets(self, system: str, names: frozenset[str]) -> Sequence[KeySet]:
        """The named facts as they stand now, the persons' own wish among them."""
        return [self._with(s) for s in self.known.key_sets(system, names)]

    def _with(self, found: KeySet) -> KeySet:
        persons = self.roots.get(found.dataset, ())
        if found.name != f"fact.{DELETION_ASKED}.{found.dataset}" or not persons:
            return found
        first = len(found.rows)
        more = tuple((first + n, key, self.day) for n, key in enumerate(persons))
        return replace(found, rows=(*found.rows, *more))


def erasure_judge(declaration: Declaration, system: System, day: date) -> Judge:
    """The verdicts for persons whose erasure was accepted, in one system on a day."""
    law, _ = in_force(declaration, day)
    events = fact_events(declaration)
    known = set_names(system, law, events)
    return Judge(system, law, day, events, known, ended_by_erasure(law), erasure=True)


def make_erasure(
    office: Office, estate: Estate, memory: Memory, wish: Erasure, at: datetime
) -> MadeErasure:
    """Plan the erasure of persons in a system by the declaration in force, and keep the plan.

    The plan waits for two persons, whatever the level of the rules: an erasure is no sweep. What
    the guard refuses is kept to be looked at, without its persons.

    Raises:
        Guarded: ownership in the system cannot be decided (AV451), or a statement was refused.
        Away: the system does not answer.
    """
    plan, left = counted_erasure(office, estate, memory, wish)
    return MadeErasure(keep_erasure(office, plan, wish.roots, at), left)


def make_due_erasure(
    office: Office, estate: Estate, memory: Memory, wish: Erasure, at: datetime
) -> MadeErasure | None:
    """The same where something of the persons can go now; None where nothing can, and then nothing
    is kept. Raises what `make_erasure` raises."""
    plan, left = counted_erasure(office, estate, memory, wish)
    if not any(step.measure.rows for part in plan.parts for step in part.steps):
        return None
    return MadeErasure(keep_erasure(office, plan, wish.roots, at), left)


def counted_erasure(
    office: Office, estate: Estate, memory: Memory, wish: Erasure
) -> tuple[Plan, tuple[Stay, ...]]:
    """What would be erased, and what would stay, counted on the live system; nothing is kept.

    Raises what `make_erasure` raises.
    """
    return counted_and(office, estate, memory, wish, lambda tally, of, _: stays(tally, of))


def counted_and(
    office: Office,
    estate: Estate,
    memory: Memory,
    wish: Erasure,
    told: Callable[[Tally, Staying, Part], Left],
) -> tuple[Plan, Left | tuple[()]]:
    """What would be erased, and what `told` says of what was counted while the key sets of the
    persons are on the connection: nothing where the plan has gaps.

    Raises what `make_erasure` raises.
    """
    day = office.today
    with closing(estate.open(wish.system, Access.READ)) as connection:
        judge = erasure_judge(office.declaration, connection.system, day)
        catalogue = connection.catalogue()
        program = erasure(judge, catalogue, frozenset(wish.roots))
        if isinstance(program, Finding):
            raise Guarded((program,))
        known = Asking(memory.on(connection), wish.roots, day)
        zone = office.declaration.controller.zone
        try:
            part, tally = counted(connection, Counting(program, known, zone, wish.roots))
            theirs = Staying(judge, catalogue, frozenset(wish.roots))
            left = () if part.gaps else told(tally, theirs, part)
        except Refused as refused:
            raise Guarded((refusal(wish.system, refused),)) from refused
    plan = Plan(
        id=new_id("plan"),
        kind=PlanKind.ERASURE,
        system=wish.system,
        release=digest_in(office.declaration),
        day=day,
        parts=(part,),
        author=author_of(office.runs),
        case=wish.case,
        persons=sum(len(keys) for keys in wish.roots.values()),
        undo_hours=wish.undo_hours,
    )
    return bounded(plan, {}), left


def keep_erasure(
    office: Office, plan: Plan, roots: Roots, at: datetime, cases: Sequence[str] = ()
) -> Made:
    """Keep a plan with what the guard says of it, and its persons unless it is refused. `cases`:
    for whose sake each is erased, where it is of many requests."""
    around = surroundings(office, plan)
    level, found = level_of(plan, around), guard(plan, around)
    with office.runs.transaction() as tx:
        status = records.keep(tx, plan, found, level, at)
        if status is records.Status.WAITING:
            seal_persons(tx, office.ring, plan, roots, cases)
    return Made(plan, found, level, status)


def refusal(system: str, refused: Refused) -> Finding:
    """That a system would not count what is asked for."""
    return Finding(
        "AV448",
        f"`{system}` refuses to count an erasure",
        because=str(refused),
        help="look at the right or the table it names, and ask again",
    )
