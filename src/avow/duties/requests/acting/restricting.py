"""Restriction of use (GDPR art. 18): facts, plans that enforce them, and a lifting that is exact.

The facts stand first, so that nothing is erased while plans wait for their approval. A dataset
without a mode enforces nothing, and is counted as a gap. The person hears of a lifting before it
happens (art. 18(3)): without that it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from avow.common.calendar import local_day
from avow.common.errors import AvowError
from avow.common.ids import new_id
from avow.duties.requests.acting.telling_recipients import tell_recipients
from avow.duties.requests.book import Book, Said, read, take
from avow.duties.requests.in_time import clauses_of
from avow.duties.requests.machine import Item
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.steps import Begun, Done, Noted, Steps
from avow.duties.requests.words import ItemState, Right
from avow.engine.db.store import Row
from avow.engine.facts.standing import RESTRICTION, Noting, close_all, note_all, row
from avow.engine.planner import records
from avow.engine.planner.apply import Office
from avow.engine.planner.changing import Change, make_change, make_lifting
from avow.engine.planner.changing_run import Changer, run_change
from avow.engine.planner.ground import nothing
from avow.engine.planner.identities import Candidate
from avow.engine.planner.making import Estate
from avow.engine.planner.plan import Plan, PlanKind
from avow.engine.planner.records import Status
from avow.engine.planner.restricting_cells import restricting_cells
from avow.estate.datamap.reach import Key
from avow.estate.datamap.restricting import Mode

NONE = "none"
"""The mode of a dataset that enforces nothing."""
UNWRITTEN = frozenset({NONE, str(Mode.GATE)})
"""Modes that change nothing in the system: there is none, or readers ask us."""
CONTESTED = "contested"
"""The cause of a restriction that stands while a correction is not decided (art. 18(1)(a))."""


class Cause(StrEnum):
    """Why a restriction that was asked stands (art. 18(1)(a) to (d)): what is disputed or wanted
    says when it may end."""

    ACCURACY = "accuracy"
    UNLAWFUL = "unlawful"
    CLAIMS = "claims"
    OBJECTION = "objection"


class NotActed(AvowError):
    """An item cannot be acted on now (AV644 to AV647)."""

    code = "AV644"


def unnoted(_: Plan) -> None:
    """No ledger is wired."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What acts: the book, the systems, and where a stop is looked for. `note_plan` tells the
    ledger of a plan."""

    book: Book
    estate: Estate
    stop: Callable[[str], str | None]
    crash: Callable[[str], None] = nothing
    note_plan: Callable[[Plan], object] = unnoted

    def changer(self, at: datetime) -> Changer:
        """Who changes cells now."""
        return Changer(self.office(at), self.estate, self.stop, self.crash, self.book.tell)

    def planned(self, plan: str) -> str:
        """Tell the ledger of a plan that was made; gives it back."""
        self.note_plan(records.read(self.book.runs, plan).plan)
        return plan

    def office(self, at: datetime) -> Office:
        """Who answers for permission now."""
        book = self.book
        day = local_day(at, book.declaration.controller.zone)
        return Office(book.runs, book.ring, book.declaration, day)


@dataclass(frozen=True, slots=True)
class Acted:
    """What an act came to: plans, rows that are as they should be, and places that are not."""

    plans: tuple[str, ...]
    rows: int
    gaps: tuple[str, ...]


def item_of(book: Book, request: str, number: int, right: Right) -> Item:
    """An item of a request. Raises NotActed AV644 when it is not about this right."""
    item = read(book, request).items.get(number)
    if item is None or item.right is not right:
        raise NotActed(f"item {number} of `{request}` is not a request for {right}")
    return item


def restricted_item(book: Book, request: str, number: int) -> Item:
    """An item whose rows can be restricted: a restriction that was asked, or a correction, while it
    is not decided what is right (art. 18(1)(a)). Raises NotActed AV644 for any other."""
    item = read(book, request).items.get(number)
    if item is None or item.right not in (Right.RESTRICTION, Right.RECTIFICATION):
        raise NotActed(f"item {number} of `{request}` restricts no use")
    return item


def theirs(book: Book, request: str, person: int) -> dict[tuple[str, str], tuple[Key, ...]]:
    """The accepted rows of a person by system and dataset. Raises NotActed AV644 without any."""
    found = [c for c in accepted_of(book, request) or () if c.person == person]
    if not found:
        raise NotActed(
            f"nobody accepted rows for person {person} of `{request}`",
            help="`avow request rows` shows and accepts them",
        )
    return _by_place(found)


def _by_place(found: Sequence[Candidate]) -> dict[tuple[str, str], tuple[Key, ...]]:
    places: dict[tuple[str, str], dict[Key, None]] = {}
    for each in found:
        places.setdefault((each.system, each.dataset), {}).update(dict.fromkeys(each.keys))
    return {place: tuple(keys) for place, keys in places.items()}


def restrict(
    hands: Hands, request: str, number: int, *, by: str, at: datetime, cause: Cause | None = None
) -> Acted:
    """Let a restriction stand for an accepted item, or for a correction that is not decided, and
    plan how each system enforces it; again: plan what has no plan yet. `cause`: why it stands, of
    one that was asked.

    Raises:
        NotActed: AV644, it is no such item or has no rows; AV954, the correction is decided.
        Guarded: AV461, a system cannot enforce its mode; the restriction stands all the same.
        Away: a system does not answer; ask again.
    """
    book = hands.book
    item = restricted_item(book, request, number)
    places = theirs(book, request, item.person)
    if not book.runs.run("restrictions_of", request=request, item=number):
        if item.right is Right.RECTIFICATION and item.state is not ItemState.ASKED:
            raise NotActed(
                f"the accuracy of item {number} of `{request}` is contested no more",
                because=f"it is {item.state}",
                code="AV954",
            )
        _stand(book, request, item, places, cause, by=by, at=at)
    for system in dict.fromkeys(s for s, _ in places):
        _planned(hands, request, item, system, places, at)
    rows = book.runs.run("restrictions_of", request=request, item=number)
    plans = tuple(dict.fromkeys(r["plan"] for r in rows if r["plan"]))
    return Acted(plans, sum(r["rows"] for r in rows), _unenforced(rows))


def _unenforced(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(f"{r['system']}.{r['dataset']}" for r in rows if r["mode"] == NONE)


def _stand(
    book: Book,
    request: str,
    item: Item,
    places: Mapping[tuple[str, str], tuple[Key, ...]],
    cause: Cause | None,
    *,
    by: str,
    at: datetime,
) -> None:
    """Facts, record and step in one transaction."""
    with book.runs.transaction() as tx:
        for (system, dataset), keys in places.items():
            rows = [Noting(RESTRICTION, row(system, dataset, key)) for key in keys]
            facts = list(note_all(tx, book.ring, rows, at=at))
            mode = book.declaration.datamap.systems[system].datasets[dataset].restriction
            tx.run(
                "restriction_add",
                id=new_id("restriction"),
                request=request,
                item=item.item,
                system=system,
                dataset=dataset,
                mode=str(mode.mode) if mode else NONE,
                rows=len(keys),
                facts=facts,
                at=at,
            )
        if item.right is Right.RECTIFICATION:
            tx.run("restriction_caused", request=request, item=item.item, cause=CONTESTED)
            step: Steps = Noted(what="accuracy-contested")
        else:
            if cause is not None:
                tx.run("restriction_caused", request=request, item=item.item, cause=str(cause))
            step = Begun(item=item.item, record=request)
        take(book, request, [Said(step)], by=by, at=at, runs=tx)


def _planned(
    hands: Hands,
    request: str,
    item: Item,
    system: str,
    places: Mapping[tuple[str, str], tuple[Key, ...]],
    at: datetime,
) -> None:
    book = hands.book
    known = book.runs.run("restrictions_of", request=request, item=item.item)
    mine = [r for r in known if r["system"] == system and r["mode"] not in UNWRITTEN]
    if not mine or any(r["plan"] for r in mine):
        return
    rows = {r["dataset"]: places[system, r["dataset"]] for r in mine}
    cells = restricting_cells(hands.estate, system, rows)
    clause = clauses_of(book).get(Right.RESTRICTION, "")
    change = Change(PlanKind.RESTRICTION, system, request, cells, clause)
    plan = hands.planned(make_change(hands.office(at), hands.estate, change, at))
    book.runs.run("restriction_planned", request=request, item=item.item, system=system, plan=plan)


def enforce(hands: Hands, request: str, number: int, *, by: str, at: datetime) -> Acted:
    """Run the approved plans of a restriction and tell the recipients (art. 19); then the item is
    done, with what is not enforced. A correction stays to be decided.

    Raises what `run_change` raises; what ran stays, and the next call goes on.
    """
    book = hands.book
    item = restricted_item(book, request, number)
    rows = book.runs.run("restrictions_of", request=request, item=number)
    if any(r["mode"] not in UNWRITTEN and r["plan"] is None for r in rows) or not rows:
        raise NotActed(f"item {number} of `{request}` is not planned everywhere")
    plans = tuple(dict.fromkeys(r["plan"] for r in rows if r["plan"]))
    done = [run_change(hands.changer(at), plan, at) for plan in plans]
    gaps = (*_unenforced(rows), *(f"{d.plan}: {d.missed} rows" for d in done if d.missed))
    if item.right is Right.RESTRICTION:
        tell_recipients(book, request, number, by=by, at=at)
    if item.right is Right.RESTRICTION and item.state is ItemState.ACTING:
        take(book, request, [Said(Done(item=number, gaps=len(gaps)))], by=by, at=at)
    return Acted(plans, sum(d.rows for d in done), gaps)


def told(book: Book, request: str, number: int, *, by: str, at: datetime) -> None:
    """Write down that the person was told that the restriction will be lifted (art. 18(3))."""
    restricted_item(book, request, number)
    with book.runs.transaction() as tx:
        tx.run("restriction_told", request=request, item=number, at=at)
        take(book, request, [Said(Noted(what="lifting-told"))], by=by, at=at, runs=tx)


def plan_lifting(hands: Hands, request: str, number: int, *, at: datetime) -> tuple[str, ...]:
    """Plan that what a restriction changed is put back; two persons approve each plan.

    Raises:
        NotActed: AV645, the person was not told before; AV954, a correction is not decided yet.
    """
    standing = _told(hands.book, request, number)
    named = dict.fromkeys(r["plan"] for r in standing if r["plan"])
    plans = [plan for plan in named if is_enforced(hands.book, plan)]
    return tuple(hands.planned(make_lifting(hands.office(at), plan, at)) for plan in plans)


def lift(
    hands: Hands, request: str, number: int, plans: Sequence[str], *, by: str, at: datetime
) -> Acted:
    """Run the approved plans that put cells back, then let the restriction end. Where a correction
    is accepted and not carried out, cells come back for it and nobody may use them yet.

    Raises:
        NotActed: AV645, the person was not told before; AV644, something was not put back; AV954, a
            correction is not decided yet.
    """
    book = hands.book
    standing = _told(book, request, number)
    done = [run_change(hands.changer(at), plan, at) for plan in plans]
    mine = {r["plan"] for r in standing if r["plan"]}
    for plan in mine:
        if is_enforced(book, plan):
            raise NotActed(f"`{plan}` is not put back yet")
    rows, missed = sum(d.rows for d in done), [d for d in done if d.missed]
    gaps = tuple(f"{d.plan}: {d.missed} rows" for d in missed)
    item = restricted_item(book, request, number)
    if item.right is Right.RECTIFICATION and not item.is_settled:
        return Acted(tuple(plans), rows, (*gaps, "the correction is not carried out"))
    with book.runs.transaction() as tx:
        for plan in mine:  # one that never ran must not run now
            records.pass_to(tx, plan, Status.WITHDRAWN, [Status.WAITING, Status.APPROVED], at)
        close_all(tx, [fact for each in standing for fact in each["facts"]], at)
        tx.many("restriction_lifted", [{"id": each["id"], "at": at} for each in standing])
        take(book, request, [Said(Noted(what="restriction-lifted"))], by=by, at=at, runs=tx)
    return Acted(tuple(plans), rows, gaps)


def vaulted(book: Book) -> frozenset[tuple[str, str, Key]]:
    """The rows whose cells are out of their system: (system, dataset, key)."""
    found: set[tuple[str, str, Key]] = set()
    for each in book.runs.run("restrictions_standing"):
        if each["mode"] != Mode.VAULT or not each["plan"] or not is_enforced(book, each["plan"]):
            continue
        person = read(book, each["request"]).items[each["item"]].person
        keys = theirs(book, each["request"], person).get((each["system"], each["dataset"]), ())
        found |= {(each["system"], each["dataset"], tuple(map(str, key))) for key in keys}
    return frozenset(found)


def is_enforced(book: Book, plan: str) -> bool:
    """Whether a plan changed cells that are not put back."""
    change = book.runs.one("cell_change", plan=plan)
    return change is not None and change["before"] is not None and change["back_at"] is None


def _told(book: Book, request: str, number: int) -> list[Row]:
    item = restricted_item(book, request, number)
    if item.right is Right.RECTIFICATION and item.state is ItemState.ASKED:
        raise NotActed(
            f"the accuracy of item {number} of `{request}` is still contested",
            because="article 18(1)(a) of the GDPR restricts use until it is verified",
            help="decide the correction",
            code="AV954",
        )
    rows = book.runs.run("restrictions_of", request=request, item=number)
    standing = [r for r in rows if r["lifted_at"] is None]
    if not standing:
        raise NotActed(f"no restriction stands for item {number} of `{request}`")
    if any(r["told_at"] is None for r in standing):
        raise NotActed(
            "the person was not told that the restriction will be lifted",
            because="article 18(3) of the GDPR: they hear of it before",
            help="tell them, then `avow request restrict REQUEST ITEM --told`",
            code="AV645",
        )
    return standing
