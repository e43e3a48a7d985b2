"""A correction from the form to the letter, in a real browser without a script, in every language:
what the person writes, what stood there and what stands there then, two persons who approve."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from avow.common.languages import LANGUAGES
from avow.duties.requests.book import read
from avow.duties.requests.words import ItemState, Status
from tests.pages.change_town import approved_by_two, change_town
from tests.pages.served import turned
from tests.pages.test_journeys import browser as browser  # noqa: PLC0414 (a fixture)
from tests.pages.town import AUTHORITY, Town, asked, decided, letter_left, rows_accepted, shown
from tests.restriction_room import Shop, made

WRONG, RIGHT = "Gent", "Brugge"
SAID = {"fr": "Correction : fait", "nl": "Verbetering: gedaan", "en": "Correction: done"}
CITIES = "SELECT city FROM buyer ORDER BY id"


@pytest.fixture
def shop(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Two buyers of the same city, which is written into a copy too."""
    found = made("sqlite", str(tmp_path / "shop.db"), tmp_path, state_url, monkeypatch.setenv)
    found.declare("")
    return found


@pytest.fixture(params=LANGUAGES)
def town(request: pytest.FixtureRequest, shop: Shop, browser: Browser) -> Iterator[Town]:
    with change_town(shop, browser, request.param) as town:
        yield town


def test_a_correction_from_the_form_to_the_letter(town: Town, shop: Shop) -> None:
    """Asked in own words, shown who it is, rows accepted, decided; what stands there is looked at,
    the right value planned, approved by two, carried out in the row and in its copy, and told.
    Nobody else's city changes."""
    request = asked(town, 2, f"{WRONG} > {RIGHT}")
    shown(town)
    rows_accepted(town, request)
    decided(town, request)
    here = f"{town.console}/{town.language}/requests/{request}/correct"
    with town.staff("agnes") as page:
        page.goto(here)
        page.click('form[action$="/open"] button[value=words]')
        expect(page.get_by_text(f"{WRONG} > {RIGHT}")).to_be_visible()
        page.goto(here)
        page.fill("input[name=field-1]", "city")
        page.fill("input[name=value-1]", RIGHT)
        page.click("button[value=stands]")
        assert page.locator("dd.said").all_inner_texts() == [WRONG]
        page.click("button[value=plan]")
        page.wait_for_url("**told=change-planned*")
    approved_by_two(town)
    assert shop.run(CITIES) == [(WRONG,), (WRONG,)], "approved is not done"
    with town.staff("agnes") as page:
        page.goto(here)
        changes = page.locator("form", has=page.locator("[value=changes]"))
        turned(page, changes.get_by_role("button"))
        assert page.locator("dd.said").all_inner_texts()[:2] == [WRONG, RIGHT]
        page.goto(here)
        carry_out = page.locator("form", has=page.locator("[value=carry-out]"))
        carry_out.locator("input[name=code]").fill(town.house.fresh("agnes"))
        carry_out.locator("button.primary").click()
        page.wait_for_url("**told=change-made*")
    assert shop.run(CITIES) == [(RIGHT,), (WRONG,)]
    assert shop.run("SELECT place FROM address_book ORDER BY id") == [(RIGHT,), (WRONG,)]
    letter_left(town, request)
    state = read(town.book, request)
    assert (state.items[1].state, state.status) == (ItemState.DONE, Status.ANSWERED)
    text = town.letters()[-1].text
    assert SAID[town.language] in text
    assert AUTHORITY[town.language] in text
