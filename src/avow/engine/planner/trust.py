"""Who may let avow do what: levels per rule and system, quorums of persons, the ramp. Pure.

A level rises one step at a time, by named persons, with evidence. Anyone may lower it at once.
Author, approver and second approver are three persons; where the organisation has only one
approver beside the author, two are enough and every output says so. The data-protection officer
advises and stops, and approves nothing (art. 38(6) GDPR: no conflict of interests).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from avow.common.findings import Finding
from avow.declaration.model import Level, LevelSetting, Member

LADDER = tuple(Level)
"""The levels from least to most."""

RAMP: tuple[int | float | None, ...] = (10, 1_000, 0.01, None)
"""Rows that one plan may move per rule and system at each step of level approve: 10, then 1,000,
then 1 % of the dataset (never fewer than the step before), then all."""

DAYS_OF_COUNTS = 7
"""Days of fresh counts, nothing unknown, before a rule leaves `observe`."""

PLANS_OF_A_STEP = 7
"""Checked plans that moved something and end a step of the ramp, for rules with few rows a day."""


class Role(StrEnum):
    """What a person of the organisation may do."""

    AUTHOR = "author"
    APPROVER = "approver"
    ACCOUNTABLE_MANAGER = "accountable-manager"
    OFFICER = "officer"


APPROVES = frozenset({Role.APPROVER, Role.ACCOUNTABLE_MANAGER})
"""Who may approve what others made."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a rule stands in a system: its level, and at `approve` its place on the ramp.

    `moved` rows went in `plans` checked plans at this step of the ramp.
    """

    system: str
    rule: str
    level: Level = Level.OBSERVE
    ramp: int = 0
    moved: int = 0
    plans: int = 0

    @property
    def writes(self) -> bool:
        """Whether plans of it may write at all."""
        return self.level in (Level.APPROVE, Level.AUTOMATIC)

    def allowed(self, of: int) -> int | None:
        """Rows that one plan may move, of a dataset of `of` rows; None: all of them."""
        if self.level is Level.AUTOMATIC:
            return None
        step = RAMP[min(self.ramp, len(RAMP) - 1)]
        if isinstance(step, float):
            return max(1_000, int(step * of))
        return step


@dataclass(frozen=True, slots=True)
class Quorum:
    """Whether the persons named are enough; `small` when the organisation has no third person."""

    findings: tuple[Finding, ...] = ()
    missing: int = 0
    small: bool = False

    @property
    def is_met(self) -> bool:
        """Whether they may go on."""
        return not self.findings and self.missing == 0


def quorum(people: Mapping[str, Member], author: str, by: Sequence[str]) -> Quorum:
    """Whether `by` may approve what `author` made: two approvers, neither author nor officer."""
    wrong = tuple(f for person in by for f in unfit(people, author, person))
    able = [p for p in people if not unfit(people, author, p)]
    needed = 2 if len(able) > 1 else 1
    return Quorum(wrong, max(0, needed - len(set(by))), small=needed == 1)


def unfit(people: Mapping[str, Member], author: str, person: str) -> tuple[Finding, ...]:
    """Why this person may not approve what `author` made; empty when they may."""
    member = people.get(person)
    if member is None:
        return (_unfit(person, "the declaration names no such person"),)
    if person == author:
        return (_unfit(person, "nobody approves what they wrote themselves"),)
    if Role.OFFICER in member.roles:
        return (
            _unfit(
                person, "the data-protection officer advises and may stop, and approves nothing"
            ),
        )
    if not APPROVES & member.roles:
        return (_unfit(person, "the declaration does not give them the role `approver`"),)
    return ()


def _unfit(person: str, because: str) -> Finding:
    return Finding("AV420", f"`{person}` may not approve this", because=because)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for raising a level: what avow measured, and what persons did.

    `days` of fresh counts without anything unknown, up to today. `rehearsal` refers to a recorded
    rehearsal of the same release and schema that passed. `sample` refers to a drawn sample that was
    judged whole; `wrong` rows of any sample of this release were found wrong. Where there is none,
    `no_rehearsal` and `no_sample` say why. `steps_checked`: every batch at level approve passed its
    check and none was undone.
    """

    days: int = 0
    unknown: bool = True
    rehearsal: str | None = None
    sample: str | None = None
    wrong: int = 0
    steps_checked: bool = False
    no_rehearsal: str = "no rehearsal of this release and schema is recorded"
    no_sample: str = "no judged sample of this release and schema is recorded"


