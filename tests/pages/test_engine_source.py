"""The console over the running engine: real plans, real stops, and no claim that nobody made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from avow.app import State, open_state
from avow.common.clock import SetClock
from avow.common.masked import Masked
from avow.declaration.model import Level
from avow.engine.planner import outlook, records
from avow.engine.planner.drift import Drift, DriftKind
from avow.engine.planner.forecast import Forecast, Foreseen
from avow.engine.planner.plan import Cascade, Measure, Part, Plan, PlanKind, PlannedStep
from avow.engine.planner.program import Move, Program, Step
from avow.estate.datamap.predicates import TRUE
from avow.faces.cli.serve_command import source_of
from avow.faces.web.application import web_app
from avow.faces.web.engine import EngineSource
from avow.faces.web.source import Credential, PageSource, PlanState, Told
from tests.pages.conftest import HOST
from tests.pages.document import Node, read
from tests.unit.declared import SOUND, reading

NOW = datetime(2027, 3, 15, 9, tzinfo=UTC)
OURS = {"sec-fetch-site": "same-origin", "origin": "null"}
MINE = "plan-" + "a" * 26


@pytest.fixture
def state(tmp_path: Path, state_url: str) -> Iterator[State]:
    with open_state(tmp_path / "state", state_url, clock=SetClock(NOW)) as opened:
        yield opened


@pytest.fixture
def engine(state: State) -> EngineSource:
    return source_of(reading(SOUND).whole, state)


@pytest.fixture
def console(engine: EngineSource) -> Iterator[TestClient[Litestar]]:
    source: PageSource = engine
    with TestClient(web_app(source, hosts=(HOST,)), base_url=f"http://{HOST}") as client:
        client.follow_redirects = False
        yield client


def planned(state: State) -> Plan:
    """A sweep of the desk that waits: 12 of 90 rows, ramp 10, 2 shared, 1 held, one cascade."""
    step = Step("caller", Move.DELETE, TRUE, ("3.a",), ("contacts",))
    seen = PlannedStep(
        step, Measure(12, 90, date(2026, 1, 1), 1, 2, 0, 1, 40), 10, "DELETE FROM caller …",
        (Cascade("reply", "reply_fk", "cascade", None),), ("touch",),
    )  # fmt: skip
    part = Part(Program("desk", NOW.date(), (step,)), (seen,), "c", ("a view hides rows",))
    plan = Plan(MINE, PlanKind.SWEEP, "desk", "f" * 64, NOW.date(), (part,), "claire")
    state.store.run("release_add", digest=plan.release, declaration="small", language="1", at=NOW)
    records.keep(state.store, plan, (), Level.APPROVE, NOW)
    return plan


def page(console: TestClient[Litestar], path: str) -> Node:
    answer = console.get(path)
    assert answer.status_code == 200, path
    return read(answer.text)


def test_before_anything_ran_today_claims_nothing(console: TestClient[Litestar]) -> None:
    """No check, no plan: not enforced and not known, and nowhere "nothing is due"."""
    said = page(console, "/en").text
    assert "4 promises are not enforced." in said
    assert said.count("Not known: nobody looked yet.") == 5  # changed, unseen, coming, due, new
    assert "Every place was seen." not in said
    assert "Requests of persons are not shown here yet." in said
    assert "No row has reached its end." not in said


def test_a_stop_is_in_the_database_and_in_the_ledger(
    console: TestClient[Litestar], state: State
) -> None:
    before = state.ledger.size()
    answer = console.post("/en/stop/now", data={"system": "desk"}, headers=OURS)
    assert answer.headers["location"] == "/en/stop?told=stopped"
    console.post("/en/stop/now", data={"system": "desk"}, headers=OURS)
    (row,) = state.store.run("stops_standing", system="desk")
    assert (row["system"], row["placed_by"]) == ("desk", "console")
    assert state.ledger.size() == before + 1
    said = page(console, "/en/stop").text
    assert "desk is stopped" in said
    assert "avow stop --release" in said


def test_an_unknown_system_is_not_stopped(engine: EngineSource, state: State) -> None:
    assert engine.stop("nowhere") is Told.NOT_ALLOWED
    assert state.store.run("stops_standing", system=None) == []


def test_nobody_approves_or_releases_without_proof(engine: EngineSource, state: State) -> None:
    plan = planned(state)
    who = Credential("marc", Masked("guess"))
    assert engine.approve(plan.id, plan.digest, who) is Told.NOT_ALLOWED
    engine.stop(None)
    assert engine.release(engine.stops()[0].id, who) is Told.NOT_ALLOWED
    assert len(engine.stops()) == 1
    assert state.store.run("approvals", plan=plan.id) == []


def test_a_plan_is_shown_with_all_it_touches(console: TestClient[Litestar], state: State) -> None:
    plan = planned(state)
    said = page(console, f"/en/plans/{plan.id}").text
    for words in (
        "This plan touches 12 rows in desk.",
        "The longest lock is 40 ms.",
        "stops beyond 10",
        "DELETE FROM caller …",
        "other persons own or see these rows too 2 rows",
        "reply_fk: cascade not counted",
        "touch effect unknown",
        "due, but held, restricted or asked for 1 row",
        "a view hides rows",
        plan.digest,
        f"Approve it on the command line: avow approve {plan.id}",
    ):
        assert words in said, words


def test_today_counts_what_the_newest_sweep_found_due(
    console: TestClient[Litestar], engine: EngineSource, state: State
) -> None:
    plan = planned(state)
    said = page(console, "/en").text
    assert "12 rows desk.caller 3.a only counted" in said
    assert "Approve the plan for desk: 1 approval is missing. Mon 15 Mar 3.a" in said
    assert "10 rows caller" not in said
    records.pass_to(state.store, plan.id, records.Status.APPROVED, [records.Status.WAITING], NOW)
    assert engine.plans()[0].state is PlanState.APPROVED
    assert "By an approved plan: 10 rows caller 3.a Mon 15 Mar" in page(console, "/en").text


def foreseen(day: date, *totals: int) -> Forecast:
    """A look at the desk: totals of yesterday, today and the days to come."""
    rows = {day + timedelta(days=n - 1): rows for n, rows in enumerate(totals)}
    found = (Foreseen("caller", "3.a", Move.DELETE, ("contacts",), rows),)
    drift = (Drift(DriftKind.TABLE, "lead"), Drift(DriftKind.COLUMN, "caller.nickname"))
    return Forecast("desk", day, "", found, (("reply", "view"),), drift, "c")


def test_today_says_what_the_daily_look_counted_and_how_old_it_is(
    console: TestClient[Litestar], state: State
) -> None:
    """Totals 2, 5, 5, 9: two are overdue of five, and four more become due in two days."""
    look = foreseen(NOW.date(), 2, 5, 5, 9, 9, 9, 9, 9, 9)
    outlook.keep(state.store, look, None, NOW - timedelta(hours=4))
    said = page(console, "/en").text
    assert "5 rows desk.caller 2 overdue 3.a only counted" in said
    shown = "Only shown, not erased: below level approve nothing is written."
    assert f"desk {shown} 4 rows caller 3.a Wed 17 Mar" in said
    assert "Stop desk" not in said, "nothing of it will be erased"
    assert "Counted 4 hours ago." in said
    assert said.count("desk.reply : a view stands where a table was declared.") == 1


def test_the_look_of_yesterday_foretells_from_today_on(
    console: TestClient[Litestar], state: State
) -> None:
    """What it foretold for today is past; nothing is told twice."""
    yesterday = NOW - timedelta(days=1)
    look = foreseen(yesterday.date(), 0, 0, 3, 7, 7, 7, 7, 7, 7)
    outlook.keep(state.store, look, None, yesterday)
    said = page(console, "/en").text
    assert "4 rows caller 3.a Tue 16 Mar" in said
    assert "3 rows caller" not in said


def test_what_rules_may_write_will_be_erased_and_can_be_stopped(
    console: TestClient[Litestar], state: State
) -> None:
    state.store.run("release_add", digest="e" * 64, declaration="small", language="1", at=NOW)
    state.store.run(
        "level_change_add", rule="contacts", system="desk", level="automatic", release="e" * 64,
        people=[], reason="raised", evidence="{}", at=NOW,
    )  # fmt: skip
    outlook.keep(state.store, foreseen(NOW.date(), 0, 0, 4, 4, 4, 4, 4, 4, 4), None, NOW)
    said = page(console, "/en").text
    assert "desk Stop desk By timer: 4 rows caller 3.a Tue 16 Mar" in said


def test_what_is_new_says_since_when_and_what_it_brings_about(
    console: TestClient[Litestar], state: State
) -> None:
    before = replace(foreseen(NOW.date() - timedelta(days=1), 0), drift=())
    outlook.keep(state.store, before, None, NOW - timedelta(days=1))
    outlook.keep(state.store, foreseen(NOW.date(), 0), None, NOW)
    said = page(console, "/en").text
    assert "new table desk.lead Nobody said whose its rows are" in said
    assert "new column desk.caller.nickname It goes with its row" in said
    assert said.count("since yesterday") == 3  # two novelties, and the title of the changes
    assert "Say whose the rows of desk.lead are." in said


def test_what_was_there_at_the_first_look_is_told_as_a_number(
    console: TestClient[Litestar], state: State
) -> None:
    outlook.keep(state.store, foreseen(NOW.date(), 0), None, NOW)
    said = page(console, "/en").text
    assert "1 column of desk goes with its row; the notice does not name it." in said
    assert "caller.nickname" not in said


def test_a_newer_plan_says_what_is_due_instead_of_an_older_look(
    console: TestClient[Litestar], state: State
) -> None:
    outlook.keep(state.store, foreseen(NOW.date(), 2, 5), None, NOW - timedelta(hours=4))
    planned(state)
    said = page(console, "/en").text
    assert "12 rows desk.caller 3.a" in said
    assert "5 rows desk.caller" not in said


def test_a_hold_is_asked_for_on_the_day_of_its_review(
    console: TestClient[Litestar], state: State
) -> None:
    state.store.run(
        "hold_add", id=f"hold-{'b' * 26}", reason="audit", law="x", scope="{}", person="marc",
        at=NOW, review_on=NOW.date(),
    )  # fmt: skip
    assert f"Look at the hold hold-{'b' * 26} again." in page(console, "/en").text


def test_a_plan_that_does_not_exist_is_not_found(console: TestClient[Litestar]) -> None:
    assert console.get("/en/plans/plan-none").status_code == 404


def test_the_states_of_a_plan_are_those_of_the_planner() -> None:
    assert {str(state) for state in PlanState} == {str(status) for status in records.Status}
