"""AV221: two rules reach the same data with different ends, and nobody has decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, where
from avow.declaration.check.rule import Rule as Looked
from avow.declaration.check.together import by_first_clause
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, End, InForce, Rule
from avow.declaration.scope import CellPlace, rule_covers


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per pair of rules that share cells and end them differently."""
    del declaration
    shared: dict[tuple[str, str], list[CellPlace]] = {}
    rules = {rule.id: rule for rule in law.rules}
    for cell in universe.cells:
        covering = [rule for rule in law.rules if rule_covers(rule, cell)]
        for one, other in combinations(covering, 2):
            if disagree(one, other, law):
                shared.setdefault((one.id, other.id), []).append(cell)
    for (one_id, other_id), cells in shared.items():
        yield _contradiction(rules[one_id], rules[other_id], cells)


def disagree(one: Rule, other: Rule, law: InForce) -> bool:
    """Whether two rules that share cells leave those between their ends undecided."""
    return one.ends != other.ends and frozenset((one.id, other.id)) not in law.settled


def _contradiction(one: Rule, other: Rule, cells: list[CellPlace]) -> Found:
    """Where both run from one event it is one number against another: a question of its own."""
    starts = {end.starts for end in one.ends} & {end.starts for end in other.ends} - {None}
    found = defect(
        "AV221",
        Severity.E,
        f"`{other.id}` (clause {other.clause}) contradicts `{one.id}` (clause {one.clause})",
        other.place,
        because=(
            f"both reach {where(cells)}; {one.clause} ends them {ending(one.ends)}, "
            f"{other.clause} {ending(other.ends)}"
        ),
        hint="decide: `narrow` one of them, or let the `shortest` count",
        clauses=sorted((one.clause, other.clause)),
    )
    return replace(found, is_alone=bool(starts))


def ending(ends: tuple[End, ...]) -> str:
    """The ends of a rule in words."""
    return " or ".join(
        f"{end.period} after {_start(end)}" + (f" before {end.before}" if end.before else "")
        for end in ends
    )


def _start(end: End) -> str:
    return f"`{end.starts}`" if end.starts else "a day that is not said"


RULE = Looked(
    "AV221",
    "art. 5(1)(e), 13(2)(a) GDPR",
    Need.DECIDE,
    check,
    together=by_first_clause,
    headline="clauses {clauses} end the same data at different times",
)
