"""The one-time page of a task: whom it is about stands here and nowhere else."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec
from anyio.to_thread import run_sync
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.common.errors import AvowError
from avow.common.languages import words
from avow.common.masked import Masked
from avow.duties.requests.book import Book
from avow.duties.requests.processor.giving import No, fetched
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.answering import TaskAnswer, answer_task
from avow.duties.requests.tasks.kept import Kept
from avow.duties.requests.tasks.machine import Act, Outcome
from avow.duties.requests.tasks.sending import TaskPage
from avow.engine.evidence.invitations import Invitation, Kind, answer, send
from avow.engine.planner.release import in_force
from avow.faces.web.asked.desk import AskedDesk, GivenDesk
from avow.faces.web.asked.frame import PRIVATE, frame, html
from avow.faces.web.console.plan_approve import Form
from avow.faces.web.security import Asked
from avow.faces.web.sent_form import MOST_SENT, Given, has_files, read_sent, read_typed
from avow.faces.web.task_given import evidence_in
from avow.faces.web.task_sheet import sheet_of


@get("/{language:str}/task/{token:str}", sync_to_thread=True)
def task_page(
    request: Asked, language: FromPath[str], token: FromPath[str], asked: GivenDesk
) -> Response[bytes]:
    """Show what is to be done, and for whom."""
    invitation, book, found = _found(request, language, token, asked)
    return _page(asked, invitation, book, found, language, token)


@post(
    "/{language:str}/task/{token:str}/answer",
    request_max_body_size=MOST_SENT,
)
async def task_answer(
    request: Asked, language: FromPath[str], token: FromPath[str], asked: GivenDesk
) -> Response[bytes] | Redirect:
    """Keep what was answered, with its evidence; the address ends."""
    sent = await (read_sent(request) if has_files(request) else read_typed(request))
    return await run_sync(partial(_answered, request, language, token, asked, sent))


def _answered(
    request: Asked, language: str, token: str, asked: AskedDesk, sent: Given
) -> Response[bytes] | Redirect:
    invitation, book, found = _found(request, language, token, asked)
    outcome, given = sent.fields.get("outcome", ""), evidence_in(sent)
    if outcome not in set(Outcome) or given is None:
        return _page(asked, invitation, book, found, language, token, status=422)
    now = asked.clock.now()
    try:
        with book.runs.transaction() as tx:
            said = TaskAnswer(found.task.id, Outcome(outcome), given, found.task.asks)
            answer_task(book, tx, said, at=now)
            # The evidence lies with the request; what ends here is the address.
            answer(tx, book.ring, invitation, {1: outcome.encode()}, now)
            send(tx, book.ring, invitation, of=1, at=now, note=_noted(book, tx))
    except AvowError:  # no reason was given, the file is not taken, or the task has just ended
        return _page(asked, invitation, book, found, language, token, status=422)
    there = f"/{language}/thanks"
    return Redirect(there, status_code=HTTP_303_SEE_OTHER, headers=PRIVATE)


@post("/{language:str}/task/{token:str}/fetch", sync_to_thread=True, status_code=200)
def task_fetch(
    request: Asked, language: FromPath[str], token: FromPath[str], data: Form, asked: GivenDesk
) -> Response[bytes]:
    """Hand the copy that a controller asked for to who has the link and the code."""
    invitation, book, found = _found(request, language, token, asked)
    if found.task.act is not Act.FETCH or found.instruction is None:
        raise NotFoundException
    code = Masked(data.get("code", "")[:100])
    got = fetched(book, found.instruction, code, asked.clock.now())
    if isinstance(got, No):
        return _page(asked, invitation, book, found, language, token, status=422, trouble=str(got))
    headers = {**PRIVATE, "content-disposition": 'attachment; filename="copy.zip"'}
    return Response(got.reveal(), media_type="application/zip", headers=headers)


def _noted(book: Book, runs: Any) -> Any:  # noqa: ANN401 (a transaction, and a writer inside it)
    return lambda body, at: book.tell([body], at, runs)


def _found(
    request: Asked, language: str, token: str, asked: AskedDesk
) -> tuple[Invitation, Book, Kept]:
    """The invitation of an address with its task.

    Raises:
        NotFoundException: it has expired, was used, or never was; nothing tells which.
    """
    invitation = asked.invitation(request, language, token, Kind.TASK)
    if asked.tell is None:
        raise NotFoundException
    book = Book(asked.runs, asked.ring, in_force(asked.runs), asked.tell)
    try:
        page = msgspec.json.decode(invitation.content, type=TaskPage)
        found = kept.read(book, page.task)
    except (AvowError, msgspec.DecodeError):
        raise NotFoundException from None
    if not found.task.is_open:
        raise NotFoundException
    return invitation, book, found


def _page(
    asked: AskedDesk,
    invitation: Invitation,
    book: Book,
    found: Kept,
    language: str,
    token: str,
    *,
    status: int = 200,
    trouble: str = "",
) -> Response[bytes]:
    late = found.task.is_overdue(book.day(asked.clock.now()))
    sheet = sheet_of(book, found, language, is_late=late)
    until = words(language).day(invitation.ends_at.astimezone(asked.now().tzinfo).date())
    path = quote(token, safe="")
    around = frame(
        language, asked.house.name, f"task/{path}", f"/{language}/task/{path}", until, sheet.name
    )
    return html(
        "asked/task.html",
        around,
        status,
        sheet=sheet,
        trouble=trouble,
        is_refused=status != 200 and not trouble,
    )
