"""AV223: data that are collected or stored, and no rule says for how long."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.common.places import NOWHERE, Place
from avow.declaration.check.found import Found, defect, listed, where
from avow.declaration.check.rule import Rule as Looked
from avow.declaration.check.rule import Wording
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce, Rule
from avow.declaration.scope import CellPlace, rule_covers


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per collection point that no rule reaches at all, and per category elsewhere
    (art. 13(2)(a) GDPR: the period must be told)."""
    forbidden = {never.category for never in declaration.nevers}
    bare = [
        cell
        for cell in universe.cells
        if cell.category not in forbidden and not _is_reached(cell, law.rules)
    ]
    for point in declaration.points.values():
        there = [c for c in universe.cells if c.collected_at == point.id]
        if there and all(cell in bare for cell in there):
            bare = [cell for cell in bare if cell.collected_at != point.id]
            clauses = [point.clause, *(item.clause for item in point.collects)]
            what = f"no rule says how long what is collected at `{point.id}` is retained"
            because = f"it is {listed(c.category for c in there)}"
            yield _gap(what, point.place, because, clauses, point.id)
    for category in dict.fromkeys(cell.category for cell in bare):
        yield _of_category(declaration, category, [c for c in bare if c.category == category])


def _is_reached(cell: CellPlace, rules: tuple[Rule, ...]) -> bool:
    """A category that nothing collects and no dataset holds is reached by a rule that names it."""
    if not cell.collected_at and not cell.dataset:
        return any(cell.category in rule.applies_to.category for rule in rules)
    return any(rule_covers(rule, cell) for rule in rules)


def _of_category(declaration: Declaration, category: str, cells: list[CellPlace]) -> Found:
    declared = declaration.categories.get(category)
    clauses = declared.clauses if declared else ()
    place = declared.place if declared else NOWHERE
    what = f"no rule says how long `{category}` is retained"
    return _gap(what, place, f"it is {where(cells)}", clauses, category)


def _gap(
    what: str, place: Place, because: str, clauses: tuple[str, ...] | list[str], about: str
) -> Found:
    return defect(
        "AV223",
        Severity.E,
        what,
        place,
        because=because,
        hint="decide: add a `rule`",
        clauses=clauses,
        about=(about,),
    )


RULE = Looked(
    "AV223",
    "art. 5(1)(e), 13(2)(a) GDPR",
    Need.DECIDE,
    check,
    Wording(
        fr="Nous conservons … pendant … à compter de …, puis nous les effaçons.",
        nl="Wij bewaren … gedurende … vanaf …, en wissen ze daarna.",
        en="We keep … for … from …, and then erase them.",
    ),
    together=all_in_one,
    headline="no rule says how long data of {n} kinds are retained",
)
