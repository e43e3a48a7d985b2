"""AV295: a period is far from what authorities and laws of the country speak of."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.dated import days, level
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule as Looked
from avow.declaration.check.rule import Wording
from avow.declaration.check.universe import Universe
from avow.declaration.facts.known import Duration, Floor, known
from avow.declaration.model import Declaration, InForce, Minimum, Rule
from avow.declaration.scope import CellPlace, minimum_covers, purpose_uses, rule_covers


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per retention rule that is longer than usual for every kind of data it reaches,
    and per legal minimum that no known law has."""
    countries = _countries(declaration)
    usual = [d for d in known().durations if d.country in countries]
    for rule in law.rules:
        for duration in usual:
            if _is_long(rule, duration) and _is_of(rule, duration, law, universe):
                yield _long(rule, duration)
                break
    floors = [f for f in known().floors if f.country in countries and f.holds(universe.day)]
    for minimum in law.minimums:
        yield from _minimum(declaration, minimum, floors)


def _countries(declaration: Declaration) -> set[str]:
    controller = declaration.controller
    return {controller.country, *controller.established, *controller.public} - {""}


def _is_long(rule: Rule, duration: Duration) -> bool:
    """Whether even its earliest end comes later than usual."""
    return min(days(end.period) for end in rule.ends) > days(duration.usual)


def _is_of(rule: Rule, duration: Duration, law: InForce, universe: Universe) -> bool:
    """Whether the rule is about this kind: such purposes use what it reaches where it is collected,
    no purpose for customers does, and no law asks to keep it."""
    reached = [c for c in universe.collected if rule_covers(rule, c) and not _kept(c, law)]
    kinds = [_kinds(cell, law) for cell in reached]
    return any(kinds) and all(k <= duration.purposes | _BESIDES for k in kinds if k)


_BESIDES = frozenset({"dpv:CommercialResearch", "dpv:CustomerRelationshipManagement"})
"""What may be done with the same data besides, without making people customers."""


def _kept(cell: CellPlace, law: InForce) -> bool:
    return any(minimum_covers(minimum, cell) for minimum in law.minimums)


def _kinds(cell: CellPlace, law: InForce) -> set[str]:
    """What purposes that name the place of collection use these cells for."""
    return {p.dpv for p in law.purposes if p.dpv and p.uses.collected_at and purpose_uses(p, cell)}


def _long(rule: Rule, duration: Duration) -> Found:
    far = min(days(end.period) for end in rule.ends) > days(duration.far)
    verified = duration.source.seen is not None
    period = min((end.period for end in rule.ends), key=days)
    return defect(
        "AV295",
        level(Severity.E if far else Severity.W, verified=verified),
        f"clause {rule.clause} keeps {duration.what} for {period}; usual is {duration.usual}",
        rule.place,
        because=f"{duration.country}: {duration.law} ({duration.source})"
        + (f"; no general term goes beyond {duration.far}" if far else ""),
        hint="shorten it, or name the law or the need that asks for so long",
        clauses=(rule.clause,),
        about=(rule.id,),
    )


def _minimum(declaration: Declaration, minimum: Minimum, floors: list[Floor]) -> Iterator[Found]:
    kinds = {
        category.dpv
        for category in declaration.categories.values()
        if category.dpv and minimum_covers(minimum, CellPlace(category.id))
    }
    fitting = [floor for floor in floors if not floor.categories.isdisjoint(kinds)]
    if fitting and all(days(floor.period) != days(minimum.period) for floor in fitting):
        laws = "; ".join(f"{f.country} {f.period}: {f.law} ({f.source})" for f in fitting)
        yield defect(
            "AV295",
            Severity.W,
            f"the legal minimum `{minimum.id}` lasts {minimum.period}; known is another",
            minimum.place,
            because=laws,
            hint="look the law up: a minimum that is not the law's is kept without reason",
            clauses=(minimum.clause,),
            about=(minimum.id,),
        )


RULE = Looked(
    "AV295",
    "art. 5(1)(e) GDPR",
    Need.DECIDE,
    check,
    Wording(
        fr="Nous gardons ces données … ans après votre dernier message, puis nous les effaçons.",
        nl="Wij bewaren deze gegevens … jaar na uw laatste bericht en wissen ze dan.",
        en="We keep these data for … years after your last message, and then erase them.",
    ),
)
