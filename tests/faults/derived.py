"""An estate in which visits are counted, listed by day, summed up and searched for again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg

from avow.declaration.model import Level
from avow.engine.planner.plan import Plan
from avow.engine.verifier.checked import Checked
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import System
from tests.faults.small import DECLARATION, Small

TABLES = """
CREATE TABLE person (id integer PRIMARY KEY, name text, search text, visits integer, left_on date);
CREATE TABLE visit (id integer PRIMARY KEY, person_id integer, seen_on date, page text);
CREATE TABLE by_day (person_id integer, day date, pages text, PRIMARY KEY (person_id, day));
INSERT INTO person VALUES (1, 'Annabel', 'annabel', 2, NULL), (2, 'Robert', 'robert', 7, NULL),
    (3, 'Cyriel', 'cyriel', 0, '2026-01-05');
INSERT INTO visit VALUES (1, 1, '2026-01-01', 'left'), (2, 1, '2026-04-20', 'fresh'),
    (3, 2, '2026-04-20', 'fresh');
INSERT INTO by_day VALUES (1, '2026-01-01', 'left'), (1, '2026-04-20', 'fresh'),
    (2, '2026-04-20', 'fresh');
"""
TOTALS = "CREATE MATERIALIZED VIEW totals AS SELECT page, count(*) AS n FROM visit GROUP BY page;"
MAP = """
      Pperson:
        subject: visitor
        key: [id]
        collected_at: door
        fields: {name: name}
        rest: note
        events: {left: left_on}
        derived_from:
          - {from: Pvisit, field: id, parent_field: person_id, recompute: {visits: "COUNT"}}
          - {from: Pperson, recompute: {search: "lower(coalesce(name, ''))"}}
      Pvisit:
        key: [id]
        owned_by: {Pperson: person_id}
        collected_at: door
        rest: visit-log
        events: {visited: seen_on}
      Pby_day:
        key: [person_id, day]
        owned_by: nobody
        because: made from visits
        derived_from: {from: Pvisit, field: [person_id, day], parent_field: [person_id, seen_on],
          then: erase}
"""
VIEW = """
      Ptotals: {owned_by: nobody, because: sums, derived_from: {Pvisit: refresh}}
"""
COUNT = "SELECT count(*) FROM visit AS v WHERE v.person_id = person.id"


@dataclass
class Shop:
    """The estate in one engine; `query` asks its owner."""

    small: Small
    query: Callable[[str], list[tuple[Any, ...]]]
    text: str = field(default="")

    def plan(self) -> Plan:
        """In force, raised, planned; approved where the guard lets it."""
        self.small.activate(self.text)
        for rule in ("visits", "leavers"):
            self.small.raise_to(Level.APPROVE, rule)
            self.small.ramp_up(rule=rule)
        return self.small.plan((("visits", 9), ("leavers", 9)))

    def apply(self) -> Any:  # noqa: ANN401 (what an application says)
        """Planned, approved and applied."""
        return self.small.apply(self.small.approved(self.plan()))


RULE = """\
  - rule: leavers
    clause: "2.a"
    applies_to: {category: [name]}
    starts: left
    at_most: 1 month
    then: erase
events:
  left: {kind: point}
"""


def declaration(kind: str, url: str, prefix: str, view: str = "", count: str = COUNT) -> str:
    """The declaration of the estate in an engine."""
    head, _, _ = DECLARATION.partition("    datasets:\n")
    name = '  name: {clause: "1.a"}\n'
    head = head.replace("connector: memory", f'connector: {kind}\n    url: "{url}"')
    head = head.replace("events:\n", RULE).replace(name, name + name.replace("name", "note"))
    mapped = (MAP + view).replace("COUNT", count)
    for table in ("person", "visit", "by_day", "totals"):
        mapped = mapped.replace(f"P{table}", f"{prefix}{table}")
    return f"{head}    datasets:{mapped}"


def shop(small: Small, query: Callable[[str], list[tuple[Any, ...]]], text: str) -> Shop:
    """Everything, with batches checked by the verifier."""
    return Shop(replace(small, opener=opened, checker=Checked()), query, text)


def opened(system: System, access: Access) -> Connection:
    """By the connector that the map names."""
    connector = connector_for(system)
    assert not hasattr(connector, "code")
    return connector.connect(system, access)


def asking_postgresql(url: str) -> Callable[[str], list[tuple[Any, ...]]]:
    """Asks as the owner."""

    def ask(text: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(url) as owner:
            return owner.execute(text.encode()).fetchall()

    return ask


def asking_sqlite(path: str) -> Callable[[str], list[tuple[Any, ...]]]:
    """Asks as the owner."""

    def ask(text: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(path)) as owner:
            return owner.execute(text).fetchall()

    return ask
