"""Keys: hashes that name their key, boxes that cannot be moved, keys that can be destroyed."""

import hmac
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.common.errors import KeyringError
from avow.common.masked import Masked
from avow.engine.db.store import Store
from avow.engine.keys import bundles
from avow.engine.keys.ring import (
    KeyRing,
    load_ring,
    new_ring,
    read_ring,
    rotated,
    save_ring,
    verified,
    written_ring,
)

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
RING = new_ring()


def code_of(error: pytest.ExceptionInfo[KeyringError]) -> str:
    return error.value.code


def test_a_keyed_hash_is_the_hmac_of_normaliser_and_value() -> None:
    made = RING.keyed_hash(Masked("jane@example.org"), "email/1")
    key = RING.hashing.key(made.key)
    assert made.hash == hmac.digest(key, b"email/1\x00jane@example.org", "sha256")
    assert made.normaliser == "email/1"


def test_the_same_text_of_two_kinds_has_two_hashes() -> None:
    value = Masked("0470000000")
    assert RING.keyed_hash(value, "phone/1").hash != RING.keyed_hash(value, "vat/1").hash


def test_a_rotated_ring_still_makes_and_opens_the_old() -> None:
    ring = rotated(rotated(rotated(RING, "hash"), "seal"), "sign")
    old = RING.keyed_hash(Masked("x"), "exact/1")
    assert ring.keyed_hash(Masked("x"), "exact/1").hash != old.hash
    assert ring.keyed_hash(Masked("x"), "exact/1", old.key) == old
    assert ring.open(RING.seal(b"old", "row-1"), "row-1") == b"old"
    assert ring.verify(b"old", RING.sign(b"old"), RING.signing.current)


@given(plain=st.binary(max_size=200), about=st.text(max_size=40), at=st.integers(0, 10_000))
@settings(max_examples=60)
def test_a_box_opens_as_it_was_and_not_with_any_byte_changed(
    plain: bytes, about: str, at: int
) -> None:
    box = RING.seal(plain, about)
    assert RING.open(box, about) == plain
    changed = bytearray(box)
    changed[at % len(box)] ^= 1
    with pytest.raises(KeyringError):
        RING.open(bytes(changed), about)


def test_a_box_does_not_open_in_another_row() -> None:
    with pytest.raises(KeyringError) as refused:
        RING.open(RING.seal(b"jane", "identity-1"), "identity-2")
    assert code_of(refused) == "AV872"


def test_a_box_of_a_lost_key_names_the_key() -> None:
    with pytest.raises(KeyringError) as refused:
        new_ring().open(RING.seal(b"jane", "row"), "row")
    assert code_of(refused) == "AV871"
    assert RING.sealing.current in str(refused.value)


def test_a_signature_is_of_one_message_and_one_key() -> None:
    signature = RING.sign(b"digest")
    assert verified(b"digest", signature, RING.public_key())
    assert not verified(b"other", signature, RING.public_key())
    assert not verified(b"digest", signature, new_ring().public_key())


def test_the_ring_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    first = load_ring(tmp_path / "keys", {})
    assert load_ring(tmp_path / "keys", {}) == first
    path = tmp_path / "keys" / "ring.json"
    assert (oct(path.stat().st_mode), oct(path.parent.stat().st_mode)) == ("0o100600", "0o40700")
    path.chmod(0o640)
    with pytest.raises(KeyringError) as refused:
        load_ring(tmp_path / "keys", {})
    assert code_of(refused) == "AV873"


def test_a_ring_made_meanwhile_is_kept(tmp_path: Path) -> None:
    save_ring(RING, tmp_path)
    save_ring(new_ring(), tmp_path, replace_old=False)
    assert load_ring(tmp_path, {}) == RING
    assert [path.name for path in tmp_path.iterdir()] == ["ring.json"]


def test_the_environment_wins(tmp_path: Path) -> None:
    assert load_ring(tmp_path, {"AVOW_KEYS": written_ring(RING)}) == RING
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"hash": {"current": "a", "keys": {}}}'])
def test_a_broken_ring_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(KeyringError) as refused:
        read_ring(text)
    assert code_of(refused) == "AV874"


def test_a_ring_prints_no_key(tmp_path: Path) -> None:
    assert "•••" in repr(RING)
    assert repr(RING.hashing.key(RING.hashing.current)) not in repr(RING)


def test_what_a_destroyed_key_sealed_is_unreadable(store: Store) -> None:
    kept, ended = (
        bundles.new_bundle_key(store, RING, "census", date(2026, 3, day), AT) for day in (9, 2)
    )
    boxes = {
        name: bundles.seal_in(store, RING, name, b"jane", "secret-1") for name in (kept, ended)
    }
    assert bundles.destroy_due(store, date(2026, 3, 2), AT) == ()
    assert bundles.destroy_due(store, date(2026, 3, 3), AT) == (ended,)
    assert bundles.open_in(store, RING, kept, boxes[kept], "secret-1") == b"jane"
    with pytest.raises(KeyringError) as refused:
        bundles.open_in(store, RING, ended, boxes[ended], "secret-1")
    assert code_of(refused) == "AV875"


def on_disk(connection: psycopg.Connection[dict[str, object]], wanted: bytes) -> bool:
    """Whether the bytes stand in the file of the table of keys."""
    connection.execute("CHECKPOINT")
    found = connection.execute(
        "SELECT pg_read_binary_file(pg_relation_filepath('avow.bundle_key')) AS file"
    ).fetchone()
    assert found is not None
    return wanted in bytes(found["file"])  # type: ignore[call-overload]


def test_a_rewritten_key_has_left_the_file(store: Store) -> None:
    """An emptied column stays in the file; only rewriting the table takes it out."""
    name = bundles.new_bundle_key(store, RING, "undo", date(2026, 3, 9), AT)
    found = store.one("bundle_key", id=name)
    assert found is not None
    wrapped = bytes(found["wrapped"])
    bundles.destroy(store, [name], AT)
    with store.outside() as connection:
        assert on_disk(connection, wrapped)
        store.rewrite("bundle_key")
        assert not on_disk(connection, wrapped)


def test_the_database_knows_the_keys_by_name_only(store: Store) -> None:
    bundles.note_keys(store, RING, AT)
    ring: KeyRing = rotated(RING, "sign")
    bundles.note_keys(store, ring, AT)
    known = {row["id"]: row for row in store.run("key_references")}
    assert set(known) == {*ring.hashing.by_id, *ring.sealing.by_id, *ring.signing.by_id}
    assert known[RING.signing.current]["retired_at"] == AT
    assert known[ring.signing.current]["retired_at"] is None
    assert bytes(known[ring.signing.current]["public_key"]) == ring.public_key()
