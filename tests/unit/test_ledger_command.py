"""`avow ledger`: what people see, and the exit code when something is broken."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from avow.app import open_state
from avow.common.clock import SetClock
from avow.engine.evidence.entries import Activated, Proven
from avow.faces.cli.main import main

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
CENSUS = "census-" + "a" * 26

Run = Callable[..., Result]


@pytest.fixture
def run(state_url: str, tmp_path: Path) -> Run:
    """`avow ledger …` on a state with three entries."""
    folder = tmp_path / "state"
    with open_state(folder, state_url, clock=SetClock(AT)) as state:
        state.ledger.append([Activated(release="a" * 64, by=("marc", "lea"))], AT)
        proven = Proven(census=CENSUS, system="app", batches=1, sought=2, found=0, canary_seen=True)
        state.ledger.append([proven, proven], AT, simulated=True)

    def invoke(*words: str) -> Result:
        options = ["ledger", "--state", str(folder), "--database-url", state_url]
        return CliRunner().invoke(main, [*options, *words])

    return invoke


def test_a_good_ledger_verifies(run: Run) -> None:
    result = run("verify")
    assert (result.exit_code, result.output) == (0, "3 entries, all as they were written\n")


def test_show_lists_entries_key_and_checkpoint(run: Run) -> None:
    result = run("show")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == (
        "     0  2026-03-01T12:00:00Z  activated  by=marc,lea previous=none release=aaaaaaaaaa…"
    )
    assert "(simulated)" in lines[1]
    assert "found=0" in lines[1]
    assert lines[3].startswith("key  avow/ledger-")
    assert lines[6] == "3"
    assert [entry["n"] for entry in json.loads(run("show", "--json").output)["entries"]] == [
        0,
        1,
        2,
    ]
    only = json.loads(run("show", "--json", "--kind", "activated").output)
    assert [entry["kind"] for entry in only["entries"]] == ["activated"]


def test_an_export_verifies_offline_and_a_changed_one_does_not(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    key = json.loads(run("export", str(file), "--json").output)["key"]
    offline = ["ledger", "--state", str(tmp_path / "none"), "verify", str(file)]
    good = CliRunner().invoke(main, [*offline, "--key", key])
    assert (good.exit_code, good.output) == (0, "3 entries, all as they were written\n")
    assert not (tmp_path / "none").exists()
    assert "not looked at" in CliRunner().invoke(main, offline).output
    file.write_bytes(file.read_bytes().replace(b'"found":0', b'"found":1', 1))
    broken = CliRunner().invoke(main, [*offline, "--key", key, "--json"])
    assert broken.exit_code == 1
    assert json.loads(broken.output)["broken_at"] == 1


def test_a_rolled_back_ledger_is_broken_although_it_fits_together(
    run: Run, tmp_path: Path, state_url: str
) -> None:
    with open_state(tmp_path / "state", state_url) as state, state.store.outside() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("DELETE FROM avow.ledger_entry WHERE number > 0")
        owner.execute("DELETE FROM avow.ledger_checkpoint WHERE size > 1")
        owner.execute("RESET session_replication_role")
    result = run("verify")
    assert result.exit_code == 1
    assert "does not continue the checkpoint" in result.output


def test_a_password_is_not_printed(tmp_path: Path) -> None:
    url = "postgresql://avow:s3cret-planted@127.0.0.1:1/avow"
    words = ["ledger", "--state", str(tmp_path), "--database-url", url, "show"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 4
    assert "AV858" in result.output
    assert "s3cret" not in result.output


def test_help_is_one_line_and_needs_no_state() -> None:
    assert "ledger" in CliRunner().invoke(main, ["--help"]).output
    assert CliRunner().invoke(main, ["ledger", "verify", "--help"]).exit_code == 0
