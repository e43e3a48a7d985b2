"""The status source over a declaration and our own database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from avow.common.clock import Clock
from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration
from avow.duties.assurance.answers import answers, documents
from avow.duties.assurance.declared import clauses_of, scope_of, text_of
from avow.duties.assurance.history import DayPoint, history
from avow.duties.assurance.model import Evidenced
from avow.duties.assurance.source import ClauseText
from avow.engine.db.store import Runs

LONGEST = 90  # days of history; the plot has one step per day


@dataclass(frozen=True)
class Standing:
    """A `StatusSource`: what the declaration promises and what the checks answered."""

    declaration: Declaration
    runs: Runs
    clock: Clock
    _past: dict[date, DayPoint] = field(default_factory=dict, repr=False, compare=False)

    @property
    def zone(self) -> ZoneInfo:
        """The controller's zone, whose days count."""
        return ZoneInfo(self.declaration.controller.zone)

    def now(self) -> datetime:
        """The instant of the clock, in the controller's zone."""
        return self.clock.now().astimezone(self.zone)

    def evidenced(self) -> Evidenced:
        """All that the fold of now needs."""
        return self._at(self.now())

    def history(self) -> tuple[DayPoint, ...]:
        """One point per past day since the first answer, ninety at most; each computed once."""
        for day in self._days():
            if day not in self._past:
                end = datetime.combine(day + timedelta(days=1), datetime.min.time(), self.zone)
                (self._past[day],) = history(self._at(end), [day], self.zone)
        return tuple(self._past[day] for day in sorted(self._past))

    def text(self, clause: str, language: str) -> ClauseText | None:
        """The declaration's own words."""
        return text_of(self.declaration, clause, language)

    def _at(self, at: datetime) -> Evidenced:
        law, _ = in_force(self.declaration, at.date())
        checks, results = answers(self.runs, at)
        return Evidenced(
            clauses=clauses_of(self.declaration),
            scope=scope_of(self.declaration, law),
            checks=checks,
            results=results,
            attestations=documents(self.runs, at, self.zone),
        )

    def _days(self) -> Iterator[date]:
        first = (self.runs.run("assurance_days") or [{"first": None}])[0]["first"]
        if first is None:
            return
        today = self.now().date()
        since = max(first.astimezone(self.zone).date(), today - timedelta(days=LONGEST))
        yield from (since + timedelta(days=n) for n in range((today - since).days))
