"""Five persons of the made-up Clearnox ask what is known of them, and then to be erased."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from avow.faces.cli.main import main
from examples.clearnox.estate import SYSTEMS, load
from tests.postgres import database
from tests.today import today as this_day

DECLARATION = Path(__file__).parents[2] / "declarations" / "clearnox"
PICKED = {
    "app": "SELECT email FROM account WHERE deleted_at IS NULL ORDER BY id LIMIT 1",
    "marketing": "(SELECT email FROM newsletter_subscriber ORDER BY id LIMIT 2) UNION ALL "
    "(SELECT email FROM information_request WHERE email <> '' ORDER BY id LIMIT 1)",
    "support": "SELECT email FROM requester WHERE email <> '' ORDER BY id DESC LIMIT 1",
}
Rows = dict[tuple[str, str, str], str]
"""(system, dataset, key) -> hash of the whole row."""


@dataclass(frozen=True)
class Town:
    """The estate with the declaration in force, and the file of five persons who ask."""

    urls: dict[str, str]
    home: Path
    asking: Path
    state: str

    def rows(self) -> Rows:
        """Every row of every system, read by the drivers themselves."""
        found: Rows = {}
        for name in SYSTEMS[:3]:
            with psycopg.connect(self.urls[name]) as owner:
                tables = owner.execute(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                ).fetchall()
                for (table,) in tables:
                    every = owner.execute(f"SELECT to_jsonb(t) FROM {table} t".encode())
                    for (row,) in every.fetchall():
                        key = str(row.get("id", row.get("code")))
                        found[name, f"public.{table}", key] = _hash(row)
        with closing(sqlite3.connect(self.urls["web"])) as owner:
            for table in ("visit", "page_view", "web_log"):
                for each in owner.execute(f"SELECT * FROM {table}"):
                    found["web", table, str(each[0])] = _hash(each)
        return found


def _hash(row: object) -> str:
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()


@pytest.fixture(scope="module")
def town(
    postgres_server: Path, state_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """The estate, the signed declaration in force, and who asks."""
    home = tmp_path_factory.mktemp("town")
    (home / "state").mkdir()
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        urls = {n: stack.enter_context(database(postgres_server)) for n in SYSTEMS[:3]}
        urls["web"] = str(home / "web.db")
        load(urls, today=this_day(), scale=0.01)
        for name, url in urls.items():
            patch.setenv(f"{name.upper()}_DATABASE_URL", url)
        patch.setenv("AVOW_STATE", str(home / "state"))
        state = stack.enter_context(database(postgres_server, state_template))
        patch.setenv("AVOW_DATABASE_URL", state)
        shutil.copytree(DECLARATION, home / "declaration")
        avow("sign", "--all", "--as", "marc", "--declaration", str(home / "declaration"))
        three = ("--author", "claire", "--as", "marc", "--as", "an")
        avow("activate", str(home / "declaration"), *three)
        asking = home / "asking.csv"
        emails = []
        for name, picked in PICKED.items():
            with psycopg.connect(urls[name]) as owner:
                emails += [email for (email,) in owner.execute(picked.encode())]
        asking.write_text("kind,value\n" + "".join(f"email,{e}\n" for e in emails))
        yield Town(urls, home, asking, state)


def avow(*words: str, expect: int = 0) -> Result:
    """Run a command and look at its exit code."""
    done = CliRunner().invoke(main, words)
    assert done.exit_code == expect, done.output
    return done


def ask(town: Town, right: str, *words: str, expect: int = 0) -> dict[str, Any]:
    """A request for the five persons."""
    done = avow("request", "new", right, "--for", str(town.asking), "--json", *words, expect=expect)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def applied(plans: list[dict[str, Any]]) -> None:
    """Every plan approved by two persons, and applied."""
    for each in plans:
        name = each["plan"]["id"]
        assert each["status"] == "waiting"
        for person in ("marc", "an"):
            avow("approve", name, "--as", person)
        (done,) = json.loads(avow("apply", name, "--json").stdout)
        assert (done["status"], done["blocked"]) == ("done", [])


def seen(answer: Path) -> dict[tuple[str, str, str], str]:
    """(system, dataset, key) -> right, of everything that access showed."""
    found = json.loads(answer.read_text())
    assert found["complete"]
    return {
        (d["system"], d["dataset"], str(row["values"]["id"])): row["right"]
        for person in found["persons"]
        for d in person["datasets"]
        for row in d["rows"]
    }


def test_five_persons_see_everything_and_are_erased(town: Town) -> None:
    """Access shows their rows. The erasure takes what no promise retains, says of every other row
    why and until when it stays, and does not touch a single row of anybody else."""
    shown = ask(town, "access", expect=3)
    assert {c["person"] for c in shown["candidates"]} == {1, 2, 3, 4, 5}
    assert shown["asks"] == []
    assert {"system": "web", "kind": "email"} in shown["unnamed"]
    assert not (town.home / "answer.json").exists()

    out = town.home / "answer.json"
    said = ask(town, "access", "--accept-all", "--out", str(out))
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    before, rows = seen(out), town.rows()
    assert len(before) == sum(each["total"] for each in said["rows"]) > 20
    words = ("--for", str(town.asking), "--accept-all", "--out", str(out))
    assert "AV604" in avow("request", "new", "access", *words, expect=3).output

    planned = ask(town, "erasure", "--accept-all")
    assert kept_persons(town.state) > 0
    assert town.rows() == rows
    applied(planned["plans"])
    assert kept_persons(town.state) == 0
    avow("ledger", "verify")

    after = town.rows()
    gone = rows.keys() - after.keys()
    changed = {mark for mark in after.keys() & rows.keys() if after[mark] != rows[mark]}
    assert after.keys() <= rows.keys()
    assert len(gone) >= 5
    assert gone | changed <= before.keys()

    stays = {(p["plan"]["system"], s["dataset"]): s for p in planned["plans"] for s in p["stays"]}
    for mark, right in before.items():
        if mark not in gone | changed and right == "own":
            said = stays[mark[:2]]
            assert said["clauses"]
            assert said["until"] or said["ends"]

    again = ask(town, "access", "--accept-all", "--out", str(town.home / "again.json"))
    assert again["complete"]
    assert seen(town.home / "again.json").keys() <= before.keys() - gone


def kept_persons(url: str) -> int:
    """Sealed keys of persons in our own database."""
    with psycopg.connect(url) as owner:
        found = owner.execute("SELECT count(*) FROM avow.plan_person").fetchone()
    assert found is not None
    return int(found[0])


def test_nothing_personal_is_printed(town: Town) -> None:
    """No address of anybody who asks is in what the commands say."""
    said = ask(town, "access", expect=3)
    text = avow("request", "new", "access", "--for", str(town.asking), expect=3).output
    for line in town.asking.read_text().splitlines()[1:]:
        assert line.partition(",")[2] not in text + json.dumps(said)
