"""From a declaration to lines that are gone, by the commands that people type: a log and a list."""

from __future__ import annotations

import gzip
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.acceptance.evidence import avow, judged_right, planned
from tests.faults.small import DECLARATION
from tests.today import today as this_day

FILES = """\
      person:
        file: person.csv
        format: csv
        types: {id: integer}
        subject: visitor
        key: [id]
        collected_at: door
        fields: {name: name}
        rest: name
      visit:
        file: logs/visit.log*
        format: log
        pattern: '(?P<seen_on>\\S+) (?P<person_id>\\d+) (?P<page>.*)'
        types: {seen_on: date, person_id: integer}
        owned_by: {person: person_id}
        collected_at: door
        rest: visit-log
        events: {visited: seen_on}
"""
BOTH = ("--as", "marc", "--as", "paul")
TODAY = this_day()
OLD, NEW = TODAY - timedelta(days=90), TODAY - timedelta(days=3)


@pytest.fixture
def home(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with 20 persons and their 2,340 visits, 306 of them old, in three files."""
    (tmp_path / "app" / "logs").mkdir(parents=True)
    (tmp_path / "app" / "person.csv").write_text(
        "id,name\n" + "".join(f"{n},p{n}\n" for n in range(20))
    )
    logs = tmp_path / "app" / "logs"
    (logs / "visit.log").write_text("".join(f"{NEW} {n % 20} page {n}\n" for n in range(2000)))
    mixed = "".join(f"{OLD if n < 6 else NEW} {n % 20} page\n" for n in range(40))
    (logs / "visit.log.1").write_text(mixed)
    old = "".join(f"{OLD} {n % 20} page {n}\n" for n in range(300))
    (logs / "visit.log.2.gz").write_bytes(gzip.compress(old.encode()))
    text = DECLARATION.replace("connector: memory", "connector: files\n    url: ${APP}")
    text = text[: text.index("      person:\n        subject")] + FILES
    (tmp_path / "declaration").mkdir()
    (tmp_path / "declaration" / "all.yaml").write_text(text)
    monkeypatch.setenv("APP", str(tmp_path / "app"))
    monkeypatch.setenv("AVOW_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    (tmp_path / "state").mkdir()
    return tmp_path


def test_a_log_is_swept_from_plan_to_end(home: Path, store: object) -> None:
    """Three levels, a rehearsal on a copy, two approvals: every old line is gone, and nothing else
    has changed."""
    del store
    logs = home / "app" / "logs"
    kept = (logs / "visit.log.1").read_text().splitlines()[6:]
    whole = (logs / "visit.log").read_bytes()
    folder = str(home / "declaration")
    avow("activate", folder, "--author", "claire", *BOTH)
    for days in range(7):
        avow("plan", "--as-of", (TODAY - timedelta(days=days)).isoformat())
    avow("level", "app", "visits", "rehearse", *BOTH)
    name = planned()
    avow("rehearse", name, "--on", str(shutil.copytree(home / "app", home / "copy")))
    judged_right(home, name)
    avow("level", "app", "visits", "approve", *BOTH)
    assert [_applied(306), _applied(296)] == [10, 296], "the ramp lets ten rows go first"
    assert (logs / "visit.log").read_bytes() == whole
    assert (logs / "visit.log.1").read_text().splitlines() == kept
    assert sorted(path.name for path in logs.iterdir()) == ["visit.log", "visit.log.1"]
    looked = json.loads(avow("verify", folder, "--json").output)
    assert {(each["answer"], each["rows"]) for each in looked} == {("pass", 2034)}


def _applied(rows: int) -> int:
    """Plan, approve and apply what is due; how many rows went."""
    plan = json.loads(avow("plan", "--json").output)[0]
    assert plan["rows"] == rows
    for person in ("marc", "paul"):
        avow("approve", plan["plan"]["id"], "--as", person)
    (done,) = json.loads(avow("apply", plan["plan"]["id"], "--json").output)
    return int(done["rows"])
