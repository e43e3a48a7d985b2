"""Take a step in an incident: it is a breach or none, what is concerned, the risk, who was told."""

from __future__ import annotations

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.incidents.machine import Advised, IncidentRefused, Steps
from avow.duties.incidents.register import take
from avow.engine.accounts.matrix import Action
from avow.faces.web.incident_acting import LONGEST, back, step_of
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

_PATH = "/{language:str}/incidents/{incident_id:str}"


@post(f"{_PATH}/step", sync_to_thread=True, action=Action.HANDLE_INCIDENT)
def incident_step(
    request: Asked,
    language: FromPath[str],
    incident_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect:
    """Take the step that the form says; advice is the officer's."""
    pages.frame(request, language, "incidents")
    step = step_of(staff, data)
    told = Told.NOT_POSSIBLE
    if step is not None and not isinstance(step, Advised):
        told = _taken(request, staff, incident_id, step, data.get("words", ""))
    return back(language, incident_id, told)


@post(f"{_PATH}/advise", sync_to_thread=True, action=Action.ADVISE_INCIDENT)
def incident_advise(
    request: Asked,
    language: FromPath[str],
    incident_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect:
    """Keep the advice of the data-protection officer, sealed beside the step."""
    pages.frame(request, language, "incidents")
    told = _taken(request, staff, incident_id, Advised(), data.get("words", ""))
    return back(language, incident_id, told)


def _taken(asked: Asked, staff: StaffDesk, incident: str, step: Steps, words: str) -> Told:
    """What the machine refuses is told, and changes nothing."""
    said, by = words.strip()[:LONGEST].encode(), signed_of(asked).person
    try:
        take(staff.register, incident, step, said, by=by, at=staff.now())
    except IncidentRefused:
        return Told.NOT_POSSIBLE
    return Told.STEP_TAKEN
