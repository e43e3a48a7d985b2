"""Sign in: name, password and code in one form, one answer to whatever is not right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_403_FORBIDDEN

from avow.engine.accounts import sessions
from avow.engine.accounts.matrix import Action, allowed
from avow.engine.accounts.signing_in import sign_in as is_right
from avow.faces.web.frame import Frame
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, address_of, cookie, cookie_name

GivenStaff = NamedDependency[StaffDesk]


@dataclass(frozen=True, slots=True)
class SignIn:
    """The context of the page on which people sign in."""

    frame: Annotated[Frame, "what surrounds the page"]
    failed: Annotated[bool, "whether an attempt was not right, or came too soon"]
    none_yet: Annotated[bool, "whether nobody has an account yet"]


@get("/{language:str}/sign-in", sync_to_thread=True, action=Action.OPEN)
def sign_in(
    request: Asked, language: FromPath[str], pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Show the form."""
    frame = pages.frame(request, language, "sign-in")
    return pages.answer(request, "signin/sign_in.html", SignIn(frame, False, _none(staff)))


@post("/{language:str}/sign-in/begin", sync_to_thread=True, action=Action.OPEN)
def signed_in(
    request: Asked, language: FromPath[str], data: Form, pages: GivenPages, staff: GivenStaff
) -> Response[bytes] | Redirect:
    """Begin a session for who is right; show the form again to everybody else."""
    frame, person = pages.frame(request, language, "sign-in"), data.get("person", "").strip()
    password, code = data.get("password", ""), data.get("code", "").strip()
    accounts, at = staff.accounts, staff.now()
    if not is_right(accounts, person, password, code, address_of(request), at):
        page = SignIn(frame, True, _none(staff))
        return pages.answer(request, "signin/sign_in.html", page, HTTP_403_FORBIDDEN)
    former = request.cookies.get(cookie_name(request), "")
    session = sessions.begin(accounts, person, at, former)
    return Redirect(
        f"/{language}{_first(accounts.roles(person))}",
        status_code=HTTP_303_SEE_OTHER,
        cookies=[cookie(request, session)],
    )


def _none(staff: StaffDesk) -> bool:
    return not staff.accounts.exist()


def _first(roles: frozenset[str]) -> str:
    """Where work begins: on the page of today, or with the accounts for who sees no data."""
    return "" if Action.SEE_STATUS in allowed(roles) else "/accounts"
