"""Say that a person showed who they are, was asked to, or that what they showed is not enough."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.requests.book import Said, take
from avow.duties.requests.machine import Request, StepRefused
from avow.duties.requests.steps import IdentityAsked, IdentityDoubted, IdentityShown, Steps
from avow.duties.requests.words import Rung, Voice
from avow.engine.accounts.matrix import Action
from avow.faces.web.console.request_identity import PAPER_RUNGS, PATH, answered_with
from avow.faces.web.mistakes import Mistake
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import LONGEST, allow, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

TOLD = {
    "shown": Told.IDENTITY_SHOWN,
    "asked": Told.IDENTITY_ASKED,
    "doubted": Told.IDENTITY_DOUBTED,
}


@post(f"{PATH}/step", sync_to_thread=True, action=Action.IDENTIFY)
def identity_step(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Take the step as who is signed in; the words lie sealed beside it."""
    pages.frame(request, language, "requests")
    mine, name = found(staff, request_id), data.get("step", "")
    allow(request, Action.IDENTIFY, mine)
    number = person_of(mine, data)
    wanted = _step(mine, number, name, data)
    code = wanted if isinstance(wanted, str) else ""
    if not isinstance(wanted, str):
        said = [Said(wanted, data.get("words", "").strip()[:LONGEST].encode())]
        try:
            take(staff.book, mine.id, said, by=signed_of(request).person, at=staff.now())
        except StepRefused as refused:
            code = refused.code
    if not code:
        return back(language, request_id, TOLD[name], "identity")
    mistake = Mistake(str(number), name, code, typed=data)
    return answered_with(request, language, request_id, pages, staff, mistake)


def person_of(request: Request, form: Mapping[str, str]) -> int:
    """The person of the request whom a form names; `NotFoundException` where there is none."""
    number = form.get("person", "")
    if number not in {str(person) for person in request.persons}:
        raise NotFoundException(number)
    return int(number)


def _step(request: Request, person: int, name: str, form: Mapping[str, str]) -> Steps | str:
    """The step that a form says, or the code of what is wrong with it."""
    rung = form.get("rung", "")
    if name not in TOLD:
        raise NotFoundException(name)
    if rung not in set(Rung):
        return "choose"
    step, words = Rung(rung), form.get("words", "").strip()
    if name == "asked":
        pauses = bool(form.get("pauses"))
        return "no-doubt" if pauses and not words else IdentityAsked(
            person=person, rung=step, pauses=pauses
        )  # fmt: skip
    if name == "doubted":
        return IdentityDoubted(person=person, rung=step, final=bool(form.get("final")))
    if step in PAPER_RUNGS or request.persons[person].voice is not Voice.SELF:
        return "no-paper"
    return IdentityShown(person=person, rung=step)
