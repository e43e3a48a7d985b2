"""Fetching an answer: the link brings one here, the code opens it, and who got it by mistake says
so with one button."""

from __future__ import annotations

from datetime import datetime

from litestar import Response, get, post
from litestar.params import FromPath

from avow.common.masked import Masked
from avow.duties.incidents.machine import Nature, Reported
from avow.duties.incidents.register import Register, report
from avow.duties.requests.book import PERSON, Book
from avow.duties.requests.delivering.answers import No, collect, not_mine, shown
from avow.duties.requests.delivering.links import PATH
from avow.faces.web.asked.desk import TooMany
from avow.faces.web.asked.frame import PRIVATE, frame, html
from avow.faces.web.console.plan_approve import Form
from avow.faces.web.portal.follow import gone, spoken_in
from avow.faces.web.portal.make import GivenPortal, PortalDesk
from avow.faces.web.portal.receiving import RECEIVINGS
from avow.faces.web.security import Asked

_AT = f"/{{language:str}}/{PATH}/answer/{{token:str}}"


@get(_AT, sync_to_thread=True)
def receive(
    request: Asked, language: FromPath[str], token: FromPath[str], portal: GivenPortal
) -> Response[bytes]:
    """Ask for the code. To look at the page changes nothing: programs that read mail do it."""
    _let_in(request, portal, language)
    found = shown(portal.book(), Masked(token), portal.clock.now())
    if found is None:
        return _lost(request, portal, language)
    return _page(portal, language, token) if found[1] else _ended(portal, language)


@post(f"{_AT}/fetch", sync_to_thread=True, status_code=200)
def fetch(
    request: Asked, language: FromPath[str], token: FromPath[str], data: Form, portal: GivenPortal
) -> Response[bytes]:
    """Hand out the file to who has the code."""
    _let_in(request, portal, language)
    code = Masked(data.get("code", "")[:100])
    got = collect(portal.book(), Masked(token), code, portal.clock.now())
    if got is No.LINK:
        return _lost(request, portal, language)
    if got is No.FILE:
        return _ended(portal, language)
    if isinstance(got, No):
        return _page(portal, language, token, is_wrong=True)
    headers = {**PRIVATE, "content-disposition": 'attachment; filename="answer.zip"'}
    return Response(got.reveal(), media_type="application/zip", headers=headers)


@post(f"{_AT}/not-mine", sync_to_thread=True, status_code=200)
def refuse(
    request: Asked, language: FromPath[str], token: FromPath[str], portal: GivenPortal
) -> Response[bytes]:
    """Close the link of an answer that reached somebody else."""
    _let_in(request, portal, language)
    if not not_mine(portal.book(), Masked(token), _reported, portal.clock.now()):
        return _lost(request, portal, language)
    say = RECEIVINGS[language]
    return _told(portal, language, say.closed, say.closed_lead, 200)


def _reported(book: Book, request: str, at: datetime) -> None:
    """Tell the register: its clock runs from when somebody of ours knows that it is a breach."""
    register = Register(book.runs, book.ring, book.zone, book.tell)
    step = Reported(nature=(Nature.CONFIDENTIALITY,), request=request)
    words = b"The letter with the link to an answer reached somebody whom it is not for."
    report(register, step, words, by=PERSON, at=at)


def _let_in(request: Asked, portal: PortalDesk, language: str) -> None:
    spoken_in(language)
    reader = request.client.host if request.client else ""
    if portal.guesses.is_over(reader, portal.clock.now()):
        raise TooMany


def _lost(request: Asked, portal: PortalDesk, language: str) -> Response[bytes]:
    portal.guesses.note(request.client.host if request.client else "")
    return gone(portal, language)


def _page(
    portal: PortalDesk, language: str, token: str, *, is_wrong: bool = False
) -> Response[bytes]:
    house, say = portal.book().declaration.controller.name, RECEIVINGS[language]
    around = frame(language, house, f"{PATH}/answer/{token}")
    status = 422 if is_wrong else 200
    return html("portal/answer.html", around, status, say=say, token=token, is_wrong=is_wrong)


def _ended(portal: PortalDesk, language: str) -> Response[bytes]:
    say = RECEIVINGS[language]
    return _told(portal, language, say.ended, say.ended_lead, 410)


def _told(portal: PortalDesk, language: str, title: str, lead: str, status: int) -> Response[bytes]:
    around = frame(language, portal.book().declaration.controller.name, f"{PATH}/link")
    return html("portal/told.html", around, status, title=title, lead=lead, back=None)
