"""The pages as people see them, in Chromium, with JavaScript switched off."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from avow.faces.web.application import web_app
from tests.pages.conftest import PATHS
from tests.pages.house import HouseSource


@pytest.fixture
def address() -> Iterator[str]:
    """The console on a free port of this machine."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(web_app(HouseSource()), log_level="error")
        server = uvicorn.Server(config)
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
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


def reader(browser: Browser, width: int = 1280, scheme: str = "light") -> Page:
    context = browser.new_context(
        java_script_enabled=False,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="fr-BE",
    )
    return context.new_page()


def test_stop_and_release_with_the_keyboard_alone(browser: Browser, address: str) -> None:
    """Tab to the stop button, stop; two persons release it with their codes."""
    page = reader(browser)
    page.goto(address)
    assert page.url == f"{address}/fr"
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Aller au contenu"
    page.locator("header button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/fr/stop?told=stopped")
    assert page.get_by_role("status").inner_text().startswith("Arrêté.")
    for person, told in (("claire", "release-asked"), ("marc", "released")):
        page.get_by_label("Votre nom dans la déclaration").fill(person)
        page.get_by_label("Votre code").fill("right")
        page.get_by_role("button", name="Lever cet arrêt").press("Enter")
        page.wait_for_url(f"**/fr/stop?told={told}")
    assert page.get_by_role("heading", level=1).inner_text() == "Rien n'est arrêté."


def test_filter_and_open_the_evidence(browser: Browser, address: str) -> None:
    """From the list to the ledger entry of a broken promise: one filter, one click."""
    page = reader(browser)
    page.goto(f"{address}/nl/promises")
    page.get_by_role("checkbox", name="gebroken").check()
    page.get_by_role("button", name="Tonen").click()
    expect(page.locator(".promises > li")).to_have_count(3)
    page.get_by_role("link", name="5.z", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"\s*5\.z\s+gebroken\s*"))
    expect(page.get_by_text("50005")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_runs_over_the_side_of_a_small_screen(
    browser: Browser, address: str, scheme: str
) -> None:
    """320 pixels are 1280 at 400 % (WCAG 2.2, 1.4.10); only tables may scroll, in their box."""
    context = browser.new_context(
        viewport={"width": 320, "height": 700},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.on(
        "console", lambda message: pytest.fail(message.text) if "404" not in message.text else None
    )
    for path in PATHS:
        page.goto(f"{address}/nl{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    context.close()


def test_what_is_clicked_is_large_enough(browser: Browser, address: str) -> None:
    """2.5.8: 24 pixels, for all that stands outside a line of text."""
    context = browser.new_context(viewport={"width": 400, "height": 800})
    page = context.new_page()
    page.goto(f"{address}/fr")
    places = "button, header a, footer a, .legend a, .mosaic a"
    sizes = page.eval_on_selector_all(
        places, "all => all.map(e => [e.textContent, e.getBoundingClientRect().height])"
    )
    assert len(sizes) > 20
    assert [name for name, height in sizes if height < 24] == []
    context.close()


def test_the_browser_takes_the_policy_without_a_word(browser: Browser, address: str) -> None:
    """No message in the console of the browser: nothing was blocked, nothing was missing."""
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PATHS[:-1]:
        page.goto(f"{address}/en{path}")
    assert said == []
    assert {url for url in asked if not url.startswith((address, "data:"))} == set()
    context.close()
