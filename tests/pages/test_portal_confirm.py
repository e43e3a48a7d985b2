"""Pages with one button: "it was me" and "stop this"; what they do, and what they tell nobody."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.duties.requests.acting.unsubscribing import Reader, links
from avow.engine.db.store import Store
from avow.engine.facts.about import about
from avow.faces.web.application import public_app
from avow.faces.web.portal.confirming import PROVE, STOP
from avow.faces.web.portal.make import PortalDesk
from avow.faces.web.public.desk import PublicDesk
from tests.answers_room import ANNA, BEN, NOBODY, Shop
from tests.pages.document import read as read_page
from tests.pages.test_accessible import faults
from tests.unit.test_ending_purposes import HIS
from tests.unit.test_proving import ask, shown, texts, token

Browser = TestClient[Any]
HERE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return Shop(tmp_path, store)


@pytest.fixture
def client(shop: Shop) -> Iterator[Browser]:
    portal = PortalDesk(lambda: shop.office.book, shop.office.clock)
    notice = PublicDesk(shop.store, shop.office.clock, shop.declaration.controller)
    app = public_app(notice, hosts=("my.example",), portal=portal)
    with TestClient(app, base_url="https://my.example") as it:
        yield it


def pressed(client: Browser, path: str) -> Any:  # noqa: ANN401
    """What the button of a page answers."""
    page = client.get(path).text
    there = path if "/stop/" in path else f"{path}/yes"
    assert f'action="{there}"' in page or "<form" not in page
    return client.post(there, headers=HERE)


def link(shop: Shop, email: str) -> str:
    (text,) = texts(shop, email)
    return f"/en/your-data/prove/{token(text).reveal()}"


def stopping(shop: Shop) -> str:
    readers = [Reader("email", Masked(BEN.email), "nl")]
    (secret,) = links(shop.office.book, "news", readers, at=shop.office.clock.now())
    return f"/nl/your-data/stop/{secret.reveal()}"


def ended(shop: Shop) -> list[str]:
    found = about(shop.store, shop.office.ring, [HIS], shop.office.clock.now())
    return [each.name for each in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_speak_the_language_and_have_no_fault(
    shop: Shop, client: Browser, language: str
) -> None:
    ask(shop, ANNA)
    prove, stop = (f"/{language}{path[3:]}" for path in (link(shop, ANNA.email), stopping(shop)))
    for path, say in ((prove, PROVE[language]), (stop, STOP[language])):
        made_up = path.replace("/prove/", "/prove/x").replace("/stop/", "/stop/x")
        pages = [client.get(path), pressed(client, path), pressed(client, made_up)]
        for page, sentence in zip(pages, (say.lead, say.done_lead, say.gone_lead), strict=True):
            assert f'<html lang="{language}">' in page.text
            assert faults(read_page(page.text)) == []
            assert sentence in html.unescape(page.text)
            assert page.headers["referrer-policy"] == "no-referrer"
            assert page.headers["cache-control"] == "no-store"


def test_looking_proves_nothing_and_the_button_does_once(shop: Shop, client: Browser) -> None:
    request = ask(shop, ANNA)
    path = link(shop, ANNA.email)
    assert [client.get(path).status_code for _ in range(3)] == [200] * 3
    assert shown(shop, request) is None
    assert [pressed(client, path).status_code for _ in range(2)] == [200, 404]
    assert shown(shop, request) is not None


def test_the_page_is_the_same_for_who_is_known_and_who_is_not(shop: Shop, client: Browser) -> None:
    pages = []
    for person in (ANNA, NOBODY):
        ask(shop, person)
        path = link(shop, person.email)
        found = (client.get(path), pressed(client, path), client.get(path))
        secret = path.rpartition("/")[2]
        pages += [(page.status_code, page.text.replace(secret, "…")) for page in found]
    assert pages[:3] == pages[3:]


def test_no_form_of_another_site_proves_anything(shop: Shop, client: Browser) -> None:
    request = ask(shop, ANNA)
    assert client.post(f"{link(shop, ANNA.email)}/yes").status_code == 403
    assert shown(shop, request) is None


def test_a_mail_programme_stops_messages_with_one_post_and_from_no_page(
    shop: Shop, client: Browser
) -> None:
    """RFC 8058: the body is `List-Unsubscribe=One-Click`; neither cookie nor page of ours."""
    path = stopping(shop)
    assert client.get(path).status_code == 200
    assert ended(shop) == []
    done = [client.post(path, data={"List-Unsubscribe": "One-Click"}) for _ in range(2)]
    assert [page.status_code for page in done] == [200, 200]
    assert done[0].text == done[1].text
    assert ended(shop) == ["ended:news"]


def test_who_guesses_links_is_slowed_down(client: Browser) -> None:
    codes = [client.post(f"/en/your-data/stop/{n:043}").status_code for n in range(40)]
    assert (codes[0], codes[-1]) == (404, 429)
