"""From the form to the fetched answer, in a real browser without a script, in every language: the
person on the public pages, the staff in the console, the shop in real databases, and letters as
they would leave."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader

from avow.common.languages import LANGUAGES
from avow.declaration.model import Declaration
from avow.duties.requests.acting.at_once import Tally, act
from avow.duties.requests.acting.ending import named_by
from avow.duties.requests.book import read
from avow.duties.requests.words import ItemState, Status
from avow.engine.facts.about import about
from tests.answers_room import BEN, SHOP, declared
from tests.pages.answer_house import answer_house
from tests.pages.town import (
    AUTHORITY,
    Town,
    answer_fetched,
    asked,
    decided,
    followed,
    letter_left,
    rows_accepted,
    shown,
    town_of,
)

OTHERS = ("anna@mail", "Anna", "Peeters", "carla@mail", "Carla", "Maes", "Dirk", "bread")
"""What the shop holds of other persons."""


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(params=LANGUAGES)
def town(
    request: pytest.FixtureRequest, tmp_path: Path, state_url: str, browser: Browser
) -> Iterator[Town]:
    with (
        answer_house(tmp_path, state_url, _advertising()) as there,
        town_of(there.house, there.shop.estate, browser, request.param, BEN.email) as town,
    ):
        yield town


def _advertising() -> Declaration:
    """The declaration of the shop, whose newsletter is advertising."""
    law = declared(SHOP)
    news = replace(law.purposes["news"], marketing=True)
    return replace(law, purposes={**law.purposes, "news": news})


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


def test_a_copy_from_the_form_to_the_file(town: Town) -> None:
    """Asked, shown who it is, rows looked for and accepted, decided, drawn, written, read, sent
    with a code, fetched with it: what is in the file is Ben's and nobody else's."""
    request = asked(town)
    shown(town)
    rows_accepted(town, request)
    decided(town, request)
    texts = texts_in(answer_fetched(town, request))
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
    page_of_theirs = followed(town, request)
    with town.person() as page:
        page.goto(page_of_theirs)
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
    decided(town, request, outcome="refused", ground="excessive", law="Art. 12(5) GDPR")
    letter_left(town, request)
    text = town.letters()[-1].text
    assert "Art. 12(5) GDPR" in text
    assert AUTHORITY[town.language] in text
    assert re.search(r"art\. 79", text, re.IGNORECASE), "the way to a court"
    assert read(town.book, request).status is Status.ANSWERED


def test_no_more_advertising_asked_by_the_form_needs_no_proof_and_nobodys_decision(
    town: Town,
) -> None:
    """One round after it was sent it is done, before anybody showed who they are (art. 21(3)); the
    staff finds nothing to do."""
    request = asked(town, choice=6)
    assert act(town.book, at=town.house.clock.now()) == Tally(stopped=1)
    assert ended(town) == {"news"}
    assert read(town.book, request).items[1].state is ItemState.DONE
    assert len(town.letters()) >= 1
    with town.staff("agnes") as page:
        page.goto(f"{town.console}/{town.language}/requests/{request}")
        assert page.locator('form[action$="/decide"]').count() == 0


def ended(town: Town) -> frozenset[str]:
    """The purposes for which Ben's data are used no more."""
    found = about(town.house.state.store, town.book.ring, [named_by("email", BEN.email)],
                  town.house.clock.now())  # fmt: skip
    names = (fact.name.partition(":") for fact in found)
    return frozenset(what for kind, _, what in names if kind == "ended")


def test_the_pages_of_the_console_stand_in_one_row(town: Town) -> None:
    """In a window of 1280 px, on the page with the longest name; the others open below by the
    keyboard, without a script."""
    with town.staff("an") as page:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{town.console}/{town.language}/instructions")
        row = page.locator(".top nav > ul > li").all()
        middles = [box["y"] + box["height"] / 2 for li in row if (box := li.bounding_box())]
        assert len(middles) == len(row)
        assert max(middles) - min(middles) < 1
        page.locator(".top nav summary").press("Enter")
        page.locator('.top nav a[href$="/holds"]').press("Enter")
        page.wait_for_url(f"**/{town.language}/holds")
