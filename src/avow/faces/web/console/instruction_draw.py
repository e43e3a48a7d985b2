"""Draw the copy that a controller asks for, for it alone: the code is shown once."""

from __future__ import annotations

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.common.errors import AvowError
from avow.duties.requests.processor.giving import Given, give
from avow.duties.requests.processor.standing import Standing
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.engine.planner import identities
from avow.engine.planner.making import Estate
from avow.faces.web.console.instruction import PATH, TEMPLATE, Drawn, context
from avow.faces.web.console.instruction_step import carried_out_by, mistaken
from avow.faces.web.instruction_values import asked_by, unnamed_of, values_of
from avow.faces.web.instruction_views import back
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post(f"{PATH}/draw", sync_to_thread=True, status_code=200, action=Action.CARRY_OUT)
def instruction_draw(
    request: Asked,
    language: FromPath[str],
    instruction_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Pack the rows of its controller, as who is signed in and shows a fresh code; its contact gets
    the task to fetch them."""
    mine = carried_out_by(request, language, instruction_id, pages, staff)
    if staff.estate is None:
        return back(language, mine.id, Told.NOT_POSSIBLE)
    lines, code = values_of(staff, mine, data)
    by, made = signed_of(request).person, None
    if not code and not prove(staff.accounts, by, data.get("code", ""), staff.now()):
        code = "code"
    if not code:
        asked = asked_by(data.get("kind", ""), lines)
        made, code = _given(staff, staff.estate, mine, asked, by)
    if made is None:
        mistake = Mistake(mine.id, "draw", code, typed=data)
        return mistaken(request, language, mine, pages, staff, mistake)
    drawn = Drawn(made.rows, made.gaps, made.until, made.code.reveal())
    unnamed = unnamed_of(made.named, lines) if made.named is not None else None
    page = context(request, language, mine.id, pages, staff, unnamed=unnamed, drawn=drawn)
    answer = pages.answer(request, TEMPLATE, page)
    answer.headers["cache-control"] = "no-store"
    return answer


def _given(
    staff: StaffDesk, estate: Estate, mine: Standing, asked: tuple[identities.Asked, ...], by: str
) -> tuple[Given | None, str]:
    """The copy, and the code of why there is none."""
    try:
        return give(staff.book, estate, mine.id, asked, by=by, at=staff.now()), ""
    except AvowError as problem:
        return None, problem.code
