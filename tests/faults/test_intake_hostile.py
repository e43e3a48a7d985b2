"""Messages that are made to break a reader: each becomes a request, and the good one too."""

from __future__ import annotations

import base64
import time
import zlib
from datetime import timedelta

import pytest

from avow.common.masked import Masked
from avow.duties.requests.book import file_of, persons_of, read
from avow.duties.requests.intake.asked import recognised
from avow.duties.requests.intake.reading import LARGEST, Delivery, Trust
from avow.duties.requests.intake.receiving import Desk, Folder, read_mailbox, read_up_to, receive
from avow.duties.requests.words import Status
from avow.engine.db.store import Store
from tests.requests_room import Office

HEADS = b"From: Anna <anna@mail.example>\r\nSubject: hello\r\n"
GOOD = b"From: bob@mail.example\r\nMessage-ID: <g@b>\r\n\r\nPlease delete my account.\r\n"
NESTED = b"".join(
    b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(2_000)
)
BOMB = base64.encodebytes(zlib.compress(b"\0" * 30_000_000, 9))
HOSTILE = {
    "nested parts": HEADS + NESTED,
    "nested messages": HEADS + b"Content-Type: message/rfc822\r\n\r\n" * 30_000,
    "a head of a megabyte": HEADS + b"Content-Type: text/plain; " + b'a=";' * 250_000 + b"\r\n\r\n",
    "a hundred thousand heads": HEADS + b"X: y\r\n" * 100_000 + b"\r\nhello",
    "a subject of a megabyte": b"Subject: "
    + b"=?utf-8?q?a?= " * 70_000
    + b"\r\n"
    + HEADS
    + b"\r\n",
    "many references": HEADS + b"References:" + b" <a@b>" * 100_000 + b"\r\n\r\nhello",
    "no charset there is": HEADS + b"Content-Type: text/plain; charset=klingon\r\n\r\nh\xe9llo",
    "two charsets": HEADS + b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xff\xfe\xe9 \xc3\xa9",
    "half characters": b"From: =?utf-16?q?=D8=00?= <a@mail.example>\r\n\r\nhello \xed\xa0\x80",
    "zero bytes": HEADS + b"\r\nhello \0 there \0",
    "broken base64": HEADS + b"Content-Transfer-Encoding: base64\r\n\r\n=====A===\xff",
    "no end of a part": HEADS
    + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nhello",
    "no sender": b"Subject: hi\r\n\r\nhello",
    "many senders": b"From: " + b"a@b.example, " * 5_000 + b"\r\n\r\nhello",
    "a zip bomb": HEADS + b"Content-Type: application/zip\r\nContent-Encoding: deflate\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n" + BOMB,
    "no heads at all": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "unfinished tags": HEADS + b"Content-Type: text/html\r\n\r\n" + b"<a " * 60_000,
}


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_message_is_a_request_and_stops_nobody(office: Office, name: str) -> None:
    """It is kept whole, sealed; the good one after it is entered; together within seconds."""
    given = [Delivery(HOSTILE[name]), Delivery(GOOD)]
    began = time.perf_counter()
    found = receive(Desk(office.book), given, at=office.clock.now())
    assert time.perf_counter() - began < 8
    assert (found.of("request"), found.of("unread")) == (2, 0)
    kept = [
        file_of(office.book, row["id"])
        for row in office.store.run("request_files", request=found.requests[0])
        if row["what"] == "message"
    ]
    assert [each[1].reveal() for each in kept if each] == [HOSTILE[name]]


def test_25_megabytes(office: Office) -> None:
    part = b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    body = base64.encodebytes(b"\x01" * (18 << 20))
    big = (
        HEADS
        + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ndelete my data\r\n--x\r\n"
    )
    found = receive(
        Desk(office.book), [Delivery(big + part + body + b"\r\n--x--")], at=office.clock.now()
    )
    rows = office.store.run("request_files", request=found.requests[0])
    assert min(row["size"] for row in rows) == 18 << 20
    assert len(read(office.book, found.requests[0]).items) == 1


def test_what_is_larger_still_is_cut_and_said(office: Office) -> None:
    given = Delivery(HEADS + b"\r\n" + b"x" * LARGEST, is_cut=True)
    found = receive(Desk(office.book), [given], at=office.clock.now())
    (row,) = office.store.run("request_files", request=found.requests[0])
    assert row["size"] == LARGEST


def test_what_could_not_be_taken_apart_names_its_sender(office: Office) -> None:
    found = receive(Desk(office.book), [Delivery(HOSTILE["nested parts"])], at=office.clock.now())
    request = read(office.book, found.requests[0])
    assert request.status is Status.IDENTIFYING
    assert persons_of(office.book, request.id)[1].email == "anna@mail.example"


def test_what_we_did_not_foresee_stays_unread_and_stops_nobody(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: a fault of our own in one message of three. The next reading tries it again."""

    def breaks(text: str) -> object:
        if "hello" in text:
            raise KeyError(text)
        return recognised(text)

    lying = office.clock.now() - timedelta(days=3)
    given = [
        Delivery(GOOD),
        Delivery(HEADS + b"\r\nhello", lying),
        Delivery(GOOD.replace(b"g@b", b"h@b") + b"!"),
    ]
    monkeypatch.setattr("avow.duties.requests.intake.receiving.recognised", breaks)
    found = read_mailbox(Desk(office.book, Trust()), given, at=office.clock.now())
    assert (found.of("request"), found.of("unread"), found.oldest) == (2, 1, lying)
    row = office.store.one("intake_reading_last")
    assert row is not None
    assert (row["messages"], row["fresh"], row["unread"]) == (3, 2, 1)
    monkeypatch.undo()
    office.clock.move(timedelta(minutes=1))
    again = read_mailbox(Desk(office.book, Trust()), given, at=office.clock.now())
    assert (again.of("known"), again.of("request")) == (2, 1)


def test_the_next_reading_begins_with_what_stayed_unread(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers of the mailbox: 4 to 6 were fetched, 5 could not be entered. In a folder that was
    made anew every number is read again."""

    def breaks(text: str) -> object:
        if "hello" in text:
            raise KeyError(text)
        return recognised(text)

    folder = Folder(Masked("privacy"), 7)
    given = [
        Delivery(GOOD, uid=4),
        Delivery(HEADS + b"\r\nhello", uid=5),
        Delivery(GOOD.replace(b"g@b", b"h@b") + b"!", uid=6),
    ]
    desk = Desk(office.book)
    assert read_up_to(office.book, folder) == 1
    monkeypatch.setattr("avow.duties.requests.intake.receiving.recognised", breaks)
    read_mailbox(desk, given, at=office.clock.now(), folder=folder)
    assert read_up_to(office.book, folder) == 5
    monkeypatch.undo()
    for rest in (given[1:], []):
        office.clock.move(timedelta(minutes=1))
        read_mailbox(desk, rest, at=office.clock.now(), folder=folder)
        assert read_up_to(office.book, folder) == 7
    assert read_up_to(office.book, Folder(Masked("privacy"), 8)) == 1
