"""What came of everything that a person asked: done, left with why and until when, still missing.

A copy of data has an answer of its own (`answering`); of what was refused of it this tells too.
Kinds of data, purposes and recipients are called what the statement calls them; no value of anybody
is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from avow.common.calendar import add, local_day
from avow.common.languages import LANGUAGES, SOURCE_LANGUAGE
from avow.declaration.backups import lag_of
from avow.declaration.facts.authorities import Authority, authorities_of
from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration
from avow.duties.correspondence.letters import Words
from avow.duties.correspondence.wording import wording
from avow.duties.requests.acting.ending import Act
from avow.duties.requests.acting.erasing import Left, Part, left, parts
from avow.duties.requests.acting.restricting import NONE
from avow.duties.requests.answering.saying import Saying
from avow.duties.requests.book import Book
from avow.duties.requests.held import COPIES
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.kept import Kept
from avow.duties.requests.tasks.machine import ENDED, TOLD, State
from avow.duties.requests.words import ItemState, Right
from avow.engine.db.store import Row
from avow.engine.planner.records import Status
from avow.engine.planner.staying import AWAITED, Why

KIND = "request-outcome"
_STATES = {
    State.DONE: "done",
    State.NOTHING: "nothing",
    State.CANNOT: "cannot",
    State.DISPROPORTIONATE: "cannot",
}
_DECLARED = "declared"
_ITEMS = {
    ItemState.DONE: "done",
    ItemState.REFUSED: "refused",
    ItemState.TRANSMITTED: "handed-over",
}


@dataclass(frozen=True, slots=True)
class Missing:
    """A place where an item is not done: asked of its owner until a day, or out of reach."""

    system: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Heard:
    """A recipient that was to be told, and what it answered (art. 19)."""

    recipient: str
    state: str


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one item. `last` is the day of the last erasure of it, in the zone of the
    controller. `unused`: a restriction of theirs stands and its end was not announced;
    `unenforced`: the systems where nothing enforces it."""

    item: Item
    left: tuple[Left, ...] = ()
    missing: tuple[Missing, ...] = ()
    told: tuple[Heard, ...] = ()
    ended: tuple[str, ...] = ()
    last: date | None = None
    unused: bool = False
    unenforced: tuple[str, ...] = ()


def told_of(state: Request, person: int) -> tuple[Item, ...]:
    """The items of a person that a letter tells of: what is settled and no copy, and whatever
    something is refused of."""
    return tuple(
        item
        for item in state.items.values()
        if item.person == person and item.state is not ItemState.WITHDRAWN
        and (item.refusals or (item.is_settled and item.right not in COPIES))
    )  # fmt: skip


def came_of(book: Book, state: Request, person: int) -> tuple[Came, ...]:
    """What came of each item of a person that a letter tells of."""
    tasks = kept.of_request(book, state.id)
    ends = book.runs.run("purpose_ends_of", request=state.id)
    return tuple(_came(book, state, item, tasks, ends) for item in told_of(state, person))


def _came(
    book: Book, state: Request, item: Item, tasks: Sequence[Kept], ends: Sequence[Row]
) -> Came:
    mine = [task for task in tasks if task.item == item.item]
    known = parts(book, state.id, item.item) if item.right is Right.ERASURE else ()
    days = [local_day(p.ended_at, book.zone) for p in known if p.ended_at is not None]
    kept_away = _restricted(book, state, item)
    return Came(
        item,
        left(book, state.id, item.item) if known else (),
        (*_undone(known), *_asked(mine)),
        tuple(_heard(mine)),
        tuple(
            dict.fromkeys(
                row["purpose"]
                for row in ends
                if row["item"] == item.item and row["act"] != Act.RESTRICTED and row["purpose"]
            )
        ),
        max(days, default=None),
        bool(kept_away),
        tuple(dict.fromkeys(row["system"] for row in kept_away if row["mode"] == NONE)),
    )


def _restricted(book: Book, state: Request, item: Item) -> list[Row]:
    """The rows of an item that are kept from use, until somebody announces that it ends."""
    if item.right is not Right.RESTRICTION:
        return []
    rows = book.runs.run("restrictions_of", request=state.id, item=item.item)
    return [row for row in rows if row["lifted_at"] is None and row["told_at"] is None]


def _undone(known: Sequence[Part]) -> Iterator[Missing]:
    done = str(Status.DONE)
    yield from (Missing(p.system, None) for p in known if p.plan is None or p.status != done)


