"""Holds: a legal reason that forbids erasing named rows until somebody releases it.

A hold is obeyed by every batch that starts after it; it is *effective* when every batch that had
started before has ended, and placing one waits for that. Whom it is about is kept sealed while it
stands, and forgotten when it is released.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from avow.common.clock import Clock
from avow.common.ids import new_id
from avow.engine.db.store import Row, Runs
from avow.engine.evidence.entries import HoldPlaced, HoldReleased
from avow.engine.facts.standing import Who, meet_all
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.approve import Note, unwritten
from avow.engine.planner.journal import is_dead
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.written import canonical

PAUSE = 0.1
"""Seconds between two looks at the journal: as long as a batch."""
SKEW = timedelta(minutes=5)
"""How far the clocks of two machines may be apart."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows are held: a short word, the law, and the day on which it is looked at again."""

    word: str
    law: str
    review_on: date


def place(
    runs: Runs,
    ring: KeyRing,
    about: Sequence[Who],
    reason: Reason,
    *,
    by: str,
    at: datetime,
    note: Note = unwritten,
) -> str:
    """Place a hold; every batch that starts from now on obeys it. Gives its id.

    Raises:
        PlannerError: AV445, it is about nobody.
    """
    if not about:
        raise PlannerError(
            "a hold needs somebody or something it is about",
            help="name a row by `--system`, `--dataset`, `--key`, or a person by `--identity`",
            code="AV445",
        )
    name = new_id("hold")
    with runs.transaction() as tx:
        tx.run(
            "hold_add",
            id=name,
            reason=reason.word,
            law=reason.law,
            scope=canonical({"datasets": sorted({w.subject for w in about if w.subject})}).decode(),
            person=by,
            at=at,
            review_on=reason.review_on,
        )
        met = dict.fromkeys(meet_all(tx, ring, about, at))
        tx.many("hold_identity_add", [{"hold": name, "identity": each} for each in met])
    note(HoldPlaced(hold=name, by=by, review_on=reason.review_on), at)
    return name


def wait(
    runs: Runs,
    name: str,
    clock: Clock,
    pause: Callable[[float], None],
    looks: int | None = None,
) -> datetime | None:
    """Wait until every batch that had started before has ended; gives since when it is effective.
    With `looks`, after so many looks it gives up: None where one still goes on, and `follow` sees
    to the rest.

    Which batches those are is read after the hold was committed, so no clock is compared.
    """
    older, left = _open(runs), looks
    while older:
        if left == 0:
            return None
        left = None if left is None else left - 1
        pause(PAUSE)
        older &= _open(runs, clock.now())
    now = clock.now()
    runs.run("hold_effective", id=name, at=now)
    return now


def follow(runs: Runs, clock: Clock) -> int:
    """Say of holds that nobody waits for any more that they are effective, once no batch goes on
    that may be older; gives of how many.

    Of a batch it is only known when its worker's clock began it, so one that began within `SKEW`
    after the hold counts as older too.
    """
    waiting = [row for row in standing(runs) if row["effective_at"] is None]
    if not waiting:
        return 0
    now = clock.now()
    began = [started for *_, started in _open(runs, now)]
    done = [
        row["id"]
        for row in waiting
        if not any(started <= row["placed_at"] + SKEW for started in began)
    ]
    return len(runs.run("holds_effective", ids=done, at=now)) if done else 0


def _open(runs: Runs, at: datetime | None = None) -> set[tuple[str, int, int, datetime]]:
    """Batches that are going on. One whose worker is dead, or silent for a whole lease, is not."""
    return {
        (row["plan"], row["step"], row["chunk"], row["started_at"])
        for row in runs.run("planner_open_chunks")
        if row["lease_owner"] is not None
        and not is_dead(row["lease_owner"])
        and (at is None or row["lease_until"] > at)
    }


def release(runs: Runs, name: str, *, by: str, at: datetime, note: Note = unwritten) -> None:
    """Release a hold, and forget whom it was about where nothing else needs it.

    Raises:
        PlannerError: AV446, there is no such hold, or it was released before.
    """
    with runs.transaction() as tx:
        if tx.one("hold_release", id=name, person=by, at=at) is None:
            raise PlannerError(
                f"no hold `{name}` stands",
                help="`avow hold list` shows those that do",
                code="AV446",
            )
        about = [row["identity"] for row in tx.run("identities_of_hold", hold=name)]
        tx.run("identities_forget", ids=about)
    note(HoldReleased(hold=name, by=by), at)


def standing(runs: Runs) -> list[Row]:
    """The holds that stand, oldest first; whom they are about is not said."""
    return runs.run("holds_standing")
