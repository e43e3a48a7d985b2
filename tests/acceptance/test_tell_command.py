"""Telling everybody whom a change concerns, by the command: who is counted, who gets a letter.

Six persons in one system: five different reasons, and one address of each kind. No output ever
holds an address.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from avow.app import open_state
from avow.faces.cli.main import main
from tests.today import today

DECLARATION = """\
avow: "1"
declaration: shop
controller: {name: Shop NV, zone: Europe/Brussels, country: BE, email: privacy@shop.example}
languages: [fr, nl]
people:
  - {person: claire, name: Claire, roles: [author]}
  - {person: marc, name: Marc, roles: [approver]}
  - {person: paul, name: Paul, roles: [approver]}
  - {person: olivia, name: Olivia, roles: [officer]}
notice: {version: "1", changed: 2026-01-01, promises: {told: "2"}, ahead: {material: 10 days}}
clauses: {"1": {kind: E}, "2": {kind: E}, "3": {kind: E}}
sections: [{section: "1", clauses: ["1", "2", "3"]}]
categories:
  email: {clause: "1", dpv: pd:EmailAddress}
  language: {clause: "1", dpv: pd:Language}
  orders: {clause: "1"}
subjects: {customer: {}}
events: {ordered: {kind: point}, left: {kind: point}}
purposes:
  - {purpose: sell, clause: "1", basis: contract, uses: {category: [email, language, orders]},
     ends: left}
retention:
  - {rule: customers, clause: "3", applies_to: {category: [email, language]}, starts: left,
     at_most: 0 days}
  - {rule: orders, clause: "3", applies_to: {category: orders}, starts: ordered, at_most: 1 year}
systems:
  - system: shop
    connector: sqlite
    url: ${SHOP}
    zone: Europe/Brussels
    datasets:
      customer:
        subject: customer
        key: [id]
        identities: {email: {field: email, strength: unique}}
        fields: {email: email, lang: language}
        rest: email
        events: {left: left_on}
      purchase:
        key: [id]
        owned_by: {customer: customer_id}
        rest: orders
        events: {ordered: ordered_on, left: {via: customer}}
"""
TEXT = "# 1 A\n\n## 1\nText.\n\n## 2\nText.\n\n## 3\nText.\n"
TABLES = """
CREATE TABLE customer (id integer PRIMARY KEY, email text, lang text, left_on date);
CREATE TABLE purchase (id integer PRIMARY KEY, customer_id integer, ordered_on date, what text);
INSERT INTO customer VALUES
  (1, 'ada@mail.example', 'fr', NULL), (2, 'bob@mail.example', 'nl-BE', NULL),
  (3, 'gone@mail.example', 'fr', '2020-01-01'), (4, NULL, 'fr', NULL),
  (5, 'info@firm.example', 'fr', NULL), (6, 'eve@mail.example', NULL, NULL);
INSERT INTO purchase VALUES (1, 3, '2019-12-01', 'a'), (2, 1, '2026-01-01', 'b');
"""
ADDRESSES = ("ada@", "bob@", "gone@", "info@", "eve@")


def avow(*words: str, expect: int = 0) -> Result:
    """Run a command, look at its exit code, and that it shows no address."""
    done = CliRunner().invoke(main, words)
    assert done.exit_code == expect, done.output
    assert not any(address in done.output for address in ADDRESSES)
    return done


def published(home: Path, version: str, text: str) -> None:
    """An edition of a declaration, by two persons."""
    folder = home / f"edition-{version}"
    (folder / "texts").mkdir(parents=True)
    (folder / "avow.yaml").write_text(text)
    for language in ("fr", "nl"):
        (folder / "texts" / f"{language}.md").write_text(TEXT)
    made = avow("publish", str(folder), "--by", "claire", "--reason", "a test", "--json")
    (edition,) = json.loads(made.output)
    avow("publish", "--approve", edition["id"], "--by", "marc")


@pytest.fixture
def home(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The second edition brings a new recipient in twenty days; the first is in force."""
    with sqlite3.connect(tmp_path / "shop.db") as made:
        made.executescript(TABLES)
    made.close()
    monkeypatch.setenv("SHOP", str(tmp_path / "shop.db"))
    monkeypatch.setenv("AVOW_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    (tmp_path / "state").mkdir()
    (tmp_path / "now").mkdir()
    (tmp_path / "now" / "avow.yaml").write_text(DECLARATION)
    avow("activate", str(tmp_path / "now"), "--author", "claire", "--as", "marc", "--as", "paul")
    published(tmp_path, "1", DECLARATION)
    day = today() + timedelta(days=20)
    later = DECLARATION.replace(
        'version: "1", changed: 2026-01-01', f'version: "2", changed: {today()}, effective: {day}'
    )
    more = (
        "recipients: [{recipient: mailer, clause: '1', name: Mailer, role: processor, country: US}]"
    )
    published(tmp_path, "2", f"{later}{more}\n")
    return tmp_path


def test_without_a_word_more_it_only_counts(home: Path) -> None:
    """Who left six years ago is not counted; who has no address, or one of a function, is named by
    the reason. No letter is written."""
    said = json.loads(avow("tell", "2", "--json").output)
    assert said["languages"] == {"fr": 1, "nl-BE": 1, "": 1}
    assert said["without"] == {"no-address": 1, "group-mailbox": 1}
    assert (said["unknown"], said["written"], said["changes"]) == ({}, None, 1)
    assert "nothing was written" in avow("tell", "2").output
    assert "no letter was written yet" in avow("letters").output


def test_an_approver_has_the_letters_written_once(home: Path, state_url: str) -> None:
    """Three letters and the organisation's own; again, none. The ledger says who did it."""
    pages = ("--pages", "https://shop.example")
    assert "4 letters written" in avow("tell", "2", "--enqueue", "--by", "paul", *pages).output
    assert "0 letters written" in avow("tell", "2", "--enqueue", "--by", "paul", *pages).output
    assert "notice-change  mail  waiting    3" in avow("letters").output
    with open_state(home / "state", state_url) as state:
        told = [str(row) for row in state.ledger.entries() if "change-told" in str(row)]
    assert len(told) == 2
    assert "paul" in told[0]


@pytest.mark.parametrize("person", ["olivia", "claire", "nobody"])
def test_the_officer_the_author_and_strangers_write_to_nobody(home: Path, person: str) -> None:
    pages = ("--pages", "https://shop.example")
    avow("tell", "2", "--enqueue", "--by", person, *pages, expect=3)
    assert "no letter was written yet" in avow("letters").output


def test_editions_are_compared_by_their_ids(home: Path) -> None:
    """The new recipient in a third country is all that matters between them."""
    ids = {e["version"]: e["id"] for e in json.loads(avow("publish", "--json").output)}
    said = json.loads(avow("diff", ids["1"], ids["2"], "--gate", "--json", expect=1).output)
    assert [c["thing"] for c in said if c["material"]] == ["recipient"]
    assert avow("diff", "publication-none", ids["2"], expect=3).output.startswith("error AV666")


def test_an_edition_that_nobody_must_be_told_of_is_refused(home: Path) -> None:
    """The first edition replaces none."""
    assert "AV683" in avow("tell", "1", expect=3).output


def test_a_system_that_cannot_be_asked_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No number is taken for all of them: the command ends with 4."""
    monkeypatch.setenv("SHOP", str(home / "nowhere" / "shop.db"))
    assert "unknown: shop (unreachable)" in avow("tell", "2", expect=4).output
