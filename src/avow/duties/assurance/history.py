"""How the promises stood, day by day: the same fold, once per day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from avow.duties.assurance.model import WORST_FIRST, Evidenced, PromiseStatus, Status
from avow.duties.assurance.status import status
from avow.engine.evidence.checks import CheckKind, CheckResult


@dataclass(frozen=True, slots=True)
class DayPoint:
    """The word of each clause at the end of a local day."""

    day: date
    words: Mapping[str, Status]

    @property
    def counts(self) -> Mapping[Status, int]:
        """How many clauses have each word; every word is present."""
        found = Counter(self.words.values())
        return {word: found[word] for word in WORST_FIRST}


def fold(known: Evidenced, now: datetime) -> tuple[PromiseStatus, ...]:
    """The status of every promise at `now` from what was read in one go."""
    return status(
        known.clauses, known.scope, known.checks, known.results, known.attestations, now=now
    )


def history(known: Evidenced, days: Iterable[date], zone: tzinfo) -> tuple[DayPoint, ...]:
    """One point per day, oldest first: the fold at the end of the day in `zone`.

    Scope, checks and clauses are those of today: the question is how today's promises
    stood, not which promises there were.
    """
    return tuple(_point(known, day, zone) for day in sorted(days))


def _point(known: Evidenced, day: date, zone: tzinfo) -> DayPoint:
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    recent = replace(known, results=_that_matter(known, end))
    return DayPoint(day, {promise.clause: promise.status for promise in fold(recent, end)})


def _that_matter(known: Evidenced, end: datetime) -> tuple[CheckResult, ...]:
    """Answers before `end`: of state checks only the newest per place that decide anything.

    The fold itself needs the last answer and the last one that could look; dropping the
    others first keeps ninety days of history within the time of a few folds.
    """
    case_checks = {check.id for check in known.checks if check.kind is CheckKind.CASE}
    kept: list[CheckResult] = []
    newest: dict[object, CheckResult] = {}
    for result in known.results:
        if result.run_at >= end:
            continue
        if result.check in case_checks:
            kept.append(result)
            continue
        looked = result.outcome.answer != "blind"
        place = (result.check, result.item, result.leg, result.clauses, looked)
        held = newest.get(place)
        if held is None or held.run_at < result.run_at:
            newest[place] = result
        elif held.run_at == result.run_at:
            kept.append(result)
    return (*kept, *newest.values())
