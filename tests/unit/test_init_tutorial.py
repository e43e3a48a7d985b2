"""The tutorial shows what avow prints: its commands run here, one after the other.

`AVOW_UPDATE=1 make test ARGS=tests/unit/test_init_tutorial.py` writes the transcripts anew.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from avow.common.exits import Exit
from avow.engine.db import launcher
from avow.faces.cli.main import main

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/tutorial/first-hour.md"
SHOP = """
CREATE TABLE customer (
    id bigint PRIMARY KEY, full_name text, email text UNIQUE, created_at timestamptz);
INSERT INTO customer SELECT n, 'Person ' || n, 'p' || n || '@example.org', '2019-01-01Z'
FROM generate_series(1, 500) AS n;
CREATE TABLE login_log (
    id bigint PRIMARY KEY, customer_id bigint REFERENCES customer (id), ip_address text,
    user_agent text, logged_at timestamptz NOT NULL);
INSERT INTO login_log SELECT n, 1 + n % 500, '192.0.2.' || n % 250, 'browser',
       '2019-03-02 12:00Z'::timestamptz + n * interval '4 hours'
FROM generate_series(0, 17499) AS n;
CREATE TABLE product (id bigint PRIMARY KEY, name text, created_at timestamptz);
INSERT INTO product SELECT n, 'thing', '2018-01-01Z' FROM generate_series(1, 90) AS n;
CREATE TABLE salary (id bigint PRIMARY KEY, employee_email text, created_at timestamptz);
CREATE VIEW newest_login AS SELECT max(logged_at) AS at FROM login_log;
DROP ROLE IF EXISTS reader;
CREATE ROLE reader LOGIN;
GRANT SELECT ON customer, login_log, product, newest_login TO reader;
"""
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PLAN = re.compile(r"plan-[a-z2-7]{8,}")
_MADE = re.compile(r"(?<=`avow init`, )\d{4}-\d\d-\d\d")


@pytest.fixture
def shop(postgres_server: Path) -> Iterator[str]:
    """The address of the shop's database, for an account that may not read everything."""
    with psycopg.connect(launcher.url(postgres_server, "postgres"), autocommit=True) as owner:
        owner.execute("CREATE DATABASE shop")
        with psycopg.connect(launcher.url(postgres_server, "shop"), autocommit=True) as new:
            new.execute(SHOP)
        yield f"{launcher.url(postgres_server, 'shop')}&user=reader&password=Tr0mbone"
        owner.execute("DROP DATABASE shop WITH (FORCE)")
        owner.execute("DROP ROLE reader")


@pytest.fixture
def folder(tmp_path: Path, shop: str, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder where the commands run, in a terminal of 100 columns."""
    monkeypatch.chdir(tmp_path)
    given = {"SHOP_DATABASE_URL": shop, "AVOW_DATABASE_URL": state_url}
    for name, value in {
        **given,
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "TZ": "Europe/Brussels",
        "PGTZ": "UTC",
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def test_the_page_shows_what_avow_prints(folder: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    real = _BLOCK.sub(lambda found: replayed(found, folder), text)
    assert "Tr0mbone" not in real
    if os.environ.get("AVOW_UPDATE") == "1":
        PAGE.write_text(real, encoding="utf-8")
        text = real
    assert real == text, "run again with AVOW_UPDATE=1, and read the difference"
    assert real.count("$ ./avow") >= 6, "a page without commands proves nothing"


def replayed(block: re.Match[str], folder: Path) -> str:
    """A block as it is when its commands run in the folder; `yaml` is the file that was written."""
    language, text = block.groups()
    match language:
        case "console":
            lines = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
            text = "\n".join(f"$ {line}\n{run(line)}" for line in lines)
        case "yaml":
            made = (folder / "avow.yaml").read_text(encoding="utf-8")
            text = _MADE.sub("2026-11-22", made)
    return f"```{language}\n{text}```"


def run(line: str) -> str:
    """What avow prints; the number of a plan, drawn each time, is left out."""
    avow, *arguments = shlex.split(line)
    assert avow == "./avow"
    answer = CliRunner().invoke(main, arguments)
    assert answer.exit_code == Exit.OK, answer.output
    said = "\n".join(part.rstrip() for part in answer.output.rstrip().splitlines())
    return _PLAN.sub("plan-…", said) + "\n"
