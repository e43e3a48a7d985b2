"""May this be used for that? The usage check: all failing reasons, or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from avow.declaration.decision.decide import Kind, decide, is_live
from avow.declaration.decision.facts import Facts, FloorKind, Group
from avow.declaration.model import Basis, Channel, InForce, Purpose, Use
from avow.declaration.scope import purpose_uses

EMAIL_OPT_IN = frozenset({"BE", ""})
"""Countries where electronic advertising needs consent also for named business addresses (Belgium:
art. XII.13 CDE); an unknown country counts as the strictest."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a use is not allowed: a stable word, and the clause it rests on."""

    why: str
    clause: str = ""

    def __str__(self) -> str:
        return f"{self.why} ({self.clause})" if self.clause else self.why


RESTRICTED = Refusal("the data are restricted")
UNDECLARED = Refusal("the purpose is not declared")


def may_use(group: Group, use: Use, law: InForce, day: date) -> tuple[Refusal, ...]:
    """Every reason that forbids using these cells so on `day`; empty when the use is allowed.

    A declared, live purpose that uses the category; no restriction, or one of the reasons of art.
    18(2) to use the data despite it; a verdict `live`; a declared recipient; the channel's country
    rule. Law: what is due may be used for nothing, and what is restricted for no purpose alone.
    """
    purpose = next((p for p in law.purposes if p.id == use.purpose), None)
    if purpose is None:
        return (UNDECLARED,)
    refusals = []
    if not purpose_uses(purpose, group):
        refusals.append(Refusal("the purpose does not use this category", purpose.clause))
    elif not is_live(purpose, group, day):
        refusals.append(Refusal("the purpose has ended", purpose.clause))
    if is_restricted(group.facts) and use.despite is None:
        refusals.append(RESTRICTED)
    verdict = decide(group, law, day)
    if verdict.kind is not Kind.LIVE:
        refusals += [Refusal(f"the data are {verdict.kind}", c) for c in verdict.clauses or ("",)]
    return (*refusals, *of_the_way(purpose, use))


def of_the_way(purpose: Purpose, use: Use) -> tuple[Refusal, ...]:
    """Every reason that forbids the way of a use, whosever the data are: recipient and channel."""
    refusals = []
    if use.recipient is not None and use.recipient not in purpose.recipients:
        refusals.append(Refusal("the recipient is not declared for this purpose", purpose.clause))
    if (
        purpose.marketing
        and use.channel is Channel.EMAIL
        and purpose.basis is not Basis.CONSENT
        and use.country in EMAIL_OPT_IN
    ):
        refusals.append(Refusal("the channel needs consent in this country", purpose.clause))
    return tuple(refusals)


def is_restricted(facts: Facts) -> bool:
    """Whether the use of cells is restricted, however that is known."""
    return facts.restricted or any(f.kind is FloorKind.RESTRICTION for f in facts.floors)
