"""What triggers and views do, row security, indexes of links and our rights, since they were
accepted: on PostgreSQL, MariaDB and SQLite, each change planted and no other found.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from avow.faces.cli.main import main
from tests import mariadb

MARK = "zzq"
"""In the text of every trigger and view: nothing that is said or written may hold it."""
MAP = """\
avow: "1"
declaration: shop
controller: {name: Example, zone: Europe/Brussels, country: BE}
clauses: {"1": {kind: E}}
categories: {account-data: {}, activity-log: {}}
subjects: {customer: {}}
systems:
  - system: shop
    connector: ENGINE
    url: ${SHOP}
    datasets:
      P.account: {subject: customer, key: [id], rest: account-data}
      P.login: {key: [id], owned_by: {P.account: account_id}, rest: activity-log}
      P.shown: {subject: customer, key: [id], rest: account-data}
"""
SCHEMA = f"""
CREATE TABLE account (id INTEGER PRIMARY KEY, email VARCHAR(80));
CREATE TABLE login (id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, at DATE);
CREATE INDEX login_account ON login (account_id);
CREATE TABLE other (id INTEGER);
CREATE VIEW shown AS SELECT * FROM account WHERE email <> '{MARK}';
"""
TRIGGER = {
    "postgresql": "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS "
    f"'BEGIN DO RETURN OLD; END -- {MARK} '; CREATE OR REPLACE TRIGGER t AFTER DELETE ON login "
    "FOR EACH ROW EXECUTE FUNCTION f();",
    "mariadb": "CREATE OR REPLACE TRIGGER t AFTER DELETE ON login FOR EACH ROW "
    f"BEGIN DO SET @x = '{MARK}'; END;",
    "sqlite": "DROP TRIGGER IF EXISTS t; CREATE TRIGGER t AFTER DELETE ON login "
    f"BEGIN DO SELECT '{MARK}'; END;",
}
COPIES = "INSERT INTO other VALUES (1);"
OTHER_VIEW = (
    "DROP VIEW shown; CREATE VIEW shown AS SELECT * FROM account WHERE email <> 'x' AND id > 5"
)


@dataclass(frozen=True)
class Shop:
    """A database and the declaration of it."""

    engine: str
    url: str

    @property
    def p(self) -> str:
        return "public." if self.engine == "postgresql" else ""

    def run(self, script: str) -> None:
        """Change the database, as its owner."""
        if self.engine == "postgresql":
            with psycopg.connect(self.url, autocommit=True) as owner:
                owner.execute(script.encode())
        elif self.engine == "sqlite":
            with closing(sqlite3.connect(self.url)) as lite:
                lite.executescript(script)
        else:
            parts = [script] if "BEGIN" in script else script.split(";")
            with closing(mariadb.connect_at(self.url)) as root, root.cursor() as cursor:
                for part in filter(str.strip, parts):
                    cursor.execute(part)

    def trigger(self, first: str = "") -> None:
        """Make the trigger, with something to do first."""
        self.run(TRIGGER[self.engine].replace("DO ", first, 1))


@pytest.fixture(params=["postgresql", "mariadb", "sqlite"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shop with a trigger, its schema accepted."""
    bases = {"postgresql": "postgres_url", "mariadb": "mariadb_url"}
    engine, url = str(request.param), str(tmp_path / "shop.db")
    if engine in bases:
        url = str(request.getfixturevalue(bases[engine]))
    made = Shop(engine, url)
    made.run(SCHEMA)
    made.trigger()
    text = MAP.replace("P.", made.p).replace("ENGINE", engine)
    (tmp_path / "avow.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOP", url)
    drift("--accept")
    assert MARK not in (tmp_path / "schema/shop.json").read_text()
    return made


def drift(*words: str) -> list[tuple[str, str, str]]:
    """Code, level and name of every finding but the unmapped table and what is under `rest`."""
    done = CliRunner().invoke(main, ["drift", "--declaration", "avow.yaml", "--json", *words])
    assert MARK not in done.output
    found = json.loads(done.stdout)["findings"]
    return [(f["code"], f["severity"], f["name"]) for f in found if f["code"] >= "AV523"]


def test_what_did_not_change_is_not_drift(shop: Shop) -> None:
    """Made anew with the same text, and with other rows."""
    shop.trigger()
    shop.run("INSERT INTO account VALUES (1, 'x')")
    assert drift() == []


