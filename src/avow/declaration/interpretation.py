"""What is in force: the statement as printed, with every decision applied that is rightly signed.

A decision has no effect until a person with the role `approver`, who is not its author, has signed
exactly its content. The data-protection officer advises and never signs (art. 38(6) GDPR).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import combinations

from avow.common.findings import Finding, Kind, Need, Severity
from avow.declaration.model import (
    AddMinimum,
    AddRule,
    Decision,
    Declaration,
    EndPurpose,
    InForce,
    Minimum,
    Narrow,
    Purpose,
    Rule,
    Scope,
    Shortest,
    Signature,
    Starts,
)

APPROVER, AUTHOR, OFFICER = "approver", "author", "officer"


def in_force(
    declaration: Declaration, day: date, *, signed: bool = True
) -> tuple[InForce, tuple[Finding, ...]]:
    """The law that counts on `day`, and what is wrong with signatures.

    `signed=False` is the statement as printed: every decision counts as not signed.
    """
    decisions = effective(declaration, day) if signed else ()
    return applied(declaration, decisions), tuple(_signature_findings(declaration))


def proposed(declaration: Declaration) -> InForce:
    """The law as it would be if every decision were signed: what an approver wants to see."""
    return applied(declaration, declaration.decisions.values())


def effective(declaration: Declaration, day: date) -> tuple[Decision, ...]:
    """The decisions with a valid signature of `day` or earlier, in declared order."""
    return tuple(
        decision
        for decision in declaration.decisions.values()
        if any(
            s.on <= day and not objection(declaration, s)
            for s in declaration.signatures
            if s.decision == decision.id
        )
    )


def objection(declaration: Declaration, signature: Signature) -> str:
    """Why a signature has no effect, in words; empty when it has."""
    decision = declaration.decisions.get(signature.decision)
    if decision is None:
        return "there is no such decision"
    if signature.digest != decision.digest:
        return "the decision was changed after it was signed"
    return may_sign(declaration, decision, signature.by)


def may_sign(declaration: Declaration, decision: Decision, person: str) -> str:
    """Why a person may not sign a decision, in words; empty when they may."""
    member = declaration.people.get(person)
    if member is None:
        return f"`{person}` is not among the people of the declaration"
    if OFFICER in member.roles:
        return "the data-protection officer advises and approves nothing"
    if APPROVER not in member.roles:
        return f"`{person}` has not the role `{APPROVER}`"
    if person == decision.author:
        return "nobody signs a decision of their own"
    return ""


def _signature_findings(declaration: Declaration) -> Iterator[Finding]:
    for signature in declaration.signatures:
        why = objection(declaration, signature)
        if why:
            old = why.startswith("the decision was changed")
            yield Finding(
                "AV232" if old else "AV233",
                f"the signature of `{signature.by}` under `{signature.decision}` has no effect",
                signature.place,
                Kind.DEFECT,
                Severity.W,
                because=why,
                help="read the decision and sign it again" if old else "",
                law="art. 5(2), 24(1) GDPR",
                need=Need.DECIDE,
            )


@dataclass(slots=True)
class _Draft:
    """The law while decisions are applied to it."""

    rules: dict[str, Rule]
    purposes: dict[str, Purpose]
    minimums: dict[str, Minimum]
    settled: set[frozenset[str]] = field(default_factory=set)


def applied(declaration: Declaration, decisions: Iterable[Decision]) -> InForce:
    """The statement as printed with these decisions applied. What they add comes first, so that
    one decision may narrow what another adds."""
    draft = _Draft(dict(declaration.rules), dict(declaration.purposes), dict(declaration.minimums))
    chosen = tuple(decisions)
    for decision in chosen:
        _add(draft, decision)
    for decision in chosen:
        _change(draft, decision)
    return InForce(
        rules=tuple(draft.rules.values()),
        purposes=tuple(draft.purposes.values()),
        minimums=tuple(draft.minimums.values()),
        settled=frozenset(draft.settled),
        recipients=declaration.recipients,
        zone=declaration.controller.zone,
    )


def _add(draft: _Draft, decision: Decision) -> None:
    """Rules and minimums are added, and never take the place of what is printed."""
    for effect in decision.effects:
        match effect:
            case AddRule(rule):
                draft.rules.setdefault(rule.id, replace(rule, decided_by=(decision.id,)))
            case AddMinimum(minimum):
                draft.minimums.setdefault(minimum.id, minimum)


def _change(draft: _Draft, decision: Decision) -> None:
    for effect in decision.effects:
        match effect:
            case Narrow(name, scope):
                _rewrite(draft, name, decision, partial(narrowed, scope=scope))
            case Starts(name, event, otherwise):
                change = partial(started, event=event, otherwise=otherwise)
                _rewrite(draft, name, decision, change)
            case EndPurpose(name, event):
                if name in draft.purposes:
                    draft.purposes[name] = replace(draft.purposes[name], ends=event)
            case Shortest(rules):
                draft.settled |= {frozenset(pair) for pair in combinations(rules, 2)}


def _rewrite(draft: _Draft, name: str, decision: Decision, change: Callable[[Rule], Rule]) -> None:
    rule = draft.rules.get(name)
    if rule is not None:
        by = tuple(dict.fromkeys((*rule.decided_by, decision.id)))
        draft.rules[name] = replace(change(rule), decided_by=by)


def narrowed(rule: Rule, scope: Scope) -> Rule:
    """The rule without the cells of a scope."""
    return replace(rule, exceptions=(*rule.exceptions, scope))


def started(rule: Rule, event: str, otherwise: str | None) -> Rule:
    """The rule with a start where the print names none; a printed start is never replaced."""
    ends = tuple(
        replace(end, starts=event, otherwise=otherwise) if end.starts is None else end
        for end in rule.ends
    )
    return replace(rule, ends=ends)
