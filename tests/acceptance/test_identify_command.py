"""Who asks is settled by the least that will do, and a doubt stops the clock while it lasts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from avow.app import State
from avow.duties.requests.book import Arrival, Asking, Book, open_request, words_of
from avow.duties.requests.words import Channel, Right
from avow.faces.cli.desk import Desk, day_of
from avow.faces.cli.main import main
from avow.faces.cli.request import document_command, identify_command
from tests.acceptance.town import Town, town
from tests.requests_room import ANNA


@pytest.fixture(scope="module")
def here(
    postgres_server: Path, state_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    with town(postgres_server, state_template, tmp_path_factory.mktemp("town")) as made:
        yield made


@pytest.fixture
def book(here: Town, monkeypatch: pytest.MonkeyPatch) -> Book:
    """The book, with commands that open the town in place of a state of their own."""
    state: State = here.state
    desk = Desk(state, here.declaration, day_of(state, here.declaration))

    @contextmanager
    def opened(folder: Path, url: str | None) -> Iterator[Desk]:
        del folder, url
        yield Desk(state, here.declaration, day_of(state, here.declaration))

    monkeypatch.setattr(identify_command, "opened", opened)
    monkeypatch.setattr(document_command, "opened", opened)
    return desk.book


def arrive(here: Town, book: Book) -> str:
    now = here.clock.now()
    arrival = Arrival(Channel.EMAIL, now, "nl", (ANNA,), (Asking(1, Right.ACCESS),))
    return open_request(book, arrival, by="claire", at=now).id


def identify(*said: str) -> Result:
    return CliRunner().invoke(main, ["request", "identify", *said, "--as", "an"])


def due(result: Result) -> str:
    found = re.search(r"due (\S+?)(,|$)", result.output, re.MULTILINE)
    assert found is not None, result.output
    return found[1]


@pytest.fixture
def doubt(tmp_path: Path) -> Path:
    """What makes somebody doubt, in a file."""
    (tmp_path / "doubt.txt").write_text("the address is none that we know")
    return tmp_path / "doubt.txt"


def test_a_doubt_stops_the_clock_and_the_answer_starts_it(
    here: Town, book: Book, doubt: Path
) -> None:
    """Without a written reason for it no term stands."""
    request = arrive(here, book)
    assert "--why" in identify(request, "signed-link", "--ask", "--pause").output
    asked = identify(request, "signed-link", "--ask", "--pause", "--why", str(doubt))
    assert asked.exit_code == 0, asked.output
    assert "waits for identity" in asked.output
    here.clock.move(timedelta(days=10))
    shown = identify(request, "known-address")
    assert "deciding" in shown.output
    assert "waits" not in shown.output
    assert (due(asked), due(shown)) == ("2027-01-04", "2027-01-11")


def test_asking_late_is_told(here: Town, book: Book, doubt: Path) -> None:
    request = arrive(here, book)
    here.clock.move(timedelta(days=6))
    late = identify(request, "signed-link", "--ask", "--pause", "--why", str(doubt))
    assert late.exit_code == 1
    assert "6 days after it arrived" in late.output


def test_a_document_is_not_the_first_thing_asked(here: Town, book: Book) -> None:
    refused = identify(arrive(here, book), "document", "--ask")
    assert (refused.exit_code, "AV688" in refused.output) == (3, True)


def test_what_was_looked_at_lies_sealed(here: Town, book: Book, tmp_path: Path) -> None:
    request = arrive(here, book)
    (tmp_path / "why.txt").write_text("called back on the number of the contract")
    identify(request, "known-facts", "--why", str(tmp_path / "why.txt"))
    assert words_of(book, request, 4).reveal().startswith(b"called back")


def document(request: str, *said: str) -> Result:
    return CliRunner().invoke(main, ["request", "document", request, *said, "--as", "an"])


def test_a_document_is_kept_seen_and_erased(here: Town, book: Book, tmp_path: Path) -> None:
    request = arrive(here, book)
    scan, seen = tmp_path / "scan.pdf", tmp_path / "seen.pdf"
    scan.write_bytes(b"%PDF- a card")
    assert "AV697" in document(request, "--add", str(scan)).output
    identify(request, "signed-link", "--ask")
    identify(request, "signed-link", "--not-enough")
    identify(request, "document", "--ask")
    file = document(request, "--add", str(scan)).output.strip()
    assert document(request, "--see", file, "--to", str(seen)).exit_code == 0
    assert (seen.read_bytes(), seen.stat().st_mode & 0o077) == (scan.read_bytes(), 0)
    assert document(request, "--see", file, "--to", str(seen)).exit_code == 2
    assert document(request, "--enough", file).output == "erased\n"
    assert "AV697" in document(request, "--enough", file).output
