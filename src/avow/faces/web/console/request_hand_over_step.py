"""Look for the companies that a request concerns, and hand a right over to one of them."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.common.errors import AvowError
from avow.duties.requests.acting.handing_over import (
    ByLetter,
    HandOver,
    hand_over,
    tenants_named,
    tenants_of,
)
from avow.duties.requests.machine import Request
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.engine.accounts.views import Kind, Why, note_view
from avow.faces.web.console.request_hand_over import PATH, TEMPLATE, Concerned, Search, context
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

LONGEST = 300
"""Characters of a company as the data map names it."""


@post(f"{PATH}/look", sync_to_thread=True, status_code=200, action=Action.OPEN_PERSON)
def hand_over_look(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Look, as a view in the log: by keys of companies and counts, never their data."""
    del data
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.OPEN_PERSON, mine)
    by, at = signed_of(request).person, staff.now()
    note_view(staff.accounts, mine.id, None, Kind.TENANTS, Why.ANSWER, by=by, at=at)
    mistake, search = None, None
    try:
        search = _looked(staff, mine)
    except AvowError as problem:
        mistake = Mistake(mine.id, "look", problem.code)
    page = context(request, language, request_id, pages, staff, search=search, mistake=mistake)
    answer = pages.answer(request, TEMPLATE, page, 200 if mistake is None else 422)
    answer.headers["cache-control"] = "no-store"
    return answer


def _looked(staff: StaffDesk, request: Request) -> Search:
    named = tuple(Concerned(who, None, 0) for who in tenants_named(staff.book, request.id))
    if staff.estate is None:
        return Search(named, ())
    looked = tenants_of(staff.book, staff.estate, request.id)
    rows = tuple(Concerned(each.tenant, each.person, each.rows) for each in looked.found)
    return Search((*named, *rows), looked.gaps)


@post(f"{PATH}/go", sync_to_thread=True, action=Action.DECIDE)
def hand_over_go(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Give the company a task and tell the person whom to ask, as who is signed in and shows a
    fresh code."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.DECIDE, mine)
    code = _handed(request, staff, mine, data)
    if not code:
        return back(language, request_id, Told.HANDED_OVER, "hand-over")
    mistake = Mistake(mine.id, "go", code)
    page = context(request, language, request_id, pages, staff, form=data, mistake=mistake)
    return pages.answer(request, TEMPLATE, page, 422)


def _handed(asked: Asked, staff: StaffDesk, request: Request, form: Mapping[str, str]) -> str:
    """Hand it over; the code of what is wrong, or nothing."""
    by, at, item = signed_of(asked).person, staff.now(), form.get("item", "")
    tenant = form.get("tenant", "").strip()
    domain = staff.book.declaration.controller.email.rpartition("@")[2]
    if item not in {str(number) for number in request.items} or not 0 < len(tenant) <= LONGEST:
        return "no-tenant"
    if not domain:
        return "no-sender"
    if not prove(staff.accounts, by, form.get("code", ""), at):
        return "code"
    what = HandOver(request.id, int(item), tenant, form.get("only", "") == "1")
    try:
        hand_over(staff.book, what, ByLetter(domain), by=by, at=at)
    except AvowError as problem:
        return problem.code
    return ""
