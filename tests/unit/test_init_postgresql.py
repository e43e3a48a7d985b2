"""`avow init` on PostgreSQL: the best case among 300 tables, within bounds, and nothing betrayed.

The system's own PostgreSQL (15 in Debian 12) and the newest one give the same answer.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Select

from avow.common.exits import Exit
from avow.declaration.load import load
from avow.duties.discovery.looking import MOST_MEASURES, MOST_SAMPLES
from avow.estate.connectors.postgresql import PostgresqlConnection
from avow.faces.cli.main import main

SECRET = "Tr0mbone"
MARK = "zzq"
"""Part of every made-up personal value, so that a betrayed one is found."""
OVERDUE = 300
WHOLE_LISTING = 6
"""Statements that read the catalogue, the extents and the zone, whatever the number of tables."""

PERSONAL = f"""
CREATE TABLE "Utilisateur" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "prénom" text, courriel text UNIQUE, "créé le" timestamptz NOT NULL);
INSERT INTO "Utilisateur" ("prénom", courriel, "créé le")
SELECT 'p{MARK}' || n, 'p' || n || '@{MARK}.example',
       '2020-01-01'::timestamptz + n * interval '1 day'
FROM generate_series(1, 200) AS n;

CREATE TABLE "Journal des accès" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    utilisateur_id bigint NOT NULL REFERENCES "Utilisateur" (id),
    "adresse IP" inet, "détail" text, "supprimé_le" timestamptz,
    "enregistré le" timestamptz NOT NULL);
INSERT INTO "Journal des accès" (utilisateur_id, "adresse IP", "détail", "enregistré le")
SELECT 1 + n % 200, ('192.0.2.' || n % 250)::inet, '{MARK}',
       CASE WHEN n <= {OVERDUE} THEN '2019-03-02 12:00Z'::timestamptz + n * interval '1 day'
            ELSE now() - n * interval '1 second' END
FROM generate_series(1, 20000) AS n;

CREATE TABLE klant (id bigint PRIMARY KEY, voornaam text, gsm text, aangemaakt date);
INSERT INTO klant
SELECT n, '{MARK}', '+32 470 55 {MARK}', '2021-01-01' FROM generate_series(1, 40) n;
CREATE TABLE audit_log (at timestamptz, email text);            -- no key, so it cannot be proposed
INSERT INTO audit_log SELECT '2010-01-01', 'x@{MARK}.example' FROM generate_series(1, 9) AS n;
CREATE TABLE session (id bigint PRIMARY KEY, ip inet, created_at timestamptz);   -- empty
CREATE TABLE "user" (id bigint PRIMARY KEY, email text, created_at date);        -- empty
CREATE VIEW customer_view AS SELECT * FROM klant;
CREATE TABLE django_migrations (id bigint PRIMARY KEY, name text, applied timestamptz);
CREATE TABLE "weird.""name" (id bigint PRIMARY KEY, email text, "on" date);
INSERT INTO "weird.""name" VALUES (1, 'x@{MARK}.example', '2024-01-01');
"""


def things(count: int) -> str:
    """Tables of things: products, settings, join tables, half of them empty."""
    made = [
        f'CREATE TABLE "chose_{n}" (id bigint PRIMARY KEY, name text, "c-{n}" text, at timestamptz)'
        for n in range(count)
    ]
    filled = [
        f"INSERT INTO chose_{n} SELECT i, 'thing', i::text, now() - i * interval '9 day' "
        "FROM generate_series(1, 50) AS i"
        for n in range(0, count, 2)
    ]
    return ";".join([*made, *filled])


@dataclass(slots=True)
class Work:
    """What a command did to the database: statements, and the rows that they gave."""

    statements: list[str] = field(default_factory=list)
    read_only: set[str] = field(default_factory=set)
    rows: int = 0


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Counts every query of the connection and asks whether it could have written."""
    seen, real = Work(), PostgresqlConnection.select

    def select(
        self: PostgresqlConnection, statement: Select[Any], dataset: str
    ) -> list[tuple[Any, ...]]:
        found = real(self, statement, dataset)
        seen.statements.append(str(statement))
        seen.read_only.update(self.raw.execute("SHOW transaction_read_only").fetchone() or ())
        seen.rows += len(found) if dataset else 0
        return found

    monkeypatch.setattr(PostgresqlConnection, "select", select)
    return seen


@pytest.fixture(params=["system_postgresql_url", "postgres_url"])
def url(request: pytest.FixtureRequest) -> str:
    """An empty database of either PostgreSQL."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where the commands run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("PGTZ", "Europe/Paris")
    return tmp_path


def run(*arguments: str) -> Result:
    """One command of avow."""
    return CliRunner().invoke(main, list(arguments))


def fill(url: str, script: str) -> None:
    """Run SQL."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(script)


