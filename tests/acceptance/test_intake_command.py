"""Requests by the commands that people type, through a real mail server and a real mailbox."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from avow.faces.cli.main import main
from tests.acceptance.test_plan_commands import TABLES
from tests.dovecot import PASSWORD, Dovecot, dovecot
from tests.faults.small import DECLARATION
from tests.post_office import PostOffice, post_office
from tests.properties.test_intake_bytes import WHOLE
from tests.today import today

CONTROLLER = "controller: {name: Example,"
RIGHTS = """rights:
  - {right: access, clause: "9.1", law: Art. 15 GDPR}
  - {right: exercise, clause: "9.9"}
  - {right: exercise-by-email, clause: "10.1", address: privacy@firm.example}
  - {right: exercise-by-letter, clause: "10.2", address: "Example, Brussels"}
"""
CLAUSES = "".join(f'  "{c}": {{kind: E}}\n' for c in ("9.1", "9.9", "10.1", "10.2"))


@pytest.fixture
def home(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A declaration in force that prints a mailbox."""
    text = DECLARATION.replace(CONTROLLER, f"{CONTROLLER} email: privacy@firm.example,")
    text = text.replace("connector: memory", "connector: sqlite\n    url: ${APP}")
    text = text.replace('  "2.a": {kind: E}\n', '  "2.a": {kind: E}\n' + CLAUSES)
    (tmp_path / "declaration").mkdir()
    (tmp_path / "declaration" / "all.yaml").write_text(text + RIGHTS)
    with sqlite3.connect(tmp_path / "app.db") as made:
        made.executescript(TABLES)
    made.close()
    monkeypatch.setenv("APP", str(tmp_path / "app.db"))
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    monkeypatch.setenv("AVOW_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    (tmp_path / "state").mkdir()
    avow("activate", str(tmp_path / "declaration"), "--author", "claire",
         "--as", "marc", "--as", "paul")  # fmt: skip
    return tmp_path


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as made:
        yield made


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


def avow(*words: str, expect: int = 0) -> Result:
    """Run a command and look at its exit code."""
    done = CliRunner().invoke(main, words)
    assert done.exit_code == expect, done.output
    return done


def put(server: Dovecot, user: str, data: bytes, at: datetime | None = None) -> None:
    """A message comes into a mailbox."""
    client = server.client(user)
    when = f'"{at.strftime("%d-%b-%Y %H:%M:%S %z")}"' if at else ""
    answer, _ = client.append("INBOX", "", when, data)
    assert answer == "OK"
    client.logout()


def read(server: Dovecot, user: str, *options: str) -> dict[str, int]:
    """Read the mailbox; what its messages were."""
    said = avow("request", "receive", "mail", "--mailbox", server.url(user), "--json", *options)
    counts: dict[str, int] = json.loads(said.output)["counts"]
    return counts


def sent(office: PostOffice) -> None:
    avow("letters", "--send", "--smtp-url", f"smtp://127.0.0.1:{office.port}")


def answers(home: Path, expect: int) -> dict[str, str]:
    """What the checks about the mailbox and the first letter say."""
    done = avow("verify", str(home / "declaration"), "--json", expect=expect)
    return {a["check"]: a["answer"] for a in json.loads(done.output)}


def message(text: str, message_id: str, *heads: str, sender: str = "anna@mail.example") -> bytes:
    top = [*heads, f"From: {sender}", "To: privacy@firm.example", f"Message-ID: <{message_id}>",
           "Subject: my data", "Content-Type: text/plain; charset=utf-8", "", text]  # fmt: skip
    return "\r\n".join(top).encode()


def test_from_the_mailbox_to_the_letter_and_back(
    home: Path, server: Dovecot, office: PostOffice
) -> None:
    """Two persons and a machine write; both hear of it; one answers, and it joins."""
    sunday = datetime.combine(
        today() - timedelta(days=today().weekday() + 1), datetime.min.time(), ZoneInfo("UTC")
    ) + timedelta(hours=22, minutes=10)
    put(server, "way", message("Ik wil graag inzage in mijn gegevens.", "1@mail.example"), sunday)
    put(server, "way", message("Effacez mes données", "2@mail.example", sender="bob@mail.example"))
    put(server, "way", message("I am away", "3@mail.example", "Auto-Submitted: auto-replied"))
    assert read(server, "way") == {"machine": 1, "request": 2}
    assert read(server, "way") == {}  # what was entered is fetched no more
    listed = json.loads(avow("request", "list", "--json").output)
    assert {each["rights"][0] for each in listed} == {"access", "erasure"}
    first = next(each for each in listed if each["rights"] == ["access"])
    local = sunday.astimezone(ZoneInfo("Europe/Brussels")).date()
    assert first["arrived"] == local.isoformat()
    sent(office)
    assert sorted(office.recipients) == ["anna@mail.example", "bob@mail.example"]
    letter = next(m for m in office.messages if m["To"] == "anna@mail.example")
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter["Content-Language"] == "nl"
    assert first["request"] in letter["Subject"].replace("\r\n ", "")
    reply = message("Mijn klantnummer is 7.", "4@mail.example",
                    f"In-Reply-To: {letter['Message-ID']}")  # fmt: skip
    put(server, "way", reply)
    assert read(server, "way") == {"joined": 1}
    client = server.client("way")
    client.select("INBOX", readonly=True)
    assert client.search(None, "UNSEEN")[1] == [b"1 2 3 4"]  # the mailbox itself is as it was
    client.logout()


def dropped(server: Dovecot, user: str, data: bytes, number: int) -> None:
    """A message as a mail server puts it into the mailbox: any bytes, looked at by nobody."""
    home = server.folder / "mail" / user / "Maildir"
    path = home / "new" / f"{1_900_000_000 + number}.M{number}.test"
    path.write_bytes(data)
    owner = home.stat()
    os.chown(path, owner.st_uid, owner.st_gid)


def test_damaged_mail_is_read_by_the_command_and_loses_none(home: Path, server: Dovecot) -> None:
    """Forty random messages and a good one in a real mailbox: each is counted, the good one is a
    request, nothing of them is printed, and the next reading finds nothing new."""
    put(server, "noise", message("Ik wil graag inzage in mijn gegevens.", "good@mail.example"))
    draw = Random(7)  # noqa: S311 (the same messages every time)
    for number in range(40):
        at, many = draw.randrange(len(WHOLE)), draw.randrange(1, 12)
        damage = draw.choice([draw.randbytes(many), b"\0", b"\r\n\r\n", b"\xff" * many])
        dropped(server, "noise", WHOLE[:at] + damage + WHOLE[at + len(damage) :], number)
    mailbox = ("--mailbox", server.url("noise"), "--json")
    said = avow("request", "receive", "mail", *mailbox)
    counts = json.loads(said.output)["counts"]
    assert sum(counts.values()) == 41
    assert "unread" not in counts
    assert counts["request"] >= 1
    assert not any(word in said.output + said.stderr for word in ("renee", "Ren", "mail.example"))
    assert read(server, "noise") == {}


def test_the_round_trip(home: Path, server: Dovecot, office: PostOffice) -> None:
    """Our own message goes out by the relay and comes in by the mailbox; the check turns green."""
    assert answers(home, 0)["requests.mailbox.10.1"] == "blind"
    avow("request", "receive", "probe")
    sent(office)
    ((_, to, data),) = office.taken
    assert to == "privacy@firm.example"
    assert read(server, "trip") == {}
    put(server, "trip", data)
    assert read(server, "trip") == {"probe": 1}
    found = answers(home, 0)
    assert found["requests.mailbox.10.1"] == "pass"
    assert found["requests.acknowledged.9.9"] == "pass"
    assert json.loads(avow("request", "list", "--json").output) == []


def test_a_message_that_lay_there_too_long(home: Path, server: Dovecot) -> None:
    """Planted: three days in the mailbox before anybody read it. Both promises are broken."""
    avow("request", "receive", "probe")
    old = datetime.combine(today(), datetime.min.time(), ZoneInfo("UTC")) - timedelta(days=3)
    put(server, "late", message("Please delete my account", "9@mail.example"), old)
    assert read(server, "late") == {"request": 1}
    found = answers(home, 1)
    assert found["requests.mailbox.10.1"] == "fail"
    assert found["requests.acknowledged.9.9"] == "fail"


def test_the_rounds_read_and_probe_it(
    home: Path, server: Dovecot, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody types anything: the mailbox is read, and our own message is written."""
    put(server, "round", message("Please delete my account", "1@mail.example"))
    monkeypatch.setenv("AVOW_MAILBOX_URL", server.url("round"))
    monkeypatch.setenv("AVOW_SMTP_URL", f"smtp://127.0.0.1:{office.port}")
    said = avow("rounds", "--once").output
    assert "mailbox: 1 request" in said
    assert "probe: 1 written" in said
    assert len(json.loads(avow("request", "list", "--json").output)) == 1


def test_a_mailbox_that_cannot_be_read(home: Path, server: Dovecot) -> None:
    """Nothing of the address, the password or the server's words is shown."""
    for url in (
        "imap://nobody:${NO_SUCH_VARIABLE}@127.0.0.1/",
        "imap://nobody:secret@127.0.0.1/",
        "https://nobody@127.0.0.1/",
        f"imap://nobody:${{MAIL_PASSWORD}}@127.0.0.1:{server.port}/No%20such%20folder",
        "imap://nobody:${MAIL_PASSWORD}@127.0.0.1:1/",
    ):
        done = CliRunner().invoke(main, ["request", "receive", "mail", "--mailbox", url])
        assert "AV691" in done.output
        assert done.exit_code != 0
        assert "secret" not in done.output
        assert PASSWORD not in done.output


def test_every_other_channel(home: Path, tmp_path: Path) -> None:
    """A letter, a call, a list, a file: each is a request; no command shows whose."""
    who = tmp_path / "who.json"
    who.write_text('{"name": "Lea Dubois", "postal": "Rue Haute 1", "language": "fr"}')
    said = tmp_path / "said.txt"
    said.write_text("Elle veut une copie de ses données.")
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-1.7")
    rows = tmp_path / "list.csv"
    rows.write_text("email,right\ncarl@mail.example,access\nno address,erasure\n")
    file = tmp_path / "mail.eml"
    file.write_bytes(message("Could you help me?", "5@mail.example", sender="eve@mail.example"))
    receive = ("request", "receive")
    day = today().isoformat()
    out = [
        avow(*receive, "letter", "--arrived", day, "--dated", day, "--signed", "--scan", str(scan),
             "--who", str(who), "--ask", "access", "--as", "claire"),
        avow(*receive, "phone", "--told", "--who", str(who), "--text", str(said), "--as", "marc"),
        avow(*receive, "bulk", str(rows), "--arrived", day, "--as", "claire", expect=1),
        avow(*receive, "mail", str(file), "--as", "claire", "--channel", "other"),
    ]  # fmt: skip
    shown = "".join(each.output for each in out)
    listed = json.loads(avow("request", "list", "--json").output)
    assert sorted(each["channel"] for each in listed) == ["bulk", "letter", "other", "phone"]
    unclear = next(each["request"] for each in listed if not each["rights"])
    avow(*receive, "sort", unclear, "--ask", "objection-marketing", "--as", "claire")
    (each,) = [
        e for e in json.loads(avow("request", "list", "--json").output) if e["request"] == unclear
    ]
    assert each["rights"] == ["objection"]
    avow(*receive, "sort", unclear, "--nothing", "--as", "claire", expect=3)
    assert not [v for v in ("Lea", "Dubois", "carl@", "eve@", "no address") if v in shown]
    avow("ledger", "verify")
