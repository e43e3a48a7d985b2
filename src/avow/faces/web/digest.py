"""What today is about, from the running engine: the newest plans and the daily look ahead.

A page must not ask the systems, and not read whole plans: both take too long. Plans are read by
their counts alone; whoever opens one sees it verified.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from avow.declaration.interpretation import effective, in_force
from avow.declaration.model import InForce, Level
from avow.duties.assurance.standing import Standing
from avow.engine.db.store import Row, Runs
from avow.engine.planner import outlook
from avow.engine.planner.drift import DriftKind
from avow.engine.planner.forecast import Foreseen
from avow.engine.planner.outlook import New, Seen
from avow.engine.planner.program import Move
from avow.engine.planner.records import Status
from avow.engine.planner.standings import everywhere
from avow.engine.planner.trust import LADDER, quorum
from avow.engine.planner.trust import Standing as Rung
from avow.faces.web.source import (
    Counted,
    Digest,
    Due,
    HoldToReview,
    Novelty,
    NoveltyKind,
    PlanState,
    Sweep,
    Upcoming,
    Waiting,
)

TO_COME = frozenset({Status.APPROVED, Status.RUNNING, Status.PAUSED})
MOST = 50
"""Plans that may wait or run at the same time before the page stops counting them."""
KINDS: Mapping[DriftKind, NoveltyKind] = {
    DriftKind.TABLE: NoveltyKind.DATASET,
    DriftKind.COLUMN: NoveltyKind.FIELD,
    DriftKind.UNDECIDED: NoveltyKind.UNDECIDED_FIELD,
    DriftKind.NO_TABLE: NoveltyKind.NO_DATASET,
    DriftKind.NO_COLUMN: NoveltyKind.NO_FIELD,
    DriftKind.SCHEMA: NoveltyKind.SCHEMA,
}


@dataclass(frozen=True, slots=True)
class _Levels:
    """The level of every rule in every system, as far as the declaration lets it go."""

    law: InForce
    by_system: Mapping[str, Mapping[str, Rung]]

    def least(self, system: str, rules: Iterable[str]) -> str:
        """The least level of some rules; what no rule governs can be raised by nobody."""
        rungs = self.by_system.get(system, {})
        found = [rungs[r].level if r in rungs else Level.OBSERVE for r in rules]
        return str(min(found, key=LADDER.index, default=Level.OBSERVE))

    def by_clause(self, system: str) -> dict[str, str]:
        """The least level of the rules of each clause."""
        clauses = dict.fromkeys(rule.clause for rule in self.law.rules)
        return {
            c: self.least(system, [r.id for r in self.law.rules if r.clause == c]) for c in clauses
        }


@dataclass(frozen=True, slots=True)
class _Plans:
    """The newest sweep of each system, the plans that wait or are to come, the steps of all."""

    sweeps: Sequence[Row]
    heads: Sequence[Row]
    steps: Mapping[str, Sequence[Row]]


def _plans(runs: Runs, systems: Sequence[str]) -> _Plans:
    """Read in three statements, however many plans there are."""
    sweeps = runs.run("today_sweeps", systems=list(systems))
    statuses = sorted(map(str, {*TO_COME, Status.WAITING}))
    heads = runs.run("today_plans", statuses=statuses, most=MOST)
    steps: defaultdict[str, list[Row]] = defaultdict(list)
    for step in runs.run("today_steps", plans=[row["id"] for row in (*sweeps, *heads)]):
        steps[step["plan"]].append(step)
    return _Plans(sweeps, heads, steps)


def digest_of(standing: Standing) -> Digest:
    """All of it, read once."""
    runs, declaration, today = standing.runs, standing.declaration, standing.now().date()
    law, _ = in_force(declaration, today)
    systems = tuple(declaration.datamap.systems)
    rungs = _Levels(law, everywhere(runs, declaration))
    looks = tuple(s for s in outlook.last_seen(runs) if s.forecast.system in systems)
    plans = _plans(runs, systems)
    sweeps = plans.sweeps
    coming = (*_of_plans(plans, rungs, today), *_foretold(looks, rungs, today))
    signed = {decision.id for decision in effective(declaration, today)}
    return Digest(
        due=_due(plans, rungs, looks) if looks or sweeps else None,
        upcoming=coming if looks or coming else None,
        novelties=tuple(_novelties(outlook.novelties(runs), looks)) if looks else None,
        waiting=tuple(_waiting(standing, plans)),
        sweeps=tuple(_sweep(row, rungs) for row in sweeps),
        unsigned=tuple(each for each in declaration.decisions if each not in signed),
        holds=tuple(HoldToReview(h["id"], h["review_on"]) for h in runs.run("holds_standing")),
        counted=tuple(_counted(look, standing) for look in looks),
    )


def _counted(look: Seen, standing: Standing) -> Counted:
    seen = look.forecast
    return Counted(seen.system, look.at.astimezone(standing.zone), seen.why, seen.gaps)


def _sweep(row: Row, rungs: _Levels) -> Sweep:
    return Sweep(
        system=row["system"],
        plan=row["id"],
        as_of=row["as_of"],
        state=PlanState(row["status"]),
        codes=tuple(row["codes"]),
        levels=rungs.by_clause(row["system"]),
    )


def _due(plans: _Plans, rungs: _Levels, looks: Sequence[Seen]) -> tuple[Due, ...]:
    """Of each system what the look says, or the newest sweep where it is the newer one."""
    looked = {look.forecast.system: look for look in looks if not look.forecast.why}
    found: list[Due] = []
    for row in plans.sweeps:
        look = looked.get(row["system"])
        if look is None or look.at < row["made_at"]:
            looked.pop(row["system"], None)
            found += _due_of_steps(row, plans.steps[row["id"]], rungs)
    for look in looked.values():
        found += _due_of_look(look, rungs)
    return tuple(found)


def _due_of_look(look: Seen, rungs: _Levels) -> Iterator[Due]:
    today = look.forecast.day
    for (dataset, clause), mine in _by_place(look.forecast.found).items():
        rows, cells = (_total(mine, move, today) for move in (Move.DELETE, Move.BLANK))
        late = sum(_total(mine, move, today - timedelta(days=1)) for move in Move)
        if rows + cells:
            level = rungs.least(look.forecast.system, [r for each in mine for r in each.rules])
            overdue = min(late, rows + cells)
            yield Due(look.forecast.system, dataset, clause, rows, cells, overdue, level)


def _by_place(found: Iterable[Foreseen]) -> dict[tuple[str, str], list[Foreseen]]:
    places: dict[tuple[str, str], list[Foreseen]] = {}
    for each in found:
        places.setdefault((each.dataset, each.clause), []).append(each)
    return places


def _total(found: Iterable[Foreseen], move: Move, day: date) -> int:
    return sum(each.rows.get(day, 0) for each in found if each.move is move)


def _due_of_steps(sweep: Row, steps: Iterable[Row], rungs: _Levels) -> Iterator[Due]:
    """One line per dataset and clause; a pointer that is emptied goes with the row it names."""
    places: dict[tuple[str, str], list[Row]] = {}
    for step in steps:
        if step["move"] != Move.UNLINK:
            clause = step["clauses"][0] if step["clauses"] else ""
            places.setdefault((step["dataset"], clause), []).append(step)
    for (dataset, clause), mine in places.items():
        rows = sum(s["rows"] for s in mine if s["move"] == Move.DELETE)
        cells = sum(s["rows"] for s in mine if s["move"] == Move.BLANK)
        level = rungs.least(sweep["system"], [r for s in mine for r in s["rules"]])
        yield Due(sweep["system"], dataset, clause, rows, cells, None, level)


def _of_plans(plans: _Plans, rungs: _Levels, today: date) -> Iterator[Upcoming]:
    """What approved plans may still move, today or on the day they were made for."""
    for head in plans.heads:
        if head["status"] == Status.WAITING:
            continue
        steps = [{**s, "rows": s["left"]} for s in plans.steps[head["id"]]]
        for due in _due_of_steps(head, steps, rungs):
            if due.rows + due.cells:
                yield Upcoming(
                    on=max(today, head["as_of"]),
                    system=due.system,
                    dataset=due.dataset,
                    clause=due.clause,
                    rows=due.rows,
                    cells=due.cells,
                    level=str(Level.APPROVE),
                    plan=head["id"],
                )


def _foretold(looks: Iterable[Seen], rungs: _Levels, today: date) -> Iterator[Upcoming]:
    """What becomes due on each day after today: what is more than on the day before."""
    for look in looks:
        for (dataset, clause), mine in _by_place(look.forecast.found).items():
            level = rungs.least(look.forecast.system, [r for each in mine for r in each.rules])
            for day in sorted({day for each in mine for day in each.rows if day > today}):
                rows, cells = (_more(mine, move, day) for move in (Move.DELETE, Move.BLANK))
                if rows + cells:
                    system = look.forecast.system
                    yield Upcoming(day, system, dataset, clause, rows, cells, level)


def _more(found: list[Foreseen], move: Move, day: date) -> int:
    before = _total(found, move, day - timedelta(days=1))
    return max(0, _total(found, move, day) - before)


def _waiting(standing: Standing, plans: _Plans) -> Iterator[Waiting]:
    """Plans that wait, with the approvals that they still need."""
    waiting = [head for head in plans.heads if head["status"] == Status.WAITING]
    given: defaultdict[str, list[str]] = defaultdict(list)
    for row in standing.runs.run("approvals_of", plans=[head["id"] for head in waiting]):
        given[row["plan"]].append(row["person"])
    for head in waiting:
        people = standing.declaration.people
        missing = quorum(people, head["author"], given[head["id"]]).missing
        steps = plans.steps[head["id"]]
        clauses = tuple(sorted({clause for step in steps for clause in step["clauses"]}))
        yield Waiting(head["id"], head["system"], head["as_of"], missing, clauses)


def _novelties(found: Iterable[New], looks: Iterable[Seen]) -> Iterator[Novelty]:
    """Since yesterday first. Columns that were always covered by the rest of a dataset are told
    as a number: they go with their row, and the notice does not name them."""
    days = {look.forecast.system: look.forecast.day for look in looks}
    known = [each for each in found if each.system in days]
    covered = [n for n in known if n.drift.kind is DriftKind.COLUMN and n.at_first]
    single = [_novelty(n, days) for n in known if n not in covered]
    yield from sorted(single, key=lambda n: (not n.is_fresh, -(n.since or date.min).toordinal()))
    for system in dict.fromkeys(n.system for n in covered):
        n = sum(each.system == system for each in covered)
        yield Novelty(NoveltyKind.FIELD, system, "", n=n)


def _novelty(new: New, days: Mapping[str, date]) -> Novelty:
    is_fresh = not new.at_first and new.since >= days[new.system]
    since = None if new.at_first else new.since
    return Novelty(KINDS[new.drift.kind], new.system, new.drift.name, since, is_fresh)
