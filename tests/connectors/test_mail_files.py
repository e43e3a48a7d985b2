"""Mailboxes in files: Maildir, mbox, and folders of `.eml` files."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from avow.estate.connectors.base import Access, Capability, Connector, Refused, Unreachable
from avow.estate.connectors.mail import mbox_place
from avow.estate.connectors.mail.connection import MailConnection
from avow.estate.connectors.mail.connector import EmlConnector, MaildirConnector, MboxConnector
from avow.estate.connectors.mail.layout import matches
from avow.estate.connectors.mail.mbox_place import stretches
from avow.estate.connectors.twin import TwinConnector, TwinDatabase
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Dataset, Normaliser, System
from avow.estate.datamap.predicates import (
    TRUE,
    Equal,
    InKeys,
    Null,
    Predicate,
    Related,
    Until,
    all_of,
    any_of,
    negate,
)
from tests.connectors.mail_estates import (
    BY_SENDER,
    EMAIL,
    FILE_KEY,
    Folders,
    fill_eml,
    fill_maildir,
    fill_mbox,
    mapped,
    message,
)

Kind = tuple[type[EmlConnector | MaildirConnector | MboxConnector], Callable[[Path, Folders], None]]
KINDS: dict[str, Kind] = {
    "eml": (EmlConnector, fill_eml),
    "maildir": (MaildirConnector, fill_maildir),
    "mbox": (MboxConnector, fill_mbox),
}
CHANGES: dict[str, tuple[object, str]] = {
    "eml": (Path, "unlink"),
    "maildir": (Path, "unlink"),
    "mbox": (mbox_place, "replace"),
}
"""What changes files, by the kind of mailbox."""
BOB = "bob@x.example"
HIS = message(BOB, "a@y.example", "Received: from x; Thu, 29 Feb 2024 23:30:00 +0000", number=1)
HERS = message("alice@y.example", BOB, "Subject: =?utf-8?q?=C3=A9t=C3=A9?=", number=2)
ALSO = message("ALICE@y.example", f"{BOB}, c@z.example", "In-Reply-To: <2@firm.example>", number=3)
ODD = message("Doe, <<", "b@@", "Date: never", number=4)
FOLDERS: Folders = {"INBOX": [HIS, HERS, ODD], "Archive": [HIS, ALSO]}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def root(kind: str, tmp_path: Path) -> Path:
    """A mailbox with the messages above."""
    KINDS[kind][1](tmp_path / "mail", FOLDERS)
    return tmp_path / "mail"


def opened(kind: str, root: Path, *folders: str) -> closing[MailConnection]:
    connector: Connector = KINDS[kind][0]()
    system = mapped(kind, str(root), *folders, key=FILE_KEY)
    connection = connector.connect(system, Access.WRITE)
    assert isinstance(connection, MailConnection)
    return closing(connection)


def test_a_person_s_messages_go_from_every_folder(kind: str, root: Path) -> None:
    with opened(kind, root, "INBOX", "Archive") as mail:
        assert mail.count("INBOX", TRUE) == 3
        for folder in ("INBOX", "Archive"):
            assert mail.find("his", folder, BY_SENDER, {0: BOB}) == 1
            with mail.transaction() as batch:
                assert batch.remove(folder, InKeys(FILE_KEY, "his")) == 1
            assert mail.count(folder, InKeys(FILE_KEY, "his")) == 0
    assert not _marked(root, b"From: " + BOB.encode())
    with opened(kind, root, "INBOX", "Archive") as again:
        assert (again.count("INBOX", TRUE), again.count("Archive", TRUE)) == (2, 1)


def _marked(root: Path, mark: bytes) -> list[Path]:
    return [f for f in root.rglob("*") if f.is_file() and mark in f.read_bytes()]


def test_a_message_is_handed_out_as_it_lies_there(kind: str, root: Path) -> None:
    """An mbox knows one end of lines, that of the file."""
    with opened(kind, root, "INBOX") as mail:
        found = {row for (row,) in mail.fetch("INBOX", TRUE, ["content"])}
    expected = {HIS, HERS, ODD}
    if kind == "mbox":
        expected = {each.replace(b"\r\n", b"\n") for each in expected}
    assert found == expected


def test_what_cannot_be_read_is_a_column_and_nobody_s(kind: str, root: Path) -> None:
    with opened(kind, root, "INBOX") as mail:
        unread = Equal("unread", "true")
        fields = ["sender", "date", "message_id"]
        assert list(mail.fetch("INBOX", unread, fields)) == [(None, None, "4@firm.example")]


def test_each_kind_says_when_a_message_arrived(kind: str, root: Path) -> None:
    """A Maildir by the file, an mbox by the line before it, a saved message by its last host."""
    with opened(kind, root, "INBOX") as mail:
        found = mail.oldest("INBOX", "arrived", None, "Europe/Brussels", TRUE)
    match kind:
        case "eml":
            assert (found.day, found.rows, found.empty) == (date(2024, 3, 1), 1, 2)
        case "maildir":
            assert (found.day, found.rows, found.empty) == (date(2024, 3, 1), 3, 0)
        case "mbox":
            assert (found.rows, found.empty) == (3, 0)


def test_folders_of_a_pattern_are_one_dataset_and_private_ones_none(kind: str, root: Path) -> None:
    system = System(kind, kind, f"{root}?private=Arch%", datasets={"*": Dataset("*", FILE_KEY)})
    with closing(KINDS[kind][0]().connect(system, Access.READ)) as mail:
        assert set(mail.catalogue().tables) == {"*"}
        assert mail.count("*", TRUE) == 3


def test_nothing_there_is_no_empty_mailbox(kind: str, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="is not there"):
        opened(kind, tmp_path / "none")


def test_a_folder_that_is_declared_and_not_there_is_no_table(kind: str, root: Path) -> None:
    """So that the plan says it: nothing found there must not read as nothing held."""
    with opened(kind, root, "INBOX", "Sent") as mail:
        assert "Sent" not in mail.catalogue().tables
        with pytest.raises(Refused, match="schema: Sent"):
            mail.count("Sent", TRUE)


def test_errors_name_no_file(kind: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EACCES, "Permission denied", "Mail about Jane.eml")

    with opened(kind, root, "INBOX") as mail:
        mail.count("INBOX", TRUE)
        monkeypatch.setattr(Path, "unlink", refused)
        monkeypatch.setattr(mbox_place, "replace", refused)
        with pytest.raises(Refused) as said, mail.transaction() as batch:
            batch.remove("INBOX", TRUE)
    assert (said.value.kind, said.value.table, said.value.constraint) in (
        ("rights", "INBOX", ""), ("other", "INBOX", "Permission denied"),
    )  # fmt: skip
    assert said.value.__cause__ is None


def test_a_broken_off_removal_goes_on(
    kind: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut short after the first folder: the second run finds what is left, and nothing else."""
    place, name = CHANGES[kind]
    real = getattr(place, name)
    done: list[object] = []

    def once(*what: Any, **how: Any) -> None:  # noqa: ANN401 (whatever the real one takes)
        if done:
            raise KeyboardInterrupt
        done.append(what)
        real(*what, **how)

    with opened(kind, root, "INBOX", "Archive") as mail:
        with monkeypatch.context() as patched, suppress(KeyboardInterrupt):
            patched.setattr(place, name, once)
            with mail.transaction() as batch:
                batch.remove("INBOX", TRUE)
                batch.remove("Archive", TRUE)
        left = mail.count("INBOX", TRUE) + mail.count("Archive", TRUE)
        assert 0 < left < 5
        with mail.transaction() as batch:
            batch.remove("INBOX", TRUE)
            batch.remove("Archive", TRUE)
        assert mail.count("INBOX", TRUE) + mail.count("Archive", TRUE) == 0


