"""Whether a written assessment counts, on which day, and until when.

An assessment counts once somebody else than its author, with the role of an approver and not the
data-protection officer, approved it; once it says what such an assessment must say; and until the
day on which it must be looked at again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from avow.declaration.interpretation import APPROVER, OFFICER
from avow.declaration.model import Declaration
from avow.declaration.publishing import Assessment, AssessmentKind, Conclusion

SOON, NOW = timedelta(days=90), timedelta(days=30)
"""How long before the day of review people are told, first and again."""

_MUST_SAY = {
    AssessmentKind.BALANCING: ("interest", "necessity", "balance"),
    AssessmentKind.IMPACT: ("necessity", "balance", "safeguards"),
    AssessmentKind.TRANSFER: ("balance", "safeguards"),
}


class State(StrEnum):
    """How an assessment stands on a day, from best to worst."""

    VALID = "valid"
    DUE_SOON = "due-in-90-days"
    DUE_NOW = "due-in-30-days"
    OVERDUE = "overdue"
    OPEN = "open"
    VOID = "void"
    FAILS = "fails"
    MISSING = "missing"


COUNTS = frozenset({State.VALID, State.DUE_SOON, State.DUE_NOW})
"""States in which what was assessed may go on."""
_ORDER = tuple(State)


@dataclass(frozen=True, slots=True)
class Stands:
    """How something that must be assessed stands: its best assessment, and why no better."""

    state: State
    assessment: Assessment | None = None
    why: str = ""

    @property
    def due(self) -> date | None:
        """The day of the next review."""
        return self.assessment.review if self.assessment else None


def objection(declaration: Declaration, assessment: Assessment) -> str:
    """Why an approval is none, whatever the day; empty where it is one, or where there is none."""
    if assessment.approver is None or assessment.conclusion is Conclusion.OPEN:
        return ""
    return _approval(declaration, assessment) or _content(assessment)


def _approval(declaration: Declaration, assessment: Assessment) -> str:
    if assessment.approver == assessment.author:
        return "nobody approves an assessment of their own"
    member = declaration.people.get(assessment.approver or "")
    if member is None:
        return f"`{assessment.approver}` is not among the people of the declaration"
    if OFFICER in member.roles:
        return "the data-protection officer advises and approves nothing"
    if APPROVER not in member.roles:
        return f"`{assessment.approver}` has not the role `{APPROVER}`"
    return ""


def _content(assessment: Assessment) -> str:
    silent = [key for key in _MUST_SAY[assessment.kind] if not getattr(assessment, key)]
    if silent:
        return f"it says nothing of: {', '.join(silent)}"
    if assessment.on is None or assessment.review is None:
        return "it names no day of approval, or none of review"
    if assessment.review <= assessment.on:
        return "it must be looked at again before it was approved"
    return ""


def stands(declaration: Declaration, kind: AssessmentKind, of: str, day: date) -> Stands:
    """How the assessments of one kind about one thing stand on a day; the best of them counts."""
    mine = (a for a in declaration.assessments.values() if a.kind is kind and a.of == of)
    return best(_one(declaration, assessment, day) for assessment in mine)


def best(several: Iterable[Stands]) -> Stands:
    """The best of several, by state, then by the later review."""
    ordered = sorted(several, key=lambda s: (_ORDER.index(s.state), -_day(s)))
    return ordered[0] if ordered else Stands(State.MISSING)


def _day(one: Stands) -> int:
    return one.due.toordinal() if one.due else 0


def _one(declaration: Declaration, assessment: Assessment, day: date) -> Stands:
    why = objection(declaration, assessment)
    if why:
        return Stands(State.VOID, assessment, why)
    is_approved = assessment.approver is not None and assessment.on is not None
    if not is_approved or assessment.conclusion is Conclusion.OPEN or _is_later(assessment, day):
        return Stands(State.OPEN, assessment, "nobody has approved a result yet")
    if assessment.conclusion is Conclusion.FAILS:
        return Stands(State.FAILS, assessment, "it concludes that this may not go on")
    return _dated(assessment, day)


def _is_later(assessment: Assessment, day: date) -> bool:
    return assessment.on is not None and assessment.on > day


def _dated(assessment: Assessment, day: date) -> Stands:
    """An approved one that passes: the day of its review decides."""
    review = assessment.review or date.min
    if review < day:
        return Stands(State.OVERDUE, assessment, f"it was to be looked at again on {review}")
    if review <= day + NOW:
        return Stands(State.DUE_NOW, assessment)
    return Stands(State.DUE_SOON if review <= day + SOON else State.VALID, assessment)


def digest_of(assessment: Assessment) -> str:
    """SHA-256 of all that an assessment says, in hexadecimal; where it stands is no part of it."""
    told = {
        name: str(getattr(assessment, name))
        for name in Assessment.__dataclass_fields__
        if name != "place"
    }
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()
