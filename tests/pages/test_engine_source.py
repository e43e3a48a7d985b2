"""The console over the running engine: real plans, real stops, and no claim that nobody made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from avow.app import State, open_state
from avow.common.clock import SetClock
from avow.common.masked import Masked
from avow.declaration.model import Level
from avow.engine.planner import records
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
    part = Part(Program("desk", NOW.date(), (step,)), (seen,), "c", None, ("a view hides rows",))
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
    assert said.count("Not known: nobody looked yet.") == 4  # changed, unseen, due, new
    assert "Every place was seen." not in said
    assert "Requests and decisions are not shown here yet." in said
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
    assert "12 rows desk.caller erase 3.a approve" in said
    assert "Approve the plan desk" in said
    assert "Nothing will be erased." in said
    records.pass_to(state.store, plan.id, records.Status.APPROVED, [records.Status.WAITING], NOW)
    assert engine.plans()[0].state is PlanState.APPROVED
    assert "Mon 15 Mar 10 rows desk.caller" in page(console, "/en").text


def test_a_plan_that_does_not_exist_is_not_found(console: TestClient[Litestar]) -> None:
    assert console.get("/en/plans/plan-none").status_code == 404


def test_the_states_of_a_plan_are_those_of_the_planner() -> None:
    assert {str(state) for state in PlanState} == {str(status) for status in records.Status}
