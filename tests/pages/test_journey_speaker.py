"""Somebody asks for somebody else, in a real browser without a script, in every language: the paper
comes with the form, is seen and heard; the copy is that of the person who is spoken for, and of
whom a company asks for, each is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests.book import read
from avow.duties.requests.identity import proving
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.words import Rung, Status, Voice
from avow.faces.web.portal.of_company import OF_COMPANY
from avow.faces.web.portal.reviewing import REVIEWINGS
from avow.faces.web.portal.saying import SAYINGS
from tests.acceptance.rights.test_company_by_form_kept import CONTACT, UNA, UTA, Firm
from tests.acceptance.rights.test_company_by_form_kept import firm as firm  # noqa: PLC0414
from tests.answers_room import BEN
from tests.pages.answer_house import answer_house
from tests.pages.test_journeys import browser as browser  # noqa: PLC0414 (a fixture)
from tests.pages.test_journeys import texts_in
from tests.pages.test_portal_browser import press
from tests.pages.town import Town, answer_fetched, decided, rows_accepted, town_of

ASKED = {
    "fr": "la société par laquelle vous utilisez",
    "nl": "vroeg het bedrijf waarmee u",
    "en": "the company through which you use",
}
ACCOUNTS = {("account", (("10",),)), ("account", (("11",),))}
"""Those of the two users with the company; one of them reads a newsletter too."""
SPEAKER = "lawyer@office.example"
MANDATE = b"%PDF-1.7 I, Ben, let my lawyer ask for a copy until the end of the year"


@pytest.fixture(params=LANGUAGES)
def town(
    request: pytest.FixtureRequest, tmp_path: Path, state_url: str, browser: Browser
) -> Iterator[Town]:
    """The shop, which knows Ben; letters go to who speaks for him."""
    with (
        answer_house(tmp_path, state_url) as there,
        town_of(there.house, there.shop.estate, browser, request.param, SPEAKER) as town,
    ):
        yield town


def asked_for_ben(town: Town) -> str:
    """The speaker fills the form in for Ben, adds the mandate and sends it; the request."""
    say, review = SAYINGS[town.language], REVIEWINGS[town.language]
    with town.person() as page:
        page.goto(f"{town.public}/{town.language}/your-data")
        page.get_by_label(say.choices[0], exact=True).check()
        page.get_by_label(say.about_other, exact=True).check()
        page.get_by_label(say.other_name, exact=True).fill(BEN.name)
        page.get_by_label(say.other_email, exact=True).fill(BEN.email)
        page.get_by_label(say.email, exact=True).fill(town.email)
        town.look(page)
        press(page, say.go_on)
        page.get_by_label(review.paper.format(name=BEN.name)).set_input_files(
            {"name": "mandate.pdf", "mimeType": "application/pdf", "buffer": MANDATE}
        )
        town.look(page)
        press(page, review.send)
        found = re.search(r"request-[a-z2-7]{26}", page.content())
    assert found is not None
    return found[0]


def test_a_copy_for_somebody_one_speaks_for(town: Town) -> None:
    """No link proves anything here; the mandate is opened, and heard once its last day is given;
    then the copy goes to who speaks, and holds what is Ben's and nothing of the speaker."""
    request = asked_for_ben(town)
    proving.begin_due(town.book, at=town.house.clock.now())
    assert read(town.book, request).persons[1].asked == (), "a paper shows it, no link"
    here = f"{town.console}/{town.language}/requests/{request}"
    with town.staff("agnes") as page:
        page.goto(f"{here}/files")
        with page.expect_download() as opened:
            page.locator('form[action*="/files/"] button').first.click()
        assert opened.value.path().read_bytes() == MANDATE
        page.goto(f"{here}/identity")
        speaker = 'form[action$="/identity/speaker"]'
        page.locator("details", has=page.locator(speaker)).locator("summary").click()
        page.select_option(f"{speaker} select[name=kind]", "mandate")
        page.check(f"{speaker} input[name=right-access]")
        page.click(f"{speaker} button.primary")
        assert page.get_by_role("alert").count() == 1, "a mandate without a last day is none"
        assert read(town.book, request).persons[1].shown is None
        last = town.house.clock.now().date() + timedelta(days=90)
        page.fill(f"{speaker} input[name=until]", last.isoformat())
        page.click(f"{speaker} button.primary")
        page.wait_for_url("**told=speaker-heard*")
    person = read(town.book, request).persons[1]
    assert (person.voice, person.shown) == (Voice.REPRESENTATIVE, Rung.MANDATE)
    rows_accepted(town, request)
    decided(town, request)
    texts = texts_in(answer_fetched(town, request))
    assert BEN.email in texts["json"]
    assert SPEAKER not in texts["json"]
    assert read(town.book, request).status is Status.ANSWERED
    his = letters_to(town.book.runs, town.book.ring, "controller", [Masked(BEN.email)])
    assert list(his) == [], "the speaker is written to"


@pytest.fixture(params=LANGUAGES)
def office_town(request: pytest.FixtureRequest, firm: Firm, browser: Browser) -> Iterator[Town]:
    """An application with users of two companies, of whom somebody writes for Acme."""
    estate = firm.house.estate
    with town_of(firm.console, estate, browser, request.param, CONTACT) as town:
        yield town


def test_a_company_asks_for_its_users_and_each_is_told(office_town: Town, firm: Firm) -> None:
    """It names two of its users and adds its authority; nobody hears of it before the paper was
    looked at; then each is told in their language, and their accounts with it alone are taken."""
    town = office_town
    say, of, look = SAYINGS[town.language], OF_COMPANY[town.language], REVIEWINGS[town.language]
    with town.person() as page:
        page.goto(f"{town.public}/{town.language}/your-data")
        page.get_by_label(say.choices[1], exact=True).check()
        page.get_by_label(of.about).check()
        page.get_by_label(of.name).fill("Acme NV")
        page.get_by_label(of.users).fill(f"{UTA}\n{UNA}")
        page.get_by_label(say.email, exact=True).fill(CONTACT)
        press(page, say.go_on)
        page.get_by_label(look.paper.format(name="Acme NV")).set_input_files(
            {"name": "extract.pdf", "mimeType": "application/pdf", "buffer": MANDATE}
        )
        press(page, look.send)
        found = re.search(r"request-[a-z2-7]{26}", page.content())
    assert found is not None
    assert firm.letters(UTA) == firm.letters(UNA) == []
    here = f"{town.console}/{town.language}/requests/{found[0]}"
    speaker = 'form[action$="/identity/speaker"]'
    with town.staff("agnes") as page:
        page.goto(f"{here}/identity")
        page.locator("details", has=page.locator(speaker)).first.locator("summary").click()
        page.select_option(f"{speaker} select[name=kind]", "company")
        page.check(f"{speaker} input[name=right-erasure]")
        page.fill(f"{speaker} input[name=company]", "app:company:1")
        page.click(f"{speaker} button.primary")
        page.wait_for_url("**told=speaker-heard*")
    assert {p.shown for p in read(town.book, found[0]).persons.values()} == {Rung.AUTHORITY}
    for user in (UTA, UNA):
        (text,) = firm.letters(user)
        assert ASKED[town.language] in text
    taken = accepted_of(town.book, found[0]) or ()
    assert {(each.dataset, each.keys) for each in taken} == ACCOUNTS
