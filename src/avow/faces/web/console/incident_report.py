"""Report an incident: anyone who may sign in, and nothing is a condition of it."""

from __future__ import annotations

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.incidents.machine import Nature, Reported
from avow.duties.incidents.register import report
from avow.engine.accounts.matrix import Action
from avow.faces.web.incident_acting import LONGEST, back
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post("/{language:str}/incidents/report", sync_to_thread=True, action=Action.REPORT_INCIDENT)
def incident_report(
    request: Asked, language: FromPath[str], data: Form, pages: GivenPages, staff: GivenStaff
) -> Redirect:
    """Enter it, with what was said sealed beside it; an empty report is one too."""
    frame = pages.frame(request, language, "incidents")
    nature = tuple(each for each in Nature if data.get(f"nature-{each}"))
    words = data.get("words", "").strip()[:LONGEST].encode()
    step = Reported(nature=nature)
    name = report(staff.register, step, words, by=signed_of(request).person, at=staff.now())
    seen = Action.SEE_INCIDENTS in frame.may
    return back(language, name if seen else "", Told.REPORTED)
