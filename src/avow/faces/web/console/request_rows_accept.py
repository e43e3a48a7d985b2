"""Look for the rows of a request in every system, and say which of them are the persons'."""

from __future__ import annotations

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.requests.choosing import accepted, choice
from avow.duties.requests.machine import StepRefused
from avow.duties.requests.named_file import RequestError
from avow.duties.requests.rows import accept, looked_for
from avow.engine.accounts.matrix import Action
from avow.engine.planner.requested import Looked
from avow.faces.web.console.request_rows import BELOW, PATH, TEMPLATE, context
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.rows_views import searched
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

TAKEN, NOTHING = "take-", "nothing"
"""The names of the fields: one for each place, and that nothing of it is theirs."""


@post(f"{PATH}/search", sync_to_thread=True, status_code=200, action=Action.ACCEPT_ROWS)
def rows_search(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Look into every system, and show places, ways and counts. Nothing is written."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.ACCEPT_ROWS, mine)
    shown = searched(staff.book.ring, looked(staff, mine.id))
    page = context(request, language, request_id, pages, staff, shown)
    return pages.answer(request, TEMPLATE, page)


@post(f"{PATH}/accept", sync_to_thread=True, action=Action.ACCEPT_ROWS)
def rows_accept(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Accept what the reader saw, as who is signed in. Where the systems answer otherwise by now,
    nothing is accepted and the new answer is shown."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.ACCEPT_ROWS, mine)
    now = looked(staff, mine.id)
    shown = searched(staff.book.ring, now)
    code = _accepted(request, staff, mine.id, now, shown.mark, data)
    if not code:
        return back(language, request_id, Told.ROWS_ACCEPTED, BELOW)
    page = context(request, language, request_id, pages, staff, shown, code)
    return pages.answer(request, TEMPLATE, page, 422)


def looked(staff: StaffDesk, request: str) -> Looked:
    """What the systems answer now; `NotFoundException` where none can be read from here."""
    if staff.estate is None:
        raise NotFoundException(request)
    return looked_for(staff.book, staff.estate, request)


def _accepted(
    asked: Asked, staff: StaffDesk, request: str, now: Looked, mark: str, form: dict[str, str]
) -> str:
    """Keep what a form accepts; the code of what is wrong, or nothing."""
    named = [value for name, value in form.items() if name.startswith(TAKEN)]
    if bool(named) is (NOTHING in form):
        return "none-chosen"
    if form.get("mark", "") != mark:
        return "rows-changed"
    try:
        chosen = accepted(now.found, [choice(text) for text in named])
        by, at = signed_of(asked).person, staff.now()
        accept(staff.book, request, chosen, by=by, at=at)
    except (ValueError, RequestError, StepRefused):
        return "none-chosen"
    return ""