def test_a_trigger_that_copies_rows_is_found_by_what_it_does(shop: Shop) -> None:
    shop.trigger(COPIES)
    assert drift() == [("AV550", "W", f"{shop.p}login!t")]
    done = CliRunner().invoke(main, ["drift", "--declaration", "avow.yaml", "--sarif", "d.sarif"])
    assert "words in it write rows" in done.output
    assert MARK not in done.output
    results = json.loads(Path("d.sarif").read_text())["runs"][0]["results"]
    assert "AV550" in {result["ruleId"] for result in results}
    assert drift("--accept") == []


def test_a_view_that_shows_something_else(shop: Shop) -> None:
    shop.run(OTHER_VIEW)
    assert drift() == [("AV551", "W", f"{shop.p}shown")]
    assert drift("--accept") == []


def test_a_link_that_lost_its_index_is_worth_knowing(shop: Shop) -> None:
    shop.run(f"DROP INDEX login_account{' ON login' if shop.engine == 'mariadb' else ''}")
    assert drift() == [("AV552", "I", f"{shop.p}login.account_id")]
    done = CliRunner().invoke(main, ["drift", "--declaration", "avow.yaml"])
    assert "CREATE INDEX" in done.output
    shop.run("CREATE INDEX another ON login (account_id, at)")
    assert drift() == []


def test_a_schema_accepted_before_these_were_kept_says_nothing_of_them(shop: Shop) -> None:
    file = Path("schema/shop.json")
    whole = json.loads(file.read_text())
    whole.pop("account", None)
    for table in whole["tables"].values():
        for name in ("bodies", "definition", "row_security", "led", "rights"):
            table.pop(name, None)
    file.write_text(json.dumps(whole))
    shop.trigger(COPIES)
    shop.run(OTHER_VIEW)
    assert drift() == []


# --- row security and rights ---------------------------------------------------------------------


@pytest.fixture
def looker(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The schema accepted by an account that may read and no more."""
    if shop.engine == "postgresql":
        shop.run("DO $$ BEGIN CREATE ROLE avow_looker LOGIN; EXCEPTION WHEN OTHERS THEN END $$;"
                 "GRANT SELECT ON ALL TABLES IN SCHEMA public TO avow_looker")  # fmt: skip
        monkeypatch.setenv("SHOP", f"{shop.url}&user=avow_looker")
    else:
        shop.run("CREATE OR REPLACE USER avow_looker;" + "".join(
            f"GRANT SELECT, SHOW VIEW, TRIGGER ON {table} TO avow_looker;"
            for table in ("account", "login", "shown", "other")
        ))  # fmt: skip
        monkeypatch.setenv("SHOP", shop.url.replace("root@", "avow_looker@"))
    assert drift("--accept") == []
    return shop


@pytest.mark.parametrize("shop", ["postgresql", "mariadb"], indirect=True)
def test_rights_that_were_lost_and_gained(looker: Shop) -> None:
    """A right for a column is one of its own, and none where the whole table has it."""
    looker.run("GRANT UPDATE (email) ON account TO avow_looker")
    assert drift() == [("AV555", "W", f"{looker.p}account")]
    done = CliRunner().invoke(main, ["drift", "--declaration", "avow.yaml"])
    assert "we may `UPDATE (email)` on" in done.output
    assert drift("--accept") == []
    looker.run("GRANT UPDATE, DELETE ON account TO avow_looker")
    assert drift() == [("AV555", "W", f"{looker.p}account")]
    drift("--accept")
    looker.run("REVOKE DELETE ON account FROM avow_looker")
    assert drift() == [("AV554", "W", f"{looker.p}account")]


@pytest.mark.parametrize("shop", ["postgresql", "mariadb"], indirect=True)
def test_rights_of_another_account_are_not_compared_and_that_is_said(
    looker: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP", looker.url)
    assert drift() == [("AV554", "I", "")]


@pytest.mark.parametrize("shop", ["postgresql"], indirect=True)
def test_row_security_switched_on_and_off(shop: Shop) -> None:
    """Seen by the owner too, whom it does not keep from any row."""
    shop.run("ALTER TABLE login ENABLE ROW LEVEL SECURITY")
    assert drift() == [("AV553", "W", "public.login")]
    assert drift("--accept") == []
    shop.run("ALTER TABLE login FORCE ROW LEVEL SECURITY")
    assert drift() == [("AV553", "W", "public.login")]
    drift("--accept")
    shop.run("ALTER TABLE login DISABLE ROW LEVEL SECURITY")
    assert drift() == [("AV553", "W", "public.login")]
