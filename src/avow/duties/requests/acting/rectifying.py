"""Rectification (GDPR art. 16): named fields of a person's rows corrected, by plans that wait.

What stood there before lies sealed for the undo hours. After the change every other field of the
same category in the person's rows is looked at: where the old value still stands, the correction
is not complete, and that is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from avow.common.calendar import local_day
from avow.common.masked import Masked
from avow.duties.requests.acting.restricting import Acted, Hands, NotActed, item_of, theirs
from avow.duties.requests.book import Said, take
from avow.duties.requests.in_time import clauses_of
from avow.duties.requests.steps import Begun, Done
from avow.duties.requests.words import ItemState, Right
from avow.engine.planner.changing import Cells, Change, make_change
from avow.engine.planner.changing_run import before_of, run_change
from avow.engine.planner.correcting_left import Old, Places, as_text, still_old
from avow.engine.planner.plan import PlanKind
from avow.estate.datamap.model import Blank, BlankKind, Dataset, System, structure


@dataclass(frozen=True, slots=True)
class Correct:
    """One field of the person's rows of a dataset, and the value that is right."""

    system: str
    dataset: str
    field: str
    value: Masked[str]


def correct(
    hands: Hands, request: str, number: int, wished: Sequence[Correct], *, by: str, at: datetime
) -> tuple[str, ...]:
    """Plan corrections for an accepted item; gives one plan per system.

    Raises:
        NotActed: AV644, no such item or no rows; AV646, a dataset without rows of the person;
            AV647, a field that holds the map together, or that others point to by its value.
        Guarded: AV461, a column cannot take the value. Nothing is planned then in its system.
    """
    book = hands.book
    item = item_of(book, request, number, Right.RECTIFICATION)
    places = theirs(book, request, item.person)
    for each in wished:
        _allowed(book.declaration.datamap.systems, places, each)
    hours = timedelta(hours=book.declaration.requests.undo_hours)
    last = local_day(at + hours, book.declaration.controller.zone)
    clause = clauses_of(book).get(Right.RECTIFICATION, "")
    plans = []
    for system in dict.fromkeys(w.system for w in wished):
        cells = _cells(system, places, wished)
        change = Change(PlanKind.CORRECTION, system, request, cells, clause, last)
        plans.append(make_change(hands.office(at), hands.estate, change, at))
    begun = [Said(Begun(item=number, record=plans[0]))]
    if plans and item.state is ItemState.ACCEPTED:
        take(book, request, begun, by=by, at=at)
    return tuple(plans)


def _cells(system: str, places: Places, wished: Sequence[Correct]) -> tuple[Cells, ...]:
    mine = [w for w in wished if w.system == system]
    return tuple(
        Cells(
            name,
            places[system, name],
            {
                w.field: Blank(BlankKind.CONSTANT, w.value.reveal())
                for w in mine
                if w.dataset == name
            },
        )
        for name in dict.fromkeys(w.dataset for w in mine)
    )


def _allowed(systems: Mapping[str, System], places: Places, each: Correct) -> None:
    if (each.system, each.dataset) not in places:
        raise NotActed(
            f"no row of `{each.system}.{each.dataset}` was accepted for the person", code="AV646"
        )
    datasets = systems[each.system].datasets
    name = f"{each.dataset}.{each.field}"
    if each.field in structure(datasets[each.dataset]):
        raise NotActed(f"`{name}` is a key or a pointer, and no fact about a person", code="AV647")
    pointing = (d for d in datasets.values() for link in d.links
                if link.to == each.dataset and each.field in link.parent_fields)  # fmt: skip
    for other in pointing:
        raise NotActed(
            f"rows of `{other.name}` point to `{name}` by its value",
            because="they would belong to nobody after the correction",
            help="let the owner of the system change both together",
            code="AV647",
        )


def carry_out(
    hands: Hands, request: str, number: int, plans: Sequence[str], *, by: str, at: datetime
) -> Acted:
    """Run the approved plans, look for old values that still stand, and say that the item is done.

    Raises what `run_change` raises; what ran stays, and the next call goes on.
    """
    book = hands.book
    item = item_of(book, request, number, Right.RECTIFICATION)
    places = theirs(book, request, item.person)
    done = [run_change(hands.changer(at), plan, at) for plan in plans]
    gaps = (
        *still_old(hands.estate, places, _old(hands, plans, at)),
        *(f"{d.plan}: {d.missed} rows" for d in done if d.missed),
    )
    if item.state is ItemState.ACTING:
        take(book, request, [Said(Done(item=number, gaps=len(gaps)))], by=by, at=at)
    return Acted(tuple(plans), sum(d.rows for d in done), gaps)


def _old(hands: Hands, plans: Sequence[str], at: datetime) -> Old:
    """What was corrected away, by category. Emptied cells and rows that were right are left out."""
    found: dict[str, set[str]] = {}
    for plan in plans:
        for section, rows in before_of(hands.office(at), plan):
            dataset = _dataset(hands, plan, section.dataset)
            for n, name in enumerate(section.columns[len(section.key) :], len(section.key)):
                new = section.blanks[name].value
                old = {v for r in rows if (v := as_text(r[n])) and v != new}
                found.setdefault(_category(dataset, name), set()).update(old)
    return {category: frozenset(values) for category, values in found.items() if category}


def _dataset(hands: Hands, plan: str, name: str) -> Dataset:
    row = hands.book.runs.one("plan", id=plan)
    system = row["counts"]["system"] if row else ""
    return hands.book.declaration.datamap.systems[system].datasets[name]


def _category(dataset: Dataset, name: str) -> str:
    return next((f.category for f in dataset.fields if f.name == name), "")