def test_from_300_tables_to_the_first_overdue_count(
    url: str, state_url: str, folder: Path, work: Work
) -> None:
    fill(url, PERSONAL + things(291))
    start = time.monotonic()
    answer = run("init", url)
    seconds_init = time.monotonic() - start
    assert answer.exit_code == Exit.OK, answer.output
    assert len(work.statements) <= 2 + MOST_SAMPLES + MOST_MEASURES
    assert work.rows <= MOST_SAMPLES * 1000 + MOST_MEASURES
    text = (folder / "avow.yaml").read_text(encoding="utf-8")
    assert text.count("\n") <= 25
    assert "1 of 300 tables" in text
    assert "zone: Europe/Paris" in text, "the database's own zone"
    assert "? 20,000 rows in public.Journal des accès, oldest 2019-03-03: is 1 year" in text
    assert_true(folder, "public.Journal des accès")
    plan = run("plan", "--preview", "avow.yaml", "--json", "--database-url", state_url)
    seconds = time.monotonic() - start
    said = f"300 tables: init {seconds_init:.1f} s, first overdue count after {seconds:.1f} s"
    sys.stdout.write(f"\n{said}\n")
    (made,) = json.loads(plan.stdout)
    assert plan.exit_code == Exit.OK
    assert made["rows"] == OVERDUE, made
    assert MARK not in answer.output + text


def assert_true(folder: Path, table: str) -> None:
    """The file loads without error, `check` ends with 0, and names this table and its owner."""
    loaded = load(folder / "avow.yaml")
    assert [f for f in loaded.findings if f.is_error] == []
    (system,) = loaded.whole.datamap.systems.values()
    assert list(system.datasets) == ["public.Utilisateur", table]
    journal = system.datasets[table]
    assert [(f.name, f.category) for f in journal.fields] == [("adresse IP", "ip-address")]
    assert [(link.to, link.fields) for link in journal.links] == [
        ("public.Utilisateur", ("utilisateur_id",))
    ]
    checked = run("check", "avow.yaml")
    assert checked.exit_code == Exit.OK, checked.output


def test_the_proposal_in_json_gives_the_evidence_and_no_value(url: str, folder: Path) -> None:
    fill(url, PERSONAL.replace("Journal des accès", "chose"))
    answer = run("init", url, "--json")
    said = json.loads(answer.stdout)
    assert said["dataset"] == "public.chose"
    assert said["owner"] == {
        "table": "public.Utilisateur", "fields": ["utilisateur_id"], "key": ["id"],
    }  # fmt: skip
    assert said["measure"]["rows"] == 20_000
    assert said["declaration"] == (folder / "avow.yaml").read_text(encoding="utf-8")
    assert MARK not in answer.output


def test_values_are_evidence_when_no_name_speaks(url: str, folder: Path) -> None:
    fill(
        url,
        "CREATE TABLE t (id int PRIMARY KEY, a text, b text, c int, at date, email text);"
        "INSERT INTO t SELECT n, 'u' || n || '@example.org', '10.0.0.' || n, n, '2020-01-01', NULL "
        "FROM generate_series(1, 99) AS n",
    )
    said = json.loads(run("init", url, "--json").stdout)
    found = {f["field"]: (f["category"], f["by"], f["seen"], f["passed"]) for f in said["fields"]}
    assert found == {
        "a": ("email", "values", 99, 99),
        "b": ("ip-address", "values", 99, 99),
        "email": ("email", "name", 0, 0),
    }


def test_a_sample_is_not_the_head_of_the_table(url: str, folder: Path) -> None:
    """The oldest rows lie at the end, where a reader of the head would never come."""
    fill(
        url,
        "CREATE TABLE login (id int PRIMARY KEY, ip text, at timestamptz);"
        "INSERT INTO login SELECT n, CASE WHEN n > 60000 THEN '192.0.2.' || n % 256 ELSE NULL END, "
        "'2020-01-01' FROM generate_series(1, 200000) AS n; ANALYZE login",
    )
    said = json.loads(run("init", url, "--json").stdout)
    (ip,) = said["fields"]
    assert (ip["by"], ip["passed"]) == ("name and values", ip["seen"])
    assert ip["seen"] > 100


def test_what_may_not_be_read_is_said_and_nothing_of_it_is_guessed(url: str, folder: Path) -> None:
    fill(
        url,
        "CREATE TABLE login (id int PRIMARY KEY, ip inet, at date);"
        "INSERT INTO login VALUES (1, '192.0.2.1', '2020-01-01');"
        "CREATE TABLE visit (id int PRIMARY KEY, ip inet, at date);"
        "INSERT INTO visit SELECT n, '192.0.2.1', '2001-01-01' FROM generate_series(1, 99) AS n;"
        "CREATE TABLE hidden (LIKE visit INCLUDING ALL); "
        "ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;"
        "CREATE VIEW seen AS SELECT * FROM visit;"
        "DROP ROLE IF EXISTS few; CREATE ROLE few LOGIN; "
        "GRANT SELECT ON login, hidden, seen TO few",
    )
    try:
        answer = run("init", as_role(url, "few"))
        assert answer.exit_code == Exit.OK, answer.output
        assert "1 row in public.login" in answer.output
        for line in ("public.visit (no right to read it)", "public.hidden (row security",
                     "public.seen (a view"):  # fmt: skip
            assert line in answer.output
        assert (folder / "avow.yaml").read_text(encoding="utf-8").count("public.visit") == 0
    finally:
        fill(url, "DROP OWNED BY few; DROP ROLE few")


