"""Answering what was asked, and adding something, by the link to a request."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import TestClient

from avow.common.languages import LANGUAGES
from avow.duties.requests import steps
from avow.duties.requests.adding import ADDED
from avow.duties.requests.book import Person, entries_of, file_of, read, words_of
from avow.duties.requests.delivering.links import make, new
from avow.duties.requests.identity.documents import DOCUMENT
from avow.duties.requests.intake.by_form import PAPER
from avow.duties.requests.machine import Request
from avow.duties.requests.steps import Noted
from avow.duties.requests.words import Right, Rung, Voice, Waits
from avow.engine.db.store import Store
from avow.faces.web.application import public_app
from avow.faces.web.portal.adding import ADDINGS, EN
from avow.faces.web.portal.following import EN as FOLLOWING
from avow.faces.web.portal.make import PortalDesk
from avow.faces.web.portal.reviewing import EN as FILES
from avow.faces.web.public.desk import PublicDesk
from tests.pages.document import read as read_page
from tests.pages.test_accessible import faults
from tests.requests_room import ANNA, Office
from tests.unit.test_delivering import for_two

Browser = TestClient[Any]
HERE = {"sec-fetch-site": "same-origin"}
PDF, PROGRAM = b"%PDF-1.7 x", b"MZ\x90\0\x03"
ASKED = steps.IdentityAsked(person=1, rung=Rung.SIGNED_LINK, pauses=True)


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


@pytest.fixture
def client(office: Office) -> Iterator[Browser]:
    portal = PortalDesk(lambda: office.book, office.clock)
    notice = PublicDesk(office.store, office.clock, office.declaration.controller)
    app = public_app(notice, hosts=("my.example",), portal=portal)
    with TestClient(app, base_url="https://my.example") as it:
        yield it


@pytest.fixture
def request_(office: Office) -> Request:
    return office.arrive(Right.ACCESS, Right.ERASURE)


def page_of(office: Office, request: Request, language: str = "en", person: int = 1) -> str:
    """The address of the page of a request."""
    now = office.clock.now()
    link = make(office.book, new(office.book, request.id, person, None, now), at=now)
    return f"/{language}/your-data/follow/{link.reveal()}"


def token_on(page: str) -> str:
    """The token of the form on a page."""
    found = re.search(r'name="form" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def sent(client: Browser, base: str, words: str = "", **files: bytes) -> Any:  # noqa: ANN401
    """What the page answers when something is added."""
    data = {"form": token_on(client.get(base).text), "words": words}
    enclosed = [(place, (f"{place}.pdf", content)) for place, content in files.items()]
    return client.post(f"{base}/add", data=data, files=enclosed or None, headers=HERE)


def kept(office: Office, request: Request) -> dict[str, bytes]:
    """The files of a request by what they are."""
    found = {}
    for row in office.store.run("request_files", request=request.id):
        if (file := file_of(office.book, row["id"])) is not None:
            found[row["what"]] = file[1].reveal()
    return found


def notes(office: Office, request: Request) -> list[str]:
    """What was noted with a request."""
    return [e.step.what for e in entries_of(office.book, request.id) if isinstance(e.step, Noted)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("asks", [True, False])
def test_the_form_speaks_the_language_and_has_no_fault(
    office: Office, client: Browser, request_: Request, language: str, *, asks: bool
) -> None:
    if asks:
        office.take(request_, ASKED)
    base, say = page_of(office, request_, language), ADDINGS[language]
    shown, wrong = client.get(base), sent(client, base)
    done = sent(client, base, "Voilà")
    for answer in (shown, wrong, done):
        assert f'<html lang="{language}">' in answer.text
        assert faults(read_page(answer.text)) == []
    assert (say.answer in html.unescape(shown.text)) is asks
    assert (say.more in html.unescape(shown.text)) is not asks
    assert wrong.status_code == 422
    assert f'<a href="#words">{say.nothing}</a>' in html.unescape(wrong.text)
    assert say.done in html.unescape(done.text)


@pytest.mark.parametrize("waits", list(Waits))
def test_an_answer_ends_the_pause_on_its_day_and_lies_sealed(
    office: Office, client: Browser, request_: Request, waits: Waits
) -> None:
    """As an answer to a letter does: the days until it are not counted, those after it are."""
    office.take(request_, ASKED if waits is Waits.IDENTITY else steps.Paused(waits=waits))
    due = request_.due(office.book.calendar, request_.received)
    base = page_of(office, request_)
    office.clock.move(timedelta(days=2))
    page = sent(client, base, "Since 2019, with my old name", files=PDF)
    assert page.status_code == 200
    after = read(office.book, request_.id)
    assert after.waits == frozenset()
    assert after.due(office.book.calendar, office.book.day(office.clock.now())) > due
    number = next(e.number for e in entries_of(office.book, request_.id)
                  if isinstance(e.step, Noted) and e.step.what == f"{ADDED}.1")  # fmt: skip
    assert words_of(office.book, request_.id, number).reveal() == b"Since 2019, with my old name"
    assert kept(office, request_) == {"attachment": PDF}
    assert after.persons[1].shown is None  # the link proves who reads a mailbox, and no more


def test_something_can_be_added_when_nothing_is_asked(
    office: Office, client: Browser, request_: Request
) -> None:
    base = page_of(office, request_)
    assert sent(client, base, "I meant the shop").status_code == 200
    assert notes(office, request_) == [f"{ADDED}.1"]
    assert read(office.book, request_.id).waits == frozenset()


def test_sent_twice_it_is_there_once(office: Office, client: Browser, request_: Request) -> None:
    base = page_of(office, request_)
    data = {"form": token_on(client.get(base).text), "words": "Once"}
    for _ in range(2):
        assert client.post(f"{base}/add", data=data, headers=HERE).status_code == 200
    assert notes(office, request_) == [f"{ADDED}.1"]


def test_a_file_that_is_not_taken_loses_nothing_and_changes_nothing(
    office: Office, client: Browser, request_: Request
) -> None:
    office.take(request_, ASKED)
    page = sent(client, page_of(office, request_), "My <b>story", files=PROGRAM)
    text = html.unescape(page.text)
    assert page.status_code == 422
    assert "My <b>story</textarea>" in text
    assert f'<a href="#files">{FILES.bad["kind"].format(name="files.pdf")}</a>' in text
    assert read(office.book, request_.id).waits == {Waits.IDENTITY}
    assert kept(office, request_) == {}


def test_the_document_that_was_asked_for_lies_under_its_own_key_and_not_for_long(
    office: Office, client: Browser, request_: Request
) -> None:
    base = page_of(office, request_)
    assert 'name="document"' not in client.get(base).text
    office.take(request_, ASKED, steps.IdentityAsked(person=1, rung=Rung.DOCUMENT))
    assert 'name="document"' in client.get(base).text
    sent(client, base, document=PDF)
    assert kept(office, request_) == {DOCUMENT: PDF}
    rows = office.store.run("request_files", request=request_.id)
    assert [row["forget_on"] is not None for row in rows] == [True]
    assert read(office.book, request_.id).waits == frozenset()


def test_what_is_needed_is_said_until_it_came(
    office: Office, client: Browser, request_: Request
) -> None:
    """Also where the term does not wait for it; what came is not asked for again."""
    base = page_of(office, request_)
    asked = [steps.IdentityAsked(person=1, rung=rung) for rung in (Rung.SIGNED_LINK, Rung.DOCUMENT)]
    assert EN.document_needed not in client.get(base).text
    office.take(request_, *asked)
    assert EN.document_needed in client.get(base).text
    sent(client, base, document=PDF)
    assert EN.document_needed not in client.get(base).text
    office.take(request_, asked[1])
    assert EN.document_needed in client.get(base).text


def test_nobody_is_told_that_somebody_else_was_asked(office: Office, client: Browser) -> None:
    request = for_two(office)
    office.take(request, ASKED)
    pages = [client.get(page_of(office, request, person=n)).text for n in (1, 2)]
    assert [FOLLOWING.waits[Waits.IDENTITY] in page for page in pages] == [True, False]
    assert [FOLLOWING.waiting in page for page in pages] == [True, False]


def test_a_document_that_nobody_asked_for_is_a_file_like_any_other(
    office: Office, client: Browser, request_: Request
) -> None:
    sent(client, page_of(office, request_), document=PDF)
    assert kept(office, request_) == {"attachment": PDF}


def test_who_speaks_for_somebody_adds_what_shows_it(office: Office, client: Browser) -> None:
    child = Person(name="Lou", email=ANNA.email, speaker="Anna", language="nl")
    request = office.arrive(Right.ACCESS, person=child)
    assert request.persons[1].voice is Voice.REPRESENTATIVE
    base = page_of(office, request)
    assert 'name="paper"' in client.get(base).text
    assert EN.paper_needed in client.get(base).text
    sent(client, base, paper=PDF)
    assert EN.paper_needed not in client.get(base).text
    assert kept(office, request) == {PAPER: PDF}


def test_a_term_that_waits_for_two_waits_for_the_second(office: Office, client: Browser) -> None:
    request = for_two(office)
    office.take(request, ASKED, steps.IdentityAsked(person=2, rung=Rung.SIGNED_LINK))
    sent(client, page_of(office, request, person=1), "It is me")
    assert read(office.book, request.id).waits == {Waits.IDENTITY}
    sent(client, page_of(office, request, person=2), "Me too")
    assert read(office.book, request.id).waits == frozenset()


def test_to_a_closed_request_nothing_is_added(
    office: Office, client: Browser, request_: Request
) -> None:
    base = page_of(office, request_)
    office.take(request_, steps.WithdrawnByPerson(items=(1, 2)), steps.Closed())
    assert EN.over in client.get(base).text
    answer = client.post(f"{base}/add", data={"words": "More"}, headers=HERE)
    assert EN.over in answer.text
    assert notes(office, request_) == []


def test_a_form_of_another_site_adds_nothing(
    office: Office, client: Browser, request_: Request
) -> None:
    base = page_of(office, request_)
    answer = client.post(f"{base}/add", data={"words": "x"},
                         headers={"sec-fetch-site": "cross-site"})  # fmt: skip
    assert answer.status_code == 403
    assert notes(office, request_) == []
