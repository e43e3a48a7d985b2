"""Look at a document that shows who somebody is, and say whether it does: then it is erased."""

from __future__ import annotations

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.requests.identity.documents import NotKept, judge, look
from avow.duties.requests.machine import StepRefused
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.views import Kind, Why, note_view
from avow.faces.web.console.request_identity import PATH, answered_with
from avow.faces.web.console.request_identity_step import person_of
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.served_file import served
from avow.faces.web.signin.desk import Form, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post(f"{PATH}/document", sync_to_thread=True, status_code=200, action=Action.IDENTIFY)
def identity_document(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Write the view into the log and the request, then hand the document out as a file."""
    pages.frame(request, language, "requests")
    mine, file = found(staff, request_id), data.get("file", "")
    allow(request, Action.IDENTIFY, mine)
    allow(request, Action.OPEN_PERSON, mine)
    by, at = signed_of(request).person, staff.now()
    try:
        _, content = look(staff.book, mine.id, file, by=by, at=at)
    except NotKept as gone:
        mistake = Mistake(file, "document", gone.code)
        return answered_with(request, language, request_id, pages, staff, mistake)
    note_view(staff.accounts, mine.id, None, Kind.DOCUMENT, Why.IDENTIFY, by=by, at=at)
    return served(file, content)


@post(f"{PATH}/judge", sync_to_thread=True, action=Action.IDENTIFY)
def identity_judge(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Say whether it is enough; it and its key are gone with the judgement."""
    pages.frame(request, language, "requests")
    mine, file, says = found(staff, request_id), data.get("file", ""), data.get("enough", "")
    allow(request, Action.IDENTIFY, mine)
    number, code = person_of(mine, data), "choose"
    if says in ("yes", "no"):
        try:
            judge(
                staff.book, staff.store, mine.id, number, file, is_enough=says == "yes",
                by=signed_of(request).person, at=staff.now(),
            )  # fmt: skip
        except (NotKept, StepRefused) as refused:
            code = refused.code
        else:
            return back(language, request_id, Told.DOCUMENT_JUDGED, "identity")
    mistake = Mistake(file, "judge", code, typed=data)
    return answered_with(request, language, request_id, pages, staff, mistake)
