"""Do what is next for a restriction of use, and announce its end: never lift without the notice."""

from __future__ import annotations

from datetime import datetime

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from avow.common.errors import AvowError
from avow.duties.requests.acting.lifting_letter import tell_lifting
from avow.duties.requests.acting.restricting import (
    Cause,
    Hands,
    enforce,
    lift,
    plan_lifting,
    restrict,
    told,
)
from avow.duties.requests.acting.restriction_next import Standing, Turn, standing_of
from avow.duties.requests.machine import Request
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.faces.web.changing_hands import changing_hands
from avow.faces.web.console.request_restrict import BELOW, PATH, TEMPLATE, context
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

TELL, TOLD = "tell", "told"
"""The end is announced by a letter of ours, or was in another way."""
SAID = {
    Turn.BEGIN: Told.USE_RESTRICTED,
    Turn.OFFER: Told.USE_RESTRICTED,
    Turn.PLAN: Told.CHANGE_PLANNED,
    Turn.ENFORCE: Told.CHANGE_MADE,
    Turn.PLAN_LIFTING: Told.CHANGE_PLANNED,
    Turn.LIFT: Told.USE_RESUMED,
    TELL: Told.END_ANNOUNCED,
    TOLD: Told.END_ANNOUNCED,
}
"""What a form may say is done, and what is said of it then."""


@post(f"{PATH}/act", sync_to_thread=True, action=Action.CARRY_OUT)
def restrict_act(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Do what is next, as who is signed in and shows a fresh code."""
    pages.frame(request, language, "requests")
    mine, said = found(staff, request_id), data.get("item", "")
    allow(request, Action.CARRY_OUT, mine)
    at, turn = staff.now(), data.get("turn", "")
    stands = _stands(staff, mine, said, at)
    code = _acted(staff, mine, stands, data, signed_of(request).person, at)
    if not code:
        return back(language, request_id, SAID[turn], BELOW)
    page = context(request, language, request_id, pages, staff, Mistake(said, turn, code))
    return pages.answer(request, TEMPLATE, page, 422)


def _stands(staff: StaffDesk, state: Request, said: str, at: datetime) -> Standing:
    """The restriction that a form names; `NotFoundException` where there is none."""
    known = {str(item.item): item for item in state.items.values()}
    stands = standing_of(staff.book, state, known[said], at) if said in known else None
    if stands is None:
        raise NotFoundException(said)
    return stands


def _acted(
    staff: StaffDesk, state: Request, stands: Standing, form: Form, by: str, at: datetime
) -> str:
    """Do it, if it is still what is next; the code of what is wrong, or nothing."""
    wanted, hands = form.get("turn", ""), changing_hands(staff)
    if hands is None:
        return "no-systems"
    is_end = wanted in (TELL, TOLD)
    if wanted not in SAID or (stands.turn is not Turn.STANDS if is_end else stands.turn != wanted):
        return "moved"
    if not prove(staff.accounts, by, form.get("code", ""), at):
        return "code"
    try:
        return _done(hands, state, stands, form, by, at)
    except AvowError as problem:
        return problem.code


def _done(hands: Hands, state: Request, stands: Standing, form: Form, by: str, at: datetime) -> str:
    item = stands.item.item
    match form["turn"]:
        case Turn.BEGIN:
            if form.get("cause", "") not in set(Cause):
                return "no-reason"
            restrict(hands, state.id, item, by=by, at=at, cause=Cause(form["cause"]))
        case Turn.OFFER | Turn.PLAN:
            restrict(hands, state.id, item, by=by, at=at)
        case Turn.ENFORCE:
            enforce(hands, state.id, item, by=by, at=at)
        case Turn.PLAN_LIFTING:
            plan_lifting(hands, state.id, item, at=at)
        case Turn.LIFT:
            lift(hands, state.id, item, stands.open_lifting, by=by, at=at)
        case "tell":
            return "" if tell_lifting(hands.book, state.id, item, by=by, at=at) else "AV946"
        case _:
            told(hands.book, state.id, item, by=by, at=at)
    return ""
