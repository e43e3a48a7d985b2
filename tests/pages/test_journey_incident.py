"""An incident from the report to its end, in a real browser without a script, in every language:
anyone reports it, others judge it with their reasons, and who has to be told is told in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from avow.common.languages import LANGUAGES
from avow.duties.incidents.register import entries_of, every, read
from avow.duties.requests.book import Person
from avow.duties.requests.words import Right
from avow.faces.web.portal.receiving import RECEIVINGS
from tests.answers_room import BEN
from tests.pages.answer_house import AnswerHouse, answer_house
from tests.pages.staff_house import staff_of
from tests.pages.test_journeys import browser as browser  # noqa: PLC0414 (a fixture)
from tests.pages.test_portal_browser import press
from tests.pages.town import Town, answer_sent, town_of

HAPPENED = "a list with the address of Anna Peeters went to the wrong printer"
ADVICE = "tell all of them, by letter"
WHY = "somebody could ring at their doors"
BURNT = "the list was found and burnt"
CAUSE = "the printer asks for a badge from now on"
PERSONS = 2
"""The customers of the shop."""


@pytest.fixture
def there(tmp_path: Path, state_url: str) -> Iterator[AnswerHouse]:
    with answer_house(tmp_path, state_url) as there:
        yield there


@pytest.fixture(params=LANGUAGES)
def town(request: pytest.FixtureRequest, there: AnswerHouse, browser: Browser) -> Iterator[Town]:
    with town_of(there.house, there.shop.estate, browser, request.param, BEN.email) as town:
        yield town


def stepped(page: Page, name: str, **given: str) -> None:
    """Take a step of the incident, whose form is opened where it is not."""
    form = page.locator("form", has=page.locator(f'[name=step][value="{name}"]'))
    panel = page.locator("details", has=form)
    if panel.get_attribute("open") is None:
        panel.locator("summary").click()
    for field, value in given.items():
        here = form.locator(f"[name={field}]")
        if here.evaluate("each => each.type") == "checkbox":
            here.check()
        elif here.evaluate("each => each.tagName") == "SELECT":
            here.select_option(value)
        else:
            here.fill(value)
    form.get_by_role("button").click()
    page.wait_for_url("**told=step-taken*")
    page.goto(page.url.partition("?")[0])


def test_an_incident_from_the_report_to_its_end(town: Town) -> None:
    """Reported by somebody who sees no register; known to be a breach, counted on the live
    system, advised on, judged high with its reason, told to the authority within its hours and to
    the persons, and closed. What was written lies sealed and stands on no page."""
    register, home = staff_of(town.house).register, f"{town.console}/{town.language}"
    with town.staff("sofie") as page:
        page.goto(f"{home}/incidents")
        page.check("input[name=nature-confidentiality]")
        page.fill("textarea[name=words]", HAPPENED)
        page.click('form[action$="/incidents/report"] button.primary')
        page.wait_for_url("**told=reported*")
    (incident,) = (each.id for each in every(register))
    here = f"{home}/incidents/{incident}"
    with town.staff("agnes") as page:
        page.goto(here)
        stepped(page, "known")
        stepped(page, "scope", **{"system-shop": "1"})
    with town.staff("olivier") as page:
        page.goto(here)
        page.fill('form[action$="/advise"] textarea', ADVICE)
        page.click('form[action$="/advise"] button.primary')
        page.wait_for_url("**told=step-taken*")
    town.house.clock.move(timedelta(hours=11))
    with town.staff("agnes") as page:
        page.goto(here)
        stepped(page, "risk", risk="high", words=WHY)
        page.fill("#measures", BURNT)
        page.click('form[action*="/letter"] button')
        text = page.inner_text("pre.words")
        assert [said for said in (HAPPENED, BURNT, str(PERSONS)) if said not in text] == []
        page.goto(here)
        stepped(page, "authority")
        stepped(page, "persons", number=str(PERSONS))
        stepped(page, "close", words=CAUSE)
        for path in (f"{home}/incidents", here):
            page.goto(path)
            shown = page.content()
            assert [w for w in (HAPPENED, ADVICE, WHY, BURNT, CAUSE) if w in shown] == []
        assert page.locator("main form").count() == 0, "it is over"
        columns = page.locator(".columns > div").all_inner_texts()
        assert len(columns) == 2, columns
        assert all(columns), "where nothing is to be done, no half of the page is empty"
    taken = [(entry.by, entry.step) for entry in entries_of(register, incident)]
    assert [by for by, _ in taken[:1]] == ["sofie"]
    state = read(register, incident)
    assert state.is_advised
    assert state.authority_at is not None


def test_who_got_the_letter_of_somebody_else_says_so(town: Town, there: AnswerHouse) -> None:
    """One button, without the code: the link is over for everybody, and the register has a report
    that names the request; somebody of ours judges it."""
    ben = Person(name=BEN.name, language=town.language, email=BEN.email)
    request, say = there.asked(Right.ACCESS, person=ben), RECEIVINGS[town.language]
    answer_sent(town, request)
    with town.person() as page:
        page.goto(town.letter_with("answer"))
        press(page, say.not_mine)
        expect(page.get_by_role("heading", level=1)).to_have_text(say.closed)
        page.goto(town.letter_with("answer"))
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.locator('form[action$="/fetch"]').count() == 0, "the code helps nobody now"
    home = f"{town.console}/{town.language}/incidents"
    (incident,) = every(staff_of(town.house).register)
    assert incident.request == request
    with town.staff("agnes") as page:
        page.goto(home)
        page.click(f'a[href$="/incidents/{incident.id}"]')
        assert page.locator(f'main a[href$="/requests/{request}"]').count() == 1
        expect(page.locator("p.lead")).not_to_contain_text(request)
        assert "person" not in page.locator("ol.lines .aside span").all_inner_texts()
        stepped(page, "dismiss", words=CAUSE)
    assert read(staff_of(town.house).register, incident.id).is_dismissed
