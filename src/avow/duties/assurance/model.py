"""What the status of promises is made of: clauses, reasons, evidence and the answer.

Every class is frozen; instants are aware. Nothing here holds a personal value: places are
named by system and dataset, cases by the id of their record, reasons by code and counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from avow.engine.evidence.checks import (
    MAIN_LEG,
    Answer,
    Attestation,
    Check,
    CheckResult,
    Item,
    Mode,
)


class Status(StrEnum):
    """The five words, from worst to best; a clause has the word of its worst item."""

    BROKEN = "broken"
    UNKNOWN = "unknown"
    UNENFORCED = "unenforced"
    ATTESTED = "attested"
    KEPT = "kept"


WORST_FIRST: tuple[Status, ...] = tuple(Status)
RANK: Mapping[Status, int] = {word: rank for rank, word in enumerate(WORST_FIRST)}


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
