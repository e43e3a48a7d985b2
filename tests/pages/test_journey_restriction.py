"""A restriction of use from the form to its end, in a real browser without a script, in every
language: its ground, how it is enforced, the letter, the notice before it ends (art. 18 GDPR)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from avow.common.languages import LANGUAGES
from avow.duties.requests.acting.contesting import NOTICE
from avow.duties.requests.acting.restricting import Cause
from avow.duties.requests.acting.restriction_next import Turn
from avow.duties.requests.book import read
from avow.duties.requests.words import ItemState, Status
from tests.pages.change_town import approved_by_two, change_town
from tests.pages.test_journeys import browser as browser  # noqa: PLC0414 (a fixture)
from tests.pages.town import Town, asked, decided, letter_left, rows_accepted, shown
from tests.restriction_room import Shop, made

CITIES = "SELECT city FROM buyer ORDER BY id"
KEPT = {
    "fr": "Nous gardons ces données et ne les utilisons plus",
    "nl": "Wij bewaren deze gegevens en gebruiken ze niet meer",
    "en": "We keep these data and use them no more",
}
REASON = {
    "fr": "de garder certaines de vos données sans les utiliser",
    "nl": "te bewaren zonder ze te gebruiken",
    "en": "to keep some of your data without using them",
}
AGAIN = {
    "fr": "peut de nouveau utiliser ces données",
    "nl": "deze gegevens opnieuw gebruiken",
    "en": "may use these data again",
}


@pytest.fixture
def shop(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Two buyers of the same city; of a restricted one the cells leave the system."""
    found = made("sqlite", str(tmp_path / "shop.db"), tmp_path, state_url, monkeypatch.setenv)
    found.declare("vault")
    return found


@pytest.fixture(params=LANGUAGES)
def town(request: pytest.FixtureRequest, shop: Shop, browser: Browser) -> Iterator[Town]:
    with change_town(shop, browser, request.param) as town:
        yield town


def turned(town: Town, page: Page, turn: Turn | str, told: str) -> None:
    """The agent does what is next, with a fresh code."""
    form = page.locator("form", has=page.locator(f'[name=turn][value="{turn}"]'))
    form.locator("input[name=code]").fill(town.house.fresh("agnes"))
    form.get_by_role("button").click()
    page.wait_for_url(f"**told={told}*")


def test_a_restriction_from_the_form_to_its_end(town: Town, shop: Shop) -> None:
    """Asked, shown who it is, rows accepted, decided, begun with its ground, approved by two and
    enforced, told; then its end is announced, and nothing comes back before the notice is over."""
    request = asked(town, 3)
    shown(town)
    rows_accepted(town, request)
    decided(town, request)
    here = f"{town.console}/{town.language}/requests/{request}/restrict"
    with town.staff("agnes") as page:
        page.goto(here)
        page.select_option("select[name=cause]", str(Cause.CLAIMS))
        turned(town, page, Turn.BEGIN, "use-restricted")
    approved_by_two(town)
    assert shop.run(CITIES) == [("Gent",), ("Gent",)], "approved is not done"
    with town.staff("agnes") as page:
        page.goto(here)
        turned(town, page, Turn.ENFORCE, "change-made")
    assert shop.run(CITIES) == [(None,), ("Gent",)]
    letter_left(town, request)
    state = read(town.book, request)
    assert (state.items[1].state, state.status) == (ItemState.DONE, Status.ANSWERED)
    assert KEPT[town.language] in town.letters()[-1].text
    with town.staff("agnes") as page:
        page.goto(here)
        page.locator("details", has=page.locator("[value=tell]")).locator("summary").click()
        turned(town, page, "tell", "end-announced")
        notice = town.letters()[-1].text
        assert AGAIN[town.language] in notice
        assert REASON[town.language] in notice, "nothing was to be looked at"
        turned(town, page, Turn.PLAN_LIFTING, "change-planned")
    approved_by_two(town)
    lift = f'[name=turn][value="{Turn.LIFT}"]'
    with town.staff("agnes") as page:
        page.goto(here)
        assert page.locator(lift).count() == 0, "two days lie between"
    town.house.clock.move(NOTICE)
    with town.staff("agnes") as page:
        page.goto(here)
        turned(town, page, Turn.LIFT, "use-resumed")
    assert shop.run(CITIES) == [("Gent",), ("Gent",)]
