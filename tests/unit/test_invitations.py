"""Invitations: a secret that is kept nowhere, a signature over all of it, and an end."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from avow.common.masked import Masked
from avow.engine.db.store import Store
from avow.engine.evidence.entries import Body, InvitationAnswered, Invited, commitment
from avow.engine.evidence.invitations import (
    KEPT,
    TERM,
    ChangedInvitation,
    Invitation,
    Kind,
    Wanted,
    answer,
    answered,
    arrived,
    found,
    invite,
    send,
    take,
)
from avow.engine.keys.ring import KeyRing, new_ring

NOON = datetime(2027, 3, 15, 12, tzinfo=UTC)
WANTED = Wanted(Kind.MAP, "shop", "lea", b'{"tables":[]}')


@pytest.fixture
def ring() -> KeyRing:
    return new_ring()


@pytest.fixture
def told() -> list[Body]:
    """What the ledger was told."""
    return []


def asked(
    store: Store, ring: KeyRing, wanted: Wanted = WANTED, at: datetime = NOON
) -> tuple[Invitation, Masked[str]]:
    """An invitation of which the ledger is not told."""
    return invite(store, ring, wanted, at=at, note=lambda *_: None)


def sent(store: Store, ring: KeyRing, made: Invitation, at: datetime = NOON) -> bool:
    return send(store, ring, made, of=3, at=at, note=lambda *_: None)


def ids(store: Store) -> set[str]:
    """The invitations that are still kept."""
    with store.outside() as connection:
        return {row["id"] for row in connection.execute("SELECT id FROM avow.invitation")}


def test_an_address_opens_its_invitation_until_its_term_and_not_after(
    store: Store, ring: KeyRing
) -> None:
    made, token = asked(store, ring)
    assert len(token.reveal()) == 43  # 256 bits
    assert found(store, ring, token, NOON + TERM - timedelta(seconds=1)) == made
    assert found(store, ring, token, NOON + TERM) is None


@pytest.mark.parametrize(
    "change",
    [
        "person = 'marc'",
        "subject = 'payroll'",
        "kind = 'sample'",
        "ends_at = ends_at + interval '1 day'",
        "salt = decode(repeat('00', 32), 'hex')",
        "key = 'sign-other'",
        "content = (SELECT content FROM avow.invitation WHERE subject = 'other')",
        "signature = (SELECT signature FROM avow.invitation WHERE subject = 'other')",
    ],
)
def test_every_part_of_it_is_signed(
    store: Store, ring: KeyRing, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Planted, one after the other: the address works no more, and AV547 is said."""
    asked(store, ring, Wanted(Kind.MAP, "other", "lea", b"{}"))
    made, token = asked(store, ring)
    with store.outside() as connection:
        connection.execute(f"UPDATE avow.invitation SET {change} WHERE id = '{made.id}'".encode())
    assert found(store, ring, token, NOON) is None
    assert "AV547" in caplog.text


def test_the_secret_of_another_cannot_be_put_in_its_place(store: Store, ring: KeyRing) -> None:
    """Planted: somebody who writes to the database makes an address of their own."""
    _, mine = asked(store, ring, Wanted(Kind.MAP, "other", "eve", b"{}"))
    made, _ = asked(store, ring)
    with store.outside() as connection:
        stolen = connection.execute(
            "DELETE FROM avow.invitation WHERE subject = 'other' RETURNING token"
        ).fetchone()
        assert stolen is not None
        connection.execute(
            "UPDATE avow.invitation SET token = %s WHERE id = %s", [stolen["token"], made.id]
        )
    assert found(store, ring, mine, NOON) is None
    assert sent(store, ring, made)
    with pytest.raises(ChangedInvitation):
        arrived(store, ring, Kind.MAP, "shop")


def test_answers_are_replaced_until_they_are_sent_and_sent_once(
    store: Store, ring: KeyRing
) -> None:
    made, _ = asked(store, ring)
    assert answer(store, ring, made, {1: b"a", 2: b"b"}, NOON)
    assert answer(store, ring, made, {2: b"c"}, NOON)
    assert answered(store, ring, made) == {1: b"a", 2: b"c"}
    assert sent(store, ring, made)
    assert not sent(store, ring, made)
    assert not answer(store, ring, made, {1: b"z"}, NOON)
    assert answered(store, ring, made) == {1: b"a", 2: b"c"}


def test_after_its_term_nothing_is_saved_and_nothing_sent(store: Store, ring: KeyRing) -> None:
    made, _ = asked(store, ring)
    assert not answer(store, ring, made, {1: b"a"}, NOON + TERM)
    assert not sent(store, ring, made, NOON + TERM)


def test_a_new_one_for_the_same_person_about_the_same_ends_the_earlier(
    store: Store, ring: KeyRing
) -> None:
    _, first = asked(store, ring)
    others = [
        asked(store, ring, Wanted(Kind.MAP, "shop", "marc", b"{}"))[1],
        asked(store, ring, Wanted(Kind.MAP, "other", "lea", b"{}"))[1],
    ]
    _, second = asked(store, ring)
    assert found(store, ring, first, NOON) is None
    assert all(found(store, ring, token, NOON) for token in (second, *others))


def test_it_is_forgotten_some_time_after_its_end_but_never_before_it_was_taken_up(
    store: Store, ring: KeyRing
) -> None:
    made = {
        name: asked(store, ring, Wanted(Kind.MAP, name, "lea", b"{}"))[0]
        for name in ("expired", "taken", "waiting")
    }
    for name in ("taken", "waiting"):
        answer(store, ring, made[name], {1: b"a"}, NOON)
        assert sent(store, ring, made[name])
    take(store, made["taken"], NOON)
    last, _ = asked(store, ring, at=NOON + TERM + KEPT + timedelta(days=1))
    assert ids(store) == {made["waiting"].id, last.id}
    assert answered(store, ring, made["waiting"]) == {1: b"a"}


def test_the_ledger_can_be_checked_by_who_has_the_record(
    store: Store, ring: KeyRing, told: list[Body]
) -> None:
    """The commitment to whom and what opens with the record's salt, and with no other."""
    made, _ = invite(store, ring, WANTED, at=NOON, note=lambda body, _: told.append(body))
    answer(store, ring, made, {1: b"a"}, NOON)
    send(store, ring, made, of=3, at=NOON, note=lambda body, _: told.append(body))
    first, second = told
    assert isinstance(first, Invited)
    assert isinstance(second, InvitationAnswered)
    reference = f"lea\n{hashlib.sha256(made.content).hexdigest()}"
    assert first.commitment == commitment(made.salt, reference)
    assert first.commitment != commitment(bytes(32), reference)
    assert (second.answered, second.left) == (1, 2)
