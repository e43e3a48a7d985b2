"""A sample of a plan: rows it would move and rows it would keep, for persons to judge. Pure.

Half of it is drawn where errors hide: the oldest rows, those nearest to the edge on both sides,
those that are held, and those beside them. The other half is drawn at random, and only of that a
bound can be said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from avow.common.findings import Finding
from avow.engine.planner.one_row import RowView
from avow.estate.datamap.predicates import (
    And,
    InKeys,
    Or,
    Predicate,
    Related,
    Until,
    all_of,
    any_of,
)

SIZE = 60
"""Rows drawn where nobody says how many: with 20 at random and none wrong, fewer than 15 % are."""
KEEP = "keep"
"""What a plan does to a row that it does not move."""
CONFIDENT = 3
"""Rule of three: of n rows drawn at random none is wrong, so with 95 % confidence fewer than 3/n
of all are (Hanley and Lippman-Hand, 1983)."""


class Stratum(StrEnum):
    """Why a row was drawn."""

    OLDEST = "oldest"
    EDGE = "edge"
    NEAR = "near a hold"
    HELD = "held"
    RANDOM = "random"


class Judgement(StrEnum):
    """What a person says of a row: whether the plan is right to do with it what it would."""

    RIGHT = "right"
    WRONG = "wrong"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One row of a sample. `action` is what the plan would do: a move, or keep.

    `agrees`: its verdict, worked out apart from the plan, says the same. `key` holds the parts of
    the row's key as texts; it is empty once it is not needed any more. `view` explains the row
    where it was read just now.
    """

    number: int
    dataset: str
    action: str
    stratum: Stratum
    agrees: bool
    key: tuple[str, ...] = field(default=(), repr=False)
    judgement: Judgement | None = None
    person: str | None = None
    view: RowView | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows drawn from a plan with a seed; `schema` is the digest of the catalogue at that time."""

    id: str
    plan: str
    plan_digest: str
    system: str
    release: str
    clause: str | None
    rules: tuple[str, ...]
    schema: str
    seed: int
    rows: tuple[Drawn, ...] = ()

    def judged(self, judgement: Judgement | None) -> int:
        """How many rows were judged so; None: not yet."""
        return sum(row.judgement is judgement for row in self.rows)

    @property
    def is_judged(self) -> bool:
        """Whether somebody said something of every row."""
        return self.judged(None) == 0


def words(sample: Sample, total: int) -> tuple[str, ...]:
    """What the sample says of the plan, whose rows are `total`, in words."""
    left, wrong = sample.judged(None), sample.judged(Judgement.WRONG)
    unsure, looked = sample.judged(Judgement.UNSURE), len(sample.rows)
    if left:
        return (f"{left} of {looked} rows are not judged yet",)
    if wrong:
        return (f"{wrong} of {looked} rows were judged wrong; no level is raised by this sample",)
    tail = (f"of {unsure} rows nobody is sure; they count as not looked at",) if unsure else ()
    return (f"none of {looked - unsure} rows judged is wrong", *_bound(sample, total), *tail)


def _bound(sample: Sample, total: int) -> Iterator[str]:
    """What the rows drawn at random say of all rows that the plan would move."""
    moved = [r for r in sample.rows if r.action != KEEP and r.judgement is Judgement.RIGHT]
    random = sum(row.stratum is Stratum.RANDOM for row in moved)
    if total and len(moved) >= total:
        yield f"all {total:,} rows that the plan would move were looked at"
    elif random > CONFIDENT:
        yield (
            f"of {random} rows drawn at random among {total:,} that the plan would move none is "
            f"wrong: with 95 % confidence fewer than {CONFIDENT / random:.1%} of them are"
        )
    elif total:
        yield f"{random} rows drawn at random are too few to say anything of the other {total:,}"


def sample_findings(sample: Sample) -> tuple[Finding, ...]:
    """What a person has to look at: rows judged wrong, rows on which plan and verdict differ."""
    wrong = sample.judged(Judgement.WRONG)
    judged = Finding(
        "AV583",
        f"{wrong} rows that were drawn from `{sample.plan}` were judged wrong",
        because="the plan would do to such rows what a person says it must not",
        help="correct the rule or the data map, plan again, and draw another sample",
    )
    differ = tuple(
        Finding(
            "AV584",
            f"row {row.number} of `{sample.system}.{row.dataset}`: the plan would {row.action} it",
            because="its own verdict, worked out apart from the plan, says otherwise",
            help="look at it with `--show`; what refers to it may keep it, or the map is wrong",
        )
        for row in sample.rows
        if not row.agrees and row.judgement is not Judgement.RIGHT
    )
    return (*((judged,) if wrong else ()), *differ)


def agrees(view: RowView, action: str, stratum: Stratum) -> bool:
    """Whether a row's own verdict says what the plan would do with it. A held row is due."""
    is_due = any(answer.verdict.startswith("due") for answer in view.answers)
    return is_due if action != KEEP else not is_due or stratum is Stratum.HELD


def shifted(predicate: Predicate, by: timedelta) -> Predicate:
    """The predicate with every day in it moved: the rows that would be due on another day, but for
    months of unequal length."""
    match predicate:
        case And(parts):
            return all_of(shifted(p, by) for p in parts)
        case Or(parts):
            return any_of(shifted(p, by) for p in parts)
        case Until(field_, day, zone, column_zone, negated):
            return Until(field_, day + by, zone, column_zone, negated)
        case InKeys(fields, keys, date() as until, negated):
            return InKeys(fields, keys, until + by, negated)
        case Related(edge, to, where, negated):
            return Related(edge, to, shifted(where, by), negated)
    return predicate
