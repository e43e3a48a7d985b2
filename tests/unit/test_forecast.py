"""What becomes due in the next seven days, and what is new, on real PostgreSQL and SQLite."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration, Level
from avow.engine.db.store import Store
from avow.engine.facts import standing
from avow.engine.planner.drift import Drift, DriftKind
from avow.engine.planner.forecast import Forecast, filled_in, forecast
from avow.engine.planner.making import Estate, Memory, Wish, counted
from avow.engine.planner.outlook import keep, last_seen, look_ahead, novelties
from avow.engine.planner.plan import Plan, PlanKind
from avow.engine.planner.program import Move
from avow.engine.planner.records import keep as keep_plan
from tests.unit.test_retention_checks import NOON, TABLES, TODAY, Shop

DAY = timedelta(days=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, store: Store, postgres_url: str, tmp_path: Path) -> Shop:
    """The estate in one engine: one visit is due today and nothing was yesterday."""
    url = postgres_url if request.param == "postgresql" else str(tmp_path / "shop.db")
    made = Shop(request.param, url, store)
    made.do(TABLES)
    return made


def parts(shop: Shop) -> tuple[Declaration, Estate, Memory]:
    declaration = shop.declaration
    memory = Memory(shop.store, shop.ring, declaration, TODAY)
    return declaration, Estate(declaration, {"SHOP": shop.url}), memory


def seen(shop: Shop, day: date = TODAY) -> Forecast:
    declaration, estate, memory = parts(shop)
    return forecast(estate, memory, in_force(declaration, day)[0], "shop", day)


def named(shop: Shop, name: str) -> str:
    return f"public.{name}" if shop.kind == "postgresql" else name


def test_each_day_to_come_has_its_total(shop: Shop) -> None:
    """Visits of 16 and 18 April are due a month later; that of 1 May is beyond the week."""
    shop.do("INSERT INTO visit VALUES (3, 1, '2026-04-16', 'c'), (4, 1, '2026-04-18', 'd')")
    (found,) = seen(shop).found
    assert (found.dataset, found.clause, found.move) == (named(shop, "visit"), "2.a", Move.DELETE)
    assert found.rules == ("visits",)
    assert list(found.rows) == [TODAY + n * DAY for n in range(-1, 8)]
    assert list(found.rows.values()) == [0, 1, 2, 2, 3, 3, 3, 3, 3]


def test_what_was_due_yesterday_is_overdue(shop: Shop) -> None:
    shop.do("INSERT INTO visit VALUES (3, 1, '2026-04-14', 'c')")
    (found,) = seen(shop).found
    assert (found.rows[TODAY - DAY], found.rows[TODAY]) == (1, 2)


def test_names_of_those_who_stay_as_rows_are_cells(shop: Shop) -> None:
    """The first person has left and one of their visits is held: their row stays, emptied."""
    shop.do("UPDATE stay SET ended_on = '2026-05-10' WHERE id = 2")
    who = standing.row("shop", named(shop, "visit"), (1,))
    standing.note(shop.store, shop.ring, standing.HOLD, who, at=NOON)
    moves = {(f.dataset, f.clause): f.move for f in seen(shop).found}
    assert moves[named(shop, "person"), "2.b"] is Move.BLANK


def test_the_forecast_of_a_day_is_what_its_sweep_counts(shop: Shop) -> None:
    """Nothing is done in between: the plan made on each day says the numbers foretold today."""
    shop.do(
        "UPDATE stay SET ended_on = '2026-05-18' WHERE id = 2;"
        "INSERT INTO visit VALUES (3, 1, '2026-04-17', 'c'), (4, 2, '2026-04-19', 'd')"
    )
    foretold = seen(shop).found
    for ahead in range(8):
        day = TODAY + ahead * DAY
        said = Counter[tuple[str, str]]()
        _, estate, memory = parts(shop)
        for planned in counted(estate, memory, Wish("shop", day)).steps:
            if planned.step.move is not Move.UNLINK:
                clause = planned.step.clauses[0] if planned.step.clauses else ""
                said[planned.step.dataset, clause] += planned.measure.rows
        mine = Counter[tuple[str, str]]()
        for each in foretold:
            mine[each.dataset, each.clause] += each.rows[day]
        assert +mine == +said, day


def test_only_days_between_unequal_ends_are_asked() -> None:
    asked: list[int] = []

    def count(number: int) -> int:
        asked.append(number)
        return 5 if number < 4 else 6

    assert list(filled_in(count, -1, 7).values()) == [5, 5, 5, 5, 5, 6, 6, 6, 6]
    assert len(asked) < 9
    asked.clear()

    def alike(number: int) -> int:
        asked.append(number)
        return 3

    assert set(filled_in(alike, -1, 7).values()) == {3}
    assert asked == [-1, 7]


def test_a_system_that_does_not_answer_is_not_empty(shop: Shop) -> None:
    shop.url = "postgresql:///nowhere?host=/nowhere" if shop.kind == "postgresql" else "/no/such.db"
    found = seen(shop)
    assert found.why == "unreachable"
    assert (found.found, found.drift) == ((), ())


def test_a_table_that_is_not_there_is_a_gap_and_drift(shop: Shop) -> None:
    shop.do("DROP TABLE visit")
    found = seen(shop)
    assert (named(shop, "visit"), "drift") in found.gaps
    assert Drift(DriftKind.NO_TABLE, named(shop, "visit")) in found.drift


def test_what_the_map_does_not_name_is_drift(shop: Shop) -> None:
    shop.do(
        "CREATE TABLE lead (id integer PRIMARY KEY, email text);"
        "ALTER TABLE visit ADD COLUMN referrer text;"
        "ALTER TABLE person ADD COLUMN nickname text;"
        "CREATE VIEW everybody AS SELECT id FROM person;"
    )
    found = {(d.kind, d.name) for d in seen(shop).drift}
    assert found == {
        (DriftKind.TABLE, named(shop, "lead")),
        (DriftKind.COLUMN, f"{named(shop, 'visit')}.page"),
        (DriftKind.COLUMN, f"{named(shop, 'visit')}.referrer"),
        (DriftKind.UNDECIDED, f"{named(shop, 'person')}.nickname"),
    }


def test_a_declared_field_that_does_not_exist_is_an_error(shop: Shop) -> None:
    shop.text = shop.text.replace("fields: {name: name}", "fields: {name: name, nick: name}")
    assert Drift(DriftKind.NO_COLUMN, f"{named(shop, 'person')}.nick") in seen(shop).drift


def test_what_is_kept_is_read_back(shop: Shop) -> None:
    _, estate, memory = parts(shop)
    (kept,) = look_ahead(estate, memory, TODAY, NOON)
    (read,) = last_seen(shop.store)
    assert read.forecast.found == kept.found
    assert (read.at, read.release, read.forecast.day) == (NOON, None, TODAY)


def test_a_novelty_keeps_the_day_on_which_it_was_first_seen(shop: Shop) -> None:
    """The first look knows no before; what comes later has its day, and goes when it is gone."""
    _, estate, memory = parts(shop)
    look_ahead(estate, memory, TODAY, NOON)
    assert [(n.drift.name, n.at_first) for n in novelties(shop.store)] == [
        (f"{named(shop, 'visit')}.page", True)
    ]
    shop.do("ALTER TABLE visit ADD COLUMN referrer text")
    for ahead in (1, 2):
        look_ahead(estate, memory, TODAY + ahead * DAY, NOON + ahead * DAY)
    newest = novelties(shop.store)[0]
    assert newest.drift.name == f"{named(shop, 'visit')}.referrer"
    assert (newest.since, newest.at_first) == (TODAY + DAY, False)
    shop.do("ALTER TABLE visit DROP COLUMN referrer")
    look_ahead(estate, memory, TODAY + 3 * DAY, NOON + 3 * DAY)
    assert [n.drift.name for n in novelties(shop.store)] == [f"{named(shop, 'visit')}.page"]


def test_without_sight_no_novelty_comes_or_goes(shop: Shop) -> None:
    _, estate, memory = parts(shop)
    look_ahead(estate, memory, TODAY, NOON)
    keep(shop.store, Forecast("shop", TODAY + DAY, "unreachable"), None, NOON + DAY)
    assert len(novelties(shop.store)) == 1
    (read,) = last_seen(shop.store)
    assert read.forecast.why == "unreachable"


def test_a_schema_that_moved_since_the_last_plan_is_new(shop: Shop) -> None:
    _, estate, memory = parts(shop)
    release, part = "f" * 64, counted(estate, memory, Wish("shop", TODAY))
    shop.store.run("release_add", digest=release, declaration="shop", language="1", at=NOON)
    plan = Plan(f"plan-{'a' * 26}", PlanKind.SWEEP, "shop", release, TODAY, (part,), "claire")
    keep_plan(shop.store, plan, (), Level.OBSERVE, NOON)
    keep(shop.store, seen(shop), release, NOON)
    assert Drift(DriftKind.SCHEMA) not in [n.drift for n in novelties(shop.store)]
    shop.do("ALTER TABLE visit ADD COLUMN referrer text")
    keep(shop.store, seen(shop), release, NOON)
    assert Drift(DriftKind.SCHEMA) in [n.drift for n in novelties(shop.store)]


def test_old_looks_are_dropped_when_there_is_a_newer_one(shop: Shop) -> None:
    found = seen(shop)
    for ago in (40, 20, 0):
        keep(shop.store, replace(found, day=TODAY - ago * DAY), None, NOON - ago * DAY)
    with shop.store.outside() as connection:
        days = connection.execute("SELECT day FROM avow.forecast ORDER BY day").fetchall()
    assert [row["day"] for row in days] == [TODAY - 20 * DAY, TODAY]
