"""Extend the term of a request by two months, for one of the two reasons of art. 12(3) GDPR."""

from __future__ import annotations

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.requests.steps import Extended
from avow.duties.requests.words import Reason
from avow.engine.accounts.matrix import Action
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import act, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post("/{language:str}/requests/{request_id:str}/extend", sync_to_thread=True, action=Action.EXTEND)
def request_extend(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect:
    """Extend it; the words say why it is so in this case."""
    pages.frame(request, language, "requests")
    mine, told = found(staff, request_id), Told.NOT_POSSIBLE
    reason, words = data.get("reason", ""), data.get("words", "")
    if reason in set(Reason) and words.strip():
        step = Extended(reason=Reason(reason))
        told = act(request, staff, mine, Action.EXTEND, step, Told.EXTENDED, words=words)
    return back(language, request_id, told)
