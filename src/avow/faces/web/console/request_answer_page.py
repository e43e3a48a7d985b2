"""Show the whole of an answer as its person will read it, before it leaves: never without an entry
in the log of views."""

from __future__ import annotations

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.duties.requests.book import file_of
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.views import Kind, Why, note_view
from avow.faces.web.console.request_answer import PATH, answer_of
from avow.faces.web.public.frame import policy_alone
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, found
from avow.faces.web.security import UNCACHED, Asked
from avow.faces.web.signin.desk import Form, signed_of
from avow.faces.web.signin.sign_in import GivenStaff


@post(f"{PATH}/page", sync_to_thread=True, status_code=200, action=Action.OPEN_ANSWER)
def answer_page(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Write the view into the log, then hand over the page that lies in the file of the person,
    byte by byte. It is in their language and has no part of the console in it; it runs nothing,
    fetches nothing and sends nothing. `NotFoundException` before it is written, and once it is
    erased."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.OPEN_ANSWER, mine)
    draft = answer_of(staff, mine, data)
    kept = file_of(staff.book, draft.page) if draft.page else None
    if kept is None:
        raise NotFoundException(draft.id)
    by, at = signed_of(request).person, staff.now()
    note_view(staff.accounts, mine.id, draft.person, Kind.ANSWER, Why.REVIEW, by=by, at=at)
    whole = kept[1].reveal()
    headers = {"content-security-policy": policy_alone(whole), "cache-control": UNCACHED}
    return Response(whole, media_type="text/html", headers=headers)
