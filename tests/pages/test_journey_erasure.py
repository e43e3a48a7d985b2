"""An erasure from the form to the letter, in a real browser without a script, in every language:
the person, the agent, two persons who approve, and a shop in a real database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from avow.app import open_state
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES
from avow.duties.requests.acting.erasing import parts
from avow.duties.requests.book import read
from avow.duties.requests.words import ItemState, Status
from avow.engine.planner.making import Estate
from avow.engine.planner.records import Status as PlanStatus
from avow.engine.planner.records import read as plan_of
from avow.engine.planner.release import in_force
from tests.accounts_room import ROLES
from tests.pages.staff_house import staff_house
from tests.pages.town import (
    Town,
    approved,
    asked,
    decided,
    letter_left,
    rows_accepted,
    shown,
    town_of,
)
from tests.unit.test_request_erasure import DECLARATION, avow, rows
from tests.unit.test_request_erasure import home as home  # noqa: PLC0414 (a fixture)

ANNA = "p1@example.org"


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(params=LANGUAGES)
def town(
    request: pytest.FixtureRequest, home: Path, state_url: str, browser: Browser
) -> Iterator[Town]:
    """The shop of the commands, whose declaration names everybody who works in the console."""
    people = [f"  - {{person: {n}, name: {n}, roles: [{role}]}}\n" for n, role in ROLES.items()]
    first, _, rest = DECLARATION.partition("people:\n")
    more = f"{first}people:\n{''.join(people)}  - {{person: paul, name: Paul, roles: [approver]}}\n"
    (home / "declaration" / "all.yaml").write_text(f"{more}clauses:{rest.partition('clauses:')[2]}")
    signed = ("--author", "claire", "--as", "marc", "--as", "paul")
    avow("activate", str(home / "declaration"), *signed)
    clock = SetClock(datetime.now(UTC).replace(microsecond=0))
    with open_state(home / "state", state_url, clock=clock) as state:
        declared = in_force(state.store)
        house = staff_house(state, clock, declared, os.environ)
        assert house.declaration.people.keys() < declared.people.keys(), "all are declared"
        estate = Estate(house.declaration, os.environ)
        with town_of(house, estate, browser, request.param, ANNA) as here:
            yield here


def test_an_erasure_from_the_form_to_the_letter(town: Town, home: Path) -> None:
    """Asked, shown who it is, rows accepted, decided, planned by the agent, approved by two others,
    carried out, ended, and told once it can no longer be taken back. What the law keeps is named
    with its last day; nobody else loses a row."""
    request = asked(town, choice=1)
    shown(town)
    rows_accepted(town, request)
    decided(town, request)
    here = f"{town.console}/{town.language}/requests/{request}"
    with town.staff("agnes") as page:
        page.goto(f"{here}/erase")
        page.click('form[action$="/erase/plan"] button.primary')
        page.wait_for_url("**told=erasure-planned*")
    plan = str(parts(town.book, request, 1)[0].plan)
    before = rows(home, "buyer")
    for n, who in enumerate(("marc", "an"), 1):
        approved(town, plan, who)
        assert len(plan_of(town.house.state.store, plan).approved_by) == n
    assert rows(home, "buyer") == before, "approved is not done"
    avow("apply", plan)
    assert plan_of(town.house.state.store, plan).status is PlanStatus.DONE
    with town.staff("agnes") as page:
        page.goto(f"{here}/erase")
        page.fill('form[action$="/erase/end"] input[name=code]', town.house.fresh("agnes"))
        page.click('form[action$="/erase/end"] button.primary')
        page.wait_for_url("**told=erasure-ended*")
        page.goto(f"{here}/outcome")
        assert page.locator('form[action$="/outcome/send"]').count() == 0, "it can be taken back"
    town.house.clock.move(timedelta(hours=73))
    letter_left(town, request)
    (hers, *others) = rows(home, "buyer")
    assert (hers[1], others) == ("", before[1:])
    assert [row[0] for row in rows(home, "bill")] == [1], "the law keeps her bill"
    text = town.letters()[-1].text
    item = read(town.book, request).items[1]
    assert (item.state, read(town.book, request).status) == (ItemState.DONE, Status.ANSWERED)
    assert item.retained > 0
    assert str(_last_day(home)) in text, "the year in which what is kept goes"


def _last_day(home: Path) -> int:
    """The year in which seven years after her bill are over."""
    billed = str(rows(home, "bill")[0][3])
    return int(billed[:4]) + 7
