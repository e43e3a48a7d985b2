"""`avow verify`, then `avow status`: a promise is kept once somebody has looked, and not before."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from avow.faces.cli.main import main
from tests.faults.small import DECLARATION
from tests.today import today as this_day

TABLES = """
CREATE TABLE person (id integer PRIMARY KEY, name text);
CREATE TABLE visit (id integer PRIMARY KEY, person_id integer REFERENCES person (id), seen_on date,
                    page text);
INSERT INTO person VALUES (1, 'p1');
"""


@pytest.fixture
def home(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a declaration and a small estate with one fresh visit."""
    text = DECLARATION.replace("connector: memory", "connector: sqlite\n    url: ${APP}")
    (tmp_path / "all.yaml").write_text(text)
    monkeypatch.setenv("APP", str(tmp_path / "app.db"))
    monkeypatch.setenv("AVOW_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    with closing(sqlite3.connect(tmp_path / "app.db")) as made:
        made.executescript(TABLES)
    visit(tmp_path, 1, days_ago=3)
    return tmp_path


def visit(home: Path, key: int, *, days_ago: int) -> None:
    """Somebody was here."""
    day = this_day() - timedelta(days=days_ago)
    with closing(sqlite3.connect(home / "app.db")) as made:
        made.execute("INSERT INTO visit VALUES (?, 1, ?, 'page')", (key, day.isoformat()))
        made.commit()


def avow(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, words, env={"COLUMNS": "120"})


def word(home: Path, clause: str = "2.a") -> str:
    """The word of a promise, as the status says it."""
    said = json.loads(avow("status", str(home / "all.yaml"), "--json").output)
    return str({p["clause"]: p["status"] for p in said["promises"]}[clause])


def test_a_promise_is_kept_once_it_was_looked_at_and_broken_by_an_old_row(home: Path) -> None:
    assert word(home) == "unenforced"
    looked = avow("verify", str(home / "all.yaml"))
    assert looked.exit_code == 0, looked.output
    assert "2.a" in looked.output
    assert "● as promised" in looked.output
    assert word(home) == "kept"
    visit(home, 2, days_ago=90)
    looked = avow("verify", str(home / "all.yaml"))
    assert looked.exit_code == 1
    assert "1 rows past their end and still held" in looked.output
    assert word(home) == "broken"


def test_another_day_is_shown_and_not_kept(home: Path) -> None:
    later = (this_day() + timedelta(days=60)).isoformat()
    looked = avow("verify", str(home / "all.yaml"), "--as-of", later, "--json")
    assert looked.exit_code == 1
    (count, again) = json.loads(looked.output)
    assert (count["check"], count["failed"]) == ("retention.overdue.2.a", 1)
    assert (again["check"], again["answer"]) == ("retention.oldest.2.a", "pass")
    assert word(home) == "unenforced"


def test_a_census_goes_to_the_ledger_and_proves_nothing_without_somebody_to_see(home: Path) -> None:
    """The map names no identity, so nobody can be a canary; with one the census proves."""
    told = avow("verify", str(home / "all.yaml"), "--census")
    assert "nothing is proven: a person who is there was not seen" in told.output
    text = (home / "all.yaml").read_text()
    named = "subject: visitor\n        identities: {name: {field: name}}\n"
    (home / "all.yaml").write_text(text.replace("subject: visitor\n", named))
    with closing(sqlite3.connect(home / "app.db")) as made:
        made.execute("UPDATE person SET name = 'visitor-one'")
        made.commit()
    told = avow("verify", str(home / "all.yaml"), "--census")
    assert "app: 0 erased values looked for, 6 columns and 2 rows read; none is left" in told.output
    assert "proven" in avow("ledger", "show").output
    assert avow("ledger", "verify").exit_code == 0
