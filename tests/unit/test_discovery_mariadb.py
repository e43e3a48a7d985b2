"""MariaDB is looked into as PostgreSQL is: samples, `avow init`, `avow map` and `avow drift`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pymysql
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Select

from avow.common.exits import Exit
from avow.declaration.load import load
from avow.duties.discovery.sampling import ROWS, sample
from avow.duties.discovery.triage.reading import look_at
from avow.duties.discovery.triage.signals import Basis
from avow.estate.connectors.base import Access
from avow.estate.connectors.mariadb import MariadbConnection, MariadbConnector
from avow.estate.datamap.model import System
from avow.faces.cli.main import main
from tests import mariadb

MARK = "zzq"
"""Part of every value that speaks of a person: nothing that is said may hold it."""
SCHEMA = f"""
CREATE TABLE klant (id BIGINT AUTO_INCREMENT PRIMARY KEY, voornaam VARCHAR(80),
    courriel VARCHAR(190) CHARACTER SET latin1 UNIQUE, aangemaakt TIMESTAMP(6) NOT NULL,
    extra JSON);
INSERT INTO klant (voornaam, courriel, aangemaakt, extra)
    SELECT '{MARK}', concat('k', seq, '@{MARK}.example'), '2020-01-01' + INTERVAL seq DAY,
           json_object('adres', json_object('straat', '{MARK}'), 'gsm', '{MARK}')
    FROM seq_1_to_200;
CREATE TABLE logboek (id BIGINT AUTO_INCREMENT PRIMARY KEY, klant_id BIGINT NOT NULL,
    ip INET6, gelogd BIGINT, tijdstip DATETIME NOT NULL,
    FOREIGN KEY (klant_id) REFERENCES klant (id));
INSERT INTO logboek (klant_id, ip, gelogd, tijdstip)
    SELECT 1 + seq MOD 200, '2001:db8::7', seq, '2019-03-02' + INTERVAL seq MINUTE
    FROM seq_1_to_2000;
CREATE TABLE nieuwsbrief (id BIGINT PRIMARY KEY, contact VARCHAR(190));
INSERT INTO nieuwsbrief SELECT id, upper(courriel) FROM klant;
CREATE VIEW overzicht AS SELECT * FROM klant;
"""


@pytest.fixture
def owner(mariadb_url: str) -> Iterator[pymysql.Connection[Any]]:
    """The owner of an empty database."""
    with closing(mariadb.connect_at(mariadb_url)) as connection:
        yield connection


def run(owner: pymysql.Connection[Any], statements: str) -> None:
    """Run statements, and let the engine look at what is there."""
    with owner.cursor() as cursor:
        for statement in filter(str.strip, statements.split(";\n")):
            cursor.execute(statement)
        cursor.execute("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")
        names = ", ".join(f'"{name}"' for name, _ in cursor.fetchall())
        cursor.execute(f"ANALYZE TABLE {names}")


def avow(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, list(words))


# --- samples -------------------------------------------------------------------------------------


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of rows that came back from each query."""
    rows, real = [], MariadbConnection.select

    def select(
        self: MariadbConnection, statement: Select[Any], dataset: str
    ) -> list[tuple[Any, ...]]:
        found = real(self, statement, dataset)
        rows.append(len(found))
        return found

    monkeypatch.setattr(MariadbConnection, "select", select)
    return rows


def drawn(url: str, table: str, field: str) -> list[Any]:
    """Sampled values of a column."""
    with closing(MariadbConnector().connect(System("s", "mariadb", url), Access.READ)) as reader:
        found = sample(reader, reader.catalogue().tables[table], [field], 0)
    return [value for (value,) in found]


@pytest.mark.parametrize(
    ("key", "value"),
    [("BIGINT", "seq * 3"), ("VARCHAR(20)", "concat('CUST', lpad(seq, 9, '0'))")],
)
def test_a_sample_is_spread_over_a_large_table_and_bounded(
    owner: pymysql.Connection[Any], mariadb_url: str, seen: list[int], key: str, value: str
) -> None:
    """By whole numbers all over the table; other keys can be entered at their two ends."""
    run(owner, f"CREATE TABLE t (k {key} PRIMARY KEY, n INT);\n"
        f"INSERT INTO t SELECT {value}, seq FROM seq_1_to_60000")  # fmt: skip
    found = drawn(mariadb_url, "t", "n")
    assert ROWS * 0.9 <= len(found) <= ROWS
    assert len(set(found)) == len(found), "no row comes twice"
    assert min(found) < 2_000
    assert max(found) > 58_000
    if key == "BIGINT":
        assert 200 < sum(20_000 < n < 40_000 for n in found) < 450
    assert sum(seen) <= ROWS + 1


def test_a_table_without_a_key_and_a_small_one_are_sampled_too(
    owner: pymysql.Connection[Any], mariadb_url: str
) -> None:
    run(owner, 'CREATE TABLE "wéird %" (n INT, "50 %" TEXT);\n'
        'INSERT INTO "wéird %" SELECT seq, \'x\' FROM seq_1_to_50')  # fmt: skip
    assert drawn(mariadb_url, "wéird %", "50 %") == ["x"] * 50


# --- avow map ------------------------------------------------------------------------------------


