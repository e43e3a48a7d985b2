"""A person asks, looks at it, changes it, sends it with a file and follows it: in Chromium, with
the keyboard, without a script; and axe-core finds nothing on any page on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect, sync_playwright

from avow.common.languages import LANGUAGES
from avow.duties.requests.book import file_of, persons_of, read
from avow.duties.requests.identity.knowing import fact_checks
from avow.duties.requests.words import Right, Voice
from avow.engine.db.store import Store
from avow.faces.web.application import public_app
from avow.faces.web.portal.adding import ADDINGS
from avow.faces.web.portal.knowing import KNOWINGS
from avow.faces.web.portal.make import PortalDesk
from avow.faces.web.portal.reviewing import REVIEWINGS
from avow.faces.web.portal.saying import SAYINGS
from avow.faces.web.public.desk import PublicDesk
from tests.facts_room import Market
from tests.pages.served import listening, turned
from tests.pages.test_axe import RULES
from tests.pages.test_portal_add import ASKED, PDF, page_of
from tests.pages.test_portal_add import office as office  # noqa: PLC0414 (a fixture)
from tests.requests_room import Office


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def home(office: Office) -> Iterator[str]:
    """The address of the pages of an office."""
    with served(office) as address:
        yield address


@contextmanager
def served(office: Office) -> Iterator[str]:
    """The pages, really served: a browser sends files to no made-up server."""
    portal = PortalDesk(lambda: office.book, office.clock)
    notice = PublicDesk(office.store, office.clock, office.declaration.controller)
    with listening(public_app(notice, portal=portal)) as address:
        yield address


@contextmanager
def opened(browser: Browser, home: str, *, scripts: bool, width: int = 1280) -> Iterator[Page]:
    """A page; what it asks of another host is refused and fails."""
    context = browser.new_context(
        java_script_enabled=scripts, viewport={"width": width, "height": 900}
    )
    elsewhere: list[str] = []
    page = context.new_page()
    page.on("request", lambda asked: elsewhere.append(asked.url))
    yield page
    context.close()
    assert [url for url in elsewhere if not url.startswith((f"{home}/", "data:"))] == []


def press(page: Page, name: str) -> None:
    """Press a button, and be on the page that it leads to."""
    turned(page, page.get_by_role("button", name=name, exact=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_request_is_made_without_a_script(
    office: Office, home: str, browser: Browser, tmp_path: Path, language: str
) -> None:
    """Filled in, gone back to, changed, sent with a file, as a real browser sends it."""
    say, look = SAYINGS[language], REVIEWINGS[language]
    paper = tmp_path / "volmacht é.pdf"
    paper.write_bytes(PDF)
    with opened(browser, home, scripts=False) as page:
        page.goto(f"{home}/{language}/your-data")
        page.get_by_label(say.choices[0]).check()
        page.get_by_label(say.own_words).fill("Één\nvraag")
        page.get_by_label(say.about_other, exact=True).check()
        page.get_by_label(say.other_name).fill("Lou Peeters")
        page.get_by_label(say.email, exact=True).fill("anna@mail.example")
        press(page, say.go_on)
        assert page.get_by_role("heading", level=1).inner_text() == look.title
        press(page, look.change)
        assert page.get_by_label(say.own_words).input_value() == "Één\nvraag"
        page.get_by_label(say.choices[1]).check()
        press(page, say.go_on)
        page.get_by_label(look.paper.format(name="Lou Peeters")).set_input_files(paper)
        assert office.told == []
        press(page, look.send)
        assert page.get_by_role("heading", level=1).inner_text() == say.arrived
        assert page.url == f"{home}/{language}/your-data/send"
        found = re.search(r"request-[a-z2-7]{26}", page.content())
    assert found is not None
    request = read(office.book, found[0])
    assert [i.right for i in request.items.values()] == [Right.ACCESS, Right.ERASURE]
    assert request.persons[1].voice is Voice.REPRESENTATIVE
    assert persons_of(office.book, request.id)[1].name == "Lou Peeters"
    (row,) = office.store.run("request_files", request=request.id)
    kept = file_of(office.book, row["id"])
    assert kept is not None
    assert kept[1].reveal() == PDF


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_on_the_way_has_a_fault_and_a_mistake_takes_the_focus(
    office: Office, home: str, browser: Browser, language: str
) -> None:
    """Narrow, where pages break first; axe-core needs a script of its own to look."""
    say, look, add = SAYINGS[language], REVIEWINGS[language], ADDINGS[language]
    request = office.arrive(Right.ACCESS)
    office.take(request, ASKED)
    follow = page_of(office, request, language)
    wrong: dict[str, list[str]] = {}
    with opened(browser, home, scripts=True, width=400) as page:
        page.goto(f"{home}/{language}/your-data")
        press(page, say.go_on)
        wrong["form"] = faults(page)
        assert focused(page) == "alert"
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**#want-0")
        assert page.evaluate("document.activeElement.id") == "want-0"
        page.keyboard.press("Space")
        page.get_by_label(say.email, exact=True).fill("anna@mail.example")
        press(page, say.go_on)
        wrong["review"] = faults(page)
        page.get_by_label(look.any_file).set_input_files(
            {"name": "x.exe", "mimeType": "application/pdf", "buffer": b"MZ\0"}
        )
        press(page, look.send)
        wrong["file"] = faults(page)
        assert focused(page) == "alert"
        page.goto(f"{home}{follow}")
        wrong["follow"] = faults(page)
        press(page, add.send)
        wrong["nothing"] = faults(page)
        assert focused(page) == "alert"
        page.get_by_label(add.words).fill("Voilà")
        press(page, add.send)
        wrong["added"] = faults(page)
        page.goto(f"{home}{follow}/letters")
        wrong["letters"] = faults(page)
    assert {name: found for name, found in wrong.items() if found} == {}
    assert read(office.book, request.id).waits == frozenset()


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_are_answered_without_a_script_and_with_the_keyboard(
    browser: Browser, tmp_path: Path, store: Store, language: str
) -> None:
    """On a telephone: one answer is missed, the mistake leads to it, and the rest is chosen."""
    market, say = Market(tmp_path, store), KNOWINGS[language]
    request = market.asked()
    link = f"/{language}/your-data/know/{market.token().reveal()}"
    with served(market.office) as home, opened(browser, home, scripts=False, width=400) as page:
        page.goto(home + link)
        for n in (0, 2):
            page.locator(f"#question-{n}-0").focus()
            page.keyboard.press("Space")
        press(page, say.press)
        page.get_by_role("alert").get_by_role("link").click()
        page.wait_for_url("**#question-1-0")
        assert page.locator("input:checked").count() == 2
        page.get_by_role("group").nth(1).get_by_label(say.none).check()
        press(page, say.press)
        assert page.get_by_role("heading", level=1).inner_text() == say.done
    (check,) = fact_checks(market.office.book, request.id)
    assert (check.correct, check.asked) == (2, 3)


def test_axe_finds_nothing_on_the_page_of_questions(
    browser: Browser, tmp_path: Path, store: Store
) -> None:
    market = Market(tmp_path, store)
    market.asked()
    link, wrong = f"/your-data/know/{market.token().reveal()}", {}
    with served(market.office) as home:
        for language, width in zip(LANGUAGES, (1280, 400, 320), strict=True):
            with opened(browser, home, scripts=True, width=width) as page:
                page.goto(f"{home}/{language}{link}")
                wrong[language, "questions"] = faults(page)
                press(page, KNOWINGS[language].press)
                expect(page.get_by_role("alert")).to_be_focused()
                wrong[language, "missing"] = faults(page)
    assert {name: found for name, found in wrong.items() if found} == {}


def focused(page: Page) -> str:
    """The role of what has the focus."""
    return str(page.evaluate("document.activeElement.getAttribute('role')"))


def faults(page: Page) -> list[str]:
    """What axe-core finds, and whether the page is too wide."""
    found = Axe().run(page, options=RULES).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    said = [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]
    return said + ([f"{wide} px too wide"] if wide > 0 else [])
