"""Draw a copy from every system, and write it once every place in it is decided."""

from __future__ import annotations

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from avow.common.errors import AvowError
from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.gathering import Sources
from avow.duties.requests.answering.marks import AnswerRefused
from avow.duties.requests.answering.records import Records
from avow.duties.requests.machine import StepRefused
from avow.engine.accounts.matrix import Action
from avow.faces.web.console.request_answer import PATH, answer_of, refused
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post(f"{PATH}/draw", sync_to_thread=True, action=Action.ANSWER)
def answer_draw(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Ask every system once, and propose the places that may be somebody else's."""
    pages.frame(request, language, "requests")
    mine, number = found(staff, request_id), data.get("person", "")
    allow(request, Action.ANSWER, mine)
    if number not in {str(person) for person in mine.persons}:
        raise NotFoundException(number)
    if staff.estate is None:
        return back(language, request_id, Told.NOT_POSSIBLE, "answer")
    records, by = Records(staff.book), signed_of(request).person
    sources = Sources(staff.estate, records, records)
    try:
        drafting.begin(staff.book, sources, mine.id, int(number), by=by, at=staff.now())
    except AvowError as problem:
        mistake = Mistake(number, "draw", problem.code)
        return refused(request, language, pages, staff, mistake, mine.id)
    return back(language, request_id, Told.COPY_DRAWN, "answer")


@post(f"{PATH}/write", sync_to_thread=True, action=Action.ANSWER)
def answer_write(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Write letter, page and files; what is hidden is taken out, and its items are done."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.ANSWER, mine)
    draft, by = answer_of(staff, mine, data), signed_of(request).person
    is_last = data.get("last", "") == "1"
    try:
        drafting.draft(staff.book, draft.id, by=by, at=staff.now(), is_last=is_last)
    except (AnswerRefused, StepRefused) as problem:
        mistake = Mistake(draft.id, "write", problem.code)
        return refused(request, language, pages, staff, mistake, mine.id)
    return back(language, request_id, Told.LETTER_WRITTEN, "answer")
