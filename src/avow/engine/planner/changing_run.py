"""Running a plan that changes cells of named rows, or puts them back: whole or not at all.

All rows of a plan are changed in one transaction of the system. What stood there before is sealed
in our database first; when we are killed between the two commits, the next run sees by the sealed
cells whether the system had committed, and never takes changed cells for original ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime

from avow.common.findings import Finding
from avow.engine.db.store import Row
from avow.engine.evidence.entries import BatchApplied, Undone
from avow.engine.keys.bundles import destroy, open_in, seal_in
from avow.engine.planner import records
from avow.engine.planner.apply import Office
from avow.engine.planner.approve import sufficient, unsigned
from avow.engine.planner.bundle import Rows, Section, framed, unframed
from avow.engine.planner.changing import Cells, key_rows, keys_name, wanted
from avow.engine.planner.ground import Tell, nothing, untold
from avow.engine.planner.making import Estate
from avow.engine.planner.plan import Plan, PlanKind
from avow.engine.planner.records import Kept, Status
from avow.engine.planner.refusals import Guarded, PlannerError, Stopped
from avow.engine.planner.release import active
from avow.estate.connectors.base import Access, Batch, Capability, Connection, Refused
from avow.estate.datamap.model import System
from avow.estate.datamap.predicates import InKeys, all_of
from avow.estate.datamap.spheres import inside, seen_from

KINDS = (PlanKind.RESTRICTION, PlanKind.CORRECTION, PlanKind.LIFTING)
_MAY = (Status.WAITING, Status.APPROVED, Status.RUNNING, Status.PAUSED)


@dataclass(frozen=True, slots=True)
class Changer:
    """Who changes cells: reaches the systems, heeds a stop; `crash` is called with each step."""

    office: Office
    estate: Estate
    stop: Callable[[str], str | None]
    crash: Callable[[str], None] = nothing
    tell: Tell = untold


@dataclass(frozen=True, slots=True)
class Changed:
    """How a plan ended: rows that hold what they should now, and those that do not: they are gone,
    or somebody wrote them since."""

    plan: str
    rows: int
    missed: int = 0


@dataclass(frozen=True, slots=True)
class _Piece:
    """Cells of one dataset, before and after; each row starts with its key."""

    section: Section
    before: Rows
    after: Rows


def run_change(changer: Changer, plan: str, at: datetime) -> Changed:
    """Run an approved plan, or go on with it; a second time it does nothing.

    Raises:
        Guarded: AV427, it is not approved; AV464, the declaration or the schema is another one;
            AV465, the database refused a value, and nothing was written.
        Stopped: somebody said stop.
        Away: the system does not answer.
    """
    office = changer.office
    kept = records.read(office.runs, plan)
    source = kept.plan.case or "" if kept.plan.kind is PlanKind.LIFTING else plan
    row = office.runs.one("cell_change", plan=source)
    if kept.plan.kind not in KINDS or row is None:
        raise PlannerError(f"`{plan}` changes no cells of named rows", code="AV462")
    if kept.status is Status.DONE:
        return Changed(plan, row["rows"])
    _permitted(changer, kept)
    records.pass_to(office.runs, plan, Status.RUNNING, _MAY, at)
    try:
        return _ran(changer, kept, row, at)
    except Refused as refusal:
        records.pass_to(office.runs, plan, Status.PAUSED, [Status.RUNNING], at)
        raise Guarded((_refused(kept.plan, refusal),)) from None


def _permitted(changer: Changer, kept: Kept) -> None:
    office = changer.office
    wrong = [*unsigned(office.runs, office.ring, kept)]
    if kept.status not in _MAY:
        wrong.append(Finding("AV426", f"the plan is {kept.status}"))
    met = sufficient(office.declaration, kept)
    wrong += met.findings
    if met.missing:
        why = "two persons beside its author sign its digest"
        how = f"`avow approve {kept.plan.id} --as PERSON`"
        missing = f"{met.missing} more person has to approve the plan"
        wrong.append(Finding("AV427", missing, because=why, help=how))
    if active(office.runs) != kept.plan.release:
        wrong.append(_stale("another declaration is in force"))
    if wrong:
        raise Guarded(wrong)
    if reason := changer.stop(kept.plan.system):
        raise Stopped(f"`{kept.plan.system}` is stopped", because=reason)


def _stale(because: str) -> Finding:
    return Finding("AV464", "the plan was made for something else", because=because,
                   help="plan again")  # fmt: skip


def _refused(plan: Plan, refusal: Refused) -> Finding:
    return Finding(
        "AV465",
        f"`{plan.system}` refused the change, and nothing was written",
        because=str(refusal),
        help="look at the constraint it names; a value that another row has is not written",
    )


def _ran(changer: Changer, kept: Kept, row: Row, at: datetime) -> Changed:
    office, plan = changer.office, kept.plan
    with closing(changer.estate.open(plan.system, Access.WRITE)) as connection:
        if plan.kind is PlanKind.LIFTING:
            return _put_back(changer, connection, kept, row, at)
        if connection.catalogue().digest != plan.parts[0].catalogue:
            raise Guarded((_stale("the schema of the system is another"),))
        cells = wanted(office.runs, office, plan, row)
        seen = seen_from(connection.system, plan.sphere)
        pieces = _write(changer, connection, seen, row, cells)
        changer.crash("committed")
        _refreshed(connection, [piece.section.dataset for piece in pieces])
    with office.runs.transaction() as tx:
        tx.run("cell_change_done", plan=plan.id, at=at)
        records.pass_to(tx, plan.id, Status.DONE, [Status.RUNNING], at)
        changer.tell([*_applied(plan.id, pieces)], at, tx)
    asked, rows = sum(len(c.keys) for c in cells), sum(len(p.after) for p in pieces)
    return Changed(plan.id, rows, asked - rows)


def _applied(plan: str, pieces: Sequence[_Piece]) -> Iterator[BatchApplied]:
    """What the ledger is told: a plan of named rows is one batch, and its steps its datasets."""
    for number, piece in enumerate(pieces):
        yield BatchApplied(
            plan=plan,
            step=number,
            chunk=0,
            dataset=piece.section.dataset,
            blanked=len(piece.after),
        )


def _refreshed(connection: Connection, datasets: Sequence[str]) -> None:
    """Values that went may still be read in statistics and materialized views."""
    if Capability.EFFECTS not in connection.capabilities:
        return
    with suppress(Refused):  # the change has committed; what is left there the census finds
        connection.effects(tuple(dict.fromkeys(datasets)))


def _write(
    changer: Changer, connection: Connection, seen: System, row: Row, cells: Sequence[Cells]
) -> list[_Piece]:
    """All cells in one transaction; what was there is safe before it commits."""
    office, known = changer.office, _known(changer.office, row)
    with connection.transaction() as batch:
        pieces = [_piece(connection, batch, seen, each, n) for n, each in enumerate(cells)]
        pieces = [_merged(p, known[n] if known else None) for n, p in enumerate(pieces)]
        rows = sum(len(p.after) for p in pieces)
        office.runs.run(
            "cell_change_begun", plan=row["plan"], before=_box(office, row, pieces), rows=rows
        )
        changer.crash("sealed")
    return pieces


def _piece(connection: Connection, batch: Batch, seen: System, cells: Cells, number: int) -> _Piece:
    """The cells of one dataset, of rows of this sphere alone, before and after."""
    name, dataset = keys_name(cells.dataset), seen.datasets[cells.dataset]
    key = dataset.key
    connection.put_keys(name, cells.dataset, key_rows(cells))
    mine = all_of([InKeys(key, name), inside(dataset)])
    if Capability.LOCKS in connection.capabilities:
        batch.lock(cells.dataset, mine)
    columns = (*key, *cells.blanks)
    before = batch.copies(cells.dataset, mine, columns)
    batch.blank(cells.dataset, mine, cells.blanks)
    after = batch.copies(cells.dataset, mine, columns)
    section = Section(number, 0, 0, cells.dataset, columns, key, cells.blanks)
    return _Piece(section, before, after)


def _merged(piece: _Piece, known: _Piece | None) -> _Piece:
    """A row that an interrupted run had already changed keeps what stood there before that run."""
    if known is None:
        return piece
    n = len(piece.section.key)
    first = {
        row[:n]: (row, then) for row, then in zip(known.before, known.after, strict=True)
    }  # fmt: skip
    before = [
        first[row[:n]][0] if row[:n] in first and first[row[:n]][1] == row else row
        for row in piece.before
    ]
    return _Piece(piece.section, before, piece.after)


def _box(office: Office, row: Row, pieces: Sequence[_Piece]) -> bytes:
    parts = [
        framed(p.section, rows).decode() for p in pieces for rows in (p.before, p.after)
    ]  # fmt: skip
    plain = json.dumps(parts).encode()
    return seal_in(office.runs, office.ring, row["bundle"], plain, f"{row['plan']}/before")


def _known(office: Office, row: Row) -> list[_Piece]:
    """What was sealed before; empty when nothing was."""
    if row["before"] is None:
        return []
    about = f"{row['plan']}/before"
    plain = open_in(office.runs, office.ring, row["bundle"], bytes(row["before"]), about)
    parts = [unframed(part.encode()) for part in json.loads(plain)]
    return [
        _Piece(before[0], before[1], after[1])
        for before, after in zip(parts[::2], parts[1::2], strict=True)
    ]


def _put_back(
    changer: Changer, connection: Connection, kept: Kept, row: Row, at: datetime
) -> Changed:
    """Every cell as it was, where nobody wrote it since; then the sealed cells are destroyed."""
    office, pieces = changer.office, _known(changer.office, row)
    seen = seen_from(connection.system, kept.plan.sphere)
    with connection.transaction() as batch:
        missed = sum(_restored(connection, batch, seen, piece) for piece in pieces)
        changer.crash("restored")
    changer.crash("committed")
    rows = sum(len(p.before) for p in pieces) - missed
    with office.runs.transaction() as tx:
        tx.run("cell_change_back", plan=row["plan"], at=at, rows=rows)
        records.pass_to(tx, kept.plan.id, Status.DONE, [Status.RUNNING], at)
        changer.tell([Undone(bundle=row["bundle"], by=kept.approved_by, rows=rows)], at, tx)
        if not missed:
            destroy(tx, [row["bundle"]], at)
    return Changed(kept.plan.id, rows, missed)


def _restored(connection: Connection, batch: Batch, seen: System, piece: _Piece) -> int:
    """Put one dataset's cells back, in rows that are of this sphere still; gives the rows that are
    not as they were."""
    section, n = piece.section, len(piece.section.key)
    dataset, name = section.dataset, keys_name(section.dataset)
    connection.put_keys(name, dataset, [(1, row[:n], None) for row in piece.before])
    mine = all_of([InKeys(section.key, name), inside(seen.datasets[dataset])])
    theirs = {row[:n] for row in batch.copies(dataset, mine, section.key)}
    before = [row for row in piece.before if row[:n] in theirs]
    batch.restore(dataset, section.key, section.blanks, before)
    now = batch.copies(dataset, InKeys(section.key, name), section.columns)
    return len(set(map(repr, piece.before)) - set(map(repr, now)))


def before_of(office: Office, plan: str) -> tuple[tuple[Section, Rows], ...]:
    """What stood in the cells that a plan changed. These are values of a person."""
    row = office.runs.one("cell_change", plan=plan)
    return tuple((p.section, p.before) for p in _known(office, row)) if row else ()
