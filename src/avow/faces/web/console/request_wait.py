"""Let the term of a request stand while the person is asked something, and run again."""

from __future__ import annotations

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.requests.steps import Paused, Resumed
from avow.duties.requests.words import Waits
from avow.engine.accounts.matrix import Action
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import act, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post("/{language:str}/requests/{request_id:str}/wait", sync_to_thread=True, action=Action.PAUSE)
def request_wait(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect:
    """Pause where it runs, resume where it stands, for what the form names."""
    pages.frame(request, language, "requests")
    mine, waits = found(staff, request_id), data.get("waits", "")
    if waits not in set(Waits):
        return back(language, request_id, Told.NOT_POSSIBLE)
    wanted = Waits(waits)
    if wanted in mine.waits:
        told = act(request, staff, mine, Action.PAUSE, Resumed(waits=wanted), Told.RESUMED)
    else:
        told = act(request, staff, mine, Action.PAUSE, Paused(waits=wanted), Told.PAUSED)
    return back(language, request_id, told)
