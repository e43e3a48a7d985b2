"""What a check is and what it answers: questions asked again and again, and their results.

A duty writes checks and keeps their answers (`kept.py`); the status of promises is folded from
them alone. Every class is frozen; instants are aware. Nothing here holds a personal value: places
are named by system and dataset, cases by the id of their record, reasons by code and counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

MAIN_LEG = "main"
HUMAN_LEG = "document"
WEIGHED_LEG = "weighed"
"""A leg beside what a clause promises: that the interest it rests on was weighed in writing."""
NO_CAPABILITY = "no-capability"


class Mode(StrEnum):
    """Enforced: avow acts. Observed: avow only looks."""

    ENFORCED = "enforced"
    OBSERVED = "observed"


class CheckKind(StrEnum):
    """State: true now, the newest answer counts. Case: each case stays red until a remedy."""

    STATE = "state"
    CASE = "case"


class Answer(StrEnum):
    """What a check says of one item."""

    PASS = "pass"  # noqa: S105 -- a verdict, no password
    FAIL = "fail"
    BLIND = "blind"


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """One place in the scope of a clause: a dataset in a system.

    An empty dataset means the system as a whole; `ORGANISATION` stands for a promise that
    is kept by the organisation and lies in no system.
    """

    system: str
    dataset: str = ""

    def __str__(self) -> str:
        return f"{self.system}.{self.dataset}" if self.dataset else self.system


ORGANISATION = Item("organisation")
DOCUMENT = Item("organisation", "document")


@dataclass(frozen=True, slots=True)
class Check:
    """A question that is asked again and again.

    `freshness`: how long an answer counts. `everywhere`: the check must answer for each
    item in the scope of a clause; false for one that has places of its own (a crawl of the
    site), which then must answer for one place at least.
    """

    id: str
    clauses: frozenset[str]
    kind: CheckKind = CheckKind.STATE
    freshness: timedelta = timedelta(days=2)
    legs: frozenset[str] = frozenset({MAIN_LEG})
    everywhere: bool = True

    def answered(
        self,
        item: Item,
        outcome: Outcome,
        at: datetime,
        *,
        mode: Mode = Mode.OBSERVED,
        leg: str = MAIN_LEG,
        canary_seen: bool | None = None,
        case: str | None = None,
        attested: Attested | None = None,
    ) -> CheckResult:
        """What the check answers about one item at an instant, as it goes to the ledger."""
        return CheckResult(
            check=self.id,
            clauses=self.clauses,
            item=item,
            outcome=outcome,
            run_at=at,
            entry=0,
            mode=mode,
            leg=leg,
            canary_seen=canary_seen,
            case=case,
            attested=attested,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """`pass(n) | fail(n, where) | blind(why)` with the counts that explain it.

    `count`: rows or cases looked at. `failed`: of these, the ones that break the promise.
    `undated`: rows without a start. `undecided`: rows between two limits that contradict
    each other; `contradicts` names the other clauses. `where` and `why` name places and
    causes in the words of the estate, never a value. `why` may be `NO_CAPABILITY`, with
    the missing capability in `where`.
    """

    answer: Answer
    count: int = 0
    failed: int = 0
    undated: int = 0
    undecided: int = 0
    contradicts: tuple[str, ...] = ()
    where: str = ""
    why: str = ""

    @property
    def bad(self) -> bool:
        """Whether this outcome breaks the promise."""
        return self.answer is Answer.FAIL or self.undated > 0 or self.undecided > 0


def passed(count: int) -> Outcome:
    """The check looked at `count` rows or cases and all keep the promise."""
    return Outcome(Answer.PASS, count=count)


def failed(failed: int, where: str, *, count: int = 0) -> Outcome:
    """The check found `failed` rows or cases, of `count`, that break the promise."""
    return Outcome(Answer.FAIL, count=max(count, failed), failed=failed, where=where)


def blind(why: str, where: str = "") -> Outcome:
    """The check could not look."""
    return Outcome(Answer.BLIND, why=why, where=where)


@dataclass(frozen=True, slots=True)
class Attested:
    """On whose word an answer rests, where avow could not look itself: the result that they gave
    (its SHA-256), and the last day on which it counts."""

    by: str
    digest: str
    until: date


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One answer of one check about one item, as the ledger has it.

    `entry`: number of its ledger entry, 0 before it has one. `canary_seen`: whether the planted
    row was found; None where the check plants none. `simulated`: the system was a twin, not the
    real one. `case`: id of the case record, for checks of cases. `remedy`: number of the ledger
    entry that remedies this case. `attested`: the answer rests on a person's word.
    """

    check: str
    clauses: frozenset[str]
    item: Item
    outcome: Outcome
    run_at: datetime
    entry: int
    mode: Mode = Mode.OBSERVED
    leg: str = MAIN_LEG
    canary_seen: bool | None = None
    simulated: bool = False
    case: str | None = None
    remedy: int | None = None
    attested: Attested | None = None

    def __post_init__(self) -> None:
        if self.run_at.tzinfo is None:
            raise ValueError(f"`run_at` of check {self.check} has no zone: {self.run_at}")


@dataclass(frozen=True, slots=True)
class Attestation:
    """A person's dated document for a clause; it counts from `on` through `until`."""

    clause: str
    digest: str
    by: str
    on: date
    until: date
