"""Where a correction stands, what is done next, and what a plan of it changes, before it is
approved and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from avow.duties.requests.acting.restricting import Hands
from avow.duties.requests.book import Book
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.words import ItemState, Right
from avow.engine.planner import records
from avow.engine.planner.changing import wanted
from avow.engine.planner.changing_run import before_of
from avow.engine.planner.correcting_left import as_text, values_of
from avow.engine.planner.plan import PlanKind
from avow.engine.planner.records import OVER, Kept, Status
from avow.estate.datamap.edges import Right as Owning
from avow.estate.datamap.edges import Side, edges
from avow.estate.datamap.model import Blank, BlankKind, System, structure

NOT_THEN = frozenset({Status.WITHDRAWN, Status.REFUSED, Status.BLOCKED})
"""Where a plan of a correction is carried out no more."""


class Turn(StrEnum):
    """What is done next, the most urgent first; of `ROWS` on it waits for somebody else, or for
    nothing."""

    CARRY_OUT = "carry-out"
    PLAN = "plan"
    ROWS = "rows"
    DECIDE = "decide"
    APPROVE = "approve"
    LEFT = "left"
    DONE = "done"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan of a correction: where it stands, and how many rows of which fields it changes."""

    plan: str
    system: str
    status: Status
    fields: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Offered:
    """A dataset in which the person has rows, or in which rows may belong to theirs, with the
    fields that the data map names."""

    system: str
    dataset: str
    fields: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Differs:
    """What a plan makes of a field: the values that stand there, and the new one; empty where the
    database computes it."""

    place: str
    rows: int
    old: tuple[str, ...] = field(repr=False)
    new: str = field(repr=False)


def plans_of(book: Book, request: Request, item: Item) -> tuple[Planned, ...]:
    """The plans of a correction, the oldest first: all of the request that no other correction of
    it has."""
    others = {
        record
        for each in request.items.values()
        if each.right is Right.RECTIFICATION and each.item != item.item
        for record in each.records
    }
    rows = book.runs.run("plans_of_case", case_id=request.id)
    mine = (r["id"] for r in rows if r["kind"] == PlanKind.CORRECTION and r["id"] not in others)
    return tuple(_planned(records.read(book.runs, plan)) for plan in mine)


def _planned(kept: Kept) -> Planned:
    steps = [step for _, step in kept.plan.steps]
    fields = (f"{s.step.dataset}.{name}" for s in steps for name in s.step.blanks)
    rows = sum(step.measure.rows for step in steps)
    return Planned(kept.plan.id, kept.plan.system, kept.status, tuple(fields), rows)


def turn_of(book: Book, request: Request, item: Item, plans: tuple[Planned, ...]) -> Turn:
    """What is done next."""
    if item.state is ItemState.ASKED:
        return Turn.DECIDE
    statuses = {plan.status for plan in plans} - NOT_THEN
    if Status.WAITING in statuses:
        return Turn.APPROVE
    if statuses - OVER or (statuses and item.state is ItemState.ACTING):
        return Turn.CARRY_OUT
    if item.state is ItemState.DONE:
        return Turn.LEFT if item.gaps else Turn.DONE
    if item.state is not ItemState.ACCEPTED:
        return Turn.NOTHING
    return Turn.PLAN if accepted_of(book, request.id) else Turn.ROWS


def to_carry_out(item: Item, plans: tuple[Planned, ...]) -> tuple[str, ...]:
    """The plans that are carried out next: of one that is done already only what follows is done
    again, and nothing once the item is done."""
    ran = frozenset({Status.DONE}) if item.state is ItemState.DONE else frozenset()
    return tuple(p.plan for p in plans if p.status not in NOT_THEN | ran)


def offered(book: Book, request: Request, person: int) -> tuple[Offered, ...]:
    """Where something of a person can be corrected, by the data map; no system is asked."""
    found: dict[tuple[str, str], int] = {}
    for each in accepted_of(book, request.id) or ():
        if each.person == person:
            place = each.system, each.dataset
            found[place] = found.get(place, 0) + len(each.keys)
    systems = book.declaration.datamap.systems
    for system in dict.fromkeys(name for name, _ in found):
        for below in _below(systems[system], {d for s, d in found if s == system}):
            found.setdefault((system, below), 0)
    return tuple(
        Offered(system, name, _fields(systems[system], name), rows)
        for (system, name), rows in found.items()
    )


def _below(system: System, datasets: set[str]) -> Iterator[str]:
    """The datasets whose rows belong to rows of these, along any number of links."""
    known, flows = set(datasets), [
        e for e in edges(system) if e.right is Owning.OWN and e.flows is Side.CHILD
    ]  # fmt: skip
    while more := {e.child for e in flows if e.parent in known} - known:
        known |= more
        yield from sorted(name for name in more if system.datasets[name].key)


def _fields(system: System, name: str) -> tuple[str, ...]:
    dataset = system.datasets[name]
    return tuple(f.name for f in dataset.fields if f.name not in structure(dataset))


def difference(
    hands: Hands, request: Request, item: Item, plan: str, at: datetime
) -> tuple[Differs, ...]:
    """What a plan changes, value by value. These are values of a person: whoever shows them logs
    the view. What stood there is read in the system before it runs, and from what it sealed after.

    Raises:
        LookupError: it is no plan of this correction.
        Away: the system does not answer.
        PlannerError: AV463, it writes not what was signed.
    """
    book = hands.book
    if plan not in {each.plan for each in plans_of(book, request, item)}:
        raise LookupError(plan)
    office, kept = hands.office(at), records.read(book.runs, plan)
    row = book.runs.one("cell_change", plan=plan)
    if row is None:
        raise LookupError(plan)
    system = kept.plan.system
    if row["before"] is None:
        return tuple(
            Differs(
                f"{system}.{cells.dataset}.{name}",
                len(cells.keys),
                tuple(sorted(values_of(hands.estate, system, cells.dataset, cells.keys, name))),
                _new(blank),
            )
            for cells in wanted(book.runs, office, kept.plan, row)
            for name, blank in cells.blanks.items()
        )
    return tuple(
        Differs(
            f"{system}.{section.dataset}.{name}",
            len(rows),
            tuple(sorted({text for r in rows if (text := as_text(r[n]))})),
            _new(section.blanks[name]),
        )
        for section, rows in before_of(office, plan)
        for n, name in enumerate(section.columns[len(section.key) :], len(section.key))
    )


def _new(blank: Blank) -> str:
    return (blank.value or "") if blank.kind is BlankKind.CONSTANT else ""
