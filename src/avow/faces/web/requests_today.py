"""What requests of persons ask for today, from their rows alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from avow.duties.requests.words import Status
from avow.engine.db.store import Row, Runs
from avow.faces.web.source import Ask, AskKind

NEAR = timedelta(days=7)
SINGLY = 12
"""How many are named one by one; the list of requests has the others."""


def requests_ask(runs: Runs, day: date) -> tuple[Ask, ...]:
    """One ask per request that waits for us, the most urgent first. What is over or ends within a
    week is named; what comes later only when nothing is near. Nothing is asked while the term
    stands: then it waits for the person."""
    rows = [row for row in runs.run("requests_open") if not row["waits"] and _is_ours(row)]
    near = [row for row in rows if row["due_on"] <= day + NEAR] or rows[:3]
    return tuple(_asks(near))


def _is_ours(row: Row) -> bool:
    return Status(row["status"]) not in (Status.ANSWERED, Status.CLOSED)


def _asks(rows: Sequence[Row]) -> Iterator[Ask]:
    for row in rows[:SINGLY]:
        unknown = row["status"] == Status.IDENTIFYING
        kind = AskKind.ACCEPT_IDENTITY if unknown else AskKind.ANSWER_REQUEST
        yield Ask(kind, row["id"], row["due_on"], link=("requests", row["id"]))
