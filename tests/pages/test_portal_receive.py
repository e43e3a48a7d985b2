"""Fetching an answer on its page: the code, the file, and the button of who got it by mistake."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from avow.common.languages import LANGUAGES
from avow.duties.incidents.register import Register, every
from avow.duties.requests.book import forget_due, read
from avow.engine.db.store import Store
from avow.faces.web.application import public_app
from avow.faces.web.portal.make import PortalDesk
from avow.faces.web.portal.receiving import EN, RECEIVINGS
from avow.faces.web.public.desk import PublicDesk
from tests.answers_room import Shop
from tests.pages.document import read as read_page
from tests.pages.test_accessible import faults
from tests.unit.test_delivering_answers import delivered, ready, wrong

Browser = TestClient[Any]
HERE = {"sec-fetch-site": "same-origin"}
AT = "/your-data/answer/"


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return Shop(tmp_path, store)


@pytest.fixture
def client(shop: Shop) -> Iterator[Browser]:
    office = shop.office
    portal = PortalDesk(lambda: office.book, office.clock)
    notice = PublicDesk(office.store, office.clock, office.declaration.controller)
    app = public_app(notice, hosts=("my.example",), portal=portal)
    with TestClient(app, base_url="https://my.example") as it:
        yield it


def test_the_code_gives_the_file_which_nobody_keeps(shop: Shop, client: Browser) -> None:
    draft = ready(shop)
    done, token = delivered(shop, draft)
    base = f"/en{AT}{token.reveal()}"
    for language in LANGUAGES:
        shown = client.get(f"/{language}{AT}{token.reveal()}")
        assert RECEIVINGS[language].lead in html.unescape(shown.text)
        assert faults(read_page(shown.text)) == []
    assert not read(shop.office.book, draft.request).answers[draft.id].is_collected
    refused = client.post(f"{base}/fetch", data={"code": wrong(done.code).reveal()}, headers=HERE)
    assert refused.status_code == 422
    assert EN.wrong in refused.text
    assert faults(read_page(refused.text)) == []
    file = client.post(f"{base}/fetch", data={"code": done.code.reveal()}, headers=HERE)
    assert file.content.startswith(b"PK")
    assert file.headers["content-disposition"] == 'attachment; filename="answer.zip"'
    assert file.headers["content-type"] == "application/zip"
    assert file.headers["cache-control"] == "no-store"
    assert file.headers["referrer-policy"] == "no-referrer"
    assert read(shop.office.book, draft.request).answers[draft.id].is_collected


def test_this_is_not_for_me_closes_the_link_and_opens_an_incident(
    shop: Shop, client: Browser
) -> None:
    draft = ready(shop)
    done, token = delivered(shop, draft)
    base, office = f"/en{AT}{token.reveal()}", shop.office
    elsewhere = client.post(f"{base}/not-mine", headers={"sec-fetch-site": "cross-site"})
    assert elsewhere.status_code == 403
    told = client.post(f"{base}/not-mine", headers=HERE)
    assert EN.closed_lead in told.text
    assert faults(read_page(told.text)) == []
    after = client.post(f"{base}/fetch", data={"code": done.code.reveal()}, headers=HERE)
    never = client.get(f"/en{AT}never")
    assert (after.status_code, after.text) == (404, never.text)
    book = office.book
    (incident,) = every(Register(book.runs, book.ring, book.zone, book.tell))
    assert incident.request == draft.request
    assert incident.known_at is None


def test_when_the_file_is_erased_the_page_says_so(shop: Shop, client: Browser) -> None:
    draft = ready(shop)
    shop.office.clock.move(timedelta(days=30))
    _, token = delivered(shop, draft)
    shop.office.clock.move(timedelta(days=1))
    forget_due(shop.office.book, shop.store, shop.office.clock.now())
    page = client.get(f"/en{AT}{token.reveal()}")
    assert page.status_code == 410
    assert EN.ended_lead in page.text
    assert faults(read_page(page.text)) == []


def test_one_reader_guesses_only_so_often(client: Browser) -> None:
    answers = [client.get(f"/en{AT}guess{n}").status_code for n in range(21)]
    assert answers == [404] * 20 + [429]
