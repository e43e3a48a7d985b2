"""Look for the rows of a request in every system, and say which of them are the persons'."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.requests.proposing import Proposed, proposed
from avow.duties.requests.rows import accept, mark_of
from avow.engine.accounts.matrix import Action
from avow.faces.web.console.request_rows import BELOW, PATH, TEMPLATE, context
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.rows_views import choice_of, searched
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

TAKEN, NOTHING = "take-", "nothing"
"""The names of the fields: one for each set of rows, and that nothing of it is theirs."""
MOST_SENT = 200_000
"""Bytes of a form with two thousand sets of rows."""
CHANGED = "rows-changed"
"""The systems answer otherwise than when somebody looked."""


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
    shown = searched(staff.book, looked(staff, mine.id), staff.now())
    page = context(request, language, request_id, pages, staff, shown)
    return pages.answer(request, TEMPLATE, page)


@post(
    f"{PATH}/accept",
    sync_to_thread=True,
    request_max_body_size=MOST_SENT,
    action=Action.ACCEPT_ROWS,
)
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
    ticked = {value for name, value in data.items() if name.startswith(TAKEN)}
    code = _accepted(request, staff, mine.id, now, ticked, data)
    if not code:
        return back(language, request_id, Told.ROWS_ACCEPTED, BELOW)
    shown = searched(staff.book, now, staff.now(), ticked if code != CHANGED else None)
    page = context(request, language, request_id, pages, staff, shown, code)
    return pages.answer(request, TEMPLATE, page, 422)


def looked(staff: StaffDesk, request: str) -> Proposed:
    """What the systems answer now; `NotFoundException` where none can be read from here."""
    if staff.estate is None:
        raise NotFoundException(request)
    return proposed(staff.book, staff.estate, request)


def _accepted(
    asked: Asked,
    staff: StaffDesk,
    request: str,
    now: Proposed,
    ticked: Collection[str],
    form: Mapping[str, str],
) -> str:
    """Keep what a form accepts; the code of what is wrong, or nothing."""
    candidates, ring = now.looked.found.candidates, staff.book.ring
    if now.unheard:
        return "unheard"
    if form.get("mark", "") != mark_of(ring, candidates):
        return CHANGED
    chosen = [each for each in candidates if choice_of(ring, each) in ticked]
    if bool(ticked) is (NOTHING in form) or len(chosen) != len(ticked):
        return "none-chosen"
    by, at = signed_of(asked).person, staff.now()
    accept(staff.book, request, chosen, by=by, at=at)
    return ""
