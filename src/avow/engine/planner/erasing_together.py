"""One plan of erasure for the persons of many requests in one system.

A pure grouping says which wishes go together; what stays is divided by wish before the plan is
kept. A plan with all of them is approved once and carried out in chunks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from avow.common.findings import Finding
from avow.common.ids import new_id
from avow.engine.planner.apply import Office, surroundings
from avow.engine.planner.erasure_plan import Erasure, counted_and, keep_erasure
from avow.engine.planner.guard import guard
from avow.engine.planner.keysets import Roots
from avow.engine.planner.making import Estate, Made, Memory
from avow.engine.planner.plan import Part, Plan
from avow.engine.planner.refusals import Guarded
from avow.engine.planner.staying import Stay, Staying
from avow.engine.planner.staying_divided import NobodysRows, divided, going
from avow.engine.planner.tally import Tally
from avow.estate.datamap.reach import Key

MOST = 1_000
"""Wishes of one plan: what two persons look at once, and one transaction of ours writes down."""


def groups(wishes: Sequence[Erasure], most: int = MOST) -> tuple[tuple[Erasure, ...], ...]:
    """Which wishes go into one plan: those of one system, at most so many, in the order given. The
    purposes that end are those of every erasure, so nothing else tells them apart. One that names
    a row that another names waits for the next plan: a row is erased for one request. Pure."""
    found: dict[str, list[tuple[list[Erasure], set[tuple[str, Key]]]]] = {}
    for wish in wishes:
        rows = {(dataset, key) for dataset, keys in wish.roots.items() for key in keys}
        mine = found.setdefault(wish.system, [])
        for members, taken in mine:
            if len(members) < most and not rows & taken:
                members.append(wish)
                taken.update(rows)
                break
        else:
            mine.append(([wish], rows))
    return tuple(tuple(members) for mine in found.values() for members, _ in mine)


@dataclass(frozen=True, slots=True)
class Counted:
    """A plan of many wishes that nobody keeps yet: its persons, for whose sake each is erased, and
    what stays of each wish, by its case."""

    plan: Plan
    roots: Roots
    cases: tuple[str, ...]
    stays: Mapping[str, tuple[Stay, ...]]


def count_together(
    office: Office, estate: Estate, memory: Memory, wishes: Sequence[Erasure]
) -> Counted:
    """Count the erasure of several wishes in their system as one plan; nothing is kept. The `case`
    of each says for whose sake it is, and the plan has a case of its own.

    Raises:
        Guarded: as `make_erasure`; AV933, what stays cannot be divided by person; or the guard
            refuses the whole.
        Away: the system does not answer.
    """
    whole, cases = _whole(wishes)

    def told(tally: Tally, staying: Staying, _: Part) -> Mapping[str, tuple[Stay, ...]]:
        return divided(tally, staying, cases)

    try:
        plan, left = counted_and(office, estate, memory, whole, told)
    except NobodysRows:
        raise Guarded((_undivided(whole.system),)) from None
    refused = guard(plan, surroundings(office, plan))
    if refused:
        raise Guarded(refused)
    return Counted(plan, whole.roots, cases, left or {})


def going_of(
    office: Office, estate: Estate, memory: Memory, wishes: Sequence[Erasure]
) -> tuple[Erasure, ...]:
    """Those of several wishes in one system of whose persons something can go now, counted as one;
    nothing is kept. Raises what `count_together` raises, but for the guard's refusal of the whole.
    """
    whole, cases = _whole(wishes)

    def told(tally: Tally, staying: Staying, part: Part) -> frozenset[str]:
        return going(tally, staying, part, cases)

    try:
        _, found = counted_and(office, estate, memory, whole, told)
    except NobodysRows:
        raise Guarded((_undivided(whole.system),)) from None
    return tuple(wish for wish in wishes if wish.case in found)


def _whole(wishes: Sequence[Erasure]) -> tuple[Erasure, tuple[str, ...]]:
    """Several wishes as one, and the case of each of its persons by number."""
    roots, cases = _together(wishes)
    hours = min(wish.undo_hours for wish in wishes)
    return Erasure(wishes[0].system, roots, new_id("erasures"), hours), cases


def _together(wishes: Sequence[Erasure]) -> tuple[Roots, tuple[str, ...]]:
    """The persons of all wishes by dataset, in the order of the program's key sets, and the case of
    each by number."""
    rows = sorted(
        (dataset, place, number, key, wish.case)
        for place, wish in enumerate(wishes)
        for dataset, keys in wish.roots.items()
        for number, key in enumerate(keys)
    )
    roots: dict[str, list[Key]] = {}
    for dataset, _, _, key, _ in rows:
        roots.setdefault(dataset, []).append(key)
    return roots, tuple(case for *_, case in rows)


def keep_together(office: Office, counted: Counted, at: datetime) -> Made:
    """Keep such a plan with its persons, in the caller's transaction where the office has one."""
    return keep_erasure(office, counted.plan, counted.roots, at, counted.cases)


def _undivided(system: str) -> Finding:
    return Finding(
        "AV933",
        f"what stays in `{system}` cannot be divided by person",
        because="a row of it belongs to none of the persons of the plan any more",
        help="each erasure is planned by itself then; look who changes these rows meanwhile",
    )
