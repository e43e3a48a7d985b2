"""The ledger: what may enter, that nothing changes unnoticed, that everything is provable."""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.common.ids import new_id
from avow.engine.db.store import Store
from avow.engine.evidence import entries, merkle
from avow.engine.evidence.entries import BatchApplied, BatchChecked, Body, PlanMade, Signed
from avow.engine.evidence.ledger import Ledger
from avow.engine.evidence.note import Checkpoint, LedgerError, NoteKey, opened_checkpoint, signed
from avow.engine.evidence.verify import (
    checkpoint_path,
    contradiction,
    export,
    remember,
    verify_export,
    verify_ledger,
)
from avow.engine.keys.ring import new_ring, rotated

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
RING = new_ring()
PLAN = new_id("plan")
DOCS = Path(__file__).parents[2] / "docs" / "internals" / "ledger.md"


def batch(chunk: int) -> BatchApplied:
    return BatchApplied(plan=PLAN, step=0, chunk=chunk, dataset="public.log", deleted=chunk)


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store, RING, "avow.example/ledger")


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """Seven entries in three groups."""
    for number, group in enumerate(((0, 1, 2), (3,), (4, 5, 6))):
        ledger.append([batch(chunk) for chunk in group], AT + timedelta(hours=number))
    return ledger


# --- what may enter ----------------------------------------------------------------------

PERSONAL = (
    "jane.doe@example.org", "Jane Doe", "Zoë", "+32470123456", "0470123456", "85.07.30-033.28",
    "BE68539007547034", "be68539007547034", "10.0.0.1 ", "12 rue Haute", "jane\n", "",
)  # fmt: skip


@pytest.mark.parametrize("value", PERSONAL)
def test_no_text_field_takes_a_personal_value(value: str) -> None:
    """Every text field of every kind, each alone, refuses each of these."""
    asked = 0
    for kind, body in entries.KINDS.items():
        for field in msgspec.structs.fields(body):
            if "str" not in str(field.type):
                continue
            asked += 1
            with pytest.raises(LedgerError) as refused:
                entries.body_bytes(forged(body, field.name, value))
            assert refused.value.code == "AV805", kind
            assert value.strip() not in str(refused.value) or not value.strip()
    assert asked > 40


def forged(body: type[Body], name: str, value: str) -> Body:
    """A body with plausible fields, but for one."""
    plausible = {field.name: sample(str(field.type)) for field in msgspec.structs.fields(body)}
    plausible[name] = (value,) if "tuple" in str(typed(body, name)) else value
    return body(**plausible)


def typed(body: type[Body], name: str) -> object:
    return next(field.type for field in msgspec.structs.fields(body) if field.name == name)


def sample(type_name: str) -> Any:  # noqa: ANN401
    """A value that fits a field of this type."""
    fits: list[tuple[str, Any]] = [
        ("a-z2-7", new_id("plan")), ("{64}", "a" * 64), ("AV", "AV401"), ("{2}", "fr"),
        ("∅", "6.h"), ("A-Za-z_", "app"), ("observe", "observe"), ("seal", "sign"),
        ("'month'", "month"), ("'right', 'wrong'", "wrong"), ("'right', 'unsure'", "right"),
        ("'map', 'sample'", "map"), ("'made', 'enrolled'", "made"),
        ("date", date(2026, 3, 1)), ("bool", True), ("int", 1),
    ]  # fmt: skip
    value = next(value for part, value in fits if part in type_name)
    return (value,) if "tuple" in type_name else value


def test_the_plausible_bodies_of_that_test_are_accepted() -> None:
    """Otherwise the test above could not fail."""
    for body in entries.KINDS.values():
        fields = msgspec.structs.fields(body)
        entries.body_bytes(body(**{field.name: sample(str(field.type)) for field in fields}))


def test_fields_hold_no_free_text_and_no_fraction() -> None:
    for body in entries.KINDS.values():
        for field in msgspec.structs.fields(body):
            said = str(field.type)
            assert "float" not in said
            assert "str" not in said or "pattern" in said or "Literal" in said, (body, field.name)


def test_an_unknown_kind_is_refused() -> None:
    class Made(Body, frozen=True):
        kind = "made-up"
        name: str = "jane"

    with pytest.raises(LedgerError):
        entries.body_bytes(Made())


