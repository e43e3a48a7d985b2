"""Mailboxes on a real IMAP server."""

from __future__ import annotations

import hashlib
import imaplib
import itertools
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from avow.estate.connectors.base import Access, Capability, Refused, Unreachable
from avow.estate.connectors.mail import imap_place
from avow.estate.connectors.mail.connection import MailConnection
from avow.estate.connectors.mail.connector import ImapConnector
from avow.estate.connectors.mail.imap_words import folder_name, quoted, ranges
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Blank, BlankKind, Dataset, System
from avow.estate.datamap.predicates import TRUE, Equal, InKeys, Until
from tests.connectors.mail_estates import BY_SENDER, EMAIL, fill_imap, mapped, message
from tests.dovecot import PASSWORD, Dovecot, dovecot

BOB = "bob@x.example"
TRAPS = [
    message(f'"{BOB}" <alice@y.example>'),
    message(f"{BOB} <alice@y.example>"),
    message(f"b{BOB}"),
    message(f"{BOB}.example"),
    message(f"not-{BOB}, alice@y.example"),
    message("=?utf-8?q?bob=40x=2Eexample?= <alice@y.example>"),
    message(f"alice@y.example ({BOB})", BOB, f"Subject: {BOB}", body=f"Write to {BOB}!"),
    message(f"{BOB}: carol@y.example;", f"{BOB}"),
]
"""Messages that a search for his address finds, and that he did not send."""
HIS = [
    message("BOB@X.example"),
    message(f'"Alice, alice@y.example" <{BOB}>'),
    message(f"Doe, Bob <{BOB}>"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


_USERS = itertools.count()


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> str:
    """A new mailbox for each test."""
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    return f"user{next(_USERS)}"


@pytest.fixture
def owner(server: Dovecot, user: str) -> Iterator[imaplib.IMAP4]:
    """Another program of the mailbox's owner."""
    client = server.client(user)
    yield client
    client.logout()


def opened(
    server: Dovecot, user: str, *folders: str, access: Access = Access.WRITE
) -> closing[MailConnection]:
    system = mapped("imap", server.url(user), *folders)
    return closing(ImapConnector(10).connect(system, access))


def subjects(client: imaplib.IMAP4, folder: str = "INBOX") -> list[bytes]:
    client.select(f'"{folder}"', readonly=True)
    found = client.uid("FETCH", "1:*", "(UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
    return [each[1].strip() for each in found if isinstance(each, tuple)]


def test_a_person_is_found_by_the_whole_address_and_by_nothing_less(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    fill_imap(owner, {"INBOX": [*TRAPS, *HIS]})
    with opened(server, user, "INBOX", access=Access.READ) as mail:
        owner.select("INBOX", readonly=True)
        searched = owner.search(None, "FROM", BOB)[1][0]
        assert len(searched.split()) > len(HIS), "the server itself finds parts"
        assert mail.find("his", "INBOX", BY_SENDER, {7: BOB}) == len(HIS)
        assert {subject for subject, _ in mail.keys("his")} == {7}
        assert [key[2] for _, key in mail.keys("his")] == [9, 10, 11]
        assert mail.find("him", "correspondent", EMAIL, {0: BOB}) == 2, "in two spellings"


def test_an_international_domain_is_one_in_both_of_its_forms(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    folder = {"INBOX": [message("a@xn--bcher-kva.example"), message("a@bucher.example")]}
    fill_imap(owner, folder)
    with opened(server, user, "INBOX") as mail:
        assert mail.find("his", "INBOX", BY_SENDER, {0: "a@Bücher.example"}) == 1
        assert [key[2] for _, key in mail.keys("his")] == [1]


def test_reading_marks_nothing_as_seen_and_opens_nothing_for_writing(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    fill_imap(owner, {"INBOX": TRAPS})
    with opened(server, user, "INBOX", access=Access.READ) as mail:
        columns = [c.name for c in mail.catalogue().tables["INBOX"].columns]
        assert sum(len(block) for block in mail.stream("INBOX", columns, 3)) == len(TRAPS)
        with pytest.raises(Refused, match="rights"), mail.transaction():
            pass
    owner.select("INBOX", readonly=True)
    assert owner.search(None, "UNSEEN")[1][0].split() == owner.search(None, "ALL")[1][0].split()


def test_a_message_is_handed_out_byte_for_byte(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    odd = message("a@x.example", body="tab\t, b\xe9te, (literal) {3}\r\n.\r\n\r\nFrom me\r\n")
    fill_imap(owner, {"INBOX": [odd]})
    with opened(server, user, "INBOX") as mail:
        assert list(mail.fetch("INBOX", TRUE, ["content"])) == [(odd,)]


def test_what_comes_into_an_open_folder_is_seen(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    """Bodies are read from a folder that stays open; its state is asked anew all the same."""
    fill_imap(owner, {"INBOX": HIS, "Other": HIS})
    with opened(server, user, "INBOX", "Other") as mail:
        for come in range(3):
            folders = [list(mail.fetch(name, TRUE, ["content"])) for name in ("INBOX", "Other")]
            assert [len(each) for each in folders] == [len(HIS) + come, len(HIS)]
            fill_imap(owner, {"INBOX": [HIS[0]]})


def test_a_person_s_messages_go_for_good_and_those_of_others_stay(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    """Also what somebody else had marked as deleted stays: that is theirs to remove."""
    marked = message("carol@y.example", "x@y.example", "Subject: marked")
    fill_imap(owner, {"INBOX": [*TRAPS, *HIS, marked], "Archive": HIS})
    owner.select("INBOX")
    owner.store("12", "+FLAGS", r"(\Deleted)")
    with opened(server, user, "INBOX", "Archive", "Trash") as mail:
        for folder in ("INBOX", "Archive"):
            mail.find("his", folder, BY_SENDER, {0: BOB})
            with mail.transaction() as batch:
                assert batch.remove(folder, InKeys(("folder", "uidvalidity", "uid"), "his")) == 3
            assert mail.effects([folder]) == []
        assert (mail.count("INBOX", TRUE), mail.count("Archive", TRUE)) == (len(TRAPS) + 1, 0)
        assert mail.count("Trash", TRUE) == 0
    assert b"Subject: marked" in subjects(owner)
    assert len(subjects(owner)) == len(TRAPS) + 1


def test_no_mark_of_an_erased_person_is_left_on_the_disk(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    """The server's files are looked through, its caches and indexes of folders among them."""
    mark = "canary-7f3a"
    his = message(f"{mark}@x.example", body=mark, number=2)
    fill_imap(owner, {"INBOX": [his, HIS[0]], "Archive": [his], "Trash": [his]})
    home = server.folder / "mail" / user
    assert len(marked := _holding(home, mark)) >= 3, marked
    with opened(server, user, "INBOX", "Archive", "Trash") as mail:
        for folder in ("INBOX", "Archive", "Trash"):
            with mail.transaction() as batch:
                assert batch.remove(folder, Equal("sender", f"{mark}@x.example")) == 1
    messages = [name for name in _holding(home, mark) if "/cur/" in name or "/new/" in name]
    assert messages == []
    assert len(subjects(owner)) == 1


def _holding(home: Path, mark: str) -> list[str]:
    files = [f for f in home.rglob("*") if f.is_file()]
    return [str(f) for f in files if mark.encode() in f.read_bytes()]


def test_messages_expire_by_the_day_on_which_they_arrived(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    """A header's date is what its writer says; the server's is when it came."""
    told = message("a@x.example", "b@y.example", "Date: Mon, 01 Jan 2035 10:00:00 +0000")
    for arrived in ('"31-Jan-2024 23:30:00 +0100"', '"01-Feb-2024 00:30:00 +0100"'):
        fill_imap(owner, {"INBOX": [told]}, arrived)
    with opened(server, user, "INBOX") as mail:
        due = Until("arrived", date(2024, 1, 31), "Europe/Brussels")
        assert mail.oldest("INBOX", "arrived", None, "Europe/Brussels", TRUE).day == date(
            2024, 1, 31
        )
        with mail.transaction() as batch:
            assert batch.remove("INBOX", due) == 1
        assert mail.oldest("INBOX", "arrived", None, "Europe/Brussels", TRUE).day == date(
            2024, 2, 1
        )


def test_private_folders_are_never_opened_and_never_shown(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    """A folder that the owner may not open would refuse; a pattern of everything reaches none."""
    fill_imap(owner, {"Privé/Ärzte": HIS, "Archive": HIS, "INBOX": []})
    key = ("folder", "uidvalidity", "uid")
    url = server.url(user) + "?private=Priv%C3%A9*"
    system = System("mail", "imap", url, datasets={"*": Dataset("*", key)})
    (server.folder / "mail" / user / "Maildir" / f".{_stored('Privé')}.{_stored('Ärzte')}").chmod(0)
    with closing(ImapConnector(10).connect(system, Access.READ)) as mail:
        assert set(mail.catalogue().tables) == {"*"}
        assert mail.count("*", TRUE) == len(HIS)


def _stored(folder: str) -> str:
    return quoted(folder).strip('"')


def test_a_misspelt_option_opens_nothing(server: Dovecot, user: str) -> None:
    """A typing error in the address must not open what is private."""
    system = System("mail", "imap", server.url(user) + "?privat=Private*")
    with pytest.raises(Unreachable, match="an option that is not known"):
        ImapConnector(10).connect(system, Access.READ)


def test_new_numbers_stop_a_batch_before_anything_goes(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    """The folder is made anew in the middle of a batch: its numbers name other messages now."""
    fill_imap(owner, {"Archive": HIS})
    with opened(server, user, "Archive") as mail:
        mail.find("his", "Archive", BY_SENDER, {0: BOB})
        old = mail.keys("his")
        with pytest.raises(Refused, match="lock: Archive uidvalidity"):
            _removed_while_made_anew(mail, owner)
        assert mail.count("Archive", TRUE) == len(TRAPS)
        with pytest.raises(Refused, match="form: Archive uidvalidity"):
            mail.put_keys("fact.hold.Archive", "Archive", [(n, k, None) for n, k in old])


def _removed_while_made_anew(mail: MailConnection, owner: imaplib.IMAP4) -> None:
    with mail.transaction() as batch:
        assert batch.remove("Archive", TRUE) == len(HIS)
        owner.delete("Archive")
        fill_imap(owner, {"Archive": TRAPS})


def test_a_message_that_arrives_meanwhile_is_not_touched(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    """A batch sees one time: what it did not count does not go, and the next one finds it."""
    fill_imap(owner, {"INBOX": HIS})
    with opened(server, user, "INBOX") as mail:
        with mail.transaction() as batch:
            assert mail.count("INBOX", TRUE) == len(HIS)
            fill_imap(owner, {"INBOX": [HIS[0]]})
            assert batch.remove("INBOX", TRUE) == len(HIS)
        assert [key for (key,) in mail.fetch("INBOX", TRUE, ["uid"])] == [len(HIS) + 1]


def test_a_lost_connection_is_said_and_the_same_batch_goes_on_later(
    server: Dovecot, user: str, owner: imaplib.IMAP4, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between two commands: some messages are gone, the others go on the next run."""
    fill_imap(owner, {"INBOX": [message("a@x.example", number=n) for n in range(5)]})
    monkeypatch.setattr(imap_place, "AT_ONCE", 2)
    with opened(server, user, "INBOX") as mail:
        place = mail._mailbox.place
        assert isinstance(place, imap_place.ImapPlace)
        client, commands = place._client, itertools.count()
        sent = client.uid

        def cut(command: str, *arguments: str) -> object:
            if command == "EXPUNGE" and next(commands) == 1:
                client.sock.shutdown(2)
            return sent(command, *arguments)

        monkeypatch.setattr(client, "uid", cut)
        with pytest.raises(Refused, match="lost"), mail.transaction() as batch:
            batch.remove("INBOX", TRUE)
        with pytest.raises(Refused, match="lost"):
            mail.count("INBOX", TRUE)
    owner.noop()
    assert len(subjects(owner)) == 3
    with opened(server, user, "INBOX") as again, again.transaction() as batch:
        assert batch.remove("INBOX", TRUE) == 3
    owner.noop()
    assert subjects(owner) == []


def test_nothing_is_removed_where_the_server_cannot_remove_single_messages(user: str) -> None:
    """Without UIDPLUS an EXPUNGE would take along what others marked: a gap, and said as one."""
    with dovecot("IMAP4rev1 NAMESPACE") as plain:
        client = plain.client(user)
        fill_imap(client, {"INBOX": HIS})
        with opened(plain, user, "INBOX") as mail:
            assert Capability.REMOVE not in mail.capabilities
            assert not mail.catalogue().tables["INBOX"].writable
            assert mail.count("INBOX", TRUE) == len(HIS)
            with pytest.raises(Refused, match="UIDPLUS"), mail.transaction() as batch:
                batch.remove("INBOX", TRUE)
        assert len(subjects(client)) == len(HIS)
        client.logout()


def test_labels_are_no_folders(user: str) -> None:
    """A server that keeps a message when a label goes may remove from its trash only."""
    with dovecot("IMAP4rev1 UIDPLUS X-GM-EXT-1 SPECIAL-USE") as gmail:
        client = gmail.client(user)
        fill_imap(client, {"INBOX": HIS, "Trash": HIS})
        with opened(gmail, user, "INBOX", "Trash") as mail:
            tables = mail.catalogue().tables
            assert (tables["INBOX"].writable, tables["Trash"].writable) == (False, True)
        client.logout()


def test_what_a_server_puts_into_its_trash_is_said(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    """Played by a copy that comes into the trash while the batch runs."""
    fill_imap(owner, {"INBOX": HIS, "Trash": []})
    with opened(server, user, "INBOX", "Trash") as mail:
        place = mail._mailbox.place
        assert isinstance(place, imap_place.ImapPlace)
        remove = place._remove

        def moving(*what: object) -> None:
            fill_imap(owner, {"Trash": [HIS[0]]})
            remove(*what)  # type: ignore[arg-type]

        place._remove = moving  # type: ignore[method-assign, assignment]
        with mail.transaction() as batch:
            batch.remove("INBOX", TRUE)
        assert mail.effects(["INBOX"]) == ["not done: the server moved 1 messages to its trash"]


def test_a_thread_is_known_by_what_its_messages_answer(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    """Over folders, through In-Reply-To alone, in a circle, and never by the subject."""
    root = message("a@x.example", "b@y.example", "Subject: Offer", number=1)
    reply = message("b@y.example", "a@x.example", "In-Reply-To: <1@firm.example>", number=2)
    third = message("a@x.example", "b@y.example", "In-Reply-To: <2@firm.example>", number=3)
    last = message("c@x.example", "b@y.example",
                   "References: <1@firm.example>\r\n <3@firm.example>", number=4)  # fmt: skip
    other = message("d@x.example", "b@y.example", "Subject: Re: Offer", number=5)
    circle = message("e@x.example", "b@y.example", "In-Reply-To: <6@firm.example>", number=6)
    fill_imap(owner, {"INBOX": [root, third, last, other, circle], "Sent": [reply]})
    with opened(server, user, "INBOX", "Sent") as mail:
        threads = [*mail.fetch("INBOX", TRUE, ["thread"]), *mail.fetch("Sent", TRUE, ["thread"])]
    assert [t.partition("@")[0] for (t,) in threads] == ["1", "1", "1", "5", "6", "1"]  # type: ignore[attr-defined]


def test_attachments_are_rows_of_their_own(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    parts = (
        "--b\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n"
        "--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
        'Content-Disposition: attachment; filename="=?utf-8?q?d=C3=A9vis=2Epdf?="\r\n\r\n'
        "JVBERg==\r\n--b--"
    )
    kind = "Content-Type: multipart/mixed; boundary=b"
    fill_imap(owner, {"INBOX": [message("a@x.example", "b@y.example", kind, body=parts), HIS[0]]})
    with opened(server, user, "INBOX") as mail:
        assert list(mail.fetch("INBOX", TRUE, ["attached", "text"])) == [
            (True, "See the file."), (False, "Hello.\r\n"),
        ]  # fmt: skip
        found = list(mail.fetch("INBOX#attachment", TRUE, ["name", "type", "size", "digest"]))
    assert [row[:3] for row in found] == [("devis.pdf".replace("e", "é", 1), "application/pdf", 4)]
    assert found[0][3] == hashlib.sha256(b"%PDF").hexdigest()


def test_mentions_are_listed_by_whole_words_and_nobody_acts_on_them(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    fill_imap(owner, {"INBOX": [
        message("a@x.example", "b@y.example", "Subject: =?utf-8?q?Ren=C3=A9e?= called"),
        message("a@x.example", body="Please ask renée."),
        message("a@x.example", body="The Renéesance"),
        message(BOB, body="Yours"),
    ]})  # fmt: skip
    with opened(server, user, "INBOX") as mail:
        found = mail.mentions("INBOX", {0: "Renée", 1: BOB, 2: " "})
        assert {n: [key[2] for key in keys] for n, keys in found.items()} == {0: [1, 2], 1: []}


def test_rights_run_along_addresses_of_messages(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    """Who sent a message owns it, who got it sees it: over the addresses, by the role in each."""
    fill_imap(owner, {"INBOX": [message(BOB, "a@y.example"), message("a@y.example", BOB)]})
    person = Edge("INBOX#address", ("address",), "correspondent", ("address",), Right.OWN,
                  Side.CHILD, (("role", "from"),))  # fmt: skip
    owns = Edge("INBOX#address", ("message",), "INBOX", ("message",), Right.OWN, Side.PARENT,
                (("role", "from"),), by_value=True)  # fmt: skip
    with opened(server, user, "INBOX") as mail:
        mail.find("him", "correspondent", EMAIL, {0: BOB})
        assert mail.spread(person, Side.CHILD, "him", "as sender") == 1
        assert mail.spread(owns, Side.PARENT, "as sender", "his") == 1
        assert [key[2] for _, key in mail.keys("his")] == [1]
        seen = replace(person, right=Right.SEE, when=(("role", "to"),))
        sees = replace(owns, right=Right.SEE, when=(("role", "to"),))
        assert mail.spread(seen, Side.CHILD, "him", "as reader") == 1
        assert mail.spread(sees, Side.PARENT, "as reader", "shown") == 1
        assert [key[2] for _, key in mail.keys("shown")] == [2]


def test_parts_of_messages_go_with_them_and_not_alone(
    server: Dovecot, user: str, owner: imaplib.IMAP4
) -> None:
    fill_imap(owner, {"INBOX": HIS})
    with opened(server, user, "INBOX") as mail:
        for view in ("INBOX#address", "correspondent"):
            with pytest.raises(Refused, match="view"), mail.transaction() as batch:
                batch.remove(view, TRUE)
        blank = {"subject": Blank(BlankKind.NULL)}
        with pytest.raises(Refused, match="form"), mail.transaction() as batch:
            batch.blank("INBOX", TRUE, blank)
        with mail.transaction() as batch:
            batch.remove("INBOX", TRUE)
            assert mail.count("INBOX#address", TRUE) == 0
            assert mail.count("correspondent", TRUE) == 0


def test_an_undone_batch_removes_nothing(server: Dovecot, user: str, owner: imaplib.IMAP4) -> None:
    fill_imap(owner, {"INBOX": HIS})
    with opened(server, user, "INBOX") as mail:
        with pytest.raises(KeyboardInterrupt):
            _removed_and_broken_off(mail)
        assert mail.count("INBOX", TRUE) == len(HIS)


def _removed_and_broken_off(mail: MailConnection) -> None:
    with mail.transaction() as batch:
        assert batch.remove("INBOX", TRUE) == len(HIS)
        assert mail.count("INBOX", TRUE) == 0
        raise KeyboardInterrupt


def test_what_is_said_of_errors_names_nobody(
    server: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = System("mail", "imap", server.url("jane.doe"))
    monkeypatch.setenv("MAIL_PASSWORD", "wrong")
    with pytest.raises(Unreachable) as refused:
        ImapConnector(10).connect(secret, Access.READ)
    assert str(refused.value) == "the mail server of `mail` refuses us"
    assert refused.value.__cause__ is None
    with pytest.raises(Unreachable, match="stands in its address"):
        ImapConnector(10).connect(replace(secret, url="imap://a:plain@127.0.0.1/"), Access.READ)
    sealed = server.url("jane.doe").replace("imap:", "imaps:")
    with pytest.raises(Unreachable, match="does not answer, or not in TLS"):
        ImapConnector(3).connect(replace(secret, url=sealed), Access.READ)
    with pytest.raises(Unreachable, match="does not answer"):
        ImapConnector(1).connect(replace(secret, url="imap://a:${MAIL_PASSWORD}@127.0.0.1:1/"),
                                 Access.READ)  # fmt: skip


@pytest.mark.parametrize(
    "name", ["INBOX", "Privé & Ärzte", "日本", 'a "b" \\c', "&", "a&-b", "~/x"]
)
def test_names_of_folders_are_written_and_read_back(name: str) -> None:
    written = quoted(name)
    assert written.isascii()
    plain = written[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    assert folder_name(plain.encode()) == name


def test_numbers_are_sent_as_ranges() -> None:
    assert ranges([7, 1, 3, 2, 9, 9]) == "1:3,7,9"
