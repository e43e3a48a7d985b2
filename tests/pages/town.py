"""The public pages and the console of one house, each really served, for whole journeys in a
browser without a script: what a person and the staff do, and each page looked at by axe-core."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from avow.common.masked import Masked
from avow.duties.correspondence.letters import Content
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests.book import Book
from avow.duties.requests.delivering.links import Post, send_wished
from avow.duties.requests.identity import proving
from avow.engine.planner.making import Estate
from avow.faces.web.application import public_app
from avow.faces.web.portal.make import PortalDesk
from avow.faces.web.portal.reviewing import REVIEWINGS
from avow.faces.web.portal.saying import SAYINGS
from avow.faces.web.public.desk import PublicDesk
from tests.accounts_room import PASSWORD
from tests.pages.served import listening, turned
from tests.pages.staff_house import StaffHouse
from tests.pages.test_axe import ID, RULES
from tests.pages.test_portal_browser import opened, press

LOOKED: set[str] = set()
"""The kinds of pages that were looked at: each once, in the language of the first journey to it.
`test_axe` looks at every page in every language; here it is as a journey leaves it."""


AUTHORITY = {
    "fr": "Autorité de protection des données : https://autoriteprotectiondonnees.be/",
    "nl": "Gegevensbeschermingsautoriteit: https://gegevensbeschermingsautoriteit.be/",
    "en": "Data Protection Authority: https://dataprotectionauthority.be/",
}
"""Where one may complain, as each person reads it."""


@dataclass
class Town:
    """The two sites, and whom a journey is about: the address of somebody whom the systems know."""

    house: StaffHouse
    estate: Estate
    browser: Browser
    public: str
    console: str
    language: str
    email: str
    seen: dict[str, list[str]] = field(default_factory=dict)

    @property
    def book(self) -> Book:
        """The book of requests."""
        return self.house.office.book

    @contextmanager
    def person(self) -> Iterator[Page]:
        """A browser of somebody whom nobody knows yet."""
        with opened(self.browser, self.public, scripts=False, width=400) as page:
            yield cast("Page", Looked(page, self))
            self.look(page)

    @contextmanager
    def staff(self, who: str) -> Iterator[Page]:
        """A browser in which somebody of the staff has signed in."""
        if who not in self.house.lodge.seeds:
            self.house.lodge.enrol(who)
        with opened(self.browser, self.console, scripts=False) as page:
            page.goto(f"{self.console}/{self.language}/sign-in")
            page.fill("input[name=person]", who)
            page.fill("input[name=password]", PASSWORD)
            page.fill("input[name=code]", self.house.fresh(who))
            turned(page, page.locator("form button.primary"))
            yield cast("Page", Looked(page, self))
            self.look(page)

    def look(self, page: Page) -> None:
        """What axe-core finds on a page, once for each kind of page."""
        if not page.url.startswith("http"):
            return
        page.wait_for_load_state()
        path = page.url.partition("//")[2].partition("/")[2]
        kind = ID.sub("/…", f"/{path.partition('?')[0]}").replace(f"/{self.language}", "", 1)
        if kind not in LOOKED:
            LOOKED.add(kind)
            self.seen[kind] = self._faults(page.url, page.content())

    def _faults(self, url: str, content: str) -> list[str]:
        """What axe-core finds on a page as it stands. It needs scripts; the journey has none."""
        context = self.browser.new_context(reduced_motion="reduce")
        page = context.new_page()
        page.route(url, lambda route: route.fulfill(content_type="text/html", body=content))
        page.goto(url)
        found = Axe().run(page, options=RULES).response["violations"]
        context.close()
        return [f"{f['id']}: {f['nodes'][0]['html'][:160]}" for f in found]

    def letters(self) -> list[Content]:
        """The letters to the person, the oldest first."""
        to = [Masked(self.email)]
        return [e.content for e in letters_to(self.book.runs, self.book.ring, "controller", to)]

    def letter_with(self, path: str) -> str:
        """The link of that kind in the newest letter to the person, as they would open it."""
        link = rf"https?://[^/\s]+(/\w\w/your-data/{path}/[\w-]+)"
        found = [each for letter in self.letters() for each in re.findall(link, letter.text)]
        return f"{self.public}{found[-1]}"


@dataclass
class Looked:
    """A page that is looked at before it is left."""

    page: Page
    town: Town

    def goto(self, url: str) -> None:
        """Go to an address."""
        self.town.look(self.page)
        self.page.goto(url)

    def click(self, selector: str) -> None:
        """Press a button or a link, and be on the page that it leads to."""
        self.town.look(self.page)
        turned(self.page, self.page.locator(selector).first)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self.page, name)


@contextmanager
def town_of(
    house: StaffHouse, estate: Estate, browser: Browser, language: str, email: str
) -> Iterator[Town]:
    """The two sites of a house, in one language. No page of a journey may have a fault."""
    office = house.office
    portal = PortalDesk(lambda: office.book, house.clock)
    notice = PublicDesk(office.store, house.clock, office.declaration.controller)
    with (
        listening(public_app(notice, portal=portal)) as public,
        listening(house.app) as console,
    ):
        here = console.replace("127.0.0.1", "localhost")  # the name that the console goes by
        town = Town(house, estate, browser, public, here, language, email)
        yield town
        faults = {kind: found for kind, found in town.seen.items() if found}
        assert faults == {}, faults


def asked(town: Town, choice: int = 0, own_words: str = "") -> str:
    """The person fills the form in and sends it; the request. `choice` as in `SAYINGS`."""
    say, review = SAYINGS[town.language], REVIEWINGS[town.language]
    with town.person() as page:
        page.goto(f"{town.public}/{town.language}/your-data")
        page.get_by_label(say.choices[choice], exact=True).check()
        page.get_by_label(say.own_words, exact=True).fill(own_words)
        page.get_by_label(say.email, exact=True).fill(town.email)
        town.look(page)
        press(page, say.go_on)
        town.look(page)
        press(page, review.send)
        found = re.search(r"request-[a-z2-7]{26}", page.content())
    assert found is not None
    return found[0]


def shown(town: Town) -> None:
    """A round writes the letter; the person opens its link and presses the button."""
    now = town.house.clock.now()
    proving.begin_due(town.book, at=now)
    assert proving.send(town.book, town.estate, Post(town.public, "shop.example"), at=now)
    with town.person() as page:
        page.goto(town.letter_with("prove"))
        page.click("form button.primary")


def rows_accepted(town: Town, request: str, who: str = "agnes") -> None:
    """Somebody looks for the rows of the person, and accepts them as they are shown."""
    with town.staff(who) as page:
        page.goto(f"{town.console}/{town.language}/requests")
        page.click(f'a[href$="/requests/{request}"]')
        page.goto(f"{town.console}/{town.language}/requests/{request}/rows")
        page.click('form[action$="/rows/search"] button')
        page.click('form[action$="/rows/accept"] button.primary')
        page.wait_for_url("**told=rows-accepted*")


def decided(town: Town, request: str, who: str = "an", **given: str) -> None:
    """Who answers for it decides, with a fresh code; `given` are further fields of the form."""
    deciding = 'form[action$="/decide"]'
    with town.staff(who) as page:
        page.goto(f"{town.console}/{town.language}/requests/{request}")
        page.locator("details", has=page.locator(deciding)).locator("summary").click()
        for name, value in {"outcome": "accepted", **given}.items():
            here = page.locator(f"{deciding} [name={name}]")
            chosen = here.evaluate("each => each.tagName") == "SELECT"
            (here.select_option if chosen else here.fill)(value)
        page.fill(f"{deciding} input[name=code]", town.house.fresh(who))
        page.click(f"{deciding} button.primary")
        page.wait_for_url("**told=decided*")


def answer_sent(town: Town, request: str, who: str = "agnes") -> str:
    """The copy is drawn, written, read and sent; gives its second factor, told in another way."""
    with town.staff(who) as page:
        page.goto(f"{town.console}/{town.language}/requests/{request}/answer")
        for step in ("draw", "write", "open"):
            page.click(f'form[action*="/answer/{step}"] button')
        whole_shown(page, request)
        page.click('form[action*="/answer/review"] button')
        page.select_option('form[action$="/answer/send"] select[name=way]', "portal")
        page.fill('form[action$="/answer/send"] input[name=code]', town.house.fresh(who))
        page.click('form[action$="/answer/send"] button.primary')
        return str(page.inner_text("p.seed"))


def answer_fetched(town: Town, request: str) -> bytes:
    """The copy leaves, and the person fetches it with its second factor."""
    code = answer_sent(town, request)
    with town.person() as page:
        page.goto(town.letter_with("answer"))
        page.fill("input[name=code]", code)
        with page.expect_download() as waiting:
            page.locator('form[action$="/fetch"] button.primary').click()
        return bytes(waiting.value.path().read_bytes())


def whole_shown(page: Page, request: str) -> None:
    """The whole answer opens in a tab of its own, with the style that stands in it."""
    with page.expect_popup() as waiting:
        page.locator('form[action$="/answer/page"] button').click()
    tab = waiting.value
    expect(tab.locator("main")).to_contain_text(request)
    assert tab.locator("main").evaluate("main => getComputedStyle(main).maxWidth") != "none"
    tab.close()


def followed(town: Town, request: str) -> str:
    """The person wishes for a link to the page of their request; its address."""
    with town.person() as page:
        page.goto(f"{town.public}/{town.language}/your-data/link")
        page.fill("input[name=number]", request)
        page.click("form button.primary")
    post, now = Post(town.public, "shop.example"), town.house.clock.now()
    assert send_wished(town.book, post, at=now) == 1
    return town.letter_with("follow")


def approved(town: Town, plan: str, who: str) -> None:
    """Somebody reads a plan and approves it with a fresh code."""
    with town.staff(who) as page:
        page.goto(f"{town.console}/{town.language}/plans/{plan}")
        page.fill('form[action$="/approve"] input[name=code]', town.house.fresh(who))
        page.click('form[action$="/approve"] button.primary')
        page.wait_for_url("**told=approved*")


def letter_left(town: Town, request: str, who: str = "agnes") -> None:
    """The letter of what came of it is written, opened, read and sent with a code."""
    with town.staff(who) as page:
        page.goto(f"{town.console}/{town.language}/requests/{request}/outcome")
        for step in ("write", "open", "review"):
            page.click(f'form[action*="/outcome/{step}"] button')
        page.fill('form[action$="/outcome/send"] input[name=code]', town.house.fresh(who))
        page.click('form[action$="/outcome/send"] button.primary')
        page.wait_for_url("**told=letter-sent*")
