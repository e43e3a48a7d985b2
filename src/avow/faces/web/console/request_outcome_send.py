"""Let the letter about what came of a request leave: somebody read it, and it is sent, once."""

from __future__ import annotations

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.requests.machine import StepRefused
from avow.duties.requests.telling import letters
from avow.duties.requests.telling.letters import Letter, NotTold
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.faces.web.console.request_outcome import PATH, TEMPLATE, context
from avow.faces.web.console.request_outcome_letter import letter_of
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post(f"{PATH}/review", sync_to_thread=True, action=Action.ANSWER)
def outcome_review(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect:
    """Say that who is signed in has read the very words that were shown."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.ANSWER, mine)
    letter = letter_of(staff, mine, data)
    if data.get("digest", "") != letter.digest:
        return back(language, request_id, Told.LETTER_CHANGED, "outcome")
    try:
        letters.review(staff.book, letter.id, by=signed_of(request).person, at=staff.now())
    except StepRefused:
        return back(language, request_id, Told.TOO_LATE, "outcome")
    return back(language, request_id, Told.LETTER_READ, "outcome")


@post(f"{PATH}/send", sync_to_thread=True, action=Action.ANSWER)
def outcome_send(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Send it as who is signed in, who shows a fresh code."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.ANSWER, mine)
    letter = letter_of(staff, mine, data)
    code = _sent(request, staff, letter, data)
    if not code:
        return back(language, request_id, Told.LETTER_SENT, "outcome")
    mistake = Mistake(letter.id, "send", code)
    page = context(request, language, request_id, pages, staff, mistake=mistake)
    return pages.answer(request, TEMPLATE, page, 422)


def _sent(asked: Asked, staff: StaffDesk, letter: Letter, form: dict[str, str]) -> str:
    """Send it; the code of what is wrong, or nothing."""
    by, at = signed_of(asked).person, staff.now()
    if staff.ledger is None:
        return "no-ledger"
    if not prove(staff.accounts, by, form.get("code", ""), at):
        return "code"
    if form.get("digest", "") != letter.digest:
        return "changed"
    try:
        letters.send(staff.book, staff.ledger, letter.id, by=by, at=at)
    except (NotTold, StepRefused) as refused:
        return refused.code
    return ""
