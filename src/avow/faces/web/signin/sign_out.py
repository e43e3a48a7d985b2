"""Sign out, here or everywhere."""

from __future__ import annotations

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.engine.accounts import sessions
from avow.engine.accounts.matrix import Action
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, cookie, signed_of
from avow.faces.web.signin.sign_in import GivenStaff


@post("/{language:str}/sign-out", sync_to_thread=True, action=Action.OWN)
def sign_out(
    request: Asked, language: FromPath[str], data: Form, pages: GivenPages, staff: GivenStaff
) -> Redirect:
    """End this session, or every one of the person, and take the cookie away."""
    pages.frame(request, language, "sign-in")
    signed = signed_of(request)
    if data.get("everywhere"):
        sessions.end_all(staff.accounts, signed.person, by=signed.person, at=staff.now())
    else:
        sessions.end(staff.accounts, signed)
    gone = cookie(request, "")
    return Redirect(f"/{language}/sign-in", status_code=HTTP_303_SEE_OTHER, cookies=[gone])
