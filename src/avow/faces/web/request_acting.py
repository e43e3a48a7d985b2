"""Taking a step of a request from a form: who may, in whose sphere, and what came of it."""

from __future__ import annotations

from urllib.parse import quote

from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.duties.requests.book import Said, UnknownRequest, read, take
from avow.duties.requests.machine import Request, StepRefused
from avow.duties.requests.steps import Steps
from avow.engine.accounts.matrix import Action
from avow.faces.web.request_views import sphere_of
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk, signed_of
from avow.faces.web.source import Told

LONGEST = 4_000
"""Characters of a note."""


def found(staff: StaffDesk, request_id: str) -> Request:
    """The request; `NotFoundException` where there is none of that id."""
    try:
        return read(staff.book, request_id)
    except UnknownRequest:
        raise NotFoundException(request_id) from None


def allow(asked: Asked, action: Action, request: Request, item: int | None = None) -> None:
    """Let who is signed in act on a request in its sphere, or on one of its items; else
    `PermissionDeniedException` (403)."""
    about = request.items.get(item) if item is not None else None
    if not signed_of(asked).may(action, sphere_of(request, about)):
        raise PermissionDeniedException("in this sphere nobody of ours does that")


def does_of(asked: Asked, request: Request) -> frozenset[str]:
    """What who is signed in may do with a request; nothing where nobody is."""
    signed = asked.state.get("signed")
    if signed is None:
        return frozenset()
    sphere = sphere_of(request)
    return frozenset(str(action) for action in Action if signed.may(action, sphere))


def act(
    asked: Asked,
    staff: StaffDesk,
    request: Request,
    action: Action,
    step: Steps,
    done: Told,
    *,
    words: str = "",
    item: int | None = None,
) -> Told:
    """Take one step as who is signed in. Raises `PermissionDeniedException` (403) where the sphere
    of the request forbids it; what the machine refuses is told and changes nothing."""
    allow(asked, action, request, item)
    said = [Said(step, words.strip()[:LONGEST].encode())]
    try:
        take(staff.book, request.id, said, by=signed_of(asked).person, at=staff.now())
    except StepRefused:
        return Told.NOT_POSSIBLE
    return done


def back(language: str, request_id: str, told: Told, *below: str) -> Redirect:
    """To the page of the request, or one below it, with what came of the form."""
    path = "/".join(quote(part, safe="") for part in (request_id, *below))
    here = f"/{language}/requests/{path}?told={told}"
    return Redirect(here, status_code=HTTP_303_SEE_OTHER)
