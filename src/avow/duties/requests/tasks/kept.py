"""Tasks as they are kept: made once, added to step by step, each step told the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec

from avow.common.errors import AvowError
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.duties.requests.book import Book
from avow.duties.requests.tasks import machine
from avow.duties.requests.tasks.machine import (
    Act,
    Answered,
    Entry,
    Made,
    Outcome,
    State,
    Steps,
    Task,
    Withdrawn,
    name_of,
    read_step,
)
from avow.engine.db.store import Row, Runs
from avow.engine.evidence.entries import TaskStep, commitment
from avow.engine.keys.bundles import open_in, seal_in

MOST_BYTES = 8_000_000
"""The largest evidence that is taken."""
_TYPES = frozenset(
    {"application/pdf", "image/png", "image/jpeg", "text/csv", "text/plain", "application/json",
     "application/zip"}
)  # fmt: skip


class UnknownTask(AvowError):
    """There is no such task (AV669)."""

    code = "AV669"


class EvidenceRefused(AvowError):
    """Evidence that is not taken (AV677)."""

    code = "AV677"


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody gave with an answer: words, and one file."""

    words: str = ""
    name: str = ""
    media_type: str = ""
    content: bytes = b""

    def __repr__(self) -> str:
        return "Evidence(•••)"


@dataclass(frozen=True, slots=True)
class Kept:
    """A task with what it belongs to: an item of a request, or an instruction."""

    task: Task
    request: str | None
    item: int | None
    person: int | None
    instruction: str | None
    basis: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task that is to be made."""

    act: Act
    place: str
    asks: str
    due: date
    basis: str
    key: str = field(repr=False)
    salt: bytes = field(repr=False)
    request: str | None = None
    item: int | None = None
    person: int | None = None
    instruction: str | None = None


def make(book: Book, runs: Runs, wanted: Wanted, *, by: str, at: datetime) -> str | None:
    """Make a task in the caller's transaction; gives its id, None when it is there already."""
    name = new_id("task")
    row = runs.one(
        "task_add",
        id=name,
        request=wanted.request,
        item=wanted.item,
        person=wanted.person,
        instruction=wanted.instruction,
        act=str(wanted.act),
        place=wanted.place,
        asks=wanted.asks,
        basis=wanted.basis,
        due_on=wanted.due,
        state=str(State.OPEN),
        key=wanted.key,
        salt=wanted.salt,
        is_canary=False,
        at=at,
    )
    if row is None:
        return None
    entry = Entry(1, at, book.day(at), by, Made())
    _write(book, runs, name, wanted.key, wanted.salt, entry, b"")
    return name


def take(
    book: Book,
    task: str,
    step: Steps,
    *,
    by: str,
    at: datetime,
    evidence: bytes = b"",
    runs: Runs | None = None,
) -> Task:
    """Take one step in a task, in the caller's transaction when `runs` is one.

    Raises:
        UnknownTask: AV669.
        TaskRefused: AV664; nothing was written.
    """
    with (runs or book.runs).transaction() as tx:
        row = tx.one("task_lock", id=task)
        if row is None:
            raise _unknown(task)
        before = _folded(row, _entries(tx, [task]))
        entry = Entry(before.steps + 1, at, book.day(at), by, step)
        state = machine.after(before, entry)
        tx.run(
            "task_after",
            id=task,
            state=str(state.state),
            is_answered=state.answered_on is not None,
            steps=state.steps,
        )
        _write(book, tx, task, row["key"], bytes(row["salt"]), entry, evidence)
    return state


def answer(
    book: Book,
    task: str,
    outcome: Outcome,
    evidence: Evidence,
    *,
    by: str,
    at: datetime,
    runs: Runs | None = None,
) -> Task:
    """Keep what was answered, with its evidence sealed.

    Raises:
        EvidenceRefused: AV677, the file is too large or of a kind that is not taken.
        TaskRefused: AV664, the task has ended, or the answer needs a reason.
    """
    if len(evidence.content) > MOST_BYTES or (
        evidence.content and evidence.media_type not in _TYPES
    ):
        raise EvidenceRefused(
            "the file is not taken as evidence",
            because="it has more than 8 MB, or is no PDF, picture, table, text or archive",
            help="send a smaller file, or say in words what was done",
        )
    given = bool(evidence.words.strip() or evidence.content)
    plain = msgspec.msgpack.encode(evidence) if given else b""
    digest = hashlib.sha256(plain).hexdigest() if given else ""
    step = Answered(outcome=outcome, digest=digest)
    return take(book, task, step, by=by, at=at, evidence=plain, runs=runs)


