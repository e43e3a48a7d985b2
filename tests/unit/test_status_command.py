"""`avow status`: the same fold as the pages, in the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from avow.engine.db.store import Store
from avow.engine.evidence.checks import Check, CheckResult, Item, Outcome, failed, passed
from avow.engine.evidence.kept import keep
from avow.faces.cli.main import main
from tests.unit.declared import SOUND


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sound declaration with a text, and room for a state."""
    (tmp_path / "avow.yaml").write_text(SOUND, encoding="utf-8")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "fr.md").write_text("## 3.a\n\nUn mois.\n", encoding="utf-8")
    return tmp_path


def answered(store: Store, outcome: Outcome) -> None:
    """The oldest row of the desk was looked at an hour ago."""
    at = datetime.now(UTC) - timedelta(hours=1)
    check = Check("retention.oldest", frozenset({"3.a"}))
    result = CheckResult(
        check.id, check.clauses, Item("desk", "caller"), outcome, at, 0, canary_seen=True
    )
    keep(store, [check], [result], release=None, at=at)


def run(folder: Path, url: str, *more: str) -> Result:
    words = ["status", str(folder), "--state", str(folder / "state"), "--database-url", url, *more]
    return CliRunner().invoke(main, words, env={"COLUMNS": "120"})


def test_a_broken_promise_is_said_with_its_reason_and_ends_with_1(
    folder: Path, store: Store, state_url: str
) -> None:
    answered(store, failed(2, "oldest row is 40 days old"))
    said = run(folder, state_url)
    assert said.exit_code == 1, said.output
    assert said.output.startswith("▲ broken 1   ◆ unknown 0   ○ not enforced 3")
    assert "desk.caller: 2 breaches: oldest row is 40 days old" in said.output
    assert "→ Repair what the check found; its next run shows it." in said.output


def test_kept_promises_are_counted_and_shown_only_when_asked_for(
    folder: Path, store: Store, state_url: str
) -> None:
    answered(store, passed(12))
    assert run(folder, state_url).exit_code == 0
    assert "● kept 1" in run(folder, state_url).output
    assert "\n3.a" not in run(folder, state_url).output
    assert "\n3.a" in run(folder, state_url, "--all").output


def test_the_json_has_every_promise_and_every_count(
    folder: Path, store: Store, state_url: str
) -> None:
    answered(store, passed(12))
    said = json.loads(run(folder, state_url, "--json").output)
    assert said["counts"] == {
        "broken": 0, "unknown": 0, "unenforced": 3, "attested": 0, "kept": 1,
    }  # fmt: skip
    assert {p["clause"]: p["status"] for p in said["promises"]}["3.a"] == "kept"


@pytest.mark.parametrize(("language", "word"), [("fr", "rompue"), ("nl", "gebroken")])
def test_it_speaks_the_language_that_is_asked_for(
    language: str, word: str, folder: Path, store: Store, state_url: str
) -> None:
    answered(store, failed(2, "old rows"))
    assert word in run(folder, state_url, "--lang", language).output
