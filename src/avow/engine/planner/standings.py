"""Where every rule stands in every system, kept as a history that is never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from avow.common.findings import Finding
from avow.declaration.model import AddRule, Declaration, Level
from avow.engine.db.store import Row, Runs
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.trust import (
    DAYS_OF_COUNTS,
    LADDER,
    Evidence,
    Quorum,
    Standing,
    capped,
    changed,
    may_raise,
    quorum,
)
from avow.engine.planner.written import canonical


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed a level, why in one word, and what it rests on."""

    by: Sequence[str]
    reason: str
    evidence: Mapping[str, object] = field(default_factory=dict)


def standings(runs: Runs, system: str) -> Mapping[str, Standing]:
    """Every rule of a system that somebody raised; the others are at observe."""
    found = (row for row in runs.run("planner_standings") if row["system"] == system)
    return {row["rule"]: _standing(row) for row in found}


def _standing(row: Row) -> Standing:
    counts = (int(row["evidence"].get(part, 0)) for part in ("ramp", "moved", "plans"))
    return Standing(row["system"], row["rule"], Level(row["level"]), *counts)


def effective(runs: Runs, declaration: Declaration, system: str) -> Mapping[str, Standing]:
    """The standings under what the declaration allows."""
    found = standings(runs, system)
    return {rule: capped(now, declaration.levels) for rule, now in found.items()}


def everywhere(runs: Runs, declaration: Declaration) -> Mapping[str, Mapping[str, Standing]]:
    """The standings of all systems under what the declaration allows, asked for at once."""
    found: dict[str, dict[str, Standing]] = {}
    for row in runs.run("planner_standings"):
        now = capped(_standing(row), declaration.levels)
        found.setdefault(now.system, {})[now.rule] = now
    return found


def daily_budget(runs: Runs, system: str, rules: frozenset[str]) -> int | None:
    """The least daily number of rows given with level automatic to these rules; None: none."""
    found = [
        int(row["evidence"]["daily_rows"])
        for row in runs.run("planner_standings")
        if row["system"] == system and row["rule"] in rules and "daily_rows" in row["evidence"]
    ]
    return min(found, default=None)


def raise_level(
    runs: Runs,
    declaration: Declaration,
    wanted: Standing,
    *,
    by: Sequence[str],
    evidence: Evidence,
    at: datetime,
    author: str,
    daily_rows: int | None = None,
) -> Quorum:
    """Raise a rule in a system by one step.

    Raises:
        Guarded: the persons may not, are too few, or the evidence is not there.
    """
    known(declaration, wanted)
    now = standings(runs, wanted.system).get(wanted.rule, Standing(wanted.system, wanted.rule))
    met = quorum(declaration.people, author, by)
    wrong = (*met.findings, *may_raise(now, wanted.level, evidence), *_few(met))
    wrong += _no_budget(wanted, daily_rows)
    if wrong:
        raise Guarded(wrong)
    said = {"days": evidence.days, "rehearsal": evidence.rehearsal, "sample": evidence.sample}
    if daily_rows is not None:
        said["daily_rows"] = daily_rows
    change = Change(by, "raised", said)
    _note(runs, changed(now, wanted.level), declaration, change, at)
    return met


def _few(met: Quorum) -> tuple[Finding, ...]:
    if not met.missing:
        return ()
    return (
        Finding(
            "AV433",
            f"{met.missing} more person has to agree",
            because="a level is raised by two persons beside the author",
            help="name them with `--as`",
        ),
    )


def _no_budget(wanted: Standing, daily_rows: int | None) -> tuple[Finding, ...]:
    if wanted.level is not Level.AUTOMATIC or daily_rows is not None:
        return ()
    return (
        Finding(
            "AV421",
            f"`{wanted.rule}` may not be raised to automatic in `{wanted.system}`",
            because="no daily number of rows is given",
            help="say the most rows of a day with `--daily-rows`",
        ),
    )


def lower_level(
    runs: Runs, declaration: Declaration, wanted: Standing, by: str, at: datetime
) -> Standing:
    """Lower a rule in a system, by anyone, at once.

    Raises:
        PlannerError: AV422, it would not be lower.
    """
    known(declaration, wanted)
    now = standings(runs, wanted.system).get(wanted.rule, Standing(wanted.system, wanted.rule))
    if LADDER.index(wanted.level) >= LADDER.index(now.level):
        raise PlannerError(
            f"`{wanted.rule}` is at {now.level} in `{wanted.system}`, {wanted.level} is not lower",
            help="a level is raised with `--as` two persons and its evidence",
            code="AV422",
        )
    lower = changed(now, wanted.level)
    _note(runs, lower, declaration, Change([by], "lowered"), at)
    return lower


def climb(
    runs: Runs, declaration: Declaration, now: Standing, then: Standing, plan: str, at: datetime
) -> None:
    """Where a rule stands on the ramp after a plan was applied, checked and blocked nowhere."""
    if then != now:
        _note(runs, then, declaration, Change([], "ramp", {"plan": plan}), at)


def rule_ids(declaration: Declaration) -> tuple[str, ...]:
    """The rules of the statement, then those that decisions add where it has none."""
    effects = (e for d in declaration.decisions.values() for e in d.effects)
    return (*declaration.rules, *(e.rule.id for e in effects if isinstance(e, AddRule)))


def known(declaration: Declaration, wanted: Standing) -> None:
    """Raise PlannerError AV423 for a system or a rule that the declaration in force has not."""
    if wanted.system not in declaration.datamap.systems:
        raise PlannerError(
            f"the declaration in force has no system `{wanted.system}`", code="AV423"
        )
    if wanted.rule not in rule_ids(declaration):
        raise PlannerError(f"the declaration in force has no rule `{wanted.rule}`", code="AV423")


def _note(
    runs: Runs,
    to: Standing,
    declaration: Declaration,
    change: Change,
    at: datetime,
) -> None:
    runs.run(
        "level_change_add",
        rule=to.rule,
        system=to.system,
        level=str(to.level),
        release=declaration.digest.removeprefix("sha256:"),
        people=list(change.by),
        reason=change.reason,
        evidence=canonical(
            {**change.evidence, "ramp": to.ramp, "moved": to.moved, "plans": to.plans}
        ).decode(),
        at=at,
    )


def days_counted(runs: Runs, system: str, release: str, day: date) -> int:
    """On how many of the last days plans counted the system with nothing unknown."""
    row = runs.one(
        "planner_days_counted", system=system, release=release, day=day, most=DAYS_OF_COUNTS
    )
    return int(row["days"]) if row else 0


def unchecked(runs: Runs, system: str, release: str) -> bool:
    """Whether any batch of this release in the system was committed without its check."""
    row = runs.one("planner_chunks_not_checked", system=system, release=release)
    return row is None or int(row["chunks"]) > 0