def test_a_commitment_needs_its_salt_to_be_linked() -> None:
    salt = b"s" * 32
    assert entries.commitment(salt, "request-1") == entries.commitment(salt, "request-1")
    assert entries.commitment(b"t" * 32, "request-1") != entries.commitment(salt, "request-1")
    with pytest.raises(ValueError, match="32 bytes"):
        entries.commitment(b"short", "request-1")


# --- appending ---------------------------------------------------------------------------


def test_a_group_is_chained_and_signed(filled: Ledger) -> None:
    rows = [entries.read_entry(bytes(row["bytes"])) for row in filled.entries()]
    lines = [bytes(row["bytes"]) for row in filled.entries()]
    assert [row.n for row in rows] == list(range(7))
    assert [row.prev for row in rows] == [entries.FIRST, *map(entries.chain_hash, lines[:-1])]
    root = merkle.root([merkle.leaf_hash(line) for line in lines])
    note = filled.checkpoint()
    assert note is not None
    assert opened_checkpoint(note, filled.keys) == Checkpoint(filled.origin, 7, root)
    assert verify_ledger(filled).good


def test_an_entry_is_these_bytes(ledger: Ledger) -> None:
    ledger.append([Signed(document="d" * 64, what="release", by="marc", signature="e" * 64)], AT,
                  simulated=True)  # fmt: skip
    assert bytes(next(ledger.entries())["bytes"]).decode() == (
        '{"at":"2026-03-01T12:00:00.000000Z","body":{"by":"marc","document":"' + "d" * 64
        + '","signature":"' + "e" * 64 + '","what":"release"},"kind":"signed","n":0,"prev":"'
        + "0" * 64 + '","simulated":true}'
    )  # fmt: skip


def test_an_entry_and_what_it_tells_of_are_kept_together(ledger: Ledger) -> None:
    def half_done() -> None:
        with ledger.store.transaction() as tx:
            ledger.append([batch(0)], AT, runs=tx)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    assert ledger.size() == 0


def test_a_clock_that_moved_back_is_said_and_time_never_runs_back(filled: Ledger) -> None:
    last = AT + timedelta(hours=2)
    filled.append([batch(7)], last - timedelta(days=1))
    rows = [entries.read_entry(bytes(row["bytes"])) for row in filled.entries(7)]
    assert [(row.kind, row.at) for row in rows] == [
        ("clock-moved-back", entries.moment(last)),
        ("batch-applied", entries.moment(last)),
    ]
    assert msgspec.json.decode(rows[0].body) == {"behind_seconds": 86_400}
    assert verify_ledger(filled).good


def test_clocks_of_two_machines_may_differ_a_little(filled: Ledger) -> None:
    filled.append([batch(7)], AT + timedelta(hours=2) - timedelta(seconds=1))
    assert filled.size() == 8


def test_an_empty_group_and_a_naive_instant_are_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="at least one"):
        ledger.append([], AT)
    with pytest.raises(ValueError, match="zone"):
        ledger.append([batch(0)], AT.replace(tzinfo=None))


def test_a_rotated_key_signs_on_and_the_old_checkpoints_stay_good(filled: Ledger) -> None:
    later = Ledger(filled.store, rotated(RING, "sign"), filled.origin)
    later.append([batch(7)], AT + timedelta(hours=3))
    assert verify_ledger(later).good
    assert verify_ledger(filled).broken_at == 0  # the old ring does not know the new key


# --- proofs ------------------------------------------------------------------------------


def test_every_entry_is_provable_past_the_first_tiles(ledger: Ledger) -> None:
    """600 entries: two full tiles and a part; proofs read tiles, memory tells the truth."""
    for first, last in ((0, 100), (100, 257), (257, 600)):
        ledger.append([batch(chunk) for chunk in range(first, last)], AT)
    assert len(ledger.store.run("ledger_tiles", level=0, first=1, last=2)) == 1
    leaves = [merkle.leaf_hash(bytes(row["bytes"])) for row in ledger.entries()]
    for number in (0, 99, 255, 256, 511, 512, 599):
        proof = ledger.prove(number)
        head = opened_checkpoint(proof.note, [ledger.key])
        assert proof.path == merkle.inclusion(
            number, 600, lambda first, last: merkle.root(leaves[first:last])
        )
        leaf = merkle.leaf_hash(proof.entry)
        assert merkle.includes(number, head.size, leaf, proof.path, head.root)
    for old in (1, 100, 256, 257, 512, 600):
        assert ledger.root_at(old) == merkle.root(leaves[:old])
        path = ledger.continuation(old, 600)
        assert merkle.continues(old, 600, ledger.root_at(old), ledger.root_at(600), path)


