"""The declaration's own tests: facts and a day in, verdict out, judged by `decide` alone.

A test is judged with every decision applied, signed or not, so that an approver sees it green
before signing; `decisions: unsigned` judges the statement as printed. An event of kind `fact` that
a test does not name has not happened; any other one is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from avow.common.calendar import local_day
from avow.common.findings import Finding
from avow.declaration.decision.decide import Kind, Verdict, decide
from avow.declaration.decision.facts import Facts, Floor, FloorKind, Group
from avow.declaration.interpretation import applied, proposed
from avow.declaration.model import Case, Declaration, InForce
from avow.estate.datamap.model import EventMode
from avow.estate.datamap.moments import Moment, Unknown


@dataclass(frozen=True, slots=True)
class Judged:
    """A test with the verdict that came out. `said` is that verdict as a test would write it."""

    case: Case
    verdict: Verdict

    @property
    def said(self) -> str:
        """The verdict in the words of a test: `live`, `due erase`."""
        return words(self.verdict)

    @property
    def is_right(self) -> bool:
        """Whether verdict and, where the test names them, clauses are as expected."""
        wanted = set(self.case.clauses)
        clauses_agree = not self.case.names_clauses or wanted == set(self.verdict.clauses)
        return self.said == self.case.verdict and clauses_agree

    def finding(self) -> Finding:
        """The finding of a test that failed."""
        clauses = ", ".join(self.verdict.clauses) or "no clause"
        return Finding(
            "AV250",
            f"the test `{self.case.id}` fails: {self.said} ({clauses})",
            self.case.place,
            because=f"it expects {_expected(self.case)} on {self.case.on}",
            help="correct the rule, or the test",
            clauses=self.verdict.clauses,
        )


def run_cases(declaration: Declaration) -> tuple[Judged, ...]:
    """Judge every test that the declaration carries, in declared order."""
    decided, printed = proposed(declaration), applied(declaration, ())
    return tuple(
        Judged(case, _judge(declaration, case, printed if case.unsigned else decided))
        for case in declaration.cases
    )


def failures(judged: Iterable[Judged]) -> tuple[Finding, ...]:
    """The findings of the tests that failed."""
    return tuple(j.finding() for j in judged if not j.is_right)


def words(verdict: Verdict) -> str:
    """A verdict as a test writes it; an action is named only where it acts."""
    if verdict.kind is Kind.DUE:
        return f"{verdict.kind} {verdict.action}"
    return str(verdict.kind)


def _expected(case: Case) -> str:
    if not case.names_clauses:
        return case.verdict
    return f"{case.verdict} ({', '.join(case.clauses) or 'no clause'})"


def _judge(declaration: Declaration, case: Case, law: InForce) -> Verdict:
    return decide(group_of(declaration, case), law, case.on)


def group_of(declaration: Declaration, case: Case) -> Group:
    """The cell group that a test describes."""
    zone = declaration.controller.zone
    unknown: dict[str, Moment] = {
        event.id: Unknown.LIVING
        for event in declaration.events.values()
        if event.mode is EventMode.FACT
    }
    return Group(
        category=case.group["category"],
        collected_at=case.group.get("collected_at"),
        subject=case.group.get("subject"),
        system=case.group.get("system", ""),
        dataset=case.group.get("dataset", ""),
        events=unknown | {name: moment(said, zone) for name, said in case.events.items()},
        facts=facts_of(case),
    )


def moment(said: str, zone: str) -> Moment:
    """`living`, `missing`, a day, or an instant with its offset, which counts as its local day."""
    if said in (Unknown.LIVING, Unknown.MISSING):
        return Unknown(said)
    if "T" in said or " " in said:
        return local_day(datetime.fromisoformat(said), zone)
    return date.fromisoformat(said)


def facts_of(case: Case) -> Facts:
    """What a test says avow knows of the person; a hold runs until the day before its end."""
    said = case.facts
    holds = said.get("holds", ())
    ended = said.get("ended", frozenset())
    floors = [
        Floor(FloorKind.HOLD, "hold", "", until if isinstance(until, date) else None)
        for until in (holds if isinstance(holds, tuple) else ())
        if until is None or until > case.on
    ]
    if said.get("restricted"):
        floors.append(Floor(FloorKind.RESTRICTION, "restriction"))
    if said.get("access_open"):
        floors.append(Floor(FloorKind.ACCESS, "open access request"))
    return Facts(
        ended=ended if isinstance(ended, frozenset) else frozenset(),
        erasure=bool(said.get("erasure")),
        floors=tuple(floors),
        restricted=bool(said.get("restricted")),
    )
