"""The link at the end of a newsletter, in a real browser without a script, with the keyboard alone
and in every language: one page, one button, and the next newsletter is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests.acting.unsubscribing import Reader, links
from avow.engine.facts.about import suppressed
from avow.faces.web.portal.confirming import STOP
from tests.answers_room import ANNA, BEN, Shop
from tests.pages.test_journeys import browser as browser  # noqa: PLC0414 (a fixture)
from tests.pages.test_portal_browser import faults, opened, press, served
from tests.unit.test_ending_purposes import HIS, uses
from tests.unit.test_ending_purposes import shop as shop  # noqa: PLC0414 (a fixture)

ENDED = "the purpose has ended"
KEYS_TO_THE_BUTTON = 20
"""More than a page with one button needs."""


@pytest.fixture
def home(shop: Shop) -> Iterator[str]:
    """The address of the public pages of the shop."""
    with served(shop.office) as address:
        yield address


def link_in_the_newsletter(shop: Shop, language: str) -> str:
    """The path that the newsletter to Ben ends with; Anna gets one of her own."""
    readers = [Reader("email", Masked(each.email), language) for each in (BEN, ANNA)]
    secret, hers = links(shop.office.book, "news", readers, at=shop.office.clock.now())
    assert secret.reveal() != hers.reveal()
    return f"/{language}/your-data/stop/{secret.reveal()}"


def tab_to(page: Page, name: str) -> None:
    """Go to a button as somebody without a mouse does, who must see where they are on the way."""
    button = page.get_by_role("button", name=name, exact=True)
    for _ in range(KEYS_TO_THE_BUTTON):
        page.keyboard.press("Tab")
        here = page.locator(":focus")
        style = here.evaluate(
            "it => { const s = getComputedStyle(it); return [s.outlineStyle, s.outlineWidth] }"
        )
        assert style[0] != "none", "the focus is not seen"
        assert style[1] != "0px", "the focus is not seen"
        if button.evaluate("it => it === document.activeElement"):
            return
    pytest.fail("the keyboard does not come to the button")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_link_in_a_newsletter_stops_it_by_one_button(
    shop: Shop, home: str, browser: Browser, language: str
) -> None:
    """Opened: nothing ends. Pressed: it has ended for Ben alone, he stays out when his data are
    gone, and a letter confirms it."""
    say, path = STOP[language], link_in_the_newsletter(shop, language)
    day = shop.office.clock.now().date()
    with opened(browser, home, scripts=False, width=400) as page:
        page.goto(f"{home}{path}")
        expect(page.locator("main button")).to_have_count(1)
        assert page.locator("main input:visible").count() == 0
        assert ENDED not in uses(shop, "news"), "looking ends nothing"
        tab_to(page, say.press)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=say.done, exact=True)).to_be_visible()
        assert page.locator("main form").count() == 0
    assert ENDED in uses(shop, "news"), "the next newsletter is refused"
    assert suppressed(shop.store, shop.office.ring, HIS, day) == {("unsubscribed", "news")}
    (letter,) = letters_to(shop.store, shop.office.ring, "controller", [Masked(BEN.email)])
    assert letter.language == language
    assert not letters_to(shop.store, shop.office.ring, "controller", [Masked(ANNA.email)])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_that_nobody_was_sent_stops_nothing(
    shop: Shop, home: str, browser: Browser, language: str
) -> None:
    """The page of a made-up link has the same button; pressed, it says what to do instead."""
    say, path = STOP[language], link_in_the_newsletter(shop, language)
    with opened(browser, home, scripts=False, width=400) as page:
        page.goto(f"{home}{path[:-6]}abcdef")
        tab_to(page, say.press)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=say.gone, exact=True)).to_be_visible()
    assert ENDED not in uses(shop, "news")


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_the_way(
    shop: Shop, home: str, browser: Browser, language: str
) -> None:
    """The button, what it answers, and what a made-up link answers, on a small screen; axe-core
    needs a script of its own to look."""
    path = link_in_the_newsletter(shop, language)
    with opened(browser, home, scripts=True, width=400) as page:
        found = {}
        for kind, link in (("mine", path), ("made up", f"{path[:-6]}abcdef")):
            page.goto(f"{home}{link}")
            found[kind, "button"] = faults(page)
            press(page, STOP[language].press)
            found[kind, "answer"] = faults(page)
    assert {which: said for which, said in found.items() if said} == {}
