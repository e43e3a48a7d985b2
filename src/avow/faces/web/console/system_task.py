"""A task of an owner who is signed in: what is asked of their system, opened with an entry in the
log of views, and answered as by the link that was sent to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import quote

from litestar import Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.common.errors import AvowError
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.answering import TaskAnswer, answer_task
from avow.duties.requests.tasks.kept import Kept, UnknownTask
from avow.duties.requests.tasks.machine import Outcome
from avow.duties.requests.tasks.mailboxes import is_asked
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.views import Kind, Why, note_view
from avow.faces.web.console.systems import place_of
from avow.faces.web.frame import Frame
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages, Pages
from avow.faces.web.security import Asked
from avow.faces.web.sent_form import Given
from avow.faces.web.signin.desk import MOST_SENT, Form, StaffDesk, sent_of, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told
from avow.faces.web.task_given import evidence_in
from avow.faces.web.task_sheet import TaskSheet, sheet_of

TEMPLATE = "staff/task.html"
PATH = "/{language:str}/systems/{system_id:str}/tasks/{task_id:str}"


@dataclass(frozen=True, slots=True)
class TaskPage:
    """The context of the page of one task of an owner."""

    frame: Annotated[Frame, "what surrounds the page"]
    system: Annotated[str, "the system that it is about"]
    id: Annotated[str, "the task that is asked"]
    sheet: Annotated[TaskSheet, "what is asked, until when, and what may be answered"]
    is_open: Annotated[bool, "whether whom it is about has just been opened"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]
    words: Annotated[str, "what was typed, where the form comes back"]


@get(PATH, sync_to_thread=True, action=Action.DO_TASK)
def system_task(
    request: Asked,
    language: FromPath[str],
    system_id: FromPath[str],
    task_id: FromPath[str],
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Show what is asked, without whom it is about."""
    mine = _mine(request, staff, system_id, task_id)
    return _page(request, language, system_id, mine, pages, staff)


@post(f"{PATH}/open", sync_to_thread=True, status_code=200, action=Action.DO_TASK)
def system_task_open(
    request: Asked,
    language: FromPath[str],
    system_id: FromPath[str],
    task_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Write the view into the log, then show whom it is about."""
    del data
    mine = _mine(request, staff, system_id, task_id)
    by, at = signed_of(request).person, staff.now()
    note_view(staff.accounts, mine.request or "", mine.person, Kind.TASK, Why.ANSWER, by=by, at=at)
    return _page(request, language, system_id, mine, pages, staff, is_open=True)


@post(
    f"{PATH}/answer",
    sync_to_thread=True,
    request_max_body_size=MOST_SENT,
    takes_files=True,
    action=Action.DO_TASK,
)
def system_task_answer(
    request: Asked,
    language: FromPath[str],
    system_id: FromPath[str],
    task_id: FromPath[str],
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Keep what was answered, with its evidence, as who is signed in."""
    mine, sent = _mine(request, staff, system_id, task_id), sent_of(request)
    code = _answered(staff, mine, sent, signed_of(request).person)
    if not code:
        here = f"/{language}/systems/{quote(system_id, safe='')}?told={Told.TASK_ANSWERED}"
        return Redirect(here, status_code=HTTP_303_SEE_OTHER)
    mistake, words = Mistake(task_id, "answer", code), sent.fields.get("words", "")
    return _page(request, language, system_id, mine, pages, staff, mistake=mistake, words=words)


def _answered(staff: StaffDesk, mine: Kept, sent: Given, by: str) -> str:
    """Keep the answer; the code of what is wrong, or nothing."""
    outcome, given = sent.fields.get("outcome", ""), evidence_in(sent)
    if outcome not in set(Outcome):
        return "no-outcome"
    if given is None:
        return "AV677"
    said = TaskAnswer(mine.task.id, Outcome(outcome), given, by)
    try:
        with staff.book.runs.transaction() as tx:
            answer_task(staff.book, tx, said, at=staff.now())
    except AvowError as problem:
        return problem.code
    return ""


def _mine(asked: Asked, staff: StaffDesk, system: str, task: str) -> Kept:
    """An open task about a system, of who is signed in.

    Raises:
        NotFoundException: there is no such task of the system, or it has ended.
        PermissionDeniedException: it is somebody else's (403).
    """
    try:
        found = kept.read(staff.book, task)
    except UnknownTask:
        raise NotFoundException(task) from None
    if found.task.place != place_of(system) or not found.task.is_open or found.request is None:
        raise NotFoundException(task)
    if not is_asked(found.task.asks, signed_of(asked).person):
        raise PermissionDeniedException("the task is another person's")
    return found


def _page(
    asked: Asked,
    language: str,
    system: str,
    mine: Kept,
    pages: Pages,
    staff: StaffDesk,
    *,
    is_open: bool = False,
    mistake: Mistake | None = None,
    words: str = "",
) -> Response[bytes]:
    is_late = mine.task.is_overdue(staff.today())
    sheet = sheet_of(staff.book, mine, language, is_late=is_late)
    if not is_open:  # also a twin in JSON holds nothing that nobody opened
        sheet = replace(sheet, persons=(), text="")
    page = TaskPage(
        frame=pages.frame(asked, language, "systems"),
        system=system,
        id=mine.task.id,
        sheet=sheet,
        is_open=is_open,
        mistake=mistake,
        words=words,
    )
    answer = pages.answer(asked, TEMPLATE, page, 422 if mistake else 200)
    answer.headers["cache-control"] = "no-store"
    return answer
