"""A partition of which all rows are due goes whole, where that leaves what deletions leave."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from avow.engine.planner.plan import Plan, plan_json, plan_of
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import PlannerError
from avow.estate.connectors import postgresql
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.postgresql import PostgresqlConnector
from avow.estate.datamap.model import System
from tests.connectors.postgresql_country import Found, found, run

__all__ = ["found"]

SCHEMA = """
CREATE TABLE person (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE visit (id int, at timestamptz NOT NULL, person_id int REFERENCES person, page text)
    PARTITION BY RANGE (at);
CREATE TABLE "visit 2025" PARTITION OF visit FOR VALUES FROM (MINVALUE) TO ('2026-01-01+01');
CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM ('2026-01-01+01') TO ('2026-02-01+01');
CREATE TABLE visit_3 PARTITION OF visit FOR VALUES FROM ('2026-02-01+01') TO ('2026-04-02+02');
CREATE TABLE visit_4 PARTITION OF visit FOR VALUES FROM ('2026-04-02+02') TO (MAXVALUE);
CREATE INDEX ON visit (person_id); CREATE INDEX ON visit (id);
INSERT INTO person VALUES (1, 'ann', NULL), (2, 'bob', NULL);
INSERT INTO visit VALUES (1, '2025-06-01', 1, 'a'), (2, '2025-07-01', 2, 'b'),
    (3, '2026-01-01 12:00', 1, 'c'), (4, '2026-01-30', 2, 'd'), (5, '2026-03-31', 2, 'e'),
    (6, '2026-04-20', 1, 'f'), (7, '2026-04-21', NULL, 'g');
"""
MAP = """
public.person: {subject: visitor, key: [id], collected_at: door, rest: data,
  events: {left: left_on}}
public.visit: {key: [id], owned_by: {public.person: person_id}, collected_at: door, rest: log,
  events: {seen: at}}
"""
OLD, FIRST, THIRD = '"visit 2025"', "visit_1", "visit_3"
INTO_FIRST = "INSERT INTO visit VALUES (9, '2026-01-15', 1, 'late')"


def dropped(plan: Plan) -> dict[str, int]:
    """The partitions that a plan names, with their rows."""
    return {p.name: p.rows for _, each in plan.steps for p in each.partitions}


def partitions(url: str) -> set[str]:
    """What hangs below `visit` now."""
    with psycopg.connect(url) as owner:
        rows = owner.execute("SELECT inhrelid::regclass::text FROM pg_inherits").fetchall()
        return {
            name for (name,) in rows if name.startswith(("visit_", '"visit')) and "_idx" not in name
        }


def test_partitions_that_are_over_go_whole_and_leave_what_deletions_leave(
    found: Found, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last moment of `visit_3` is the last of 1 April in Brussels: exactly a month ago."""
    land = found(SCHEMA, MAP)
    plan = land.sweep_plan()
    assert dropped(plan) == {OLD: 2, FIRST: 2, THIRD: 1}
    assert plan_of(plan_json(plan)) == plan
    shown = next(each for _, each in plan.steps if each.partitions)
    assert f"ALTER TABLE visit DETACH PARTITION {OLD};\nDROP TABLE {OLD};" in shown.sql
    applied = land.done(plan)
    assert (applied.status, applied.rows) == (Status.DONE, 5)
    assert f"dropped: partition {FIRST} (2 rows)" in applied.effects
    assert partitions(postgres_url) == {"visit_4"}
    whole = land.rows()
    run(postgres_url, "DROP TABLE visit, person")
    monkeypatch.setattr(postgresql, "candidates", lambda *_: [])
    plain = replace(land)
    run(postgres_url, SCHEMA)
    second = plain.sweep_plan()
    assert dropped(second) == {}
    assert plain.done(second).rows == 5
    assert plain.rows() == whole


FAULTS = {
    "a range that is not over": """
        DROP TABLE "visit 2025", visit_1, visit_3, visit_4;
        CREATE TABLE visit_3 PARTITION OF visit
            FOR VALUES FROM ('2026-02-01+01') TO ('2026-04-02 00:00:00.000002+02');
        INSERT INTO visit VALUES (8, '2026-03-01', 1, 'x');""",
    "somebody points to it": """
        ALTER TABLE visit ADD PRIMARY KEY (id, at);
        CREATE TABLE mark (v int, at timestamptz, FOREIGN KEY (v, at) REFERENCES visit);""",
    "a trigger hears of each row": """
        CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';
        CREATE TRIGGER act BEFORE DELETE ON visit FOR EACH ROW EXECUTE FUNCTION act();""",
    "copies follow each row": "CREATE PUBLICATION all_of_it FOR TABLE visit;",
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_where_dropping_is_not_deleting_no_partition_is_named(found: Found, fault: str) -> None:
    assert dropped(found(SCHEMA + fault, MAP).sweep_plan()) == {}


def test_a_partition_goes_whole_only_for_those_who_own_it_and_the_table(
    found: Found, postgres_url: str
) -> None:
    land = found(SCHEMA, MAP)
    run(postgres_url, "CREATE ROLE half_owner LOGIN; GRANT SELECT ON person, visit TO half_owner")
    url = postgres_url.replace("//avow@", "//half_owner@")

    def opened(system: System, access: Access) -> Connection:
        return PostgresqlConnector().connect(replace(system, url=url), access)

    try:
        ours = replace(land, opener=opened)
        assert dropped(ours.sweep_plan()) == {}
        run(postgres_url, "ALTER TABLE visit_1 OWNER TO half_owner")
        assert dropped(ours.sweep_plan()) == {}
        run(postgres_url, "ALTER TABLE visit OWNER TO half_owner")
        assert dropped(ours.sweep_plan()) == {FIRST: 2}
    finally:
        run(postgres_url, "DROP OWNED BY half_owner; DROP ROLE half_owner")


def test_a_view_of_one_partition_and_a_row_that_stays_keep_it(found: Found) -> None:
    """The view reads `visit_1` by name; visit 1 is held."""
    land = found(SCHEMA + "CREATE VIEW january AS SELECT * FROM visit_1;", MAP)
    land.facts.hold("public.visit", 1)
    assert dropped(land.sweep_plan()) == {THIRD: 1}


def test_what_came_in_after_the_count_is_not_lost_with_the_partition(
    found: Found, postgres_url: str
) -> None:
    """One row more is due in it than two persons approved: nothing of it goes."""
    land = found(SCHEMA, MAP)
    plan = land.approved(land.sweep_plan())
    run(postgres_url, INTO_FIRST)
    with pytest.raises(PlannerError) as stopped:
        land.apply(plan)
    assert stopped.value.code == "AV417"
    assert partitions(postgres_url) >= {FIRST}
    assert "(9," in "".join(land.rows()["visit"])


def test_a_row_held_after_the_approval_stays_and_the_others_go_one_by_one(
    found: Found, postgres_url: str
) -> None:
    land = found(SCHEMA, MAP)
    plan = land.approved(land.sweep_plan())
    land.facts.hold("public.visit", 3)
    applied = land.apply(plan)
    assert applied.rows == 4
    left = (
        f"not dropped: partition {FIRST} (rows that stay are in it); its rows are deleted instead"
    )
    assert left in applied.effects
    assert partitions(postgres_url) == {FIRST, "visit_4"}
    assert [row[:2] for row in land.rows()["visit"]] == ["(3", "(6", "(7"]


def test_who_uses_the_table_is_not_waited_for(found: Found, postgres_url: str) -> None:
    """An open transaction that read the table: the rows go one by one, and that is said."""
    land = found(SCHEMA, MAP)
    plan = land.approved(land.sweep_plan())
    with psycopg.connect(postgres_url) as other:
        other.execute("SELECT count(*) FROM visit")
        applied = land.apply(plan)
    assert applied.rows == 5
    assert sum("others use it" in line for line in applied.effects) == 3
    assert partitions(postgres_url) == {OLD, FIRST, THIRD, "visit_4"}
    assert [row[:2] for row in land.rows()["visit"]] == ["(6", "(7"]


@pytest.mark.parametrize("place", ["started", "moved", "committed", "journalled"])
def test_killed_anywhere_and_run_again_the_end_is_the_same(
    found: Found, postgres_url: str, place: str
) -> None:
    land = found(SCHEMA, MAP)
    plan = land.approved(land.sweep_plan())

    def crash(at: str) -> None:
        if at == place:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(land, crash=crash).apply(plan)
    applied = land.apply(plan)
    assert applied.status is Status.DONE
    assert partitions(postgres_url) == {"visit_4"}
    assert [row[:2] for row in land.rows()["visit"]] == ["(6", "(7"]
