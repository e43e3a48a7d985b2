"""The erasures of all open requests together: planned, carried out and ended by one decision each,
about the very ones that were seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.common.errors import AvowError
from avow.duties.requests.acting.erasing_together import (
    Waits,
    begin_all,
    finish_all,
    waits_of,
)
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.faces.web.changing_hands import erasing_hands
from avow.faces.web.frame import Frame
from avow.faces.web.mistakes import Mistake
from avow.faces.web.plan_running import run_plans
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

TEMPLATE, PATH = "staff/erase_together.html", "/{language:str}/requests/erase"


@dataclass(frozen=True, slots=True)
class Step:
    """A step that many wait for: how it is called, how many, and what tells these from others."""

    name: str
    many: int
    seen: str


@dataclass(frozen=True, slots=True)
class Together:
    """The context of the page of all erasures."""

    frame: Annotated[Frame, "what surrounds the page"]
    steps: Annotated[tuple[Step, ...], "what can be done now for many, in the order of the work"]
    plans: Annotated[tuple[str, ...], "plans that wait for two persons"]
    not_yet: Annotated[tuple[str, ...], "requests of which something else comes first"]
    mistake: Annotated[Mistake | None, "what is wrong with the form that was just sent"]
    can_act: Annotated[bool, "whether the systems can be reached from here"]


def show(
    request: Asked, language: FromPath[str], pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Show what they wait for. No system is asked."""
    return pages.answer(request, TEMPLATE, _context(request, language, pages, staff))


erase_together = with_twin(PATH, show, Action.CARRY_OUT)


def _context(
    asked: Asked, language: str, pages: Pages, staff: StaffDesk, mistake: Mistake | None = None
) -> Together:
    waits = waits_of(staff.book)
    return Together(
        frame=pages.frame(asked, language, "requests"),
        steps=tuple(_steps(waits)),
        plans=waits.to_approve,
        not_yet=tuple(dict.fromkeys(request for request, _ in waits.not_yet)),
        mistake=mistake,
        can_act=staff.estate is not None and staff.tools is not None,
    )


def _steps(waits: Waits) -> Iterable[Step]:
    """Each with a hash of what it is about: a form that shows another one does nothing."""
    named = {
        "plan": [f"{request} {item}" for request, item in waits.to_plan],
        "run": list(waits.to_run),
        "end": [f"{request} {item}" for request, item in waits.to_end],
    }
    for name, about in named.items():
        if about:
            seen = hashlib.sha256("\n".join([name, *sorted(about)]).encode()).hexdigest()
            yield Step(name, len(about), seen)


@post(f"{PATH}/act", sync_to_thread=True, action=Action.CARRY_OUT)
def erase_all(
    request: Asked, language: FromPath[str], data: Form, pages: GivenPages, staff: GivenStaff
) -> Redirect | Response[bytes]:
    """Do one step for all that were seen, as who is signed in and shows a fresh code. Where others
    wait by now, nothing is done. Each request stands alone: one that is refused stops no other."""
    name, by = data.get("step", ""), signed_of(request).person
    if name not in ("plan", "run", "end"):
        raise NotFoundException(name)
    code = _acted(staff, name, data, by)
    if not code:
        here = f"/{language}/requests/erase?told={Told.DONE_FOR_ALL}"
        return Redirect(here, status_code=HTTP_303_SEE_OTHER)
    page = _context(request, language, pages, staff, Mistake(name, "all", code))
    return pages.answer(request, TEMPLATE, page, 422)


def _acted(staff: StaffDesk, name: str, form: Form, by: str) -> str:
    """Do it; the code of the first that did not go on, or nothing."""
    waits, at = waits_of(staff.book), staff.now()
    if form.get("seen", "") not in {step.seen for step in _steps(waits) if step.name == name}:
        return "moved"
    if staff.estate is None or staff.tools is None:
        return "no-systems"
    if not prove(staff.accounts, by, form.get("code", ""), at):
        return "code"
    hands = erasing_hands(staff, staff.estate)
    try:
        if name == "run":
            return run_plans(staff.tools(), waits.to_run)
        if name == "plan":
            placed = begin_all(hands, by=by, at=at)
            mine = {(each.request, each.item): each for each in placed}
            done = (mine[of] for of in waits.to_plan if of in mine)
            return next((part.gap for each in done for part in each.parts if part.gap), "")
        closed = finish_all(hands, by=by, at=at)
    except AvowError as problem:
        return problem.code
    return next((each.code for each in closed if each.code), "")
