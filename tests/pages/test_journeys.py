"""From the form to the fetched answer, in a real browser without a script, in every language: the
person on the public pages, the staff in the console, the shop in real databases, and letters as
they would leave."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pypdf import PdfReader

from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests.book import Book, read
from avow.duties.requests.delivering.links import Post, send_wished
from avow.duties.requests.identity import proving
from avow.duties.requests.words import ItemState, Status
from avow.faces.web.application import public_app
from avow.faces.web.portal.make import PortalDesk
from avow.faces.web.portal.reviewing import REVIEWINGS
from avow.faces.web.portal.saying import SAYINGS
from avow.faces.web.public.desk import PublicDesk
from tests.accounts_room import PASSWORD
from tests.answers_room import BEN
from tests.pages.answer_house import AnswerHouse, answer_house
from tests.pages.served import listening
from tests.pages.test_portal_browser import opened, press

OTHERS = ("anna@mail", "Anna", "Peeters", "carla@mail", "Carla", "Maes", "Dirk", "bread")
"""What the shop holds of other persons."""


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield made
        made.close()


@dataclass
class Town:
    """The public pages and the console of one house, each at an address of its own."""

    house: AnswerHouse
    browser: Browser
    public: str
    console: str
    language: str

    @property
    def book(self) -> Book:
        """The book of requests."""
        return self.house.house.office.book

    @contextmanager
    def person(self) -> Iterator[Page]:
        """A browser of somebody whom nobody knows yet."""
        with opened(self.browser, self.public, scripts=False, width=400) as page:
            yield page

    @contextmanager
    def staff(self, who: str) -> Iterator[Page]:
        """A browser in which somebody of the staff has signed in."""
        house = self.house.house
        if who not in house.lodge.seeds:
            house.lodge.enrol(who)
        with opened(self.browser, self.console, scripts=False) as page:
            page.goto(f"{self.console}/{self.language}/sign-in")
            page.fill("input[name=person]", who)
            page.fill("input[name=password]", PASSWORD)
            page.fill("input[name=code]", house.fresh(who))
            page.click("form button.primary")
            assert page.url.rstrip("/").endswith(f"/{self.language}")
            yield page

    def letter_with(self, path: str) -> str:
        """The link of that kind in the newest letter to Ben, as its reader would open it."""
        letters = letters_to(self.book.runs, self.book.ring, "controller", [Masked(BEN.email)])
        found = [
            link
            for each in letters
            for link in re.findall(
                rf"https?://[^/\s]+(/\w\w/your-data/{path}/[\w-]+)", each.content.text
            )
        ]
        return f"{self.public}{found[-1]}"


@pytest.fixture(params=LANGUAGES)
def town(
    request: pytest.FixtureRequest, tmp_path: Path, state_url: str, browser: Browser
) -> Iterator[Town]:
    with answer_house(tmp_path, state_url) as house:
        office = house.house.office
        portal = PortalDesk(lambda: office.book, house.house.clock)
        notice = PublicDesk(office.store, house.house.clock, office.declaration.controller)
        with (
            listening(public_app(notice, portal=portal)) as public,
            listening(house.house.app) as console,
        ):
            here = console.replace("127.0.0.1", "localhost")  # the name that the console goes by
            yield Town(house, browser, public, here, request.param)


def texts_in(content: bytes) -> dict[str, str]:
    """What stands in the files of an answer, by their ending; a document is read as its reader
    does, and not by its compressed bytes."""
    found: dict[str, str] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        for name in box.namelist():
            form, plain = name.rpartition(".")[2], box.read(name)
            text = plain.decode("utf-8", "replace")
            if form == "pdf":
                text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(plain)).pages)
            found[form] = found.get(form, "") + text
    return found


def asked(town: Town) -> str:
    """Ben fills the form in and sends it; the request."""
    say, look = SAYINGS[town.language], REVIEWINGS[town.language]
    with town.person() as page:
        page.goto(f"{town.public}/{town.language}/your-data")
        page.get_by_label(say.choices[0]).check()
        page.get_by_label(say.email, exact=True).fill(BEN.email)
        press(page, say.go_on)
        press(page, look.send)
        found = re.search(r"request-[a-z2-7]{26}", page.content())
    assert found is not None
    return found[0]


def shown(town: Town) -> None:
    """A round writes the letter; Ben opens its link and presses the button."""
    office, now = town.house.house.office, town.house.house.clock.now()
    proving.begin_due(office.book, at=now)
    assert proving.send(
        office.book, town.house.shop.estate, Post(town.public, "shop.example"), at=now
    )
    with town.person() as page:
        page.goto(town.letter_with("prove"))
        page.click("form button.primary")


def test_a_copy_from_the_form_to_the_file(town: Town) -> None:
    """Asked, shown who it is, rows looked for and accepted, decided, drawn, written, read, sent
    with a code, fetched with it: what is in the file is Ben's and nobody else's."""
    request = asked(town)
    shown(town)
    here = f"{town.console}/{town.language}/requests/{request}"
    with town.staff("agnes") as page:
        page.goto(f"{town.console}/{town.language}/requests")
        page.click(f'a[href$="/requests/{request}"]')
        page.goto(f"{here}/rows")
        page.click('form[action$="/rows/search"] button')
        page.click('form[action$="/rows/accept"] button.primary')
        assert "told=rows-accepted" in page.url
    with town.staff("an") as page:
        page.goto(here)
        page.locator("details", has=page.locator('form[action$="/decide"]')).locator(
            "summary"
        ).click()
        page.select_option('form[action$="/decide"] select[name=outcome]', "accepted")
        page.fill('form[action$="/decide"] input[name=code]', town.house.house.fresh("an"))
        page.click('form[action$="/decide"] button.primary')
        assert "told=decided" in page.url
    with town.staff("agnes") as page:
        page.goto(f"{here}/answer")
        for step in ("draw", "write", "open", "review"):
            page.click(f'form[action*="/answer/{step}"] button')
        page.select_option('form[action$="/answer/send"] select[name=way]', "portal")
        page.fill('form[action$="/answer/send"] input[name=code]', town.house.house.fresh("agnes"))
        page.click('form[action$="/answer/send"] button.primary')
        code = page.inner_text("p.seed")
    with town.person() as page:
        page.goto(town.letter_with("answer"))
        page.fill("input[name=code]", code)
        with page.expect_download() as waiting:
            page.click('form[action$="/fetch"] button.primary')
        content = waiting.value.path().read_bytes()
    texts = texts_in(content)
    assert texts.keys() >= {"html", "pdf", "json", "csv"}
    for form in ("html", "pdf", "json"):
        assert BEN.email in texts[form], form
    assert [(form, each) for form, text in texts.items() for each in OTHERS if each in text] == []
    state = read(town.book, request)
    assert (state.status, state.items[1].state) == (Status.ANSWERED, ItemState.DONE)


def test_a_request_is_taken_back_midway(town: Town) -> None:
    """Asked for, followed by a link that was wished for and sent to the address we know, taken back
    after a second look; the staff sees that it is over and has nothing to do."""
    request = asked(town)
    shown(town)
    office = town.house.house.office
    with town.person() as page:
        page.goto(f"{town.public}/{town.language}/your-data/link")
        page.fill("input[name=number]", request)
        page.click("form button.primary")
        post, now = Post(town.public, "shop.example"), town.house.house.clock.now()
        assert send_wished(office.book, post, at=now) == 1
        page.goto(town.letter_with("follow"))
        page.check("input[name=item-1]")
        page.click('form[action$="/withdraw"] button')
        assert read(town.book, request).items[1].state is not ItemState.WITHDRAWN, "asked once more"
        page.click('form[action$="/withdrawn"] button.primary')
    assert read(town.book, request).items[1].state is ItemState.WITHDRAWN
    with town.staff("agnes") as page:
        page.goto(f"{town.console}/{town.language}/requests/{request}")
        assert page.locator('form[action$="/decide"]').count() == 0


def test_a_right_is_refused_with_its_ground_and_the_way_to_complain(town: Town) -> None:
    """Decided by who answers for it, written, opened, read and sent by the agent: the letter names
    the law and the authority."""
    request = asked(town)
    shown(town)
    here = f"{town.console}/{town.language}/requests/{request}"
    deciding = 'form[action$="/decide"]'
    with town.staff("an") as page:
        page.goto(here)
        page.locator("details", has=page.locator(deciding)).locator("summary").click()
        page.select_option(f"{deciding} select[name=outcome]", "refused")
        page.select_option(f"{deciding} select[name=ground]", "excessive")
        page.fill(f"{deciding} input[name=law]", "Art. 12(5) GDPR")
        page.fill(f"{deciding} input[name=code]", town.house.house.fresh("an"))
        page.click(f"{deciding} button.primary")
        assert "told=decided" in page.url
    with town.staff("agnes") as page:
        page.goto(f"{here}/outcome")
        for step in ("write", "open", "review"):
            page.click(f'form[action*="/outcome/{step}"] button')
        page.fill('form[action$="/outcome/send"] input[name=code]', town.house.house.fresh("agnes"))
        page.click('form[action$="/outcome/send"] button.primary')
        assert "told=letter-sent" in page.url
    letters = letters_to(town.book.runs, town.book.ring, "controller", [Masked(BEN.email)])
    text = letters[-1].content.text
    assert "Art. 12(5) GDPR" in text
    assert "gegevensbeschermingsautoriteit.be" in text or "autoriteprotectiondonnees.be" in text
    assert re.search(r"art\. 79", text, re.IGNORECASE), "the way to a court"
    assert read(town.book, request).status is Status.ANSWERED
