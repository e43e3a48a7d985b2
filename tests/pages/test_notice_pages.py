"""The rendered notice as a page, and what the console shows of it before it is published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser, sync_playwright

from avow.app import open_state
from avow.common.clock import SetClock
from avow.declaration.load import load
from avow.duties.notice.rendering.build import notice_of
from avow.duties.notice.rendering.page import TEMPLATES, render_html
from avow.faces.cli.serve_command import source_of
from avow.faces.web.application import web_app
from tests.pages.conftest import HOST
from tests.pages.document import Node, read
from tests.pages.test_accessible import faults
from tests.pages.test_style import contrast
from tests.unit.test_notice_rendering import CLEARNOX, small

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CSS = (TEMPLATES / "notice.css").read_text()


@pytest.fixture(scope="module")
def rendered() -> dict[str, bytes]:
    declaration = load(CLEARNOX).whole
    return {code: render_html(notice_of(declaration, code, DAY)) for code in declaration.languages}


@pytest.fixture(scope="module")
def documents(rendered: dict[str, bytes]) -> dict[str, Node]:
    return {code: read(page.decode()) for code, page in rendered.items()}


def test_no_notice_has_a_fault(documents: dict[str, Node]) -> None:
    """Balanced, ids once, headings in order, tables with scope, landmarks, names: all of them."""
    assert {code: faults(page) for code, page in documents.items() if faults(page)} == {}
    small_page = read(render_html(notice_of(small(), "en", DAY)).decode())
    assert faults(small_page) == []


def test_every_table_has_a_caption_and_says_its_roles_where_cells_are_stacked(
    documents: dict[str, Node],
) -> None:
    for table in documents["fr"].all("table"):
        assert table.all("caption")[0].text
        assert {cell.attributes["role"] for cell in table.all("td")} == {"cell"}
        assert all(cell.attributes["data-label"] for cell in table.all("td"))


def test_it_loads_nothing_runs_nothing_and_needs_no_inline_style(
    rendered: dict[str, bytes], documents: dict[str, Node]
) -> None:
    for code, page in documents.items():
        assert {n.attributes["rel"] for n in page.all("link")} == {"alternate"}
        assert page.all("script", "img", "iframe", "object", "video", "form") == []
        assert [n for n in page.having("style") if n.tag != "style"] == []
        assert b"url(" not in rendered[code]
        assert b"@import" not in rendered[code]


def test_each_language_names_itself_and_leads_to_the_others(documents: dict[str, Node]) -> None:
    for code, page in documents.items():
        assert page.all("html")[0].attributes["lang"] == code
        others = {link.attributes["hreflang"] for link in page.all("link")}
        assert others == {"fr", "nl", "en"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_contrast(theme: str) -> None:
    """Words 4.5, marks 3 (WCAG 2.2, 1.4.3 and 1.4.11)."""
    light = _tokens(CSS)
    colours = light if theme == "light" else light | _tokens(CSS[CSS.index("scheme: dark") :])
    for ground in ("paper", "panel", "tint"):
        for ink in ("ink", "soft", "link", "warn", "accent"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    assert contrast(colours["warn"], colours["warn-tint"]) >= 4.5
    assert contrast(colours["ink"], colours["warn-tint"]) >= 4.5


def _tokens(part: str) -> dict[str, str]:
    block = part[part.index(":root {") : part.index("}", part.index(":root {"))]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as play:
        yield play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])


@pytest.mark.parametrize(("width", "zoom"), [(1280, 1), (320, 1), (320, 4)])
def test_nothing_runs_over_the_side(
    browser: Browser, rendered: dict[str, bytes], tmp_path: Path, width: int, zoom: int
) -> None:
    """At 320 pixels, which is 1280 at 400 %, one reads without scrolling sideways (1.4.10)."""
    file = tmp_path / "fr.html"
    file.write_bytes(rendered["fr"])
    page = browser.new_page(viewport={"width": width, "height": 900 // zoom})
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_a_link_to_a_promise_shows_that_promise(
    browser: Browser, rendered: dict[str, bytes], tmp_path: Path
) -> None:
    file = tmp_path / "nl.html"
    file.write_bytes(rendered["nl"])
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(file.as_uri())
    page.locator(".bars a").first.click()
    target = page.locator(":target")
    assert target.get_attribute("id") == "c-6.a"
    assert target.bounding_box() is not None
    assert 0 <= (target.bounding_box() or {"y": -1})["y"] < 900
    page.close()


@pytest.fixture
def console(tmp_path: Path, state_url: str) -> Iterator[TestClient[Any]]:
    with open_state(tmp_path / "state", state_url, clock=SetClock(NOW)) as state:
        source = source_of(load(CLEARNOX).whole, state)
        with TestClient(web_app(source, hosts=(HOST,)), base_url=f"http://{HOST}") as client:
            yield client


def test_the_console_shows_what_would_be_published_and_what_stops_it(
    console: TestClient[Any], rendered: dict[str, bytes]
) -> None:
    preview = console.get("/en/notice.json").json()["preview"]
    assert preview["version"] == "2021-12-09"
    (denied,) = [each for each in preview["grave"] if each["code"] == "AV258"]
    assert (denied["says"][:12], denied["clauses"][0]) == ("clause 8-2 p", "8-2")
    by_language = {each["language"]: each for each in preview["languages"]}
    assert by_language["nl"]["is_draft"]
    assert not by_language["fr"]["is_draft"]
    shown = console.get("/en/notice/page/nl")
    assert shown.content == rendered["nl"]
    assert "'sha256-" in shown.headers["content-security-policy"]
    assert console.get("/en/notice/page/de").status_code == 404


def test_the_navigation_leads_to_the_notice(console: TestClient[Any]) -> None:
    page = read(console.get("/fr").text)
    assert any(link.attributes["href"] == "/fr/notice" for link in page.all("a"))
