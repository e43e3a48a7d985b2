"""A mother asks for herself and for her child in one request: each is searched for by their own
identifiers, and a paper is heard for the child alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from avow.duties.requests.book import Arrival, Asking, Person, open_request, read
from avow.duties.requests.rows import looked_for
from avow.duties.requests.words import Channel, Right, Rung
from avow.faces.cli.desk import Desk, day_of
from avow.faces.cli.main import main
from avow.faces.cli.request import speak_command
from tests.acceptance.town import Town, town


@pytest.fixture(scope="module")
def here(
    postgres_server: Path, state_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    with town(postgres_server, state_template, tmp_path_factory.mktemp("town")) as made:
        yield made


@pytest.fixture
def desk(here: Town, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk, with a command that opens the town in place of a state of its own."""

    @contextmanager
    def opened(folder: Path, url: str | None) -> Iterator[Desk]:
        del folder, url
        yield Desk(here.state, here.declaration, day_of(here.state, here.declaration))

    monkeypatch.setattr(speak_command, "opened", opened)
    return Desk(here.state, here.declaration, day_of(here.state, here.declaration))


def test_a_mother_is_heard_for_her_child_and_not_for_herself(
    here: Town, desk: Desk, tmp_path: Path
) -> None:
    """Her own address brings her own rows and none of the child's, although letters go there."""
    (mother, child) = (
        str(row[0]) for row in here.read("app", "SELECT email FROM account ORDER BY id LIMIT 2")
    )
    people = (
        Person(name="Anna", language="nl", email=mother),
        Person(language="nl", email=mother, identities=(("email", child),), speaker="Anna"),
    )
    now = here.clock.now()
    asked = (Asking(1, Right.ACCESS), Asking(2, Right.ACCESS))
    arrival = Arrival(Channel.PORTAL, now, "nl", people, asked)
    request = open_request(desk.book, arrival, by="person", at=now).id

    found = looked_for(desk.book, here.estate(), request).found.candidates
    accounts = {n: {key for c in found if (c.person, c.dataset) == (n, "public.account")
                    for key in c.keys} for n in (1, 2)}  # fmt: skip
    assert all(accounts.values())
    assert accounts[1].isdisjoint(accounts[2])

    paper = tmp_path / "extract.pdf"
    paper.write_bytes(b"%PDF-1.7 x")
    said = CliRunner().invoke(main, ["request", "speak", "parent", "--request", request, "--ask",
                                     "access", "--paper", str(paper), "--as", "an"])  # fmt: skip
    assert (said.exit_code, said.output) == (0, f"{request}\nheard\n")
    after = read(desk.book, request).persons
    assert [p.shown for p in after.values()] == [None, Rung.MANDATE]
