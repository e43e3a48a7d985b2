"""Data that somebody else gave us: the clock of art. 14(3), and a register of such lists.

Persons are informed within a month at the latest, or with the first letter to them, or before the
first disclosure: whichever comes first. A month ends on the day of the same number, or on the last
of a shorter month (Reg. (EEC, Euratom) 1182/71 art. 3(2)(c)). It is not moved to a working day: the
month is the longest that is allowed, and nobody needs the days that a holiday would add.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from avow.common.calendar import Period, add
from avow.common.errors import AvowError
from avow.common.ids import new_id
from avow.engine.db.store import Row, Runs
from avow.engine.evidence.checks import (
    Check,
    CheckKind,
    CheckResult,
    Item,
    Outcome,
    blind,
    failed,
    passed,
)

MONTH = Period(months=1)
FRESH = timedelta(days=2)
KIND = "data-from-others"
"""The kind of letter that informs them."""


class ListError(AvowError):
    """A list of persons from another organisation cannot be entered, or is not known (AV632)."""

    code = "AV632"


@dataclass(frozen=True, slots=True)
class ForeignList:
    """A list that came from another organisation.

    `proof`: SHA-256 of the document that shows that the persons agreed to it. The days are those of
    the first letter to one of them, of the first disclosure, and by which all had been informed.
    """

    source: str
    system: str
    came_on: date
    persons: int
    proof: str | None = None
    contact_on: date | None = None
    disclosed_on: date | None = None
    told_on: date | None = None
    id: str = ""

    @property
    def due(self) -> date:
        """The last day on which the persons are informed in time."""
        return due(self.came_on, self.contact_on, self.disclosed_on)


def due(came_on: date, contact_on: date | None = None, disclosed_on: date | None = None) -> date:
    """The last day of art. 14(3) GDPR: a month after the data came, or the day of the first
    communication or disclosure where that is earlier."""
    return min(day for day in (add(came_on, MONTH), contact_on, disclosed_on) if day is not None)


def enter(runs: Runs, came: ForeignList, *, by: str, at: datetime) -> str:
    """Enter a list; gives its id. Without a proof it is entered too, and broken from its first day.

    Raises:
        ListError: AV632, the proof is no SHA-256, or it names fewer than no persons.
    """
    is_digest = came.proof is None or (len(came.proof) == 64 and set(came.proof) <= _HEX)
    if not is_digest or came.persons < 0:
        raise ListError(
            "a list from another organisation cannot be entered",
            because="its proof is the SHA-256 of a document, and it names a number of persons",
        )
    name = new_id("list")
    runs.run(
        "foreign_list_add",
        id=name,
        source=came.source,
        system=came.system,
        came_on=came.came_on,
        persons=came.persons,
        proof=came.proof,
        by=by,
        at=at,
    )
    return name


_HEX = frozenset("0123456789abcdef")


def happened(
    runs: Runs,
    name: str,
    *,
    contact_on: date | None = None,
    disclosed_on: date | None = None,
    told_on: date | None = None,
    proof: str | None = None,
) -> None:
    """Note what happened to a list. Of first days the earliest stays; what was told stays told.

    Raises:
        ListError: AV632, there is no such list.
    """
    row = runs.one(
        "foreign_list_happened",
        id=name,
        contact_on=contact_on,
        disclosed_on=disclosed_on,
        told_on=told_on,
        proof=proof,
    )
    if row is None:
        raise ListError(f"there is no list `{name}`", help="look at the ids of those entered")


def lists(runs: Runs) -> tuple[ForeignList, ...]:
    """Every list, the oldest first."""
    return tuple(_read(row) for row in runs.run("foreign_lists"))


def _read(row: Row) -> ForeignList:
    return ForeignList(
        row["source"],
        row["system"],
        row["came_on"],
        row["persons"],
        row["proof"],
        row["contact_on"],
        row["disclosed_on"],
        row["told_on"],
        row["id"],
    )


def informed(clause: str) -> Check:
    """Was everybody on a list from elsewhere informed in time, and had they agreed to it?

    A case per list: what was late stays red until somebody says what was done about it.
    """
    return Check(
        f"notice.indirect.{clause}",
        frozenset({clause}),
        kind=CheckKind.CASE,
        freshness=FRESH,
        everywhere=False,
    )


def ask(
    runs: Runs, clauses: Mapping[str, str], *, day: date, at: datetime
) -> Iterator[tuple[Check, CheckResult]]:
    """The answer for every list from a source of `clauses`, which names the clause of each.

    Without a list there is none: then nothing was promised to anybody, and nothing is proven.
    """
    for each in lists(runs):
        if each.source not in clauses:
            continue
        check = informed(clauses[each.source])
        yield check, check.answered(Item(each.system), outcome(each, day), at, case=each.id)


def outcome(came: ForeignList, day: date) -> Outcome:
    """The answer for one list on a day. The proof comes first: without it the list may not be used,
    whoever was informed."""
    if came.proof is None:
        return failed(came.persons or 1, "on a list to which no document shows that they agreed")
    if came.told_on is not None and came.told_on <= came.due:
        return passed(came.persons)
    if came.told_on is not None:
        return failed(came.persons or 1, f"informed only after {came.due}")
    if day > came.due:
        return failed(came.persons or 1, f"not informed by {came.due}")
    return blind(f"{came.persons:,} persons have to be informed by {came.due}")
