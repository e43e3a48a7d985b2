"""AV230, AV236 to AV239: decisions that have no effect, or not the one they claim."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, names
from avow.declaration.check.universe import Universe
from avow.declaration.interpretation import effective
from avow.declaration.model import (
    Accept,
    AddMinimum,
    AddRule,
    Decision,
    Declaration,
    EndPurpose,
    Narrow,
    Shortest,
    Starts,
)
from avow.declaration.scope import covers, rule_covers

Reference: TypeAlias = tuple[str, frozenset[str]]
UNSIGNED = "AV230"


def check_decisions(
    declaration: Declaration,
    universe: Universe,
    day: date,
    printed: Collection[Reference],
    open_: Collection[Reference],
) -> Iterator[Found]:
    """What is wrong with each decision, given what is found in print and what is still open."""
    for found in _wrong(declaration, universe, day, printed, open_):
        told = replace(found.finding, law="art. 5(2), 24(1) GDPR", need=Need.DECIDE)
        yield replace(found, finding=told)


def _wrong(
    declaration: Declaration,
    universe: Universe,
    day: date,
    printed: Collection[Reference],
    open_: Collection[Reference],
) -> Iterator[Found]:
    signed = effective(declaration, day)
    for decision in declaration.decisions.values():
        if decision not in signed:
            yield _unsigned(decision)
        yield from _empty(declaration, universe, decision)
        for said in decision.settles:
            yield from _claim(decision, said, decision in signed, printed, open_)
        for effect in decision.effects:
            if isinstance(effect, Accept) and effect.until < day:
                yield _expired(decision, effect)


def _unsigned(decision: Decision) -> Found:
    return defect(
        UNSIGNED,
        Severity.I,
        f"the decision `{decision.id}` is not signed and has no effect",
        decision.place,
        hint=f"`avow sign {decision.id} --as PERSON`",
    )


def _claim(
    decision: Decision,
    said: str,
    is_signed: bool,
    printed: Collection[Reference],
    open_: Collection[Reference],
) -> Iterator[Found]:
    accepts = any(isinstance(effect, Accept) for effect in decision.effects)
    if not any(names(said, found) for found in printed):
        what = f"`{decision.id}` settles `{said}`, which is not found"
        yield defect("AV236", Severity.I, what, decision.place)
    elif is_signed and not accepts and any(names(said, found) for found in open_):
        yield defect(
            "AV239",
            Severity.W,
            f"`{decision.id}` is signed, and `{said}` is still there",
            decision.place,
            because="its effects do not reach all of what the finding is about",
        )


def _expired(decision: Decision, effect: Accept) -> Found:
    return defect(
        "AV237",
        Severity.W,
        f"`{decision.id}` accepted a defect until {effect.until}, and that day has passed",
        decision.place,
        hint="settle it, or accept it again with a new date",
    )


def _empty(declaration: Declaration, universe: Universe, decision: Decision) -> Iterator[Found]:
    for effect in decision.effects:
        why = _nothing_changes(declaration, universe, effect)
        if why:
            # A narrowing may be there in case; a start or an end that changes nothing is a mistake.
            yield defect(
                "AV238",
                Severity.I if isinstance(effect, Narrow) else Severity.W,
                f"an effect of `{decision.id}` changes nothing",
                decision.place,
                because=why,
            )


def _nothing_changes(declaration: Declaration, universe: Universe, effect: object) -> str:
    """Why an effect changes nothing; empty when it does something."""
    match effect:
        case AddRule(rule) if rule.id in declaration.rules:
            return f"there is already a rule `{rule.id}`"
        case AddMinimum(minimum) if minimum.id in declaration.minimums:
            return f"there is already a minimum `{minimum.id}`"
        case Starts(name, _, _) if name in declaration.rules and all(
            end.starts for end in declaration.rules[name].ends
        ):
            return f"the rule `{name}` says itself from when it runs"
        case EndPurpose(name, _) if (declared := declaration.purposes.get(name)) and declared.ends:
            return f"the purpose `{name}` has an end in print"
        case Narrow(name, scope) if (rule_ := declaration.rules.get(name)) and not any(
            rule_covers(rule_, cell) and covers(scope, cell) for cell in universe.cells
        ):
            return f"the rule `{name}` does not reach what is taken out"
        case Shortest(rules) if len(rules) < len(("one", "another")):
            return "it names one rule only"
    return ""
