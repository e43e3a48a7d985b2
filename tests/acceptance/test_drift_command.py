"""`avow drift` on PostgreSQL and SQLite: every kind of drift is planted and found, and no other.

Each planted drift ends as it says: by the patch of the map that `avow drift --patch` writes,
applied by `git apply`, or by accepting the schema.
"""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from avow.common.exits import Exit
from avow.declaration.load import load
from avow.duties.discovery.drift.accepted import read
from avow.faces.cli.main import main

MARK = "zzq"
"""Part of every value in the databases: nothing that is said may hold it."""
DECLARATION = """\
avow: "1"
declaration: shop
controller: {name: Example, zone: Europe/Brussels, country: BE}
clauses: {"1": {kind: E}}
categories: {name: {}, email: {}, phone: {}, ip-address: {}, account-data: {}, activity-log: {}}
subjects: {customer: {}}
events: {left: {kind: end-of}, logged: {kind: point}}
"""
SYSTEM = """\
# The shop.
system: shop
connector: ENGINE
url: ${SHOP}
datasets:
  P.account:
    subject: customer
    key: [id]
    identities: {email: email}
    fields: {email: email, full_name: name, mobile: phone}
    rest: account-data       # everything else
    events: {left: {end_of: left_at}}
  P.login:
    key: [id]
    owned_by: {P.account: account_id}
    fields:
      ip: ip-address
      agent: activity-log
      note: activity-log
      at: activity-log

  # Countries are nobody's.
  P.country: {owned_by: nobody, because: a list, key: [code]}
"""
SCHEMA = f"""
CREATE TABLE country (code CHAR(2) PRIMARY KEY, label TEXT);
CREATE TABLE account (
    id INTEGER PRIMARY KEY, email TEXT, full_name TEXT, mobile TEXT, left_at DATE);
CREATE TABLE login (
    id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account (id),
    ip TEXT, agent TEXT, note JSON, at DATE);
INSERT INTO account VALUES (1, 'a@{MARK}.example', '{MARK}', NULL, NULL);
INSERT INTO login SELECT n, 1, '{MARK}', '{MARK}', '{{"page": "{MARK}"}}', '2026-01-01'
FROM (WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 9) SELECT n FROM s)
AS x;
"""
Run = Callable[..., Result]


@dataclass
class Shop:
    """A database, and a declaration that is true of it. `p` goes before the names of tables."""

    engine: str
    url: str
    folder: Path

    @property
    def p(self) -> str:
        return "public." if self.engine == "postgresql" else ""

    @property
    def map(self) -> Path:
        return self.folder / "declaration" / "datamap" / "shop.yaml"

    def run(self, script: str) -> None:
        """Change the database, as its owner."""
        if self.engine == "postgresql":
            with psycopg.connect(self.url, autocommit=True) as owner:
                owner.execute(script.encode())
        else:
            with closing(sqlite3.connect(self.url)) as lite:
                lite.executescript(script)


def avow(*arguments: str) -> Result:
    """`avow drift` on the declaration."""
    answer = CliRunner().invoke(main, ["drift", *arguments, "--declaration", "declaration"])
    assert MARK not in answer.output, "a value was said"
    return answer


def codes(*arguments: str, level: str = "EW") -> list[str]:
    """The codes of what `avow drift` finds, in its order; level I is what is only worth knowing."""
    answer = avow("--json", *arguments)
    found = json.loads(answer.stdout)["findings"]
    return [each["code"] for each in found if each["severity"] in level]


def lay(shop: Shop) -> None:
    """Write the declaration, in two files."""
    shop.map.parent.mkdir(parents=True)
    text = SYSTEM.replace("P.", shop.p).replace("ENGINE", shop.engine)
    shop.map.write_text(text, encoding="utf-8")
    (shop.folder / "declaration" / "all.yaml").write_text(DECLARATION, encoding="utf-8")


