"""The files that came with a request, in the console: listed without being opened, handed over to
be kept, and never without an entry in the log of views."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from avow.app import open_state
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES
from avow.duties.requests.book import put_file, read
from avow.duties.requests.identity.documents import DOCUMENT
from avow.duties.requests.intake.receiving import ATTACHMENT
from avow.duties.requests.words import Right
from avow.engine.accounts.views import newest
from tests.accounts_room import NOON
from tests.pages.document import read as read_page
from tests.pages.staff_house import StaffHouse, send, staff_house
from tests.pages.test_accessible import faults

SCRIPT = b"<html><script>alert('Anna')</script>"


@pytest.fixture
def house(tmp_path: Path, state_url: str) -> Iterator[StaffHouse]:
    clock = SetClock(NOON)
    with open_state(tmp_path / "state", state_url, clock=clock) as state:
        yield staff_house(state, clock)


def with_file(house: StaffHouse, what: str = ATTACHMENT) -> tuple[str, str]:
    """A request with a page that somebody sent; the request and the file."""
    request = house.office.arrive(Right.ACCESS)
    book, at = house.office.book, house.clock.now()
    with book.runs.transaction() as tx:
        file = put_file(book, tx, request.id, what, "text/html", SCRIPT, at=at)
    return request.id, file


def test_files_are_listed_and_none_is_opened(house: StaffHouse) -> None:
    request, file = with_file(house)
    with house.signed_in("agnes") as client:
        for language in LANGUAGES:
            page = client.get(f"/{language}/requests/{request}/files").text
            assert faults(read_page(page)) == []
            assert "text/html" in page
            assert "alert" not in page
            assert file in page
    assert newest(house.lodge.accounts, 10) == ()


def test_who_takes_one_stands_in_the_log_first_and_no_browser_runs_it(house: StaffHouse) -> None:
    request, file = with_file(house)
    with house.signed_in("rik") as client:
        answer = send(client, f"/en/requests/{request}/files/see", file=file)
    assert (answer.status_code, answer.content) == (200, SCRIPT)
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    (view,) = newest(house.lodge.accounts, 10)
    assert (view.by, view.request, view.what) == ("rik", request, "file")
    assert read(house.office.book, request).steps > 1


@pytest.mark.parametrize("name", ["", "file-none", "../../etc/passwd"])
def test_what_is_no_file_of_this_request_is_not_found(house: StaffHouse, name: str) -> None:
    request, _ = with_file(house)
    _, other = with_file(house)
    with house.signed_in("agnes") as client:
        for each in (name, other):
            answer = send(client, f"/en/requests/{request}/files/see", file=each)
            assert answer.status_code == 404
    assert newest(house.lodge.accounts, 10) == ()


def test_a_document_that_shows_who_somebody_is_is_not_among_them(house: StaffHouse) -> None:
    request, file = with_file(house, DOCUMENT)
    with house.signed_in("agnes") as client:
        assert "No file came with this request." in client.get(f"/en/requests/{request}/files").text
        assert send(client, f"/en/requests/{request}/files/see", file=file).status_code == 404


@pytest.mark.parametrize("person", ["aude", "sofie"])
def test_who_opens_no_data_takes_none(house: StaffHouse, person: str) -> None:
    request, file = with_file(house)
    with house.signed_in(person) as client:
        answer = send(client, f"/en/requests/{request}/files/see", file=file)
    assert answer.status_code == 403
    assert newest(house.lodge.accounts, 10) == ()
