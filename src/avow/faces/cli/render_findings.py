"""Findings as text for people, JSON for programs and SARIF for code review.

The text shows each finding with its place, the line it stands on and what to do:

    statement/retention.yaml:88:11: defect AV214: `contacts` retains data after their last purpose
       88 |     at_most: 10 years
          |              ^^^^^^^^
      because  `answered` ends `answer` (clause 2.a)
      help     shorten the period
      law      art. 5(1)(e) GDPR
      level    W
      settles  "AV214 3.a 2.a"

`settles` is how a decision names it. What stands for several lists them, each after a dash; words
that would do follow by language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from urllib.parse import quote

import msgspec

from avow.common.findings import Finding, Kind, Severity
from avow.common.places import Place
from avow.common.version import __version__

WIDEST = 160
"""Characters of a source line that are shown; the rest of a longer one is cut off."""

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF_LEVEL = {Severity.E: "error", Severity.W: "warning", Severity.I: "note"}


def as_text(
    findings: Iterable[Finding], sources: Mapping[str, str], languages: Sequence[str] = ()
) -> str:
    """Every finding in the house form, one after the other, with no empty lines between, and the
    words that would do in these languages."""
    return "\n".join(line for finding in findings for line in lines(finding, sources, languages))


def lines(finding: Finding, sources: Mapping[str, str], languages: Sequence[str] = ()) -> list[str]:
    """One finding: what and where, the source line, cause, help, law, level, how to name it or who
    settled it, its members and words that would do."""
    at = f"{finding.place}: " if finding.place.file else ""
    said = [f"{at}{finding.kind} {finding.code}: {finding.message}"]
    if finding.is_open:
        said += excerpt(finding.place, sources)
    level = finding.severity if finding.kind is Kind.DEFECT else ""
    parts = {
        "because": finding.because,
        "help": finding.help if finding.is_open else "",
        "law": finding.law if finding.is_open else "",
        "level": level,
        "settles": _reference(finding) if finding.is_open else "",
        "settled": f"by `{finding.settled_by}`" if finding.settled_by else "",
    }
    said += [f"  {name:<8} {part}" for name, part in parts.items() if part]
    return [*said, *_members(finding), *_words(finding, languages)]


def _reference(finding: Finding) -> str:
    """How a decision names the finding: as a whole, or by each of its open members."""
    named = [finding.reference] if finding.reference else []
    named = named or [each.reference for each in finding.members if each.is_open]
    return ", ".join(f'"{reference}"' for reference in named if reference)


def _members(finding: Finding) -> list[str]:
    """The members with their places; the cause of each where they differ."""
    said = []
    for each in finding.members if finding.is_open else ():
        named = f' "{each.reference}"' if finding.reference else ""
        settled = f", settled by `{each.settled_by}`" if each.settled_by else named
        said.append(f"  -        {each.place}: {each.message}{settled}")
        if each.because and each.because != finding.because and each.is_open:
            said.append(f"           {each.because}")
    return said


def _words(finding: Finding, languages: Sequence[str]) -> list[str]:
    """The words that would do in these languages; none for what is settled."""
    proposed = dict(finding.proposal) if finding.is_open else {}
    return [f"  words {tag} {proposed[tag]}" for tag in languages if tag in proposed]


def excerpt(place: Place, sources: Mapping[str, str]) -> list[str]:
    """The line at a place with carets below what is meant; nothing when the text is not known."""
    text = sources.get(place.file, "").split("\n")
    if not place.file or not 1 <= place.line <= len(text):
        return []
    line = "".join(c if c.isprintable() else " " for c in text[place.line - 1])
    if not line.strip():
        return []
    line, column = line[:WIDEST].rstrip(), place.column
    width = max(1, min(place.width, len(line) - column + 1))
    carets = " " * (column - 1) + "^" * width
    return [f"{place.line:>5} | {line}", f"      | {carets}"]


def summary(findings: Sequence[Finding]) -> str:
    """How many findings of each kind there are, on one line."""
    errors = sum(f.is_error for f in findings)
    defects = [f for f in findings if not f.is_error]
    open_ = Counter(f.severity for f in defects if f.is_open)
    by_level = ", ".join(f"{open_[level]} {level}" for level in Severity if open_[level])
    levels = f" ({by_level})" if by_level else ""
    settled = sum(not f.is_open for f in defects)
    said = [_counted(errors, "error"), f"{_counted(open_.total(), 'open defect')}{levels}"]
    return ", ".join([*said, f"{settled} settled"])


def _counted(n: int, word: str) -> str:
    return f"{n} {word}" if n == 1 else f"{n} {word}s"


def as_json(findings: Iterable[Finding], **more: object) -> str:
    """A JSON object with the findings and whatever else is said about the run."""
    return _json({"findings": [plain(finding) for finding in findings], **more})


def plain(finding: Finding) -> dict[str, object]:
    """A finding as plain data; its keys are part of the interface."""
    place = finding.place
    return {
        "code": finding.code,
        "kind": str(finding.kind),
        "severity": str(finding.severity),
        "message": finding.message,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "width": place.width,
        "because": finding.because,
        "help": finding.help,
        "clauses": list(finding.clauses),
        "settled_by": finding.settled_by,
        "law": finding.law,
        "need": str(finding.need) if finding.need else None,
        "reference": finding.reference,
        "proposal": dict(finding.proposal),
        "members": [plain(each) for each in finding.members],
    }


def as_sarif(findings: Sequence[Finding]) -> str:
    """A SARIF 2.1.0 log (OASIS): one run, one rule per code; settled defects are suppressed."""
    codes = sorted({finding.code for finding in findings})
    driver = {"name": "avow", "version": __version__, "rules": [{"id": code} for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes.index(finding.code)) for finding in findings],
    }
    return _json({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _result(finding: Finding, index: int) -> dict[str, object]:
    said = (finding.message, finding.because, finding.help)
    result: dict[str, object] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _SARIF_LEVEL[finding.severity],
        "message": {"text": "\n".join(part for part in said if part)},
        "properties": _properties(finding),
    }
    if finding.place.file:
        result["locations"] = [{"physicalLocation": _location(finding.place)}]
    if finding.settled_by:
        why = f"settled by {finding.settled_by}"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return result


def _properties(finding: Finding) -> dict[str, object]:
    """What SARIF has no word for (3.8); members with their places."""
    said = plain(finding)
    named = ("kind", "clauses", "law", "need", "reference", "proposal")
    more = {name: said[name] for name in named}
    if finding.members:
        more["members"] = said["members"]
    return more


def _location(place: Place) -> dict[str, object]:
    return {
        "artifactLocation": {"uri": quote(PurePath(place.file).as_posix())},
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endColumn": place.column + place.width,
        },
    }


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
