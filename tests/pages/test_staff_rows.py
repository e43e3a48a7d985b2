"""Whose rows a request is about, in the console: looked for in real systems, shown as places and
counts, accepted by somebody who saw them; and never accepted when the systems answer otherwise."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from avow.app import open_state
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES
from avow.duties.requests.book import Person, put_file
from avow.duties.requests.intake.by_form import PAPER
from avow.duties.requests.machine import Request
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.steps import Decided
from avow.duties.requests.words import Outcome, Right, Voice
from tests.accounts_room import NOON
from tests.answers_room import ANNA, BEN, NOBODY, SHOP, declared, fill
from tests.pages.document import read as read_page
from tests.pages.staff_house import StaffHouse, send, staff_house
from tests.pages.test_accessible import faults
from tests.unit.test_representing import ACME, OTHER, PDF, UTA, House

SECRETS = ("anna", "peeters", "mail.example", "karel", "be68")
"""What the systems hold of the person; nothing of it may be on the page."""

BY_HAND = """  - system: cupboard
    connector: by-hand
    datasets:
      folders: {owned_by: nobody, because: a list of shelves, key: [id]}
"""


@pytest.fixture
def house(tmp_path: Path, state_url: str) -> Iterator[StaffHouse]:
    clock = SetClock(NOON)
    fill(tmp_path)
    urls = {"SHOP_URL": str(tmp_path / "shop.db"), "NEWS_URL": str(tmp_path / "news.db")}
    with open_state(tmp_path / "state", state_url, clock=clock) as state:
        yield staff_house(state, clock, declared(SHOP), urls)


def asked(house: StaffHouse, person: Person = ANNA) -> Request:
    return house.office.arrive(Right.ACCESS, person=person)


def below(request: Request, what: str = "") -> str:
    return f"/en/requests/{request.id}/rows" + (f"/{what}" if what else "")


def searched(house: StaffHouse, request: Request, person: str = "agnes") -> str:
    """The page after a search."""
    with house.signed_in(person) as client:
        answer = send(client, below(request, "search"))
    assert answer.status_code == 200, answer.text
    return answer.text


def mark_in(page: str) -> str:
    return page.partition('name="mark" value="')[2][:64]


def choices_in(page: str) -> list[tuple[str, bool]]:
    """How the form of a page names each set of rows, and whether it has it ticked."""
    return [
        (node.attributes["value"], "checked" in node.attributes)
        for node in read_page(page).all("input")
        if node.attributes.get("name", "").startswith("take-")
    ]


def accepted(house: StaffHouse, request: Request, **form: str) -> str:
    """What came of the form: what is told, or what stands beside the mistake."""
    with house.signed_in("agnes") as client:
        answer = send(client, below(request, "accept"), below(request), **form)
    if answer.status_code == 303:
        return answer.headers["location"].partition("told=")[2]
    assert answer.status_code == 422, answer.text
    (wrong,) = [n for n in read_page(answer.text).having("role") if n.attributes["role"] == "alert"]
    return wrong.text


def test_nothing_is_looked_into_before_somebody_asks_for_it(house: StaffHouse) -> None:
    request = asked(house)
    with house.signed_in("agnes") as client:
        page = client.get(below(request)).text
    assert "Nobody has said yet whose rows it is about." in page
    assert "shop.customer" not in page


def test_what_is_found_is_shown_as_places_and_counts(house: StaffHouse) -> None:
    page = searched(house, asked(house))
    assert "shop.customer" in page
    assert "Say which of these rows are theirs." in page
    body = page.partition("<main")[2].lower()
    assert not [word for word in SECRETS if word in body]


def test_what_was_seen_is_accepted_as_who_is_signed_in(house: StaffHouse) -> None:
    request = asked(house)
    page = searched(house, request)
    ((name, is_ticked),) = choices_in(page)
    assert is_ticked, "nothing has to be asked"
    assert accepted(house, request, mark=mark_in(page), **{"take-1": name}) == "rows-accepted"
    rows = accepted_of(house.office.book, request.id)
    assert rows is not None
    assert [(r.system, r.dataset, len(r.keys)) for r in rows] == [("shop", "customer", 1)]
    with house.signed_in("aude") as client:
        page = client.get(below(request)).text
    assert "1 row is accepted as theirs." in page
    assert "<form" not in page.partition("<main")[2], "an auditor looks and does nothing"


def test_a_row_that_came_in_meanwhile_is_accepted_by_nobody(
    house: StaffHouse, tmp_path: Path
) -> None:
    """Planted between the look and the form: one more customer of the same address."""
    request = asked(house)
    page = searched(house, request)
    ((name, _),) = choices_in(page)
    with closing(sqlite3.connect(tmp_path / "shop.db")) as owner, owner:
        owner.execute("INSERT INTO customer (id, email) VALUES (9, 'anna@mail.example')")
    said = accepted(house, request, mark=mark_in(page), **{"take-1": name})
    assert said == "The systems answer otherwise than when you looked: look once more."
    assert accepted_of(house.office.book, request.id) is None


@pytest.mark.parametrize("form", [{}, {"take-1": "1:shop.orders"}, {"take-1": "x"},
                                  {"take-1": "1:shop.customer", "nothing": "yes"}])  # fmt: skip
def test_a_form_that_names_nothing_that_was_found_accepts_nothing(
    house: StaffHouse, form: dict[str, str]
) -> None:
    request = asked(house)
    mark = mark_in(searched(house, request))
    said = accepted(house, request, mark=mark, **form)
    assert said == "Tick what is theirs, or say that nothing is."
    assert accepted_of(house.office.book, request.id) is None


def test_two_sets_of_rows_of_one_table_are_accepted_apart(
    house: StaffHouse, tmp_path: Path
) -> None:
    """Anna gave the mailbox of a function too, which names somebody else's row in the same table:
    nothing of hers is ticked, and what stays unticked is not accepted with the other."""
    with closing(sqlite3.connect(tmp_path / "shop.db")) as owner, owner:
        owner.execute("INSERT INTO customer (id, email) VALUES (9, 'info@mail.example')")
    both = (("email", ANNA.email), ("email", "info@mail.example"))
    request = asked(house, msgspec.structs.replace(ANNA, identities=both))
    page = searched(house, request)
    assert "Answer 1 question before you accept." in page
    assert "found by a value that several persons may share" in page
    found = choices_in(page)
    assert [is_ticked for _, is_ticked in found] == [False, False]
    form = {"mark": mark_in(page), "take-1": found[0][0], "take-9": "0" * 64}
    with house.signed_in("agnes") as client:
        again = send(client, below(request, "accept"), below(request), **form)
    assert again.status_code == 422
    assert choices_in(again.text) == [(found[0][0], True), found[1]], "what was ticked stays ticked"
    del form["take-9"]
    assert accepted(house, request, **form) == "rows-accepted"
    rows = accepted_of(house.office.book, request.id)
    assert [row.keys for row in rows or ()] == [(("1",),)]


def test_of_a_company_only_the_rows_that_point_to_it_are_proposed(
    tmp_path: Path, state_url: str
) -> None:
    """Uta also reads a newsletter of ours, which is none of her company's business; and before its
    authority was looked at nothing is."""
    clock = SetClock(NOON)
    with open_state(tmp_path / "state", state_url, clock=clock) as state:
        clients = House(tmp_path, state.store)
        house = staff_house(state, clock, clients.declaration, clients.urls)
        request = house.office.arrive(Right.ERASURE, person=UTA, voice=Voice.COMPANY)
        book, at = house.office.book, clock.now()
        paper = put_file(book, state.store, request.id, PAPER, "application/pdf", PDF, at=at)
        page = searched(house, request)
        assert "A company speaks for somebody here: hear it first." in page
        assert "app.account" not in page
        says = accepted(house, request, mark=mark_in(page), nothing="yes")
        assert says == "A company speaks for somebody here: hear it first."
        home = f"/en/requests/{request.id}/identity"
        form = {"person": "1", "kind": "company", "file": paper, "right-erasure": "1"}
        with house.signed_in("agnes") as client:
            for company, why in (
                (OTHER, "Nobody is heard by this paper."),
                ("app:firm:1", "There is no such company: write system:dataset:key."),
            ):
                answer = send(client, f"{home}/speaker", home, company=company, **form)
                assert answer.status_code == 422
                assert why in answer.text
                assert f'value="{company}"' in answer.text, "what was typed stays"
            answer = send(client, f"{home}/speaker", home, company=ACME, **form)
        assert answer.headers["location"].endswith("told=speaker-heard")
        page = searched(house, request)
        assert ("app.account" in page, "app.reader" in page) == (True, False)
        ((name, _),) = choices_in(page)
        assert accepted(house, request, mark=mark_in(page), **{"take-1": name}) == "rows-accepted"
        assert [r.dataset for r in accepted_of(book, request.id) or ()] == ["account"]
        clients.office = house.office
        house.office.take(request.id, Decided(item=1, outcome=Outcome.ACCEPTED))
        assert clients.check().failed == 0


def test_a_system_that_people_are_asked_about_is_named_and_is_no_gap(
    tmp_path: Path, state_url: str
) -> None:
    path, clock = tmp_path / "with_paper.yaml", SetClock(NOON)
    path.write_text(SHOP.read_text() + BY_HAND)
    fill(tmp_path)
    urls = {"SHOP_URL": str(tmp_path / "shop.db"), "NEWS_URL": str(tmp_path / "none" / "news.db")}
    with open_state(tmp_path / "state", state_url, clock=clock) as state:
        house = staff_house(state, clock, declared(path), urls)
        page = searched(house, asked(house))
    assert "`news` does not answer" in page
    assert "`cupboard`" not in page
    assert '<p class="what place">cupboard</p>' in page
    assert "Searched on 15 Mar 2027" in page
    assert str(tmp_path) not in page


def test_that_nothing_is_theirs_is_said_by_somebody(house: StaffHouse) -> None:
    request = asked(house, NOBODY)
    page = searched(house, request)
    assert "Nothing was found." in page
    assert accepted(house, request, mark=mark_in(page), nothing="yes") == "rows-accepted"
    assert accepted_of(house.office.book, request.id) == ()


def test_a_system_that_is_away_is_said(house: StaffHouse, tmp_path: Path) -> None:
    """Planted: the file of one system is no database any more."""
    (tmp_path / "news.db").write_bytes(b"nothing")
    page = searched(house, asked(house, BEN))
    assert "finding nothing proves nothing there" in page


@pytest.mark.parametrize("person", ["aude", "rik", "olivier", "sofie"])
def test_who_may_not_accept_rows_looks_for_none(house: StaffHouse, person: str) -> None:
    request = asked(house)
    with house.signed_in(person) as client:
        for what in ("search", "accept"):
            answer = send(client, below(request, what))
            assert answer.status_code == 403


def test_the_page_has_no_fault_in_any_language(house: StaffHouse) -> None:
    """Before a search and after one."""
    request = asked(house)
    with house.signed_in("agnes") as client:
        for language in LANGUAGES:
            path = f"/{language}/requests/{request.id}/rows"
            for page in (client.get(path), send(client, f"{path}/search", path)):
                assert page.status_code == 200
                assert faults(read_page(page.text)) == []
