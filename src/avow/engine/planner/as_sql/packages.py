"""Scripts for an owner who allows no connection: made, counted, issued.

The plan is the same, with the same guard and the same two approvals; only who runs it is another.
What an owner's client prints is held against what was made here, and nothing is believed that the
scripts did not ask.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

import msgspec

from avow.common.ids import new_id
from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration
from avow.engine.planner import records
from avow.engine.planner.apply import Office, permitted
from avow.engine.planner.as_sql import structure
from avow.engine.planner.as_sql.changes import Changing
from avow.engine.planner.as_sql.frames import Frame
from avow.engine.planner.as_sql.offline import Offline, Questions, offline
from avow.engine.planner.as_sql.orphan_keys import OrphanKey, orphan_keys
from avow.engine.planner.as_sql.results import Result, read, unread
from avow.engine.planner.counting import Counting, count
from avow.engine.planner.guard import PATIENCE
from avow.engine.planner.keysets import KeySet
from avow.engine.planner.known import Known
from avow.engine.planner.lower import sweep
from avow.engine.planner.making import Estate, Made, Memory, Wish, judge, judged
from avow.engine.planner.overdue import Looked, look
from avow.engine.planner.plan import Part
from avow.engine.planner.program import Program
from avow.engine.planner.records import Kept, Status
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.release import digest_in
from avow.engine.planner.written import canonical, digest_of
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.model import System

COUNT, APPLY, CHECK = "00-count.sql", "10-apply.sql", "20-check.sql"
VALID = timedelta(days=2)
"""Days for which a script of changes runs: a hold that is placed meanwhile is not in it."""

Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Asking(Estate):
    """The estate of one system that is asked by script."""

    connection: Offline

    def open(self, name: str, access: Access) -> Connection:
        """The connection to nothing."""
        del name, access
        return self.connection


@dataclass(frozen=True, slots=True)
class Package:
    """Scripts as they are kept: whose, of which release and day, and what became of them."""

    id: str
    system: str
    release: str
    as_of: date
    clause: str | None
    accepted: tuple[tuple[str, int], ...]
    catalogue: Catalogue
    tokens: Mapping[str, str]
    files: Mapping[str, str]
    structure: str | None = None
    plan: str | None = None
    facts: str | None = None
    valid_until: date | None = None
    issued_at: datetime | None = None
    attested_at: datetime | None = None

    @property
    def wish(self) -> Wish:
        """What was to be planned."""
        return Wish(self.system, self.as_of, self.clause, self.accepted)

    def frame(self, engine: str, kind: str) -> Frame:
        """How one of its scripts is written."""
        return Frame(engine, self.id, self.tokens[kind])


@dataclass(frozen=True, slots=True)
class Written:
    """A package with the scripts to be handed over, and what is in force when they were made."""

    package: Package
    files: Files
    facts: int = 0


AskedOf: TypeAlias = Connection
Schema: TypeAlias = Catalogue
Again = Callable[[AskedOf, Looked], Mapping[tuple[str, str], bool | None]]
"""A second reading of the same promises, which shares no question with the planner: (clause,
dataset) -> whether nothing is past an end; None where a script cannot tell."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What packages are worked on with: permission, what is known of persons, and the independent
    reader that looks again."""

    office: Office
    memory: Memory
    again: Again

    @property
    def declaration(self) -> Declaration:
        """What is in force."""
        return self.office.declaration

    def system(self, name: str) -> System:
        """A system of the declaration. Raises PlannerError AV423 when there is none."""
        found = self.declaration.datamap.systems.get(name)
        if found is None:
            raise PlannerError(f"the declaration has no system `{name}`", code="AV423")
        return found


def make(desk: Desk, wish: Wish, catalogue: Catalogue, at: datetime) -> Written:
    """The scripts that only read: one that counts, one that checks. Nothing is asked of the system.

    Raises:
        PlannerError: AV479, it cannot be said in scripts.
    """
    system = desk.system(wish.system)
    package = Package(
        new_id("script"),
        wish.system,
        digest_in(desk.declaration),
        wish.day,
        wish.clause,
        wish.accepted,
        catalogue,
        {kind: secrets.token_hex(8) for kind in ("count", "apply", "check")},
        {},
    )
    files = _reading(desk, package, system)
    package = replace(package, files=digests(files))
    desk.office.runs.run(
        "script_add",
        id=package.id,
        system=package.system,
        release=package.release,
        as_of=package.as_of,
        clause=package.clause,
        accepted=_text(package.accepted),
        catalogue=_text(msgspec.to_builtins(catalogue)),
        tokens=_text(package.tokens),
        files=_text(package.files),
        at=at,
    )
    return Written(package, files)


def _reading(desk: Desk, package: Package, system: System) -> dict[str, str]:
    asked = _counts_asked(desk, package, system)
    connection = offline(system, package.catalogue, Questions())
    counting = package.frame(system.connector, "count").reading(
        "count", "counts what is due; changes nothing", connection, asked
    )
    asked = _checks_asked(desk, package, system)
    checking = package.frame(system.connector, "check").reading(
        "check", "looks at what is left; changes nothing", connection, asked
    )
    return {COUNT: counting, CHECK: checking}


def digests(files: Files) -> dict[str, str]:
    """SHA-256 of every file by name."""
    return {n: hashlib.sha256(t.encode()).hexdigest() for n, t in sorted(files.items())}


def _text(value: object) -> str:
    return canonical(value).decode()


def package_of(desk: Desk, name: str) -> Package:
    """Scripts by their id or their plan's.

    Raises:
        PlannerError: AV413, there are none; AV407, of another declaration than the one in force.
    """
    row = desk.office.runs.one("script", id=name)
    if row is None:
        raise PlannerError(
            f"no scripts were made as `{name}`", help="`avow plan-sql` makes them", code="AV413"
        )
    plain = {k: row[k] for k in Package.__slots__ if k not in ("catalogue", "accepted")}
    package = Package(
        **plain,
        catalogue=msgspec.convert(row["catalogue"], Catalogue),
        accepted=tuple((rule, rows) for rule, rows in row["accepted"]),
    )
    if package.release != digest_in(desk.declaration):
        raise PlannerError(
            f"`{name}` is not of the declaration in force",
            because="it was made from another release",
            help="make the scripts again",
            code="AV407",
        )
    return package


# --- questions ---------------------------------------------------------------------------


def _program(desk: Desk, package: Package, system: System) -> Program:
    """The sweep at the maximum: an owner keeps no bundle, so nothing leaves earlier."""
    law, _ = in_force(desk.declaration, package.as_of)
    verdicts = judge(desk.declaration, law, system, package.as_of)
    program = sweep(verdicts, package.catalogue, package.clause)
    refuse_made_again(program)
    return program


def refuse_made_again(program: Program) -> None:
    """Refuse steps after which something has to be made again from other rows (AV479)."""
    for step in program.steps:
        if step.derives:
            raise PlannerError(
                f"columns or views are made from `{step.dataset}`, and a script makes none again",
                because="what is made from rows that go would still tell what they said",
                help="let avow reach the system",
                code="AV479",
            )


def _count(desk: Desk, package: Package, system: System, asked: Questions) -> Part:
    connection = offline(system, package.catalogue, asked)
    program = _program(desk, package, system)
    known = Known(connection, desk.memory.facts)
    zone = desk.declaration.controller.zone
    try:
        part = count(connection, Counting(program, known, zone))
    except Refused as refused:
        raise _unsayable(system, refused) from None
    # The accepted schema knows of no index, and so cannot tell that one is missing.
    steps = tuple(replace(each, unindexed=()) for each in part.steps)
    return replace(part, steps=steps)


def _unsayable(system: System, refused: Refused) -> PlannerError:
    where = ".".join(filter(None, (refused.table, refused.constraint)))
    return PlannerError(
        f"what has to be asked of `{system.name}.{where}` cannot be said in a script",
        because=f"the system's own client has no words for it ({refused.kind})",
        help="let avow read the system, or map the field in another way",
        code="AV479",
    )


def _counts_asked(desk: Desk, package: Package, system: System) -> Questions:
    asked = Questions()
    _count(desk, package, system, asked)
    return asked


@dataclass(frozen=True, slots=True)
class Checked:
    """What the script that checks told: what is left undone, pointers to nothing, and what the
    oldest days say by themselves."""

    looked: Looked
    orphans: tuple[OrphanKey, ...]
    again: Mapping[tuple[str, str], bool | None]


def _check(desk: Desk, package: Package, system: System, asked: Questions) -> Checked:
    connection = offline(system, package.catalogue, asked)
    law, _ = in_force(desk.declaration, package.as_of)
    estate = _Asking(desk.declaration, {}, connection)
    looked = look(estate, desk.memory, law, system.name, package.as_of)
    again = desk.again(connection, looked)
    return Checked(looked, tuple(orphan_keys(connection)), again)


def _checks_asked(desk: Desk, package: Package, system: System) -> Questions:
    asked = Questions()
    _check(desk, package, system, asked)
    return asked


def _answered(asked: Questions, result: Result) -> Questions:
    return Questions(asked.asked, result.answers)


def checked(desk: Desk, package: Package, result: Result) -> Checked:
    """What a result of the script that checks says.

    Raises:
        PlannerError: AV472, an answer is missing.
    """
    system = desk.system(package.system)
    asked = _checks_asked(desk, package, system)
    return _check(desk, package, system, _answered(asked, result))


# --- counts ------------------------------------------------------------------------------


def take_counts(desk: Desk, name: str, text: str, person: str, at: datetime) -> Made:
    """Make the plan of an owner's counts; guard and level judge it as any other.

    Raises:
        PlannerError: AV472, the result cannot be read; AV478, the person does not own the system.
        Guarded: AV471, the live schema is not the accepted one.
    """
    package = package_of(desk, name)
    system = desk.system(package.system)
    owned(system, person)
    if package.plan is not None:
        raise PlannerError(f"`{name}` was counted before: `{package.plan}`", code="AV472")
    result = last_of(read(text, package.id), "count", package)
    in_place(system, package, result)
    asked = _counts_asked(desk, package, system)
    part = _count(desk, package, system, _answered(asked, result))
    made = judged(desk.office, package.wish, part, at)
    desk.office.runs.run(
        "script_counted",
        id=package.id,
        structure=result.digits,
        by=person,
        at=at,
        plan=made.plan.id,
    )
    return made


def owned(system: System, person: str) -> None:
    """Refuse a person who is not the owner that the data map names (AV478)."""
    if system.owner != person:
        raise PlannerError(
            f"`{person}` does not answer for `{system.name}`",
            because=f"its owner in the data map is `{system.owner}`"
            if system.owner
            else "the data map names no owner",
            help="the owner gives the result, with their own id",
            code="AV478",
        )


def last_of(results: Sequence[Result], kind: str, package: Package) -> Result:
    """The last whole result of one script. Raises PlannerError AV472 when there is none."""
    mine = [r for r in results if r.kind == kind and r.token == package.tokens[kind]]
    if not mine or not mine[-1].is_whole:
        raise unread(f"the {kind} script of `{package.id}` did not come to its end in it")
    return mine[-1]


def in_place(system: System, package: Package, result: Result) -> None:
    """Refuse a live schema that is not the accepted one (AV471)."""
    accepted = structure.expected(system, package.catalogue)
    found = structure.moved(accepted, result.schema, system.name)
    if found:
        raise Guarded(found)


# --- changes -----------------------------------------------------------------------------


def issue(desk: Desk, name: str, at: datetime) -> Written:
    """The script of changes of an approved plan. From now on the plan is running.

    Raises:
        Guarded: it may not run now, for the reasons that `avow apply` would give.
        PlannerError: AV472, it was not counted; AV473, its result is there already.
    """
    package = package_of(desk, name)
    if package.plan is None or package.structure is None:
        raise PlannerError(
            f"`{name}` is not counted yet", help=f"`avow attest count {name} FILE`", code="AV472"
        )
    if package.attested_at is not None:
        raise PlannerError(f"the result of `{name}` is there already", code="AV473")
    kept = records.read(desk.office.runs, package.plan)
    permitted(desk.office, kept)
    system = desk.system(package.system)
    known = _facts(desk, package, system, kept)
    until = min(kept.plan.day + PATIENCE, desk.office.today + VALID)
    package = replace(package, tokens={**package.tokens, "apply": secrets.token_hex(8)})
    text = _changes(package, system, kept, known, until)
    files = {**_reading(desk, package, system), APPLY: text}
    package = replace(package, files=digests(files), valid_until=until)
    facts = digest_of(msgspec.to_builtins(known))
    with desk.office.runs.transaction() as work:
        work.run(
            "script_issued",
            id=package.id,
            facts=facts,
            until=until,
            at=at,
            files=_text(package.files),
            tokens=_text(package.tokens),
        )
        may = (Status.APPROVED, Status.WAITING, Status.RUNNING, Status.PAUSED)
        records.pass_to(work, kept.plan.id, Status.RUNNING, may, at)
    return Written(package, files, sum(len(k.rows) for k in known))


def facts_now(desk: Desk, package: Package) -> str:
    """The digest of what has to stay now, to be held against what a script knew."""
    kept = records.read(desk.office.runs, package.plan or "")
    known = _facts(desk, package, desk.system(package.system), kept)
    return digest_of(msgspec.to_builtins(known))


def _facts(desk: Desk, package: Package, system: System, kept: Kept) -> tuple[KeySet, ...]:
    connection = offline(system, package.catalogue)
    names = frozenset(n for part in kept.plan.parts for n in part.program.facts)
    return tuple(Known(connection, desk.memory.facts).key_sets(system.name, names))


def _changes(
    package: Package, system: System, kept: Kept, known: tuple[KeySet, ...], until: date
) -> str:
    connection = offline(system, package.catalogue)
    frame = package.frame(system.connector, "apply")
    changing = Changing(frame, connection, kept.plan, known, package.structure or "", until)
    try:
        return changing.whole()
    except Refused as refused:
        raise _unsayable(system, refused) from None
