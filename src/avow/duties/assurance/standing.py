"""The status source over a declaration and our own database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from avow.common.clock import Clock
from avow.declaration.interpretation import applied, effective
from avow.declaration.model import Declaration
from avow.duties.assurance.answers import answers, documents
from avow.duties.assurance.declared import clauses_of, scope_of, text_of
from avow.duties.assurance.history import DayPoint, history
from avow.duties.assurance.model import Evidenced
from avow.duties.assurance.source import ClauseText
from avow.engine.db.store import Runs
from avow.engine.evidence.checks import Item

LONGEST = 90  # days of history; the plot has one step per day


@dataclass(frozen=True)
class Standing:
    """A `StatusSource`: what the declaration promises and what the checks answered."""

    declaration: Declaration
    runs: Runs
    clock: Clock
    _past: dict[date, DayPoint] = field(default_factory=dict, repr=False, compare=False)
    _scopes: dict[tuple[str, ...], Mapping[str, frozenset[Item]]] = field(
        default_factory=dict, repr=False, compare=False
    )

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

    def history(self, days: int = LONGEST) -> tuple[DayPoint, ...]:
        """One point per past day since the first answer, `days` at most and never more than
        ninety; each computed once."""
        wanted = tuple(self._days(min(days, LONGEST)))
        for day in wanted:
            if day not in self._past:
                end = datetime.combine(day + timedelta(days=1), datetime.min.time(), self.zone)
                (self._past[day],) = history(self._at(end), [day], self.zone)
        return tuple(self._past[day] for day in wanted)

    def text(self, clause: str, language: str) -> ClauseText | None:
        """The declaration's own words."""
        return text_of(self.declaration, clause, language)

    def _at(self, at: datetime) -> Evidenced:
        checks, results = answers(self.runs, at)
        return Evidenced(
            clauses=clauses_of(self.declaration),
            scope=self._scope(at.date()),
            checks=checks,
            results=results,
            attestations=documents(self.runs, at, self.zone),
        )

    def _scope(self, day: date) -> Mapping[str, frozenset[Item]]:
        """What each clause reaches on a day: it changes only with the decisions in effect."""
        decisions = effective(self.declaration, day)
        key = tuple(decision.id for decision in decisions)
        if key not in self._scopes:
            law = applied(self.declaration, decisions)
            self._scopes[key] = scope_of(self.declaration, law)
        return self._scopes[key]

    def _days(self, most: int) -> Iterator[date]:
        first = (self.runs.run("assurance_days") or [{"first": None}])[0]["first"]
        if first is None:
            return
        today = self.now().date()
        since = max(first.astimezone(self.zone).date(), today - timedelta(days=most))
        yield from (since + timedelta(days=n) for n in range((today - since).days))
