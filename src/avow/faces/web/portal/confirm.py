"""Pages with one button: somebody confirms that it was them, or stops a kind of message.

Looking at a page does nothing, since mail servers look at links too; the button does. No page says
whether anybody is known.
"""

from __future__ import annotations

from litestar import Response, get, post, route
from litestar.params import FromPath

from avow.common.masked import Masked
from avow.duties.requests.acting.unsubscribing import unsubscribe
from avow.duties.requests.identity.proving import is_usable, use
from avow.faces.web.asked.desk import TooMany
from avow.faces.web.asked.frame import frame, html
from avow.faces.web.portal.confirming import PROVE, STOP, Button
from avow.faces.web.portal.follow import spoken_in
from avow.faces.web.portal.make import PATH, GivenPortal, PortalDesk
from avow.faces.web.security import FROM_ANYWHERE, Asked


@get(f"/{{language:str}}/{PATH}/prove/{{token:str}}", sync_to_thread=True)
def prove(
    request: Asked, language: FromPath[str], token: FromPath[str], portal: GivenPortal
) -> Response[bytes]:
    """Ask whether it was them."""
    say = PROVE[spoken_in(language)]
    _slow(request, portal)
    if not is_usable(portal.book(), Masked(token), at=portal.clock.now()):
        return _gone(request, portal, language, say)
    return _button(portal, language, say, f"{PATH}/prove/{token}", "/yes")


@post(f"/{{language:str}}/{PATH}/prove/{{token:str}}/yes", sync_to_thread=True, status_code=200)
def proved(
    request: Asked, language: FromPath[str], token: FromPath[str], portal: GivenPortal
) -> Response[bytes]:
    """Take the link for proof. The page is the same whether or not it proves anything."""
    say = PROVE[spoken_in(language)]
    _slow(request, portal)
    if not use(portal.book(), Masked(token), at=portal.clock.now()):
        return _gone(request, portal, language, say)
    return _told(portal, language, say.done, say.done_lead)


@route(f"/{{language:str}}/{PATH}/stop/{{token:str}}", http_method=["GET", "POST"],
       sync_to_thread=True, status_code=200, opt={FROM_ANYWHERE: True})  # fmt: skip
def leave(
    request: Asked, language: FromPath[str], token: FromPath[str], portal: GivenPortal
) -> Response[bytes]:
    """Show the button; pressed, stop a kind of message: no sign-in, no reason, no second question
    (art. 21(3) GDPR).

    Mail programmes press it for their reader, at the address of the page and from no page of ours
    (RFC 8058). Nobody is signed in here: a form of another site could do nothing that the link
    alone does not.
    """
    say = STOP[spoken_in(language)]
    if request.method == "GET":
        return _button(portal, language, say, f"{PATH}/stop/{token}", "")
    _slow(request, portal)
    if unsubscribe(portal.book(), Masked(token), at=portal.clock.now()) is None:
        return _gone(request, portal, language, say)
    return _told(portal, language, say.done, say.done_lead)


def _slow(request: Asked, portal: PortalDesk) -> None:
    """Raises TooMany for a reader who guesses."""
    if portal.guesses.is_over(_reader(request), portal.clock.now()):
        raise TooMany


def _reader(request: Asked) -> str:
    return request.client.host if request.client else ""


def _button(
    portal: PortalDesk, language: str, say: Button, path: str, action: str
) -> Response[bytes]:
    around = frame(language, portal.book().declaration.controller.name, path)
    where = f"/{language}/{path}{action}"
    return html("portal/confirm.html", around, say=say, action=where)


def _told(portal: PortalDesk, language: str, title: str, lead: str) -> Response[bytes]:
    around = frame(language, portal.book().declaration.controller.name, PATH)
    return html("portal/told.html", around, title=title, lead=lead, back=None)


def _gone(request: Asked, portal: PortalDesk, language: str, say: Button) -> Response[bytes]:
    """The one page of every link that does not work, which counts as a guess."""
    portal.guesses.note(_reader(request))
    around = frame(language, portal.book().declaration.controller.name, PATH)
    return html("portal/told.html", around, 404, title=say.gone, lead=say.gone_lead, back=None)
