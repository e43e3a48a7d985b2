"""Taking an erasure back in the console: two who approve plans say so, each with a fresh code, and
neither opens whom it is about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from avow.common.languages import LANGUAGES
from avow.duties.requests.acting.bringing_back import said_by
from avow.duties.requests.acting.erasing import parts
from avow.duties.requests.book import read
from avow.duties.requests.words import ItemState
from avow.faces.web.requests_today import half_back_ask
from avow.faces.web.source import Ask
from tests.pages.answer_house import told
from tests.pages.document import read as read_page
from tests.pages.staff_house import StaffHouse, send
from tests.pages.test_accessible import faults
from tests.pages.test_staff_erase import below
from tests.pages.test_staff_erase_run import approved, console, runs
from tests.unit.test_erasing import asked, at_desk
from tests.unit.test_request_erasure import home as home  # noqa: PLC0414 (a fixture)
from tests.unit.test_request_erasure import rows


def page_of(request: str, language: str = "en") -> str:
    return f"/{language}/erasures/{request}/1/back"


@contextmanager
def erased(home: Path, state_url: str) -> Iterator[tuple[StaffHouse, str]]:
    """A console in which the first buyer was erased, and the erasure ended."""
    request = at_desk(home, state_url, asked)
    with console(home, state_url) as house:
        with house.signed_in("agnes") as client:
            told(client, below(request, "plan"), item="1")
        (part,) = parts(house.office.book, request, 1)
        approved(house, str(part.plan))
        assert runs(house, request) == "plans-run"
        with house.signed_in("agnes") as client:
            form = {"item": "1", "code": house.fresh("agnes")}
            assert told(client, below(request, "end"), **form) == "erasure-ended"
        yield house, request


def says(house: StaffHouse, request: str, person: str, code: str = "") -> str:
    """What came of somebody's saying so."""
    with house.signed_in(person) as client:
        path = f"{page_of(request)}/say"
        return told(client, path, code=code or house.fresh(person))


def half_back(house: StaffHouse, later: timedelta = timedelta()) -> list[Ask]:
    """What Today asks of the second person."""
    return list(half_back_ask(house.state.store, house.clock.now() + later))


def headline(house: StaffHouse, request: str, person: str, language: str = "en") -> str:
    with house.signed_in(person) as client:
        page = read_page(client.get(page_of(request, language)).text)
        assert faults(page) == []
        assert "p1@example.org" not in page.text
        return page.all("h1")[0].text


def test_two_who_approve_plans_bring_it_back(home: Path, state_url: str) -> None:
    before = [rows(home, table) for table in ("buyer", "question", "bill")]
    with erased(home, state_url) as (house, request):
        with house.signed_in("agnes") as client:
            assert page_of(request) in client.get(below(request)).text, "who works there is led on"
        assert headline(house, request, "marc") == "This erasure can still be taken back."
        assert says(house, request, "marc", "000000").startswith("The code is not right")
        assert half_back(house) == []
        assert says(house, request, "marc") == "back-said"
        assert headline(house, request, "marc") == "A second person has to say so."
        assert headline(house, request, "an").startswith("One person says that it is brought back")
        assert says(house, request, "marc") == "back-said", "one person is one person"
        assert said_by(house.office.book, request, 1) == ("marc",)
        assert [rows(home, t) for t in ("buyer", "question", "bill")] != before
        (asked,) = half_back(house)
        assert asked.link == ("erasures", request, "1", "back")
        with house.signed_in("an") as client:
            today = client.get("/en").text
        assert f'href="{page_of(request)}"' in today, "whoever is wanted second is led there"
        assert half_back(house, timedelta(hours=73)) == [], "its hours are over"

        assert says(house, request, "an") == "back"

        assert [rows(home, t) for t in ("buyer", "question", "bill")] == before
        assert half_back(house) == []
        state = read(house.office.book, request)
        assert state.items[1].state is ItemState.ASKED
        done = "It was taken back, and is to be decided anew."
        assert headline(house, request, "an") == done
        assert says(house, request, "marc").startswith("Nothing can be brought back")


def test_who_does_not_approve_plans_neither_sees_nor_says(home: Path, state_url: str) -> None:
    with erased(home, state_url) as (house, request):
        for person in ("agnes", "olivier", "rik", "aude"):
            with house.signed_in(person) as client:
                assert client.get(page_of(request)).status_code == 403
                sent = send(client, f"{page_of(request)}/say", "/en", code="1")
                assert sent.status_code == 403
        with house.signed_in("marc") as client:
            assert client.get(f"/en/erasures/{request}/9/back").status_code == 404
        assert said_by(house.office.book, request, 1) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_three_languages(home: Path, state_url: str, language: str) -> None:
    with erased(home, state_url) as (house, request):
        assert headline(house, request, "marc", language)
