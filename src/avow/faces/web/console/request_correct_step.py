"""Plan a correction, carry its approved plans out, and say where an old value rightly stays."""

from __future__ import annotations

from datetime import datetime

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.common.errors import AvowError
from avow.duties.requests.acting.correcting_next import Turn, plans_of, to_carry_out, turn_of
from avow.duties.requests.acting.rectifying import Stays, carry_out, correct, let_stay
from avow.duties.requests.acting.restricting import Hands
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.words import ItemState
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.faces.web.changing_hands import changing_hands
from avow.faces.web.console.request_correct import BELOW, PATH, TEMPLATE, context
from avow.faces.web.correct_form import correction_of, wishes_of
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

MOST = 60_000
"""Bytes of a form with three long values."""
DONE = {"plan": Told.CHANGE_PLANNED, "carry-out": Told.CHANGE_MADE, "stays": Told.ACTED}
"""What a form does, and what is said of it."""
GRANTED = (ItemState.ACCEPTED, ItemState.ACTING, ItemState.DONE)
"""When something may be corrected: it was decided."""


@post(f"{PATH}/act", sync_to_thread=True, request_max_body_size=MOST, action=Action.CARRY_OUT)
def correct_act(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Do what the form says, as who is signed in. Planning changes nothing in any system; the rest
    takes a fresh code."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.CARRY_OUT, mine)
    item, what = correction_of(mine, data), data.get("what", "")
    mistake = _acted(staff, mine, item, what, data, signed_of(request).person)
    if mistake is None:
        return back(language, request_id, DONE[what], BELOW)
    page = context(request, language, request_id, pages, staff, mistake=mistake, form=data)
    answer = pages.answer(request, TEMPLATE, page, 422)
    answer.headers["cache-control"] = "no-store"
    return answer


def _acted(
    staff: StaffDesk, state: Request, item: Item, what: str, form: Form, by: str
) -> Mistake | None:
    """Do it; what is wrong, or nothing."""
    hands, at, about = changing_hands(staff), staff.now(), str(item.item)
    if hands is None:
        return Mistake(about, what, "no-systems")
    if what not in DONE:
        return Mistake(about, what, "moved")
    if what != "plan" and not prove(staff.accounts, by, form.get("code", ""), at):
        return Mistake(about, what, "code")
    try:
        code = _done(hands, state, item, what, form, by, at)
    except AvowError as problem:
        return Mistake(about, what, problem.code)
    return Mistake(about, what, code) if code else None


def _done(
    hands: Hands, state: Request, item: Item, what: str, form: Form, by: str, at: datetime
) -> str:
    if what == "stays":
        why = form.get("why", "")
        if why not in set(Stays):
            return "no-reason"
        let_stay(hands, state.id, item.item, form.get("place", ""), Stays(why), by=by, at=at)
        return ""
    if what == "plan":
        wished = wishes_of(form)
        if not wished:
            return "no-field"
        if item.state not in GRANTED:
            return "moved"
        correct(hands, state.id, item.item, wished, by=by, at=at)
        return ""
    plans = plans_of(hands.book, state, item)
    if turn_of(hands.book, state, item, plans) is not Turn.CARRY_OUT:
        return "moved"
    carry_out(hands, state.id, item.item, to_carry_out(item, plans), by=by, at=at)
    return ""
