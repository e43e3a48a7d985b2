"""How many rows a plan may move while its rules are young: 10, 1,000, 1 %, then all. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from avow.engine.planner.plan import Part, Plan, PlannedStep
from avow.engine.planner.preflight import foreign_edge
from avow.engine.planner.program import Move, Step
from avow.engine.planner.trust import Standing
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.edges import Side
from avow.estate.datamap.predicates import TRUE, Related, all_of, negate


def bounded(plan: Plan, standings: Mapping[str, Standing]) -> Plan:
    """The plan with the most rows that each step may move. What somebody asked
    for is never cut: persons are erased whole."""
    left: dict[str, int] = {}
    parts = tuple(_part(plan, part, standings, left) for part in plan.parts)
    return replace(plan, parts=parts)


def _part(plan: Plan, part: Part, standings: Mapping[str, Standing], left: dict[str, int]) -> Part:
    steps = tuple(
        replace(each, bound=each.measure.rows)
        if plan.is_asked
        else _bounded(plan, each, standings, left)
        for each in part.steps
    )
    return replace(part, steps=steps)


def _bounded(
    plan: Plan, each: PlannedStep, standings: Mapping[str, Standing], left: dict[str, int]
) -> PlannedStep:
    """A step takes from what its rules have left; rules share no rows, so the least decides."""
    bound = each.measure.rows
    for rule in each.step.rules or ("",):
        allowed = standings.get(rule, Standing(plan.system, rule)).allowed(each.measure.of)
        if allowed is not None:
            bound = min(bound, left.setdefault(rule, allowed))
    for rule in each.step.rules:
        if rule in left:
            left[rule] -= bound
    return replace(each, bound=bound)


def narrowed(part: Part, place: int, catalogue: Catalogue, *, cut: bool) -> Step:
    """The step as it is run. Rows that an earlier step deletes, and that are still there because
    the ramp or a constraint left them, are blanked by none: they go whole, later. In a plan that
    is cut, a deletion leaves every row that is still pointed to, and what is emptied is asked as it
    was counted: a row may look as if it stayed only because what points to it did not go today."""
    step = part.steps[place].step
    if cut and step.move is not Move.DELETE and step.counted is not None:
        step = replace(step, where=all_of([step.where, step.counted]))
    if step.move is Move.BLANK:
        whole = (
            negate(s.step.where)
            for s in part.steps[:place]
            if s.step.move is Move.DELETE and s.step.dataset == step.dataset
        )
        return replace(step, where=all_of([step.where, *whole]))
    if step.move is Move.DELETE and cut:
        along = {each.edge.child for each in step.along}
        free = (
            Related(foreign_edge(key), Side.CHILD, TRUE, negated=True)
            for key in catalogue.foreign_keys
            if key.parent == step.dataset and key.child not in (key.parent, *along)
        )
        return replace(step, where=all_of([step.where, *free]))
    return step
