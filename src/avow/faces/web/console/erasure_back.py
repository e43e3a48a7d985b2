"""Taking an erasure back: what lies where and until when, who said so, and saying so oneself.

Nothing here names a person or shows a value, so that whoever approves plans may say so without
opening the request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.common.errors import AvowError
from avow.duties.requests.acting.bringing_back import CameBack, said_by, say_back
from avow.duties.requests.machine import Request
from avow.duties.requests.words import ItemState, Right
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.faces.web.changing_hands import erasing_hands
from avow.faces.web.erase_views import LyingLine, lying_lines
from avow.faces.web.frame import Frame
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.request_acting import allow, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

TEMPLATE = "staff/back.html"
PATH = "/{language:str}/erasures/{request_id:str}/{item:int}/back"


@dataclass(frozen=True, slots=True)
class BackPage:
    """The context of the page on which an erasure is taken back."""

    frame: Annotated[Frame, "what surrounds the page"]
    id: Annotated[str, "the request"]
    item: Annotated[int, "the erasure of it"]
    lying: Annotated[tuple[LyingLine, ...], "what could be brought back, system by system"]
    said: Annotated[tuple[str, ...], "who has said so until now"]
    mine: Annotated[bool, "whether the reader has said so"]
    is_back: Annotated[bool, "whether it was taken back, and is to be decided anew"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]


def show(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    item: FromPath[int],
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Show what can be brought back."""
    page = context(request, language, request_id, item, pages, staff)
    return pages.answer(request, TEMPLATE, page)


erasure_back = with_twin(PATH, show, Action.APPROVE_PLAN)


@post(f"{PATH}/say", sync_to_thread=True, action=Action.APPROVE_PLAN)
def erasure_back_say(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    item: FromPath[int],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Say so with a fresh code; with the second person who does, it is brought back."""
    pages.frame(request, language, "plans")
    mine = _erasure(staff, request_id, item)
    allow(request, Action.APPROVE_PLAN, mine)
    done, code = _said(request, staff, mine.id, item, data.get("code", ""))
    if not code:
        here = f"/{language}/erasures/{quote(mine.id, safe='')}/{item}/back?told={done}"
        return Redirect(here, status_code=HTTP_303_SEE_OTHER)
    mistake = Mistake(str(item), "say", code)
    page = context(request, language, request_id, item, pages, staff, mistake)
    return pages.answer(request, TEMPLATE, page, 422)


def _said(asked: Asked, staff: StaffDesk, request: str, item: int, code: str) -> tuple[Told, str]:
    """What came of it, or the code of why nothing did."""
    by, at = signed_of(asked).person, staff.now()
    if staff.estate is None or staff.tools is None:
        return Told.NOT_POSSIBLE, ""
    if not prove(staff.accounts, by, code, at):
        return Told.NOT_POSSIBLE, "code"
    hands, undo = erasing_hands(staff, staff.estate), staff.tools().hands()
    try:
        came = say_back(hands, undo, request, item, by=by, at=at)
    except AvowError as problem:
        return Told.NOT_POSSIBLE, problem.code
    return (Told.BACK_SAID if came is None else _how(came)), ""


def _how(came: CameBack) -> Told:
    return Told.BACK_IN_PART if came.left or came.nothing else Told.BACK


def context(
    asked: Asked,
    language: str,
    request_id: str,
    item: int,
    pages: Pages,
    staff: StaffDesk,
    mistake: Mistake | None = None,
) -> BackPage:
    """Read what lies; `NotFoundException` where there is no such erasure."""
    frame, state = pages.frame(asked, language, "plans"), _erasure(staff, request_id, item)
    allow(asked, Action.APPROVE_PLAN, state)
    said = said_by(staff.book, state.id, item)
    return BackPage(
        frame=frame,
        id=state.id,
        item=item,
        lying=lying_lines(staff.book, state.id, item, staff.now()),
        said=said,
        mine=signed_of(asked).person in said,
        is_back=state.items[item].state is ItemState.ASKED,
        mistake=mistake,
    )


def _erasure(staff: StaffDesk, request_id: str, item: int) -> Request:
    state = found(staff, request_id)
    if item not in state.items or state.items[item].right is not Right.ERASURE:
        raise NotFoundException(str(item))
    return state
