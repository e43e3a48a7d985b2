"""What the console needs to know and may ask to be done: one Protocol, given by `app.py`.

All data are frozen and hold no personal value: places, counts, reasons, ids of records.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from avow.common.masked import Masked
from avow.duties.assurance.source import StatusSource


@dataclass(frozen=True, slots=True)
class House:
    """Whose promises these are, and the languages its pages are offered in.

    `takes_codes`: whether persons can approve and release here with a code; if not, the pages
    name the command instead of showing a form.
    """

    name: str
    languages: tuple[str, ...] = ("fr", "nl", "en")
    takes_codes: bool = False


class AskKind(StrEnum):
    """What a person can be asked for."""

    APPROVE_PLAN = "approve-plan"
    ANSWER_REQUEST = "answer-request"
    SIGN_DECISION = "sign-decision"
    RENEW_DOCUMENT = "renew-document"
    ACCEPT_IDENTITY = "accept-identity"
    DECIDE_DATASET = "decide-dataset"
    RELEASE_STOP = "release-stop"


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that waits for a person. `subject` is an id or a place; `plan` if it is one."""

    kind: AskKind
    subject: str
    due: date | None = None
    clauses: tuple[str, ...] = ()
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """Rows whose end has come: in one dataset, by one clause. `overdue` of `rows` are late."""

    system: str
    dataset: str
    clause: str
    action: str
    rows: int
    overdue: int = 0
    level: str = "observe"


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What will be erased on a day to come, by a plan that is approved or automatic."""

    on: date
    system: str
    dataset: str
    clause: str
    action: str
    rows: int
    plan: str | None = None


class NoveltyKind(StrEnum):
    """What can newly appear in the estate."""

    DATASET = "dataset"
    FIELD = "field"
    RECIPIENT = "recipient"
    TRACKER = "tracker"


@dataclass(frozen=True, slots=True)
class Novelty:
    """Something in a system that the declaration does not know."""

    kind: NoveltyKind
    system: str
    name: str
    since: date


@dataclass(frozen=True, slots=True)
class Digest:
    """What today is about, beside what the pages derive themselves.

    Plans that wait, documents that lapse, stops, changed words and unseen places follow from
    the other answers of the source and are not repeated in `asks`. None means that nobody
    told: the page then says so, which is not the same as "nothing".
    """

    asks: tuple[Ask, ...] | None = None
    due: tuple[Due, ...] | None = None
    upcoming: tuple[Upcoming, ...] | None = None
    novelties: tuple[Novelty, ...] | None = None


class PlanState(StrEnum):
    """Where a plan is on its way."""

    MADE = "made"
    REFUSED = "refused"
    WAITING = "waiting"
    APPROVED = "approved"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    BLOCKED = "blocked"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One action on one row set.

    `rows`: counted when planned. `bound`: the apply stops beyond it. `lock_ms`: the longest
    lock expected, in milliseconds. `sql`: the statement as it will run.
    """

    dataset: str
    action: str
    rows: int
    bound: int
    clauses: tuple[str, ...]
    sql: str
    lock_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Cascade:
    """What the database itself does to another table along a foreign key; None: not counted."""

    source: str
    target: str
    rule: str
    rows: int | None


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger that will fire. `effect` is what is known of it; empty when unknown."""

    dataset: str
    name: str
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Collateral:
    """Effect on persons whom the plan is not about; `effect` is a code or words."""

    dataset: str
    persons: int | None
    rows: int
    effect: str


@dataclass(frozen=True, slots=True)
class HoldSeen:
    """A hold that keeps rows out of the plan; `reason` is a code or words, never of a person."""

    hold: str
    reason: str
    rows: int
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved the digest, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as it is shown before it is approved.

    `digest` is what an approval signs; `release` the declaration it was made from. `needed`:
    approvals it takes. `gaps`: what it cannot do, in sentences. `persons`: None for a plan that
    moves what is due, whoever's it is.
    """

    id: str
    digest: str
    release: str
    system: str
    level: str
    state: PlanState
    as_of: date
    made_at: datetime
    persons: int | None
    steps: tuple[PlanStep, ...]
    cascades: tuple[Cascade, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    others: tuple[Collateral, ...] = ()
    holds: tuple[HoldSeen, ...] = ()
    gaps: tuple[str, ...] = ()
    approvals: tuple[Approval, ...] = ()
    needed: int = 2
    author: str = ""

    @property
    def rows(self) -> int:
        """Rows of all steps together."""
        return sum(step.rows for step in self.steps)

    @property
    def longest_lock_ms(self) -> int | None:
        """The longest lock of any step, in milliseconds; None where nothing was measured."""
        return max((step.lock_ms for step in self.steps if step.lock_ms is not None), default=None)


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop in effect: of one system, or of all when `system` is None.

    `released_by`: who asked for its release so far; two persons are needed.
    """

    id: str
    system: str | None
    since: datetime
    by: str
    released_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Credential:
    """Who says so, and the code that proves it. The code is never shown, logged or stored."""

    person: str
    code: Masked[str]


class Told(StrEnum):
    """What came of an action: its code, in the address of the page that follows."""

    STOPPED = "stopped"
    APPROVED = "approved"
    APPROVED_FIRST = "approved-first"
    RELEASED = "released"
    RELEASE_ASKED = "release-asked"
    UNKNOWN_PERSON = "unknown-person"
    NOT_ALLOWED = "not-allowed"
    SAME_PERSON = "same-person"
    PLAN_CHANGED = "plan-changed"
    TOO_LATE = "too-late"


ACCEPTED = frozenset(
    {Told.STOPPED, Told.APPROVED, Told.APPROVED_FIRST, Told.RELEASED, Told.RELEASE_ASKED}
)


class PageSource(StatusSource, Protocol):
    """Everything the console shows and asks for. Calls come from several threads."""

    def house(self) -> House:
        """Whose promises these are."""
        ...

    def digest(self) -> Digest:
        """What today is about."""
        ...

    def systems(self) -> tuple[str, ...]:
        """The ids of all systems of the data map."""
        ...

    def plans(self) -> tuple[PlanView, ...]:
        """Plans that are not done yet and the recent done ones, newest first."""
        ...

    def plan(self, plan: str) -> PlanView | None:
        """One plan by id."""
        ...

    def stops(self) -> tuple[Stop, ...]:
        """The stops in effect."""
        ...

    def approve(self, plan: str, digest: str, who: Credential) -> Told:
        """Approve the plan with this digest; refused when the plan has another by now."""
        ...

    def stop(self, system: str | None) -> Told:
        """Stop one system or all, at once and without asking who: anyone may."""
        ...

    def release(self, stop: str, who: Credential) -> Told:
        """Ask for the release of a stop; the second person ends it."""
        ...
