"""End an account and every session of it."""

from __future__ import annotations

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.engine.accounts import making
from avow.engine.accounts.known import AccountError
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post("/{language:str}/accounts/end", sync_to_thread=True, action=Action.MANAGE_ACCOUNTS)
def account_end(
    request: Asked, language: FromPath[str], data: Form, pages: GivenPages, staff: GivenStaff
) -> Redirect:
    """End it, with a fresh code of the administrator, who does not end their own."""
    pages.frame(request, language, "accounts")
    by, person, told = signed_of(request).person, data.get("person", ""), Told.NOT_ALLOWED
    if person != by:
        told = Told.UNKNOWN_PERSON
        if prove(staff.accounts, by, data.get("code", ""), staff.now()):
            told = _ended(staff, person, by)
    return Redirect(f"/{language}/accounts?told={told}", status_code=HTTP_303_SEE_OTHER)


def _ended(staff: GivenStaff, person: str, by: str) -> Told:
    try:
        making.end(staff.accounts, person, by=by, at=staff.now())
    except AccountError:
        return Told.NOT_POSSIBLE
    return Told.ENDED
