"""Letters and telephone notes entered in the console, with the scan of a paper, and papers that
come later: what is taken, how it is kept, and who may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from avow.app import open_state
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES
from avow.duties.requests import steps
from avow.duties.requests.book import entries_of, file_of, persons_of, read
from avow.duties.requests.files import came
from avow.duties.requests.identity.documents import DAYS, DOCUMENT, waiting
from avow.duties.requests.intake.by_form import PAPER
from avow.duties.requests.intake.enclosed import LARGEST
from avow.duties.requests.machine import Request
from avow.duties.requests.steps import Noted
from avow.duties.requests.words import Channel, Right, Rung
from avow.faces.web.signin.desk import MOST_SENT
from tests.accounts_room import NOON
from tests.pages.answer_house import wrong
from tests.pages.document import read as read_page
from tests.pages.staff_house import OURS, StaffHouse, staff_house, token_of
from tests.pages.test_accessible import faults

SCAN = b"%PDF-1.7 a letter"
WHO = {"name": "Ben", "email": "ben@mail.example", "spoken": "nl"}
LETTER: dict[str, Any] = {"channel": "letter", "arrived": "2027-03-12", "ask-access": "1", **WHO}


@pytest.fixture
def house(tmp_path: Path, state_url: str) -> Iterator[StaffHouse]:
    clock = SetClock(NOON)
    with open_state(tmp_path / "state", state_url, clock=clock) as state:
        yield staff_house(state, clock)


def sends(
    client: TestClient[Any], path: str, files: dict[str, Any] | None = None, **form: str
) -> httpx.Response:
    """Send a form that may hold files, as our own pages do."""
    data = {"csrf": token_of(client.get("/en").text)} | form
    given = files or {"scan": ("", b"", "application/octet-stream")}
    return client.post(path, data=data, files=given, headers=OURS)


def entered(house: StaffHouse, scan: bytes = SCAN, **form: str) -> Request:
    """The request that agnes enters."""
    with house.signed_in("agnes") as client:
        files = {"scan": ("my letter.pdf", scan, "text/html")} if scan else None
        answer = sends(client, "/en/requests/enter/send", files, **LETTER | form)
    assert answer.status_code == 303, answer.text
    where, _, said = answer.headers["location"].partition("?told=")
    assert said == "request-entered"
    return read(house.office.book, where.rpartition("/")[2])


def test_a_letter_is_entered_with_its_scan_and_counts_from_the_day_it_came(
    house: StaffHouse,
) -> None:
    request = entered(house, written="2027-03-09", signed="no")
    book = house.office.book
    assert (request.channel, request.received.isoformat()) == (Channel.LETTER, "2027-03-12")
    assert [item.right for item in request.items.values()] == [Right.ACCESS]
    person = persons_of(book, request.id)[1]
    assert (person.name, person.email, person.language) == ("Ben", "ben@mail.example", "nl")
    notes = [e.step.what for e in entries_of(book, request.id) if isinstance(e.step, Noted)]
    assert {"letter-dated.2027-03-09", "no-signature"} <= set(notes)
    (file,) = came(book, request.id)
    assert (file.what, file.kind, file.size) == ("scan", "application/pdf", len(SCAN))
    kept = file_of(book, file.id)
    assert kept is not None
    assert kept[1].reveal() == SCAN
    stored = str(house.state.store.run("request_files", request=request.id))
    assert "letter.pdf" not in stored
    assert "a letter" not in stored, "it lies sealed"


def test_a_telephone_note_needs_no_file_and_the_words_say_what_is_asked(house: StaffHouse) -> None:
    said = {"channel": "phone", "words": "Please erase my data.", "heard": "1", "email": ""}
    with house.signed_in("agnes") as client:
        form = {k: v for k, v in LETTER.items() if k != "ask-access"} | said
        answer = sends(client, "/en/requests/enter/send", **form)
    request = read(
        house.office.book, answer.headers["location"].partition("?")[0].rpartition("/")[2]
    )
    assert [item.right for item in request.items.values()] == [Right.ERASURE]
    assert came(house.office.book, request.id) == ()


@pytest.mark.parametrize(
    ("change", "scan", "said"),
    [
        ({"arrived": ""}, SCAN, "Say how it came, and on which day."),
        ({"channel": "pigeon"}, SCAN, "Say how it came, and on which day."),
        ({"ask-everything": "1"}, SCAN, "Say how it came, and on which day."),
        ({"arrived": "2027-03-16"}, SCAN, "It cannot have come before it was written"),
        ({"written": "2027-03-13"}, SCAN, "It cannot have come before it was written"),
        ({}, b"MZ\x90\x00 a program", "The file is no PDF, picture or plain text."),
        ({}, b"%PDF-" + b"x" * LARGEST, "The file is too large: 10 MB at most."),
    ],
)
def test_what_is_not_taken_is_said_and_what_was_typed_comes_back(
    house: StaffHouse, change: dict[str, str], scan: bytes, said: str
) -> None:
    with house.signed_in("agnes") as client:
        files = {"scan": ("x", scan, "application/pdf")}
        answer = sends(client, "/en/requests/enter/send", files, **LETTER | change)
    assert answer.status_code == 422
    assert wrong(answer).startswith(said)
    assert answer.headers["cache-control"] == "no-store"
    assert 'value="ben@mail.example"' in answer.text
    assert house.state.store.run("requests_open") == []


def test_papers_that_come_later_are_kept_by_their_own_rule(house: StaffHouse) -> None:
    request, book = house.office.arrive(Right.ACCESS), house.office.book
    path = f"/en/requests/{request.id}/files/add"
    pdf = {"file": ("x.pdf", SCAN, "application/pdf")}
    with house.signed_in("agnes") as client:
        assert sends(client, path, pdf, what=PAPER).status_code == 303
        early = sends(client, path, pdf, what=DOCUMENT, person="1")
        assert early.status_code == 422, "nobody asked for one"
        house.office.take(
            request,
            steps.IdentityAsked(person=1, rung=Rung.KNOWN_ADDRESS),
            steps.IdentityAsked(person=1, rung=Rung.DOCUMENT),
        )
        assert sends(client, path, pdf, what=DOCUMENT, person="7").status_code == 422
        assert sends(client, path, pdf, what=DOCUMENT, person="1").status_code == 303
        nothing = sends(client, path, {"file": ("", b"", "application/pdf")}, what=PAPER)
        assert wrong(nothing) == "Choose a file."
        assert wrong(sends(client, path, pdf, what="answer")).startswith("Say what the paper is")
    assert [file.what for file in came(book, request.id)] == [PAPER]
    (document,) = waiting(book, request.id)
    assert document.last == house.clock.now().date() + timedelta(days=DAYS)


def test_who_may_enter_and_only_with_the_token_of_their_session(house: StaffHouse) -> None:
    request = house.office.arrive(Right.ACCESS)
    add = f"/en/requests/{request.id}/files/add"
    scan = {"scan": ("x.pdf", SCAN, "application/pdf")}
    for person, status in (("olivier", 303), ("rik", 403), ("aude", 403), ("sofie", 403)):
        with house.signed_in(person) as client:
            assert sends(client, "/en/requests/enter/send", **LETTER).status_code == status
            file = {"file": ("x.pdf", SCAN, "application/pdf")}
            assert sends(client, add, file, what=PAPER).status_code == 403
            shown = "/requests/enter" in client.get("/en/requests").text
            assert shown is (status == 303)
    with house.signed_in("agnes") as client:
        for token in ("", "0" * 64):
            form = {**LETTER, "csrf": token}
            said = client.post("/en/requests/enter/send", data=form, files=scan, headers=OURS)
            assert said.status_code == 403
    with house.browser() as stranger:
        said = stranger.post("/en/requests/enter/send", data=LETTER, files=scan, headers=OURS)
        assert said.headers["location"] == "/en/sign-in"
    assert len(house.state.store.run("requests_open")) == 2


def test_a_form_without_end_is_not_read(house: StaffHouse) -> None:
    """What is more than a form may hold is refused, and any file where no form takes one."""
    file = {"scan": ("x.pdf", b"%PDF-" + b"x" * MOST_SENT, "application/pdf")}
    with house.signed_in("agnes") as client:
        assert sends(client, "/en/requests/enter/send", file, **LETTER).status_code == 413
        small = {"scan": ("x.pdf", SCAN, "application/pdf")}
        for form in (file, small):
            assert sends(client, "/en/holds/place", form, **LETTER).status_code == 400
    assert house.state.store.run("requests_open") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_speaks_every_language_without_a_fault(house: StaffHouse, language: str) -> None:
    request = house.office.arrive(Right.ACCESS)
    with house.signed_in("agnes") as client:
        for path in ("requests/enter", f"requests/{request.id}/files"):
            answer = client.get(f"/{language}/{path}")
            assert answer.status_code == 200
            assert answer.headers["content-language"] == language
            assert faults(read_page(answer.text)) == []


# --- a minor who was found ----------------------------------------------------------------------

MINOR = {"kind": "email", "value": "kid@school.example", "name": "Kid", "spoken": "nl",
         "words": "their school wrote that they are fourteen"}  # fmt: skip


def finds(house: StaffHouse, person: str = "agnes", **form: str) -> httpx.Response:
    """What comes of the form about a minor."""
    with house.signed_in(person) as client:
        data = {"csrf": token_of(client.get("/en").text), **MINOR, "code": house.fresh(person)}
        return client.post("/en/requests/minor/send", data=data | form, headers=OURS)


def test_the_erasure_of_a_minor_is_opened_with_a_code(house: StaffHouse) -> None:
    """A request like any other, for which nobody has to show who they are; how it was found is
    sealed and shown on no page."""
    answer = finds(house)
    assert answer.status_code == 303, answer.text
    name = answer.headers["location"].split("?")[0].rpartition("/")[2]
    book = house.office.book
    state = read(book, name)
    assert [item.right for item in state.items.values()] == [Right.ERASURE]
    assert state.persons[1].shown is Rung.KNOWN_FACTS
    assert set(persons_of(book, name)[1].naming()) == {("email", MINOR["value"])}
    assert "minor-found" in [
        e.step.what for e in entries_of(book, name) if isinstance(e.step, Noted)
    ]
    with house.signed_in("agnes") as client:
        page = client.get(f"/en/requests/{name}").text
    assert "it was found to be a minor" in page
    assert [word for word in (MINOR["words"], MINOR["value"]) if word in page] == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"code": "000000"}, "The code is not right"),
        ({"words": " "}, "Say how it was found."),
        ({"value": ""}, "Say by what they are known."),
        ({"kind": ""}, "Say by what they are known."),
    ],
)
def test_what_lacks_is_said_and_nothing_is_opened(
    house: StaffHouse, changed: dict[str, str], said: str
) -> None:
    answer = finds(house, **changed)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert faults(read_page(answer.text)) == []
    assert house.state.store.run("requests_open") == []
    assert finds(house, "marc").status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_about_a_minor_speaks_three_languages(house: StaffHouse, language: str) -> None:
    with house.signed_in("an") as client:
        assert f'href="/{language}/requests/minor"' in client.get(f"/{language}/requests").text
        page = client.get(f"/{language}/requests/minor")
    assert page.headers["content-language"] == language
    assert faults(read_page(page.text)) == []
