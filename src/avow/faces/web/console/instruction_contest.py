"""Say that an instruction infringes the law: its controller is told, and nothing is done."""

from __future__ import annotations

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.common.errors import AvowError
from avow.duties.requests.processor.instructed import contest
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.faces.web.console.instruction import PATH, TEMPLATE, context
from avow.faces.web.instruction_views import allow_for_clients, back, known_instruction
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

LONGEST = 4_000
"""Characters of the reason."""


@post(f"{PATH}/contest", sync_to_thread=True, action=Action.CONTEST)
def instruction_contest(
    request: Asked,
    language: FromPath[str],
    instruction_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Tell the controller why, as who is signed in and shows a fresh code (art. 28(3) GDPR)."""
    pages.frame(request, language, "instructions")
    allow_for_clients(request, Action.CONTEST)
    mine = known_instruction(staff, instruction_id)
    code = _contested(staff, mine.id, data, signed_of(request).person)
    if not code:
        return back(language, mine.id, Told.INSTRUCTION_CONTESTED)
    mistake = Mistake(mine.id, "contest", code, typed=data)
    page = context(request, language, mine.id, pages, staff, mistake=mistake)
    answer = pages.answer(request, TEMPLATE, page, 422)
    answer.headers["cache-control"] = "no-store"
    return answer


def _contested(staff: StaffDesk, instruction: str, form: dict[str, str], by: str) -> str:
    """Say it; the code of what is wrong, or nothing."""
    because, at = form.get("because", "").strip(), staff.now()
    domain = staff.book.declaration.controller.email.rpartition("@")[2]
    if not 0 < len(because) <= LONGEST:
        return "no-infringement"
    if not domain:
        return "no-sender"
    if not prove(staff.accounts, by, form.get("code", ""), at):
        return "code"
    try:
        contest(staff.book, instruction, because, domain=domain, by=by, at=at)
    except AvowError as problem:
        return problem.code
    return ""
