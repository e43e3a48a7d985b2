"""Signed checkpoints: the format of C2SP signed-note and tlog-checkpoint."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.engine.evidence.note import (
    Checkpoint,
    LedgerError,
    NoteKey,
    opened,
    opened_checkpoint,
    read_checkpoint,
    read_key,
    signed,
)
from avow.engine.keys.ring import new_ring

RING = new_ring()
KEY = NoteKey("avow.example/ledger", RING.public_key())
HEAD = Checkpoint("avow.example/ledger", 1024, bytes(range(32)))
NOTE = signed(HEAD, KEY, RING.sign)

FOREIGN = (
    (
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        (
            "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfX"
            "ppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
        ),
    ),
    (
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        (
            "If you think cryptography is the answer to your problem,\nthen you don't know what "
            "your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUg"
            "YN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        ),
    ),
)
"""Notes that other implementations publish as their examples."""


def code(text: str, *keys: NoteKey) -> str:
    with pytest.raises(LedgerError) as refused:
        opened_checkpoint(text, keys or (KEY,))
    return refused.value.code


@pytest.mark.parametrize(("key", "note"), FOREIGN)
def test_notes_of_other_implementations_open(key: str, note: str) -> None:
    assert opened(note, [read_key(key)]) == note.rpartition("\n\n")[0] + "\n"
    assert str(read_key(key)) == key


def test_a_checkpoint_comes_back_as_it_was_signed() -> None:
    assert opened_checkpoint(NOTE, [KEY]) == HEAD == read_checkpoint(NOTE)
    assert NOTE.splitlines()[:3] == [
        "avow.example/ledger",
        "1024",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    ]


def test_a_note_without_a_known_signature_is_refused() -> None:
    stranger = NoteKey("avow.example/ledger", new_ring().public_key())
    assert code(NOTE, stranger) == "AV804"
    assert code(NOTE, NoteKey("another.example", KEY.public)) == "AV804"


def test_signatures_of_strangers_are_passed_over() -> None:
    other = new_ring()
    line = signed(HEAD, NoteKey("witness.example", other.public_key()), other.sign).splitlines()[-1]
    assert opened_checkpoint(f"{NOTE}{line}\n", [KEY]) == HEAD


def test_one_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    wrong = signed(Checkpoint(HEAD.origin, 1, HEAD.root), KEY, RING.sign).splitlines()[-1]
    assert code(f"{NOTE}{wrong}\n") == "AV803"


@given(at=st.integers(0, len(NOTE) - 1), char=st.sampled_from("0aZ\n —+="))
@settings(max_examples=100)
def test_no_character_can_be_changed(at: int, char: str) -> None:
    changed = NOTE[:at] + char + NOTE[at + 1 :]
    if changed != NOTE:
        assert code(changed) in {"AV802", "AV803", "AV804"}


@pytest.mark.parametrize(
    "text", ["", "\n\n", "a\n1\nx\n\n— a b\n", NOTE.replace("1024", "01024"), NOTE[:-1]]
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(LedgerError) as refused:
        read_checkpoint(text)
    assert refused.value.code == "AV802"


@pytest.mark.parametrize(
    "text",
    ["", "a+b", f"{KEY}x", str(KEY).replace("avow", "avov")],
    ids=["nothing", "no number", "a letter more", "another name"],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(LedgerError) as refused:
        read_key(text)
    assert refused.value.code == "AV801"
