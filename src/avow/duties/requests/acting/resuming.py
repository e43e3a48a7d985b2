"""An erasure goes on when what kept something of it is over: a hold released, a copy handed out, a
restriction lifted, the end of a term.

Nobody has to ask again. A plan is made for what can go now; like every other it waits for two
persons, and nothing is made where nothing can go.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from avow.duties.requests.acting.erasing import Hands, keep_stays, set_plan
from avow.duties.requests.book import Said, read, take
from avow.duties.requests.rows import accepted_of_many
from avow.duties.requests.steps import Noted
from avow.engine.db.store import Row
from avow.engine.planner.erasure_plan import Erasure, make_due_erasure
from avow.engine.planner.identities import Candidate
from avow.engine.planner.keysets import Roots
from avow.engine.planner.making import noted
from avow.engine.planner.records import OVER, Status, pass_to
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.requested import by_system
from avow.engine.planner.staying import Why

GOES_ON = "erasure-goes-on"
"""What is noted, with the system, when an erasure that had ended has a plan again."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """Plans that were made, erasures of which nothing can go yet, and systems that did not answer
    or refused."""

    planned: tuple[str, ...]
    staying: int
    missed: int


def resume(hands: Hands, *, by: str, at: datetime) -> Resumed:
    """Plan what can go now of every finished erasure that something was keeping. Called again it
    makes no second plan: one that waits is there already."""
    runs = hands.book.runs
    rows = runs.run("erasures_holding", held=str(Why.HELD), day=hands.book.day(at))
    accepted = accepted_of_many(hands.book, sorted({row["request"] for row in rows}))
    planned: list[str] = []
    staying = missed = 0
    for row in rows:
        try:
            made = _planned(hands, row, accepted.get(row["request"], ()), by=by, at=at)
        except PlannerError:
            missed += 1
            continue
        if made:
            planned.append(made)
        else:
            staying += 1
    return Resumed(tuple(planned), staying, missed)


def _planned(
    hands: Hands, row: Row, accepted: tuple[Candidate, ...], *, by: str, at: datetime
) -> str:
    """A plan for one erasure in one system; empty where nothing can go yet."""
    request, system = row["request"], row["system"]
    roots = _roots(hands, row, accepted)
    if not roots:
        return ""
    _drop_unheard(hands, row, at)
    wish = Erasure(system, roots, request)
    made = make_due_erasure(hands.office, hands.estate, hands.memory, wish, at)
    if made is None or made.made.status is Status.REFUSED:
        return ""
    hands.crash("resumed")
    plan = made.made.plan
    with hands.book.runs.transaction() as tx:
        keep_stays(tx, plan.id, [(request, row["item"], made.stays)])
        set_plan(tx, request, row["item"], system, plan.id, "", at)
        tx.run("stays_told_before", plan=plan.id, before=row["plan"], less=str(Why.SHELL))
        said = Said(Noted(what=f"{GOES_ON}.{system}"))
        take(hands.book, request, [said], by=by, at=at, runs=tx)
        hands.book.tell([noted(plan)], at, tx)
    return plan.id


def _roots(hands: Hands, row: Row, accepted: tuple[Candidate, ...]) -> Roots:
    person = read(hands.book, row["request"]).items[row["item"]].person
    seeds = by_system([c for c in accepted if c.person == person]).get(row["system"], {})
    return {d: tuple(dict.fromkeys(key for _, key in keys)) for d, keys in seeds.items()}


def _drop_unheard(hands: Hands, row: Row, at: datetime) -> None:
    """Withdraw a plan that a process made before it died, and of which nobody ever heard."""
    for each in hands.book.runs.run("plans_of_case", case_id=row["request"]):
        status = Status(each["status"])
        if each["system"] == row["system"] and each["id"] != row["plan"] and status not in OVER:
            pass_to(hands.book.runs, each["id"], Status.WITHDRAWN, [status], at)
