"""What the console needs to know and may ask to be done: one Protocol, given by `app.py`.

All data are frozen and hold no personal value: places, counts, reasons, ids of records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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


class AskKind(StrEnum):
    """What a person can be asked for, the most urgent first."""

    JUDGE_INCIDENT = "judge-incident"
    TELL_OF_INCIDENT = "tell-of-incident"
    RELEASE_STOP = "release-stop"
    SOLVE_REFUSAL = "solve-refusal"
    APPROVE_PLAN = "approve-plan"
    TAKE_BACK = "take-back"
    CARRY_OUT = "carry-out"
    MAKE_PLAN = "make-plan"
    RAISE_LEVEL = "raise-level"
    HEAR_PERSON = "hear-person"
    ANSWER_REQUEST = "answer-request"
    OWNER_TASK = "owner-task"
    REMIND_PERSON = "remind-person"
    FOLLOW_INSTRUCTION = "follow-instruction"
    READ_MAILBOX = "read-mailbox"
    REACH_PERSON = "reach-person"
    SIGN_DECISION = "sign-decision"
    HEAL = "heal"
    REVIEW_HOLD = "review-hold"
    RENEW_DOCUMENT = "renew-document"
    ACCEPT_IDENTITY = "accept-identity"
    DECIDE_DATASET = "decide-dataset"


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that waits for a person: one sentence, one link.

    `subject` is an id, a place, or for `heal` the code of the reason; `n` how many there are of
    it, `detail` the codes of it. `clauses` would be helped by it. `link` is the path of the page
    below the language. `ends`: the instant, where the clock counts in hours.
    """

    kind: AskKind
    subject: str
    due: date | None = None
    clauses: tuple[str, ...] = ()
    plan: str | None = None
    n: int = 1
    link: tuple[str, ...] = ("promises",)
    detail: str = ""
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """What one clause makes due in one dataset: rows that go, and cells that are emptied.

    A cell is one category in one row. `overdue` of them were due before today; None where nobody
    counted that. `level` is the least of the rules that govern it.
    """

    system: str
    dataset: str
    clause: str
    rows: int
    cells: int = 0
    overdue: int | None = None
    level: str = "observe"


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What goes on a day to come: by a plan that was approved, or as its end comes.

    Below level `approve` it is only shown, and nothing is erased.
    """

    on: date
    system: str
    dataset: str
    clause: str
    rows: int
    cells: int = 0
    level: str = "observe"
    plan: str | None = None

    @property
    def erases(self) -> bool:
        """Whether the level lets anything be written."""
        return self.level in ("approve", "automatic")


class NoveltyKind(StrEnum):
    """How a system can differ from what the declaration knows."""

    DATASET = "dataset"
    FIELD = "field"
    UNDECIDED_FIELD = "undecided-field"
    NO_DATASET = "no-dataset"
    NO_FIELD = "no-field"
    SCHEMA = "schema"
    RECIPIENT = "recipient"
    TRACKER = "tracker"


@dataclass(frozen=True, slots=True)
class Novelty:
    """A difference between a system and the declaration.

    `since`: the day it was first seen; None when it was there at the first look. `is_fresh`: it
    was not there yesterday. `n` differences of one kind are told together where `name` is empty.
    """

    kind: NoveltyKind
    system: str
    name: str
    since: date | None = None
    is_fresh: bool = False
    n: int = 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """A plan that waits for `missing` more approvals."""

    plan: str
    system: str
    as_of: date
    missing: int
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sweep:
    """The newest sweep of a system: where it stands, and the codes of what the guard refused.

    `levels` are those of the rules in the system, by clause.
    """

    system: str
    plan: str
    as_of: date
    state: PlanState
    codes: tuple[str, ...] = ()
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HoldToReview:
    """A hold and the day on which it is looked at again."""

    hold: str
    on: date


@dataclass(frozen=True, slots=True)
class Counted:
    """A look at a system: when it was counted, and why what is not known is not known."""

    system: str
    at: datetime
    why: str = ""
    gaps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """What today is about, beside what the pages derive themselves.

    Documents that lapse, stops, changed words and broken promises follow from the other answers
    of the source and are not repeated in `asks`. None means that nobody told: the page then says
    so, which is not the same as "nothing". `counted` says how old `due` and `upcoming` are where
    they were counted beforehand.
    """

    asks: tuple[Ask, ...] | None = None
    due: tuple[Due, ...] | None = None
    upcoming: tuple[Upcoming, ...] | None = None
    novelties: tuple[Novelty, ...] | None = None
    waiting: tuple[Waiting, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    unsigned: tuple[str, ...] = ()
    holds: tuple[HoldToReview, ...] = ()
    counted: tuple[Counted, ...] = ()


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
    moves what is due, whoever's it is. `tenant`: the client in whose sphere alone it runs.
    `undo_hours`: how long what it takes out can be brought back, request by request. `corrects`:
    the request whose correction it carries out.
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
    tenant: str = ""
    undo_hours: int = 0
    corrects: str = ""

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


@dataclass(frozen=True, slots=True)
class NoticeLanguage:
    """The notice in one language as it would be published: its size in bytes and SHA-256, the ids
    that have no words, and what is still to be filled in."""

    language: str
    size: int
    digest: str
    is_draft: bool = False
    missing: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """An open defect of level E: its code, its sentence (in English), and its clauses."""

    code: str
    says: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticePreview:
    """The notice that the declaration in force would give. `grave` are its open defects of level
    E, which stop it from being published without a reason."""

    version: str
    grave: tuple[Obstacle, ...]
    languages: tuple[NoticeLanguage, ...]


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
    NOTED = "noted"
    EXTENDED = "extended"
    PAUSED = "waits"
    RESUMED = "runs-again"
    DECIDED = "decided"
    ENDED = "ended"
    REPORTED = "reported"
    HOLD_PLACED = "hold-placed"
    HOLD_WAITS = "hold-waits"
    HOLD_RELEASED = "hold-released"
    STEP_TAKEN = "step-taken"
    PLACES_DECIDED = "places-decided"
    ERASURE_PLANNED = "erasure-planned"
    ERASURE_ENDED = "erasure-ended"
    BACK = "back"
    BACK_IN_PART = "back-in-part"
    BACK_SAID = "back-said"
    HANDED_OVER = "handed-over"
    ACTED = "acted"
    COPY_DRAWN = "copy-drawn"
    LETTER_WRITTEN = "letter-written"
    LETTER_KEPT = "letter-kept"
    LETTER_READ = "letter-read"
    LETTER_CHANGED = "letter-changed"
    LETTER_SENT = "letter-sent"
    IDENTITY_SHOWN = "identity-shown"
    IDENTITY_ASKED = "identity-asked"
    IDENTITY_DOUBTED = "identity-doubted"
    DOCUMENT_JUDGED = "document-judged"
    SPEAKER_HEARD = "speaker-heard"
    QUESTIONS_SENT = "questions-sent"
    ROWS_ACCEPTED = "rows-accepted"
    REQUEST_ENTERED = "request-entered"
    FILE_KEPT = "file-kept"
    PLANS_RUN = "plans-run"
    DONE_FOR_ALL = "done-for-all"
    TASK_ANSWERED = "task-answered"
    CHANGE_PLANNED = "change-planned"
    CHANGE_MADE = "change-made"
    USE_RESTRICTED = "use-restricted"
    END_ANNOUNCED = "end-announced"
    USE_RESUMED = "use-resumed"
    INSTRUCTION_ENTERED = "instruction-entered"
    INSTRUCTION_PLANNED = "instruction-planned"
    INSTRUCTION_CONTESTED = "instruction-contested"
    CONTROLLER_TOLD = "controller-told"
    NOT_POSSIBLE = "not-possible"


ACCEPTED = frozenset(
    {
        Told.STOPPED,
        Told.APPROVED,
        Told.APPROVED_FIRST,
        Told.RELEASED,
        Told.RELEASE_ASKED,
        Told.NOTED,
        Told.EXTENDED,
        Told.PAUSED,
        Told.RESUMED,
        Told.DECIDED,
        Told.ENDED,
        Told.REPORTED,
        Told.HOLD_PLACED,
        Told.HOLD_WAITS,
        Told.HOLD_RELEASED,
        Told.STEP_TAKEN,
        Told.PLACES_DECIDED,
        Told.ERASURE_PLANNED,
        Told.ERASURE_ENDED,
        Told.BACK,
        Told.BACK_IN_PART,
        Told.BACK_SAID,
        Told.INSTRUCTION_ENTERED,
        Told.INSTRUCTION_PLANNED,
        Told.INSTRUCTION_CONTESTED,
        Told.CONTROLLER_TOLD,
        Told.HANDED_OVER,
        Told.ACTED,
        Told.COPY_DRAWN,
        Told.LETTER_WRITTEN,
        Told.LETTER_KEPT,
        Told.LETTER_READ,
        Told.LETTER_SENT,
        Told.IDENTITY_SHOWN,
        Told.IDENTITY_ASKED,
        Told.IDENTITY_DOUBTED,
        Told.DOCUMENT_JUDGED,
        Told.SPEAKER_HEARD,
        Told.QUESTIONS_SENT,
        Told.ROWS_ACCEPTED,
        Told.REQUEST_ENTERED,
        Told.FILE_KEPT,
        Told.PLANS_RUN,
        Told.DONE_FOR_ALL,
        Told.TASK_ANSWERED,
        Told.CHANGE_PLANNED,
        Told.CHANGE_MADE,
        Told.USE_RESTRICTED,
        Told.END_ANNOUNCED,
        Told.USE_RESUMED,
    }
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

    def notice(self) -> NoticePreview:
        """The notice as it would be published."""
        ...

    def notice_page(self, language: str) -> bytes | None:
        """Its page in a language; None in one that it does not have."""
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
