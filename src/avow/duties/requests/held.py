"""An open request for access keeps the person's data: nothing is erased to spare an answer.

What is due meanwhile waits as a fact in `engine/facts`, which every plan and batch obeys, and goes
on as soon as the copy was taken, refused, handed over or not wanted any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from avow.common.masked import Masked
from avow.duties.requests.machine import Request
from avow.duties.requests.words import Right
from avow.engine.db.store import Runs
from avow.engine.facts.standing import ACCESS, Noting, Who, close_all, note_all
from avow.engine.keys.ring import KeyRing

COPIES = frozenset({Right.ACCESS, Right.PORTABILITY})
"""The rights that are answered with a copy."""


def follow(
    runs: Runs,
    ring: KeyRing,
    request: Request,
    named: Callable[[], Mapping[int, Iterable[tuple[str, str]]]],
    at: datetime,
) -> None:
    """Begin or end what a request holds, by where its items stand; called with every step.

    `named` gives (kind, value) of each person, and is asked only where a hold begins.
    """
    done = request.closed_on is not None or request.answered_on is not None
    waiting = {
        i.person
        for i in request.items.values()
        if i.right in COPIES and not i.is_settled and not done
    }
    standing: dict[int, list[str]] = {}
    for row in runs.run("access_held", request=request.id):
        standing.setdefault(row["person"], []).append(row["fact"])
    for person in standing.keys() - waiting:
        end(runs, request.id, person, standing[person], at)
    fresh = waiting - standing.keys()
    people = named() if fresh else {}
    for person in sorted(fresh):
        about = [Who(kind, Masked(value)) for kind, value in people.get(person, ())]
        hold(runs, ring, request.id, person, about, at)


def hold(
    runs: Runs, ring: KeyRing, request: str, person: int, about: Iterable[Who], at: datetime
) -> None:
    """Let a request hold what these identities or rows name."""
    facts = note_all(runs, ring, [Noting(ACCESS, who) for who in about], at=at)
    held = [{"request": request, "person": person, "fact": fact, "at": at} for fact in facts]
    runs.many("access_hold_add", held)


def end(runs: Runs, request: str, person: int, facts: Iterable[str], at: datetime) -> None:
    """End everything that a request holds for a person."""
    close_all(runs, tuple(facts), at)
    runs.run("access_hold_end", request=request, person=person, at=at)


def is_held(runs: Runs, request: str, person: int) -> bool:
    """Whether a request holds the data of a person."""
    return any(row["person"] == person for row in runs.run("access_held", request=request))
