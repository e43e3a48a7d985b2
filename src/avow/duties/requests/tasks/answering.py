"""What an answer to a task brings about, beside that it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from avow.duties.requests.book import Book, Said, take
from avow.duties.requests.steps import Noted
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.instructing import confirmed, handed
from avow.duties.requests.tasks.kept import Evidence
from avow.duties.requests.tasks.machine import Act, Outcome, Task
from avow.engine.db.store import Runs


@dataclass(frozen=True, slots=True)
class TaskAnswer:
    """What was answered to a task, and by whom (one of the mailboxes, or a declared person)."""

    task: str
    outcome: Outcome
    evidence: Evidence = field(repr=False)
    by: str


class _Receipt(msgspec.Struct, frozen=True):
    task: str
    outcome: str
    digest: str


def answer_task(book: Book, runs: Runs, said: TaskAnswer, *, at: datetime) -> Task:
    """Keep an answer, note it in the request it belongs to, and let a confirmed instruction go on.

    Raises:
        UnknownTask: AV669. TaskRefused: AV664. EvidenceRefused: AV677.
    """
    request = kept.read(replace(book, runs=runs), said.task).request
    if request is not None:  # before its task, as `make_tasks` takes them: else each waits for both
        runs.one("request_lock", id=request)
    task = kept.answer(book, said.task, said.outcome, said.evidence, by=said.by, at=at, runs=runs)
    whole = kept.read(replace(book, runs=runs), said.task)
    if whole.request is not None:
        receipt = msgspec.json.encode(_Receipt(task.id, str(said.outcome), task.digest))
        noted = Said(Noted(what=f"task-{said.outcome}"), receipt)
        take(book, whole.request, [noted], by=said.by, at=at, runs=runs)
    if task.act is Act.CONFIRM and said.outcome is Outcome.DONE and whole.instruction:
        confirmed(book, runs, whole.instruction, at=at)
    if task.act is Act.FETCH and said.outcome is Outcome.DONE and whole.instruction:
        handed(runs, whole.instruction, at=at)
    return task
