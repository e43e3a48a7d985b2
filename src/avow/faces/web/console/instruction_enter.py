"""Enter in the log what a controller instructs; its registered contact is asked to confirm it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.common.errors import AvowError
from avow.duties.requests.tasks.instructing import Instruction, Instructs, instruct
from avow.engine.accounts.matrix import Action
from avow.faces.web.console.instructions import TEMPLATE, context
from avow.faces.web.instruction_views import allow_for_clients, back
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

LONGEST = 8_000
"""Characters of the words of an instruction."""


@post("/{language:str}/instructions/enter", sync_to_thread=True, action=Action.ENTER_REQUEST)
def instruction_enter(
    request: Asked, language: FromPath[str], data: Form, pages: GivenPages, staff: GivenStaff
) -> Redirect | Response[bytes]:
    """Keep it as who is signed in. Nothing is done with any data by it."""
    pages.frame(request, language, "instructions")
    allow_for_clients(request, Action.ENTER_REQUEST)
    said, code = _said(staff, data), "no-instruction"
    if said is not None:
        try:
            by = signed_of(request).person
            name = instruct(staff.book, said, by=by, at=staff.now())
            return back(language, name, Told.INSTRUCTION_ENTERED)
        except AvowError as problem:
            code = problem.code
    page = context(request, language, pages, staff, Mistake("", "enter", code, typed=data))
    answer = pages.answer(request, TEMPLATE, page, 422)
    answer.headers["cache-control"] = "no-store"
    return answer


def _said(staff: StaffDesk, form: Mapping[str, str]) -> Instruction | None:
    """What the form says; None where something of it is missing."""
    tenant, what = form.get("tenant", "").strip(), form.get("what", "")
    words, arrived = form.get("words", "").strip(), _arrived(staff, form.get("arrived", ""))
    if not tenant or what not in set(Instructs) or arrived is None:
        return None
    if not 0 < len(words) <= LONGEST:
        return None
    return Instruction(tenant, Instructs(what), arrived, words.encode())


def _arrived(staff: StaffDesk, given: str) -> datetime | None:
    """The instant of now, or the beginning of an earlier day; None for a day to come."""
    try:
        day = date.fromisoformat(given)
    except ValueError:
        return None
    today = staff.today()
    if day > today:
        return None
    return staff.now() if day == today else datetime.combine(day, time(), ZoneInfo(staff.book.zone))