def as_role(url: str, role: str) -> str:
    """The address with another account."""
    mark = "&" if "?" in url else "?"
    return f"{url}{mark}user={role}"


def test_an_empty_database_is_said_in_words(url: str, folder: Path) -> None:
    answer = run("init", url)
    assert answer.exit_code == Exit.FINDINGS
    assert "there is no table in it" in answer.output
    assert not (folder / "avow.yaml").exists()


def test_the_connection_cannot_write(url: str, folder: Path, work: Work) -> None:
    fill(url, PERSONAL)
    assert run("init", url).exit_code == Exit.OK
    assert work.read_only == {"on"}


def test_whom_a_row_is_about_goes_before_who_wrote_it(url: str, folder: Path) -> None:
    fill(
        url,
        "CREATE TABLE client (id int PRIMARY KEY, email text);"
        "CREATE TABLE employee (id int PRIMARY KEY, email text);"
        "CREATE TABLE call (id int PRIMARY KEY, at date, a_created_by int REFERENCES employee (id),"
        " client_id int REFERENCES client (id));"
        "INSERT INTO call SELECT n, '2020-01-01' FROM generate_series(1, 9) AS n",
    )
    said = json.loads(run("init", url, "--json").stdout)
    assert (said["dataset"], said["owner"]["table"]) == ("public.call", "public.client")


def test_a_table_in_parts_is_one_and_future_days_are_no_beginning(url: str, folder: Path) -> None:
    fill(
        url,
        "CREATE TABLE visit (id int, ip inet, date date, at date, PRIMARY KEY (id, at)) "
        "PARTITION BY RANGE (at);"
        "CREATE TABLE v1 PARTITION OF visit FOR VALUES FROM ('2000-01-01') TO ('2021-01-01');"
        "CREATE TABLE v2 PARTITION OF visit FOR VALUES FROM ('2021-01-01') TO ('2099-01-01');"
        "INSERT INTO visit SELECT n, '192.0.2.1', '2090-01-01', '2020-12-01'::date + n "
        "FROM generate_series(1, 99) AS n",
    )
    said = json.loads(run("init", url, "--json").stdout)
    assert (said["dataset"], said["key"], said["event"]["field"]) == (
        "public.visit",
        ["id", "at"],
        "at",
    )
    assert (said["measure"]["rows"], said["measure"]["oldest"]) == (99, "2020-12-02")


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://anna:{SECRET}@127.0.0.1:1/shop",
        f"postgresql://anna@127.0.0.1:1/shop?password={SECRET}",
        f"postgres://anna:{SECRET}@127.0.0.1:1/shop?connect_timeout=1",
        f"postgresql://anna:{SECRET}@[::1/shop",
        f"postgresql://anna:{SECRET}@127.0.0.1:no/shop",
        f"mysql://anna:{SECRET}@127.0.0.1/shop",
    ],
)
def test_an_address_that_does_not_answer_ends_with_4_and_never_shows_its_password(
    address: str, folder: Path
) -> None:
    answer = run("init", address)
    assert answer.exit_code == Exit.UNREACHABLE, answer.output
    assert "error AV50" in answer.output
    assert SECRET not in answer.output
    assert list(folder.iterdir()) == []


def test_a_password_is_written_as_a_variable(
    url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(url, PERSONAL)
    address = with_password(url)
    answer = run("init", address)
    text = (folder / "avow.yaml").read_text(encoding="utf-8")
    assert answer.exit_code == Exit.OK, answer.output
    assert SECRET not in answer.output + text
    name = text.partition("url: ${")[2].partition("}")[0]
    assert name.endswith("_DATABASE_URL")
    assert f"export {name}=" in answer.output
    monkeypatch.setenv("SHOP", address)
    for given in (address, "${SHOP}"):
        again = run("init", given, "--force")
        assert "url: ${SHOP}" in (folder / "avow.yaml").read_text(encoding="utf-8")
        assert "export" not in again.output
        assert SECRET not in again.output


def with_password(url: str) -> str:
    """The address with a password, which a server that trusts us does not ask for."""
    mark = "&" if "?" in url else "?"
    return f"{url}{mark}password={SECRET}"


def test_no_environment_is_needed_where_there_is_no_password(url: str, folder: Path) -> None:
    fill(url, PERSONAL)
    assert run("init", url).exit_code == Exit.OK
    system = next(iter(load("avow.yaml").whole.datamap.systems.values()))
    assert system.url == url
    assert os.environ.get("DATABASE_URL") is None or "${" not in system.url
