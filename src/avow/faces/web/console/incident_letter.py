"""The text for the authority, with every element of art. 33(3), to hand in on its own form."""

from __future__ import annotations

from litestar import Response, post
from litestar.params import FromPath

from avow.duties.incidents.machine import IncidentRefused
from avow.duties.incidents.notification import Written, notification
from avow.engine.accounts.matrix import Action
from avow.faces.web.console.incident import context
from avow.faces.web.incident_acting import LONGEST
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form
from avow.faces.web.signin.sign_in import GivenStaff


@post(
    "/{language:str}/incidents/{incident_id:str}/letter",
    sync_to_thread=True,
    status_code=200,
    action=Action.HANDLE_INCIDENT,
)
def incident_letter(
    request: Asked,
    language: FromPath[str],
    incident_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Show the text, in the language of the page. It is kept nowhere and stored by no cache: it
    holds what people said of the incident."""
    written = Written(data.get("measures", "")[:LONGEST], data.get("late", "")[:LONGEST])
    try:
        made = notification(
            staff.register, staff.book.declaration, incident_id, written,
            language=language, now=staff.now(),
        )  # fmt: skip
        letter: str | None = f"{made.subject}\n\n{made.text}"
    except IncidentRefused:
        letter = None
    page = context(request, language, incident_id, pages, staff, letter)
    answer = pages.answer(request, "staff/incident.html", page)
    answer.headers["cache-control"] = "no-store"
    return answer