def _asked(tasks: Sequence[Kept]) -> Iterator[Missing]:
    for each in tasks:
        place, _, name = each.task.place.partition(":")
        if place == "system" and each.task.state not in ENDED:
            yield Missing(name, each.task.due)


def _heard(tasks: Sequence[Kept]) -> Iterator[Heard]:
    for each in tasks:
        if each.task.act in TOLD and each.task.state is not State.WITHDRAWN:
            waiting = _DECLARED if each.basis == _DECLARED else "asked"
            name = each.task.place.partition(":")[2]
            yield Heard(name, _STATES.get(each.task.state, waiting))


def authorities(declaration: Declaration) -> tuple[Authority, ...]:
    """Where a person may complain: the authorities of the controller's country, of its other seats,
    and of whom it serves (art. 77: that of the person's residence too)."""
    house = declaration.controller
    return tuple(authorities_of(dict.fromkeys((house.country, *house.established, *house.public))))


def letter(declaration: Declaration, state: Request, came: Sequence[Came], day: date) -> Words:
    """The words of the letter, in the language of the request. `day` is the day of writing."""
    language = state.language if state.language in LANGUAGES else SOURCE_LANGUAGE
    saying = Saying(declaration, language)
    house = declaration.controller
    lasts = [each.last for each in came if each.last is not None]
    law, _ = in_force(declaration, day)
    lag = lag_of(law.rules)
    return wording(KIND, language).said(
        {
            "organisation": house.name,
            "request": state.id,
            "day": saying.day(state.received),
            "contact": declaration.mailbox or house.address,
            "authorities": [
                {"name": name, "site": site}
                for name, site in (each.said(language) for each in authorities(declaration))
            ],
            "acted": any(each.item.state is not ItemState.REFUSED for each in came),
            "items": [_item(saying, each, day) for each in came],
            "has_erased": bool(lasts),
            "backups": saying.day(add(max(lasts), lag)) if lasts and lag else "",
            "period": saying.period(lag) if lag else "",
        }
    )


def _item(saying: Saying, came: Came, day: date) -> dict[str, object]:
    item = came.item
    is_partial = (
        item.refusals
        or came.missing
        or came.unenforced
        or any(each.categories for each in came.left)
    )
    state = _ITEMS.get(item.state, "done")
    return {
        "right": str(item.right),
        "state": "partly" if state == "done" and is_partial else state,
        "grounds": [
            {"ground": ground, "law": law, "until": saying.day(until) if until else ""}
            for ground, law, until in dict.fromkeys(
                (str(r.ground), r.law, r.until) for r in item.refusals
            )
        ],
        "erased": came.last is not None,
        "left": list(_left(saying, came.left, day)),
        "missing": [
            {
                "place": saying.label("system", each.system),
                "until": saying.day(each.until) if each.until else "",
            }
            for each in came.missing
        ],
        "told": [{"name": _name(saying, t.recipient), "state": t.state} for t in came.told],
        "ended": [saying.label("purpose", each) for each in came.ended],
        "unused": came.unused,
        "unenforced": [saying.label("system", each) for each in came.unenforced],
    }


def _left(saying: Saying, stays: Sequence[Left], day: date) -> Iterator[dict[str, str]]:
    """What stays: kinds of data that stay for one reason until one day are one."""
    law, _ = in_force(saying.declaration, day)
    found: dict[tuple[str, str, str, str], dict[str, None]] = {}
    for each in stays:
        laws = [m.law for m in law.minimums if m.clause in each.clauses]
        said = ", ".join(dict.fromkeys(laws)) if each.why in _BY_LAW and laws else ""
        said = said or ", ".join(f"§ {clause}" for clause in each.clauses)
        until = saying.day(date.fromisoformat(each.until)) if each.until else ""
        ends = ", ".join(saying.label("event", name) for name in awaited(each.ends))
        what = found.setdefault((each.why, said, until, ends), {})
        what |= dict.fromkeys(saying.label("category", name) for name in each.categories)
    for (why, said, until, ends), what in found.items():
        yield {"what": ", ".join(what), "why": why, "law": said, "until": until, "ends": ends}


_BY_LAW = frozenset({str(Why.MINIMUM), str(Why.NEEDED)})


def awaited(ends: str) -> tuple[str, ...]:
    """The events of which one has to happen first, of what a plan says of something that stays."""
    return tuple(ends.removeprefix(AWAITED).split(", ")) if ends.startswith(AWAITED) else ()


def _name(saying: Saying, recipient: str) -> str:
    known = saying.declaration.recipients.get(recipient)
    return known.name if known else f"“{recipient}”"