def test_several_proofs_are_those_of_each_alone(ledger: Ledger) -> None:
    ledger.append([batch(chunk) for chunk in range(600)], AT)
    asked = [599, 3, 256, 3]
    assert ledger.prove_all(asked) == tuple(ledger.prove(number) for number in asked)
    with pytest.raises(LedgerError, match="no entry 600") as refused:
        ledger.prove_all([3, 600])
    assert refused.value.code == "AV807"


def test_a_stored_tile_that_was_changed_proves_nothing(ledger: Ledger) -> None:
    """What a proof remembers of a tile is what it held, so the change is seen at once."""
    ledger.append([batch(chunk) for chunk in range(600)], AT)
    before = ledger.prove(599)
    with ledger.store.outside() as connection:
        connection.execute("ALTER TABLE avow.ledger_tile DISABLE TRIGGER ALL")
        connection.execute(
            "UPDATE avow.ledger_tile SET hashes = set_byte(hashes, 9, get_byte(hashes, 9) # 1)"
            " WHERE level = 0 AND number = 1"
        )
    after = ledger.prove(599)
    head, leaf = opened_checkpoint(after.note, [ledger.key]), merkle.leaf_hash(after.entry)
    assert merkle.includes(599, head.size, leaf, before.path, head.root)
    assert not merkle.includes(599, head.size, leaf, after.path, head.root)


def test_higher_tiles_are_those_of_the_definition() -> None:
    """66,000 leaves without a database: full tiles of two heights and of one more."""
    from avow.engine.evidence.tiles import TileReader, new_tiles  # noqa: PLC0415

    class Kept:
        def __init__(self) -> None:
            self.tiles: dict[tuple[int, int], tuple[bytes, ...]] = {}
            self.leaves: list[bytes] = []

        def run(self, name: str, *, first: int, **more: int) -> list[dict[str, object]]:
            if name == "ledger_entries":
                last = min(first + more["most"], len(self.leaves))
                return [{"bytes": b"%d" % each} for each in range(first, last)]
            assert name == "ledger_tiles"
            places = ((n, (more["level"], n)) for n in range(first, more["last"]))
            return [
                {"number": n, "hashes": b"".join(self.tiles[place])}
                for n, place in places
                if place in self.tiles
            ]

    kept, size = Kept(), 66_000
    every = [merkle.leaf_hash(b"%d" % number) for number in range(size)]
    for first in range(0, size, 7_000):
        fresh = every[first : first + 7_000]
        made = new_tiles(TileReader(kept), first, fresh)  # type: ignore[arg-type]
        kept.tiles |= {(level, number): hashes for level, number, hashes in made}
        kept.leaves += fresh
    assert max(kept.tiles) == (1, 0)
    reader = TileReader(kept)  # type: ignore[arg-type]
    for first, last in ((0, size), (0, 65_536), (65_536, size), (32_768, 65_536), (0, 256)):
        assert reader.root_of(first, last) == merkle.root(every[first:last])


def test_there_is_no_proof_of_what_is_not_there(filled: Ledger) -> None:
    for number in (-1, 7):
        with pytest.raises(LedgerError) as refused:
            filled.prove(number)
        assert refused.value.code == "AV807"


# --- tampering ---------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_checkpoint", "ledger_log"])
@pytest.mark.parametrize("change", ["UPDATE avow.{0} SET {1} = {1}", "DELETE FROM avow.{0}",
                                    "TRUNCATE avow.{0}"])  # fmt: skip
def test_the_database_refuses_changes(filled: Ledger, table: str, change: str) -> None:
    column = {"ledger_entry": "kind", "ledger_checkpoint": "note", "ledger_log": "origin"}[table]
    with filled.store.outside() as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(change.format(table, column))


