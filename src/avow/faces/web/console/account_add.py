"""Make an account: its one-time secret is shown once, to be handed over by a person."""

from __future__ import annotations

from litestar import Response, post
from litestar.params import FromPath

from avow.engine.accounts import making
from avow.engine.accounts.known import AccountError
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.faces.web.console.accounts import context
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, signed_of
from avow.faces.web.signin.sign_in import GivenStaff


@post(
    "/{language:str}/accounts/add",
    sync_to_thread=True,
    status_code=200,
    action=Action.MANAGE_ACCOUNTS,
)
def account_add(
    request: Asked, language: FromPath[str], data: Form, pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Make it, or make it anew, with a fresh code of the administrator."""
    pages.frame(request, language, "accounts")
    by, person, secret = signed_of(request).person, data.get("person", ""), ""
    if prove(staff.accounts, by, data.get("code", ""), staff.now()):
        try:
            secret = making.add(staff.accounts, person, by=by, at=staff.now())
        except AccountError:
            person = ""
    shown = (person, secret) if secret else ("", "refused")
    page = context(request, language, pages, staff, shown)
    return pages.answer(request, "staff/accounts.html", page, 200 if secret else 403)
