"""A rehearsal and a sample by the commands that people type, and the level they speak for."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import Result
from psycopg.conninfo import conninfo_to_dict

from tests import mariadb
from tests.acceptance.evidence import avow, judged_right, planned, restored
from tests.faults.small import DECLARATION
from tests.postgres import database
from tests.today import today as this_day

Made: TypeAlias = tuple[Path, str]
"""A folder with a declaration, an estate and a state, and the address of the state's database."""

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


@pytest.fixture(scope="module")
def made(postgres_server: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A small estate with 40 visits, 6 of them old, whose one rule is at level rehearse."""
    folder = tmp_path_factory.mktemp("made")
    today = this_day()
    with closing(sqlite3.connect(folder / "app.db")) as file, file:
        file.executescript(TABLES)
        file.executemany("INSERT INTO person VALUES (?, ?)", [(n, f"p{n}") for n in range(20)])
        days = [today - timedelta(days=90 if n < 6 else 3) for n in range(40)]
        file.executemany(
            "INSERT INTO visit VALUES (?, ?, ?, ?)",
            [(n, n % 20, day.isoformat(), "secret page") for n, day in enumerate(days)],
        )
    text = DECLARATION.replace("connector: memory", "connector: sqlite\n    url: ${APP}")
    (folder / "declaration").mkdir()
    (folder / "declaration" / "all.yaml").write_text(text)
    (folder / "state").mkdir()
    with database(postgres_server) as url, pytest.MonkeyPatch.context() as patch:
        _live_in(patch, folder, url)
        avow("activate", str(folder / "declaration"), "--author", "claire", *BOTH)
        for back in range(7):
            avow("plan", "--as-of", (today - timedelta(days=back)).isoformat())
        avow("level", "app", "visits", "rehearse", *BOTH)
        yield folder, url


@pytest.fixture
def home(
    made: Made, postgres_server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A copy of it all for one test."""
    folder, url = made
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    with database(postgres_server, template=str(conninfo_to_dict(url)["dbname"])) as state:
        _live_in(monkeypatch, tmp_path, state)
        yield tmp_path


def _live_in(patch: pytest.MonkeyPatch, folder: Path, url: str) -> None:
    patch.setenv("APP", str(folder / "app.db"))
    patch.setenv("AVOW_STATE", str(folder / "state"))
    patch.setenv("AVOW_DATABASE_URL", url)


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
    avow("level", "app", "visits", "observe", "--as", "olivia")
    copy = restored(home)
    assert "AV570" in avow("rehearse", planned(), "--on", copy, expect=3).output
    assert visits(copy) == 40


def test_the_copy_is_changed_and_the_system_is_not(home: Path) -> None:
    copy = restored(home)
    said = json.loads(avow("rehearse", planned(), "--on", copy, "--json").output)
    step = deletion(said)
    assert (step["planned"], step["counted"], step["moved"], step["remaining"]) == (6, 6, 6, 0)
    assert (said["passed"], visits(copy), visits(home / "app.db")) == (True, 34, 40)
    avow("ledger", "verify")


def test_an_address_that_leads_to_the_system_is_refused_whatever_its_name(home: Path) -> None:
    """A link, a second name of the same file, and the address of the map itself."""
    plan = planned()
    (home / "link.db").symlink_to(home / "app.db")
    (home / "hard.db").hardlink_to(home / "app.db")
    for name in ("app.db", "link.db", "hard.db"):
        assert "AV571" in avow("rehearse", plan, "--on", str(home / name), expect=3).output
    assert "AV571" in avow("rehearse", plan, "--on", "${APP}", expect=3).output
    assert visits(home / "app.db") == 40


def test_a_copy_whose_trigger_keeps_rows_makes_the_rehearsal_fail(home: Path) -> None:
    """Planted on the copy alone: its schema differs, and three rows are still there."""
    copy = restored(home)
    change(copy, KEEPS_ROWS)
    failed = avow("rehearse", planned(), "--on", copy, "--json", expect=1)
    assert codes(failed) == ["AV574", "AV577", "AV578"]
    assert "only the copy has trigger `visit.keep`" in failed.output
    assert visits(copy) == 37


def test_a_trigger_that_the_system_has_too_is_found_before_it_matters(home: Path) -> None:
    """What a rehearsal is for: the schema is the same, and the plan does not do what it says."""
    change(home / "app.db", KEEPS_ROWS)
    failed = avow("rehearse", planned(), "--on", restored(home), "--json", expect=1)
    assert codes(failed) == ["AV577", "AV578"]


def test_rows_that_a_constraint_keeps_are_counted_by_it(home: Path) -> None:
    refuses = """
    CREATE TRIGGER no BEFORE DELETE ON visit WHEN old.id = 4
    BEGIN SELECT RAISE(ABORT, 'not this one'); END;
    """
    change(home / "app.db", refuses)
    failed = avow("rehearse", planned(), "--on", restored(home), "--json", expect=1)
    assert codes(failed) == ["AV577", "AV578"]
    assert [b["rows"] for b in json.loads(failed.output)["blocked"]] == [1]


def test_a_hold_keeps_its_row_on_the_copy_and_fails_nothing(home: Path) -> None:
    row = ("--system", "app", "--dataset", "visit", "--key", "3", "--as", "olivia")
    law = ("--reason", "litigation", "--law", "art. 17(3)(e) GDPR", "--until", "2099-01-01")
    avow("hold", "add", *row, *law)
    said = json.loads(avow("rehearse", planned(), "--on", restored(home), "--json").output)
    step = deletion(said)
    assert (step["moved"], step["remaining"], step["held"]) == (5, 0, 1)


def test_a_copy_that_is_empty_says_nothing(home: Path) -> None:
    """A check that cannot fail proves nothing: no row went wrong, because there was none."""
    copy = restored(home)
    change(copy, "DELETE FROM visit")
    assert codes(avow("rehearse", planned(), "--on", copy, "--json", expect=1)) == ["AV575"]


def test_a_plan_of_another_schema_is_not_rehearsed(home: Path) -> None:
    plan = planned()
    change(home / "app.db", "ALTER TABLE visit ADD COLUMN referrer text")
    assert "AV573" in avow("rehearse", plan, "--on", restored(home), expect=3).output


def test_a_stop_ends_a_rehearsal_too(home: Path) -> None:
    avow("stop", "app", "--as", "olivia")
    copy = restored(home)
    assert codes(avow("rehearse", planned(), "--on", copy, "--json", expect=1))[0] == "AV579"
    assert visits(copy) == 40


def test_a_copy_that_does_not_answer_is_said_without_its_address(home: Path) -> None:
    said = avow("rehearse", planned(), "--on", str(home / "nowhere" / "x.db"), expect=4).output
    assert "the copy of `app` does not answer" in said
    assert "nowhere" not in said


def test_a_rehearsal_and_a_judged_sample_raise_the_level_and_nobody_names_them(home: Path) -> None:
    """Each alone is not enough; the finding says what is missing."""
    plan = planned()
    refused = avow("level", "app", "visits", "approve", *BOTH, expect=3).output
    assert "no plan of it was rehearsed" in refused
    assert "no sample of it was drawn" in refused
    avow("rehearse", plan, "--on", restored(home))
    assert "rehearsed" not in avow("level", "app", "visits", "approve", *BOTH, expect=3).output
    avow("sample", plan)
    refused = avow("level", "app", "visits", "approve", *BOTH, expect=3).output
    assert "are not judged" in refused
    judged_right(home, plan)
    avow("level", "app", "visits", "approve", *BOTH)
    avow("ledger", "verify")


def test_what_was_rehearsed_on_another_schema_speaks_no_more(home: Path) -> None:
    plan = planned()
    avow("rehearse", plan, "--on", restored(home))
    judged_right(home, plan)
    change(home / "app.db", "ALTER TABLE visit ADD COLUMN referrer text")
    refused = avow("level", "app", "visits", "approve", *BOTH, expect=3).output
    assert "of another schema" in refused
    assert "from another schema" in refused


def test_a_failed_rehearsal_hides_the_one_that_passed_before(home: Path) -> None:
    plan = planned()
    avow("rehearse", plan, "--on", restored(home))
    judged_right(home, plan)
    copy = restored(home)
    change(copy, "DELETE FROM visit")
    avow("rehearse", plan, "--on", copy, expect=1)
    assert "failed: AV575" in avow("level", "app", "visits", "approve", *BOTH, expect=3).output


def test_one_wrong_row_blocks_the_level_and_a_new_draw_does_not_help(home: Path) -> None:
    plan = planned()
    avow("rehearse", plan, "--on", restored(home))
    said = avow("sample", plan, "--as", "olivia", answers="w\n" + "r\n" * 60, expect=1).output
    assert "AV583" in said
    again = planned()
    judged_right(home, again)
    refused = avow("level", "app", "visits", "approve", *BOTH, expect=3).output
    assert "1 rows that were drawn were judged wrong" in refused


def test_rows_are_judged_one_by_one_and_masked(home: Path) -> None:
    """Quit and go on: what was answered is not asked again. No key and no value is shown."""
    plan = planned()
    first = avow("sample", plan, "--as", "paul", "--seed", "7", answers="r\nu\nq\n").output
    assert "not judged yet" in first
    rest = avow("sample", plan, "--as", "paul", answers="r\n" * 60).output
    assert "row 1:" not in rest
    assert "row 2:" in rest
    assert "none of" in rest
    assert "secret page" not in first + rest
    assert "app.visit:•••" in first


def test_values_are_shown_only_when_they_are_asked_for(home: Path) -> None:
    plan = planned()
    avow("sample", plan, "--json")
    assert "secret page" not in avow("sample", plan, "--json").output
    assert "secret page" in avow("sample", plan, "--json", "--show").output


def test_the_sample_says_how_many_rows_may_be_wrong(home: Path) -> None:
    plan = planned()
    judged_right(home, plan)
    said = json.loads(avow("sample", plan, "--json").output)["says"]
    assert said[1] == "all 6 rows that the plan would move were looked at"


@pytest.mark.parametrize(
    ("text", "code"),
    [("no json", "AV581"), ('{"sample": "sample-other", "rows": []}', "AV581")],
)
def test_a_file_that_holds_no_judgements_of_this_sample_is_refused(
    home: Path, text: str, code: str
) -> None:
    plan = planned()
    avow("sample", plan)
    (home / "judged.json").write_text(text)
    words = ("sample", plan, "--judged", str(home / "judged.json"), "--as", "paul")
    assert code in avow(*words, expect=3).output


def test_nobody_judges_under_a_name_that_nobody_has(home: Path) -> None:
    assert "AV582" in avow("sample", planned(), "--as", "nobody", answers="r\n", expect=3).output


def test_the_commands_on_a_copy_of_mariadb(
    mariadb_server: Path, state_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on any database: the copy is changed, and the system by another name is none."""
    today = this_day()
    with mariadb.database(mariadb_server) as app, mariadb.database(mariadb_server) as copy:
        there, elsewhere = (mariadb.url(mariadb_server, name) for name in (app, copy))
        for url in (there, elsewhere):
            with closing(mariadb.connect_at(url)) as owner, owner.cursor() as cursor:
                for statement in filter(str.strip, TABLES.split(";")):
                    cursor.execute(statement)
                cursor.execute("INSERT INTO person VALUES (1, 'p')")
                days = [today - timedelta(days=90 if n < 6 else 3) for n in range(40)]
                visits_ = [(n, 1, day, "page") for n, day in enumerate(days)]
                cursor.executemany("INSERT INTO visit VALUES (%s, %s, %s, %s)", visits_)
        text = DECLARATION.replace("connector: memory", "connector: mariadb\n    url: ${APP}")
        (tmp_path / "all.yaml").write_text(text)
        (tmp_path / "state").mkdir()
        _live_in(monkeypatch, tmp_path, state_url)
        monkeypatch.setenv("APP", there)
        avow("activate", str(tmp_path / "all.yaml"), "--author", "claire", *BOTH)
        for back in range(7):
            avow("plan", "--as-of", (today - timedelta(days=back)).isoformat())
        avow("level", "app", "visits", "rehearse", *BOTH)
        plan = planned()
        other = there.replace("mariadb://root@localhost", "mysql://root@another.example")
        assert "AV571" in avow("rehearse", plan, "--on", other, expect=3).output
        said = json.loads(avow("rehearse", plan, "--on", elsewhere, "--json").output)
        step = deletion(said)
        assert (step["planned"], step["counted"], step["moved"], step["remaining"]) == (6, 6, 6, 0)
        assert said["passed"]
        left = []
        for url in (there, elsewhere):
            with closing(mariadb.connect_at(url)) as owner, owner.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM visit")
                left.append((cursor.fetchone() or (0,))[0])
        assert left == [40, 34]
