"""6.a: a client company asks that the account of a user is deleted: by command, with its paper, the
user told, nothing beyond the account; who it may not speak for is left alone, and the check of the
clause sees a company that was followed without more."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from avow.common.masked import Masked
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests import steps
from avow.duties.requests.rows import accept, accepted_of, looked_for
from avow.duties.requests.words import Outcome
from avow.engine.db.store import Store
from avow.faces.cli.main import main
from avow.faces.cli.request import speak_command
from tests.requests_room import NOON
from tests.unit.test_representing import House

UTA, VIC = "uta@acme.example", "vic@other.example"


@pytest.fixture
def house(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    made = House(tmp_path, store)

    @contextmanager
    def opened(folder: Path, url: str | None) -> Iterator[SimpleNamespace]:
        del folder, url
        office = made.office
        today = office.book.day(NOON)
        yield SimpleNamespace(
            book=office.book, estate=made.estate, declaration=made.declaration, today=today,
            now=lambda: NOON,
        )  # fmt: skip

    monkeypatch.setattr(speak_command, "opened", opened)
    return made


def speaks(house: House, *emails: str) -> Result:
    """What the command says when Acme asks the erasure of users' accounts."""
    who, paper = house.home / "users.json", house.home / "extract.pdf"
    users = [{"language": "nl", "email": each, "identities": [["email", each]]} for each in emails]
    who.write_text(json.dumps(users))
    paper.write_bytes(b"%PDF-1.7 an extract of the register")
    return CliRunner().invoke(
        main, ["request", "speak", "company", "--who", str(who), "--ask", "erasure",
               "--company", "app:company:1", "--paper", str(paper), "--as", "an"]
    )  # fmt: skip


def rows(house: House) -> tuple[list[object], list[object]]:
    """The accounts and the newsletter's readers that really lie in the application."""
    with closing(sqlite3.connect(house.home / "app.db")) as app:
        accounts = app.execute("SELECT email FROM account ORDER BY id").fetchall()
        return [r[0] for r in accounts], [r[0] for r in app.execute("SELECT email FROM reader")]


def test_the_account_alone_is_taken_and_its_user_told(house: House) -> None:
    said = speaks(house, UTA)
    assert said.exit_code == 0, said.output
    request = said.output.split()[0]
    found = accepted_of(house.office.book, request) or ()
    assert [(c.dataset, c.keys) for c in found] == [("account", (("10",),))]
    assert len(letters_to(house.store, house.office.ring, "controller", [Masked(UTA)])) == 1
    assert UTA not in said.output
    house.office.take(request, steps.Decided(item=1, outcome=Outcome.ACCEPTED))
    assert house.check().failed == 0
    assert rows(house) == ([UTA, VIC], [UTA]), "hearing a company deletes nothing by itself"


def test_the_user_of_another_company_is_left_alone(house: House) -> None:
    said = speaks(house, UTA, VIC)
    assert said.exit_code != 0
    assert "no account with that company" in said.output
    assert house.store.run("representations") == []
    assert letters_to(house.store, house.office.ring, "controller", [Masked(VIC)]) == []


def test_rows_beyond_the_account_turn_the_clause_red(house: House) -> None:
    """The fault: the newsletter that Uta reads is taken along with her account."""
    request = speaks(house, UTA).output.split()[0]
    house.office.take(request, steps.Decided(item=1, outcome=Outcome.ACCEPTED))
    found = looked_for(house.office.book, house.estate, request).found.candidates
    accept(house.office.book, request, found, by="an", at=NOON)
    assert house.check().failed == 1
