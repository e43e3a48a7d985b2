"""Taking an erasure back in the hours in which that can be done, as long as no answer says it.

Two persons say so: somebody else's rows were accepted as the person's, a hold was not known, the
person asked for something else. What can come back comes back in every system, the person is kept
out no more, and the item is decided anew. What was said to others meanwhile cannot be unsaid here:
those are named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from avow.common.errors import AvowError
from avow.duties.requests.acting.erasing import (
    ERASED,
    Hands,
    Part,
    hashes_of,
    is_over,
    parts,
)
from avow.duties.requests.book import Book, Said, entries_of, persons_of, read, take
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.sparing import case_of, names_of
from avow.duties.requests.steps import Begun, BroughtBack, Noted
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.machine import ENDED
from avow.duties.requests.words import ItemState, Right
from avow.engine.db.store import Row, Runs
from avow.engine.facts.standing import OURS
from avow.engine.planner import records
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.requested import by_system
from avow.engine.planner.sealed_persons import spare
from avow.engine.planner.undo import Hands as UndoHands
from avow.engine.planner.undo import Undoing, two_persons
from avow.engine.planner.working import bring_back_erased
from avow.engine.verifier.known_again import Back, forget_gone
from avow.estate.datamap.reach import Key

_ACTING = frozenset({ItemState.ACTING, ItemState.DONE})
SAID = "bring-back"
"""What is noted, with the item, when one person says that an erasure is brought back."""
NOTHING = "nothing that it took out lies in a bundle any more, or ever did"
_NEVER = frozenset({"AV435", "AV436"})
"""Nothing lies in a bundle: nothing was kept, it came back already, or its hours are over."""


class NotBack(AvowError):
    """An erasure that cannot be taken back (AV937)."""

    code = "AV937"


@dataclass(frozen=True, slots=True)
class Lying:
    """What of one erasure could be brought back in one system, and until when. `unkept` rows lie
    nowhere: they were somebody else's too who was erased with them."""

    system: str
    plan: str
    rows: int
    unkept: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class CameBack:
    """What taking an erasure back came to: rows that came back and rows that did not, by system;
    systems of which nothing lay in a bundle; and whom we had told or asked meanwhile."""

    rows: Mapping[str, int]
    left: Mapping[str, int]
    nothing: tuple[str, ...]
    told: tuple[str, ...]


def lying_of(book: Book, request: str, item: int, at: datetime) -> tuple[Lying, ...]:
    """What of an erasure could be brought back now, system by system."""
    return tuple(
        Lying(r["system"], r["plan"], int(r["rows"]), int(r["shared"]), r["ends_at"])
        for r in _bundles(book.runs, request, item, parts(book, request, item))
        if r["destroyed_at"] is None and r["ends_at"] > at and r["rows"]
    )


def _bundles(runs: Runs, request: str, item: int, known: Sequence[Part]) -> Sequence[Row]:
    plans = [part.plan for part in known if part.plan]
    return runs.run("undo_bundles_of_cases", plans=plans, cases=list(names_of(request, item)))


def said_by(book: Book, request: str, item: int) -> tuple[str, ...]:
    """Who has said that an erasure is brought back, since it was last begun."""
    found: list[str] = []
    for entry in entries_of(book, request):
        match entry.step:
            case Begun(item=number) if number == item:
                found = []
            case Noted(what=what) if what == f"{SAID}.{item}":
                found.append(entry.by)
    return tuple(dict.fromkeys(found))


def say_back(
    hands: Hands, undo: UndoHands, request: str, item: int, *, by: str, at: datetime
) -> CameBack | None:
    """Say as one person that an erasure is brought back. It is as soon as enough have said so;
    until then it is noted, and None is given.

    Raises:
        what `bring_back` raises; Guarded (AV420), who says so may not.
    """
    book = hands.book
    state = read(book, request)
    _asked(state, item)
    if not lying_of(book, request, item, at):
        raise _not(request, item, NOTHING)
    people = tuple(dict.fromkeys((*said_by(book, request, item), by)))
    plans = {each.plan for each in parts(book, request, item) if each.plan}
    try:
        for plan in plans:
            two_persons(hands.office, records.read(book.runs, plan).plan, people)
    except Guarded as refused:
        if refused.code != "AV427":
            raise
        take(book, request, [Said(Noted(what=f"{SAID}.{item}"))], by=by, at=at)
        return None
    return bring_back(hands, undo, request, item, people, at)


