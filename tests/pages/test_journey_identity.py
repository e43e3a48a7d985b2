"""A copy for somebody who shows who they are in another way than by a link, in a real browser
without a script, in every language: by what only they know, and by a document at the very end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from avow.common.languages import LANGUAGES
from avow.duties.requests.book import file_of, read
from avow.duties.requests.identity.documents import waiting
from avow.duties.requests.identity.knowing import judge_due
from avow.duties.requests.words import Rung, Status, Waits
from avow.faces.web.portal.adding import ADDINGS
from tests.pages.test_journeys import browser as browser  # noqa: PLC0414 (a fixture)
from tests.pages.test_journeys import texts_in
from tests.pages.test_staff_questions import market
from tests.pages.town import (
    Town,
    answer_fetched,
    asked,
    decided,
    followed,
    rows_accepted,
    town_of,
)

DOUBT = "the address is another one"
SCAN = b"%PDF-1.7 all but the name is covered"
CUSTOMER = "c44@mail.example"
RIGHT = "1"
"""The customer of the second month, the second product and the second town: the second answer of
each question, whichever column it asks about."""


@pytest.fixture(params=LANGUAGES)
def town(
    request: pytest.FixtureRequest, tmp_path: Path, state_url: str, browser: Browser
) -> Iterator[Town]:
    """The full shop, whose columns may be asked about."""
    with (
        market(tmp_path, state_url) as (house, shop),
        town_of(house, shop.estate, browser, request.param, CUSTOMER) as town,
    ):
        yield town


def stepped(page: Page, step: str, told: str, *, rung: str, words: str = "") -> None:
    """The agent writes down what was asked or shown, and with `words` that the term stands."""
    form = page.locator("form", has=page.locator(f'[name=step][value="{step}"]'))
    page.locator("details", has=form).locator("summary").click()
    form.locator("select[name=rung]").select_option(rung)
    form.locator("textarea[name=words]").fill(words)
    if words:
        form.locator("input[name=pauses]").check()
    form.get_by_role("button").click()
    page.wait_for_url(f"**told={told}*")


def test_a_copy_for_somebody_who_knows_what_only_they_know(town: Town) -> None:
    """Asked; a doubt; the questions are looked at and sent, answered by the link, counted, and
    somebody says that they are enough; the term stood from the letter to the answers."""
    request = asked(town)
    here = f"{town.console}/{town.language}/requests/{request}/identity"
    with town.staff("agnes") as page:
        page.goto(here)
        questions = 'form[action$="/questions#draft"]'
        page.locator("details", has=page.locator(questions)).locator("summary").click()
        page.click(f"{questions} button")
        page.check("form#draft input[name=pauses]")
        page.fill("form#draft textarea[name=words]", DOUBT)
        page.click("form#draft button.primary")
        page.wait_for_url("**told=questions-sent*")
    assert read(town.book, request).waits == {Waits.IDENTITY}
    with town.person() as page:
        page.goto(town.letter_with("know"))
        for n in range(3):
            page.check(f'input[name=question-{n}][value="{RIGHT}"]')
        page.click("form button.primary")
    judge_due(town.book, town.house.state.store, at=town.house.clock.now())
    assert read(town.book, request).waits == frozenset(), "the term runs again"
    assert read(town.book, request).persons[1].shown is None, "that they are enough is for a person"
    with town.staff("agnes") as page:
        page.goto(here)
        stepped(page, "shown", "identity-shown", rung="known-facts")
    assert read(town.book, request).persons[1].shown is Rung.KNOWN_FACTS
    rows_accepted(town, request)
    decided(town, request)
    assert CUSTOMER in texts_in(answer_fetched(town, request))["json"]
    assert read(town.book, request).status is Status.ANSWERED


def test_a_copy_for_somebody_who_had_to_show_a_document(town: Town) -> None:
    """Less was not enough, and a document is asked for with the doubt; it comes by the page of the
    request, lies sealed, is opened by somebody who is named, and is gone with the judgement."""
    request = asked(town)
    here = f"{town.console}/{town.language}/requests/{request}/identity"
    with town.staff("agnes") as page:
        page.goto(here)
        stepped(page, "doubted", "identity-doubted", rung="signed-link")
        stepped(page, "doubted", "identity-doubted", rung="known-facts")
        stepped(page, "asked", "identity-asked", rung="document", words=DOUBT)
    mine = followed(town, request)
    with town.person() as page:
        page.goto(mine)
        page.get_by_label(ADDINGS[town.language].document, exact=True).set_input_files(
            {"name": "card.pdf", "mimeType": "application/pdf", "buffer": SCAN}
        )
        page.click('form[action$="/add"] button.primary')
        page.get_by_text(ADDINGS[town.language].done).first.wait_for()
    (document,) = waiting(town.book, request)
    assert SCAN not in (lies(town, document.id) or SCAN), "sealed"
    with town.staff("agnes") as page:
        page.goto(here)
        with page.expect_download() as opened:
            page.locator('form[action$="/identity/document"] button').click()
        assert opened.value.path().read_bytes() == SCAN
        judging = 'form[action$="/identity/judge"]'
        page.locator("details", has=page.locator(judging)).locator("summary").click()
        page.click(f"{judging} button[value=yes]")
        page.wait_for_url("**told=document-judged*")
        assert page.locator(judging).count() == 0
    assert file_of(town.book, document.id) is None
    assert lies(town, document.id) is None, "erased with the judgement"
    assert read(town.book, request).persons[1].shown is Rung.DOCUMENT
    rows_accepted(town, request)
    decided(town, request)
    texts = texts_in(answer_fetched(town, request))
    assert CUSTOMER in texts["json"]
    assert DOUBT not in "".join(texts.values())


def lies(town: Town, file: str) -> bytes | None:
    """What lies in the database of a file."""
    row = town.book.runs.one("request_file_kept", id=file)
    return row["sealed"] if row else None
