"""Enrol: a one-time secret, then a password and a first code; no secret is ever in an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_403_FORBIDDEN
from markupsafe import Markup

from avow.engine.accounts import making, proofs
from avow.engine.accounts.matrix import Action
from avow.faces.web.frame import Frame
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, address_of
from avow.faces.web.signin.sign_in import GivenStaff


@dataclass(frozen=True, slots=True)
class Enrol:
    """The context of the pages of enrolment: the secret is asked for, then shown with a picture of
    the seed; at the end there are recovery codes and nothing else."""

    frame: Annotated[Frame, "what surrounds the page"]
    person: Annotated[str, "id of who enrols, as they wrote it"]
    secret: Annotated[str, "the one-time secret, for the second form; empty before"]
    seed: Annotated[str, "secret of the codes, to type where no camera is; empty before"]
    picture: Annotated[str, "QR code of the same as SVG; empty before"]
    failed: Annotated[bool, "whether what was written is not right"]
    shortest: Annotated[int, "characters that a password has at least"]
    codes: Annotated[tuple[str, ...], "recovery codes, once, when it is done"]


def _page(frame: Frame, person: str = "", *, failed: bool = False) -> Enrol:
    return Enrol(frame, person, "", "", "", failed, proofs.SHORTEST, ())


@get("/{language:str}/enrol", sync_to_thread=True, action=Action.OPEN)
def enrol(request: Asked, language: FromPath[str], pages: GivenPages) -> Response[bytes]:
    """Ask for the one-time secret."""
    frame = pages.frame(request, language, "sign-in")
    return pages.answer(request, "signin/enrol.html", _page(frame))


@post("/{language:str}/enrol/begin", sync_to_thread=True, action=Action.OPEN)
def enrol_begin(
    request: Asked, language: FromPath[str], data: Form, pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Show what goes into the authenticator to who has the secret."""
    frame, person = pages.frame(request, language, "sign-in"), data.get("person", "").strip()
    return _second(request, frame, pages, staff, person, data.get("secret", "").strip())


@post("/{language:str}/enrol/finish", sync_to_thread=True, action=Action.OPEN)
def enrol_finish(
    request: Asked, language: FromPath[str], data: Form, pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Keep the password, and show the recovery codes this once."""
    frame, person = pages.frame(request, language, "sign-in"), data.get("person", "").strip()
    secret, password = data.get("secret", ""), data.get("password", "")
    code, where = data.get("code", "").strip(), address_of(request)
    codes = None
    if password == data.get("again", ""):
        codes = making.finish(staff.accounts, person, secret, password, code, where, staff.now())
    if codes is None:
        return _second(request, frame, pages, staff, person, secret, failed=True)
    done = Enrol(frame, person, "", "", "", False, proofs.SHORTEST, codes)
    return pages.answer(request, "signin/enrol.html", done)


def _second(
    request: Asked, frame: Frame, pages: GivenPages, staff: GivenStaff, person: str, secret: str,
    *, failed: bool = False,
) -> Response[bytes]:  # fmt: skip
    begun = making.begin(staff.accounts, person, secret, address_of(request), staff.now())
    if begun is None:
        page = _page(frame, person, failed=True)
        return pages.answer(request, "signin/enrol.html", page, HTTP_403_FORBIDDEN)
    seed = begun.seed.reveal()
    picture = Markup(proofs.picture(proofs.address_of(seed, person, frame.house)))  # noqa: S704
    page = Enrol(frame, person, secret, seed, picture, failed, proofs.SHORTEST, ())
    return pages.answer(request, "signin/enrol.html", page)
