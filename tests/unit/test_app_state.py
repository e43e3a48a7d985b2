"""Opening the state: what is made on the first day is found again on the second."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from avow.app import open_state
from avow.common.clock import SetClock
from avow.engine.evidence.entries import Signed
from avow.engine.evidence.verify import verify_ledger
from tests.postgres import new_home

DAY = SetClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
SIGNED = Signed(document="d" * 64, what="release", by="marc", signature="e" * 64)


@pytest.fixture
def folder() -> Path:
    return new_home() / "state"


def test_an_embedded_state_is_found_again(folder: Path) -> None:
    with open_state(folder, clock=DAY) as state:
        state.ledger.append([SIGNED], DAY.now())
        first = (state.ledger.origin, state.ring, state.ledger.checkpoint())
    assert (folder / "ledger.checkpoint").read_text() == first[2]
    with open_state(folder, clock=DAY) as state:
        assert (state.ledger.origin, state.ring, state.ledger.checkpoint()) == first
        assert state.contradiction == ""
        assert verify_ledger(state.ledger).size == 1
    shutil.rmtree(folder.parent)


def test_a_state_with_other_keys_is_not_the_same_ledger(
    state_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Planted: the key ring was lost and made anew; the old checkpoint cannot be checked."""
    with open_state(tmp_path / "state", state_url, clock=DAY) as state:
        state.ledger.append([SIGNED], DAY.now())
    (tmp_path / "state" / "keys" / "ring.json").unlink()
    with open_state(tmp_path / "state", state_url, clock=DAY) as state:
        assert "no known key" in state.contradiction
        assert not verify_ledger(state.ledger).good
    assert "does not continue" in caplog.text
