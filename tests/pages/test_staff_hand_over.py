"""Data that we hold for others, in the console: looked for by key and count as a logged view, and
handed over with a code, once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from avow.app import open_state
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.declaration.model import Declaration
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests.book import read
from avow.duties.requests.machine import Request
from avow.duties.requests.steps import IdentityShown
from avow.duties.requests.tasks.machine import State
from avow.duties.requests.words import ItemState, Right, Rung
from avow.engine.accounts.views import newest
from avow.estate.datamap.model import DataMap, System
from avow.faces.web.request_words import STAYS
from tests.accounts_room import NOON
from tests.pages.answer_house import told
from tests.pages.document import read as read_page
from tests.pages.staff_house import StaffHouse, send, staff_house
from tests.pages.test_accessible import faults
from tests.requests_room import ANNA, SMALL
from tests.tasks_room import writes_to
from tests.unit.test_hand_over import DATASETS, SCHEMA, TENANT

CREDITOR = "privacy@creditor.example"


def declared(home: Path) -> Declaration:
    """An application with debtors of three companies, and leads of our own."""
    with closing(sqlite3.connect(home / "app.db")) as file, file:
        file.executescript(SCHEMA)
    app = System("app", "sqlite", f"sqlite:///{home}/app.db", owner="marc", datasets=DATASETS)
    ours = replace(SMALL.controller, email="privacy@firm.example")
    return replace(SMALL, controller=ours, datamap=DataMap({"app": app}))


@pytest.fixture
def house(tmp_path: Path, state_url: str) -> Iterator[StaffHouse]:
    clock = SetClock(NOON)
    with open_state(tmp_path / "state", state_url, clock=clock) as state:
        house = staff_house(state, clock, declared(tmp_path), {})
        writes_to(house.office, TENANT, CREDITOR)
        yield house


def below(request: str, what: str = "") -> str:
    return f"/en/requests/{request}/hand-over" + (f"/{what}" if what else "")


def known(house: StaffHouse, right: Right = Right.ACCESS) -> Request:
    """A request of somebody who has shown who they are."""
    request = house.office.arrive(right)
    return house.office.take(request, IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS))


def test_companies_are_looked_for_by_key_and_count_as_a_logged_view(house: StaffHouse) -> None:
    request = known(house).id
    with house.signed_in("agnes") as client:
        assert TENANT not in client.get(below(request)).text
        found = send(client, below(request, "look"), "/en")
        assert found.headers["cache-control"] == "no-store"
        page = found.text
        assert TENANT in page
        assert "2 rows" in page
        assert not [value for value in ("zzq", "anna@mail") if value in page.lower()]
        assert faults(read_page(page)) == []
        assert TENANT not in client.get(below(request)).text
    (view,) = newest(house.lodge.accounts)
    assert (view.by, view.what, view.person) == ("agnes", "tenants", None)


def test_nobody_is_looked_for_before_it_is_settled_who_asks(house: StaffHouse) -> None:
    request = house.office.arrive(Right.ACCESS).id
    with house.signed_in("agnes") as client:
        said = told(client, below(request, "look"))
    assert said.startswith("It is not settled yet who the person is")


def test_a_right_is_handed_over_with_a_code_and_goes_on_for_ours(house: StaffHouse) -> None:
    """The company has a task, the person a letter; sent again, nothing happens twice."""
    request = known(house).id
    with house.signed_in("an") as client:
        form = {"item": "1", "tenant": TENANT}
        wrong = told(client, below(request, "go"), **form, code="000000")
        assert wrong == "The code is not right, or it was used before."
        for _ in range(2):
            code = house.fresh("an")
            assert told(client, below(request, "go"), **form, code=code) == "handed-over"
        page = client.get(below(request)).text
        assert TENANT in page
        assert "not asked yet" in page
    items = read(house.office.book, request).items
    assert [i.state for i in items.values()] == [ItemState.ASKED, ItemState.TRANSMITTED]
    book = house.office.book
    (letter,) = letters_to(book.runs, book.ring, "controller", [Masked(ANNA.email)])
    assert CREDITOR in letter.content.text
    with house.signed_in("agnes") as client:
        assert "handed over" in client.get(f"/en/requests/{request}").text


def test_what_is_about_their_data_alone_goes_itself(house: StaffHouse) -> None:
    request = known(house).id
    with house.signed_in("an") as client:
        form = {"item": "1", "tenant": TENANT, "only": "1", "code": house.fresh("an")}
        assert told(client, below(request, "go"), **form) == "handed-over"
        assert "No right waits here to be handed over." in client.get(below(request)).text
    (item,) = read(house.office.book, request).items.values()
    assert item.state is ItemState.TRANSMITTED


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"tenant": ""}, "Say which right goes"),
        ({"item": "9"}, "Say which right goes"),
        ({"tenant": "tenant:app:7"}, "It does not go: no mailbox"),
        ({"tenant": "tenant:none:7"}, "We hold nothing for such a company."),
    ],
)
def test_what_is_wrong_stands_beside_the_form_and_stays_in_it(
    house: StaffHouse, form: dict[str, str], said: str
) -> None:
    request = known(house).id
    with house.signed_in("an") as client:
        data = {"item": "1", "tenant": TENANT, "only": "1", "code": house.fresh("an"), **form}
        answer = send(client, below(request, "go"), "/en", **data)
        page = read_page(answer.text)
    assert answer.status_code == 422
    assert said in answer.text
    inputs = {n.attributes.get("id"): n.attributes for n in page.all("input")}
    assert inputs["tenant"]["value"] == data["tenant"]
    assert "checked" in inputs["only"]
    assert faults(page) == []
    assert len(read(house.office.book, request).items) == 1


def test_only_who_decides_hands_over(house: StaffHouse) -> None:
    request = known(house).id
    form = {"item": "1", "tenant": TENANT}
    for person in ("agnes", "olivier", "rik", "aude"):
        with house.signed_in(person) as client:
            assert below(request, "go") not in client.get(below(request)).text
            assert send(client, below(request, "go"), "/en", **form).status_code == 403
    with house.signed_in("aude") as client:
        assert send(client, below(request, "look"), "/en").status_code == 403
        assert client.get(below("request-none")).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_every_language_without_a_fault(house: StaffHouse, language: str) -> None:
    request = known(house).id
    with house.signed_in("an") as client:
        answer = client.get(f"/{language}/requests/{request}/hand-over")
    assert answer.headers["content-language"] == language
    assert faults(read_page(answer.text)) == []


def test_every_state_of_a_task_has_its_words() -> None:
    assert {f"task-{state}" for state in State} <= set(STAYS)
