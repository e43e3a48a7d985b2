"""Is every incident judged and told in time? One answer, and a case for each late one.

The promise to minimise unauthorised access has more legs (who may see what, how it is locked); this
is the leg of the register.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from avow.duties.incidents.machine import Entry, Incident, Known, Reported, folded
from avow.duties.incidents.register import Register, every
from avow.engine.evidence.checks import (
    Check,
    CheckKind,
    CheckResult,
    Item,
    failed,
    passed,
)

LEG = "register"
PLACE = Item("avow", "incident")
FRESH = timedelta(days=1)
JUDGED_WITHIN = timedelta(hours=24)
"""How long a report may wait until somebody says whether it is a breach."""


def in_time(clause: str) -> Check:
    """Is every report judged within a day, and everybody told who must be?"""
    return Check(
        f"incidents.in-time.{clause}",
        frozenset({clause}),
        freshness=FRESH,
        legs=frozenset({LEG}),
        everywhere=False,
    )


def late(clause: str) -> Check:
    """An incident of which the authority was told late, or is not told: red until remedied."""
    return Check(
        f"incidents.late.{clause}",
        frozenset({clause}),
        kind=CheckKind.CASE,
        freshness=FRESH,
        legs=frozenset({LEG}),
        everywhere=False,
    )


def answers(
    register: Register, clauses: Iterable[str], *, at: datetime
) -> Iterator[tuple[Check, CheckResult]]:
    """The answers for the clauses that promise it."""
    known = list(every(register))
    for clause in clauses:
        waiting = [each for each in known if is_wanting(each, at)]
        where = "incidents are not judged, or somebody was not told in time"
        said = failed(len(waiting), where, count=len(known)) if waiting else passed(len(known))
        check = in_time(clause)
        seen = is_wanting(_planted(at), at)
        yield check, check.answered(PLACE, said, at, leg=LEG, canary_seen=seen)
        check = late(clause)
        for each in known:
            if each.is_late(at):
                said = failed(1, "the authority was not told within 72 hours")
                yield check, check.answered(PLACE, said, at, leg=LEG, case=each.id)


def is_wanting(incident: Incident, now: datetime) -> bool:
    """Whether something about it should have been done by now. Once the authority was told, however
    late, nothing waits any more; that it was late stays a case of its own."""
    is_untold = incident.is_late(now) and incident.authority_at is None
    if incident.is_dismissed or incident.is_closed:
        return is_untold
    reported = incident.reported_at or now
    is_unjudged = incident.known_at is None and now - reported > JUDGED_WITHIN
    return is_unjudged or is_untold


def _planted(now: datetime) -> Incident:
    """An incident that is late beyond doubt, judged by the same functions."""
    then = now.astimezone(UTC) - timedelta(days=30)
    entries = [
        Entry(1, then, "avow", Reported()),
        Entry(2, then, "avow", Known(since=then)),
    ]
    return folded("incident-" + "a" * 26, entries)
