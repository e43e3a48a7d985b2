"""What a check found, by what it asks of people: to decide, to write, to prove, to accept.

Errors of the documents come first, settled defects last. A group has a heading with its number:

    What must be decided: 2
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from avow.common.findings import Finding, Need
from avow.faces.cli.render_findings import as_text

MOST_CLAUSES = 4
"""Clauses that one line names before it says how many more there are."""
ERRORS, SETTLED = "Wrong with the documents", "Settled"
HEADINGS = {
    Need.DECIDE: "What must be decided",
    Need.FIX_TEXT: "Text to mend",
    Need.FIND_EVIDENCE: "Evidence to find",
    Need.ACCEPT: "To accept, or to change",
}
_COUNTED = {
    Need.DECIDE: ("decision", "decisions"),
    Need.FIX_TEXT: ("text", "texts"),
    Need.FIND_EVIDENCE: ("piece of evidence", "pieces of evidence"),
    Need.ACCEPT: ("acceptance", "acceptances"),
}


def need_of(finding: Finding) -> Need:
    """What a finding asks; one that says nothing is about what is written."""
    return finding.need or Need.FIX_TEXT


def grouped(
    findings: Iterable[Finding], sources: Mapping[str, str], languages: Sequence[str]
) -> str:
    """All findings under their headings, an empty line between two groups."""
    return "\n\n".join(
        f"{heading}: {len(several)}\n{as_text(several, sources, languages)}"
        for heading, several in _headed(findings)
    )


def brief(findings: Iterable[Finding]) -> str:
    """The same with one line for each finding: level, code, what, and the clauses."""
    return "\n\n".join(
        "\n".join((f"{heading}: {len(several)}", *map(_line, several)))
        for heading, several in _headed(findings)
    )


def _line(finding: Finding) -> str:
    level = " " if finding.is_error else str(finding.severity)
    clauses = list(finding.clauses[:MOST_CLAUSES])
    more = len(finding.clauses) - MOST_CLAUSES
    clauses += [f"and {more} more"] if more > 0 else []
    said = all(f" {clause}" in finding.message for clause in finding.clauses)
    at = "" if said else f" ({', '.join(clauses)})"
    return f"  {level} {finding.code}  {finding.message}{at}"


def _headed(findings: Iterable[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    """The headings under which there is something, in their order."""
    groups: dict[str, list[Finding]] = {ERRORS: [], **{h: [] for h in HEADINGS.values()}}
    groups[SETTLED] = []
    for finding in findings:
        groups[_heading(finding)].append(finding)
    return ((heading, several) for heading, several in groups.items() if several)


def _heading(finding: Finding) -> str:
    if finding.is_error:
        return ERRORS
    return HEADINGS[need_of(finding)] if finding.is_open else SETTLED


def to_end_them(findings: Iterable[Finding]) -> str:
    """How many decisions, texts, pieces of evidence and acceptances would end the open defects, on
    one line; empty when there are none."""
    open_ = Counter(need_of(f) for f in findings if f.is_open and not f.is_error)
    said = (f"{open_[n]} {words[open_[n] != 1]}" for n, words in _COUNTED.items() if open_[n])
    return f"to end them: {', '.join(said)}" if open_ else ""