@pytest.fixture(params=["postgresql", "sqlite"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shop in one of the engines; commands run in its folder."""
    engine = str(request.param)
    url = str(tmp_path / "shop.db")
    if engine == "postgresql":
        url = str(request.getfixturevalue("postgres_url"))
    made = Shop(engine, url, tmp_path)
    lay(made)
    made.run(SCHEMA)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOP", url)
    return made


def patched(shop: Shop, *arguments: str, by: str = "git") -> str:
    """Apply what `--patch` answers; the diff."""
    diff = avow("--patch", *arguments).stdout
    tool = ["git", "apply", "-"] if by == "git" else ["patch", "-p1", "--fuzz=0"]
    subprocess.run(tool, input=diff.encode(), check=True, cwd=shop.folder, capture_output=True)
    return diff


# --- a sound schema ------------------------------------------------------------------------------


def test_a_sound_schema_says_nothing_and_what_was_not_compared(shop: Shop) -> None:
    answer = avow("--structure-only")
    assert answer.exit_code == Exit.OK
    assert "no drift, against the map alone" in answer.output
    assert "0 errors, 0 open defects, 0 settled" in answer.output
    assert avow("--patch", "--structure-only").stdout == ""
    assert avow("--accept").exit_code == Exit.OK
    accepted = avow()
    assert (accepted.exit_code, "AV" in accepted.output) == (Exit.OK, False)
    assert "shop: no drift, against the map and declaration/schema/shop.json" in accepted.output


def test_the_accepted_schema_is_the_same_each_time_and_holds_structure_only(shop: Shop) -> None:
    file = shop.folder / "declaration/schema/shop.json"
    avow("--accept")
    first = file.read_text(encoding="utf-8")
    assert MARK not in first
    assert f'"{shop.p}login"' in first
    assert '"note": ["$.page"]' in first
    shop.run("DELETE FROM login WHERE id > 1")
    avow("--accept")
    assert file.read_text(encoding="utf-8") == first, "rows change nothing, paths once seen stay"
    found = read(file)
    assert found is not None
    assert list(found.tables) == [f"{shop.p}{name}" for name in ("account", "country", "login")]


def test_an_accepted_schema_needs_no_state_and_changes_no_digest(shop: Shop) -> None:
    before = load("declaration").whole.digest
    avow("--accept")
    assert load("declaration").whole.digest == before
    assert sorted(p.name for p in shop.folder.iterdir() if p.name != "shop.db") == ["declaration"]


# --- planted -------------------------------------------------------------------------------------

LOGIN = "id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account (id)"
ANEW = f"DROP TABLE login; CREATE TABLE login ({LOGIN}"
REST = ", ip TEXT, agent TEXT, note JSON, at DATE)"
TRIGGER = {
    "postgresql": "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RETURN NEW; END'; CREATE TRIGGER copies AFTER UPDATE ON login "
    "FOR EACH ROW EXECUTE FUNCTION f()",
    "sqlite": "CREATE TRIGGER copies AFTER UPDATE ON login BEGIN SELECT 1; END",
}
VISIT = "CREATE TABLE visit (id INTEGER PRIMARY KEY, a INTEGER REFERENCES account (id), "
SEVERAL = """
ALTER TABLE login ADD COLUMN ip2 TEXT; ALTER TABLE login ADD COLUMN phone TEXT;
ALTER TABLE account ADD COLUMN gsm TEXT; ALTER TABLE login DROP COLUMN note
"""
PATCHED = [
    (f"{VISIT} seen_by INTEGER REFERENCES account (id), phone TEXT, iban TEXT)", ["AV520"]),
    (f"{VISIT} before INTEGER REFERENCES visit (id))", ["AV520"]),
    ("CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, name TEXT)", ["AV520"]),
    ("ALTER TABLE account ADD COLUMN telephone TEXT", ["AV521"]),
    ('ALTER TABLE account ADD COLUMN "e-mail: its" TEXT', ["AV521"]),
    ("ALTER TABLE login ADD COLUMN email TEXT", ["AV522"]),
    ("ALTER TABLE login DROP COLUMN agent", ["AV524"]),
    ("ALTER TABLE login RENAME COLUMN agent TO browser", ["AV522", "AV524"]),
    ("ALTER TABLE account RENAME COLUMN mobile TO y", ["AV521", "AV524"]),
    ("DROP TABLE country", ["AV523"]),
    (SEVERAL, ["AV521", "AV522", "AV522", "AV524"]),
]


@pytest.mark.parametrize(("script", "expected"), PATCHED, ids=str)
def test_drift_of_the_map_ends_with_its_patch(shop: Shop, script: str, expected: list[str]) -> None:
    """Nothing else is found, the patch applies, and nothing is found any more."""
    shop.run(script)
    assert sorted(codes("--structure-only")) == expected
    diff = patched(shop, "--structure-only", by="git" if shop.engine == "sqlite" else "patch")
    assert codes("--structure-only") == [], diff
    assert load("declaration").declaration is not None


TWO_KEYS = ANEW.replace("id INTEGER PRIMARY KEY", "id INTEGER NOT NULL", 1) + REST.replace(
    "DATE)", "DATE, PRIMARY KEY (id, account_id))"
)
ACCEPTED = [
    ("changed type", f"{ANEW}, ip INTEGER, agent TEXT, note JSON, at DATE)",
     "AV528", "login.ip` was (text|TEXT), is (integer|INTEGER)"),
    ("never null", f"{ANEW}, ip TEXT NOT NULL, agent TEXT, note JSON, at DATE)",
     "AV528", "login.ip` was null at times, is never null"),
    ("dropped", "ALTER TABLE account ADD COLUMN x TEXT", "AV529", "account.x` .* is gone"),
    ("on delete", f"{ANEW} ON DELETE CASCADE{REST}",
     "AV530", "was ON DELETE no action, is ON DELETE cascade"),
    ("no key", f"{ANEW.replace(' REFERENCES account (id)', '')}{REST}", "AV530", "is gone"),
    ("other key", TWO_KEYS, "AV531", "was (id), is (id, account_id)"),
    ("nobody's", "ALTER TABLE country ADD COLUMN capital TEXT", "AV532", "country.capital"),
    ("nobody's person", "ALTER TABLE country ADD COLUMN email TEXT", "AV532", "country.email"),
]  # fmt: skip
"""What needs an accepted schema: its name, how it is planted, its code, its words."""


@pytest.mark.parametrize(("name", "script", "code", "words"), ACCEPTED, ids=lambda v: str(v)[:15])
def test_drift_since_the_accepted_schema_ends_when_it_is_accepted(
    shop: Shop, name: str, script: str, code: str, words: str
) -> None:
    if name == "dropped":  # a column that goes with its row, and is named nowhere
        shop.run(script)
        shop.map.write_text(
            shop.map.read_text().replace("{email: email,", "{x: name, email: email,")
        )
    avow("--accept")
    if name == "dropped":
        shop.map.write_text(
            shop.map.read_text().replace("{x: name, email: email,", "{email: email,")
        )
        script = "ALTER TABLE account DROP COLUMN x"
    shop.run(script)
    answer = avow("--structure-only")
    found = re.findall(r"AV\d{3}", answer.output)
    lasting = ["AV524"] if name == "other key" else []
    assert [c for c in found if c not in lasting] == [code] * max(1, len(found)), answer.output
    said = words if name in ("changed type", "dropped") else re.escape(words)
    assert re.search(said, answer.output)
    worth_knowing = name == "nobody's"
    assert answer.exit_code == (Exit.OK if worth_knowing else Exit.FINDINGS)
    accepted = avow("--accept", "--structure-only")
    assert (codes("--structure-only"), accepted.exit_code) == ([], Exit.OK)


def test_a_trigger_is_drift_until_it_is_accepted_and_again_when_it_is_new(shop: Shop) -> None:
    shop.run(TRIGGER[shop.engine])
    answer = avow("--structure-only")
    assert (codes("--structure-only"), answer.exit_code) == (["AV526"], Exit.FINDINGS)
    assert f"the trigger `copies` of `{shop.p}login` is new" in answer.output
    assert avow("--accept").exit_code == Exit.OK
    shop.run(TRIGGER[shop.engine].replace("copies", "copies_too").replace("f()", "g()"))
    assert codes() == ["AV526"]
    shop.run(f"DROP TRIGGER copies{' ON login' if shop.engine == 'postgresql' else ''}")
    assert codes(level="EWI") == ["AV526", "AV531"]


def test_a_foreign_key_that_no_link_declares(shop: Shop) -> None:
    """Proposed as a link without a right, beside the links that are there."""
    shop.run("ALTER TABLE account ADD COLUMN parent_id INTEGER REFERENCES account (id)")
    shop.run("ALTER TABLE login ADD COLUMN by_id INTEGER REFERENCES account (id) ON DELETE CASCADE")
    assert codes("--structure-only") == ["AV525", "AV522", "AV525"]
    assert "the database deletes this one" in avow("--structure-only").output
    diff = patched(shop, "--structure-only")
    assert f"no_right: {{{shop.p}account: by_id}}" in diff
    assert codes("--structure-only") == []


def test_a_pointer_to_nobodys_rows_needs_no_word(shop: Shop) -> None:
    shop.run("ALTER TABLE account ADD COLUMN country TEXT REFERENCES country (code)")
    answer = avow("--structure-only")
    assert re.findall(r"AV\d{3}", answer.output) == ["AV521"]
    assert (answer.exit_code, "one column of" in answer.output) == (Exit.OK, True)


# --- inside JSON ---------------------------------------------------------------------------------


def test_leaves_are_worth_knowing_and_new_ones_are_drift(shop: Shop) -> None:
    answer = avow()
    assert (codes(level="I"), answer.exit_code) == (["AV527"], Exit.OK)
    assert "`$.page`" in answer.output
    avow("--accept")
    assert codes() == []
    into = "jsonb_build_object('page', 1, 'email', 2)::json"
    if shop.engine == "sqlite":
        into = "json_object('page', 1, 'email', 2)"
    shop.run(f"UPDATE login SET note = {into}")
    answer = avow()
    assert (codes(), answer.exit_code) == (["AV527"], Exit.FINDINGS)
    assert "holds more than was accepted: `$.email` (seems `email`)" in answer.output
    assert codes("--structure-only") == []


def test_a_schema_accepted_without_a_look_inside_knows_no_paths(shop: Shop) -> None:
    avow("--accept", "--structure-only")
    answer = avow()
    assert (codes(level="I"), answer.exit_code) == (["AV527"], Exit.OK)


def test_what_may_not_be_read_inside_is_unknown(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shop.engine == "sqlite":
        shop.run("DROP TABLE login; CREATE TABLE login (id TEXT PRIMARY KEY, account_id INTEGER "
                 "NOT NULL REFERENCES account (id), ip TEXT, agent TEXT, note JSON, at DATE) "
                 "WITHOUT ROWID")  # fmt: skip
    else:
        shop.run("DO $$ BEGIN CREATE ROLE blind LOGIN; EXCEPTION WHEN OTHERS THEN END $$")
        monkeypatch.setenv("SHOP", f"{shop.url}&user=blind")
    answer = avow()
    assert (codes(level="I"), answer.exit_code) == (["AV535"], Exit.INCOMPLETE)
    assert avow("--structure-only").exit_code == Exit.OK


# --- what is asked -------------------------------------------------------------------------------


def test_a_system_that_does_not_answer_is_unknown(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql:///nothing?host=/nowhere" if shop.engine == "postgresql" else "/nowhere/x"
    monkeypatch.setenv("SHOP", url)
    answer = avow("--accept", "--sarif", "drift.sarif")
    assert answer.exit_code == Exit.UNREACHABLE
    run = json.loads((shop.folder / "drift.sarif").read_text())["runs"][0]
    assert run["invocations"] == [{"executionSuccessful": False}]
    assert "AV534" in answer.output
    assert "shop: unknown" in answer.output
    assert "no drift" not in answer.output
    assert not (shop.folder / "declaration/schema").exists()
    monkeypatch.delenv("SHOP")
    assert avow().exit_code == Exit.UNREACHABLE
    shop.map.write_text(shop.map.read_text().replace(f"connector: {shop.engine}", "connector: fax"))
    assert (codes(), avow().exit_code) == (["AV501"], Exit.UNREACHABLE)


def test_an_accepted_schema_that_cannot_be_read_is_said(shop: Shop) -> None:
    avow("--accept")
    file = shop.folder / "declaration/schema/shop.json"
    for content in ("{", "[]", '{"avow_schema": "2", "system": "shop", "tables": {}}'):
        file.write_text(content)
        assert codes() == ["AV533"]
        assert avow().exit_code == Exit.FINDINGS
    avow("--accept")
    assert codes() == []


def test_only_the_named_systems_are_looked_at(shop: Shop) -> None:
    other = "system: other\nconnector: sqlite\nurl: ${OTHER}\n"
    other += "datasets: {x: {owned_by: nobody, because: y}}\n"
    (shop.map.parent / "other.yaml").write_text(other)
    assert avow("shop", "--structure-only").exit_code == Exit.OK
    assert codes("shop", "other", "--structure-only") == ["AV534"]
    answer = avow("missing")
    assert (answer.exit_code, "there are: shop, other" in answer.output
            or "there are: other, shop" in answer.output) == (Exit.USAGE, True)  # fmt: skip


def test_json_and_sarif_hold_the_change_of_each_finding(shop: Shop) -> None:
    shop.run("ALTER TABLE login ADD COLUMN email TEXT; ALTER TABLE account ADD COLUMN gsm TEXT")
    answer = avow("--json", "--structure-only", "--sarif", "drift.sarif")
    said: dict[str, Any] = json.loads(answer.stdout)
    one, two = said["findings"]
    assert (one["code"], one["name"]) == ("AV521", f"{shop.p}account.gsm")
    assert one["change"] == "fields: {gsm: phone}"
    assert one["line"] == 6
    assert two["patch"] != one["patch"]
    assert said["systems"] == [{"system": "shop", "state": "looked at", "accepted": None}]
    run = json.loads((shop.folder / "drift.sarif").read_text())["runs"][0]
    assert [r["level"] for r in run["results"]] == ["warning", "error"]
    assert run["invocations"] == [{"executionSuccessful": True}]
    text = shop.map.read_text()
    (fix,) = run["results"][1]["fixes"]
    (changed,) = fix["artifactChanges"]
    assert changed["artifactLocation"]["uri"] == "declaration/datamap/shop.yaml"
    for each in changed["replacements"]:
        start = each["deletedRegion"]["charOffset"]
        end = start + each["deletedRegion"]["charLength"]
        text = text[:start] + each["insertedContent"]["text"] + text[end:]
    shop.map.write_text(text)
    assert codes("--structure-only") == ["AV521"]


def test_one_finding_is_ended_by_its_own_patch(shop: Shop) -> None:
    shop.run("ALTER TABLE login ADD COLUMN email TEXT; ALTER TABLE account ADD COLUMN gsm TEXT")
    first = json.loads(avow("--json", "--structure-only").stdout)["findings"][0]
    subprocess.run(["git", "apply", "-"], input=first["patch"].encode(), check=True)
    assert codes("--structure-only") == ["AV522"]


def test_where_nothing_can_be_proposed_a_person_is_asked(shop: Shop) -> None:
    """A table that points to nobody, and a word that the declaration does not know."""
    shop.run("CREATE TABLE product (id INTEGER PRIMARY KEY, label TEXT);"
             "ALTER TABLE login ADD COLUMN birthdate TEXT")  # fmt: skip
    answer = avow("--structure-only")
    assert codes("--structure-only") == ["AV520", "AV522"]
    assert "proves nothing" in answer.output
    assert "speaks of `birth-date`, which the declaration does not know" in answer.output
    assert avow("--patch", "--structure-only").stdout == ""


FILES = """\
system: exports
connector: files
url: ${EXPORTS}
datasets:
  people: {file: people.csv, format: csv, subject: customer, key: [id], fields: {email: email}}
  sent: {file: "*.jsonl", format: jsonl, subject: customer, key: [id], rest: activity-log}
"""


def test_the_columns_of_files_drift_like_those_of_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A column of CSV, and a leaf of JSON Lines, whose leaves are columns."""
    made = Shop("files", str(tmp_path / "out"), tmp_path)
    lay(made)
    made.map.write_text(FILES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EXPORTS", made.url)
    people, sent = tmp_path / "out/people.csv", tmp_path / "out/1.jsonl"
    people.parent.mkdir()
    people.write_text(f"id,email\n1,{MARK}\n")
    sent.write_text(f'{{"id": 1, "to": {{"email": "{MARK}"}}}}\n')
    assert codes() == ["AV521"], "`to.email` speaks of more than the rest of its row"
    assert avow("--accept").exit_code == Exit.OK
    people.write_text(f"id,email,gsm\n1,{MARK},2\n")
    sent.write_text(f'{{"id": 1, "to": {{"email": "{MARK}", "cc": "{MARK}"}}}}\n')
    assert codes() == ["AV522", "AV521"]
    assert "sent.to.cc" in avow().output
    patched(made)
    assert codes() == []
