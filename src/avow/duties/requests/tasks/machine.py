"""The state machine of a task: one pure function from a state and a step to the next state.

Silence is no answer: nothing but an answer, or taking the task back, ends it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from avow.common.errors import AvowError

BEFORE, AFTER = timedelta(days=3), timedelta(days=2)
"""A reminder goes this long before the last day, on it, and every so often after it."""


class TaskRefused(AvowError):
    """A step that may not follow in a task (AV664)."""

    code = "AV664"


class Act(StrEnum):
    """What somebody is asked to do."""

    LOOK = "look"
    ERASE = "erase"
    CORRECT = "correct"
    RESTRICT = "restrict"
    STOP = "stop"
    TELL_ERASED = "tell-erased"
    TELL_CORRECTED = "tell-corrected"
    TELL_RESTRICTED = "tell-restricted"
    HAND_OVER = "hand-over"
    CONFIRM = "confirm"
    INSTRUCTED = "instructed"
    FETCH = "fetch"


class Outcome(StrEnum):
    """What somebody answers."""

    DONE = "done"
    NOTHING = "nothing"
    CANNOT = "cannot"
    DISPROPORTIONATE = "disproportionate"


class State(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    ASKED = "asked"
    UNREACHABLE = "unreachable"
    DONE = "done"
    NOTHING = "nothing"
    CANNOT = "cannot"
    DISPROPORTIONATE = "disproportionate"
    WITHDRAWN = "withdrawn"


TOLD = frozenset({Act.TELL_ERASED, Act.TELL_CORRECTED, Act.TELL_RESTRICTED})
"""What recipients are told (art. 19 GDPR)."""
ENDED = frozenset({State.DONE, State.NOTHING, State.DISPROPORTIONATE, State.WITHDRAWN})
"""Nothing more happens to a task in one of these states."""
WAITING = frozenset({State.OPEN, State.ASKED, State.UNREACHABLE})
"""Nobody has answered yet."""
_REASONED = frozenset({Outcome.CANNOT, Outcome.DISPROPORTIONATE})


def outcomes_of(act: Act) -> tuple[Outcome, ...]:
    """What may be answered: that telling others is disproportionate ends art. 19 alone."""
    if act in TOLD:
        return (Outcome.DONE, Outcome.NOTHING, Outcome.CANNOT, Outcome.DISPROPORTIONATE)
    if act in {Act.CONFIRM, Act.FETCH}:
        return (Outcome.DONE, Outcome.CANNOT)
    return (Outcome.DONE, Outcome.NOTHING, Outcome.CANNOT)


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="step"):
    """One step; its `tag` is its name. It holds no personal value."""


class Made(Step, frozen=True, kw_only=True, tag="made"):
    """It was made."""


class Asked(Step, frozen=True, kw_only=True, tag="asked"):
    """Who is asked was written to; `letter` is what the letter is about."""

    letter: str


class Reminded(Step, frozen=True, kw_only=True, tag="reminded"):
    """Who is asked was written to again."""

    letter: str


class CameBack(Step, frozen=True, kw_only=True, tag="came-back"):
    """The letter did not arrive."""

    reason: str


class Escalated(Step, frozen=True, kw_only=True, tag="escalated"):
    """Who answers for it all was told; `letter` is empty where nobody could be written to."""

    letter: str = ""


class Answered(Step, frozen=True, kw_only=True, tag="answered"):
    """Who was asked answered. `digest` is SHA-256 of the evidence, empty when there is none."""

    outcome: Outcome
    digest: str = ""


class Withdrawn(Step, frozen=True, kw_only=True, tag="withdrawn"):
    """It is not needed any more."""


Steps = Made | Asked | Reminded | CameBack | Escalated | Answered | Withdrawn
_READ: msgspec.json.Decoder[Steps] = msgspec.json.Decoder(Steps)


def read_step(data: bytes) -> Steps:
    """A step of its bytes. Raises msgspec.ValidationError."""
    return _READ.decode(data)


def name_of(step: Step) -> str:
    """The name of a step."""
    return str(type(step).__struct_config__.tag)


@dataclass(frozen=True, slots=True)
class Entry:
    """A step as it was taken: its number, the instant, the local day, by whom."""

    number: int
    at: datetime
    day: date
    by: str
    step: Steps


@dataclass(frozen=True, slots=True)
class Task:
    """A task as its steps leave it. `place` is where it is to be done or who is told, `asks` who is
    asked. `written` are the local days on which who is asked was written to."""

    id: str
    act: Act
    place: str
    asks: str
    due: date
    state: State = State.OPEN
    steps: int = 0
    written: tuple[date, ...] = ()
    letters: tuple[str, ...] = ()
    escalated_on: date | None = None
    answered_on: date | None = None
    digest: str = ""

    @property
    def is_open(self) -> bool:
        """Whether something still has to happen: no answer, or one that it cannot be done. That it
        is impossible ends what a recipient was told of (art. 19): the reason stands."""
        told = self.act in TOLD and self.state is State.CANNOT
        return self.state not in ENDED and not told

    def is_overdue(self, day: date) -> bool:
        """Whether its last day is over and nobody answered."""
        return self.state in WAITING and day > self.due


def after(task: Task, entry: Entry) -> Task:
    """The task after one more step. Raises TaskRefused AV664; nothing changed then."""
    if entry.number != task.steps + 1:
        raise _refused(task, "its steps are numbered one by one")
    if (task.steps == 0) != isinstance(entry.step, Made):
        raise _refused(task, "it is made first, and once")
    if not task.is_open:
        raise _refused(task, f"it is {task.state}")
    return replace(_taken(task, entry), steps=entry.number)


def folded(task: Task, entries: Iterable[Entry]) -> Task:
    """The task after all its steps. Raises TaskRefused AV664."""
    for entry in entries:
        task = after(task, entry)
    return task


def _taken(task: Task, entry: Entry) -> Task:
    match entry.step:
        case Asked(letter=letter) | Reminded(letter=letter):
            if isinstance(entry.step, Reminded) and not task.written:
                raise _refused(task, "nobody was asked yet")
            written, letters = (*task.written, entry.day), (*task.letters, letter)
            return replace(task, state=State.ASKED, written=written, letters=letters)
        case CameBack():
            if not task.written:
                raise _refused(task, "nobody was written to")
            return replace(task, state=State.UNREACHABLE)
        case Escalated():
            return replace(task, escalated_on=entry.day)
        case Answered():
            return _answered(task, entry.step, entry.day)
        case Withdrawn():
            return replace(task, state=State.WITHDRAWN)
    return task


def _answered(task: Task, step: Answered, day: date) -> Task:
    if step.outcome not in outcomes_of(task.act):
        raise _refused(task, f"`{task.act}` is never answered by `{step.outcome}`")
    if step.outcome in _REASONED and not step.digest:
        raise _refused(task, f"`{step.outcome}` needs a reason")
    state = State(str(step.outcome))
    return replace(task, state=state, answered_on=day, digest=step.digest)


class Next(StrEnum):
    """What has to be done about a task."""

    ASK = "ask"
    REMIND = "remind"
    ESCALATE = "escalate"


def next_of(task: Task, day: date) -> tuple[Next, ...]:
    """What has to be done about a task on a day; empty when nothing.

    Reminders go three days before the last day, on it, and every second day after it. Who answers
    for it all is told once: when it is overdue, came back, or cannot be done.
    """
    if not task.is_open:
        return ()
    found = []
    if not task.written:
        found.append(Next.ASK)
    elif task.state is State.ASKED and _is_to_remind(task, day):
        found.append(Next.REMIND)
    stuck = task.state in {State.UNREACHABLE, State.CANNOT}
    if task.escalated_on is None and (stuck or task.is_overdue(day)):
        found.append(Next.ESCALATE)
    return tuple(found)


def _is_to_remind(task: Task, day: date) -> bool:
    last = task.written[-1]
    if day > task.due and last >= task.due:
        return day - last >= AFTER
    return any(last < moment <= day for moment in (task.due - BEFORE, task.due))


def _refused(task: Task, because: str) -> TaskRefused:
    return TaskRefused(
        f"the step may not follow in `{task.id}`",
        because=because,
        help="`avow request tasks` lists what is open",
    )
