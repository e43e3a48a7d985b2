"""What a controller wants removed from its own sphere, as a plan like any other.

We are its processor there: its instruction is the ground, no rule of ours applies, and no row of
another sphere is touched (art. 28(3)(a), (g), 29 GDPR). The map is seen from the tenant's side, so
what is planned is a sweep, or an erasure, in which everything has ended. Only a hold on a row
itself stands against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from avow.common.findings import Finding
from avow.common.ids import new_id
from avow.declaration.model import InForce
from avow.engine.planner.apply import Office
from avow.engine.planner.counting import Counting, count
from avow.engine.planner.erasure_plan import keep_erasure, refusal
from avow.engine.planner.identities import Asked
from avow.engine.planner.judge import Judge
from avow.engine.planner.keysets import Roots
from avow.engine.planner.known import set_names
from avow.engine.planner.lower import sweep
from avow.engine.planner.making import Estate, Made, Memory
from avow.engine.planner.persons import erasure
from avow.engine.planner.plan import Plan, PlanKind
from avow.engine.planner.program import Program, Step
from avow.engine.planner.ramp import bounded
from avow.engine.planner.refusals import Guarded
from avow.engine.planner.release import author_of, digest_in
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.connectors.values import plain_all
from avow.estate.datamap.model import Dataset, Identity, System
from avow.estate.datamap.predicates import InKeys, all_of
from avow.estate.datamap.reach import Key
from avow.estate.datamap.spheres import in_sphere, inside

FOUND = "instructed"
"""The key set of the rows that a value was found in."""


@dataclass(frozen=True, slots=True)
class Instructed:
    """What is to be planned: in the sphere of the tenant that `value` names in the rows of a
    system, for an instruction (`case`), by the promise `clause`. Of the persons `roots`; without
    any, everything that we hold for the tenant there."""

    system: str
    value: str
    case: str
    clause: str
    roots: Roots = field(default_factory=dict)

    @property
    def sphere(self) -> str:
        """`tenant:SYSTEM:VALUE`."""
        return f"tenant:{self.system}:{self.value}"


def counted_instructed(office: Office, estate: Estate, memory: Memory, wish: Instructed) -> Plan:
    """What would be removed, counted on the live system; nothing is kept.

    Raises:
        Guarded: AV451, AV967, it cannot be planned; or a statement was refused.
        Away: the system does not answer.
    """
    with closing(estate.open(wish.system, Access.READ)) as connection:
        seen, catalogue = in_sphere(connection.system, wish.value), connection.catalogue()
        program = compiled(seen, catalogue, office.today, wish)
        known = replace(memory, sphere=wish.sphere).on(connection)
        zone = office.declaration.controller.zone
        try:
            part = count(connection, Counting(program, known, zone, wish.roots))
        except Refused as refused:
            raise Guarded((refusal(wish.system, refused),)) from refused
    plan = Plan(
        id=new_id("plan"),
        kind=PlanKind.INSTRUCTION,
        system=wish.system,
        release=digest_in(office.declaration),
        day=office.today,
        parts=(part,),
        author=author_of(office.runs),
        case=wish.case,
        persons=sum(len(keys) for keys in wish.roots.values()),
        sphere=wish.sphere,
    )
    return bounded(plan, {})


def keep_instructed(office: Office, plan: Plan, wish: Instructed, at: datetime) -> Made:
    """Keep such a plan, which waits for two persons unless the guard refuses it, in the caller's
    transaction where the office has one."""
    return keep_erasure(office, plan, wish.roots, at)


def compiled(seen: System, catalogue: Catalogue, day: date, wish: Instructed) -> Program:
    """The program in a system as the tenant sees it. Pure.

    Raises:
        Guarded: AV451, ownership cannot be decided; AV967, rows of another sphere tell of these.
    """
    told = tuple(_told_elsewhere(seen))
    if told:
        raise Guarded(told)
    law = InForce()
    judge = Judge(seen, law, day, known=set_names(seen, law, ()), erasure=True)
    names = frozenset(wish.roots)
    program = erasure(judge, catalogue, names) if names else sweep(judge, catalogue)
    if isinstance(program, Finding):
        raise Guarded((program,))
    steps = tuple(_because(step, wish.clause) for step in program.steps)
    return replace(program, steps=steps, within=_within(seen))


def _because(step: Step, clause: str) -> Step:
    """A step with the promise by which a controller is obeyed."""
    return replace(step, clauses=(clause,) if clause else ())


def _within(seen: System) -> Mapping[str, tuple[str, str]]:
    mine = (d for d in seen.datasets.values() if d.is_ours)
    return {d.name: (d.sphere_field, d.tenant) for d in mine if d.sphere_field and d.tenant}


def _told_elsewhere(seen: System) -> Iterator[Finding]:
    """Datasets of ours that are made from a tenant's rows, and would go on telling of them."""
    for dataset in seen.datasets.values():
        for each in dataset.derived if not dataset.is_ours else ():
            if seen.datasets[each.of].is_ours:
                yield Finding(
                    "AV967",
                    f"`{seen.name}.{dataset.name}` would go on telling of rows that go",
                    because=f"it is made from `{each.of}`, and is not of that controller's sphere",
                    help="say in the data map for whom it is held: `sphere: {processor_for: …}`",
                )


