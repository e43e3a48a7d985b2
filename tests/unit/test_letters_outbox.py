"""The outbox: each letter once, sealed, and gone on its last day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from avow.common.errors import KeyringError
from avow.common.masked import Masked
from avow.duties.correspondence.letters import Reason, State
from avow.duties.correspondence.outbox import (
    forget,
    forget_person,
    letters_to,
    take,
    tell_ended,
    to_forget,
)
from avow.engine.db.store import Store
from avow.engine.evidence.entries import LettersEnded, LettersWritten, body_bytes
from avow.engine.keys.bundles import opened_key
from avow.engine.keys.ring import rotated
from tests.letters_room import ABOUT, LAST, NOON, Room, draft, mailing, people


@pytest.fixture
def room(store: Store) -> Room:
    return Room(store)


def test_a_letter_is_written_once_however_often_it_is_written(room: Room) -> None:
    """The second writing is what happens after a crash: nobody gets two."""
    assert room.write(people(5)).new == 5
    assert room.write(people(7)).new == 2
    assert room.in_state() == 7


def test_one_mailbox_is_one_letter_however_it_is_written(room: Room) -> None:
    room.write(["Ada@Mail.example", "ada@mail.example", " ada@MAIL.EXAMPLE "])
    assert room.in_state() == 1


def test_the_same_person_gets_a_letter_about_each_thing_and_of_each_sphere(room: Room) -> None:
    room.write(["ada@mail.example"])
    room.write(["ada@mail.example"], replace(mailing(), about="telling-" + "b" * 26))
    room.write(["ada@mail.example"], replace(mailing(), sphere="processor:7"))
    assert room.in_state() == 3


def test_a_mailing_that_is_taken_up_after_a_key_was_rotated_knows_its_letters(room: Room) -> None:
    before = room.ring.hashing.current
    room.write(people(3))
    room.ring = rotated(room.ring, "hash")
    assert room.write(people(3), replace(mailing(), person_key=before)).new == 0


def test_nothing_of_a_person_stands_in_the_clear(room: Room) -> None:
    """Every column of every table as text: no address, no word of the letter."""
    room.put(
        [draft("ada.lovelace@mail.example"), draft(None, postal="Rue Haute 1\n1000 Bruxelles")]
    )
    with room.store.outside() as connection:
        tables = connection.execute(
            "SELECT tablename AS t FROM pg_tables WHERE schemaname = 'avow'"
        ).fetchall()
        whole = "".join(
            str(row["said"])
            for table in tables
            for row in connection.execute(
                f"SELECT x::text || encode(convert_to(x::text, 'UTF8'), 'hex') AS said"
                f" FROM avow.{table['t']} x".encode()
            )
        )
    sealed = "".join(bytes(r["sealed"]).decode("latin-1") for r in room.rows("sealed"))  # type: ignore[call-overload]
    for word in ("lovelace", "Haute", "déclaration", "durée"):
        assert word not in whole
        assert word.encode().hex() not in whole
        assert word not in sealed


def test_who_has_no_address_gets_a_reason_and_no_letter(room: Room) -> None:
    written = room.write([None, "no address", "a@b", "ada@mail.example"])
    assert (written.waiting, written.unreachable) == (1, 3)
    reasons = sorted(str(row["reason"]) for row in room.rows("reason") if row["reason"])
    assert reasons == [Reason.INVALID_ADDRESS, Reason.INVALID_ADDRESS, Reason.NO_ADDRESS]


def test_who_has_only_a_postal_address_gets_paper(room: Room) -> None:
    room.put([draft(None, postal="Rue Haute 1\n1000 Bruxelles")])
    assert [row["channel"] for row in room.rows("channel")] == ["paper"]
    assert take(room.store, room.ring, "sender-a", 10, NOON) == []


def test_the_ledger_is_told_of_counts_and_of_each_end_once(room: Room) -> None:
    room.write([None, None, "ada@mail.example"])
    assert tell_ended(room.store, NOON, room.tell) == 2
    assert tell_ended(room.store, NOON, room.tell) == 0
    written, ended = room.told
    assert written == LettersWritten(what="notice-change", about=ABOUT, letters=3, unreachable=2)
    assert isinstance(ended, LettersEnded)
    assert (ended.unreachable, ended.accepted, ended.commitments) == (2, 0, ())
    for body in room.told:
        body_bytes(body)


def test_two_senders_never_take_the_same_letter(room: Room) -> None:
    room.write(people(10))
    first = {each.id for each in take(room.store, room.ring, "sender-a", 6, NOON)}
    second = {each.id for each in take(room.store, room.ring, "sender-b", 6, NOON)}
    assert (len(first), len(second), first & second) == (6, 4, set())


def file_of(room: Room, table: str) -> object:
    """The file in which a table lies."""
    with room.store.outside() as connection:
        found = connection.execute("SELECT pg_relation_filenode(%s) AS n", [f"avow.{table}"])
        return found.fetchone()


def test_on_the_last_day_of_the_key_everything_is_gone(room: Room) -> None:
    """Read until its last day; after it neither row nor key is there, and the table's file is
    written anew."""
    room.write(people(3))
    (key,) = {str(row["key"]) for row in room.rows("key")}
    assert forget(room.store, to_forget(room.store, LAST), NOON) == 0
    due = to_forget(room.store, LAST + timedelta(days=1))
    assert due.about == (ABOUT,)
    before = file_of(room, "bundle_key")
    assert forget(room.store, due, NOON) == 3
    assert file_of(room, "bundle_key") != before
    assert room.rows() == []
    with pytest.raises(KeyringError, match="AV875"):
        opened_key(room.store, room.ring, key)


def test_a_persons_letters_are_found_and_forgotten_by_address(room: Room) -> None:
    room.write(["ada@mail.example", "bob@mail.example"])
    room.ring = rotated(room.ring, "hash")
    ada = [Masked("ADA@mail.example")]
    (found,) = letters_to(room.store, room.ring, "controller", ada)
    assert found.content.to == "ada@mail.example"
    assert letters_to(room.store, room.ring, "processor:7", ada) == []
    assert forget_person(room.store, room.ring, "controller", ada, before=NOON) == 0
    later = NOON + timedelta(seconds=1)
    assert forget_person(room.store, room.ring, "controller", ada, before=later) == 1
    assert room.in_state(State.WAITING) == 1
