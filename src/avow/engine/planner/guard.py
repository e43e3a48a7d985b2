"""The guard: pure reasons why a plan may not run. It says the numbers, and all reasons at once.

The plan itself is judged by `plan_findings`; `guard` adds what surrounds it: release, levels,
calendar, budget. Nothing here reads a database or a clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from avow.common.calendar import Period, add
from avow.common.findings import Finding
from avow.declaration.model import Level
from avow.engine.planner.plan import OURS, Plan, PlanKind, PlannedStep
from avow.engine.planner.trust import LADDER, Standing
from avow.estate.connectors.catalogue import Closed
from avow.estate.datamap.entailing import entails
from avow.estate.datamap.predicates import Equal

SHARE = 0.20
"""The part of a dataset that may go without somebody accepting the number."""

FEW = 10
"""Below this many rows of a dataset no share is counted."""

PATIENCE = timedelta(days=7)
"""A plan older than this is made again: its counts say nothing about today."""

SLOW = 60.0
"""Seconds a step may lose to a link without index before the plan refuses."""

NO_INDEX = "no-index"
"""The word by which more seconds are accepted, as a number of rows is by the id of its rule."""


class Every(StrEnum):
    """How often the days of a freeze come back."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Freeze:
    """Days on which nothing runs, both included; `system` None means everywhere. With `every` the
    same days come back each month or year, clamped to the end of shorter months. `id` is that of
    its record."""

    first: date
    last: date
    system: str | None = None
    every: Every | None = None
    id: str = ""

    def until(self, system: str, day: date) -> date | None:
        """The last day of the stretch that freezes the system on this day; None: it is not
        frozen."""
        if self.system not in (None, system) or day < self.first:
            return None
        return next((last for first, last in self._stretches(day) if first <= day <= last), None)

    def _stretches(self, day: date) -> Iterator[tuple[date, date]]:
        """The stretches that may hold this day: those that begin in its period or in the one
        before, since the days of a freeze may cross the end of one."""
        if self.every is None:
            yield self.first, self.last
            return
        step = 1 if self.every is Every.MONTH else 12
        months = (day.year - self.first.year) * 12 + day.month - self.first.month
        for turn in {months // step - 1, months // step}:
            if turn >= 0:
                period = Period(months=turn * step)
                yield add(self.first, period), add(self.last, period)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is true around a plan when somebody wants to run it on `today`.

    `catalogue` is the digest of the live schema; `standings` those of the rules in the plan's
    system. `spent` rows were moved there today, `budget` is the most per day (None: no budget).
    `moved` rows of the plan went already, when it is taken up again.
    """

    today: date
    release: str | None
    catalogue: str | None = None
    standings: Mapping[str, Standing] = field(default_factory=dict)
    freezes: tuple[Freeze, ...] = ()
    spent: int = 0
    budget: int | None = None
    moved: int = 0


def guard(plan: Plan, around: Surroundings) -> tuple[Finding, ...]:
    """Every reason why this plan may not run now; empty when it may."""
    return (*_release(plan, around), *plan_findings(plan), *_around(plan, around))


def plan_findings(plan: Plan) -> tuple[Finding, ...]:
    """Every reason that lies in the plan itself, so that it can be shown with it."""
    found: list[Finding] = []
    for part in plan.parts:
        found += (_unknown(plan, gap) for gap in part.gaps)
        for each in part.steps:
            found += _step(plan, each)
    return tuple(dict.fromkeys(found))


def _step(plan: Plan, each: PlannedStep) -> Iterator[Finding]:
    if plan.kind is PlanKind.SWEEP:
        yield from _share(plan, each)
        yield from _moved(plan, each)
    yield from _crossing(plan, each)
    yield from _cascades(plan, each)
    yield from _unblankable(plan, each)
    yield from _closed(plan, each)
    yield from _underivable(plan, each)
    yield from _knotted(plan, each)
    yield from _slow(plan, each)


def _where(plan: Plan, each: PlannedStep) -> str:
    return f"`{plan.system}.{each.step.dataset}`"


def _finding(code: str, each: PlannedStep, message: str, because: str, help: str) -> Finding:  # noqa: A002
    return Finding(code, message, because=because, help=help, clauses=each.step.clauses)


def _share(plan: Plan, each: PlannedStep) -> Iterator[Finding]:
    rows, of = each.measure.rows, each.measure.of
    if of < FEW or rows <= SHARE * of or rows <= accepted(plan, each):
        return
    yield _finding(
        "AV401",
        each,
        f"{rows:,} of {of:,} rows of {_where(plan, each)} would be moved",
        f"that is {rows / of:.0%}; more than {SHARE:.0%} needs somebody who accepts the number",
        f"if it is right, plan again with `--accept {_rule(each)}={rows}`",
    )


def accepted(plan: Plan, each: PlannedStep) -> int:
    """The number of rows somebody accepted for the rules of this step; the least of them."""
    numbers = dict(plan.accepted)
    return min((numbers.get(rule, 0) for rule in each.step.rules), default=0)


def _rule(each: PlannedStep) -> str:
    return each.step.rules[0] if each.step.rules else "RULE"


def _moved(plan: Plan, each: PlannedStep) -> Iterator[Finding]:
    moved, of = each.measure.moved, each.measure.of
    if of < FEW or moved <= SHARE * of or each.measure.rows <= accepted(plan, each):
        return
    yield _finding(
        "AV402",
        each,
        f"{moved:,} rows of {_where(plan, each)} became due without time passing",
        "the last plan's own question, for its own day, now has this many more answers: "
        "an event moved backwards, or old rows came in",
        f"look at the dates; if they are right, plan again with `--accept "
        f"{_rule(each)}={each.measure.rows}`",
    )


def _unknown(plan: Plan, gap: str) -> Finding:
    return Finding(
        "AV403",
        f"something is unknown in `{plan.system}`",
        because=gap,
        help="a count that may be wrong is no ground to write; give the right, or correct the map",
    )


def _crossing(plan: Plan, each: PlannedStep) -> Iterator[Finding]:
    """A step of a tenant's plan says itself that its rows are the tenant's."""
    whose = {d: w for part in plan.parts for d, w in part.program.within.items()}
    mine = whose.get(each.step.dataset)
    if plan.sphere == OURS or (mine and entails(each.step.where, Equal(*mine))):
        return
    yield _finding(
        "AV966",
        each,
        f"a step in {_where(plan, each)} could reach beyond the sphere of the plan",
        "nothing says that its rows belong to the controller who instructs",
        "nothing of this plan may run; plan again",
    )


def _cascades(plan: Plan, each: PlannedStep) -> Iterator[Finding]:
    for cascade in each.cascades:
        if cascade.rows == 0:
            continue
        number = "an unknown number of" if cascade.rows is None else f"{cascade.rows:,}"
        yield _finding(
            "AV404",
            each,
            f"the database itself would change {number} rows of `{plan.system}.{cascade.table}`",
            f"its constraint `{cascade.constraint}` ({cascade.does}) fires when rows of "
            f"{_where(plan, each)} go, and those rows are not due",
            "declare the link in the data map, so that the rows it reaches are decided",
        )


def _unblankable(plan: Plan, each: PlannedStep) -> Iterator[Finding]:
    for column in each.unblankable:
        yield _finding(
            "AV405",
            each,
            f"`{column}` of {_where(plan, each)} cannot be emptied",
            "it does not exist, is computed, or is never null",
            f"say in the data map how: `blank: {{{column}: {{constant: …}}}}`",
        )


_CLOSED: Mapping[Closed, tuple[str, str, str]] = {
    Closed.NOT_UNDONE: (
        "AV591",
        "its engine undoes nothing, so half of a failed batch would stay",
        "let the owner of the database move it to InnoDB",
    ),
    Closed.HISTORY: (
        "AV592",
        "it has system versioning: what is removed stays readable in its history",
        "let the owner of the database end the versioning, or empty the table and its history",
    ),
    Closed.ELSEWHERE: (
        "AV593",
        "the server would delete or empty rows of another database with its rows, uncounted",
        "let the owner of that database drop the foreign key, or make it ON DELETE RESTRICT",
    ),
}


def _closed(plan: Plan, each: PlannedStep) -> Iterator[Finding]:
    for table, why in each.closed if each.measure.rows else ():
        code, because, help_ = _CLOSED[why]
        message = f"`{plan.system}.{table}` can be read and not changed"
        yield _finding(code, each, message, because, help_)


def _underivable(plan: Plan, each: PlannedStep) -> Iterator[Finding]:
    for why in each.underivable if each.measure.rows else ():
        yield _finding(
            "AV452",
            each,
            f"what is made from rows of {_where(plan, each)} would go on telling of them",
            why,
            "correct `derived_from` in the data map, or let the owner give what is missing",
        )


def _knotted(plan: Plan, each: PlannedStep) -> Iterator[Finding]:
    if each.knotted:
        columns = ", ".join(f"`{column}`" for column in each.knotted)
        yield _finding(
            "AV480",
            each,
            f"rows of {_where(plan, each)} are due and can never go: a ring of pointers holds them",
            f"{columns} may not be empty, so none of the rows that they join can go first",
            "let the owner allow one of them to be empty, or declare the link with `gone: shell`: "
            "then the rows stay as keys alone",
        )


def _slow(plan: Plan, each: PlannedStep) -> Iterator[Finding]:
    patience = max(SLOW, dict(plan.accepted).get(NO_INDEX, 0))
    for link in each.unindexed:
        if link.seconds is None or link.seconds <= patience:
            continue
        columns = ", ".join(link.fields)
        many = "" if link.read is None else f"{link.read:,} rows would be read in vain: "
        make = f"`{link.remedy}`" if link.remedy else f"an index on {link.table} ({columns})"
        yield _finding(
            "AV406",
            each,
            f"following `{link.table}` ({columns}) without an index would take about "
            f"{_span(link.seconds)}",
            f"{many}the database finds the rows that point to {_where(plan, each)} only by reading "
            "the whole table",
            f"let the owner make {make}; or accept the time: plan again with "
            f"`--accept {NO_INDEX}={int(link.seconds) + 1}`",
        )


def _span(seconds: float) -> str:
    return f"{seconds / 3600:.1f} hours" if seconds >= 3600 else f"{seconds / 60:.0f} minutes"


def _release(plan: Plan, around: Surroundings) -> Iterator[Finding]:
    if plan.preview or plan.release != around.release:
        yield Finding(
            "AV407",
            "the plan is not of the declaration in force",
            because="it was made from a declaration that is not the active release",
            help="run `avow activate`, then plan again",
        )


def _around(plan: Plan, around: Surroundings) -> Iterator[Finding]:
    yield from _stale(plan, around)
    yield from _frozen(plan, around)
    if plan.kind is PlanKind.SWEEP:
        yield from _levels(plan, around)
        yield from _budget(plan, around)


def _stale(plan: Plan, around: Surroundings) -> Iterator[Finding]:
    if not timedelta(0) <= around.today - plan.day <= PATIENCE:
        yield Finding(
            "AV408",
            f"the plan is of {plan.day}, today is {around.today}",
            because="its counts say nothing about today",
            help="plan again",
        )
    if any(around.catalogue not in (None, part.catalogue) for part in plan.parts):
        yield Finding(
            "AV409",
            f"the schema of `{plan.system}` changed after the plan was made",
            because="what it would touch has to be looked at again",
            help="plan again",
        )


def _frozen(plan: Plan, around: Surroundings) -> Iterator[Finding]:
    found = (freeze.until(plan.system, around.today) for freeze in around.freezes)
    until = [last for last in found if last is not None]
    if until:
        yield Finding(
            "AV410",
            f"`{plan.system}` is frozen until {max(until)}",
            because="the freeze calendar allows no batch",
            help="wait for the end of the freeze",
        )


def _levels(plan: Plan, around: Surroundings) -> Iterator[Finding]:
    for rule in sorted(governing(plan)):
        now = around.standings.get(rule, Standing(plan.system, rule))
        if not now.writes:
            yield Finding(
                "AV411",
                f"`{rule}` is at level {now.level} in `{plan.system}`",
                because="nothing is written below level approve",
                help=f"raise it with `avow level {plan.system} {rule} …`, or plan its clause apart",
            )


def level_of(plan: Plan, around: Surroundings) -> Level:
    """The level that governs a plan: the least of its rules. What is asked for is approved."""
    if plan.is_asked:
        return Level.APPROVE
    rules = governing(plan)
    found = [around.standings.get(r, Standing(plan.system, r)).level for r in rules]
    return min(found, key=LADDER.index, default=Level.OBSERVE)


def governing(plan: Plan) -> frozenset[str]:
    """Every rule whose rows the plan would move. A step that names none is governed by an empty
    name, which no level can raise."""
    return frozenset(
        rule for _, each in plan.steps if each.measure.rows for rule in each.step.rules or ("",)
    )


def _budget(plan: Plan, around: Surroundings) -> Iterator[Finding]:
    rows = sum(each.bound for _, each in plan.steps) - around.moved
    if around.budget is not None and around.spent + rows > around.budget:
        yield Finding(
            "AV412",
            f"{rows:,} rows of `{plan.system}` exceed what is left of the day: "
            f"{max(0, around.budget - around.spent):,} of {around.budget:,}",
            because="the daily budget keeps one bad day from being a large one",
            help="wait for tomorrow, or let two persons approve the plan",
        )
