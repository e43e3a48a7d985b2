"""One system: what is known of it and asked of its owner, without whom it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.common.languages import words
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.kept import Kept
from avow.duties.requests.tasks.mailboxes import is_asked
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.sessions import Signed
from avow.faces.web.console.systems import SystemLine, lines, place_of
from avow.faces.web.frame import Frame
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.task_titles import TITLES


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task of the owner of a system. `asked_on`: when they were first written to; None where
    nobody was. `reminders`: how often after that. `is_late`: nobody answered and its day is over;
    `late_days` says since how many days. `request`: what it belongs to, empty when to none.
    `is_mine`: who reads may answer it here."""

    id: str
    title: str
    who: str
    due: date
    state: str
    is_open: bool
    is_late: bool
    late_days: int
    asked_on: date | None
    reminders: int
    escalated_on: date | None
    answered_on: date | None
    request: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class SystemPage:
    """The context of the page of one system."""

    frame: Annotated[Frame, "what surrounds the page"]
    system: Annotated[SystemLine, "what is known of it"]
    tasks: Annotated[tuple[TaskLine, ...], "open ones first, each by the day it is due"]


@get("/{language:str}/systems/{system_id:str}", sync_to_thread=True, action=Action.SEE_STATUS)
def system(
    request: Asked, language: FromPath[str], system_id: FromPath[str], pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:  # fmt: skip
    """Show one system of the declaration. Raises NotFoundException for any other."""
    frame = pages.frame(request, language, "systems")
    name = system_id.removesuffix(".json")
    found = next((line for line in lines(pages, staff) if line.name == name), None)
    if found is None:
        raise NotFoundException(name)
    day = staff.today()
    me = _does_tasks(request)
    lying = [_line(each, day, language, me) for each in kept.of_place(staff.book, place_of(name))]
    tasks = tuple(sorted(lying, key=lambda task: (not task.is_open, task.due, task.id)))
    return pages.answer(request, "staff/system.html", SystemPage(frame, found, tasks))


def _does_tasks(asked: Asked) -> str:
    """Who is signed in and does tasks; empty where nobody is."""
    signed: Signed | None = asked.state.get("signed")
    return signed.person if signed is not None and signed.may(Action.DO_TASK) else ""


def _line(found: Kept, day: date, language: str, me: str) -> TaskLine:
    task = found.task
    is_late = task.is_overdue(day)
    return TaskLine(
        id=task.id,
        title=words(language).say(TITLES[task.act]),
        who=task.asks.partition(":")[2],
        due=task.due,
        state=str(task.state),
        is_open=task.is_open,
        is_late=is_late,
        late_days=(day - task.due).days if is_late else 0,
        asked_on=task.written[0] if task.written else None,
        reminders=max(0, len(task.written) - 1),
        escalated_on=task.escalated_on,
        answered_on=task.answered_on,
        request=found.request or "",
        is_mine=task.is_open and found.request is not None and is_asked(task.asks, me),
    )
