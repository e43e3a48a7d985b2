"""Open the words of an instruction: shown once, and never without an entry in the log of views."""

from __future__ import annotations

from litestar import Response, post
from litestar.params import FromPath

from avow.duties.requests.processor.instructed import reason_of
from avow.duties.requests.tasks.instructing import said_in
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.views import Kind, Why, note_view
from avow.faces.web.console.instruction import PATH, TEMPLATE, Words, context
from avow.faces.web.instruction_views import allow_for_clients, known_instruction
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, signed_of
from avow.faces.web.signin.sign_in import GivenStaff


@post(f"{PATH}/open", sync_to_thread=True, status_code=200, action=Action.OPEN_PERSON)
def instruction_open(
    request: Asked,
    language: FromPath[str],
    instruction_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Write the view into the log, then show what the controller wrote."""
    del data
    pages.frame(request, language, "instructions")
    allow_for_clients(request, Action.OPEN_PERSON)
    mine, by, at = known_instruction(staff, instruction_id), signed_of(request).person, staff.now()
    note_view(staff.accounts, "", None, Kind.WORDS, Why.ANSWER, by=by, at=at, instruction=mine.id)
    words = Words(said_in(staff.book, mine.id), reason_of(staff.book, mine.id))
    page = context(request, language, mine.id, pages, staff, opened=words)
    answer = pages.answer(request, TEMPLATE, page)
    answer.headers["cache-control"] = "no-store"
    return answer
