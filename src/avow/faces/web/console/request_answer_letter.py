"""Open the letter of a copy as it will read, and put other words into it."""

from __future__ import annotations

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.drafting import Draft
from avow.duties.requests.answering.marks import AnswerRefused
from avow.duties.requests.machine import StepRefused
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.views import Kind, Why, note_view
from avow.faces.web.console.request_answer import PATH, TEMPLATE, answer_of, context, refused
from avow.faces.web.console.request_outcome import OpenLetter
from avow.faces.web.console.request_outcome_letter import LONGEST, MOST_SENT
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post(f"{PATH}/open", sync_to_thread=True, status_code=200, action=Action.OPEN_PERSON)
def answer_open(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Write the view into the log, then show the letter."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.OPEN_PERSON, mine)
    draft = answer_of(staff, mine, data)
    by, at = signed_of(request).person, staff.now()
    note_view(staff.accounts, mine.id, draft.person, Kind.LETTER, Why.ANSWER, by=by, at=at)
    letter = OpenLetter(draft.id, draft.digest, "", draft.letter)
    page = context(request, language, request_id, pages, staff, letter)
    answer = pages.answer(request, TEMPLATE, page)
    answer.headers["cache-control"] = "no-store"
    return answer


@post(
    f"{PATH}/edit",
    sync_to_thread=True,
    request_max_body_size=MOST_SENT,
    action=Action.ANSWER,
)
def answer_edit(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Keep other words beside the earlier ones. What is refused stays in the form."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.ANSWER, mine)
    draft = answer_of(staff, mine, data)
    code = _edited(request, staff, draft, data)
    if not code:
        return back(language, request_id, Told.LETTER_KEPT, "answer")
    typed = OpenLetter(draft.id, draft.digest, "", data.get("text", ""), is_typed=True)
    mistake = Mistake(draft.id, "edit", code)
    return refused(request, language, pages, staff, mistake, mine.id, typed)


def _edited(asked: Asked, staff: StaffDesk, draft: Draft, form: dict[str, str]) -> str:
    """Keep the words of a form; the code of what is wrong, or nothing."""
    text = form.get("text", "").replace("\r\n", "\n").strip()
    if form.get("digest", "") != draft.digest:
        return "changed"
    if not text:
        return "empty"
    if len(text) > LONGEST:
        return "too-long"
    try:
        drafting.edit(staff.book, draft.id, text, by=signed_of(asked).person, at=staff.now())
    except (AnswerRefused, StepRefused) as problem:
        return problem.code
    return ""
