"""A company fills the form in for its users, in Chromium, with the keyboard and without a script:
its fields stand there only for it, its paper arrives, and axe-core finds nothing on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from avow.common.languages import LANGUAGES
from avow.duties.requests.book import persons_of, read
from avow.duties.requests.intake.by_form import PAPER
from avow.duties.requests.words import Right, Voice
from avow.engine.db.store import Store
from avow.faces.web.portal.of_company import OF_COMPANY
from avow.faces.web.portal.reviewing import REVIEWINGS
from avow.faces.web.portal.saying import SAYINGS
from tests.pages.test_portal_add import PDF, page_of
from tests.pages.test_portal_browser import browser as browser  # noqa: PLC0414 (a fixture)
from tests.pages.test_portal_browser import faults, opened, press, served
from tests.pages.test_portal_company import EDITION, USERS
from tests.pages.test_portal_review import files_in
from tests.requests_room import Office


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store).with_(edition=EDITION)


@pytest.fixture
def home(office: Office) -> Iterator[str]:
    with served(office) as address:
        yield address


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_company_asks_without_a_script(
    office: Office, home: str, browser: Browser, tmp_path: Path, language: str
) -> None:
    say, of, look = SAYINGS[language], OF_COMPANY[language], REVIEWINGS[language]
    paper = tmp_path / "extract.pdf"
    paper.write_bytes(PDF)
    with opened(browser, home, scripts=False) as page:
        page.goto(f"{home}/{language}/your-data")
        expect(page.get_by_label(of.users)).to_be_hidden()
        page.locator("#want-1").focus()
        page.keyboard.press("Space")
        page.locator("#about-company").focus()
        page.keyboard.press("Space")
        expect(page.get_by_label(say.other_name)).to_be_hidden()
        page.keyboard.press("Tab")
        expect(page.get_by_label(of.name)).to_be_focused()
        page.keyboard.type("Acme NV")
        page.keyboard.press("Tab")
        expect(page.get_by_label(of.users)).to_be_focused()
        page.keyboard.type("\n".join(USERS))
        page.get_by_label(say.email, exact=True).fill("hr@acme.example")
        press(page, say.go_on)
        expect(page.get_by_text(of.next_told)).to_be_visible()
        page.get_by_label(look.paper.format(name="Acme NV")).set_input_files(paper)
        press(page, look.send)
        expect(page.get_by_role("heading", level=1)).to_have_text(say.arrived)
        found = re.search(r"request-[a-z2-7]{26}", page.content())
    assert found is not None
    request = read(office.book, found[0])
    assert {p.voice for p in request.persons.values()} == {Voice.COMPANY}
    assert {i.right for i in request.items.values()} == {Right.ERASURE}
    named = [p.identities for p in persons_of(office.book, request.id).values()]
    assert named == [(("email", each),) for each in USERS]
    assert [(what, content) for what, _, content in files_in(office, request.id)] == [(PAPER, PDF)]


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_a_company_has_a_fault(
    office: Office, home: str, browser: Browser, language: str, width: int
) -> None:
    say, of, look = SAYINGS[language], OF_COMPANY[language], REVIEWINGS[language]
    wrong: dict[str, list[str]] = {}
    with opened(browser, home, scripts=True, width=width) as page:
        page.goto(f"{home}/{language}/your-data")
        page.get_by_label(of.about).check()
        page.get_by_label(say.choices[1]).check()
        page.get_by_label(say.email, exact=True).fill("hr@acme.example")
        wrong["form"] = faults(page)
        press(page, say.go_on)
        expect(page.get_by_role("alert")).to_be_focused()
        wrong["missing"] = faults(page)
        page.get_by_label(of.name).fill("Acme NV")
        page.get_by_label(of.users).fill("\n".join(USERS))
        press(page, say.go_on)
        wrong["review"] = faults(page)
        press(page, look.send)
        wrong["thanks"] = faults(page)
        found = re.search(r"request-[a-z2-7]{26}", page.content())
        assert found is not None
        page.goto(f"{home}{page_of(office, read(office.book, found[0]), language)}")
        wrong["follow"] = faults(page)
    assert {name: found for name, found in wrong.items() if found} == {}