def test_signals_are_those_of_postgresql_whatever_the_collations(
    owner: pymysql.Connection[Any], mariadb_url: str
) -> None:
    """Addresses in another character set and in other letters are met by the key's own index."""
    run(owner, SCHEMA)
    signals = look_at(System("shop", "mariadb", mariadb_url))
    assert MARK not in repr(signals).lower()
    assert "2001:db8" not in repr(signals)
    assert signals.looks["klant"].categories >= {"email", "name"}
    assert str(signals.looks["logboek"].oldest) == "2019-03-02", "a number is no moment here"
    letter = next(p for p in signals.pointers if p.basis is Basis.EMAIL)
    assert (letter.table, letter.to) == ("nieuwsbrief", "klant")
    assert letter.inclusion is not None
    assert letter.inclusion.proves
    assert not [name for name, look in signals.looks.items() if look.gap]


def test_a_text_key_is_not_found_in_other_letters(
    owner: pymysql.Connection[Any], mariadb_url: str
) -> None:
    """The collation of a key takes `AB` for `ab`; the values are different all the same."""
    run(owner, "CREATE TABLE artikel (artikel_code VARCHAR(20) PRIMARY KEY);\n"
        "INSERT INTO artikel SELECT concat('AB', seq) FROM seq_1_to_90;\n"
        "CREATE TABLE lijn (id INT PRIMARY KEY, artikel_code VARCHAR(20), ander VARCHAR(20));\n"
        "INSERT INTO lijn SELECT seq, concat('AB', seq), concat('ab', seq) FROM seq_1_to_90;\n"
        "ALTER TABLE lijn ADD KEY (artikel_code)")  # fmt: skip
    signals = look_at(System("shop", "mariadb", mariadb_url))
    (pointer,) = [p for p in signals.pointers if p.fields == ("artikel_code",)]
    assert pointer.inclusion is not None
    assert (pointer.inclusion.seen, pointer.inclusion.found) == (90, 90)
    assert pointer.inclusion.chance < 0.1, "the texts are no numbers"
    run(owner, "UPDATE lijn SET artikel_code = ander")
    (pointer,) = look_at(System("shop", "mariadb", mariadb_url)).pointers
    assert pointer.inclusion is not None
    assert pointer.inclusion.found == 0


# --- avow init and avow drift --------------------------------------------------------------------


def test_init_proposes_the_log_and_writes_no_password(
    owner: pymysql.Connection[Any],
    mariadb_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The proposal loads, and its first preview counts what is due."""
    run(owner, SCHEMA)
    with owner.cursor() as cursor:
        cursor.execute("CREATE OR REPLACE USER looker IDENTIFIED BY 'Tr0mbone'")
        cursor.execute("GRANT SELECT ON * TO looker")
    monkeypatch.chdir(tmp_path)
    given = mariadb_url.replace("root@", "looker:Tr0mbone@")
    done = avow("init", given)
    assert done.exit_code == Exit.OK, done.output
    text = (tmp_path / "avow.yaml").read_text()
    for said in (text, done.output):
        assert "Tr0mbone" not in said
        assert MARK not in said
    assert "2,000 rows in logboek, oldest 2019-03-02" in text
    assert "events: {logged: tijdstip}" in text
    loaded = load(tmp_path / "avow.yaml")
    (system,) = loaded.whole.datamap.systems.values()
    assert system.connector == "mariadb"
    assert system.url.endswith("_DATABASE_URL}")
    monkeypatch.setenv(system.url[2:-1], given)
    preview = avow("plan", "--preview", str(tmp_path / "avow.yaml"))
    assert "2,000" in preview.output, preview.output


MAP = """\
avow: "1"
declaration: shop
controller: {name: Example, zone: Europe/Brussels}
clauses: {"1": {kind: E}}
categories: {name: {}, email: {}, account-data: {}, activity-log: {}}
subjects: {customer: {}}
systems:
  - system: shop
    connector: mariadb
    url: ${SHOP}
    datasets:
      klant: {subject: customer, key: [id], fields: {courriel: email, extra: account-data},
              rest: account-data}
      logboek: {owned_by: {klant: klant_id}, rest: activity-log}
      nieuwsbrief: {subject: customer, key: [id], rest: account-data}
"""


@pytest.fixture
def drift(
    owner: pymysql.Connection[Any],
    mariadb_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., dict[str, list[str]]]:
    """A function that runs `avow drift` and gives the names of what it found by code."""
    run(owner, SCHEMA)
    (tmp_path / "avow.yaml").write_text(MAP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOP", mariadb_url)

    def looked(*words: str) -> dict[str, list[str]]:
        done = avow("drift", "--declaration", "avow.yaml", "--json", *words)
        assert MARK not in done.output
        found: dict[str, list[str]] = {}
        for each in json.loads(done.stdout)["findings"]:
            if each["code"] == "AV527" or each["severity"] != "I":
                found.setdefault(each["code"], []).append(each["name"])
        return found

    return looked


def test_drift_looks_into_json_and_finds_what_moved(
    drift: Callable[..., dict[str, list[str]]], owner: pymysql.Connection[Any], tmp_path: Path
) -> None:
    assert drift()["AV527"] == ["klant.extra"]
    drift("--accept")
    accepted = json.loads((tmp_path / "schema" / "shop.json").read_text())
    assert accepted["tables"]["klant"]["leaves"] == {"extra": ["$.adres.straat", "$.gsm"]}
    assert drift() == {}
    run(owner, "UPDATE klant SET extra = json_set(extra, '$.adres.bus', 1);\n"
        "ALTER TABLE klant ADD COLUMN telefoon VARCHAR(20);\n"
        "ALTER TABLE nieuwsbrief MODIFY contact TEXT;\n"
        "CREATE TABLE nieuw (id INT PRIMARY KEY, email TEXT)")  # fmt: skip
    assert drift() == {
        "AV520": ["nieuw"], "AV521": ["klant.telefoon"], "AV527": ["klant.extra"],
        "AV528": ["nieuwsbrief.contact"],
    }  # fmt: skip