# --- the same meaning as the twin ----------------------------------------------------------------

PERSON = Edge("INBOX", ("sender",), "correspondent", ("address",), Right.OWN, Side.CHILD,
              normalise=Normaliser.ASCII_LOWER, by_value=True)  # fmt: skip
PART = Edge("INBOX#address", ("message",), "INBOX", ("message",), Right.OWN, Side.PARENT,
            (("role", "to"),), by_value=True)  # fmt: skip
LEAVES: tuple[Predicate, ...] = (
    TRUE,
    Equal("sender", BOB),
    Equal("unread", "true", negated=True),
    Null("date"),
    Until("arrived", date(2024, 3, 1), "Europe/Brussels"),
    Until("arrived", date(2024, 2, 29), "UTC", None, True),
    InKeys(FILE_KEY, "some"),
    Related(PERSON, Side.PARENT, Equal("address", "alice@y.example")),
    Related(PART, Side.CHILD, Equal("address", BOB), negated=True),
)


def test_every_question_has_the_twin_s_answer(kind: str, root: Path) -> None:
    """The twin holds the rows that the mailbox shows; each answers for itself."""
    with opened(kind, root, "INBOX") as mail:
        twin = _twin(mail)
        mail.find("some", "INBOX", BY_SENDER, {0: BOB, 1: "Alice@Y.example"})
        twin.find("some", "INBOX", BY_SENDER, {0: BOB, 1: "Alice@Y.example"})
        assert sorted(map(repr, mail.keys("some"))) == sorted(map(repr, twin.keys("some")))
        for one, two in product(LEAVES, LEAVES):
            for where in (all_of([one, negate(two)]), any_of([one, two])):
                assert mail.count("INBOX", where) == twin.count("INBOX", where)
                assert mail.window("INBOX", where, None, 2) == twin.window("INBOX", where, None, 2)
        rows = [list(c.fetch("INBOX", TRUE, ["message", "subject"])) for c in (mail, twin)]
        assert rows[0] == rows[1]
        for edge, to, giver in ((PERSON, Side.CHILD, "him"), (PART, Side.CHILD, "some")):
            mail.find("him", "correspondent", EMAIL, {0: BOB})
            twin.find("him", "correspondent", EMAIL, {0: BOB})
            taker = f"{giver} {to}"
            assert mail.spread(edge, to, giver, taker) == twin.spread(edge, to, giver, taker)
            assert sorted(mail.keys(taker)) == sorted(twin.keys(taker))


