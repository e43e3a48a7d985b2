"""An erasure in the console, over a real shop: planned, waited for, ended, and what stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from avow.app import open_state
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES
from avow.duties.requests.acting.erasing import parts
from avow.duties.requests.book import read
from avow.duties.requests.steps import IdentityShown
from avow.duties.requests.words import ItemState, Right, Rung, Voice
from avow.engine.planner.records import Status
from avow.engine.planner.release import in_force
from avow.faces.web.labels import LABELS
from tests.pages.answer_house import told
from tests.pages.document import read as read_page
from tests.pages.staff_house import StaffHouse, send, staff_house
from tests.pages.test_accessible import faults
from tests.unit.test_erasing import FIRST, asked, at_desk, carried_out
from tests.unit.test_request_erasure import home as home  # noqa: PLC0414 (a fixture)
from tests.unit.test_request_erasure import rows


def below(request: str, what: str = "") -> str:
    return f"/en/requests/{request}/erase" + (f"/{what}" if what else "")


@contextmanager
def console(home: Path, state_url: str) -> Iterator[StaffHouse]:
    """The console over the shop of the commands, with its systems."""
    with open_state(home / "state", state_url) as state:
        clock = SetClock(state.clock.now())
        yield staff_house(state, clock, in_force(state.store), os.environ)


def headline(house: StaffHouse, request: str, person: str = "agnes") -> str:
    """What the page says first."""
    with house.signed_in(person) as client:
        page = read_page(client.get(below(request)).text)
        assert faults(page) == []
        assert "p1@example.org" not in page.text
        return page.all("h1")[0].text


def test_an_erasure_goes_its_whole_way_with_its_plan_in_the_console(
    home: Path, state_url: str
) -> None:
    request = at_desk(home, state_url, asked)
    with console(home, state_url) as house:
        assert headline(house, request).startswith("Plan the erasure")
        with house.signed_in("agnes") as client:
            code = house.fresh("agnes")
            early = told(client, below(request, "end"), item="1", code=code)
            assert early == "It does not end: a plan waits, or none was made."
            assert told(client, below(request, "plan"), item="1") == "erasure-planned"
            (part,) = parts(house.office.book, request, 1)
            page = client.get(below(request)).text
            assert f"/en/plans/{part.plan}" in page
            assert "waits for approval" in page
            assert "a law obliges to keep it" in page
            assert client.get(f"/en/plans/{part.plan}").status_code == 200
            page = client.get(f"/en/requests/{request}").text
            assert below(request) in page
            assert "Plan the erasure where" not in page, "it waits for others"
        assert headline(house, request) == "It waits for two persons who approve its plans."
        assert rows(home, "buyer")[0][1] != "", "nothing is erased by a plan"
    carried_out(str(part.plan))
    with console(home, state_url) as house:
        assert headline(house, request) == "End the erasure: every plan has ended."
        with house.signed_in("agnes") as client:
            wrong = told(client, below(request, "end"), item="1", code="000000")
            assert wrong == "The code is not right, or it was used before."
            form = {"item": "1", "code": house.fresh("agnes")}
            assert told(client, below(request, "end"), **form) == "erasure-ended"
            page = client.get(below(request)).text
        assert headline(house, request) == "It is erased, and can still be taken back."
        assert "no letter that says it is done leaves before" in page
        assert f"/en/erasures/{request}/1" in page
        assert "What can be brought back" in page
        item = read(house.office.book, request).items[1]
        assert (item.state, item.gaps) == (ItemState.DONE, 0)
    assert rows(home, "buyer")[0][1] == ""


def test_what_comes_first_is_said_and_nothing_begins(home: Path, state_url: str) -> None:
    copy = at_desk(home, state_url, lambda desk: asked(desk, accepts=False))
    both = at_desk(home, state_url, lambda desk: asked(desk, FIRST, Right.ACCESS))
    with console(home, state_url) as house:
        undecided = house.office.arrive(Right.ERASURE).id
        none = house.office.arrive(Right.OBJECTION).id
        assert headline(house, copy) == "Say first which rows are theirs."
        assert headline(house, both) == "It waits for the copy that they asked for too."
        assert headline(house, undecided) == "Decide first whether it is erased."
        assert headline(house, none) == "No erasure is asked here."
        with house.signed_in("agnes") as client:
            for request in (copy, both, undecided):
                said = told(client, below(request, "plan"), item="1")
                assert said == "It does not begin: read above what comes first."
                assert parts(house.office.book, request, 1) == ()
            for wrong in (("9", both), ("2", both), ("1", none)):
                form = {"item": wrong[0]}
                assert send(client, below(wrong[1], "plan"), "/en", **form).status_code == 404


def test_a_system_that_is_away_has_no_plan_until_it_is_back(home: Path, state_url: str) -> None:
    request = at_desk(home, state_url, asked)
    shop = home / "shop.db"
    content = shop.read_bytes()
    shop.write_bytes(b"no database at all, whatever it is called")
    with console(home, state_url) as house, house.signed_in("agnes") as client:
        told(client, below(request, "plan"), item="1")
        page = client.get(below(request)).text
        assert "no plan: AV" in page
        assert "Plan the erasure where there is no plan." in page
        shop.write_bytes(content)
        told(client, below(request, "plan"), item="1")
        assert "waits for approval" in client.get(below(request)).text


def test_who_may_carry_out_plans_and_ends(home: Path, state_url: str) -> None:
    request = at_desk(home, state_url, asked)
    with console(home, state_url) as house:
        for person in ("olivier", "rik", "aude"):
            with house.signed_in(person) as client:
                assert below(request, "plan") not in client.get(below(request)).text
                for what in ("plan", "end"):
                    assert send(client, below(request, what), "/en", item="1").status_code == 403
        company = house.office.arrive(Right.ERASURE, voice=Voice.COMPANY)
        house.office.take(company, IdentityShown(person=1, rung=Rung.AUTHORITY))
        with house.signed_in("an") as client:
            said = told(client, below(company.id, "plan"), item="1")
            assert said.startswith("It does not begin"), "the company decides it, we carry it out"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_every_language_without_a_fault(
    home: Path, state_url: str, language: str
) -> None:
    request = at_desk(home, state_url, asked)
    with console(home, state_url) as house, house.signed_in("agnes") as client:
        told(client, below(request, "plan"), item="1")
        answer = client.get(f"/{language}/requests/{request}/erase")
    assert answer.headers["content-language"] == language
    assert faults(read_page(answer.text)) == []


def test_every_state_of_a_plan_has_its_words() -> None:
    assert {str(status) for status in Status} | {"left out"} <= set(LABELS)
