"""The register of assessments: which a declaration needs, and how each stands on a day.

Balancings of legitimate interests (art. 6(1)(f)), impact assessments (art. 35) and assessments of
transfers (art. 46). A balancing and a transfer are needed by law; an impact assessment is suggested
by what the structure shows, since size and novelty are known to people only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from avow.declaration.assessing import COUNTS, Stands, stands
from avow.declaration.check.universe import Universe, universe_of
from avow.declaration.model import Basis, Declaration, InForce, Purpose
from avow.declaration.publishing import AssessmentKind
from avow.declaration.scope import CellPlace
from avow.declaration.vocabulary.terms import Stands as TermStands
from avow.declaration.vocabulary.terms import terms
from avow.duties.notice.exports.reading import cells_of_purpose
from avow.duties.notice.exports.transfers import ASSESSED, leaves, tool_of


class Why(StrEnum):
    """What asks for an assessment. Those of an impact assessment are criteria of art. 35(3) and of
    the guidelines WP 248 that the structure of a declaration can show."""

    INTEREST = "legitimate-interest"
    TOOL = "transfer-tool"
    DECLARED = "declared"
    SPECIAL = "special-categories"
    MONITORING = "systematic-monitoring"
    EVALUATION = "evaluation"
    VULNERABLE = "vulnerable-persons"
    COMBINED = "combined-sources"


ENOUGH = 2
"""Criteria of the guidelines after which an impact assessment is suggested."""
WATCHED = frozenset(
    {
        "pd:BrowsingBehaviour", "pd:BrowserHistory", "pd:LinkClicked", "pd:Location",
        "pd:CurrentLocation", "pd:GPSCoordinate", "pd:ServiceConsumptionBehaviour",
        "pd:TVViewingBehaviour", "pd:VoiceCommunicationRecording", "pd:CallLog",
        "pd:PerformanceAtWork", "pd:Tracking",
    }
)  # fmt: skip
"""Terms of data that come from watching what persons do."""
JUDGED = frozenset(
    {
        "dpv:PersonalisedAdvertising", "dpv:TargetedAdvertising", "dpv:Personalisation",
        "dpv:ServicePersonalisation", "dpv:CustomerSolvencyMonitoring",
        "dpv:PersonnelPerformanceEvaluation", "dpv:RecruitmentApplicantSelection",
        "dpv:FraudPreventionAndDetection",
    }
)  # fmt: skip
"""Terms of purposes for which persons are judged or sorted."""
VULNERABLE = frozenset(
    {
        "dpv:Child", "dpv:Patient", "dpv:Employee", "dpv:JobApplicant", "dpv:AsylumSeeker",
        "dpv:ElderlyHuman", "dpv:ElderlyDataSubject", "dpv:MentallyVulnerableHuman",
        "dpv:MentallyVulnerableDataSubject", "dpv:VulnerableHuman", "dpv:VulnerableDataSubject",
    }
)  # fmt: skip
"""Terms of persons who can hardly refuse."""


@dataclass(frozen=True, slots=True)
class Needed:
    """Something to be assessed: a purpose or a recipient, its clause, and what asks for it."""

    kind: AssessmentKind
    of: str
    clause: str
    because: tuple[Why, ...]

    @property
    def is_asked_by_law(self) -> bool:
        """Whether its absence breaks the law; an impact assessment may turn out not to be due."""
        return self.kind is not AssessmentKind.IMPACT or Why.DECLARED in self.because


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the register: what is needed, and how it stands."""

    needed: Needed
    stands: Stands

    @property
    def is_wanting(self) -> bool:
        """Whether something is asked for by law and does not count."""
        return self.needed.is_asked_by_law and self.stands.state not in COUNTS


def register(declaration: Declaration, law: InForce, day: date) -> tuple[Entry, ...]:
    """Every assessment that the declaration needs, or has, and how it stands on a day."""
    found = {(each.kind, each.of): each for each in _needed(declaration, law)}
    for each in declaration.assessments.values():
        clause = _clause_of(declaration, each.of)
        found.setdefault((each.kind, each.of), Needed(each.kind, each.of, clause, (Why.DECLARED,)))
    return tuple(
        Entry(each, stands(declaration, each.kind, each.of, day)) for each in found.values()
    )


def _clause_of(declaration: Declaration, of: str) -> str:
    purpose, recipient = declaration.purposes.get(of), declaration.recipients.get(of)
    return purpose.clause if purpose else recipient.clause if recipient else ""


def _needed(declaration: Declaration, law: InForce) -> Iterator[Needed]:
    for purpose in law.purposes:
        if purpose.basis is Basis.LEGITIMATE_INTEREST:
            balancing = AssessmentKind.BALANCING
            yield Needed(balancing, purpose.id, purpose.clause, (Why.INTEREST,))
    universe = universe_of(declaration)
    for purpose in law.purposes:
        criteria = criteria_of(declaration, universe, purpose)
        if len(criteria) >= ENOUGH or Why.SPECIAL in criteria:
            yield Needed(AssessmentKind.IMPACT, purpose.id, purpose.clause, criteria)
    for recipient in declaration.recipients.values():
        if leaves(recipient) and tool_of(recipient) in ASSESSED:
            yield Needed(AssessmentKind.TRANSFER, recipient.id, recipient.clause, (Why.TOOL,))


def criteria_of(declaration: Declaration, universe: Universe, purpose: Purpose) -> tuple[Why, ...]:
    """What the structure shows of a high risk: data, persons, sources and purpose by their terms.

    Large scale, new technology and what persons expect cannot be seen here.
    """
    cells = cells_of_purpose(declaration, universe, purpose)
    data = {_term(declaration, cell) for cell in cells}
    persons = {declaration.subjects.get(cell.subject or "") for cell in cells}
    shown = {
        Why.SPECIAL: any(terms().get(term) is TermStands.SPECIAL for term in data),
        Why.MONITORING: not WATCHED.isdisjoint(data),
        Why.EVALUATION: purpose.dpv in JUDGED,
        Why.VULNERABLE: not VULNERABLE.isdisjoint(filter(None, persons)),
        Why.COMBINED: _is_combined(declaration, cells),
    }
    return tuple(why for why, is_shown in shown.items() if is_shown)


def _term(declaration: Declaration, cell: CellPlace) -> str:
    category = declaration.categories.get(cell.category)
    return (category.dpv if category else None) or ""


def _is_combined(declaration: Declaration, cells: tuple[CellPlace, ...]) -> bool:
    """Whether data that persons gave stand beside data that others gave about them."""
    points = {declaration.points[c.collected_at] for c in cells if c.collected_at}
    return len({point.source is not None for point in points}) == len((True, False))
