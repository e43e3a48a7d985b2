"""Looking at a request before it is sent, and sending it.

Nothing is kept before it is sent: the words travel in hidden fields from page to page, the files
are chosen on the page that sends them. A draft kept by us would hold data of somebody who may never
send it; one sealed in the page would end after some time, and take with it what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response, post
from litestar.params import FromPath

from avow.common.deadlines import due
from avow.common.languages import words
from avow.common.masked import Masked
from avow.duties.requests.book import Arrival, Book
from avow.duties.requests.intake.by_form import PAPER, enter_form
from avow.duties.requests.intake.receiving import ATTACHMENT
from avow.duties.requests.words import Channel, Voice
from avow.faces.web.asked.frame import frame, html
from avow.faces.web.console.plan_approve import Form
from avow.faces.web.portal.filled import (
    CHOICES,
    TRAP,
    About,
    about,
    asked,
    carried,
    chosen,
    kinds,
    persons,
    users,
)
from avow.faces.web.portal.filled import wrong as wrong_in
from avow.faces.web.portal.following import FOLLOWINGS
from avow.faces.web.portal.given import GIVEN, GivenForm
from avow.faces.web.portal.make import PATH, GivenPortal, PortalDesk, form_page, spoken
from avow.faces.web.portal.of_company import OF_COMPANY
from avow.faces.web.portal.reviewing import REVIEWINGS, limits
from avow.faces.web.portal.saying import SAYINGS
from avow.faces.web.sent_form import MOST_SENT, MOST_TYPED, Bad, bad_files, kept_as


@post(
    f"/{{language:str}}/{PATH}/review",
    sync_to_thread=True,
    status_code=200,
    request_max_body_size=MOST_TYPED,
)
def review(language: FromPath[str], data: Form, portal: GivenPortal) -> Response[bytes]:
    """Show what would be sent, or the form again with every word in it."""
    book, language = portal.book(), spoken(language)
    given = carried(data, _declared(book, language))
    if wrong := wrong_in(given):
        return form_page(book, language, given, wrong)
    return _page(portal, language, given, ())


@post(
    f"/{{language:str}}/{PATH}/change",
    sync_to_thread=True,
    status_code=200,
    request_max_body_size=MOST_TYPED,
)
def change(language: FromPath[str], data: Form, portal: GivenPortal) -> Response[bytes]:
    """Show the form again, as it was filled in."""
    book, language = portal.book(), spoken(language)
    return form_page(book, language, carried(data, _declared(book, language)))


@post(
    f"/{{language:str}}/{PATH}/send",
    sync_to_thread=True,
    status_code=200,
    dependencies=GIVEN,
    request_max_body_size=MOST_SENT,
)
def send(language: FromPath[str], given: GivenForm, portal: GivenPortal) -> Response[bytes]:
    """Enter the request, or show what is wrong with every word in it.

    Raises:
        TooMany: this reader sent too many within a minute.
    """
    book, language, now = portal.book(), spoken(language), portal.clock.now()
    data = carried(given.fields, _declared(book, language))
    if wrong := wrong_in(data):
        return form_page(book, language, data, wrong)
    if bad := bad_files(given.files):
        return _page(portal, language, data, bad)
    people = persons(data, language)
    arrival = Arrival(
        Channel.PORTAL,
        now,
        language,
        people,
        asked(data, len(people)),
        Voice.COMPANY if about(data) is About.COMPANY else Voice.SELF,
        words=data.get("words", "").encode(),
        files=(*kept_as(PAPER, given.of("paper")), *kept_as(ATTACHMENT, given.of("files"))),
    )
    entered = enter_form(book, arrival, Masked(data["form"]), at=now, looks_automatic=TRAP in data)
    day = words(language).day(entered.due(book.calendar, book.day(now)))
    around = frame(language, book.declaration.controller.name, PATH)
    said, track = SAYINGS[language], FOLLOWINGS[language].track
    company = arrival.voice is Voice.COMPANY
    then = OF_COMPANY[language].next_heard if company else said.next
    return html(
        "portal/thanks.html", around, say=said, number=entered.id, due=day, track=track, next=then
    )


def _declared(book: Book, language: str) -> list[str]:
    return [kind for kind, _ in kinds(book.declaration, language)]


def _page(
    portal: PortalDesk, language: str, data: Mapping[str, str], bad: tuple[Bad, ...]
) -> Response[bytes]:
    book, say = portal.book(), REVIEWINGS[language]
    today = book.day(portal.clock.now())
    last = due(today, book.calendar, (), today, extended=False)
    company = OF_COMPANY[language] if about(data) is About.COMPANY else None
    other = data.get("company" if company else "other-name", "")
    return html(
        "portal/review.html",
        frame(language, book.declaration.controller.name, PATH),
        422 if bad else 200,
        say=say,
        form=SAYINGS[language],
        data=data,
        asks=[
            company.rights[CHOICES[n][0]] if company else SAYINGS[language].choices[n]
            for n in chosen(data)
        ],
        company=company,
        users=users(data) if company else (),
        other=other if about(data) is not About.ME else "",
        is_both=about(data) is About.BOTH,
        known=[
            (word, data[f"known-{kind}"])
            for kind, word in kinds(book.declaration, language)
            if f"known-{kind}" in data
        ],
        answer=say.next_answer.format(day=words(language).day(last)),
        limits=limits(say),
        bad=[(each.place, say.bad[each.why].format(name=each.name)) for each in bad],
    )
