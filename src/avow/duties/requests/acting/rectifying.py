"""Rectification (GDPR art. 16): named fields of a person's rows corrected, by plans that wait.

Declared copies and columns that are computed from the corrected rows are part of the same plan.
After the change every other field of the same category in the person's rows is looked at: where the
old value still stands, the correction is not complete, and that is said until somebody corrects it
too or decides that it rightly stays. What was wrong is remembered as keyed hashes for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from avow.common.calendar import Period, add, local_day
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.duties.correspondence.outbox import Keeps
from avow.duties.requests.acting.restricting import (
    Acted,
    Hands,
    NotActed,
    item_of,
    theirs,
    vaulted,
)
from avow.duties.requests.acting.telling_recipients import tell_recipients
from avow.duties.requests.book import Book, Said, take
from avow.duties.requests.in_time import clauses_of
from avow.duties.requests.machine import Item
from avow.duties.requests.steps import Begun, Done, Noted
from avow.duties.requests.words import ItemState, Right
from avow.engine.keys.bundles import destroy
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.changing import Cells, Change, make_change
from avow.engine.planner.changing_run import before_of, run_change
from avow.engine.planner.correcting_left import (
    Places,
    Standing,
    as_text,
    category_of,
    computed_from,
    rows_below,
    standing,
    values_of,
)
from avow.engine.planner.plan import PlanKind
from avow.estate.datamap.model import Blank, BlankKind, Dataset, System, structure
from avow.estate.datamap.reach import Key

LOOKED_FOR = Period(months=3)
"""How long copies are looked at for a value that was corrected away: a copy that is made anew from
an old one comes within that time."""
_FORM = "corrected/1"


class Stays(StrEnum):
    """Why a value that was corrected elsewhere rightly stays in a field."""

    HISTORIC = "historic"  # it was right at the time that the row tells of, such as on an invoice
    ANOTHER = "another"  # it says something else, or is about somebody else


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
    """Plan corrections for an accepted item; gives one plan per system, with declared copies.

    Raises:
        NotActed: AV644, no such item or no rows; AV646, a dataset without rows of the person;
            AV647, a field that holds the map together, or that others point to by its value;
            AV954, the cells lie in a vault.
        Guarded: AV461, a column cannot take the value. Nothing is planned then in its system.
        Away: a system does not answer.
    """
    book = hands.book
    item = item_of(book, request, number, Right.RECTIFICATION)
    places = dict(theirs(book, request, item.person))
    for each in wished:
        _allowed(hands, places, each)
    _not_vaulted(book, places, wished)
    hours = timedelta(hours=book.declaration.requests.undo_hours)
    last = local_day(at + hours, book.declaration.controller.zone)
    clause = clauses_of(book).get(Right.RECTIFICATION, "")
    plans = []
    for system in dict.fromkeys(w.system for w in wished):
        cells = tuple(_cells(hands, system, places, wished))
        change = Change(PlanKind.CORRECTION, system, request, cells, clause, last)
        plans.append(hands.planned(make_change(hands.office(at), hands.estate, change, at)))
    begun = [Said(Begun(item=number, record=plan)) for plan in plans]
    if begun and item.state in (ItemState.ACCEPTED, ItemState.ACTING):
        take(book, request, begun, by=by, at=at)
    return tuple(plans)


def stands_now(hands: Hands, request: str, number: int, place: Correct) -> tuple[str, ...]:
    """The values that stand in a field of the person's rows of a dataset: what would be corrected.
    Whoever shows them logs the view; the value of `place` is not looked at.

    Raises what `correct` raises for a place that cannot be corrected, and AV461 where the system
    knows no such field.
    """
    item = item_of(hands.book, request, number, Right.RECTIFICATION)
    places = dict(theirs(hands.book, request, item.person))
    _allowed(hands, places, place)
    keys = places[place.system, place.dataset]
    return tuple(sorted(values_of(hands.estate, place.system, place.dataset, keys, place.field)))


def _not_vaulted(book: Book, places: Places, wished: Sequence[Correct]) -> None:
    """What is written over an emptied cell would keep the others from coming back."""
    out = vaulted(book)
    for each in wished:
        keys = places[each.system, each.dataset]
        if any((each.system, each.dataset, tuple(map(str, key))) in out for key in keys):
            raise NotActed(
                f"the cells of `{each.system}.{each.dataset}` are out of the system",
                because="their use is restricted, and they lie in a vault",
                help="let them come back first: `avow request restrict … --plan-lifting`",
                code="AV954",
            )


def _cells(hands: Hands, system: str, places: Places, wished: Sequence[Correct]) -> Iterator[Cells]:
    """What was wished, then the same in declared copies, then what is computed from these rows."""
    mine = [w for w in wished if w.system == system]
    named = [
        Cells(name, places[system, name], {w.field: _to(w) for w in mine if w.dataset == name})
        for name in dict.fromkeys(w.dataset for w in mine)
    ]
    carried = [c for w in mine for c in _carried(hands, places, w, mine)]
    yield from (*named, *carried)
    rows: dict[str, dict[Key, None]] = {}
    for each in (*named, *carried):
        rows.setdefault(each.dataset, {}).update(dict.fromkeys(each.keys))
    for made in computed_from(hands.estate, system, {d: tuple(k) for d, k in rows.items()}):
        blanks = {c: Blank(BlankKind.RECOMPUTE, text) for c, text in made.columns.items()}
        yield Cells(made.dataset, made.keys, blanks)


def _to(wish: Correct) -> Blank:
    return Blank(BlankKind.CONSTANT, wish.value.reveal())


def _carried(
    hands: Hands, places: Places, wish: Correct, wished: Sequence[Correct]
) -> Iterator[Cells]:
    """The copies of a corrected field, by the data map, that hold what stood in it."""
    dataset = _systems(hands.book)[wish.system].datasets[wish.dataset]
    category, keys = category_of(dataset, wish.field), places[wish.system, wish.dataset]
    wrong = values_of(hands.estate, wish.system, wish.dataset, keys, wish.field)
    wrong -= {wish.value.reveal()}
    if not category or not wrong:
        return
    roots = {(wish.system, wish.dataset): keys}
    named = {(w.dataset, w.field) for w in wished}
    for each in standing(hands.estate, roots, [category], lambda _, value: value in wrong):
        if each.is_copy and (each.dataset, each.field) not in named:
            yield Cells(each.dataset, each.keys, {each.field: _to(wish)})


def _systems(book: Book) -> Mapping[str, System]:
    return book.declaration.datamap.systems


def _allowed(hands: Hands, places: dict[tuple[str, str], tuple[Key, ...]], each: Correct) -> None:
    """Rows that belong to the person's own may be corrected too: they are added to `places`."""
    systems = _systems(hands.book)
    known = each.system in systems and each.dataset in systems[each.system].datasets
    if known and (each.system, each.dataset) not in places:
        below = rows_below(hands.estate, each.system, each.dataset, places)
        places |= {(each.system, each.dataset): below} if below else {}
    if (each.system, each.dataset) not in places:
        raise NotActed(
            f"no row of `{each.system}.{each.dataset}` was accepted for the person", code="AV646"
        )
    no_structure(systems[each.system], each)


