"""Put a paper with a request: a scan of a letter, a paper about who may speak, a document."""

from __future__ import annotations

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.common.errors import AvowError
from avow.duties.requests.files import add
from avow.duties.requests.identity.documents import DOCUMENT, NotKept, keep
from avow.duties.requests.machine import Request
from avow.engine.accounts.matrix import Action
from avow.faces.web.console.request_files import ADDED, PATH, page_of
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.sent_form import Given, bad_files, kept_as
from avow.faces.web.signin.desk import MOST_SENT, StaffDesk, sent_of, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post(
    f"{PATH}/add",
    sync_to_thread=True,
    request_max_body_size=MOST_SENT,
    takes_files=True,
    action=Action.IDENTIFY,
)
def file_add(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Keep it sealed, as who is signed in. A document that shows who somebody is gets a key of its
    own that dies within days; anything else dies with the request."""
    mine, sent = found(staff, request_id), sent_of(request)
    allow(request, Action.IDENTIFY, mine)
    code = _added(staff, mine, sent, signed_of(request).person)
    if not code:
        return back(language, request_id, Told.FILE_KEPT, "files")
    page = page_of(request, language, mine, pages, staff, Mistake(mine.id, "add", code))
    return pages.answer(request, "staff/files.html", page, 422)


def _added(staff: StaffDesk, request: Request, sent: Given, by: str) -> str:
    """Keep it; the code of what is wrong, or nothing."""
    files, what, at = sent.of("file"), sent.fields.get("what", ""), staff.now()
    person = sent.fields.get("person", "")
    if what not in ADDED:
        return "file-what"
    if len(files) != 1:
        return "file-none"
    if bad := bad_files(files):
        return f"file-{bad[0].why}"
    ((_, kind, content),) = kept_as(what, files)
    try:
        if what != DOCUMENT:
            add(staff.book, request.id, what, kind, content, by=by, at=at)
        elif person in {str(number) for number in request.persons}:
            keep(staff.book, request.id, int(person), kind, content, by=by, at=at)
        else:
            return "file-what"
    except NotKept:
        return "no-document"
    except AvowError as problem:
        return problem.code
    return ""
