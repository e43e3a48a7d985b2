"""Plan an accepted erasure in every system, carry its approved plans out, and end it."""

from __future__ import annotations

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from avow.common.errors import AvowError
from avow.duties.requests.acting.erasing import begin, finish, parts
from avow.duties.requests.machine import Request
from avow.duties.requests.words import Right
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.faces.web.changing_hands import erasing_hands
from avow.faces.web.console.request_erase import PATH, TEMPLATE, context
from avow.faces.web.mistakes import Mistake
from avow.faces.web.plan_running import MAY_RUN, run_plans
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post(f"{PATH}/plan", sync_to_thread=True, action=Action.CARRY_OUT)
def erase_plan(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Keep the person from coming back, then plan what is missing. Nothing is erased by it."""
    pages.frame(request, language, "requests")
    mine, item = _of(request, staff, request_id, data)
    if staff.estate is None:
        return back(language, request_id, Told.NOT_POSSIBLE, "erase")
    by, at = signed_of(request).person, staff.now()
    try:
        begin(erasing_hands(staff, staff.estate), mine.id, item, by=by, at=at)
    except AvowError as problem:
        page = context(
            request, language, request_id, pages, staff, Mistake(str(item), "plan", problem.code)
        )
        return pages.answer(request, TEMPLATE, page, 422)
    return back(language, request_id, Told.ERASURE_PLANNED, "erase")


@post(f"{PATH}/run", sync_to_thread=True, action=Action.CARRY_OUT)
def erase_run(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Carry out the plans that two persons approved, as who is signed in and shows a fresh code.
    What may run is what the planner lets run: nothing here permits it."""
    pages.frame(request, language, "requests")
    mine, item = _of(request, staff, request_id, data)
    if staff.estate is None or staff.tools is None:
        return back(language, request_id, Told.NOT_POSSIBLE, "erase")
    by, at = signed_of(request).person, staff.now()
    ready = [p.plan for p in parts(staff.book, mine.id, item) if p.plan and p.status in MAY_RUN]
    if not ready:
        code = "moved"
    elif not prove(staff.accounts, by, data.get("code", ""), at):
        code = "code"
    else:
        code = run_plans(staff.tools(), ready)
    if not code:
        return back(language, request_id, Told.PLANS_RUN, "erase")
    mistake = Mistake(str(item), "run", code)
    page = context(request, language, request_id, pages, staff, mistake)
    return pages.answer(request, TEMPLATE, page, 422)


@post(f"{PATH}/end", sync_to_thread=True, action=Action.CARRY_OUT)
def erase_end(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Look again, tell the recipients, and say that it is done, with what is not. Who ends it shows
    a fresh code."""
    pages.frame(request, language, "requests")
    mine, item = _of(request, staff, request_id, data)
    if staff.estate is None:
        return back(language, request_id, Told.NOT_POSSIBLE, "erase")
    by, at, code = signed_of(request).person, staff.now(), ""
    if not prove(staff.accounts, by, data.get("code", ""), at):
        code = "code"
    else:
        try:
            finish(erasing_hands(staff, staff.estate), mine.id, item, by=by, at=at)
        except AvowError as problem:
            code = problem.code
    if not code:
        return back(language, request_id, Told.ERASURE_ENDED, "erase")
    mistake = Mistake(str(item), "end", code)
    page = context(request, language, request_id, pages, staff, mistake)
    return pages.answer(request, TEMPLATE, page, 422)


def _of(
    asked: Asked, staff: StaffDesk, request_id: str, form: dict[str, str]
) -> tuple[Request, int]:
    """The request and the erasure that a form names; `NotFoundException` where there is none."""
    mine, said = found(staff, request_id), form.get("item", "")
    erasures = {str(i.item): i for i in mine.items.values() if i.right is Right.ERASURE}
    allow(asked, Action.CARRY_OUT, mine)
    if said not in erasures:
        raise NotFoundException(said)
    return mine, erasures[said].item
