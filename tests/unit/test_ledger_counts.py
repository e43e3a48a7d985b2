"""What the ledger costs, in counts that hold on any machine: statements, and memory held."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from avow.common.ids import new_id
from avow.engine.db.store import Store, Transaction
from avow.engine.evidence.entries import BatchApplied
from avow.engine.evidence.ledger import Ledger
from avow.engine.evidence.verify import verify_ledger
from avow.engine.keys.ring import new_ring

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAN = new_id("plan")
EACH = ["ledger_write_lock", "ledger_head"]
"""What every group asks: its turn, and where the ledger ends."""


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store, new_ring(), "avow.example/ledger")


def bodies(count: int) -> list[BatchApplied]:
    return [BatchApplied(plan=PLAN, step=0, chunk=n, dataset="log") for n in range(count)]


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements of the block, in order; `many` counts each of its rows."""
    seen: list[str] = []
    run, copy, many = Transaction.run, Transaction.copy, Transaction.many

    def noting_run(self: Transaction, name: str, **params: object) -> list[dict[str, object]]:
        seen.append(name)
        return run(self, name, **params)

    def noting_copy(self: Transaction, table: str, columns: list[str], rows: list[object]) -> None:
        seen.append(f"copy {table}")
        copy(self, table, columns, rows)  # type: ignore[arg-type]

    def noting_many(self: Transaction, name: str, rows: list[Mapping[str, object]]) -> int:
        seen.extend([name] * len(rows))
        return many(self, name, rows)

    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "run", noting_run)
        patch.setattr(Transaction, "copy", noting_copy)
        patch.setattr(Transaction, "many", noting_many)
        yield seen


@pytest.mark.parametrize("count", [1, 2, 100])
def test_a_small_group_is_three_statements(
    count: int, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.append(bodies(3), AT)
    with counted(monkeypatch) as seen:
        ledger.append(bodies(count), AT)
    assert seen == [*EACH, "ledger_group_add"]
    assert verify_ledger(ledger).size == 3 + count


def test_a_large_group_is_six_statements_however_many_tiles_it_fills(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two to learn what the last tile, which is not full, holds already: it is no stored row."""
    ledger.append(bodies(300), AT)
    for count in (1_000, 4_000):
        with counted(monkeypatch) as seen:
            ledger.append(bodies(count), AT)
        asked = ["ledger_tiles", "ledger_entries"]
        assert seen == [*EACH, *asked, "copy ledger_entry", "ledger_group_add"]
    assert verify_ledger(ledger).good


@pytest.mark.parametrize("size", [700, 6_700])
def test_two_proofs_are_eight_statements_at_most_however_long_the_ledger_is(
    size: int, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checkpoint, the entries, and the tiles that the two paths share."""
    ledger.append(bodies(size), AT)
    with counted(monkeypatch) as seen:
        ledger.prove_all([5, size - 1])
    assert seen[:2] == ["ledger_checkpoint_last", "ledger_entries_of"]
    assert set(seen[2:]) == {"ledger_entries", "ledger_tiles"}
    assert len(seen) <= 8, seen


def peak(ledger: Ledger) -> int:
    """The most bytes that Python held at once while the whole ledger was verified."""
    tracemalloc.start()
    try:
        verdict = verify_ledger(ledger)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        assert verdict.good


def test_verifying_holds_as_much_of_a_short_ledger_as_of_a_long_one(ledger: Ledger) -> None:
    for _ in range(4):
        ledger.append(bodies(3_000), AT)
    short = peak(ledger)
    for _ in range(8):
        ledger.append(bodies(3_000), AT)
    assert ledger.size() == 36_000
    assert peak(ledger) < 1.2 * short
