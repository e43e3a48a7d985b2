"""AV202: a rule, minimum or purpose that reaches nothing at all."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.places import Place
from avow.declaration.check.found import Found, error
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce, Scope
from avow.declaration.scope import minimum_covers, purpose_uses, rule_covers


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """A pattern that matches nothing is a mistake: what it should have reached is left alone."""
    del declaration
    for rule in law.rules:
        seen = any(rule_covers(rule, cell) for cell in universe.cells)
        if not seen and not _is_idle(rule.applies_to, universe):
            yield _nothing(f"the rule `{rule.id}`", rule.place)
    for minimum in law.minimums:
        seen = any(minimum_covers(minimum, cell) for cell in universe.cells)
        if not seen and not _is_idle(minimum.applies_to, universe):
            yield _nothing(f"the minimum `{minimum.id}`", minimum.place)
    for purpose in law.purposes:
        seen = any(purpose_uses(purpose, cell) for cell in universe.cells)
        if not seen and not _is_idle(purpose.uses, universe):
            yield _nothing(f"the purpose `{purpose.id}`", purpose.place)


def _is_idle(scope: Scope, universe: Universe) -> bool:
    """Whether it names a category that nothing collects or stores yet; AV203 speaks of that."""
    return any(cell.category in scope.category for cell in universe.idle)


def _nothing(what: str, place: Place) -> Found:
    return error(
        "AV202",
        f"{what} reaches nothing",
        place,
        because="no collection point and no dataset has what its scope names together",
        hint="compare its scope with `collection` and the data map",
    )
