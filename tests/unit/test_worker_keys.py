"""Keys between avow and a worker: agreed, signed, enrolled; and everything that must not pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from avow.common.errors import KeyringError
from avow.common.ids import new_id
from avow.engine.db.store import Store
from avow.engine.keys.enrolment import LIFE, Asked, Code, enrol, make_code, read_code, signing_key
from avow.engine.keys.ring import KeyRing, new_ring, rotated, verified
from avow.engine.keys.session import Beginning, Pair, Session, Unproven, answered
from avow.engine.keys.signed import header, signed

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
AVOW, WORKER, OTHER = (Ed25519PrivateKey.generate() for _ in range(3))
PAIR = Pair("conversation-a", "worker-a")


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def agreed() -> tuple[Session, Session]:
    """Both ends of a conversation."""
    beginning = Beginning(PAIR)
    reply, theirs = answered(PAIR, beginning.hello(AVOW), public(AVOW), WORKER)
    return beginning.agreed(reply, public(WORKER)), theirs


# --- a conversation -------------------------------------------------------------------------


def test_what_one_end_seals_the_other_opens_in_turn() -> None:
    avow, worker = agreed()
    for n in range(3):
        question, answer = b"question %d" % n, b"answer %d" % n
        box = avow.seal(question)
        assert question not in box
        assert worker.open(box) == question
        assert avow.open(worker.seal(answer)) == answer


def bent(avow: Session, worker: Session) -> None:
    box = bytearray(avow.seal(b"x"))
    box[0] ^= 1
    worker.open(bytes(box))


def twice(avow: Session, worker: Session) -> None:
    box = avow.seal(b"x")
    worker.open(box)
    worker.open(box)


def left_out(avow: Session, worker: Session) -> None:
    avow.seal(b"x")
    worker.open(avow.seal(b"y"))


def sent_back(avow: Session, worker: Session) -> None:
    del worker
    avow.open(avow.seal(b"x"))


def of_another_conversation(avow: Session, worker: Session) -> None:
    del avow
    worker.open(agreed()[0].seal(b"x"))


def in_the_clear(avow: Session, worker: Session) -> None:
    del avow
    worker.open(b"x" * 40)


FAULTS = [bent, twice, left_out, sent_back, of_another_conversation, in_the_clear]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_box_opens_once_in_its_turn_and_unchanged(
    fault: Callable[[Session, Session], None],
) -> None:
    with pytest.raises(Unproven):
        fault(*agreed())


def test_a_conversation_begins_with_the_two_that_were_enrolled_only() -> None:
    beginning = Beginning(PAIR)
    hello = beginning.hello(AVOW)
    reply, _ = answered(PAIR, hello, public(AVOW), WORKER)
    with pytest.raises(Unproven, match="not of the avow"):
        answered(PAIR, Beginning(PAIR).hello(OTHER), public(AVOW), WORKER)
    with pytest.raises(Unproven, match="not of the avow"):
        answered(replace(PAIR, conversation="conversation-b"), hello, public(AVOW), WORKER)
    with pytest.raises(Unproven, match="not of the worker"):
        beginning.agreed(answered(PAIR, hello, public(AVOW), OTHER)[0], public(WORKER))
    with pytest.raises(Unproven, match="not of the worker"):
        Beginning(PAIR).agreed(reply, public(WORKER))  # a reply to another hello
    with pytest.raises(Unproven, match="begins no conversation"):
        beginning.agreed(b"", public(WORKER))


def test_a_key_that_would_give_the_secret_away_is_refused() -> None:
    """The point of order one: what is agreed with it is known to everybody."""
    weak = bytes(32)
    hello = weak + AVOW.sign(PAIR.text(b"hello", weak))
    with pytest.raises(Unproven, match="no key to agree with"):
        answered(PAIR, hello, public(AVOW), WORKER)


# --- a signed question ----------------------------------------------------------------------


def test_a_signature_holds_for_one_question_only() -> None:
    worker = new_id("worker")
    who = signed(header(WORKER, worker, 7, "/worker/calls", b"body"))
    assert who is not None
    assert (who.worker, who.number) == (worker, 7)
    assert who.is_of(public(WORKER), "/worker/calls", b"body")
    assert not who.is_of(public(OTHER), "/worker/calls", b"body")
    assert not who.is_of(public(WORKER), "/worker/call", b"body")
    assert not who.is_of(public(WORKER), "/worker/calls", b"bodY")
    assert not replace(who, number=8).is_of(public(WORKER), "/worker/calls", b"body")


@pytest.mark.parametrize("text", ["", "avow-worker", "Bearer x", "avow-worker worker-a 1 x", "é"])
def test_what_is_no_signature_says_nothing(text: str) -> None:
    assert signed(text) is None


# --- enrolment ------------------------------------------------------------------------------


@pytest.fixture
def ring() -> KeyRing:
    return new_ring()


def asked(code: Code, system: str = "crm", key: Ed25519PrivateKey = WORKER) -> Asked:
    return Asked(system, code.lookup, public(key), code.proof(system, public(key)))


def test_a_code_is_read_as_it_is_printed(store: Store, ring: KeyRing) -> None:
    code = make_code(store, ring, "crm", "marc", NOON)
    assert read_code(str(code)) == code
    assert read_code(f" {str(code).upper()}\n") == code
    assert read_code(str(code)[:-1]) is None
    assert read_code("no code") is None


def test_a_code_enrols_one_worker_and_the_ends_know_each_other(store: Store, ring: KeyRing) -> None:
    code = make_code(store, ring, "crm", "marc", NOON)
    done = enrol(store, ring, asked(code), NOON + LIFE - timedelta(seconds=1))
    assert (done.by, done.retired) == ("marc", ())
    assert code.is_of(done.avow_key)
    row = store.one("worker_of", system="crm")
    assert row is not None
    assert bytes(row["public_key"]) == public(WORKER)
    signature = signing_key(rotated(ring, "seal"), row).sign(b"x")
    assert verified(b"x", signature, done.avow_key), "also after a rotation of the key ring"


def test_nothing_of_a_code_is_stored_that_would_enrol_again(store: Store, ring: KeyRing) -> None:
    code = make_code(store, ring, "crm", "marc", NOON)
    enrol(store, ring, asked(code), NOON)
    with store.outside() as looking:
        (row,) = looking.execute("SELECT * FROM avow.worker_code").fetchall()
    assert (row["sealed_proof"], row["sealed_key"]) == (b"", b"")
    assert code.secret not in bytes(row["lookup"])


REFUSED: dict[str, Callable[[Code], tuple[Asked, timedelta]]] = {
    "too late": lambda code: (asked(code), LIFE),
    "for another system": lambda code: (asked(code, "shop"), timedelta()),
    "unknown": lambda code: (asked(replace(code, secret=bytes(16))), timedelta()),
    "a key put in the worker's place": lambda code: (
        replace(asked(code), public_key=public(OTHER)),
        timedelta(),
    ),
    "no key": lambda code: (
        replace(asked(code), public_key=b"", proof=code.proof("crm", b"")),
        timedelta(),
    ),
}


@pytest.mark.parametrize("how", REFUSED)
def test_a_code_is_refused_and_stays_unused(store: Store, ring: KeyRing, how: str) -> None:
    code = make_code(store, ring, "crm", "marc", NOON)
    wish, late = REFUSED[how](code)
    with pytest.raises(KeyringError) as refused:
        enrol(store, ring, wish, NOON + late)
    assert refused.value.code == "AV589"
    assert store.one("worker_of", system="crm") is None
    assert enrol(store, ring, asked(code), NOON).worker


def test_a_code_is_used_once_and_ended_by_a_newer_one(store: Store, ring: KeyRing) -> None:
    first = make_code(store, ring, "crm", "marc", NOON)
    code = make_code(store, ring, "crm", "marc", NOON)
    enrol(store, ring, asked(code), NOON)
    for used in (first, code):
        with pytest.raises(KeyringError, match="enrols no worker"):
            enrol(store, ring, asked(used, key=OTHER), NOON)
