"""The form by which a person asks: in three languages, once, and with nothing lost."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from litestar.testing import TestClient

from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.declaration.publishing import Edition
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests.book import entries_of, persons_of, read, words_of
from avow.duties.requests.intake.by_form import AUTOMATIC
from avow.duties.requests.intake.receiving import UNANSWERED
from avow.duties.requests.steps import Noted
from avow.duties.requests.words import Channel, Right
from avow.engine.db.store import Store
from avow.faces.web.application import public_app
from avow.faces.web.portal.filled import CHOICES
from avow.faces.web.portal.make import PortalDesk
from avow.faces.web.portal.saying import EN, SAYINGS
from avow.faces.web.public.desk import PublicDesk
from tests.requests_room import ANNA, Office

Browser = TestClient[Any]
HERE = {"sec-fetch-site": "same-origin"}
PAGE = "/en/your-data"


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


def form_of(client: Browser) -> str:
    """The token of a fresh form."""
    found = re.search(r'name="form" value="([^"]+)"', client.get(PAGE).text)
    assert found is not None
    return found[1]


def sent(client: Browser, **fields: str) -> Any:  # noqa: ANN401 (an answer of the test client)
    """What the form answers."""
    given = {key.replace("_", "-"): value for key, value in fields.items()}
    return client.post(f"{PAGE}/send", data=given, headers=HERE)


def number_in(text: str) -> str:
    """The number on the page of thanks."""
    found = re.search(r"request-[a-z2-7]{26}", text)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_speaks_the_language_and_names_every_choice(
    client: Browser, language: str
) -> None:
    shown = client.get(f"/{language}/your-data")
    assert shown.status_code == 200
    text = html.unescape(shown.text)
    assert f'<html lang="{language}">' in text
    assert len(SAYINGS[language].choices) == len(CHOICES)
    assert all(choice in text for choice in SAYINGS[language].choices)
    assert shown.headers["cache-control"] == "no-store"


def test_what_is_chosen_and_said_is_in_the_book(office: Office, client: Browser) -> None:
    page = sent(client, form=form_of(client), want_1="yes", want_6="yes", email=ANNA.email,
                name="Anna Peeters", words="The old account.")  # fmt: skip
    assert page.status_code == 200
    assert "15 April 2027" in page.text
    request = read(office.book, number_in(page.text))
    assert request.channel is Channel.PORTAL
    asked = [(item.right, item.marketing) for item in request.items.values()]
    assert asked == [(Right.ERASURE, False), (Right.OBJECTION, True)]
    assert words_of(office.book, request.id, 1).reveal() == b"The old account."
    assert persons_of(office.book, request.id)[1].email == ANNA.email


def test_sent_twice_it_is_one_request_with_the_same_page(office: Office, client: Browser) -> None:
    form = form_of(client)
    first, again = (sent(client, form=form, want_0="yes", email=ANNA.email) for _ in range(2))
    other = sent(client, form=form_of(client), want_0="yes", email=ANNA.email)
    assert first.text == again.text
    assert number_in(other.text) != number_in(first.text)


def notes_of(office: Office, request: str) -> list[str]:
    """What was noted with a request."""
    return [e.step.what for e in entries_of(office.book, request) if isinstance(e.step, Noted)]


def test_the_edition_of_the_notice_that_was_in_force_is_noted(
    office: Office, client: Browser
) -> None:
    edition = Edition("7", effective=date(2027, 1, 1))
    office.declaration = replace(office.declaration, edition=edition)
    page = sent(client, form=form_of(client), want_0="yes", email=ANNA.email)
    assert "notice-7" in notes_of(office, number_in(page.text))


def test_what_a_program_filled_in_is_a_request_and_writes_to_nobody(
    office: Office, client: Browser
) -> None:
    """A field that nobody sees was filled in: whoever it was, they are not refused; but no mailbox
    is filled by it."""
    page = sent(client, form=form_of(client), want_0="yes", email=ANNA.email, website="x")
    plain = sent(client, form=form_of(client), want_0="yes", email="bo@mail.example")
    assert (page.status_code, len(page.text)) == (plain.status_code, len(plain.text))
    noted = notes_of(office, number_in(page.text))
    assert {AUTOMATIC, UNANSWERED} <= set(noted)
    letters = letters_to(office.store, office.ring, "controller", [Masked(ANNA.email)])
    assert letters == []
    assert AUTOMATIC not in notes_of(office, number_in(plain.text))
    others = letters_to(office.store, office.ring, "controller", [Masked("bo@mail.example")])
    assert len(others) == 1


def test_a_form_that_lacks_something_loses_nothing(office: Office, client: Browser) -> None:
    page = sent(client, form=form_of(client), want_2="yes", words="<b>My street", email="anna@")
    text = html.unescape(page.text)
    assert page.status_code == 422
    assert EN.bad_email in text
    assert "<b>My street" not in page.text
    assert "<b>My street</textarea>" in text
    assert re.search(r'name="want-2" value="yes" checked', page.text)
    assert not office.told


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"email": ANNA.email}, EN.no_wish), ({"want_0": "yes"}, EN.no_address)],
)
def test_the_form_says_what_is_missing(
    client: Browser, fields: dict[str, str], sentence: str
) -> None:
    assert sentence in html.unescape(sent(client, form=form_of(client), **fields).text)


def test_a_known_person_gets_the_same_page_as_a_stranger(office: Office, client: Browser) -> None:
    office.arrive(Right.ERASURE)
    pages = [
        sent(client, form=form_of(client), want_0="yes", email=email).text
        for email in (ANNA.email, "stranger@mail.example")
    ]
    known, stranger = (re.sub(r"request-[a-z2-7]{26}", "", page) for page in pages)
    assert known == stranger


def test_one_reader_sends_only_so_many(client: Browser) -> None:
    answers = [sent(client, form="x").status_code for _ in range(21)]
    assert answers == [422] * 20 + [429]


def test_a_form_of_another_site_enters_nothing(office: Office, client: Browser) -> None:
    given = {"form": form_of(client), "want-0": "yes", "email": ANNA.email}
    elsewhere = client.post(f"{PAGE}/send", data=given, headers={"sec-fetch-site": "cross-site"})
    assert elsewhere.status_code == 403
    assert not office.told