ENTRY, MARK = "avow.ledger_entry", "avow.ledger_checkpoint"


def set_count(entry: int) -> str:
    """Change the count of an entry, kept in canonical form."""
    text = f"replace(convert_from(bytes, 'UTF8'), '\"deleted\":{entry}', '\"deleted\":9')"
    return f"UPDATE {ENTRY} SET bytes = convert_to({text}, 'UTF8') WHERE number = {entry}"


EXCHANGE = f"""
    UPDATE {ENTRY} AS a SET bytes = b.bytes FROM {ENTRY} AS b
    WHERE a.number + b.number = 7 AND a.number IN (3, 4)"""

TAMPERED: dict[str, tuple[str, int]] = {
    "a byte": (f"UPDATE {ENTRY} SET bytes = set_byte(bytes, 7, 57) WHERE number = 3", 3),
    "a count": (set_count(2), 2),
    "the last entry": (set_count(6), 6),
    "the searched kind": (f"UPDATE {ENTRY} SET kind = 'stopped' WHERE number = 4", 4),
    "an entry removed": (f"DELETE FROM {ENTRY} WHERE number = 2", 2),
    "the end removed": (f"DELETE FROM {ENTRY} WHERE number >= 5", 5),
    "two entries exchanged": (EXCHANGE, 3),
    "an entry renumbered": (f"UPDATE {ENTRY} SET number = 70 WHERE number = 6", 6),
    "a root": (f"UPDATE {MARK} SET root = set_byte(root, 0, 1) WHERE size = 4", 3),
    "a note": (f"UPDATE {MARK} SET note = replace(note, '7', '8') WHERE size = 7", 0),
    "a checkpoint moved": (f"UPDATE {MARK} SET size = 5 WHERE size = 4", 4),
    "the last checkpoint removed": (f"DELETE FROM {MARK} WHERE size = 7", 4),
    "every checkpoint removed": (f"DELETE FROM {MARK}", 0),
}


@pytest.mark.parametrize("change", TAMPERED)
def test_whoever_drops_the_trigger_is_found(filled: Ledger, change: str) -> None:
    statement, broken = TAMPERED[change]
    tamper(filled, statement)
    verdict = verify_ledger(filled)
    assert verdict.broken_at == broken, verdict.what


def tamper(ledger: Ledger, statement: str) -> None:
    """What an owner of the database can do."""
    with ledger.store.outside() as connection:
        connection.execute("SET session_replication_role = replica")
        assert connection.execute(statement).rowcount > 0
        connection.execute("RESET session_replication_role")


def test_a_ledger_cut_together_with_its_checkpoints_is_noticed_from_outside(
    filled: Ledger, tmp_path: Path
) -> None:
    """Inside it is good again: only a checkpoint that left the database knows better."""
    witness = tmp_path / "ledger.checkpoint"
    assert remember(filled, witness) == ""
    tamper(filled, f"DELETE FROM {ENTRY} WHERE number >= 4")
    tamper(filled, f"DELETE FROM {MARK} WHERE size > 4")
    assert verify_ledger(filled).good
    kept = witness.read_text()
    assert "fewer than 7" in remember(filled, witness)
    filled.append([batch(chunk) for chunk in range(40, 50)], AT + timedelta(hours=9))
    assert "not those that were signed" in remember(filled, witness)
    assert witness.read_text() == kept


def test_a_checkpoint_of_another_ledger_contradicts(filled: Ledger) -> None:
    other = signed(Checkpoint("elsewhere", 1, b"r" * 32), NoteKey("elsewhere", RING.public_key()),
                   RING.sign)  # fmt: skip
    assert contradiction(filled, other) != ""
    note = filled.checkpoint()
    assert note is not None
    assert contradiction(filled, note) == ""


def test_nothing_is_appended_to_a_cut_ledger(filled: Ledger) -> None:
    tamper(filled, f"DELETE FROM {ENTRY} WHERE number = 6")
    with pytest.raises(LedgerError) as refused:
        filled.append([batch(9)], AT + timedelta(days=1))
    assert refused.value.code == "AV806"


