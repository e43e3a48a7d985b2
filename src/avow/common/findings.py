"""Findings: what is wrong with a document or a promise, as values and never as exceptions.

A *defect* is something wrong with the promise (law, contradiction); an *error* is something wrong
with the document (unknown name, unreadable). An error stops, a defect does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from avow.common.places import NOWHERE, Place


class Kind(StrEnum):
    """What a finding is about: the document (`error`) or the promise (`defect`)."""

    ERROR = "error"
    DEFECT = "defect"


class Severity(StrEnum):
    """How grave a defect is: E unlawful or impossible to keep, W doubtful, I worth knowing."""

    E = "E"
    W = "W"
    I = "I"  # noqa: E741 - the letter of the published scale


class Need(StrEnum):
    """What a finding asks of people: other words, a decision of the controller, evidence from
    outside the text, or an acceptance with reason and date."""

    FIX_TEXT = "fix-text"
    DECIDE = "decide"
    FIND_EVIDENCE = "find-evidence"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: a stable code, a sentence in the declaration's words, its place, cause and help.

    `clauses` names the promises concerned. `settled_by` names the signed decision that settles a
    defect; an open defect has none. `law` is what asks for it, `need` what it asks of people, and
    `proposal` a wording that would do, by language. `members` are the findings that one decision
    would end together; it is settled when all of them are. `reference` is how a decision names it.
    No text of a finding ever holds a personal value.
    """

    code: str
    message: str
    place: Place = NOWHERE
    kind: Kind = Kind.ERROR
    severity: Severity = Severity.E
    because: str = ""
    help: str = ""
    clauses: tuple[str, ...] = ()
    settled_by: str | None = None
    law: str = ""
    need: Need | None = None
    proposal: tuple[tuple[str, str], ...] = ()
    members: tuple[Finding, ...] = ()
    reference: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the finding stops: errors do, defects do not."""
        return self.kind is Kind.ERROR

    @property
    def is_grave(self) -> bool:
        """Whether it is an open defect of level E: what stops a notice from being published."""
        return self.kind is Kind.DEFECT and self.is_open and self.severity is Severity.E

    @property
    def is_open(self) -> bool:
        """Whether nobody has settled it yet."""
        return self.settled_by is None

    @property
    def each(self) -> tuple[Finding, ...]:
        """Its members; itself where it is one thing."""
        return self.members or (self,)
