"""From an edited file to an empty row, by the commands that people type."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from avow.faces.cli.main import main
from tests.acceptance.evidence import spoken_for
from tests.faults.small import DECLARATION
from tests.today import today as this_day

TABLES = """
CREATE TABLE person (id integer PRIMARY KEY, name text);
CREATE TABLE visit (id integer PRIMARY KEY, person_id integer REFERENCES person (id), seen_on date,
                    page text);
CREATE INDEX visit_person ON visit (person_id);
"""


@pytest.fixture
def home(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a declaration and a small estate: 40 visits, 6 of them old."""
    estate = tmp_path / "app.db"
    today = this_day()
    with sqlite3.connect(estate) as made:
        made.executescript(TABLES)
        made.executemany("INSERT INTO person VALUES (?, ?)", [(n, f"p{n}") for n in range(20)])
        days = [today - timedelta(days=90 if n < 6 else 3) for n in range(40)]
        made.executemany(
            "INSERT INTO visit VALUES (?, ?, ?, ?)",
            [(n, n % 20, day.isoformat(), "page") for n, day in enumerate(days)],
        )
    made.close()
    text = DECLARATION.replace("connector: memory", "connector: sqlite\n    url: ${APP}")
    (tmp_path / "declaration").mkdir()
    (tmp_path / "declaration" / "all.yaml").write_text(text)
    monkeypatch.setenv("APP", str(estate))
    monkeypatch.setenv("AVOW_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    (tmp_path / "state").mkdir()
    return tmp_path


def avow(*words: str, expect: int = 0) -> Result:
    """Run a command and look at its exit code."""
    done = CliRunner().invoke(main, words)
    assert done.exit_code == expect, done.output
    return done


def visits(home: Path) -> int:
    """Visits that are there."""
    with sqlite3.connect(home / "app.db") as looked:
        found = looked.execute("SELECT count(*) FROM visit").fetchone()[0]
    looked.close()
    return int(found)


def activated(home: Path) -> None:
    """The declaration is put in force."""
    folder = str(home / "declaration")
    avow("activate", folder, "--author", "claire", "--as", "marc", "--as", "paul")


def test_nothing_is_planned_before_something_is_in_force(home: Path) -> None:
    refused = avow("plan", expect=3)
    assert "AV430" in refused.output
    assert visits(home) == 40


def test_a_preview_of_a_file_counts_and_keeps_nothing(home: Path) -> None:
    shown = avow("plan", "--preview", str(home / "declaration"), "--json")
    (plan,) = json.loads(shown.output)
    assert (plan["status"], plan["rows"]) == ("preview", 6)
    activated(home)
    assert json.loads(avow("plan", "--list", "--json").output) == []


def test_an_activation_says_what_becomes_due_and_wants_three_persons(home: Path) -> None:
    folder = str(home / "declaration")
    said = avow("activate", folder, "--dry-run", "--json").output
    (first,) = json.loads(said)
    assert (first["rule"], first["before"], first["after"]) == ("visits", 0, 6)
    for people, code in (((), "AV433"), (("marc",), "AV433"), (("claire", "marc"), "AV420")):
        words = [word for person in people for word in ("--as", person)]
        assert code in avow("activate", folder, "--author", "claire", *words, expect=3).output


def test_the_whole_way_from_plan_to_end(home: Path, store: object) -> None:
    """Level by level with its evidence, plan, two approvals, apply: six visits are gone."""
    del store
    activated(home)
    plan = json.loads(avow("plan", "--json").output)[0]
    assert (plan["rows"], plan["status"], plan["level"]) == (6, "made", "observe")
    assert "AV411" in avow("apply", plan["plan"]["id"], expect=3).output
    both = ("--as", "marc", "--as", "paul")
    early = avow("level", "app", "visits", "rehearse", *both, expect=3)
    assert "AV421" in early.output
    for days in range(1, 7):
        day = (this_day() - timedelta(days=days)).isoformat()
        avow("plan", "--as-of", day)
    avow("level", "app", "visits", "rehearse", *both)
    spoken_for(home)
    avow("level", "app", "visits", "approve", *both)
    plan = json.loads(avow("plan", "--json").output)[0]
    name = plan["plan"]["id"]
    assert plan["status"] == "waiting"
    avow("approve", name, "--as", "marc")
    assert "AV427" in avow("apply", name, expect=3).output
    avow("approve", name, "--as", "paul")
    avow("stop", "app", "--as", "olivia")
    assert "AV416" in avow("apply", name, expect=3).output
    avow("stop", "app", "--release", *both)
    (done,) = json.loads(avow("apply", name, "--json").output)
    assert (done["status"], done["rows"], visits(home)) == ("done", 6, 34)
    avow("ledger", "verify")


def test_a_hold_keeps_a_row_and_says_nothing_of_whom(home: Path) -> None:
    activated(home)
    words = ("--reason", "litigation", "--law", "art. 17(3)(e) GDPR", "--until", "2099-01-01")
    row = ("--system", "app", "--dataset", "visit", "--key", "3")
    placed = avow("hold", "add", *row, *words, "--as", "olivia").output
    step = next(
        s for s in json.loads(avow("plan", "--json").output)[0]["plan"]["parts"][0]["steps"]
    )
    assert (step["measure"]["rows"], step["measure"]["retained"]) == (5, 1)
    (hold,) = json.loads(avow("hold", "list", "--json").output)
    assert hold["id"] in placed
    assert '"3"' not in avow("hold", "list", "--json").output
    avow("hold", "release", hold["id"], "--as", "olivia")
    assert json.loads(avow("plan", "--json").output)[0]["rows"] == 6


def test_an_edited_file_changes_nothing(home: Path) -> None:
    """The period in the file is shorter now; what runs is what was activated."""
    activated(home)
    file = home / "declaration" / "all.yaml"
    file.write_text(file.read_text().replace("1 month", "1 day"))
    assert json.loads(avow("plan", "--json").output)[0]["rows"] == 6


def test_an_identity_is_never_repeated(home: Path) -> None:
    activated(home)
    words = ("--reason", "x", "--law", "x", "--until", "2099-01-01", "--as", "olivia")
    for identity, expect in (("secret@example.org", 2), ("email=secret@example.org", 0)):
        said = avow("hold", "add", "--identity", identity, *words, expect=expect)
        assert "secret" not in said.output


def test_the_days_to_come_are_counted_and_kept_for_the_console(home: Path) -> None:
    """34 visits of three days ago are far from their end: nothing is added, six are overdue."""
    activated(home)
    (look,) = json.loads(avow("plan", "--forecast", "--json").output)
    (due,) = look["due"]
    assert (due["dataset"], due["move"], set(due["rows"].values())) == ("visit", "delete", {6})
    assert len(due["rows"]) == 9
    shown = avow("plan", "--forecast").output
    assert "app.visit" in shown
    assert json.loads(avow("plan", "--list", "--json").output) == []
    assert visits(home) == 40


def test_what_is_stopped_and_frozen_is_shown(home: Path) -> None:
    activated(home)
    assert "nothing" in avow("stop", "--list").output
    avow("stop", "app", "--as", "olivia")
    days = ("--from", "2099-12-20", "--until", "2099-12-31", "--reason", "year's end")
    avow("stop", *days, "--every", "year", "--as", "marc")
    said = json.loads(avow("stop", "--list", "--json").output)
    assert [s["system"] for s in said["stops"]] == ["app"]
    frozen = said["freezes"][0]
    expected = {"system": None, "from": "2099-12-20", "until": "2099-12-31", "every": "year"}
    assert {k: v for k, v in frozen.items() if k != "id"} == expected
    assert "AV415" in avow("stop", "--thaw", frozen["id"], "--as", "marc", expect=3).output
    avow("stop", "--thaw", frozen["id"], "--as", "marc", "--as", "olivia")
    assert json.loads(avow("stop", "--list", "--json").output)["freezes"] == []
    again = avow("stop", "--thaw", frozen["id"], "--as", "marc", "--as", "olivia", expect=3)
    assert "AV423" in again.output
    entries = json.loads(avow("ledger", "show", "--json").output)["entries"]
    assert [each["kind"] for each in entries][-3:] == ["stopped", "frozen", "thawed"]


def test_a_stop_or_a_freeze_of_nothing_is_refused(home: Path) -> None:
    """A misspelt system, days the wrong way round, and half a freeze, which would stop all now."""
    activated(home)
    assert "AV423" in avow("stop", "ap", "--as", "olivia", expect=3).output
    days = ("--from", "2099-12-31", "--until", "2099-12-20")
    assert "AV585" in avow("stop", *days, "--as", "marc", expect=3).output
    avow("stop", "--from", "2099-12-31", "--as", "marc", expect=2)
    assert "nothing" in avow("stop", "--list").output