def bring_back(
    hands: Hands, undo: UndoHands, request: str, item: int, by: Sequence[str], at: datetime
) -> CameBack:
    """Take an erasure back, by two persons. Called again it goes on where it was left.

    Raises:
        NotBack: AV937, it was not carried out, was answered, or nothing of it lies anywhere.
        Guarded: these persons may not, or one more is needed (AV427); nothing was done.
        PlannerError: AV437, a bundle was changed; AV438, a plan of it runs.
        Away: a system does not answer or refuses us; run it again.
    """
    book = hands.book
    state = read(book, request)
    asked = _asked(state, item)
    known = parts(book, request, item)
    planned = [part for part in known if part.plan]
    bundles = _bundles(book.runs, request, item, known)
    if not any(b["rows"] and (b["restored_at"] or b["destroyed_at"] is None) for b in bundles):
        raise _not(request, item, NOTHING)
    done = {part.system: _back(hands, undo, part, request, item, by) for part in planned}
    # What has not begun takes nothing out any more.
    waiting = [part.plan or "" for part in planned if not is_over(part)]
    spare(book.runs, waiting, [case_of(request, item)], at)
    hands.crash("rows back")
    for part in planned:
        back = Back(part.system, part.plan or "", _roots(book, request, asked, part.system))
        forget_gone(book.runs, book.ring, hands.estate.open, back, at)
    hands.crash("forgotten")
    ended = {part.system: done[part.system] for part in planned if part.ended_at is not None}
    came = _told(book, state, item, ended, bundles)
    _decide_anew(hands, state, asked, came, by, at)
    return came


def _asked(state: Request, item: int) -> Item:
    asked = state.items.get(item)
    if asked is None or asked.right is not Right.ERASURE or asked.state not in _ACTING:
        raise _not(state.id, item, "it is no erasure that was carried out")
    if state.answered_on is not None:
        raise _not(state.id, item, "it is answered: the person was told that it is final")
    return asked


def _not(request: str, item: int, because: str) -> NotBack:
    return NotBack(
        f"the erasure of item {item} of `{request}` is not taken back",
        because=because,
        help="`avow undo` says what can be brought back, and until when",
    )


def _back(
    hands: Hands, undo: UndoHands, part: Part, request: str, item: int, by: Sequence[str]
) -> Undoing | None:
    """What came back in one system; None where nothing lies there."""
    try:
        cases = names_of(request, item)
        return bring_back_erased(hands.office, undo, part.plan or "", cases, by)
    except PlannerError as error:
        if error.code not in _NEVER:
            raise
        return None


def _roots(book: Book, request: str, asked: Item, system: str) -> Mapping[str, Sequence[Key]]:
    rows = accepted_of(book, request) or ()
    mine = tuple(row for row in rows if row.person == asked.person)
    seeds = by_system(mine).get(system, {})
    return {d: tuple(dict.fromkeys(key for _, key in keys)) for d, keys in seeds.items()}


def _told(
    book: Book,
    state: Request,
    item: int,
    done: Mapping[str, Undoing | None],
    bundles: Sequence[Row],
) -> CameBack:
    rows, left, nothing = dict[str, int](), dict[str, int](), list[str]()
    before = {b["system"]: b for b in bundles}
    for system, undone in done.items():
        bundle = before.get(system)
        if bundle is None or (undone is None and bundle["restored_at"] is None):
            nothing.append(system)
            continue
        rows[system] = undone.rows if undone is not None else int(bundle["rows"])
        stuck = sum(n for *_, n in undone.blocked) if undone is not None else 0
        if more := stuck + int(bundle["shared"]):
            left[system] = more
    asked = tuple(
        each.task.place
        for each in kept.of_request(book, state.id)
        if each.item == item and each.task.state in ENDED
    )
    return CameBack(rows, left, tuple(nothing), tuple(dict.fromkeys(asked)))


def _decide_anew(
    hands: Hands, state: Request, asked: Item, came: CameBack, by: Sequence[str], at: datetime
) -> None:
    """The person is kept out no more, drafts that say that it is erased are none, and the item is
    asked again, all in one."""
    book = hands.book
    with book.runs.transaction() as tx:
        tx.run("requests_lock", requests=[state.id])
        who = persons_of(book, state.id)[asked.person]
        tx.run(
            "suppressions_lift",
            sphere=OURS,
            reason=ERASED,
            hashes=hashes_of(book, who),
            since=state.arrived or at,
        )
        tx.run("request_erasures_drop", request=state.id, item=asked.item)
        drafts = tuple(
            row["answer"]
            for row in tx.run("outcomes_of", request=state.id)
            if asked.item in row["items"]
            and (answer := state.answers.get(row["answer"])) is not None
            and answer.sent is None
        )
        rows, left = sum(came.rows.values()), sum(came.left.values())
        step = BroughtBack(item=asked.item, rows=rows, left=left, drafts=drafts)
        take(book, state.id, [Said(step)], by=by[0], at=at, runs=tx)
