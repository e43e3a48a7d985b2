"""Rows that somebody is meant to own and nobody owns, on real databases."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from avow.declaration.load import load
from avow.declaration.model import Declaration
from avow.engine.planner.making import Estate
from avow.engine.planner.orphans import Orphans, finding, orphans

TABLES = """
CREATE TABLE person (id integer PRIMARY KEY, email text);
CREATE TABLE visit (id integer PRIMARY KEY, person_id integer, page text);
CREATE TABLE remark (id integer PRIMARY KEY, visit_id integer, words text);
CREATE TABLE note (id integer PRIMARY KEY, parent_id integer, person_id integer, words text);
INSERT INTO person VALUES (1, 'a@example.com');
INSERT INTO visit VALUES (1, 1, 'x'), (2, 9, 'x'), (3, NULL, 'x');
INSERT INTO remark VALUES (1, 1, 'x'), (2, 2, 'x'), (3, 7, 'x');
"""
DECLARATION = """
avow: "1"
declaration: shop
controller: {name: Shop, zone: Europe/Brussels, country: BE}
clauses: {"1": {kind: D}}
categories: {email: {dpv: pd:EmailAddress}, words: {dpv: pd:Communication}}
subjects: {visitor: {dpv: dpv:Customer}}
systems:
  - system: shop
    connector: KIND
    url: "URL"
    datasets:
      Pperson: {subject: visitor, key: [id], rest: email}
      Pvisit: {key: [id], owned_by: {Pperson: person_id}, rest: words}
      Premark: {key: [id], owned_by: {Pvisit: visit_id}, rest: words}
      Pnote: {key: [id], owned_by: {Pperson: person_id, Pnote: parent_id}, rest: words}
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Declaration:
    """Two visits without a person, two remarks that hang on such a visit or on none."""
    if request.param == "sqlite":
        prefix, url = "", str(tmp_path / "shop.db")
        with closing(sqlite3.connect(url)) as owner:
            owner.executescript(TABLES)
    else:
        prefix, url = "public.", request.getfixturevalue("postgres_url")
        with psycopg.connect(url) as owner:
            owner.execute(TABLES.encode())
    text = DECLARATION.replace("KIND", request.param).replace("URL", url)
    for name in ("person", "visit", "remark", "note"):
        text = text.replace(f"P{name}", f"{prefix}{name}")
    (tmp_path / "avow.yaml").write_text(text, encoding="utf-8")
    return load(tmp_path / "avow.yaml").whole


def found(declaration: Declaration) -> dict[str, tuple[int, str]]:
    """Dataset without its schema -> rows and reason."""
    told = orphans(Estate(declaration, {}), "shop")
    return {each.dataset.rpartition(".")[2]: (each.rows, each.why) for each in told}


def test_rows_without_an_owner_are_counted_over_every_link(shop: Declaration) -> None:
    """A visit of nobody, or of a person who is not there, is an orphan, and so is what hangs on it.
    Rows that own each other are not counted, and that is said. Persons are nobody's orphans."""
    assert found(shop) == {
        "visit": (2, ""),
        "remark": (2, ""),
        "note": (0, "its rows own each other in a circle"),
    }


def test_what_is_said_names_the_place_and_no_row(shop: Declaration) -> None:
    """A defect to look at, at the dataset's line of the map."""
    system = shop.datamap.systems["shop"]
    name = next(n for n in system.datasets if n.endswith("visit"))
    said = finding(Orphans("shop", name, 2), system)
    assert (said.code, said.place.line) == ("AV608", system.datasets[name].place.line)
    assert said.message == f"2 rows of `shop.{name}` belong to nobody"


def test_a_system_that_does_not_answer_is_unknown(tmp_path: Path) -> None:
    """Never "no orphans"."""
    text = DECLARATION.replace("KIND", "sqlite").replace("URL", str(tmp_path / "nowhere.db"))
    (tmp_path / "avow.yaml").write_text(text.replace(" P", " ").replace("{P", "{"), "utf-8")
    declaration = load(tmp_path / "avow.yaml").whole
    (told,) = orphans(Estate(declaration, {}), "shop")
    assert (told.rows, told.dataset) == (0, "")
    assert finding(told, declaration.datamap.systems["shop"]).code == "AV609"
