"""Findings that one decision would end are told as one, with their members listed.

A rule looks at the smallest things, pairs of periods or single purposes, since decisions settle
those one by one. What people are told is the question behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from avow.common.findings import Finding, Kind, Severity
from avow.declaration.check.found import Found

Grouping: TypeAlias = Callable[[Sequence[Found]], list[list[Found]]]

GRAVITY = {Severity.E: 0, Severity.W: 1, Severity.I: 2}
"""The order of levels, the gravest first."""


def all_in_one(several: Sequence[Found]) -> list[list[Found]]:
    """One question, however many things it is about."""
    return [list(several)] if several else []


def connected(several: Sequence[Found]) -> list[list[Found]]:
    """What shares a clause is one question, and so is what shares one with that."""
    groups: list[list[Found]] = []
    for one in several:
        touching = [g for g in groups if any(_meet(one, other) for other in g)]
        rest = [g for g in groups if not any(g is t for t in touching)]
        groups = [*rest, [*(found for group in touching for found in group), one]]
    return groups


def _meet(one: Found, other: Found) -> bool:
    return not set(one.finding.clauses).isdisjoint(other.finding.clauses)


def by_first_clause(several: Sequence[Found]) -> list[list[Found]]:
    """Pairs of clauses: all that contradicts a clause among those printed after it is one question.
    A pair of two clauses that stand in such a question already belongs to it; what is alone stays
    alone."""
    groups: dict[str, list[Found]] = {}
    for one in sorted(several, key=lambda found: found.finding.clauses):
        clauses = one.finding.clauses
        if one.is_alone:
            groups[" ".join(clauses)] = [one]
            continue
        holding = (key for key, g in groups.items() if set(clauses) <= _clauses(g))
        groups.setdefault(next(holding, clauses[0] if clauses else ""), []).append(one)
    return list(groups.values())


def _clauses(group: Sequence[Found]) -> set[str]:
    return {clause for found in group for clause in found.finding.clauses}


def joined(group: Sequence[Found], headline: str, whole: int) -> Finding:
    """One finding for a group; what it says counts the members that are open, as long as there are
    any. `headline` may name {n}, their number, and {clauses}. A group of all findings of its code,
    `whole` in number, is named by the code alone."""
    each = tuple(referring(found) for found in group)
    if len(each) == 1:
        return each[0]
    counted = tuple(f for f in each if f.is_open) or each
    first = min(counted, key=lambda f: (GRAVITY[f.severity], f.place))
    clauses = tuple(dict.fromkeys(clause for f in counted for clause in f.clauses))
    causes = {f.because for f in counted}
    told = headline.format(n=len(counted), clauses=", ".join(clauses))
    return Finding(
        first.code,
        told if len(counted) > 1 else first.message,
        first.place,
        Kind.DEFECT,
        first.severity,
        first.because if len(causes) == 1 else "",
        first.help,
        clauses,
        _settled_by(each),
        first.law,
        first.need,
        first.proposal,
        each,
        first.code if len(group) == whole and first.reference else "",
    )


def referring(found: Found) -> Finding:
    """The finding with the words by which a decision names it. Nothing settles an error, and what
    is wrong with a decision (it is about nothing) is mended in the decision itself."""
    if found.finding.kind is not Kind.DEFECT or not found.about:
        return found.finding
    return replace(found.finding, reference=found.written)


def _settled_by(each: Sequence[Finding]) -> str | None:
    """The decisions that settle all of them; None while one is open."""
    if any(f.is_open for f in each):
        return None
    return ", ".join(dict.fromkeys(f.settled_by for f in each if f.settled_by))
