"""Bounces, delays, absences and loops: which letter they name, and what that changes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.duties.correspondence.bounces import Followed, follow
from avow.duties.correspondence.letters import Reason, State
from avow.duties.correspondence.returned import What, read
from avow.engine.db.store import Store
from avow.engine.evidence.entries import LettersReturned
from tests.letters_room import ABOUT, Room, people
from tests.post_office import PostOffice, post_office

LETTER = "letter-" + "a" * 26


def status(
    action: str = "failed",
    code: str = "5.1.1",
    *,
    envelope: str = "",
    to: str = "returns@firm.example",
    quoted: str = "",
    as_headers: bool = False,
) -> bytes:
    """A notification as mail systems write it (RFC 3464)."""
    kind = "text/rfc822-headers" if as_headers else "message/rfc822"
    original = f"Original-Envelope-Id: {envelope}\n" if envelope else ""
    quote = f"Message-ID: <{quoted}>\n" if quoted else ""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.mail.example
To: {to}
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary=B

--B

I am sorry.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.mail.example
{original}
Final-Recipient: rfc822; ada@mail.example
Action: {action}
Status: {code}
Diagnostic-Code: smtp; 550 {code} unknown

--B
Content-Type: {kind}

{quote}Subject: x

--B--
""".replace("\n", "\r\n").encode()


IN_WORDS = f"""Return-Path: <>
From: MAILER-DAEMON@old.example
To: returns+{"a" * 26}@firm.example
Subject: failure notice

Hi. This is the program at old.example.
<ada@mail.example>: 550 5.2.1 mailbox disabled
"""
ABSENT = """From: Ada <ada@mail.example>
To: returns+aaaaaaaaaaaaaaaaaaaaaaaaaa@firm.example
Subject: Out of office
Auto-Submitted: auto-replied

Error 550 is the number of my room.
"""


@pytest.mark.parametrize(
    ("data", "letter", "message_id"),
    [
        (status(envelope=LETTER), LETTER, ""),
        (status(to=f"returns+{'a' * 26}@firm.example"), LETTER, ""),
        (status(quoted=f"{LETTER}@firm.example"), "", f"{LETTER}@firm.example"),
        (status(quoted=f"{LETTER}@firm.example", as_headers=True), "", f"{LETTER}@firm.example"),
    ],
)
def test_a_bounce_names_its_letter_in_each_of_four_ways(
    data: bytes, letter: str, message_id: str
) -> None:
    came = read(data)
    assert (came.what, came.letter, came.message_id) == (What.BOUNCE, letter, message_id)


@pytest.mark.parametrize(
    ("action", "code", "what", "reason", "hard"),
    [
        ("failed", "5.1.1", What.BOUNCE, Reason.NO_SUCH_ADDRESS, True),
        ("failed", "5.2.1", What.BOUNCE, Reason.MAILBOX_CLOSED, True),
        ("failed", "4.2.2", What.BOUNCE, Reason.MAILBOX_FULL, False),
        ("failed", "4.4.7", What.BOUNCE, Reason.NO_ANSWER, False),
        ("failed", "5.7.1", What.BOUNCE, Reason.REFUSED, True),
        ("failed", "nonsense", What.BOUNCE, Reason.OTHER, False),
        ("delayed", "4.4.1", What.DELAY, Reason.PUT_OFF, False),
        ("delivered", "2.0.0", What.LETTER, None, False),
        ("relayed", "2.0.0", What.LETTER, None, False),
    ],
)
def test_what_a_notification_says(
    action: str, code: str, what: What, reason: Reason | None, *, hard: bool
) -> None:
    came = read(status(action, code, envelope=LETTER))
    assert (came.what, came.reason, came.hard) == (what, reason, hard)


def test_a_notification_about_an_address_outside_ascii_is_read() -> None:
    """RFC 6533: the same groups under another type."""
    plain = status(envelope=LETTER)
    came = read(plain.replace(b"message/delivery-status", b"message/global-delivery-status"))
    assert (came.what, came.letter, came.reason) == (What.BOUNCE, LETTER, Reason.NO_SUCH_ADDRESS)


def test_a_bounce_in_words_is_known_by_the_address_it_came_to() -> None:
    came = read(IN_WORDS.encode())
    assert (came.what, came.letter) == (What.BOUNCE, LETTER)
    assert (came.reason, came.hard) == (Reason.MAILBOX_CLOSED, True)
    assert read(IN_WORDS.replace("550 5.2.1", "not yet").encode()).what is What.DELAY