@dataclass(frozen=True, slots=True)
class Named:
    """The persons in a tenant's sphere that values name. `missing` are the places in the list of
    values that name nobody there; `gaps` say what could not be looked into."""

    roots: Roots
    missing: tuple[int, ...]
    gaps: tuple[str, ...]


def persons_named(estate: Estate, system: str, value: str, asked: Sequence[Asked]) -> Named:
    """Whom a controller names, among its own rows alone: nothing of another sphere is read, and no
    other value of a row found is followed.

    Raises: Away, Guarded: the system does not answer, or refused a question.
    """
    roots: dict[str, dict[Key, None]] = {}
    met: set[int] = set()
    with closing(estate.open(system, Access.READ)) as connection:
        tables = connection.catalogue().tables
        seen = in_sphere(connection.system, value)
        gaps = [
            f"row security may hide rows of `{system}.{d.name}` from us"
            for d in _naming(seen)
            if d.name in tables and tables[d.name].row_security
        ]
        try:
            for dataset in _naming(seen):
                for identity in dataset.identities:
                    for place, key in _found(connection, dataset, identity, asked):
                        met.add(place)
                        roots.setdefault(dataset.name, {})[key] = None
        except Refused as refused:
            raise Guarded((refusal(system, refused),)) from refused
    missing = tuple(n for n in range(len(asked)) if n not in met)
    return Named({name: tuple(keys) for name, keys in roots.items()}, missing, tuple(gaps))


def _naming(seen: System) -> tuple[Dataset, ...]:
    mine = (d for d in seen.datasets.values() if d.is_ours)
    return tuple(d for d in mine if d.subject and d.identities)


def _found(
    connection: Connection, dataset: Dataset, identity: Identity, asked: Sequence[Asked]
) -> Iterator[tuple[int, Key]]:
    """The keys of the tenant's rows that each value names, all values in one question."""
    values = {n: a.value.reveal() for n, a in enumerate(asked) if a.kind == identity.kind}
    if not values or not connection.find(FOUND, dataset.name, identity, values):
        connection.drop_keys(FOUND)
        return
    places: dict[tuple[str, ...] | None, list[int]] = {}
    for ordinal, key in connection.keys(FOUND):
        places.setdefault(plain_all(key), []).append(ordinal)
    mine = all_of([InKeys(dataset.key, FOUND), inside(dataset)])
    keys = list(connection.fetch(dataset.name, mine, dataset.key))
    connection.drop_keys(FOUND)
    for key in keys:
        for place in places.get(plain_all(key), ()):
            yield place, key
