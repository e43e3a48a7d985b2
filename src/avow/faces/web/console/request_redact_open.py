"""Open a place of a copy, or a table of it as its person will see it: never without an entry in
the log of views."""

from __future__ import annotations

from litestar import Response, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath

from avow.duties.requests.answering import drafting
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.views import Kind, Why, note_view
from avow.faces.web.console.request_answer import answer_of
from avow.faces.web.console.request_redact import (
    MOST_CHOSEN,
    PATH,
    TEMPLATE,
    context,
    sees_of,
)
from avow.faces.web.redact_views import as_seen, may_see
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, does_of, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, signed_of
from avow.faces.web.signin.sign_in import GivenStaff


@post(
    f"{PATH}/open",
    sync_to_thread=True,
    status_code=200,
    request_max_body_size=MOST_CHOSEN,
    action=Action.OPEN_PERSON,
)
def redact_open(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Show one place in its text. What was chosen on the page stays chosen."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.OPEN_PERSON, mine)
    draft, number = answer_of(staff, mine, data), data.get("number", "")
    if number not in {str(mark.number) for mark in draft.marks}:
        raise NotFoundException(number)
    decides, sees = Action.REDACT in does_of(request, mine), sees_of(request, staff)
    if not may_see(draft, int(number), sees, decides=decides):
        raise PermissionDeniedException("the task does not need this kind of data")
    by, at, opened = signed_of(request).person, staff.now(), frozenset({int(number)})
    note_view(staff.accounts, mine.id, draft.person, Kind.PLACE, Why.REVIEW, by=by, at=at)
    drafting.look_at(staff.book, draft.id, opened, by=by, at=at)
    page = context(request, language, request_id, pages, staff, opened=opened, form=data)
    answer = pages.answer(request, TEMPLATE, page)
    answer.headers["cache-control"] = "no-store"
    return answer


@post(f"{PATH}/look", sync_to_thread=True, status_code=200, action=Action.OPEN_PERSON)
def redact_look(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Show a table as the person will see it, beside what is hidden and why."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.OPEN_PERSON, mine)
    draft, sees = answer_of(staff, mine, data), sees_of(request, staff)
    decides = Action.REDACT in does_of(request, mine)
    table = as_seen(staff.book, draft, data.get("place", ""), sees, decides=decides)
    if table is None:
        raise NotFoundException(data.get("place", ""))
    by, at = signed_of(request).person, staff.now()
    note_view(staff.accounts, mine.id, draft.person, Kind.COPY, Why.REVIEW, by=by, at=at)
    page = context(request, language, request_id, pages, staff, table=table)
    answer = pages.answer(request, TEMPLATE, page)
    answer.headers["cache-control"] = "no-store"
    return answer
