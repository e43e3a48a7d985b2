"""`avow impact`, and what `avow activate` refuses, as people type them: a small SQLite estate."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from avow.faces.cli.main import main
from tests.acceptance.test_plan_commands import TABLES
from tests.faults.small import DECLARATION
from tests.today import today

PERIOD = "    at_most: 1 month\n"
PEOPLE = ("--author", "claire", "--as", "marc", "--as", "paul")


def avow(*words: str, expect: int = 0) -> Result:
    """Run a command and look at its exit code."""
    done = CliRunner().invoke(main, words)
    assert done.exit_code == expect, done.output
    return done


def declared(home: Path, name: str, period: str) -> str:
    """A folder with the declaration and another period."""
    text = DECLARATION.replace("connector: memory", "connector: sqlite\n    url: ${APP}")
    (home / name).mkdir()
    (home / name / "all.yaml").write_text(text.replace(PERIOD, period))
    return str(home / name)


@pytest.fixture
def home(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two persons; visits 5, 15, 25 and 45 days ago, the last two of the second person."""
    with sqlite3.connect(tmp_path / "app.db") as made:
        made.executescript(TABLES)
        made.executemany("INSERT INTO person VALUES (?, ?)", [(1, "a"), (2, "b")])
        ages = [(1, 1, 5), (2, 1, 15), (3, 2, 25), (4, 2, 45)]
        rows = [(n, who, str(today() - timedelta(days=age)), "x") for n, who, age in ages]
        made.executemany("INSERT INTO visit VALUES (?, ?, ?, ?)", rows)
    made.close()
    monkeypatch.setenv("APP", str(tmp_path / "app.db"))
    monkeypatch.setenv("AVOW_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    (tmp_path / "state").mkdir()
    return tmp_path


def test_a_shorter_period_is_counted_in_a_line(home: Path) -> None:
    """Twenty days in the place of two months: both visits of the second person become due now, the
    others within a month, where the old period would end nothing yet."""
    old = declared(home, "old", "    at_most: 2 months\n")
    new = declared(home, "new", "    at_most: 20 days\n")
    told = avow("impact", old, new).output.splitlines()
    assert told[0] == (
        "2.a `visits` 2 months → 20 days: 2 rows of 1 persons due on day one, "
        "2 more within a year, every system can, no legal minimum hit"
    )
    assert told[1].strip() == "app.visit: 2 rows"
    assert told[2].startswith("    in  1 months █")
    (said,) = json.loads(avow("impact", old, new, "--json").output)["changes"]
    assert (said["due_now"], said["persons"], said["later"]) == (2, {"app": 1}, {"1": 2})


def test_releases_are_named_by_their_digest(home: Path) -> None:
    """What is in force is compared with a folder by the first digits of its digest."""
    old = declared(home, "month", PERIOD)
    done = avow("activate", old, *PEOPLE).output
    digest = done.split("in force: ")[1][:12]
    new = declared(home, "week", "    at_most: 7 days\n")
    assert "2 rows of 2 persons" in avow("impact", digest, new).output
    assert "no folder, no file and no release" in avow("diff", "abcdef", new, expect=2).output


def test_an_estate_that_is_away_has_no_number(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = declared(home, "month", PERIOD), declared(home, "week", "    at_most: 7 days\n")
    monkeypatch.setenv("APP", str(home / "nowhere" / "app.db"))
    assert "nobody knows how many rows" in avow("impact", old, new, expect=4).output
    (said,) = json.loads(avow("impact", old, new, "--json", expect=4).output)["changes"]
    assert (said["due_now"], said["unknown"]) == (None, {"app": "unreachable"})


def test_a_lengthened_rule_is_refused_with_the_rows_it_would_keep(home: Path) -> None:
    """Four visits are held already. With the older end beside it the release is put in force."""
    avow("activate", declared(home, "month", PERIOD), *PEOPLE)
    longer = declared(home, "year", "    at_most: 1 year\n")
    refused = avow("activate", longer, *PEOPLE, expect=3).output
    assert "AV680: `visits` (2.a) is lengthened for 4 rows held already" in refused
    line = f"{{starts: visited, at_most: 1 month, before: {today()}}}"
    assert line in refused
    both = f"    whichever_first:\n      - {{starts: visited, at_most: 1 year}}\n      - {line}\n"
    text = (home / "year" / "all.yaml").read_text().replace("    starts: visited\n", "", 1)
    (home / "year" / "all.yaml").write_text(text.replace("    at_most: 1 year\n", both))
    assert "in force" in avow("activate", longer, *PEOPLE).output
