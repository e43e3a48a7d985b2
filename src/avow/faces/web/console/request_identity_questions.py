"""Ask a person what only they know: the questions looked at in columns and counts, then sent."""

from __future__ import annotations

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.requests.identity.knowing import Drafted, NotAsked, drafted, send
from avow.duties.requests.machine import StepRefused
from avow.engine.accounts.matrix import Action
from avow.engine.planner.refusals import PlannerError
from avow.faces.web.console.request_identity import PATH, TEMPLATE, answered_with, context
from avow.faces.web.console.request_identity_step import person_of
from avow.faces.web.identity_views import draft_view
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import LONGEST, allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

FORM = "questions"


@post(f"{PATH}/questions", sync_to_thread=True, status_code=200, action=Action.IDENTIFY)
def identity_questions(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Make the questions and show which they would be. Nothing is written."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.IDENTIFY, mine)
    number = person_of(mine, data)
    made = _made(staff, mine.id, number)
    if isinstance(made, Mistake):
        return answered_with(request, language, request_id, pages, staff, made)
    page = context(request, language, request_id, pages, staff, draft=draft_view(number, made))
    return pages.answer(request, TEMPLATE, page)


@post(f"{PATH}/questions/send", sync_to_thread=True, action=Action.IDENTIFY)
def identity_questions_send(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Write the letter with the link, as who is signed in; a doubt that stops the term is written
    down with it."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.IDENTIFY, mine)
    number, words = person_of(mine, data), data.get("words", "").strip()[:LONGEST]
    made, pauses = _made(staff, mine.id, number), bool(data.get("pauses"))
    if isinstance(made, Mistake) or staff.post is None:
        mistake = made if isinstance(made, Mistake) else Mistake(str(number), FORM, "no-estate")
        return answered_with(request, language, request_id, pages, staff, mistake)
    code, detail = "no-doubt" if pauses and not words else "", ""
    if not code:
        by, at = signed_of(request).person, staff.now()
        try:
            send(
                staff.book, staff.post, mine.id, number, made, by=by, at=at, pauses=pauses,
                why=words.encode(),
            )  # fmt: skip
        except (NotAsked, StepRefused) as refused:
            code, detail = refused.code, refused.because if isinstance(refused, NotAsked) else ""
        else:
            return back(language, request_id, Told.QUESTIONS_SENT, "identity")
    mistake, draft = Mistake(str(number), FORM, code, detail, data), draft_view(number, made)
    return answered_with(request, language, request_id, pages, staff, mistake, draft)


def _made(staff: StaffDesk, request: str, person: int) -> Drafted | Mistake:
    """The questions as the systems give them now, or why there are none."""
    if staff.estate is None or staff.post is None:
        return Mistake(str(person), FORM, "no-estate")
    try:
        return drafted(staff.book, staff.estate, request, person, at=staff.now())
    except NotAsked as refused:
        return Mistake(str(person), FORM, refused.code, refused.because)
    except PlannerError as away:
        return Mistake(str(person), FORM, away.code)
