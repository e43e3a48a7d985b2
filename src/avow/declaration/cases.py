"""The declaration's own tests: facts and a day in, verdict out, judged by `decide` and `may_use`.

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
from avow.declaration.decision.may_use import Refusal, may_use
from avow.declaration.interpretation import applied, proposed
from avow.declaration.model import Case, Declaration, InForce
from avow.estate.datamap.model import EventMode
from avow.estate.datamap.moments import Moment, Unknown


@dataclass(frozen=True, slots=True)
class Judged:
    """A test with the verdict that came out, and every reason that forbids the use it asks about.

    `said` is what came out as a test would write it.
    """

    case: Case
    verdict: Verdict
    refusals: tuple[Refusal, ...] = ()

    @property
    def said(self) -> str:
        """What came out in the words of a test: `live`, `due erase`, `allowed: no`."""
        allowed = "no" if self.refusals else "yes"
        answers = [words(self.verdict)] if self.case.verdict is not None else []
        return ", ".join(answers + [f"allowed: {allowed}"] * (self.case.use is not None))

    @property
    def is_right(self) -> bool:
        """Whether everything that the test names came out as it expects."""
        return not self.findings()

    def findings(self) -> tuple[Finding, ...]:
        """The findings of a test that failed: one for its verdict, one for its use."""
        wrong = (self._verdict(), self._use())
        return tuple(finding for finding in wrong if finding is not None)

    def _verdict(self) -> Finding | None:
        """Verdict and clauses are looked at only where the test names them."""
        case, clauses = self.case, self.verdict.clauses
        clauses_agree = not case.names_clauses or set(case.clauses) == set(clauses)
        said = words(self.verdict)
        if case.verdict is None or (said == case.verdict and clauses_agree):
            return None
        return Finding(
            "AV250",
            f"the test `{case.id}` fails: {said} ({', '.join(clauses) or 'no clause'})",
            case.place,
            because=f"it expects {_expected(case)} on {case.on}",
            help="correct the rule, or the test",
            clauses=clauses,
        )

    def _use(self) -> Finding | None:
        case = self.case
        if case.use is None or case.allowed is not bool(self.refusals):
            return None
        reasons = "; ".join(map(str, self.refusals)) or "nothing forbids it"
        came_out = "refused" if self.refusals else "allowed"
        return Finding(
            "AV251",
            f"the test `{case.id}` fails: the use for `{case.use.purpose}` is {came_out}",
            case.place,
            because=f"on {case.on}: {reasons}",
            help="correct the purpose, or the test",
            clauses=tuple(dict.fromkeys(r.clause for r in self.refusals if r.clause)),
        )


def run_cases(declaration: Declaration) -> tuple[Judged, ...]:
    """Judge every test that the declaration carries, in declared order."""
    decided, printed = proposed(declaration), applied(declaration, ())
    return tuple(
        _judge(declaration, case, printed if case.unsigned else decided)
        for case in declaration.cases
    )


def failures(judged: Iterable[Judged]) -> tuple[Finding, ...]:
    """The findings of the tests that failed."""
    return tuple(finding for one in judged for finding in one.findings())


def words(verdict: Verdict) -> str:
    """A verdict as a test writes it; an action is named only where it acts."""
    if verdict.kind is Kind.DUE:
        return f"{verdict.kind} {verdict.action}"
    return str(verdict.kind)


def _expected(case: Case) -> str:
    if not case.names_clauses:
        return str(case.verdict)
    return f"{case.verdict} ({', '.join(case.clauses) or 'no clause'})"


def _judge(declaration: Declaration, case: Case, law: InForce) -> Judged:
    group = group_of(declaration, case)
    refusals = may_use(group, case.use, law, case.on) if case.use is not None else ()
    return Judged(case, decide(group, law, case.on), refusals)


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
