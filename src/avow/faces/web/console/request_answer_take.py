"""Take an answer out that leaves on paper or by e-mail: never without a fresh code, a step of the
request and an entry in the log of views."""

from __future__ import annotations

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.duties.requests.answering.drafting import Draft
from avow.duties.requests.answering.leaving import taken
from avow.duties.requests.answering.marks import AnswerRefused
from avow.duties.requests.answering.packing import PDF, unzipped
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.engine.accounts.views import Kind, Why, note_view
from avow.faces.web.console.request_answer import PATH, answer_of, refused
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, found
from avow.faces.web.security import Asked
from avow.faces.web.served_file import HEADERS
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff

TO_PRINT = "print"
"""What a form asks for that wants the pages and no data to use."""


@post(f"{PATH}/take", sync_to_thread=True, status_code=200, action=Action.ANSWER)
def answer_take(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Hand over the PDF to print, or the whole package. That it left is said by another form.

    `NotFoundException` before somebody has read it, and once it is erased."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.ANSWER, mine)
    draft = answer_of(staff, mine, data)
    answer = mine.answers.get(draft.id)
    if answer is None or not answer.is_reviewed:
        raise NotFoundException(draft.id)
    if not prove(staff.accounts, signed_of(request).person, data.get("code", ""), staff.now()):
        return refused(request, language, pages, staff, Mistake(draft.id, "take", "code"), mine.id)
    try:
        return _handed(request, staff, draft, is_printed=data.get("what", "") == TO_PRINT)
    except AnswerRefused as problem:
        mistake = Mistake(draft.id, "take", problem.code)
        return refused(request, language, pages, staff, mistake, mine.id)


def _handed(asked: Asked, staff: StaffDesk, draft: Draft, *, is_printed: bool) -> Response[bytes]:
    by, at = signed_of(asked).person, staff.now()
    package = taken(staff.book, draft.id, by=by, at=at)
    if package is None:
        raise NotFoundException(draft.id)
    note_view(staff.accounts, draft.request, draft.person, Kind.ANSWER, Why.ANSWER, by=by, at=at)
    whole = package.reveal()
    content = unzipped(whole, (PDF,))[PDF] if is_printed else whole
    kind, name = ("application/pdf", f"{draft.id}.pdf") if is_printed else (
        "application/zip", f"{draft.id}.zip")  # fmt: skip
    headers = {**HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)
