"""From a plan to its undo by the commands that people type, and a plan as one page."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from avow.faces.cli.main import main
from tests.acceptance.evidence import spoken_for
from tests.acceptance.test_plan_commands import TABLES, activated, avow, visits
from tests.faults.small import DECLARATION
from tests.today import today as this_day

BOTH = ("--as", "marc", "--as", "paul")
URL = re.compile(r"(https?:)?//[^\s\"'<]")


@pytest.fixture
def home(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A declaration whose visits can be undone: 6 of 40 are due in two to six days."""
    today = this_day()
    with sqlite3.connect(tmp_path / "app.db") as made:
        made.executescript(TABLES)
        made.executemany("INSERT INTO person VALUES (?, ?)", [(n, f"Zoë-{n}") for n in range(20)])
        days = [today - timedelta(days=27 if n < 6 else 3) for n in range(40)]
        made.executemany(
            "INSERT INTO visit VALUES (?, ?, ?, ?)",
            [(n, n % 20, day.isoformat(), f"secret/{n}") for n, day in enumerate(days)],
        )
    made.close()
    text = DECLARATION.replace("connector: memory", "connector: sqlite\n    url: ${APP}")
    text = text.replace("    then: erase\n", "    then: erase\n    undo: 7 days\n")
    (tmp_path / "declaration").mkdir()
    (tmp_path / "declaration" / "all.yaml").write_text(text.replace("1 month", "30 days"))
    monkeypatch.setenv("APP", str(tmp_path / "app.db"))
    monkeypatch.setenv("AVOW_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    (tmp_path / "state").mkdir()
    return tmp_path


def approved(home: Path) -> str:
    """Raise the rule, plan and approve; the id of the plan."""
    for days in range(7):
        avow("plan", "--as-of", (this_day() - timedelta(days=days)).isoformat())
    avow("level", "app", "visits", "rehearse", *BOTH)
    spoken_for(home)
    avow("level", "app", "visits", "approve", *BOTH)
    name = json.loads(avow("plan", "--json").output)[0]["plan"]["id"]
    avow("approve", name, "--as", "marc")
    avow("approve", name, "--as", "paul")
    return str(name)


def test_rows_are_taken_out_shown_and_brought_back(home: Path, store: object) -> None:
    del store
    activated(home)
    name = approved(home)
    (done,) = json.loads(avow("apply", name, "--json").output)
    assert (done["rows"], visits(home)) == (6, 34)
    (lying,) = json.loads(avow("undo", "--json").output)
    until = this_day() + timedelta(days=2)
    assert (lying["plan"], lying["rows"], lying["until"]) == (name, 6, until.isoformat())
    shown = " ".join(avow("plan").output.split())
    assert f"app.visit: 6 rows lie in a bundle until {until}" in shown
    status = CliRunner().invoke(main, ["status", str(home / "declaration")]).output
    assert f"app.visit: 6 rows lie in a bundle until {until}" in status
    assert avow("undo", "--destroy-due").output == "nothing\n"
    assert "AV427" in avow("undo", name, "--as", "marc", expect=3).output
    back = json.loads(avow("undo", name, *BOTH, "--json").output)
    assert (back["rows"], back["lowered"], visits(home)) == (6, ["visits"], 40)
    assert "AV411" in avow("plan").output
    assert "AV436" in avow("undo", name, *BOTH, expect=3).output
    assert "AV440" in avow("apply", back["undo"], expect=3).output
    avow("ledger", "verify")


def test_a_plan_is_one_page_that_asks_nothing_of_anybody(home: Path) -> None:
    """Counts, statements and places are there; no script, no other host, no value of a person."""
    activated(home)
    page = home / "plan.html"
    avow("plan", "--html", str(page))
    text = page.read_text(encoding="utf-8")
    for wanted in ("This plan touches 6 rows in app.", "DELETE FROM", "2.a", "stops beyond",
                   "7 days early", "AV411", "<style>"):  # fmt: skip
        assert wanted in text, wanted
    assert not URL.search(text)
    for forbidden in ("<script", "<link", "<img", "src=", "url(", "@import", "href="):
        assert forbidden not in text, forbidden
    assert "Zoë" not in text
    assert "secret" not in text
