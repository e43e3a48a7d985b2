"""Sending over real SMTP: what each answer does to a letter, and what a run leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from avow.duties.correspondence.letters import PATIENCE, State
from avow.duties.correspondence.relay import RelayError, connected, relay
from avow.duties.correspondence.sending import BRAKE, send, send_together
from avow.engine.db.store import Store
from avow.engine.evidence.entries import LettersEnded, commitment
from tests.letters_room import Room, people
from tests.post_office import PostOffice, post_office

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def room(store: Store) -> Room:
    return Room(store)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


def test_every_letter_arrives_once_over_one_connection(room: Room, office: PostOffice) -> None:
    room.write(people(25))
    assert room.send(office.relay).taken == 25
    assert sorted(office.recipients) == sorted(people(25))
    assert office.sessions == 1
    assert room.send(office.relay).taken == 0


def test_a_connection_is_left_after_so_many_letters(room: Room, office: PostOffice) -> None:
    room.write(people(25))
    send(replace(room.hands(office.relay), per_connection=10))
    assert (len(office.taken), office.sessions) == (25, 3)


def test_greylisting_is_tried_again_after_minutes_with_the_same_bytes(
    room: Room, office: PostOffice
) -> None:
    """The first attempt at each reader is put off, as greylisting does."""
    seen: set[str] = set()

    def greylist(to: str) -> str | None:
        is_new = to not in seen
        seen.add(to)
        return "450 4.7.1 try again" if is_new else None

    office.on_rcpt = greylist
    room.write(people(3))
    assert room.send(office.relay).later == 3
    room.later(4 * MINUTE)
    assert room.send(office.relay).taken == 0
    room.later(MINUTE)
    assert room.send(office.relay).taken == 3
    assert len(office.taken) == 3


def test_waiting_grows_and_ends(room: Room, office: PostOffice) -> None:
    """A server that always puts off is left alone longer and longer, and given up after days."""
    office.on_rcpt = lambda _: "451 4.3.0 later"
    room.write(people(1))
    attempts = 0
    for _ in range(int(PATIENCE / HOUR) + 2):
        attempts += room.send(office.relay).later
        room.later(HOUR)
    assert 30 <= attempts <= 35
    assert room.in_state(State.GIVEN_UP) == 1
    assert [row["reason"] for row in room.rows("reason")] == ["put-off"]


def test_days_in_which_no_sender_ran_are_no_attempts(room: Room, office: PostOffice) -> None:
    """Put off once, then nobody sends for ten days: it is tried again before it is given up."""
    office.on_rcpt = lambda _: "451 4.3.0 later"
    room.write(people(2))
    room.send(office.relay)
    room.later(2 * PATIENCE)
    office.on_rcpt = lambda to: None if to.startswith("person1") else "451 4.3.0 later"
    done = room.send(office.relay)
    assert (done.taken, done.given_up) == (1, 1)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("550 5.1.1 no such user", "no-such-address"),
        ("552 5.2.2 full", "mailbox-full"),
        ("550 5.2.1 disabled", "mailbox-closed"),
        ("552 5.3.4 too big", "too-large"),
        ("550 5.7.1 not wanted", "refused"),
        ("550 nothing said", "other"),
    ],
)
def test_a_refusal_for_good_has_a_word_and_is_never_tried_again(
    room: Room, office: PostOffice, said: str, reason: str
) -> None:
    """Others are taken, so the refusal is about the reader."""
    office.on_rcpt = lambda to: said if to.startswith("odd") else None
    room.write(people(2))
    room.send(office.relay)
    room.write(["odd@mail.example", "person9@mail.example"])
    room.send(office.relay)
    room.later(2 * PATIENCE)
    room.send(office.relay)
    room.later(2 * PATIENCE)
    found = {(row["state"], row["reason"]) for row in room.rows("state, reason")}
    # The server may have been asked for the odd one first: then it was put off once, and given up.
    assert found in ({("sent", ""), ("failed", reason)}, {("sent", ""), ("given-up", reason)})


def test_a_server_that_refuses_the_sender_costs_no_letter(room: Room, office: PostOffice) -> None:
    """Planted: the server does not know us. Were these refusals of letters, all would be lost."""
    office.on_mail = lambda _: "550 5.7.1 sender not allowed"
    room.write(people(5))
    with pytest.raises(RelayError, match="AV623"):
        room.send(office.relay)
    assert room.in_state(State.WAITING) == 5
    office.on_mail = lambda _: None
    assert room.send(office.relay).taken == 5


def test_a_server_that_relays_nothing_for_us_stops_the_run(room: Room, office: PostOffice) -> None:
    """Planted: many servers say who may send only when they hear the recipient."""
    office.on_rcpt = lambda _: "554 5.7.1 relay access denied"
    room.write(people(BRAKE + 10))
    with pytest.raises(RelayError, match="AV627"):
        room.send(office.relay)
    assert room.in_state(State.WAITING) == BRAKE + 10
    assert room.in_state(State.FAILED) == 0


def test_a_server_that_drops_in_the_middle_loses_nothing(room: Room, office: PostOffice) -> None:
    dropped: list[str] = []

    def drop(to: str) -> str | None:
        if to in {"person3@mail.example", "person7@mail.example"} and to not in dropped:
            dropped.append(to)
            return "drop"
        return None

    office.on_data = drop
    room.write(people(10))
    assert (done := room.send(office.relay)).taken == 8
    assert done.cut == 2
    room.later(5 * MINUTE)
    assert room.send(office.relay).taken == 2
    assert sorted(office.recipients) == sorted(people(10))


def test_a_server_that_says_goodbye_is_called_again(room: Room, office: PostOffice) -> None:
    """421 after every fourth letter, as servers with a limit do."""
    count = 0

    def limit(_: str) -> str | None:
        nonlocal count
        count += 1
        return "421 4.7.0 too many letters on this connection" if count % 5 == 0 else None

    office.on_rcpt = limit
    room.write(people(12))
    room.send(office.relay)
    for _ in range(3):
        room.later(HOUR)
        room.send(office.relay)
    assert sorted(office.recipients) == sorted(people(12))


def test_a_server_that_only_hangs_up_ends_the_run(room: Room, office: PostOffice) -> None:
    office.on_data = lambda _: "drop"
    room.write(people(10))
    with pytest.raises(RelayError, match="AV623"):
        room.send(office.relay)
    assert room.in_state(State.WAITING) == 10


def test_where_nobody_listens_letters_wait(room: Room) -> None:
    with post_office() as office:
        there = office.relay
    room.write(people(2))
    with pytest.raises(RelayError, match="AV623"):
        room.send(there)
    assert room.in_state(State.WAITING) == 2
    assert [row["attempts"] for row in room.rows("attempts")] == [0, 0]


def test_the_ledger_commits_to_each_letter_that_was_taken(room: Room, office: PostOffice) -> None:
    """Who has a letter and its salt finds it in the ledger; without the salt nobody does."""
    room.write(people(3))
    room.send(office.relay)
    (ended,) = [body for body in room.told if isinstance(body, LettersEnded)]
    ids = {str(m["Message-ID"]).strip("<>") for m in office.messages}
    rows = room.rows("message_id, salt")
    assert {row["message_id"] for row in rows} == ids
    expected = {commitment(bytes(r["salt"]), str(r["message_id"])) for r in rows}  # type: ignore[call-overload]
    assert set(ended.commitments) == expected
    assert (ended.accepted, ended.failed) == (3, 0)


def test_no_more_than_asked_is_sent(room: Room, office: PostOffice) -> None:
    room.write(people(9))
    assert room.send(office.relay, most=4, batch=3).taken == 4
    assert room.in_state(State.WAITING) == 5


def test_several_connections_at_a_time_share_the_letters(room: Room, office: PostOffice) -> None:
    room.write(people(60))
    done = send_together(room.hands(office.relay), 3)
    assert (done.taken, office.sessions) == (60, 3)
    assert sorted(office.recipients) == sorted(people(60))


def test_of_several_senders_the_first_trouble_is_told(room: Room, office: PostOffice) -> None:
    office.on_mail = lambda _: "550 5.7.1 sender not allowed"
    room.write(people(60))
    with pytest.raises(RelayError, match="AV623"):
        send_together(room.hands(office.relay), 3)
    assert room.in_state(State.WAITING) == 60


# --- the address of the server ---------------------------------------------------------------


def test_an_address_is_taken_apart_and_its_password_comes_from_outside() -> None:
    found = relay("smtp://anna%40firm.example:${PW}@mail.firm.example", {"PW": "s/e@c:ret"})
    assert (found.host, found.port, found.is_sealed) == ("mail.firm.example", 587, False)
    assert (found.user, found.password.reveal()) == ("anna@firm.example", "s/e@c:ret")
    assert "s/e@c:ret" not in repr(found)
    assert relay("smtps://mail.firm.example", {}).port == 465
    whole = relay("${SMTP}", {"SMTP": "smtps://u:p%40ss@h.example:1465"})
    assert (whole.port, whole.password.reveal()) == (1465, "p@ss")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("smtp://anna:secret@mail.firm.example", "AV621"),
        ("http://mail.firm.example", "AV620"),
        ("smtp://", "AV620"),
        ("smtp://h.example:port", "AV620"),
        ("smtp://h.example/?x=1", "AV620"),
        ("smtp://anna:${NOT_SET}@h.example", "AV620"),
        ("${NOT_SET}", "AV620"),
    ],
)
def test_a_wrong_address_is_refused_and_never_repeated(text: str, code: str) -> None:
    with pytest.raises(RelayError) as refused:
        relay(text, {})
    assert refused.value.code == code
    assert "secret" not in str(refused.value)


def test_a_password_is_never_sent_in_the_clear(office: PostOffice) -> None:
    """Planted: the server of this machine offers no STARTTLS, and a user is to sign in."""
    there = relay(f"smtp://anna:${{PW}}@127.0.0.1:{office.port}", {"PW": "secret"})
    with pytest.raises(RelayError, match="AV622"):
        connected(there)
