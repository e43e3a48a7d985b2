"""One-time pages as people see them, in Chromium, with JavaScript switched off."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from avow.engine.db.store import Store
from avow.engine.evidence.invitations import Kind, arrived
from avow.faces.web.application import asked_app
from tests.pages.asked_house import AskedHouse

QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip


@pytest.fixture
def asked(store: Store, tmp_path: Path) -> AskedHouse:
    return AskedHouse(store, tmp_path)


@pytest.fixture
def address(asked: AskedHouse) -> Iterator[str]:
    """One-time pages on a free port of this machine."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(asked_app(asked.desk), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield started
        started.close()


def reader(browser: Browser, width: int = 390) -> Page:
    """A telephone in French."""
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": width, "height": 800}, locale="fr-BE"
    )
    return context.new_page()


def test_from_the_address_to_thank_you_on_a_telephone(
    browser: Browser, asked: AskedHouse, address: str
) -> None:
    """Answer two tables, leave, go back, change one, send; the address works no more."""
    _, token = asked.asks_about_tables()
    page = reader(browser)
    page.goto(f"{address}/ask/{token}")
    assert page.url == f"{address}/fr/ask/{token}"
    page.locator("#a2-offered-0").check()
    page.locator("#a1-nobody").check()
    page.locator("#why1").fill("des listes")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.wait_for_url(f"{address}/fr/ask/{token}/2")
    page.go_back()
    page.close()
    page = reader(browser, 1280)  # later, at a desk
    page.goto(f"{address}/ask/{token}")
    assert page.locator("#a1-nobody").is_checked()
    assert page.locator("#why1").input_value() == "des listes"
    page.locator("#a1-unknown").check()
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.wait_for_url("**/2")
    page.get_by_role("button", name="Enregistrer et revoir").click()
    expect(page.get_by_text("Je ne sais pas.")).to_be_visible()
    page.get_by_role("button", name="Envoyer les réponses").click()
    page.wait_for_url(f"{address}/fr/thanks")
    assert page.get_by_role("heading", level=1).inner_text() == "Merci"
    page.goto(f"{address}/fr/ask/{token}")
    assert page.get_by_role("heading", level=1).inner_text() == "Ce lien ne fonctionne plus"
    assert len(arrived(asked.store, asked.ring, Kind.MAP, "shop")) == 1


def test_the_keyboard_alone_answers_a_question(
    browser: Browser, asked: AskedHouse, address: str
) -> None:
    _, token = asked.asks_about_tables()
    page = reader(browser)
    page.goto(f"{address}/fr/ask/{token}")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Aller au contenu"
    assert not page.locator("#why1").is_visible()  # only beside the answer that needs it
    page.locator("#a1-offered-0").focus()
    while not page.locator("#a1-nobody").is_checked():
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("id") == "why1"
    page.keyboard.type("une liste")
    page.keyboard.press("Enter")
    page.wait_for_url("**/2")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_runs_over_the_side_and_what_is_clicked_is_large_enough(
    browser: Browser, asked: AskedHouse, address: str, scheme: str
) -> None:
    """1.4.10: 320 pixels; 2.5.8: 24 pixels for what stands outside a line. Nothing is blocked."""
    _, token = asked.asks_about_tables()
    context = browser.new_context(
        viewport={"width": 320, "height": 700},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    foreign: list[str] = []
    page.on("request", lambda r: foreign.append(r.url) if address not in r.url else None)
    for path in (f"ask/{token}", f"ask/{token}/2", f"ask/{token}/send", "thanks"):
        page.goto(f"{address}/nl/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        small = page.eval_on_selector_all(
            ".option > label, button, .top a, select:not(.beside *)",
            "all => all.filter(e => e.getBoundingClientRect().height < 24).length",
        )
        assert small == 0, path
    assert said == []
    assert [url for url in foreign if not url.startswith("data:")] == []
    context.close()


def test_no_page_tells_another_where_it_was(
    browser: Browser, asked: AskedHouse, address: str
) -> None:
    """The style sheet and the next page are asked for without a referrer."""
    _, token = asked.asks_about_tables()
    page = reader(browser)
    told: list[str] = []
    page.on("request", lambda r: told.append(r.headers.get("referer", "")))
    page.goto(f"{address}/fr/ask/{token}")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.wait_for_url("**/2")
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/**")
    assert len(told) >= 4
    assert set(told) == {""}
