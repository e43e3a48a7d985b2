"""A rehearsal and a sample by the commands that people type, and the level they speak for."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from avow.faces.cli.main import main
from tests.faults.small import DECLARATION

TABLES = """
CREATE TABLE person (id integer PRIMARY KEY, name text);
CREATE TABLE visit (id integer PRIMARY KEY, person_id integer REFERENCES person (id), seen_on date,
                    page text);
CREATE INDEX visit_person ON visit (person_id);
"""
KEEPS_ROWS = """
CREATE TRIGGER keep BEFORE DELETE ON visit WHEN old.id < 3 BEGIN SELECT RAISE(IGNORE); END;
"""
BOTH = ("--as", "marc", "--as", "paul")


@pytest.fixture
def home(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small estate with 40 visits, 6 of them old, whose one rule is at level rehearse."""
    today = date.today()  # noqa: DTZ011 (the commands read the clock of this machine)
    with closing(sqlite3.connect(tmp_path / "app.db")) as made, made:
        made.executescript(TABLES)
        made.executemany("INSERT INTO person VALUES (?, ?)", [(n, f"p{n}") for n in range(20)])
        days = [today - timedelta(days=90 if n < 6 else 3) for n in range(40)]
        made.executemany(
            "INSERT INTO visit VALUES (?, ?, ?, ?)",
            [(n, n % 20, day.isoformat(), "secret page") for n, day in enumerate(days)],
        )
    text = DECLARATION.replace("connector: memory", "connector: sqlite\n    url: ${APP}")
    (tmp_path / "declaration").mkdir()
    (tmp_path / "declaration" / "all.yaml").write_text(text)
    (tmp_path / "state").mkdir()
    monkeypatch.setenv("APP", str(tmp_path / "app.db"))
    monkeypatch.setenv("AVOW_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    avow("activate", str(tmp_path / "declaration"), "--author", "claire", *BOTH)
    for back in range(7):
        avow("plan", "--as-of", (today - timedelta(days=back)).isoformat())
    return tmp_path


def avow(*words: str, expect: int = 0, answers: str = "") -> Result:
    """Run a command and look at its exit code."""
    done = CliRunner().invoke(main, words, input=answers)
    assert done.exit_code == expect, done.output
    return done


def planned() -> str:
    """The id of a new plan."""
    return str(json.loads(avow("plan", "--json").output)[0]["plan"]["id"])


def restored(home: Path, name: str = "copy.db") -> str:
    """A fresh copy of the system."""
    return str(shutil.copyfile(home / "app.db", home / name))


def visits(file: str | Path) -> int:
    """Visits that are there."""
    with closing(sqlite3.connect(file)) as looked:
        return int(looked.execute("SELECT count(*) FROM visit").fetchone()[0])


def change(file: str | Path, statements: str) -> None:
    """Change a database behind the engine's back."""
    with closing(sqlite3.connect(file)) as other, other:
        other.executescript(statements)


def deletion(said: dict[str, list[dict[str, object]]]) -> dict[str, object]:
    """What the step did that deletes visits."""
    (step,) = [s for s in said["steps"] if (s["dataset"], s["move"]) == ("visit", "delete")]
    return step


def codes(done: Result) -> list[str]:
    """The codes of a rehearsal's findings."""
    return [finding["code"] for finding in json.loads(done.output)["findings"]]


def test_below_level_rehearse_nothing_is_carried_out_on_a_copy_neither(home: Path) -> None:
    copy = restored(home)
    assert "AV570" in avow("rehearse", planned(), "--on", copy, expect=3).output
    assert visits(copy) == 40


def test_the_copy_is_changed_and_the_system_is_not(home: Path) -> None:
    avow("level", "app", "visits", "rehearse", *BOTH)
    copy = restored(home)
    said = json.loads(avow("rehearse", planned(), "--on", copy, "--json").output)
    step = deletion(said)
    assert (step["planned"], step["counted"], step["moved"], step["remaining"]) == (6, 6, 6, 0)
    assert (said["passed"], visits(copy), visits(home / "app.db")) == (True, 34, 40)
    avow("ledger", "verify")


def test_an_address_that_leads_to_the_system_is_refused_whatever_its_name(home: Path) -> None:
    """A link, a second name of the same file, and the address of the map itself."""
    avow("level", "app", "visits", "rehearse", *BOTH)
    plan = planned()
    (home / "link.db").symlink_to(home / "app.db")
    (home / "hard.db").hardlink_to(home / "app.db")
    for name in ("app.db", "link.db", "hard.db"):
        assert "AV571" in avow("rehearse", plan, "--on", str(home / name), expect=3).output
    assert "AV571" in avow("rehearse", plan, "--on", "${APP}", expect=3).output
    assert visits(home / "app.db") == 40


def test_a_copy_whose_trigger_keeps_rows_makes_the_rehearsal_fail(home: Path) -> None:
    """Planted on the copy alone: its schema differs, and three rows are still there."""
    avow("level", "app", "visits", "rehearse", *BOTH)
    copy = restored(home)
    change(copy, KEEPS_ROWS)
    failed = avow("rehearse", planned(), "--on", copy, "--json", expect=1)
    assert codes(failed) == ["AV574", "AV577"]
    assert "only the copy has trigger `visit.keep`" in failed.output
    assert visits(copy) == 37


def test_a_trigger_that_the_system_has_too_is_found_before_it_matters(home: Path) -> None:
    """What a rehearsal is for: the schema is the same, and the plan does not do what it says."""
    change(home / "app.db", KEEPS_ROWS)
    avow("level", "app", "visits", "rehearse", *BOTH)
    failed = avow("rehearse", planned(), "--on", restored(home), "--json", expect=1)
    assert codes(failed) == ["AV577"]


def test_rows_that_a_constraint_keeps_are_counted_by_it(home: Path) -> None:
    refuses = """
    CREATE TRIGGER no BEFORE DELETE ON visit WHEN old.id = 4
    BEGIN SELECT RAISE(ABORT, 'not this one'); END;
    """
    change(home / "app.db", refuses)
    avow("level", "app", "visits", "rehearse", *BOTH)
    failed = avow("rehearse", planned(), "--on", restored(home), "--json", expect=1)
    assert codes(failed) == ["AV577", "AV578"]
    assert [b["rows"] for b in json.loads(failed.output)["blocked"]] == [1]


def test_a_hold_keeps_its_row_on_the_copy_and_fails_nothing(home: Path) -> None:
    avow("level", "app", "visits", "rehearse", *BOTH)
    row = ("--system", "app", "--dataset", "visit", "--key", "3", "--as", "olivia")
    law = ("--reason", "litigation", "--law", "art. 17(3)(e) GDPR", "--until", "2099-01-01")
    avow("hold", "add", *row, *law)
    said = json.loads(avow("rehearse", planned(), "--on", restored(home), "--json").output)
    step = deletion(said)
    assert (step["moved"], step["remaining"], step["held"]) == (5, 0, 1)


def test_a_copy_that_is_empty_says_nothing(home: Path) -> None:
    """A check that cannot fail proves nothing: no row went wrong, because there was none."""
    avow("level", "app", "visits", "rehearse", *BOTH)
    copy = restored(home)
    change(copy, "DELETE FROM visit")
    assert codes(avow("rehearse", planned(), "--on", copy, "--json", expect=1)) == ["AV575"]


def test_a_plan_of_another_schema_is_not_rehearsed(home: Path) -> None:
    avow("level", "app", "visits", "rehearse", *BOTH)
    plan = planned()
    change(home / "app.db", "ALTER TABLE visit ADD COLUMN referrer text")
    assert "AV573" in avow("rehearse", plan, "--on", restored(home), expect=3).output


def test_a_stop_ends_a_rehearsal_too(home: Path) -> None:
    avow("level", "app", "visits", "rehearse", *BOTH)
    avow("stop", "app", "--as", "olivia")
    copy = restored(home)
    assert codes(avow("rehearse", planned(), "--on", copy, "--json", expect=1))[0] == "AV579"
    assert visits(copy) == 40


def test_a_copy_that_does_not_answer_is_said_without_its_address(home: Path) -> None:
    avow("level", "app", "visits", "rehearse", *BOTH)
    said = avow("rehearse", planned(), "--on", str(home / "nowhere" / "x.db"), expect=4).output
    assert "the copy of `app` does not answer" in said
    assert "nowhere" not in said
