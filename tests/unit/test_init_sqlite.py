"""`avow init` on SQLite files, and without an address: the small example."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.common.exits import Exit
from avow.declaration.load import load, load_texts
from avow.duties.discovery.addresses import holds_secret, named
from avow.duties.discovery.writing import MOST_LINES, yaml_of
from avow.faces.cli.main import main
from tests.unit.proposals import proposal

EXAMPLE = Path(__file__).parents[2] / "examples/calls"
SECRET = "Tr0mbone"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where the commands run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    """One command of avow."""
    return CliRunner().invoke(main, list(arguments))


def fill(folder: Path, script: str, name: str = "shop.db") -> str:
    """Run SQL in a file; its name."""
    with closing(sqlite3.connect(folder / name)) as owner:
        owner.executescript(script)
    return name


def proposed(name: str) -> dict[str, Any]:
    """What `init` says of a file, in JSON."""
    answer = run("init", name, "--json")
    assert answer.exit_code == Exit.OK, answer.output
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


# --- the example ---------------------------------------------------------------------------------


def test_the_example_gives_a_first_overdue_count(folder: Path, state_url: str) -> None:
    answer = run("init")
    assert answer.exit_code == Exit.OK
    assert "avow plan --preview avow.yaml" in answer.output
    assert run("check", "avow.yaml").exit_code == Exit.OK
    plan = run("plan", "--preview", "avow.yaml", "--as-of", "2026-02-28", "--json",
               "--database-url", state_url)  # fmt: skip
    assert json.loads(plan.stdout)[0]["rows"] == 2
    row = run("explain", "phone.call:1", "--declaration", "avow.yaml", "--on", "2026-02-28")
    assert "recording: due erase (3), since 2026-02-28" in row.output


@pytest.mark.parametrize("name", ["avow.yaml", "schema.sql"])
def test_the_example_that_comes_along_is_the_one_of_the_readme(name: str) -> None:
    along = files("avow.duties.discovery").joinpath("calls", name)
    assert along.read_bytes() == (EXAMPLE / name).read_bytes()


@pytest.mark.parametrize("there", ["avow.yaml", "calls.db"])
def test_nothing_is_overwritten_unless_asked(folder: Path, there: str) -> None:
    (folder / there).write_text("mine")
    answer = run("init")
    assert answer.exit_code == Exit.REFUSED
    assert there in answer.output
    assert [path.read_text() for path in folder.iterdir()] == ["mine"]
    assert run("init", "--force").exit_code == Exit.OK
    assert load(folder / "avow.yaml").declaration is not None


# --- files ---------------------------------------------------------------------------------------


def test_the_proposal_for_the_example_file_says_what_is_true_of_it(folder: Path) -> None:
    fill(folder, (EXAMPLE / "schema.sql").read_text(), "calls.db")
    said = proposed("calls.db")
    assert (said["dataset"], said["event"]) == ("call", {"name": "recorded", "field": "at"})
    assert said["owner"] == {"table": "customer", "fields": ["customer_id"], "key": ["id"]}
    assert (said["measure"]["rows"], said["measure"]["oldest"]) == (4, "2026-01-05")
    assert load(folder / "avow.yaml").whole.datamap.systems["calls"].url == "calls.db"


def test_a_file_is_sampled_over_its_whole_length(folder: Path) -> None:
    """Addresses stand at the end only; a reader of the head would say there is no value."""
    name = fill(
        folder,
        "CREATE TABLE login (id INTEGER PRIMARY KEY, ip TEXT, at INTEGER);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) "
        "INSERT INTO login SELECT i, CASE WHEN i > 25000 THEN '192.0.2.' || (i % 256) END, "
        "1600000000 + i FROM n",
    )
    said = proposed(name)
    assert [(f["field"], f["by"], f["passed"] > 100) for f in said["fields"]] == [
        ("ip", "name and values", True)
    ]
    assert said["measure"]["oldest"] == "2020-09-13"


def test_what_cannot_be_sampled_is_said(folder: Path) -> None:
    name = fill(
        folder,
        "CREATE TABLE visit (id TEXT PRIMARY KEY NOT NULL, ip TEXT, at TEXT) WITHOUT ROWID;"
        "INSERT INTO visit VALUES ('a', '192.0.2.1', '2020-01-01');"
        "CREATE TABLE login (id INTEGER PRIMARY KEY, ip TEXT, at TEXT);"
        "INSERT INTO login VALUES (1, '192.0.2.1', '2020-01-01');"
        "CREATE VIEW logins AS SELECT * FROM login;",
    )
    said = proposed(name)
    assert said["dataset"] == "login"
    assert {g["table"] for g in said["gaps"]} == {"visit", "logins"}


def test_a_table_without_key_needs_an_owner(folder: Path, state_url: str) -> None:
    """Rows that cannot be named can still be counted when they point to a person."""
    name = fill(
        folder,
        "CREATE TABLE client (id INTEGER PRIMARY KEY, email TEXT);"
        "CREATE TABLE login (client INTEGER REFERENCES client, at TEXT);"
        "CREATE TABLE audit_log (email TEXT, at TEXT);"
        "INSERT INTO client VALUES (1, 'a@example.org');"
        "INSERT INTO login VALUES (1, '2020-01-01'), (1, '2020-01-02');"
        "INSERT INTO audit_log VALUES ('a@example.org', '2001-01-01');",
    )
    said = proposed(name)
    assert (said["dataset"], said["key"]) == ("login", [])
    assert [g["table"] for g in said["gaps"]] == ["audit_log"]
    assert "no key" in said["gaps"][0]["why"]
    assert run("check", "avow.yaml").exit_code == Exit.OK
    plan = run("plan", "--preview", "avow.yaml", "--json", "--database-url", state_url)
    assert json.loads(plan.stdout)[0]["rows"] == 2


def test_a_duration_is_no_moment_and_mixed_forms_are_none(folder: Path) -> None:
    name = fill(
        folder,
        "CREATE TABLE call (id INTEGER PRIMARY KEY, email TEXT, time INTEGER, date TEXT, day TEXT);"
        "INSERT INTO call VALUES (1, NULL, 35, '2020-01-01', '2020-01-01 10:00'),"
        " (2, NULL, 70, 'soon', '2021-01-01 10:00')",
    )
    assert proposed(name)["event"]["field"] == "day"


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT, at TEXT)", "of its 1 tables"),
        ("CREATE TABLE login (id INTEGER PRIMARY KEY, ip TEXT, at TEXT)", "of its 1 tables"),
    ],
)
def test_where_no_table_can_be_proposed_the_system_is_named_and_the_map_goes_on(
    folder: Path, script: str, why: str
) -> None:
    """Why is said in words and numbers, and the next command works on what was written."""
    answer = run("init", fill(folder, script + ";"))
    assert answer.exit_code == Exit.OK, answer.output
    assert why in answer.output
    after = answer.output.splitlines()[-1].split()
    assert after[:2] == ["avow", "map"]
    mapped = run("map", after[2], "--declaration", "avow.yaml")
    assert "decisions needed" in mapped.output


def test_an_empty_database_is_said_and_nothing_is_written(folder: Path) -> None:
    """There is nothing that a declaration could be about."""
    answer = run("init", fill(folder, ";"))
    assert answer.exit_code == Exit.FINDINGS
    assert "error AV505" in answer.output
    assert "there is no table in it" in answer.output
    assert not (folder / "avow.yaml").exists()


@pytest.mark.parametrize("name", ["missing.db", "text.db", "${UNSET_NAME}"])
def test_a_file_that_cannot_be_opened_ends_with_4(folder: Path, name: str) -> None:
    (folder / "text.db").write_text("no database " * 99)
    answer = run("init", name)
    assert answer.exit_code == Exit.UNREACHABLE, answer.output
    assert not (folder / "avow.yaml").exists()


def test_the_file_is_not_changed(folder: Path) -> None:
    name = fill(folder, (EXAMPLE / "schema.sql").read_text())
    before = (folder / name).read_bytes()
    proposed(name)
    assert (folder / name).read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["avow.yaml", name]


# --- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "url", "variable"),
    [
        ("postgresql://anna@db/Shop_2", "postgresql://anna@db/Shop_2", None),
        (f"postgresql://anna:{SECRET}@db/Shop_2", "${SHOP_2_DATABASE_URL}", "SHOP_2_DATABASE_URL"),
        (f"postgres://db/2?password={SECRET}", "${DB_2_DATABASE_URL}", "DB_2_DATABASE_URL"),
        (f"postgresql://db/x?sslpassword={SECRET}", "${X_DATABASE_URL}", "X_DATABASE_URL"),
        ("sqlite:///a/b.db", "a/b.db", None),
    ],
)
def test_what_is_written_holds_no_password(address: str, url: str, variable: str | None) -> None:
    found = named(address, {}, "UTC")
    assert (found.source.url, found.source.variable) == (url, variable)
    assert SECRET not in repr(found.source)
    assert SECRET not in repr(found), "an address with a password is not even shown to a debugger"


def test_an_address_that_cannot_be_read_is_taken_to_hold_a_secret() -> None:
    assert holds_secret("postgresql://anna@[::1/x")
    assert not holds_secret("postgresql:///x?host=/run/postgresql&port=5433")


# --- the text ------------------------------------------------------------------------------------

NAMES = st.text(st.characters(codec="utf-8", exclude_characters=".\x00"), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(NAMES, NAMES, NAMES, st.booleans())
def test_any_name_of_a_table_or_column_is_written_so_that_it_is_read_again(
    table: str, column: str, moment: str, is_owned: bool
) -> None:
    """Quotes, colons, braces, line ends and words such as `no` in names change nothing."""
    made = proposal(f"public.{table}", column, moment, is_owned=is_owned)
    text = yaml_of(made)
    loaded = load_texts({"avow.yaml": text})
    assert [f for f in loaded.findings if f.is_error] == [], text
    (system,) = loaded.whole.datamap.systems.values()
    dataset = system.datasets[f"public.{table}"]
    assert len(text.splitlines()) <= MOST_LINES
    assert column in {f.name for f in dataset.fields}
    assert [source.field for event in dataset.events for source in event.sources] == [moment]