def _twin(mail: MailConnection) -> MailConnection:
    catalogue = mail.catalogue()
    rows = {
        name: [
            dict(zip(names, row, strict=True))
            for row in mail.fetch(name, TRUE, names)
        ]
        for name, table in catalogue.tables.items()
        if (names := [c.name for c in table.columns])
    }  # fmt: skip
    system = mail.system
    twin = TwinConnector({system.name: TwinDatabase(rows, catalogue)})
    return twin.connect(system, Access.WRITE)  # type: ignore[return-value]


# --- mbox ----------------------------------------------------------------------------------------

LINES = b"""From a@x.example Thu Feb 29 23:30:00 2024
From: a@x.example
Subject: first

>From here on, quoted.
>>From twice.

From somebody who wrote at the beginning of a line
and no separator.

From MAILER-DAEMON Fri Mar  1 00:00:00 2024 +0100
From: b@x.example

second, without an empty line after it
From c@x.example Fri Mar  1 10:00 CET 2024
still second

From "c d"@x.example Fri Mar  1 10:00 2024
From: "c d"@x.example

third
"""


def test_an_mbox_is_taken_apart_at_separators_only() -> None:
    found = [LINES[s.start : s.end] for s in stretches(LINES)]
    assert b"".join(found) == LINES
    assert [each.split(b"\n")[1] for each in found] == [
        b"From: a@x.example", b"From: b@x.example", b'From: "c d"@x.example',
    ]  # fmt: skip
    assert b"wrote at the beginning" in found[0]
    assert b"still second" in found[1]


@pytest.fixture
def box(tmp_path: Path) -> Path:
    path = tmp_path / "box"
    path.write_bytes(LINES)
    path.chmod(0o640)
    return path


def test_a_file_that_is_no_mbox_is_refused(box: Path) -> None:
    """Nothing found in it must not read as nothing held."""
    box.write_text("Dear all,\nFrom a@x.example\n")
    with opened("mbox", box, "box") as mail, pytest.raises(Refused, match="not an mbox"):
        mail.count("box", TRUE)
    box.write_bytes(b"")
    with opened("mbox", box, "box") as mail:
        assert mail.count("box", TRUE) == 0


def test_messages_of_an_mbox_that_stay_keep_every_byte(box: Path) -> None:
    parts = [LINES[s.start : s.end] for s in stretches(LINES)]
    with opened("mbox", box, "box") as mail:
        assert Capability.WHOLE in mail.capabilities
        assert [
            (at,) for (at,) in mail.fetch("box", Equal("sender", "a@x.example"), ["arrived"])
        ] == [(datetime(2024, 2, 29, 23, 30, tzinfo=UTC),)]
        with mail.transaction() as batch:
            assert batch.remove("box", Equal("sender", "b@x.example")) == 1
    assert box.read_bytes() == parts[0] + parts[2]
    assert box.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in box.parent.iterdir()] == ["box"]


