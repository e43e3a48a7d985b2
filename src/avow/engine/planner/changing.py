"""Changing cells of named rows: a plan that two persons approve, and that can be put back.

The plan holds datasets, columns, counts and a salted commitment, never a key or a value: these lie
sealed beside it. What is signed is therefore also what is written: another value has another
commitment. Modes of restriction (art. 18) and corrections (art. 16) are such changes.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec

from avow.common.calendar import Period, add
from avow.common.findings import Finding
from avow.common.ids import new_id
from avow.declaration.model import Level
from avow.engine.db.store import Row, Runs
from avow.engine.evidence.entries import commitment
from avow.engine.keys.bundles import new_bundle_key, open_in, seal_in
from avow.engine.planner import records
from avow.engine.planner.apply import Office
from avow.engine.planner.making import Estate
from avow.engine.planner.plan import OURS, Measure, Part, Plan, PlanKind, PlannedStep
from avow.engine.planner.program import Move, Program, Step
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.release import author_of, digest_in
from avow.estate.connectors.base import Access, Capability, Connection
from avow.estate.connectors.catalogue import Column
from avow.estate.connectors.values import typed
from avow.estate.datamap.model import Blank, BlankKind, Dataset
from avow.estate.datamap.predicates import InKeys, all_of
from avow.estate.datamap.reach import Key
from avow.estate.datamap.spheres import inside, seen_from

KEPT = Period(years=15)
"""When the key of what was changed is destroyed at the latest."""
NEEDS = frozenset({Capability.BLANK, Capability.KEYS, Capability.TRANSACTIONS})
"""What a connector must be able to do."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Columns of named rows of one dataset, and what they become."""

    dataset: str
    keys: tuple[Key, ...]
    blanks: Mapping[str, Blank] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be changed in one system, for which record and by which clause. `last`: the day
    after which what stood there before is destroyed. `sphere`: whose rows; of others none is
    changed, whatever the keys say."""

    kind: PlanKind
    system: str
    case: str
    cells: tuple[Cells, ...]
    clause: str = ""
    last: date | None = None
    sphere: str = OURS
    persons: int = 1


class _Plain(msgspec.Struct, frozen=True):
    dataset: str
    keys: list[list[str | int]]
    blanks: dict[str, tuple[str, str | None]]


class _Sealed(msgspec.Struct, frozen=True):
    salt: str
    cells: list[_Plain]


def make_change(office: Office, estate: Estate, change: Change, at: datetime) -> str:
    """Plan a change by the declaration in force; gives the plan's id. Nothing is written yet.

    Raises:
        Guarded: AV461, the system or a column cannot take it.
        Away: the system does not answer.
    """
    with closing(estate.open(change.system, Access.WRITE)) as connection:
        wrong = tuple(_wrong(connection, change))
        if wrong:
            raise Guarded(wrong)
        catalogue = connection.catalogue().digest
    sealed = _Sealed(secrets.token_hex(32), [_plain(c) for c in change.cells])
    plan = _plan(office, change, _committed(sealed), catalogue)
    with office.runs.transaction() as tx:
        last = change.last or add(office.today, KEPT)
        bundle = new_bundle_key(tx, office.ring, "case", last, at)
        box = seal_in(tx, office.ring, bundle, msgspec.json.encode(sealed), f"{plan.id}/wanted")
        tx.run("cell_change_add", plan=plan.id, bundle=bundle, wanted=box)
        records.keep(tx, plan, (), Level.APPROVE, at)
    return plan.id


def make_lifting(office: Office, plan: str, at: datetime, *, sphere: str = OURS) -> str:
    """Plan that what a plan changed is put back, among the rows of the same sphere.

    Raises:
        PlannerError: AV462, it changed nothing, or is put back already.
    """
    kept, row = records.read(office.runs, plan), office.runs.one("cell_change", plan=plan)
    is_theirs = kept.plan.sphere == sphere  # what a controller instructed, it takes back itself
    if not is_theirs or row is None or row["before"] is None or row["back_at"] is not None:
        raise PlannerError(
            f"`{plan}` cannot be put back",
            because="it changed nothing, was put back before, or a controller instructed it",
            code="AV462",
        )
    lifting = Plan(
        id=new_id("plan"),
        kind=PlanKind.LIFTING,
        system=kept.plan.system,
        release=digest_in(office.declaration),
        day=office.today,
        parts=kept.plan.parts,
        author=author_of(office.runs),
        case=plan,
        persons=kept.plan.persons,
        sphere=sphere,
    )
    records.keep(office.runs, lifting, (), Level.APPROVE, at)
    return lifting.id


def _wrong(connection: Connection, change: Change) -> list[Finding]:
    if missing := NEEDS - connection.capabilities:
        words = ", ".join(sorted(missing))
        return [_finding(f"`{change.system}` cannot change cells of rows", f"it cannot: {words}")]
    found = []
    for cells in change.cells:
        table = connection.catalogue().tables.get(cells.dataset)
        for name, blank in cells.blanks.items():
            column = table.column(name) if table is not None else None
            reason = _unfit(column, blank)
            if reason:
                found.append(_finding(f"`{cells.dataset}.{name}` cannot take it", reason))
    return found


def _unfit(column: Column | None, blank: Blank) -> str:
    """Why a column cannot take a value; empty where it can."""
    if column is None:
        return "there is no such column"
    if column.generated:
        return "the database computes it"
    if blank.kind is BlankKind.NULL:
        return "" if column.nullable else "it must hold a value"
    if blank.kind is BlankKind.CONSTANT:
        return _unfit_text(column, blank.value or "")
    return ""


def _unfit_text(column: Column, text: str) -> str:
    if typed(text, column.kind) is None:
        return f"its values are of kind {column.kind}"
    if column.length is not None and len(text) > column.length:
        return f"its values have at most {column.length} characters"
    return ""


def _finding(message: str, because: str) -> Finding:
    return Finding(
        "AV461", message, because=because, help="correct the value, or `blank:` in the data map"
    )


def _plan(office: Office, change: Change, commits: str, catalogue: str) -> Plan:
    seen = seen_from(office.declaration.datamap.systems[change.system], change.sphere)
    steps = tuple(_step(c, change, commits, seen.datasets[c.dataset]) for c in change.cells)
    program = Program(change.system, office.today, tuple(s.step for s in steps))
    return Plan(
        id=new_id("plan"),
        kind=change.kind,
        system=change.system,
        release=digest_in(office.declaration),
        day=office.today,
        parts=(Part(program, steps, catalogue),),
        author=author_of(office.runs),
        case=change.case,
        persons=change.persons,
        sphere=change.sphere,
    )


def _step(cells: Cells, change: Change, commits: str, dataset: Dataset) -> PlannedStep:
    """A step as it is shown and signed: constants of a correction are not in it."""
    step = Step(
        dataset=cells.dataset,
        move=Move.BLANK,
        where=all_of([InKeys(dataset.key, keys_name(cells.dataset)), inside(dataset)]),
        clauses=(change.clause,) if change.clause else (),
        blanks={name: Blank(BlankKind.CONSTANT, commits) for name in cells.blanks},
        because=str(change.kind),
    )
    return PlannedStep(step, Measure(len(cells.keys), len(cells.keys)), bound=len(cells.keys))


def keys_name(dataset: str) -> str:
    """The key set of the rows that are changed."""
    return f"changed.{dataset}"


def _plain(cells: Cells) -> _Plain:
    keys: list[list[str | int]] = [
        [part if isinstance(part, int) else str(part) for part in key] for key in cells.keys
    ]
    return _Plain(cells.dataset, keys, {n: (b.kind, b.value) for n, b in cells.blanks.items()})


def _committed(sealed: _Sealed) -> str:
    plain = json.dumps(msgspec.to_builtins(sealed.cells), sort_keys=True)
    return commitment(bytes.fromhex(sealed.salt), plain)


def wanted(runs: Runs, office: Office, plan: Plan, row: Row) -> tuple[Cells, ...]:
    """What a plan writes, opened and found to be what was signed.

    Raises:
        PlannerError: AV463, it is not.
    """
    box = open_in(runs, office.ring, row["bundle"], bytes(row["wanted"]), f"{row['plan']}/wanted")
    sealed = msgspec.json.decode(box, type=_Sealed)
    commits = {b.value for _, each in plan.steps for b in each.step.blanks.values()}
    if commits - {_committed(sealed)}:
        raise PlannerError(
            f"what `{plan.id}` writes is not what was approved",
            because="its commitment is another",
            code="AV463",
        )
    return tuple(_cells(c) for c in sealed.cells)


def _cells(plain: _Plain) -> Cells:
    blanks = {n: Blank(BlankKind(kind), value) for n, (kind, value) in plain.blanks.items()}
    return Cells(plain.dataset, tuple(tuple(key) for key in plain.keys), blanks)


def key_rows(cells: Cells) -> Sequence[tuple[int, Key, date | None]]:
    """The rows as a key set takes them."""
    return [(1, key, None) for key in cells.keys]