def may_raise(now: Standing, to: Level, evidence: Evidence) -> tuple[Finding, ...]:
    """Why the level may not be raised so, however many persons want it."""
    if LADDER.index(to) != LADDER.index(now.level) + 1:
        return (_not_yet(now, to, "a level rises one step at a time"),)
    reasons = {
        Level.REHEARSE: _for_rehearse(evidence),
        Level.APPROVE: _for_approve(evidence),
        Level.AUTOMATIC: _for_automatic(now, evidence),
    }[to]
    return tuple(_not_yet(now, to, reason) for reason in reasons)


def _for_rehearse(evidence: Evidence) -> list[str]:
    said = []
    if evidence.days < DAYS_OF_COUNTS:
        said.append(f"{evidence.days} days of fresh counts, {DAYS_OF_COUNTS} are needed")
    if evidence.unknown:
        said.append("something in its reach is unknown, or its tables are not decided")
    return said


def _for_approve(evidence: Evidence) -> list[str]:
    said = []
    if not evidence.rehearsal:
        said.append(evidence.no_rehearsal)
    if not evidence.sample:
        said.append(evidence.no_sample)
    if evidence.wrong:
        said.append(f"{evidence.wrong} rows that were drawn were judged wrong")
    return said


def _for_automatic(now: Standing, evidence: Evidence) -> list[str]:
    said = []
    if now.ramp < len(RAMP) - 1:
        said.append("the ramp of level approve is not finished")
    if not evidence.steps_checked:
        said.append("not every batch was checked, or one was undone")
    return said


def _not_yet(now: Standing, to: Level, because: str) -> Finding:
    return Finding(
        "AV421",
        f"`{now.rule}` may not be raised to {to} in `{now.system}`",
        because=because,
        help="`avow rehearse PLAN --on URL` and `avow sample PLAN --as PERSON` record what speaks "
        "for it"
        if to is Level.APPROVE and now.level is Level.REHEARSE
        else "",
    )


def changed(now: Standing, to: Level) -> Standing:
    """The standing at another level; the ramp begins anew at approve."""
    return Standing(now.system, now.rule, to)


def climbed(now: Standing) -> Standing:
    """The standing at the next step of the ramp, where nothing was moved yet."""
    return Standing(now.system, now.rule, now.level, min(now.ramp + 1, len(RAMP) - 1))


def tried(now: Standing, rows: int, *, cut: bool) -> Standing:
    """The standing after a plan at this step moved `rows` of the rule, each batch checked. `cut`:
    the ramp let no more go.

    A step ends when as many rows went as it lets go at once, or in the seventh plan that moved any:
    one row that went well says little about the next thousand.
    """
    if rows == 0:
        return now
    further = replace(now, moved=now.moved + rows, plans=now.plans + 1)
    least = RAMP[min(now.ramp, len(RAMP) - 1)]
    enough = isinstance(least, int) and further.moved >= least
    if cut or enough or further.plans >= PLANS_OF_A_STEP:
        return climbed(further)
    return further


def capped(now: Standing, settings: Sequence[LevelSetting]) -> Standing:
    """The standing under the declaration: a level that it names is the highest that counts."""
    named = [
        s.level for s in settings if s.system in (None, now.system) and s.rule in (None, now.rule)
    ]
    most = min((LADDER.index(level) for level in named), default=len(LADDER) - 1)
    return now if LADDER.index(now.level) <= most else changed(now, LADDER[most])