def test_a_locked_mbox_waits_for_its_holder(box: Path) -> None:
    """Both locks that mail programs take are heeded."""
    with opened("mbox", box, "box") as mail:
        (lock := box.with_name("box.lock")).touch()
        with pytest.raises(Refused, match="lock: box"), mail.transaction() as batch:
            batch.remove("box", TRUE)
        lock.unlink()
        assert box.read_bytes() == LINES
    child = os.fork()
    if child == 0:  # pragma: no cover (another process, which holds the lock of the file)
        with box.open("rb+") as file:
            fcntl.lockf(file, fcntl.LOCK_EX)
            box.with_name("held").touch()
            while box.with_name("held").exists():
                pass
        os._exit(0)
    try:
        while not box.with_name("held").exists():
            pass
        with (
            opened("mbox", box, "box") as mail,
            pytest.raises(Refused, match="lock: box"),
            mail.transaction() as batch,
        ):
            batch.remove("box", TRUE)
    finally:
        box.with_name("held").unlink()
        os.waitpid(child, 0)
    assert box.read_bytes() == LINES


def test_a_message_that_came_into_an_mbox_meanwhile_stays(box: Path) -> None:
    new = b"\nFrom d@x.example Fri Mar  1 11:00:00 2024\nFrom: d@x.example\n\nnew\n"
    with opened("mbox", box, "box") as mail:
        with mail.transaction() as batch:
            assert batch.remove("box", TRUE) == 3
            with box.open("ab") as file:
                file.write(new)
        assert list(mail.fetch("box", TRUE, ["sender"])) == [("d@x.example",)]


def test_without_space_an_mbox_stays_as_it_was(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with opened("mbox", box, "box") as mail:
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(Refused, match="no space left"), mail.transaction() as batch:
            batch.remove("box", Equal("sender", "b@x.example"))
    assert box.read_bytes() == LINES
    assert [p.name for p in box.parent.iterdir()] == ["box"]


# --- Maildir and saved messages ------------------------------------------------------------------


def test_a_message_that_was_read_meanwhile_is_the_same(tmp_path: Path) -> None:
    """Being read moves its file from `new` to `cur` and adds flags to its name."""
    fill_maildir(tmp_path / "mail", {"INBOX": [HIS, HERS]})
    with opened("maildir", tmp_path / "mail", "INBOX") as mail:
        with mail.transaction() as batch:
            assert batch.remove("INBOX", Equal("sender", BOB)) == 1
            for file in (tmp_path / "mail" / "new").iterdir():
                file.rename(tmp_path / "mail" / "cur" / f"{file.name}:2,S")
        assert mail.count("INBOX", TRUE) == 1
    assert not _marked(tmp_path, b"From: " + BOB.encode())


def test_symbolic_links_are_not_followed(tmp_path: Path) -> None:
    fill_eml(tmp_path / "mail", {"INBOX": [HERS]})
    (tmp_path / "elsewhere.eml").write_bytes(HIS)
    (tmp_path / "mail" / "INBOX" / "link.eml").symlink_to(tmp_path / "elsewhere.eml")
    (tmp_path / "mail" / "linked").symlink_to(tmp_path)
    with opened("eml", tmp_path / "mail", "INBOX") as mail:
        assert set(mail.catalogue().tables) == {
            ".", "INBOX", "INBOX#address", "INBOX#attachment", "correspondent",
        }  # fmt: skip
        assert mail.count("INBOX", TRUE) == 1


def test_a_saved_message_that_was_written_anew_is_another(tmp_path: Path) -> None:
    """What a batch looked at is what it removes: a file that changed since stays."""
    fill_eml(tmp_path / "mail", {"INBOX": [HIS]})
    file = tmp_path / "mail" / "INBOX" / "Mail about 0.eml"
    with opened("eml", tmp_path / "mail", "INBOX") as mail:
        with mail.transaction() as batch:
            assert batch.remove("INBOX", TRUE) == 1
            file.write_bytes(HERS)
        assert list(mail.fetch("INBOX", TRUE, ["sender"])) == [("alice@y.example",)]


@pytest.mark.parametrize(
    ("pattern", "folder", "meant"),
    [
        ("*", "a/b", True), ("%", "a/b", False), ("%", "ab", True), ("a/*", "a/b/c", True),
        ("a/%", "a/b/c", False), ("a.c", "abc", False), ("inbox", "INBOX", True),
        ("sent", "Sent", False), ("a[b]", "ab", False), ("a[b]", "a[b]", True),
    ],
)  # fmt: skip
def test_patterns_are_those_of_imap(pattern: str, folder: str, meant: bool) -> None:
    assert matches(pattern, folder, "/") is meant
