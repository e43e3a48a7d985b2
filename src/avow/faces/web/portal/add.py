"""Answering what was asked, or adding something, on the page of a request."""

from __future__ import annotations

import secrets

from litestar import Response, post
from litestar.params import FromPath

from avow.common.languages import words
from avow.common.masked import Masked
from avow.duties.requests.adding import Added, add, wants_document
from avow.duties.requests.delivering.links import PATH, Link
from avow.duties.requests.intake.by_form import PAPER
from avow.duties.requests.intake.enclosed import kind_of
from avow.duties.requests.intake.receiving import ATTACHMENT
from avow.duties.requests.machine import Request
from avow.faces.web.asked.frame import frame, html
from avow.faces.web.portal.adding import ADDINGS
from avow.faces.web.portal.filled import LONGEST, typed
from avow.faces.web.portal.follow import Problem, gone, page, reach
from avow.faces.web.portal.following import FOLLOWINGS
from avow.faces.web.portal.given import GIVEN, GivenForm
from avow.faces.web.portal.make import GivenPortal, PortalDesk, spoken
from avow.faces.web.portal.reviewing import REVIEWINGS
from avow.faces.web.portal.saying import SAYINGS
from avow.faces.web.security import Asked
from avow.faces.web.sent_form import MOST_SENT, Given, bad_files, kept_as


@post(
    f"/{{language:str}}/{PATH}/follow/{{token:str}}/add",
    sync_to_thread=True,
    status_code=200,
    dependencies=GIVEN,
    request_max_body_size=MOST_SENT,
)
def added(
    request: Asked,
    language: FromPath[str],
    token: FromPath[str],
    given: GivenForm,
    portal: GivenPortal,
) -> Response[bytes]:
    """Keep what the person adds, or show the page again with every word in it.

    Raises:
        TooMany: this reader sent too many within a minute, or guesses.
    """
    reached = reach(request, portal, spoken(language), token)
    if reached is None:
        return gone(portal, language)
    link, state = reached
    if state.closed_on is not None:
        return page(portal, language, token, link, state)
    said = typed(given.fields.get("words", ""))
    form = given.fields.get("form", "")
    form = form if len(form) >= 32 else secrets.token_urlsafe(32)
    if wrong := _wrong(language, given, said):
        return page(portal, language, token, link, state, Problem(wrong, said, form))
    after = add(
        portal.book(),
        state.id,
        link.person,
        _added(link, state, given, said, form),
        at=portal.clock.now(),
    )
    return _told(portal, language, token, after)


def _wrong(language: str, given: Given, said: str) -> tuple[tuple[str, str], ...]:
    """What keeps it from being taken: the place in the form and the sentence."""
    if not said and not given.files:
        return (("words", ADDINGS[language].nothing),)
    long_ = SAYINGS[language].too_long.format(most=LONGEST)
    bad = REVIEWINGS[language].bad
    found = [(each.place, bad[each.why].format(name=each.name)) for each in bad_files(given.files)]
    return (*((("words", long_),) if len(said) > LONGEST else ()), *found)


def _added(link: Link, state: Request, given: Given, said: str, form: str) -> Added:
    """What is kept. Only the document that was asked for goes under a key of its own."""
    papers, rest = given.of("document"), given.of("files")
    if not papers or not wants_document(state, link.person):
        papers, rest = (), (*papers, *rest)
    content = bytes(papers[0].content) if papers else b""
    document = (kind_of(content) or "", content) if papers else None
    files = (*kept_as(PAPER, given.of("paper")), *kept_as(ATTACHMENT, (*papers[1:], *rest)))
    return Added(Masked(form), said, files, document)


def _told(portal: PortalDesk, language: str, token: str, state: Request) -> Response[bytes]:
    book, say = portal.book(), ADDINGS[language]
    today = book.day(portal.clock.now())
    day = words(language).day(state.due(book.calendar, today))
    is_open = state.answered_on is None
    lead = f"{say.done_lead} {say.day.format(day=day)}" if is_open else say.done_lead
    here = f"{PATH}/follow/{token}"
    around = frame(language, book.declaration.controller.name, here)
    back = (f"/{language}/{here}", FOLLOWINGS[language].back)
    return html("portal/told.html", around, title=say.done, lead=lead, back=back)
