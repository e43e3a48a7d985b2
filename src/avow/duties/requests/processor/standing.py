"""Where an instruction of a controller stands: what it waits for, and everything that happened."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from avow.declaration.model import Declaration
from avow.duties.requests.book import Book
from avow.duties.requests.processor.giving import GIVEN
from avow.duties.requests.processor.instructed import PLANNED
from avow.duties.requests.tasks.instructing import Instructs
from avow.duties.requests.tasks.kept import of_instruction
from avow.duties.requests.tasks.machine import Act, Answered, State, name_of, read_step
from avow.engine.db.store import Row, Runs
from avow.engine.planner import records
from avow.engine.planner.records import Status
from avow.engine.planner.unspoken import unspoken


class Wants(StrEnum):
    """What an instruction waits for, the most urgent first; the last three are over."""

    TELL = "tell"
    CARRY_OUT = "carry-out"
    REST = "rest"
    PLAN = "plan"
    DRAW = "draw"
    NOT_FETCHED = "not-fetched"
    OWNER = "owner"
    NOT_THEIRS = "not-theirs"
    APPROVE = "approve"
    BY_HAND = "by-hand"
    FETCH = "fetch"
    CONFIRM = "confirm"
    CONTESTED = "contested"
    TAKEN_BACK = "taken-back"
    NOTHING = "nothing"


OURS = frozenset(
    {
        Wants.TELL, Wants.CARRY_OUT, Wants.REST, Wants.PLAN, Wants.DRAW, Wants.NOT_FETCHED,
        Wants.OWNER, Wants.NOT_THEIRS,
    }
)  # fmt: skip
"""What whoever works on instructions has to do: the rest waits for others."""
OVER = frozenset({Wants.CONTESTED, Wants.TAKEN_BACK, Wants.NOTHING})
_RUNS = frozenset({Status.APPROVED, Status.RUNNING, Status.PAUSED})
_HALF = str(State.CANNOT)
_ACTS = {Act.CONFIRM: "confirm", Act.INSTRUCTED: "owner", Act.FETCH: "fetch"}


@dataclass(frozen=True, slots=True)
class Standing:
    """An instruction as it stands. `plan` is empty where none was made; `status` is that of the
    plan; a copy that was drawn can be fetched until `fetch_until`. No personal data."""

    id: str
    tenant: str
    what: str
    arrived: datetime
    due: date
    by: str
    wants: Wants
    plan: str
    status: str
    fetch_until: date | None = None

    def is_late(self, day: date) -> bool:
        """Whether its last day is over and it is not."""
        return self.wants not in OVER and day > self.due


def standings(runs: Runs, declared: Declaration, day: date) -> tuple[Standing, ...]:
    """Every instruction as it stands on a day, the newest first, in one statement."""
    rows, by_hand = runs.run("instructions_standing", id=None), unspoken(declared)
    return tuple(_standing(row, by_hand, day) for row in rows)


def standing_of(book: Book, instruction: str, day: date) -> Standing | None:
    """One instruction; None where there is none of that id."""
    row = book.runs.one("instructions_standing", id=instruction)
    return _standing(row, unspoken(book.declaration), day) if row is not None else None


def tenants_instructing(runs: Runs) -> tuple[str, ...]:
    """The tenants from which instructions are taken (`tenant:SYSTEM:VALUE`)."""
    return tuple(row["who"] for row in runs.run("mailboxes_instructing"))


def _standing(row: Row, by_hand: Collection[str], day: date) -> Standing:
    is_read = row["tenant"].split(":")[1] not in by_hand
    return Standing(
        row["id"], row["tenant"], row["what"], row["arrived_at"], row["due_on"], row["by"],
        _wants(row, day, is_read=is_read), row["plan"] or "", row["plan_status"] or "",
        row["fetch_until"],
    )  # fmt: skip


def _wants(row: Row, day: date, *, is_read: bool) -> Wants:
    if row["contested_at"] is not None:
        return Wants.CONTESTED
    if row["ended_at"] is not None:
        return Wants.NOTHING
    if row["fetching"] is not None:
        return _of_copy(row, day)
    if row["doing"] in (State.DONE, State.NOTHING) and row["restored_at"] is None:
        return Wants.NOTHING
    if row["confirmed_at"] is None:
        given = {_HALF: Wants.NOT_THEIRS, str(State.WITHDRAWN): Wants.TAKEN_BACK}
        return given.get(row["confirming"], Wants.CONFIRM)
    if is_read and Instructs(row["what"]) in PLANNED:
        return _of_plan(row)
    if is_read and Instructs(row["what"]) in GIVEN:
        return Wants.DRAW
    return Wants.BY_HAND if row["doing"] is not None else Wants.OWNER


def _of_copy(row: Row, day: date) -> Wants:
    if row["fetching"] == _HALF:
        return Wants.NOT_FETCHED
    return Wants.FETCH if day <= row["fetch_until"] else Wants.DRAW


def _of_plan(row: Row) -> Wants:
    status = row["plan_status"]
    if status == Status.WAITING:
        return Wants.APPROVE
    if status in _RUNS:
        return Wants.CARRY_OUT
    if status in (Status.DONE, Status.BLOCKED):
        return Wants.REST if row["is_told"] else Wants.TELL
    return Wants.PLAN


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened with an instruction: what, as a code, when, and who did it."""

    at: datetime
    what: str
    by: str
    plan: str = ""


def story_of(book: Book, instruction: str) -> tuple[Happened, ...]:
    """Everything that happened with it, the newest first; no word of anybody."""
    row = book.runs.one("instruction_known", id=instruction)
    if row is None:
        return ()
    found = [*_of_tasks(book, instruction), *_of_row(book.runs, row)]
    return tuple(sorted(found, key=lambda each: each.at)[::-1])


def _of_tasks(book: Book, instruction: str) -> Iterator[Happened]:
    tasks = {k.task.id: k.task for k in of_instruction(book, instruction)}
    rows = book.runs.run("task_steps", ids=list(tasks)) if tasks else ()
    for row in sorted(rows, key=lambda row: list(_ACTS).index(tasks[row["task"]].act)):
        step = read_step(bytes(row["step"]))
        act = _ACTS[tasks[row["task"]].act]
        name = step.outcome if isinstance(step, Answered) else name_of(step)
        yield Happened(row["at"], f"{act}-{name}", row["by"])


def _of_row(runs: Runs, row: Row) -> Iterator[Happened]:
    if row["plan"]:
        known = records.read(runs, row["plan"])
        if known.made_at is not None:
            yield Happened(known.made_at, "planned", "", row["plan"])
        for each in runs.run("approvals", plan=row["plan"]):
            yield Happened(each["at"], "approved", each["person"], row["plan"])
    if row["ended_at"] is not None and row["plan"]:
        yield Happened(row["ended_at"], "told", "")
    if row["restored_at"] is not None:
        yield Happened(row["restored_at"], "restored", row["restored_by"])
    copy = runs.one("instruction_package", instruction=row["id"])
    if copy is not None:
        yield Happened(copy["made_at"], "drawn", copy["by"])
        if copy["fetched_at"] is not None:
            yield Happened(copy["fetched_at"], "fetched", "")
    if row["contested_at"] is not None:
        yield Happened(row["contested_at"], "contested", "")