def test_an_absence_is_no_bounce_whatever_numbers_it_holds() -> None:
    """Planted: it came to the token's address, and holds 550."""
    assert read(ABSENT.encode()).what is What.MACHINE
    assert read(ABSENT.replace("Auto-Submitted: auto-replied\n", "").encode()).what is What.LETTER


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_never_stop_it(data: bytes) -> None:
    assert read(data).what in What


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(status())), st.binary(max_size=40), st.integers(0, 200))
def test_a_damaged_notification_never_stops_it(at: int, noise: bytes, lost: int) -> None:
    whole = status(envelope=LETTER)
    assert read(whole[:at] + noise + whole[at + lost :]).what in What


def test_parts_within_parts_never_stop_it() -> None:
    deep = b"".join(
        b"Content-Type: multipart/report; boundary=B%d\r\n\r\n--B%d\r\n" % (n, n)
        for n in range(900)
    )
    assert read(deep).what in What


# --- what it changes -------------------------------------------------------------------------


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


@pytest.fixture
def room(store: Store, office: PostOffice) -> Room:
    """Four letters that were taken by the server."""
    made = Room(store)
    made.write(people(4))
    made.send(office.relay)
    made.told.clear()
    return made


def back(room: Room, *messages: bytes) -> Followed:
    """These messages came back."""
    return follow(room.store, messages, at=room.clock.now(), tell=room.tell)


def test_letters_that_came_back_are_bounced_and_the_ledger_is_told_how_many(
    room: Room, office: PostOffice
) -> None:
    """By what the server really saw: the return path of one, the Message-ID of another."""
    path, to, _ = office.taken[0]
    second = str(office.messages[1]["Message-ID"]).strip("<>")
    done = back(room, status(to=path), status("failed", "4.2.2", quoted=second))
    assert (done.bounced, done.hard) == (2, 1)
    assert room.in_state(State.BOUNCED) == 2
    reasons = {row["reason"] for row in room.rows("reason")}
    assert reasons == {"", "no-such-address", "mailbox-full"}
    assert room.told == [LettersReturned(what="notice-change", about=ABOUT, bounced=2)]
    assert to not in str(room.told)


def test_reading_a_bounce_again_changes_nothing(room: Room, office: PostOffice) -> None:
    message = status(to=office.taken[0][0])
    assert back(room, message).bounced == 1
    assert back(room, message, message) == Followed(known=2)
    assert len(room.told) == 1


def test_a_bounce_of_nothing_of_ours_changes_nothing(room: Room, office: PostOffice) -> None:
    """Planted: a token that nobody has, and one that names two letters at once."""
    path = office.taken[0][0]
    other = str(office.messages[1]["Message-ID"]).strip("<>")
    done = back(room, status(envelope=LETTER), status(to=path, quoted=other), status())
    assert done == Followed(strange=3)
    assert room.in_state(State.SENT) == 4


def test_a_letter_that_was_never_sent_cannot_come_back(store: Store) -> None:
    """Planted: somebody who knows an id says that the letter bounced before it left."""
    room = Room(store)
    room.write(people(1))
    (name,) = [str(row["id"]) for row in room.rows("id")]
    assert back(room, status(envelope=name)) == Followed(known=1)
    assert room.in_state(State.WAITING) == 1


def test_delays_absences_and_people_are_only_counted(room: Room, office: PostOffice) -> None:
    path = office.taken[0][0]
    token = re.sub(r".*\+(.*)@.*", r"\1", path)
    absent = ABSENT.replace("a" * 26, token).encode()
    person = b"From: ada@mail.example\nTo: privacy@firm.example\nSubject: Why?\n\nWhy?\n"
    done = back(room, status("delayed", "4.4.1", to=path), absent, person)
    assert done == Followed(delayed=1, machines=1, people=1)
    assert room.in_state(State.SENT) == 4


def test_nothing_is_ever_answered(room: Room, office: PostOffice) -> None:
    """A loop needs an answer: after all that came back, nothing waits and nothing was sent."""
    before = len(office.taken)
    back(room, *(status(to=path) for path, _, _ in office.taken), ABSENT.encode())
    room.send(office.relay)
    assert (len(office.taken), room.in_state(State.WAITING)) == (before, 0)
