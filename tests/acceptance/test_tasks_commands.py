"""Tasks, recipients, tenants and instructions by the commands that people type."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from avow.duties.requests.book import Arrival, Asking, Said, open_request, take
from avow.duties.requests.steps import IdentityShown
from avow.duties.requests.words import Channel, Right, Rung
from avow.faces.cli.desk import opened
from avow.faces.cli.main import main
from tests.acceptance.test_plan_commands import TABLES
from tests.faults.small import DECLARATION
from tests.requests_room import ANNA

BY_HAND = """  - system: archive
    connector: by-hand
    owner: {person: marc}
    datasets:
      folders: {owned_by: nobody, because: a list of shelves, key: [id]}
"""


@pytest.fixture
def request_id(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A request for a copy in a house with an archive; it is settled who asks."""
    text = DECLARATION.replace(
        "controller: {name: Example,", "controller: {name: Example, email: privacy@firm.example,"
    )
    text = text.replace("connector: memory", "connector: sqlite\n    url: ${APP}")
    text = text.replace("systems:\n", f"systems:\n{BY_HAND}")
    (tmp_path / "declaration").mkdir()
    (tmp_path / "declaration" / "all.yaml").write_text(text)
    with sqlite3.connect(tmp_path / "app.db") as made:
        made.executescript(TABLES)
    made.close()
    monkeypatch.setenv("APP", str(tmp_path / "app.db"))
    monkeypatch.setenv("AVOW_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    (tmp_path / "state").mkdir()
    avow("activate", str(tmp_path / "declaration"), "--author", "claire",
         "--as", "marc", "--as", "paul")  # fmt: skip
    with opened(tmp_path / "state", state_url) as desk:
        now = desk.now()
        arrival = Arrival(Channel.EMAIL, now, "nl", (ANNA,), (Asking(1, Right.ACCESS),))
        request = open_request(desk.book, arrival, by="claire", at=now)
        shown = Said(IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS))
        take(desk.book, request.id, [shown], by="claire", at=now)
    return request.id


def avow(*words: str, expect: int = 0) -> Result:
    """Run a command and look at its exit code."""
    done = CliRunner().invoke(main, words)
    assert done.exit_code == expect, done.output
    return done


def test_an_owner_is_asked_and_answers_on_the_phone(request_id: str, tmp_path: Path) -> None:
    avow("request", "tasks", request_id, "--send", "--json", expect=1)  # nobody has a mailbox yet
    avow("request", "mailbox", "person:marc", "marc@firm.example", "--by", "claire")
    sent = avow("request", "tasks", request_id, "--send", "--by", "claire")
    assert "asked 1" in sent.output
    (task,) = json.loads(avow("request", "tasks", "--json").output)["tasks"]
    assert (task["place"], task["state"]) == ("system:archive", "asked")
    words = tmp_path / "said.txt"
    words.write_text("Looked in every folder.")
    avow("request", "tasks", "--answer", task["task"], "nothing", "--because", str(words),
         "--by", "claire")  # fmt: skip
    assert json.loads(avow("request", "tasks", "--json").output)["tasks"] == []
    shown = avow("request", "show", request_id, "--json")
    assert "task-nothing" in shown.output
    assert "Anna" not in sent.output + shown.output


def test_the_other_commands_say_what_there_is(request_id: str, tmp_path: Path) -> None:
    said = avow("request", "recipients", request_id)
    assert "no log of transmissions is kept" in said.output
    assert avow("request", "hand-over", request_id).output == ""
    refused = CliRunner().invoke(main, ["request", "hand-over", request_id, "--to", "tenant:x:1"])
    assert "AV675" in refused.output + str(refused.exception)
    words = tmp_path / "words.txt"
    words.write_text("Erase it.")
    order = ["request", "instruct", "tenant:app:1", "erase", "--words", str(words)]
    assert CliRunner().invoke(main, order).exit_code != 0
    assert "instruction" in avow("request", "instruct").output