# --- the exported file -------------------------------------------------------------------


@pytest.fixture
def exported(filled: Ledger, tmp_path: Path) -> Path:
    export(filled, tmp_path / "ledger.jsonl")
    return tmp_path / "ledger.jsonl"


def test_an_export_verifies_without_us(filled: Ledger, exported: Path) -> None:
    verdict = verify_export(exported, [filled.key])
    assert (verdict.good, verdict.signed, verdict.size) == (True, True, 7)
    assert not verify_export(exported).signed


def changed(change: Callable[[list[bytes]], list[bytes]], path: Path) -> None:
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (lambda lines: lines[:-1], 6),
        (lambda lines: lines[1:], 0),
        (lambda lines: [*lines[:2], *lines[3:]], 2),
        (lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]], 3),
        (lambda lines: [*lines, lines[-1]], 7),
        (lambda lines: [*lines[:5], lines[5].replace(b'"deleted":5', b'"deleted":4'), lines[6]], 5),
        (lambda lines: [*lines[:5], lines[5].replace(b":", b": ", 1), lines[6]], 5),
        (lambda lines: [*lines[:6], lines[6].replace(b'"deleted":6', b'"deleted":4')], 6),
    ],
    ids=["end", "start", "gap", "order", "again", "count", "form", "last"],
)
def test_the_first_broken_line_is_named(
    filled: Ledger, exported: Path, change: Callable[[list[bytes]], list[bytes]], broken: int
) -> None:
    changed(change, exported)
    assert verify_export(exported, [filled.key]).broken_at == broken


def test_any_changed_byte_is_found(filled: Ledger, exported: Path) -> None:
    original = exported.read_bytes()

    @given(at=st.integers(0, len(original) - 1), flip=st.integers(1, 255))
    @settings(max_examples=100, deadline=None)
    def one_byte(at: int, flip: int) -> None:
        broken = bytearray(original)
        broken[at] ^= flip
        if broken.rstrip(b"\n") != original.rstrip(b"\n"):
            exported.write_bytes(broken)
            assert not verify_export(exported, [filled.key]).good

    one_byte()


def test_a_checkpoint_of_another_key_is_refused(exported: Path) -> None:
    stranger = NoteKey("avow.example/ledger", new_ring().public_key())
    assert verify_export(exported, [stranger]).broken_at == 0


def test_an_export_without_its_checkpoint_is_said(exported: Path) -> None:
    checkpoint_path(exported).unlink()
    with pytest.raises(LedgerError) as refused:
        verify_export(exported)
    assert refused.value.code == "AV808"


# --- the documentation -------------------------------------------------------------------


def strangers_verifier() -> str:
    """The program in the documentation, as it stands there."""
    found = re.search(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def judged(path: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-I", "-c", strangers_verifier(), str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_stranger_verifies_in_fifteen_lines(exported: Path) -> None:
    assert len(strangers_verifier().splitlines()) <= 15
    assert judged(exported).stdout.strip() == "7 entries, good"


def test_the_strangers_verifier_can_fail(exported: Path) -> None:
    changed(lambda lines: [*lines[:6], lines[6].replace(b":6", b":4")], exported)
    assert judged(exported).returncode != 0
    changed(lambda lines: [*lines[:2], *lines[3:]], exported)
    assert judged(exported).returncode != 0


def test_every_kind_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert [kind for kind in entries.KINDS if f"`{kind}`" not in text] == []


def test_a_checked_batch_and_a_plan_come_back(ledger: Ledger) -> None:
    """One of each shape: dates, tuples, codes and clause ids survive the round trip."""
    clauses = ("6.f", "3.5-C.e", "6.∅")
    plan = PlanMade(plan=PLAN, digest="d" * 64, release="e" * 64, system="app",
                    as_of=date(2026, 3, 1), rows=48_210, clauses=clauses)  # fmt: skip
    check = BatchChecked(plan=PLAN, step=0, chunk=0, passed=False, findings=("AV402",))
    ledger.append([plan, check], AT)
    for row, body in zip(ledger.entries(), (plan, check), strict=True):
        entry = entries.read_entry(bytes(row["bytes"]))
        assert msgspec.json.decode(entry.body, type=type(body)) == body
