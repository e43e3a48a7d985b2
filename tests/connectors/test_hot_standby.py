"""Observing on a hot standby: plans are counted there, and nothing tries to write."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest

from avow.common.calendar import Period
from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration, End
from avow.engine.db import binaries, launcher
from avow.engine.db.store import Store
from avow.engine.planner.impact import Asking, Turn
from avow.engine.planner.judge import Judge
from avow.engine.planner.known import Known
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.connectors.postgresql import PostgresqlConnector
from avow.estate.datamap.model import System
from avow.estate.datamap.predicates import TRUE
from tests.connectors.whole_way import country
from tests.faults.small import TODAY
from tests.postgres import new_home

MAP = """
public.visitor:
  subject: visitor
  key: [id]
  collected_at: door
  rest: data
  events: {left: left_on}
public.visit:
  key: [id]
  owned_by: {public.visitor: visitor_id}
  collected_at: door
  rest: log
  events: {seen: seen_on}
"""
TABLES = """
CREATE TABLE visitor (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE visit (id int PRIMARY KEY, visitor_id int REFERENCES visitor (id), seen_on date);
CREATE INDEX ON visit (visitor_id);
INSERT INTO visitor SELECT n, 'somebody', CASE WHEN n < 3 THEN date '2026-01-01' END
    FROM generate_series(1, 10) AS n;
INSERT INTO visit SELECT n, n % 10 + 1, date '2026-01-01' + n FROM generate_series(1, 200) AS n;
"""


@pytest.fixture
def standby() -> Iterator[str]:
    """A server that was stopped, and started again as a standby that waits for more."""
    home, found = new_home(), binaries.in_wheel()[0]
    try:
        with (
            launcher.embedded(home / "state", binaries=found, durable=False) as url,
            psycopg.connect(url, autocommit=True) as owner,
        ):
            owner.execute(TABLES)
        (home / "state" / "postgresql" / "data" / "standby.signal").touch()
        with launcher.embedded(home / "state", binaries=found, durable=False) as url:
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


def due_by_a_month_less(declaration: Declaration, connection: Connection) -> tuple[int, int]:
    """What `avow impact` counts: visits due on the day itself in the place of a month later (those
    of April, 91 to 120 days after 1 January), and of how many visitors."""
    law, _ = in_force(declaration, TODAY)
    logs = next(rule for rule in law.rules if rule.id == "logs")
    at_once = replace(logs, ends=(End("seen", Period()),))
    others = tuple(rule for rule in law.rules if rule.id != "logs")
    judge = Judge(connection.system, replace(law, rules=(at_once, *others)), TODAY)
    asking = Asking(connection, judge, Known(connection, lambda: ()))
    turned = asking.turned(Turn("logs", "2.a", law))
    assert not turned.unknown
    return turned.total("due"), sum(turned.persons.values())


def test_a_plan_is_counted_on_a_hot_standby_and_none_can_be_applied(
    store: Store, standby: str
) -> None:
    """90 of 200 visits are due, and two visitors whose 22 later visits stay without them. With
    write access too the standby's own refusal holds, before any row is looked at."""

    def opened(system: System, access: Access) -> Connection:
        return PostgresqlConnector().connect(replace(system, url=standby), access)

    land = country(store, opened, dict)
    land.found("postgresql", MAP)
    plan = land.sweep_plan()
    counted = {(s.step.dataset, str(s.step.move)): s.measure.rows for _, s in plan.steps}
    assert {k: n for k, n in counted.items() if n} == {
        ("public.visit", "delete"): 90,
        ("public.visit", "unlink"): 22,
        ("public.visitor", "delete"): 2,
    }
    with closing(opened(land.system, Access.READ)) as connection:
        assert due_by_a_month_less(land.declaration, connection) == (30, 10)
    with (
        closing(opened(land.system, Access.WRITE)) as connection,
        pytest.raises(Refused) as refused,
        connection.transaction() as batch,
    ):
        batch.remove("public.visit", TRUE)
    assert refused.value.kind == "rights"
    with pytest.raises(Refused):
        land.apply(land.approved(plan))
    with psycopg.connect(standby) as owner:
        row = owner.execute("SELECT count(*), pg_is_in_recovery() FROM visit").fetchone()
    assert row == (200, True)
