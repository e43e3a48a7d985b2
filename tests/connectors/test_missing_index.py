"""A link without an index is told before anything is done, with its price and with what helps."""

from __future__ import annotations

from typing import Any

import pytest

from avow.engine.planner.counting import Counting, count
from avow.engine.planner.plan import Unindexed
from avow.engine.planner.program import Move, Program, Step
from avow.estate.connectors.catalogue import Catalogue, ColumnKind
from avow.estate.connectors.indexing import index_text
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.predicates import TRUE, Related
from tests.connectors import world
from tests.connectors.engines import Make
from tests.connectors.postgresql_country import Found, found
from tests.connectors.world import Estate, column, table
from tests.faults.small import TODAY, Facts

__all__ = ["found"]

K = ColumnKind
PERSON = table("public.person", ["id"], column("id", K.INTEGER))
NOTE = table(
    'public.no"te`',
    ["id"],
    column("id", K.INTEGER),
    column('per"son`', K.INTEGER),
    column("half", K.INTEGER),
)
CATALOGUE = Catalogue({t.name: t for t in (PERSON, NOTE)})
LINK = Edge(NOTE.name, ('per"son`',), PERSON.name, ("id",), Right.OWN, Side.CHILD)
ROWS: dict[str, list[world.Row]] = {
    PERSON.name: [{"id": n} for n in range(3)],
    NOTE.name: [{"id": n, 'per"son`': n % 3, "half": None} for n in range(300)],
}
SYSTEM = System(
    "shop",
    "memory",
    datasets={t.name: Dataset(t.name, key=t.key) for t in CATALOGUE.tables.values()},
)
FREE = Related(LINK, Side.CHILD, TRUE, negated=True)
engines = pytest.mark.parametrize("engine", ["postgresql", "sqlite", "mariadb"], indirect=True)


def told(estate: Estate) -> tuple[Unindexed, ...]:
    """What a plan says that takes persons of whom there is no note."""
    step = Step(PERSON.name, Move.DELETE, FREE, ())
    part = count(estate.read(), Counting(Program("shop", TODAY, (step,)), Facts()))
    return part.steps[0].unindexed


@engines
def test_the_statement_that_is_offered_is_the_one_that_helps(make: Make) -> None:
    """Rows are guessed from what the table takes on disk, also where nobody ever looked at it."""
    estate = make(CATALOGUE, ROWS, SYSTEM)
    (link,) = told(estate)
    assert (link.table, link.fields) == (NOTE.name, ('per"son`',))
    assert link.read is not None
    assert 50 <= link.read <= 3_000
    owner: Any = estate.write()
    owner.raw.cursor().execute(link.remedy)
    assert told(estate) == ()


def test_nothing_is_offered_for_what_lies_inside_a_column_or_in_a_file() -> None:
    assert index_text("postgresql", NOTE, ["half$.id"]) == ""
    assert index_text("csv", NOTE, ["half"]) == ""


BIG = """
CREATE TABLE person (id int PRIMARY KEY, left_on date);
CREATE TABLE visit (id int PRIMARY KEY, person_id int REFERENCES person, seen_on date)
    PARTITION BY RANGE (id);
CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (10000);
CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM (10000) TO (MAXVALUE);
INSERT INTO person SELECT n, '2026-01-01' FROM generate_series(1, 20000) AS n;
INSERT INTO visit SELECT n, NULL, '2026-04-20' FROM generate_series(1, 40000) AS n;
"""
MAP = """
public.person: {subject: visitor, key: [id], collected_at: door, rest: data,
  events: {left: left_on}}
public.visit: {key: [id], owned_by: {public.person: person_id}, collected_at: door, rest: log,
  events: {seen: seen_on}}
"""


def test_a_foreign_key_without_index_refuses_the_plan_and_is_read_once_for_every_row(
    found: Found,
) -> None:
    """20,000 persons go, and for each the database would read 40,000 visits."""
    land = found(BIG, MAP)
    plan = land.sweep_plan()
    assert land.codes(plan) == ["AV406"]
    (link,) = next(s.unindexed for _, s in plan.steps if s.step.dataset == "public.person")
    assert link.read is not None
    assert 300_000_000 < link.read < 1_600_000_000
    assert link.remedy == 'CREATE INDEX ON "public"."visit" ("person_id");'
    assert land.codes(land.plan((*plan.accepted, ("no-index", 1_000)))) == []
