"""Following a request by its link: what the page says, what it takes back, what it tells nobody."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from avow.common.languages import LANGUAGES
from avow.duties.requests import steps
from avow.duties.requests.book import read
from avow.duties.requests.delivering.links import send_links
from avow.duties.requests.machine import Request
from avow.duties.requests.words import ItemState, Right, Rung
from avow.engine.db.store import Store
from avow.faces.web.application import public_app
from avow.faces.web.portal.following import EN, FOLLOWINGS
from avow.faces.web.portal.make import PortalDesk
from avow.faces.web.public.desk import PublicDesk
from tests.pages.document import read as read_page
from tests.pages.test_accessible import faults
from tests.requests_room import ANNA, Office
from tests.unit.test_delivering import BEN, POST, for_two, linked, texts, token_in

Browser = TestClient[Any]
HERE = {"sec-fetch-site": "same-origin"}
AT = "/your-data/follow/"


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


def sent(client: Browser, path: str, **fields: str) -> Any:  # noqa: ANN401
    """What a form answers."""
    given = {key.replace("_", "-"): value for key, value in fields.items()}
    return client.post(path, data=given, headers=HERE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_speak_the_language_and_have_no_fault(
    office: Office, client: Browser, request_: Request, language: str
) -> None:
    asks = steps.IdentityAsked(person=1, rung=Rung.KNOWN_ADDRESS, pauses=True)
    office.take(request_, asks)
    token, say = linked(office, request_).reveal(), FOLLOWINGS[language]
    base = f"/{language}{AT}{token}"
    shown = client.get(base)
    pages = [
        shown,
        sent(client, f"{base}/withdraw", item_1="yes"),
        sent(client, f"{base}/withdrawn", item_1="yes"),
        client.get(f"/{language}/your-data/link"),
        sent(client, f"/{language}/your-data/link/send", number="x"),
        client.get(f"/{language}{AT}no"),
    ]
    for page in pages:
        assert f'<html lang="{language}">' in page.text
        assert faults(read_page(page.text)) == []
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
    text = html.unescape(shown.text)
    for sentence in (say.waiting, say.rights[Right.ERASURE], say.states[ItemState.ASKED],
                     *say.waits.values()):  # fmt: skip
        assert (sentence in text) is (sentence not in list(say.waits.values())[1:])
    assert request_.id in text


def test_what_is_taken_back_is_confirmed_first(
    office: Office, client: Browser, request_: Request
) -> None:
    base = f"/en{AT}{linked(office, request_).reveal()}"
    asked = sent(client, f"{base}/withdraw", item_2="yes")
    assert EN.rights[Right.ERASURE] in asked.text
    assert EN.rights[Right.ACCESS] not in asked.text
    assert read(office.book, request_.id).items[2].state is ItemState.ASKED
    pages = [sent(client, f"{base}/withdrawn", item_2="yes") for _ in range(2)]
    assert [EN.taken_lead in page.text for page in pages] == [True, False]
    after = read(office.book, request_.id)
    states = [item.state for item in after.items.values()]
    assert states == [ItemState.ASKED, ItemState.WITHDRAWN]
    assert after.steps == request_.steps + 1


def test_each_person_sees_and_takes_back_their_own_part(office: Office, client: Browser) -> None:
    request = for_two(office)
    send_links(office.book, POST, request.id, at=office.clock.now())
    base = f"/en{AT}{token_in(texts(office)[BEN.email]).reveal()}"
    page = client.get(base)
    assert EN.rights[Right.ERASURE] in page.text
    assert EN.rights[Right.ACCESS] not in page.text
    sent(client, f"{base}/withdrawn", item_1="yes")
    assert read(office.book, request.id).items[1].state is ItemState.ASKED


def test_every_link_that_does_not_work_gets_one_same_page(
    office: Office, client: Browser, request_: Request
) -> None:
    old = linked(office, request_).reveal()
    linked_again = linked_anew(office, request_)
    pages = [client.get(f"/en{AT}{each}") for each in (old, "x", "a" * 300)]
    pages += [
        sent(client, f"/en{AT}{old}/{what}", item_1="yes") for what in ("withdraw", "withdrawn")
    ]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    assert client.get(f"/en{AT}{linked_again}").status_code == 200
    assert read(office.book, request_.id).items[1].state is ItemState.ASKED


def linked_anew(office: Office, request: Request) -> str:
    """Another link to the same request."""
    send_links(office.book, POST, request.id, at=office.clock.now())
    return token_in(texts(office)[ANNA.email]).reveal()


def test_who_asks_for_a_link_is_told_the_same(
    office: Office, client: Browser, request_: Request
) -> None:
    path = "/en/your-data/link/send"
    pages = [sent(client, path, number=n).text for n in (request_.id, "request-" + "b" * 26, "")]
    assert len(set(pages)) == 1
    assert request_.id not in pages[0]
    wishes = office.store.run("link_wish_take")
    assert [row["request"] for row in wishes] == [request_.id]


def test_one_reader_guesses_only_so_often(client: Browser) -> None:
    answers = [client.get(f"/en{AT}guess{n}").status_code for n in range(21)]
    assert answers == [404] * 20 + [429]


def test_a_form_of_another_site_takes_nothing_back(
    office: Office, client: Browser, request_: Request
) -> None:
    path = f"/en{AT}{linked(office, request_).reveal()}/withdrawn"
    elsewhere = client.post(path, data={"item-1": "yes"}, headers={"sec-fetch-site": "cross-site"})
    assert elsewhere.status_code == 403
    assert read(office.book, request_.id).items[1].state is ItemState.ASKED
