"""Why the planner does not go on: one class per situation, each with its code."""

from __future__ import annotations

from collections.abc import Sequence

from avow.common.errors import AvowError
from avow.common.findings import Finding


class PlannerError(AvowError):
    """Something about a plan, an approval or a level forbids going on (AV4xx)."""

    code = "AV400"


class Guarded(PlannerError):
    """The guard refuses a plan; `findings` are all its reasons."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        super().__init__(first.message, because=first.because, help=first.help, code=first.code)
        self.findings = tuple(findings)

    def lines(self) -> tuple[str, ...]:
        """Every reason, one after the other."""
        return tuple(line for finding in self.findings for line in said(finding))


class Stopped(PlannerError):
    """Somebody said stop, or a batch found what was not approved; nothing more runs."""

    code = "AV416"


class Away(PlannerError):
    """A system did not answer, or went away in the middle."""

    code = "AV428"


def said(finding: Finding) -> tuple[str, ...]:
    """A finding of the guard as it is printed, one line per part."""
    parts = (("because  ", finding.because), ("help     ", finding.help))
    tail = tuple(f"  {word}{text}" for word, text in parts if text)
    return (f"error {finding.code}: {finding.message}", *tail)
