"""What only the person knows, asked for in the console: the questions looked at in columns and
counts over real systems, sent once with a link, and what came of them in counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from avow.app import open_state
from avow.common.calendar import add
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES, words
from avow.duties.requests.book import read
from avow.duties.requests.identity.knowing import MOST, answer, drafted, judge_due
from avow.duties.requests.machine import Request
from avow.duties.requests.steps import IdentityShown
from avow.duties.requests.words import Right, Rung, Waits
from tests.accounts_room import NOON
from tests.answers_room import ANNA, BEN, NOBODY
from tests.facts_room import MONTHS, PRODUCTS, Market
from tests.heard import heard
from tests.pages.document import read as read_page
from tests.pages.staff_house import StaffHouse, send, staff_house, staff_of
from tests.pages.test_accessible import faults

DOUBT = "the voice was another one"


@contextmanager
def market(home: Path, state_url: str) -> Iterator[tuple[StaffHouse, Market]]:
    """A console over the full shop, whose columns may be asked about."""
    clock = SetClock(NOON)
    with open_state(home / "state", state_url, clock=clock) as state:
        shop = Market(home, state.store)
        house = staff_house(state, clock, shop.declaration, shop.urls)
        shop.office, shop.declaration = house.office, house.declaration
        yield house, shop


@pytest.fixture
def there(tmp_path: Path, state_url: str) -> Iterator[tuple[StaffHouse, Market]]:
    with market(tmp_path, state_url) as found:
        yield found


def below(request: Request, what: str = "") -> str:
    return f"/en/requests/{request.id}/identity" + (f"/{what}" if what else "")


def told(client: TestClient[Any], request: Request, what: str, **form: str) -> str:
    """What came of a form, or what stands beside the mistake in it."""
    answer = send(client, below(request, what), below(request), **{"person": "1", **form})
    if answer.status_code == 303:
        return answer.headers["location"].partition("told=")[2]
    assert answer.status_code == 422, answer.text
    (wrong,) = [n for n in read_page(answer.text).having("role") if n.attributes["role"] == "alert"]
    return wrong.text.strip()


def test_questions_are_looked_at_then_sent_and_their_outcome_is_said_in_counts(
    there: tuple[StaffHouse, Market],
) -> None:
    """A doubt is written down and the term stands; Anna, who is the first customer, answers all of
    it; a person says that it shows who she is."""
    house, shop = there
    request = house.office.arrive(Right.ACCESS, person=ANNA)
    with house.signed_in("agnes") as client:
        assert "Ask what only they know, by a link" in client.get(below(request)).text
        looked = send(client, below(request, "questions"), below(request), person="1")
        assert looked.status_code == 200
        assert "shop.customer.town" in looked.text
        assert "6 answers to choose from" in looked.text
        assert "The rows found answer 3 questions." in looked.text
        body = looked.text.partition("<main")[2]
        assert not [
            value for value in (*MONTHS, *PRODUCTS, "Anna", "mail.example") if value in body
        ]
        assert shop.letters() == [], "looking sends nothing"
        assert read(house.office.book, request.id).persons[1].asked == ()
        doubt = told(client, request, "questions/send", pauses="1")
        assert "say what it is" in doubt
        form = {"pauses": "1", "words": DOUBT}
        assert told(client, request, "questions/send", **form) == "questions-sent"
        page = client.get(below(request)).text
        assert "Asked for: facts only they know." in page
        last = add(NOON.date(), house.declaration.requests.link)
        assert f"no answer yet; the link works until {words('en').day(last)}." in page
        assert DOUBT not in page
    assert read(house.office.book, request.id).waits == {Waits.IDENTITY}
    at = house.clock.now()
    assert answer(house.office.book, shop.token(), (0, 0, 0), at=at)
    judge_due(house.office.book, shop.store, at=at)
    with house.signed_in("agnes") as client:
        page = client.get(below(request)).text
        assert "3 of 3 right" in page
        assert "Say whether that shows who they are." in page
        assert told(client, request, "step", step="shown", rung="known-facts") == "identity-shown"
        assert "Say whether that shows" not in client.get(below(request)).text
    assert read(house.office.book, request.id).persons[1].shown is Rung.KNOWN_FACTS


@pytest.mark.parametrize(
    ("what", "form"),
    [("questions", {}), ("questions/send", {"pauses": "1"}), ("questions/send", {})],
    ids=["looked at", "a doubt without words", "sent"],
)
def test_a_page_reads_the_systems_once(
    there: tuple[StaffHouse, Market],
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    form: dict[str, str],
) -> None:
    """As often as it takes to make the questions, and no more: whole tables are read."""
    house, shop = there
    request = house.office.arrive(Right.ACCESS, person=ANNA)
    with heard(monkeypatch) as made:
        drafted(house.office.book, shop.estate, request.id, 1, at=house.clock.now())
    with house.signed_in("agnes") as client, heard(monkeypatch) as said:
        send(client, below(request, what), below(request), person="1", **form)
    assert 0 < len(said) <= len(made)


def test_somebody_unknown_is_asked_the_same(there: tuple[StaffHouse, Market]) -> None:
    house, shop = there
    request = house.office.arrive(Right.ACCESS, person=NOBODY)
    with house.signed_in("an") as client:
        looked = send(client, below(request, "questions"), below(request), person="1")
        assert "The rows found answer 0 questions." in looked.text
        assert told(client, request, "questions/send") == "questions-sent"
    assert len(shop.letters(NOBODY)) == 1


def test_who_has_shown_it_or_was_asked_too_often_is_asked_no_more(
    there: tuple[StaffHouse, Market],
) -> None:
    house, shop = there
    known, often = (house.office.arrive(Right.ACCESS, person=ANNA) for _ in range(2))
    house.office.take(known, IdentityShown(person=1, rung=Rung.SESSION))
    with house.signed_in("agnes") as client:
        assert "Ask what only they know" not in client.get(below(known)).text
        assert told(client, known, "questions/send").startswith("They have shown it already")
        says = [told(client, often, "questions/send") for _ in range(MOST + 1)]
        assert says[:MOST] == ["questions-sent"] * MOST
        assert says[MOST].startswith("No questions can be asked.")
    assert read(house.office.book, known.id).persons[1].shown is Rung.SESSION
    assert shop.letters()


def test_where_nothing_can_be_read_or_sent_nothing_is_offered(
    there: tuple[StaffHouse, Market],
) -> None:
    house, _ = there
    request = house.office.arrive(Right.ACCESS, person=ANNA)
    staff_of(house).post = None
    with house.signed_in("agnes") as client:
        assert "Ask what only they know" not in client.get(below(request)).text
        for what in ("questions", "questions/send"):
            assert "cannot be read from here" in told(client, request, what)


@pytest.mark.parametrize("reader", ["olivier", "aude", "rik"])
def test_who_does_not_settle_it_asks_nothing(reader: str, there: tuple[StaffHouse, Market]) -> None:
    house, shop = there
    request = house.office.arrive(Right.ACCESS, person=ANNA)
    with house.signed_in(reader) as client:
        for what in ("questions", "questions/send"):
            answer = send(client, below(request, what), "/en", person="1")
            assert answer.status_code == 403
    assert shop.letters() == []


def test_the_page_with_questions_has_no_fault_in_any_language(
    there: tuple[StaffHouse, Market],
) -> None:
    house, _ = there
    for language, person in zip(LANGUAGES, (ANNA, BEN, NOBODY), strict=True):
        request = house.office.arrive(Right.ACCESS, person=person)
        home = f"/{language}/requests/{request.id}/identity"
        with house.signed_in("agnes") as client:
            looked = send(client, f"{home}/questions", home, person="1")
            assert faults(read_page(looked.text)) == []
            assert told(client, request, "questions/send") == "questions-sent"
            assert faults(read_page(client.get(home).text)) == []
