"""The log of views: who opened data of whom, when, of which kind and for which task.

It is written in the transaction that opens the data, with a salted commitment in the ledger: who
can change the database cannot take a view away without being noticed.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from avow.common.ids import new_id
from avow.engine.accounts.known import Accounts
from avow.engine.db.store import Row
from avow.engine.evidence.entries import Viewed, commitment


class Kind(StrEnum):
    """Which kind of data was opened."""

    IDENTITY = "identity"
    WORDS = "words"
    LETTER = "letter"
    PLACE = "place"
    COPY = "copy"
    ANSWER = "answer"
    TENANTS = "tenants"
    DOCUMENT = "document"
    FILE = "file"
    CORRECTION = "correction"
    TASK = "task"


class Why(StrEnum):
    """For which task."""

    IDENTIFY = "identify"
    ANSWER = "answer"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class View:
    """One entry of the log; it holds none of the data. It is of a request, or of an instruction."""

    id: str
    at: datetime
    by: str
    request: str
    person: int | None
    what: str
    why: str
    instruction: str = ""


def note_view(
    accounts: Accounts, request: str, person: int | None, what: Kind, why: Why, *, by: str,
    at: datetime, instruction: str = "",
) -> None:  # fmt: skip
    """Say in the log, and in the ledger, that somebody opens data of a person: of a request, or of
    an instruction (then `request` is empty)."""
    view = View(new_id("view"), at, by, request, person, str(what), str(why), instruction)
    salt = secrets.token_bytes(32)
    with accounts.runs.transaction() as tx:
        tx.run(
            "view_add", id=view.id, at=at, by=by, request=request, person=person, what=view.what,
            why=view.why, salt=salt, instruction=instruction,
        )  # fmt: skip
        entry = Viewed(view=view.id, commitment=commitment(salt, reference(view)))
        accounts.tell([entry], at, tx)


def reference(view: View) -> str:
    """What the commitment of a view in the ledger is over."""
    number = "" if view.person is None else str(view.person)
    of = view.request or view.instruction
    said = (view.id, view.at.isoformat(), view.by, of, number, view.what, view.why)
    return "\n".join(said)


def newest(accounts: Accounts, most: int = 200) -> tuple[View, ...]:
    """What was opened last, by anybody."""
    return _views(accounts.runs.run("views_newest", most=most))


def of_request(accounts: Accounts, request: str) -> tuple[View, ...]:
    """What of a request was opened, the newest first."""
    return _views(accounts.runs.run("views_of", request=request))


def _views(rows: Sequence[Row]) -> tuple[View, ...]:
    fields = ("id", "at", "by", "request", "person", "what", "why", "instruction")
    return tuple(View(*(row[name] for name in fields)) for row in rows)
