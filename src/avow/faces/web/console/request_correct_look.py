"""Open values of a correction: what a plan changes, what stands in a field now, and where an old
value still stands. The first two are entries in the log of views."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from litestar import Response, post
from litestar.params import FromPath

from avow.common.errors import AvowError
from avow.duties.requests.acting.correcting_next import Differs, difference
from avow.duties.requests.acting.rectifying import left_old, stands_now
from avow.duties.requests.acting.restricting import Hands
from avow.duties.requests.machine import Item, Request
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.views import Kind, Why, note_view
from avow.faces.web.changing_hands import changing_hands
from avow.faces.web.console.request_correct import PATH, TEMPLATE, Opened, context
from avow.faces.web.correct_form import correction_of, wishes_of, without_secrets
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, signed_of
from avow.faces.web.signin.sign_in import GivenStaff

LEFT = "left"
"""What a form asks to see without any value."""


@post(f"{PATH}/look", sync_to_thread=True, status_code=200, action=Action.OPEN_PERSON)
def correct_look(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Show what was asked for, with what was typed. Where the old value stands is told by place
    alone."""
    pages.frame(request, language, "requests")
    mine = found(staff, request_id)
    allow(request, Action.OPEN_PERSON, mine)
    item, hands = correction_of(mine, data), changing_hands(staff)
    by, at, what = signed_of(request).person, staff.now(), data.get("what", "")
    opened, mistake = None, None
    try:
        if hands is None:
            mistake = Mistake(str(item.item), what, "no-systems")
        else:
            if what != LEFT:
                note_view(
                    staff.accounts, mine.id, item.person, Kind.CORRECTION, Why.REVIEW, by=by, at=at
                )
            opened = _opened(hands, mine, item, what, data, at)
    except (AvowError, LookupError) as problem:
        code = problem.code if isinstance(problem, AvowError) else "moved"
        mistake = Mistake(str(item.item), what, code)
    page = context(
        request, language, request_id, pages, staff, opened=opened, mistake=mistake, form=data
    )
    answer = pages.answer(request, TEMPLATE, page, 422 if mistake else 200)
    answer.headers["cache-control"] = "no-store"
    return answer


def _opened(
    hands: Hands, state: Request, item: Item, what: str, form: Mapping[str, str], at: datetime
) -> Opened:
    match what:
        case "changes":
            plan = form.get("plan", "")
            changes = without_secrets(difference(hands, state, item, plan, at))
            return Opened(item.item, plan, changes)
        case _ if what == LEFT:
            names = (each.name for each in left_old(hands, state.id, item.item, at))
            return Opened(item.item, left=tuple(names))
        case _:
            return Opened(item.item, stands=without_secrets(_stands(hands, state, item, form)))


def _stands(
    hands: Hands, state: Request, item: Item, form: Mapping[str, str]
) -> tuple[Differs, ...]:
    return tuple(
        Differs(
            f"{each.system}.{each.dataset}.{each.field}",
            0,
            stands_now(hands, state.id, item.item, each),
            "",
        )
        for each in wishes_of(form)
    )
