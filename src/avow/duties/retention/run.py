"""The daily run of the retention checks over all systems of a declaration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from avow.common.errors import AvowError
from avow.declaration.check.universe import cells_of
from avow.declaration.load import resolve_url
from avow.declaration.model import InForce, Never
from avow.declaration.scope import rule_covers
from avow.duties.retention import checks
from avow.duties.retention.never import WITHOUT_NEED, outcomes
from avow.duties.retention.outcomes import of_count, of_need, of_reading
from avow.engine.evidence.checks import (
    NO_CAPABILITY,
    Check,
    CheckResult,
    Item,
    Mode,
    blind,
)
from avow.engine.planner.known import fact_events
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.overdue import Counted, Looked, look
from avow.engine.planner.standings import effective
from avow.engine.verifier import columns, oldest
from avow.estate.datamap.model import System

TENANTS = "the rows are those of tenants, for whom we are processor"


@dataclass(frozen=True, slots=True)
class Asking:
    """What one run is about: the estate, what is known of persons, the law, the day whose morning
    counts, and the instant that is written on the answers."""

    estate: Estate
    memory: Memory
    law: InForce
    day: date
    at: datetime

    @property
    def facts(self) -> frozenset[str]:
        """The events that no system knows."""
        return fact_events(self.estate.declaration)


@dataclass(frozen=True, slots=True)
class Ran:
    """The checks that were asked, and every answer."""

    checks: tuple[Check, ...]
    results: tuple[CheckResult, ...]


def run_checks(asking: Asking) -> Ran:
    """Ask every check of retention in every system. Reads only; nothing is kept here."""
    found: dict[str, Check] = {}
    results: list[CheckResult] = []
    for system in asking.estate.declaration.datamap.systems.values():
        for check, result in _of_system(asking, system):
            found.setdefault(check.id, check)
            results.append(result)
    return Ran(tuple(found.values()), tuple(results))


def _of_system(asking: Asking, system: System) -> Iterator[tuple[Check, CheckResult]]:
    looked = look(asking.estate, asking.memory, asking.law, system.name, asking.day)
    modes = _modes(asking, system)
    yield from _retention(asking, system, looked, modes)
    yield from _tenants(asking, system)
    yield from _negative(asking, system, looked)


def _retention(
    asking: Asking, system: System, looked: Looked, modes: Mapping[str, Mode]
) -> Iterator[tuple[Check, CheckResult]]:
    again = _read_again(asking, system, looked)
    for (clause, dataset), counted in looked.clauses.items():
        mode, item = modes.get(clause, Mode.OBSERVED), Item(system.name, dataset)
        check = checks.overdue(clause)
        yield check, check.answered(item, of_count(counted), asking.at, mode=mode)
        check, by_facts = checks.read_again(clause), _by_facts(asking, counted)
        outcome = of_reading(again[clause, dataset], counted, by_facts=by_facts)
        yield check, check.answered(item, outcome, asking.at, mode=mode, leg=checks.READ)


def _tenants(asking: Asking, system: System) -> Iterator[tuple[Check, CheckResult]]:
    """Rules of ours that reach rows of tenants: nothing of ours acts there, and that is said."""
    for dataset in system.datasets.values():
        if dataset.is_ours:
            continue
        cells, item = cells_of(system, dataset), Item(system.name, dataset.name)
        rules = (r for r in asking.law.rules if any(rule_covers(r, c) for c in cells))
        for clause in dict.fromkeys(r.clause for r in rules):
            outcome = blind(NO_CAPABILITY, TENANTS)
            for check in (checks.overdue(clause), checks.read_again(clause)):
                (leg,) = check.legs
                yield check, check.answered(item, outcome, asking.at, leg=leg)


def _read_again(
    asking: Asking, system: System, looked: Looked
) -> Mapping[tuple[str, str], oldest.Aged | str]:
    """The verifier's answers to the same questions; the reason where there was no count."""
    counted = {name: c for name, c in looked.clauses.items() if isinstance(c, Counted)}
    blind_ = {name: c for name, c in looked.clauses.items() if isinstance(c, str)}
    questions = {
        name: tuple(oldest.Asked(r.rule.ends, r.cells.columns) for r in c.reaches)
        for name, c in counted.items()
    }
    if not questions:
        return blind_
    how = oldest.Looking(asking.day, asking.law.zone, asking.facts)
    return {**blind_, **oldest.look(_placed(asking, system), how, questions)}


def _by_facts(asking: Asking, counted: Counted | str) -> bool:
    if isinstance(counted, str):
        return False
    ends = (end for reach in counted.reaches for end in reach.rule.ends)
    return any(asking.facts & {end.starts, end.otherwise} for end in ends)


def _negative(
    asking: Asking, system: System, looked: Looked
) -> Iterator[tuple[Check, CheckResult]]:
    live: columns.Live | str | None = None
    for never in asking.estate.declaration.nevers:
        if never.id == WITHOUT_NEED:
            yield from _without_need(asking, system, looked, never)
            continue
        if live is None:
            live = _live(asking, system)
        check = checks.never(never.clause)
        for item, outcome in outcomes(never, system, live):
            yield check, check.answered(item, outcome, asking.at)


def _without_need(
    asking: Asking, system: System, looked: Looked, never: Never
) -> Iterator[tuple[Check, CheckResult]]:
    check = checks.needless(never.clause)
    for dataset, found in looked.needless.items():
        yield check, check.answered(Item(system.name, dataset), of_need(found), asking.at)
    for each in system.datasets.values():
        if each.is_personal and not each.is_ours:
            outcome = blind(NO_CAPABILITY, TENANTS)
            yield check, check.answered(Item(system.name, each.name), outcome, asking.at)


def _placed(asking: Asking, system: System) -> System:
    """The system with its address filled in."""
    return replace(system, url=resolve_url(system, asking.estate.environment))


def _live(asking: Asking, system: System) -> columns.Live | str:
    try:
        placed = _placed(asking, system)
    except AvowError as error:
        return error.what
    return columns.live_columns(placed)


def _modes(asking: Asking, system: System) -> Mapping[str, Mode]:
    """A clause is enforced in a system when avow may write there for every rule of it."""
    now = effective(asking.memory.runs, asking.estate.declaration, system.name)
    found: dict[str, Mode] = {}
    for rule in asking.law.rules:
        writes = rule.id in now and now[rule.id].writes
        if not writes:
            found[rule.clause] = Mode.OBSERVED
        else:
            found.setdefault(rule.clause, Mode.ENFORCED)
    return found
