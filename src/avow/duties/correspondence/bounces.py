"""Following up what came back: the letter's state, counts for people, one entry for the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from avow.duties.correspondence.letters import Reason
from avow.duties.correspondence.outbox import Tells
from avow.duties.correspondence.returned import Came, What, read
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import LettersReturned


@dataclass(frozen=True, slots=True)
class Followed:
    """What messages were: letters that bounced now (hard ones, where the address is wrong, among
    them), bounces known before or of no letter of ours, delays, machines, people, unreadable."""

    bounced: int = 0
    hard: int = 0
    known: int = 0
    strange: int = 0
    delayed: int = 0
    machines: int = 0
    people: int = 0
    unreadable: int = 0


def follow(runs: Runs, messages: Iterable[bytes], *, at: datetime, tell: Tells) -> Followed:
    """Read messages and mark the letters that came back, all in one transaction.

    Reading them again changes nothing. Nothing is answered, deleted or moved.
    """
    tally: Counter[str] = Counter()
    groups: Counter[tuple[str, str]] = Counter()
    with runs.transaction() as tx:
        for data in messages:
            came = read(data)
            tally[came.what] += 1
            if came.what is What.BOUNCE:
                _mark(tx, came, at, tally, groups)
        bodies = [
            LettersReturned(what=kind, about=about, bounced=count)
            for (kind, about), count in sorted(groups.items())
        ]
        if bodies:
            tell(bodies, at, tx)
    return Followed(
        tally["now"], tally["hard"], tally["known"], tally["strange"], tally[What.DELAY],
        tally[What.MACHINE], tally[What.LETTER], tally[What.UNREADABLE],
    )  # fmt: skip


def _mark(
    runs: Runs, came: Came, at: datetime, tally: Counter[str], groups: Counter[tuple[str, str]]
) -> None:
    name = _named(runs, came)
    if name is None:
        tally["strange"] += 1
        return
    reason = str(came.reason or Reason.OTHER)
    row = runs.one("letter_returned", id=name, reason=reason, at=at)
    if row is None:
        tally["known"] += 1
        return
    tally["now"] += 1
    tally["hard"] += came.hard
    groups[row["kind"], row["about"]] += 1


def _named(runs: Runs, came: Came) -> str | None:
    """The letter that a bounce names. Where it names two, it is about none."""
    by_id = runs.one("letter_known", id=came.letter) if came.letter else None
    by_message = (
        runs.one("letter_by_message", message_id=came.message_id) if came.message_id else None
    )
    found = {str(row["id"]) for row in (by_id, by_message) if row is not None}
    return found.pop() if len(found) == 1 else None