def withdraw(book: Book, task: str, *, by: str, at: datetime, runs: Runs | None = None) -> Task:
    """Take a task back. Raises UnknownTask AV669, TaskRefused AV664."""
    return take(book, task, Withdrawn(), by=by, at=at, runs=runs)


def read(book: Book, task: str) -> Kept:
    """A task as its steps leave it. Raises UnknownTask AV669."""
    row = book.runs.one("task_known", id=task)
    if row is None:
        raise _unknown(task)
    return _kept(row, _entries(book.runs, [task]))


def locked(runs: Runs, task: str) -> Task | None:
    """A task as it stands, in which nobody else takes a step until the transaction of `runs` ends;
    None when there is none any more."""
    row = runs.one("task_lock", id=task)
    return _folded(row, _entries(runs, [task])) if row is not None else None


def of_request(book: Book, request: str) -> tuple[Kept, ...]:
    """The tasks of a request, by item."""
    return _all(book, book.runs.run("tasks_of_request", request=request))


def of_instruction(book: Book, instruction: str) -> tuple[Kept, ...]:
    """The tasks of an instruction."""
    return _all(book, book.runs.run("tasks_of_instruction", instruction=instruction))


def of_place(book: Book, place: str) -> tuple[Kept, ...]:
    """The tasks about a place: all that are open, and the hundred that were made last."""
    return _all(book, book.runs.run("tasks_of_place", place=place))


def open_tasks(book: Book) -> tuple[Kept, ...]:
    """Every task that something still has to happen to, the most urgent first."""
    return _all(book, book.runs.run("tasks_open"))


def seen_since(book: Book, since: datetime) -> tuple[Kept, ...]:
    """Every task made since an instant."""
    return _all(book, book.runs.run("tasks_seen", since=since))


def evidence_of(book: Book, task: str) -> Masked[Evidence] | None:
    """What the last answer came with; None when it came with nothing, or there is none."""
    kept = read(book, task)
    for row in reversed(book.runs.run("task_steps", ids=[task])):
        if row["sealed"] is not None:
            about = f"{task} {row['number']}"
            plain = open_in(book.runs, book.ring, kept.key, bytes(row["sealed"]), about)
            return Masked(msgspec.msgpack.decode(plain, type=Evidence))
    return None


def _all(book: Book, rows: Sequence[Row]) -> tuple[Kept, ...]:
    by_task: dict[str, list[Row]] = {}
    for step in _entries(book.runs, [row["id"] for row in rows]):
        by_task.setdefault(step["task"], []).append(step)
    return tuple(_kept(row, by_task[row["id"]]) for row in rows)


def _kept(row: Row, steps: Iterable[Row]) -> Kept:
    return Kept(
        _folded(row, steps),
        row["request"],
        row["item"],
        row["person"],
        row["instruction"],
        row["basis"],
        row["key"],
    )


def _folded(row: Row, steps: Iterable[Row]) -> Task:
    new = Task(row["id"], Act(row["act"]), row["place"], row["asks"], row["due_on"])
    entries = (
        Entry(s["number"], s["at"], s["day"], s["by"], read_step(bytes(s["step"]))) for s in steps
    )
    return machine.folded(new, entries)


def _entries(runs: Runs, tasks: Sequence[str]) -> Sequence[Row]:
    return runs.run("task_steps", ids=list(tasks)) if tasks else []


def _write(
    book: Book, runs: Runs, task: str, key: str, salt: bytes, entry: Entry, evidence: bytes
) -> None:
    data = msgspec.json.encode(entry.step)
    about = f"{task} {entry.number}"
    runs.run(
        "task_step_add",
        task=task,
        number=entry.number,
        at=entry.at,
        day=entry.day,
        by=entry.by,
        step=data,
        sealed=seal_in(runs, book.ring, key, evidence, about) if evidence else None,
    )
    said = f"{task}\n{entry.number}\n{entry.by}\n{data.decode()}"
    told = TaskStep(
        task=task,
        number=entry.number,
        step=name_of(entry.step),
        commitment=commitment(salt, said),
    )
    book.tell([told], entry.at, runs)


def _unknown(task: str) -> UnknownTask:
    return UnknownTask(
        f"there is no task `{task}`", help="`avow request tasks` lists the open ones"
    )
