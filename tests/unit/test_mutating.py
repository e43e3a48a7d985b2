"""What nobody would notice if it were left out of a declaration."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from avow.declaration.load import load
from avow.declaration.mutating import Judged, judged
from avow.faces.cli.main import main

DAY = date(2026, 5, 1)
TEXT = """
avow: "1"
declaration: shop
controller: {name: Shop, zone: Europe/Brussels, country: BE}
clauses: {"2": {kind: D}, "3": {kind: E}}
categories: {email: {dpv: pd:EmailAddress}, page: {dpv: pd:PageVisited}}
subjects: {visitor: {dpv: dpv:Customer}}
events: {visited: {kind: point}, left: {kind: end-of}}
purposes:
  - {purpose: sell, clause: "2", basis: contract, uses: {category: [email, page]}, ends: left}
retention:
  - {rule: visits, clause: "3", applies_to: {category: [page]},
     starts: visited, at_most: 1 month, then: erase}
  - {rule: persons, clause: "3", applies_to: {category: [email]},
     starts: left, at_most: 1 month, then: erase}
systems:
  - system: shop
    connector: sqlite
    url: shop.db
    datasets:
      person: {subject: visitor, key: [id], rest: email, events: {left: {end_of: left_at}}}
      visit:
        key: [id]
        owned_by: {person: person_id}
        fields: {agent: page}
        rest: page
        events: {visited: at}
tests:
  - test: a page is due after a month
    group: {category: page}
    events: {visited: 2026-01-31, left: living}
    on: 2026-02-28
    verdict: due erase
    clauses: ["3"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The declaration of a shop with one test of its own."""
    (tmp_path / "avow.yaml").write_text(TEXT, encoding="utf-8")
    return tmp_path


def of(found: list[Judged], kind: str, name: str) -> Judged:
    """The judgement of one mutant."""
    return next(j for j in found if (j.mutant.kind, j.mutant.name) == (kind, name))


def test_each_thing_is_left_out_once_and_what_notices_is_named(folder: Path) -> None:
    """The rule of pages is held by a test, that of persons by the check, the owner of visits too;
    a field that has the category of the rest could be forgotten without a sound."""
    found = list(judged(load(folder).whole, DAY))
    assert {f.code for f in of(found, "rule", "visits").noticed} >= {"AV250"}
    assert "AV223" in {f.code for f in of(found, "rule", "persons").noticed}
    assert not of(found, "link", "shop.visit owned_by person").survived
    assert of(found, "field", "shop.visit.agent").survived
    assert [j.mutant.kind for j in found] == [
        "rule", "rule", "purpose", "event", "link", "field", "event",
    ]  # fmt: skip


def test_the_declaration_itself_is_left_alone(folder: Path) -> None:
    """Mutants are made in memory: nothing is written."""
    before = (folder / "avow.yaml").read_bytes()
    list(judged(load(folder).whole, DAY))
    assert (folder / "avow.yaml").read_bytes() == before


def test_survivors_are_listed_with_their_place_and_end_with_1(folder: Path) -> None:
    """In words, and the same in JSON."""
    run = CliRunner().invoke(main, ["mutate", str(folder), "--on", "2026-05-01"])
    assert run.exit_code == 1
    assert "without field `shop.visit.agent`: nobody notices" in run.output
    assert "rule: 2 of 2 noticed" in run.output
    told = CliRunner().invoke(main, ["mutate", str(folder), "--on", "2026-05-01", "--json"])
    survived = [each["name"] for each in json.loads(told.output) if each["survived"]]
    assert "shop.visit.agent" in survived