def no_structure(system: System, each: Correct) -> None:
    """Let a field be corrected that is a fact about a person. Raises NotActed AV647 for one that
    holds the map together, or that others point to by its value."""
    datasets, name = system.datasets, f"{each.dataset}.{each.field}"
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
    """Run the approved plans, look for old values that still stand, tell the recipients (art. 19),
    and say that the item is done.

    Raises what `run_change` raises; what ran stays, and the next call goes on.
    """
    book = hands.book
    item = item_of(book, request, number, Right.RECTIFICATION)
    done = [run_change(hands.changer(at), plan, at) for plan in plans]
    for plan in plans:
        _remember(hands, item, request, plan, at)
    tell_recipients(book, request, number, by=by, at=at)
    gaps = (
        *(each.name for each in left_old(hands, request, number, at)),
        *(f"{d.plan}: {d.missed} rows" for d in done if d.missed),
    )
    if item.state is ItemState.ACTING:
        take(book, request, [Said(Done(item=number, gaps=len(gaps)))], by=by, at=at)
    return Acted(tuple(plans), sum(d.rows for d in done), gaps)


def _remember(hands: Hands, item: Item, request: str, plan: str, at: datetime) -> None:
    """Keep the hashes of what was corrected away, so that a copy which still holds it is found."""
    book, key = hands.book, hands.book.ring.hashing.current
    for category, values in _old(hands, plan, at).items():
        book.runs.run(
            "corrected_add",
            id=new_id("corrected"),
            request=request,
            item=item.item,
            plan=plan,
            category=category,
            hashes=sorted(hashed(book.ring, value, key) for value in values),
            hash_key=key,
            at=at,
            until=add(book.day(at), LOOKED_FOR),
        )


