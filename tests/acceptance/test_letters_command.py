"""Letters by the commands that people type: sent, counted, come back, printed; the promise told."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from avow.app import State, open_state
from avow.common.calendar import Period
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.duties.correspondence.letters import Words
from avow.duties.notice.indirect import ForeignList, enter, happened
from avow.duties.notice.telling import Announcement, Person, Publication, Wordings, tell
from avow.faces.cli.main import main
from tests.acceptance.test_plan_commands import TABLES
from tests.faults.small import DECLARATION
from tests.post_office import PostOffice, post_office
from tests.today import today
from tests.unit.test_letters_returned import status

CONTROLLER = "controller: {name: Example,"
SAID = Announcement(
    Wordings({"fr": Words("Du neuf", "Texte\n")}, "fr"), "firm.example", Masked("p@firm.example")
)
POINT = """collection:
  - {point: fair, clause: "1.b", source: organiser, collects: [{category: name, clause: "1.b"}]}
"""


@pytest.fixture
def home(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A declaration in force, of an organisation with a mail address."""
    text = DECLARATION.replace(CONTROLLER, f"{CONTROLLER} email: privacy@firm.example,")
    text = text.replace("connector: memory", "connector: sqlite\n    url: ${APP}")
    text = text.replace('  "2.a": {kind: E}\n', '  "2.a": {kind: E}\n  "1.b": {kind: E}\n')
    (tmp_path / "declaration").mkdir()
    (tmp_path / "declaration" / "all.yaml").write_text(text)
    (tmp_path / "declaration" / "fair.yaml").write_text(POINT)
    with sqlite3.connect(tmp_path / "app.db") as made:
        made.executescript(TABLES)
    made.close()
    monkeypatch.setenv("APP", str(tmp_path / "app.db"))
    monkeypatch.setenv("AVOW_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    (tmp_path / "state").mkdir()
    avow("activate", str(tmp_path / "declaration"), "--author", "claire",
         "--as", "marc", "--as", "paul")  # fmt: skip
    return tmp_path


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


def avow(*words: str, expect: int = 0) -> Result:
    """Run a command and look at its exit code."""
    done = CliRunner().invoke(main, words)
    assert done.exit_code == expect, done.output
    return done


def persons() -> Iterator[Person]:
    """Three with a mail address, one on paper, one that cannot be reached."""
    for n in range(3):
        yield Person("app", "person", Masked(f"{n}"), Masked(f"person{n}@mail.example"), "fr")
    yield Person("app", "person", Masked("3"), postal=Masked("Ada\nGrote Markt 1\n1000 Brussel"))
    yield Person("app", "person", Masked("4"))


def told(state: State) -> None:
    """They are told of a change in forty days, thirty days ahead."""
    at = state.clock.now()
    change = Publication(
        new_id("publication"), today() + timedelta(days=40), Period(days=30), "2.a"
    )
    tell(
        state.store, state.ring, change, persons(), SAID, at=at, day=today(),
        note=lambda bodies, at, runs: state.ledger.append(bodies, at, runs=runs),
    )  # fmt: skip


def test_from_the_first_letter_to_the_promise(
    home: Path, office: PostOffice, state_url: str, tmp_path: Path
) -> None:
    """Written, sent, printed, posted, one came back: the promise is kept with a reason each, the
    ledger verifies, and no command ever shows an address."""
    with open_state(home / "state", state_url) as state:
        told(state)
    server = ("--smtp-url", f"smtp://127.0.0.1:{office.port}", "--returns", "back@firm.example")
    said = [avow("letters").output]
    assert "notice-change  mail   waiting    3" in said[0]
    said.append(avow("letters", "--send", *server).output)
    assert "4 letters were taken by the server" in said[-1]
    assert office.messages[0]["From"] == "Example <privacy@firm.example>"
    out = tmp_path / "letters.pdf"
    said.append(avow("letters", "--print", str(out), "--window", "left").output)
    said.append(avow("letters", "--posted", "paul").output)
    assert out.read_bytes().startswith(b"%PDF")
    verified = avow("verify", str(home / "declaration"), "--json").output
    (answer,) = [a for a in json.loads(verified) if a["check"] == "notice.told.2.a"]
    assert (answer["answer"], answer["rows"], answer["place"]) == ("pass", 5, "app.person")
    path = next(path for path, to, _ in office.taken if to == "person1@mail.example")
    came = tmp_path / "came" / "new"
    came.mkdir(parents=True)
    (came / "1.eml").write_bytes(status(to=path))
    (came / ".hidden").write_bytes(status(to=path))
    back = avow("letters", "--bounces", str(came.parent), "--json", expect=1)
    assert json.loads(back.output)["returned"]["bounced"] == 1
    assert (came / "1.eml").exists()
    said += [
        back.output,
        avow("letters", expect=1).output,
        verified,
        avow("letters", "--told").output,
    ]
    assert [line.split() for line in said[-1].splitlines()[1:]] == [
        ["app.person", "bounced", "no-such-address", "1"],
        ["app.person", "no-address", "1"],
        ["app.person", "sent", "3"],
    ]
    (change,) = json.loads(avow("letters", "--told", "--json").output)
    assert (change["own_letter_taken"], change["complete"]) == (True, True)
    avow("ledger", "verify")
    assert "@" not in "".join(said).replace("back@firm.example", "")


def test_data_from_others_is_broken_until_its_persons_are_informed(
    home: Path, state_url: str
) -> None:
    def word() -> str:
        told = avow("verify", str(home / "declaration"), "--json", expect=(1 if late else 0)).output
        (answer,) = [a for a in json.loads(told) if a["check"] == "notice.indirect.1.b"]
        return str(answer["answer"])

    late = True
    came = ForeignList("organiser", "app", today() - timedelta(days=40), 12, "a" * 64)
    with open_state(home / "state", state_url) as state:
        name = enter(state.store, came, by="marc", at=state.clock.now())
    assert word() == "fail"
    with open_state(home / "state", state_url) as state:
        happened(state.store, name, told_on=today() - timedelta(days=20))
    late = False
    assert word() == "pass"


def test_a_preview_needs_no_state_and_shows_every_language(tmp_path: Path) -> None:
    shown = avow("letters", "--preview", "notice-change").output
    assert [line[:6] for line in shown.splitlines() if line.startswith("---")] == [
        "--- fr", "--- nl", "--- en",
    ]  # fmt: skip
    (tmp_path / "notice-change.fr.txt").write_text("Subject: {{ odd }}\n\nx\n")
    refused = avow("letters", "--preview", "notice-change", "--words", str(tmp_path), expect=3)
    assert "AV625" in refused.output


@pytest.mark.parametrize(
    ("words", "code", "expect"),
    [
        ((), "AV620", 3),
        (("--smtp-url", "smtp://me:secret@mail.example"), "AV621", 3),
        (("--posted", "nobody"), "AV630", 3),
        (("--smtp-url", "smtp://127.0.0.1:1", "--from", "nobody"), "AV626", 3),
        (("--smtp-url", "smtp://127.0.0.1:1", "--returns", "b@other.example"), "AV626", 3),
    ],
)
def test_what_cannot_send_says_why(
    home: Path, words: tuple[str, ...], code: str, expect: int
) -> None:
    assert code in avow("letters", "--send", *words, expect=expect).output


def test_where_nobody_listens_letters_wait_and_it_is_said(home: Path, state_url: str) -> None:
    with open_state(home / "state", state_url) as state:
        told(state)
    gone = avow("letters", "--send", "--smtp-url", "smtp://127.0.0.1:1", expect=4)
    assert "AV623" in gone.output
    assert "notice-change  mail   waiting    3" in avow("letters").output
