"""What the status of promises is made of: clauses, checks, results, attestations and the answer.

Every class is frozen; instants are aware. Nothing here holds a personal value: places are
named by system and dataset, cases by the id of their record, reasons by code and counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

MAIN_LEG = "main"
HUMAN_LEG = "document"
NO_CAPABILITY = "no-capability"


class Status(StrEnum):
    """The five words, from worst to best; a clause has the word of its worst item."""

    BROKEN = "broken"
    UNKNOWN = "unknown"
    UNENFORCED = "unenforced"
    ATTESTED = "attested"
    KEPT = "kept"


WORST_FIRST: tuple[Status, ...] = tuple(Status)
RANK: Mapping[Status, int] = {word: rank for rank, word in enumerate(WORST_FIRST)}


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


class ReasonCode(StrEnum):
    """Why an item is not kept; each code has words and an advice (`wording.py`)."""

    FAILED = "failed"
    UNDATED = "undated"
    UNDECIDED = "undecided"
    LATE_CASE = "late-case"
    BLIND = "blind"
    STALE = "stale"
    MISSING = "missing"
    CANARY_UNSEEN = "canary-unseen"
    NO_CHECK = "no-check"
    NO_CAPABILITY = "no-capability"
    NO_ATTESTATION = "no-attestation"
    ATTESTATION_LAPSED = "attestation-lapsed"


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
class Clause:
    """A promise as the fold sees it.

    `kind`: any of `E`, `D`, `H` joined by `+`; `H` asks for a person's dated document.
    `unbound`: what will bind it, for a clause that no check can answer yet; else None.
    `legs`: the legs that must all be answered, besides those of the clause's own checks.
    """

    id: str
    kind: str = "E"
    unbound: str | None = None
    legs: frozenset[str] = frozenset()

    @property
    def needs_document(self) -> bool:
        """Whether a person's attestation belongs to this promise."""
        return "H" in self.kind

    @property
    def needs_check(self) -> bool:
        """Whether software belongs to this promise: it enforces (E) or observes (D)."""
        return self.kind != "H"


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
class CheckResult:
    """One answer of one check about one item, as the ledger has it.

    `entry`: number of its ledger entry. `canary_seen`: whether the planted row was found;
    None where the check plants none. `simulated`: the system was a twin, not the real one.
    `case`: id of the case record, for checks of cases. `remedy`: number of the ledger entry
    that remedies this case.
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


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item has its word: a code and the facts that its sentence needs."""

    code: ReasonCode
    item: Item
    leg: str = MAIN_LEG
    count: int = 0
    detail: str = ""
    clauses: tuple[str, ...] = ()
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the answer comes from: the newest result of a check, or an attestation.

    `entry`: ledger entry number; 0 for an attestation, whose `digest` is then set.
    """

    source: str
    leg: str
    at: datetime
    entry: int
    answer: Answer
    count: int = 0
    mode: Mode | None = None
    simulated: bool = False
    digest: str = ""


@dataclass(frozen=True, slots=True)
class ItemStatus:
    """One item of a clause: its word, why, and the evidence."""

    item: Item
    status: Status
    reasons: tuple[Reason, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class PromiseStatus:
    """One clause: the word of its worst item, and everything needed to show why.

    `fulfilled` of `total` items are kept or attested. `mode` is enforced only if all its
    evidence is; None without evidence of a check. `oldest`: the least recent of the newest
    answers. `simulated`: some evidence comes from a twin.
    """

    clause: str
    kind: str
    status: Status
    items: tuple[ItemStatus, ...] = ()
    fulfilled: int = 0
    total: int = 0
    mode: Mode | None = None
    reasons: tuple[Reason, ...] = ()
    oldest: datetime | None = None
    simulated: bool = False

    @property
    def fraction(self) -> str:
        """`4 of 5`: items kept or attested, of all."""
        return f"{self.fulfilled} of {self.total}"


@dataclass(frozen=True, slots=True)
class Evidenced:
    """All that the fold needs, read at one moment: what the ledger and declaration say."""

    clauses: tuple[Clause, ...] = ()
    scope: Mapping[str, frozenset[Item]] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    results: tuple[CheckResult, ...] = ()
    attestations: tuple[Attestation, ...] = ()