def hashed(ring: KeyRing, value: str, key: str) -> bytes:
    """The keyed hash of a value that was wrong."""
    return ring.keyed_hash(Masked(value), _FORM, key).hash


def _old(hands: Hands, plan: str, at: datetime) -> dict[str, set[str]]:
    """What was corrected away, by category; empty where every value was right already. Emptied
    cells and computed ones are left out."""
    found: dict[str, set[str]] = {}
    for section, rows in before_of(hands.office(at), plan):
        dataset = _dataset(hands, plan, section.dataset)
        for n, name in enumerate(section.columns[len(section.key) :], len(section.key)):
            new, category = section.blanks[name], category_of(dataset, name)
            if category and new.kind is BlankKind.CONSTANT:
                old = {v for r in rows if (v := as_text(r[n])) and v != new.value}
                found.setdefault(category, set()).update(old)
    return found


def _dataset(hands: Hands, plan: str, name: str) -> Dataset:
    row = hands.book.runs.one("plan", id=plan)
    system = row["counts"]["system"] if row else ""
    return _systems(hands.book)[system].datasets[name]


def left_old(hands: Hands, request: str, number: int, at: datetime) -> tuple[Standing, ...]:
    """Fields in which a value that was corrected for an item still stands, and nobody said that it
    rightly does.

    Raises:
        Away: a system does not answer.
        NotActed: AV644, nobody accepted rows.
    """
    book = hands.book
    rows = book.runs.run("corrected_standing", day=book.day(at))
    mine = [r for r in rows if r["request"] == request and r["item"] == number]
    wrong = {(r["category"], r["hash_key"], bytes(h)) for r in mine for h in r["hashes"]}
    keys = {(category, key) for category, key, _ in wrong}

    def is_old(category: str, value: str) -> bool:
        tried = ((c, k, hashed(book.ring, value, k)) for c, k in keys if c == category)
        return any(each in wrong for each in tried)

    item = item_of(book, request, number, Right.RECTIFICATION)
    places = theirs(book, request, item.person)
    found = standing(hands.estate, places, sorted({c for c, _ in keys}), is_old)
    stays = {r["place"] for r in book.runs.run("corrected_stays", requests=[request])
             if r["item"] == number}  # fmt: skip
    return tuple(each for each in found if each.name not in stays)


def let_stay(
    hands: Hands, request: str, number: int, place: str, why: Stays, *, by: str, at: datetime
) -> None:
    """Write down that an old value rightly stays in a field, `system.dataset.field`.

    Raises:
        NotActed: AV955, no value that was corrected for the item stands there.
        Away: a system does not answer.
    """
    if place not in {each.name for each in left_old(hands, request, number, at)}:
        raise NotActed(
            f"no value that was corrected for item {number} stands in `{place}`",
            help="`avow request correct --carry-out` names the fields where one does",
            code="AV955",
        )
    with hands.book.runs.transaction() as tx:
        tx.run("corrected_stays_add", request=request, item=number, place=place, reason=str(why),
               by=by, at=at)  # fmt: skip
        take(hands.book, request, [Said(Noted(what=f"stays-{why}"))], by=by, at=at, runs=tx)


def end_undo(book: Book, runs: Keeps, *, at: datetime) -> int:
    """Destroy what corrections sealed of the cells before and after, once the hours are over in
    which they can be put back; gives how many. What was wrong is known by hashes alone from then
    on. A correction that waits for approval keeps what it is to write."""
    hours = timedelta(hours=book.declaration.requests.undo_hours)
    with runs.transaction() as tx:
        keys = [row["bundle"] for row in tx.run("corrections_to_end", before=at - hours)]
        gone = destroy(tx, keys, at)
    if gone:
        runs.rewrite("bundle_key")
    return len(gone)
