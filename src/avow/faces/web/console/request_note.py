"""Note something in a request: what is written lies sealed with it."""

from __future__ import annotations

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.requests.steps import Noted
from avow.engine.accounts.matrix import Action
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import act, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post("/{language:str}/requests/{request_id:str}/note", sync_to_thread=True, action=Action.NOTE)
def request_note(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect:
    """Keep a note; an empty one is none. The officer's is an advice."""
    frame, mine = pages.frame(request, language, "requests"), found(staff, request_id)
    words = data.get("words", "")
    what = "note" if Action.PAUSE in frame.may or Action.REDACT in frame.may else "advice"
    told = Told.NOT_POSSIBLE
    if words.strip():
        told = act(request, staff, mine, Action.NOTE, Noted(what=what), Told.NOTED, words=words)
    return back(language, request_id, told)
