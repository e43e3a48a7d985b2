"""What came with a request is listed without a name, and looked at by somebody who is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from avow.app import State
from avow.duties.requests import steps
from avow.duties.requests.book import Arrival, Asking, Book, Said, entries_of, open_request, take
from avow.duties.requests.identity.documents import keep
from avow.duties.requests.words import Channel, Right, Rung
from avow.faces.cli.desk import Desk, day_of
from avow.faces.cli.main import main
from avow.faces.cli.request import files_command
from tests.acceptance.town import Town, town
from tests.requests_room import ANNA

PDF = b"%PDF-1.7 x"


@pytest.fixture(scope="module")
def here(
    postgres_server: Path, state_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    with town(postgres_server, state_template, tmp_path_factory.mktemp("town")) as made:
        yield made


@pytest.fixture
def book(here: Town, monkeypatch: pytest.MonkeyPatch) -> Book:
    """The book, with a command that opens the town in place of a state of its own."""
    state: State = here.state

    @contextmanager
    def opened(folder: Path, url: str | None) -> Iterator[Desk]:
        del folder, url
        yield Desk(state, here.declaration, day_of(state, here.declaration))

    monkeypatch.setattr(files_command, "opened", opened)
    return Desk(state, here.declaration, day_of(state, here.declaration)).book


def files(*said: str) -> Result:
    """What `avow request files` does."""
    return CliRunner().invoke(main, ["request", "files", *said])


def test_a_file_is_listed_and_looked_at_by_somebody_who_is_named(
    here: Town, book: Book, tmp_path: Path
) -> None:
    """A document that shows who somebody is has its own way, and a file of another request too."""
    now = here.clock.now()
    enclosed = (("attachment", "application/pdf", PDF),)
    arrival = Arrival(
        Channel.PORTAL, now, "nl", (ANNA,), (Asking(1, Right.ACCESS),), files=enclosed
    )
    request, other = (open_request(book, arrival, by="person", at=now).id for _ in range(2))
    asked = [steps.IdentityAsked(person=1, rung=r) for r in (Rung.SIGNED_LINK, Rung.DOCUMENT)]
    take(book, request, [Said(each) for each in asked], by="an", at=now)
    document = keep(book, request, 1, "image/png", b"x", by="an", at=now)

    listed = files(request)
    (line,) = listed.output.splitlines()
    assert "attachment, application/pdf, 10 bytes" in line
    assert document not in line
    file, to = line.split()[0], tmp_path / "seen.pdf"
    assert files(request, "--see", file).exit_code == 2
    nobody = files(request, "--see", file, "--to", str(to), "--as", "mallory")
    assert (nobody.exit_code, to.exists()) == (3, False)
    done = files(request, "--see", file, "--to", str(to), "--as", "an")
    assert (done.exit_code, done.output) == (0, "")
    assert (to.read_bytes(), to.stat().st_mode & 0o777) == (PDF, 0o600)
    last = entries_of(book, request)[-1]
    assert (last.by, last.step) == ("an", steps.Noted(what="file-seen"))

    taken = len(entries_of(book, request))
    for request_id, wrong in ((request, document), (other, file), (request, "file-x")):
        refused = files(request_id, "--see", wrong, "--to", str(tmp_path / "no"), "--as", "an")
        assert refused.exit_code == 3
        assert "AV939" in refused.output
    assert len(entries_of(book, request)) == taken
    assert not (tmp_path / "no").exists()
