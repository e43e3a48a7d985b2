"""Undoing a plan: two persons, its bundles opened and found whole, its rules back at observe.

It is a plan of its own with its own journal: killed at any point and run again, the end is the
same. The rules of the plan fall back to `observe` first, or they would take the rows out again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from avow.common.errors import KeyringError
from avow.common.findings import Finding
from avow.common.ids import new_id
from avow.declaration.model import Level
from avow.engine.evidence.entries import Undone
from avow.engine.keys.bundles import open_in
from avow.engine.planner import records, standings
from avow.engine.planner.apply import Office
from avow.engine.planner.approve import Note
from avow.engine.planner.bringing_back import Back, Frame, Lying
from avow.engine.planner.bundle import Section, boxes, found, unframed
from avow.engine.planner.bundle_end import destroy_due, end_bundles
from avow.engine.planner.ground import nothing
from avow.engine.planner.guard import governing
from avow.engine.planner.journal import Journal
from avow.engine.planner.plan import Plan, PlanKind
from avow.engine.planner.receipts import reader
from avow.engine.planner.records import Kept, Status
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.trust import Standing, quorum
from avow.estate.connectors.base import Access, Connection, Refused, Unreachable

MAY_UNDO = (Status.DONE, Status.BLOCKED, Status.PAUSED)


@dataclass(frozen=True, slots=True)
class Undoing:
    """How an undo ended. `kept` rows lay in the bundles, `rows` came back; the others are there
    again, or were written since. `blocked` says how many could not come back, by table and
    constraint; `lowered` are the rules that fell back to observe."""

    plan: str
    undo: str
    status: Status
    rows: int
    kept: int
    blocked: tuple[tuple[str, str, int], ...] = ()
    lowered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hands:
    """Who brings back: opens the system, keeps the journal, heeds a stop, tells the ledger.

    `folder` is the state's; `crash` is called with the name of each step of the journal.
    """

    connect: Callable[[str, Access], Connection]
    journal: Callable[[str], Journal]
    folder: Path
    stop: Callable[[str], str | None]
    note: Note
    crash: Callable[[str], None] = nothing


def undo(office: Office, hands: Hands, plan: str, by: Sequence[str]) -> Undoing:
    """Bring back what a plan took out, or go on with it.

    Raises:
        Guarded: these persons may not, or one more is needed (AV427).
        PlannerError: AV435, nothing was kept; AV436, the bundles are destroyed; AV437, a file was
            changed, and nothing was brought back; AV438, the plan is not one to be undone.
        Stopped: somebody said stop.
        Refused, Unreachable: the system went away; run it again.
    """
    kept = records.read(office.runs, plan)
    _allowed(office, kept, by)
    now = hands.journal(plan).clock.now
    destroy_due(office.runs, hands.folder, office.today, now(), hands.note)
    bundles = _lying(office, hands.folder, plan)
    frames = frames_of(office, bundles)
    lowered = _lower(office, kept.plan, by, hands)
    journal = hands.journal(_begun(office, kept, hands))
    back = brought_back(office, hands, journal, kept.plan.system, frames)
    status = Status.BLOCKED if back.stuck else Status.DONE
    people = tuple(sorted(set(by)))
    for bundle in bundles:
        hands.note(Undone(bundle=bundle.id, by=people, rows=back.rows[bundle.id]), now())
    records.pass_to(office.runs, journal.plan, status, [Status.RUNNING], now())
    if status is Status.DONE:
        used(office, hands, bundles, now())
    return Undoing(
        plan,
        journal.plan,
        status,
        back.rows.total(),
        sum(b.rows for b in bundles),
        tuple((*place, n) for place, n in back.blocked.items()),
        lowered,
    )


def two_persons(office: Office, plan: Plan, by: Sequence[str]) -> None:
    """Two persons beside the author say that a plan is undone. Raises Guarded (AV427)."""
    met = quorum(office.declaration.people, plan.author, by)
    if met.findings:
        raise Guarded(met.findings)
    if met.missing:
        few = Finding(
            "AV427",
            f"{met.missing} more person has to say that the plan is undone",
            because="two persons beside its author undo it together",
            help="name both with `--as`",
        )
        raise Guarded([few])


def _allowed(office: Office, kept: Kept, by: Sequence[str]) -> None:
    two_persons(office, kept.plan, by)
    begun = office.runs.one("undo_plan_open", plan=kept.plan.id) is not None
    if kept.plan.kind is not PlanKind.SWEEP or not (begun or kept.status in MAY_UNDO):
        raise PlannerError(
            f"`{kept.plan.id}` cannot be undone",
            because=f"it is a plan of kind {kept.plan.kind}, and it is {kept.status}",
            help="a sweep that ended or is paused can be undone; stop a running one first; what was"
            " erased for a request is brought back by `avow request bring-back`",
            code="AV438",
        )


def _lying(office: Office, folder: Path, plan: str) -> list[Lying]:
    """The bundles of the plan that may be opened today."""
    rows = office.runs.run("undo_bundles", plan=plan)
    if not any(row["rows"] for row in rows):
        raise PlannerError(
            f"nothing of `{plan}` was kept",
            because="its rules have no `undo`, or all its rows had come to their maximum",
            help="`undo: 7 days` in a rule lets its rows leave seven days early, into a bundle",
            code="AV435",
        )
    alive = [
        Lying(row["id"], row["key"], place, row["rows"],
              partial(boxes, found(folder / row["path"], row["digest"])))
        for place, row in enumerate(rows)
        if row["destroyed_at"] is None and row["destroy_by"] >= office.today
    ]  # fmt: skip
    if not alive:
        used = any(row["restored_at"] for row in rows)
        last = max(row["destroy_by"] for row in rows)
        raise PlannerError(
            f"what `{plan}` took out {'was brought back before' if used else 'is gone for good'}",
            because="the keys of its bundles are destroyed"
            + ("" if used else f"; {last} was the last day"),
            help="" if used else "nobody can bring these rows back",
            code="AV436",
        )
    return alive


def frames_of(office: Office, bundles: Sequence[Lying]) -> list[Frame]:
    """Every frame, opened once, so that a changed one is found before anything is written.

    Raises:
        PlannerError: AV437, a part does not open with its own key.
    """
    return [
        Frame(section, bundle, number)
        for bundle in bundles
        for number, section in enumerate(_sections(office, bundle))
    ]


def _sections(office: Office, bundle: Lying) -> Iterator[Section]:
    try:
        for number, box in enumerate(bundle.boxes()):
            about = f"{bundle.id}/{number}"
            yield unframed(open_in(office.runs, office.ring, bundle.key, box, about))[0]
    except KeyringError as error:
        if error.code != "AV872":
            raise
        raise PlannerError(
            f"the bundle `{bundle.id}` was changed",
            because="a part of it does not open with its own key",
            help="bring the file back from where it was copied; nothing of it was used",
            code="AV437",
        ) from None


def _lower(office: Office, plan: Plan, by: Sequence[str], hands: Hands) -> tuple[str, ...]:
    """Every rule of the plan falls back to observe, where it is above."""
    at = standings.standings(office.runs, plan.system)
    known = set(standings.rule_ids(office.declaration))
    rules = tuple(
        r for r in sorted(governing(plan) & known) if r in at and at[r].level is not Level.OBSERVE
    )
    now = hands.journal(plan.id).clock.now()
    for rule in rules:
        standings.lower_level(
            office.runs, office.declaration, Standing(plan.system, rule), by[0], now
        )
    return rules


def begun(office: Office, plan: Plan, of: str, at: datetime) -> str:
    """The plan that brings back `of` (a sweep, or the bundle of an erasure): the one that was
    interrupted, or a new one. It runs from now on."""
    row = office.runs.one("undo_plan_open", plan=of)
    if row is None:
        made = replace(
            plan, id=new_id("plan"), kind=PlanKind.UNDO, day=office.today, parts=(), case=of,
            undo_hours=0,
        )  # fmt: skip
        records.keep(office.runs, made, (), Level.APPROVE, at)
        row = {"id": made.id}
    name = str(row["id"])
    among = [Status.WAITING, Status.PAUSED, Status.RUNNING]
    records.pass_to(office.runs, name, Status.RUNNING, among, at)
    return name


def _begun(office: Office, kept: Kept, hands: Hands) -> str:
    """The plan of this undo; a sweep that is paused goes on no more."""
    plan, now = kept.plan, hands.journal(kept.plan.id).clock.now
    name = begun(office, plan, plan.id, now())
    records.pass_to(office.runs, plan.id, Status.WITHDRAWN, [Status.PAUSED], now())
    return name


def brought_back(
    office: Office, hands: Hands, journal: Journal, system: str, frames: Sequence[Frame]
) -> Back:
    """Write the rows of the frames back into their system; where that is interrupted, the plan is
    paused."""
    try:
        with closing(hands.connect(system, Access.WRITE)) as connection:
            journal = replace(journal, receipt=reader(connection, journal.plan))
            back = Back(office, connection, journal, hands.stop, hands.crash)
            back.run(frames)
            return back
    except (PlannerError, Refused, Unreachable):
        now = journal.clock.now()
        records.pass_to(office.runs, journal.plan, Status.PAUSED, [Status.RUNNING], now)
        raise


def used(office: Office, hands: Hands, bundles: Sequence[Lying], at: datetime) -> None:
    """All is back in its system: it must not lie in a second place."""
    for bundle in bundles:
        office.runs.run("undo_bundle_end", id=bundle.id, restored=True, at=at)
    end_bundles(office.runs, hands.folder, [(b.id, b.key) for b in bundles], at, hands.note)
