"""What came of a request, in the console: the letter is written, read, put in other words, and
sent with a code, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from avow.app import open_state
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests.book import Person, read
from avow.duties.requests.machine import Request
from avow.duties.requests.steps import Begun, Decided, Done, IdentityShown, Refusal
from avow.duties.requests.telling import letters
from avow.duties.requests.telling.outcome import authorities
from avow.duties.requests.words import Ground, Outcome, Right, Rung, Status, Voice
from avow.engine.accounts.views import newest
from avow.engine.planner.release import in_force
from tests.accounts_room import NOON
from tests.pages.document import read as read_page
from tests.pages.staff_house import StaffHouse, send, staff_house, token_of
from tests.pages.test_accessible import faults
from tests.requests_room import ANNA
from tests.unit.test_outcome_letter import erased
from tests.unit.test_request_erasure import home as home  # noqa: PLC0414 (a fixture)

LAW = Refusal(ground=Ground.LEGAL_DUTY, law="CTVA 60", until=date(2030, 12, 31))


@pytest.fixture
def house(tmp_path: Path, state_url: str) -> Iterator[StaffHouse]:
    clock = SetClock(NOON)
    with open_state(tmp_path / "state", state_url, clock=clock) as state:
        yield staff_house(state, clock)


def settled(house: StaffHouse) -> Request:
    """An objection that was carried out, and an erasure that was refused until a day."""
    request = house.office.arrive(Right.OBJECTION, Right.ERASURE)
    return house.office.take(
        request,
        IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS),
        Decided(item=1, outcome=Outcome.ACCEPTED),
        Begun(item=1, record="plan-" + "a" * 26),
        Done(item=1),
        Decided(item=2, outcome=Outcome.REFUSED, refusals=(LAW,)),
    )


def below(request: str, what: str = "") -> str:
    return f"/en/requests/{request}/outcome" + (f"/{what}" if what else "")


def told(client: TestClient[Any], request: str, what: str, **form: str) -> str:
    """What came of a form, or what stands beside the mistake in it."""
    answer = send(client, below(request, what), f"/en/requests/{request}", **form)
    if answer.status_code == 303:
        return answer.headers["location"].partition("told=")[2]
    assert answer.status_code == 422, answer.text
    (wrong,) = [n for n in read_page(answer.text).having("role") if n.attributes["role"] == "alert"]
    return wrong.text


def written(house: StaffHouse, client: TestClient[Any], request: str) -> dict[str, str]:
    """The letter as its forms name it."""
    assert told(client, request, "write", person="1") == "letter-written"
    (name,) = letters.letters_of(house.office.book, request)
    return {"answer": name, "digest": letters.opened(house.office.book, name).digest}


def test_the_page_says_per_right_what_is_said_and_what_is_wanted_next(house: StaffHouse) -> None:
    request = settled(house).id
    with house.signed_in("agnes") as client:
        page = client.get(below(request)).text
        assert "Write to the person what came of it." in page
        for words_ in ("objection", "CTVA 60", "31 December 2030", "a legal obligation"):
            assert words_ in page
        for authority in authorities(house.declaration):
            assert all(said in page for said in authority.said("en"))
        letter = written(house, client, request)
        page = client.get(below(request)).text
        assert "Read the letter before it leaves." in page
        assert "Dutch" in page or "Nederlands" in page
        assert "Geachte" not in page, "no letter is shown that nobody opened"
        assert told(client, request, "review", **letter) == "letter-read"
        assert "Send the letter" in client.get(below(request)).text
        assert told(client, request, "send", **letter, code=house.fresh("agnes")) == "letter-sent"
        assert "Everything that is settled is told." in client.get(below(request)).text
    assert read(house.office.book, request).status is Status.ANSWERED


def test_opening_a_letter_is_a_logged_view_in_the_language_of_the_person(
    house: StaffHouse,
) -> None:
    request = settled(house).id
    with house.signed_in("agnes") as client:
        letter = written(house, client, request)
        assert newest(house.lodge.accounts) == ()
        page = send(client, below(request, "open"), "/en", **letter)
        assert page.headers["cache-control"] == "no-store"
        (shown,) = read_page(page.text).all("pre")
        assert shown.attributes["lang"] == "nl"
        assert "klacht" in shown.text
        assert faults(read_page(page.text)) == []
        assert "Geachte" not in client.get(below(request)).text
        assert "Geachte" not in client.get(below(request) + ".json").text
    (view,) = newest(house.lodge.accounts)
    assert (view.by, view.what, view.why, view.person) == ("agnes", "letter", "answer", 1)
    with house.signed_in("aude") as client:
        assert send(client, below(request, "open"), "/en", **letter).status_code == 403
        assert "a letter to them" in client.get("/en/views").text


def test_other_words_are_kept_beside_the_first_and_are_read_again(house: StaffHouse) -> None:
    request = settled(house).id
    mine = {"subject": "Uw verzoek", "text": "Beste mevrouw,\r\n\r\nhet is gedaan."}
    with house.signed_in("agnes") as client:
        first = written(house, client, request)
        assert told(client, request, "review", **first) == "letter-read"
        assert told(client, request, "edit", **first, **mine) == "letter-kept"
        assert told(client, request, "review", **first) == "letter-changed"
        late = told(client, request, "send", **first, code=house.fresh("agnes"))
        assert late == "Somebody changed the letter since you opened it."
        now = letters.opened(house.office.book, first["answer"])
        second = {"answer": now.id, "digest": now.digest}
        unread = told(client, request, "send", **second, code=house.fresh("agnes"))
        assert unread.startswith("Somebody reads it as it is now")
    assert (now.version, now.words.subject) == (2, "Uw verzoek")
    assert now.words.text == "Beste mevrouw,\n\nhet is gedaan.\n"
    rows = house.office.book.runs.run("outcome_letters", answer=now.id)
    assert [(row["number"], row["by"]) for row in rows] == [(1, "agnes"), (2, "agnes")]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"subject": "Hallo", "text": " "}, "A letter needs a subject and words"),
        ({"subject": "", "text": "Hallo daar"}, "A letter needs a subject and words"),
        ({"subject": "Hallo", "text": "é" * 20_001}, "The letter is too long."),
        ({"subject": "Hallo", "text": "daar", "digest": "0" * 64}, "Somebody changed the letter"),
    ],
)
def test_what_is_wrong_stands_beside_the_words_and_nothing_typed_is_lost(
    house: StaffHouse, form: dict[str, str], said: str
) -> None:
    request = settled(house).id
    with house.signed_in("agnes") as client:
        letter = written(house, client, request)
        data = {**letter, **form}
        answer = send(client, below(request, "edit"), "/en", **data)
        page = read_page(answer.text)
        assert answer.status_code == 422
        assert said in answer.text
        assert form["text"].strip() in page.all("textarea")[0].text
        assert faults(page) == []
        assert letters.opened(house.office.book, letter["answer"]).version == 1


def test_it_leaves_once_with_a_fresh_code_and_its_proof(house: StaffHouse) -> None:
    request = settled(house).id
    with house.signed_in("agnes") as client:
        letter = written(house, client, request)
        told(client, request, "review", **letter)
        said = told(client, request, "send", **letter, code="000000")
        assert said == "The code is not right, or it was used before."
        assert told(client, request, "send", **letter, code=house.fresh("agnes")) == "letter-sent"
        again = told(client, request, "send", **letter, code=house.fresh("agnes"))
        assert again.endswith("it leaves once.")
        assert told(client, request, "write", person="1") == "too-late"
    book = house.office.book
    (one,) = letters_to(book.runs, book.ring, "controller", [Masked(ANNA.email)])
    assert "checkpoint" in one.content.text


def test_a_letter_waits_while_the_erasure_can_be_taken_back(home: Path, state_url: str) -> None:
    """Over a real erasure: what stays is said with its clause, and the letter says from when."""
    request = erased(home, state_url)
    with open_state(home / "state", state_url) as state:
        clock = SetClock(state.clock.now())
        house = staff_house(state, clock, in_force(state.store))
        with house.signed_in("agnes") as client:
            letter = written(house, client, request)
            assert told(client, request, "review", **letter) == "letter-read"
            page = client.get(below(request)).text
            assert "The letter waits until nothing can be taken back." in page
            assert "It may leave from" in page
            assert "a law obliges to keep it" in page
            assert "/en/promises/3.a" in page
            assert 'action="' + below(request, "send") not in page
            early = told(client, request, "send", **letter, code=house.fresh("agnes"))
            assert early == "The erasure that it tells of can still be taken back."
            clock.move(timedelta(hours=73))
        with house.signed_in("agnes") as client:
            code = house.fresh("agnes")
            assert told(client, request, "send", **letter, code=code) == "letter-sent"


def test_the_officer_and_whoever_serves_a_client_company_write_nothing(house: StaffHouse) -> None:
    request = settled(house).id
    company = house.office.arrive(Right.ERASURE, voice=Voice.COMPANY)
    house.office.take(company, IdentityShown(person=1, rung=Rung.AUTHORITY))
    with house.signed_in("olivier") as client:
        assert below(request, "write") not in client.get(below(request)).text
        assert send(client, below(request, "write"), "/en", person="1").status_code == 403
    with house.signed_in("an") as client:
        assert below(company.id, "write") not in client.get(below(company.id)).text
        assert send(client, below(company.id, "write"), "/en", person="1").status_code == 403
    assert letters.letters_of(house.office.book, request) == ()


def test_who_gave_no_address_is_not_offered_a_letter_by_post(house: StaffHouse) -> None:
    request = house.office.arrive(Right.OBJECTION, person=Person(language="en"))
    refusal = Refusal(ground=Ground.UNFOUNDED, law="Art. 12(5) GDPR")
    house.office.take(request, Decided(item=1, outcome=Outcome.REFUSED, refusals=(refusal,)))
    with house.signed_in("agnes") as client:
        letter = written(house, client, request.id)
        told(client, request.id, "review", **letter)
        page = client.get(below(request.id)).text
        assert "No address of the person is known" in page
        assert 'action="' + below(request.id, "send") not in page
        said = told(client, request.id, "send", **letter, code=house.fresh("agnes"))
        assert said.startswith("No address of the person is known")


def test_a_letter_of_another_request_is_not_found(house: StaffHouse) -> None:
    one, other = settled(house).id, settled(house).id
    with house.signed_in("agnes") as client:
        letter = written(house, client, one)
        for what in ("open", "edit", "review", "send"):
            assert send(client, below(other, what), "/en", **letter).status_code == 404
        assert client.get(below("request-none")).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_every_language_without_a_fault(house: StaffHouse, language: str) -> None:
    request = settled(house).id
    with house.signed_in("agnes") as client:
        written(house, client, request)
        answer = client.get(f"/{language}/requests/{request}/outcome")
    assert answer.headers["content-language"] == language
    assert faults(read_page(answer.text)) == []
    assert token_of(answer.text)
