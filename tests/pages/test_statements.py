"""What a page asks of our database: the same few statements, whatever there is to show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from litestar.testing import TestClient

from avow.app import State, open_state
from avow.common.clock import SetClock
from avow.common.ids import new_id
from avow.declaration.load import load
from avow.declaration.model import Declaration, Level
from avow.engine.db.store import Transaction
from avow.engine.evidence.checks import Check, CheckResult, Item, passed
from avow.engine.evidence.kept import keep
from avow.engine.planner import records
from avow.engine.planner.plan import Measure, Part, Plan, PlanKind, PlannedStep
from avow.engine.planner.program import Move, Program, Step
from avow.estate.datamap.predicates import TRUE
from avow.faces.cli.serve_command import source_of
from avow.faces.web.application import web_app
from tests.pages.conftest import HOST
from tests.unit.declared import SOUND, reading

NOW = datetime(2027, 3, 15, 9, tzinfo=UTC)
CLEARNOX = Path(__file__).parents[2] / "declarations" / "clearnox"
RELEASE = "f" * 64


@pytest.fixture
def state(tmp_path: Path, state_url: str) -> Iterator[State]:
    with open_state(tmp_path / "state", state_url, clock=SetClock(NOW)) as opened:
        opened.store.run("release_add", digest=RELEASE, declaration="s", language="1", at=NOW)
        yield opened


def plan(state: State, system: str, dataset: str, status: records.Status) -> None:
    """A sweep that found 12 rows, and stands at a status."""
    step = Step(dataset, Move.DELETE, TRUE, ("3.a",), ("contacts",))
    seen = PlannedStep(step, Measure(12, 90), 20, "DELETE")
    part = Part(Program(system, NOW.date(), (step,)), (seen,), "c")
    made = Plan(new_id("plan"), PlanKind.SWEEP, system, RELEASE, NOW.date(), (part,), "claire")
    records.keep(state.store, made, (), Level.APPROVE, NOW)
    records.pass_to(state.store, made.id, status, [records.Status.WAITING], NOW)


def answered(state: State, clauses: list[str], item: Item, days: int) -> None:
    """A check of each clause looked once a day."""
    for clause in clauses:
        check = Check(f"retention.oldest.{clause}", frozenset({clause}))
        keep(
            state.store,
            [check],
            [
                CheckResult(check.id, check.clauses, item, passed(9), NOW - timedelta(days=day), 0)
                for day in range(days)
            ],
            release=None,
            at=NOW,
        )


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the statements that run in the block."""
    seen: list[str] = []
    run = Transaction.run

    def noting(self: Transaction, name: str, **params: object) -> list[dict[str, object]]:
        seen.append(name)
        return run(self, name, **params)

    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "run", noting)
        yield seen


def asked(
    state: State, declaration: Declaration, path: str, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """The statements of a page that was read before."""
    app = web_app(source_of(declaration, state), hosts=(HOST,))
    with TestClient(app, base_url=f"http://{HOST}") as client:
        assert client.get(path).status_code == 200
        with counted(monkeypatch) as seen:
            assert client.get(path).status_code == 200
    return sorted(seen)


@pytest.mark.parametrize(("path", "most"), [("/en", 16), ("/en/promises", 6), ("/en/plans", 6)])
def test_the_statements_of_a_page_are_as_many_for_little_as_for_much(
    path: str, most: int, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four clauses, one system, one plan and two days, then the example with all its clauses, four
    systems, 40 plans of every kind and thirty days."""
    small, large = reading(SOUND).whole, load(CLEARNOX).whole
    plan(state, "desk", "caller", records.Status.WAITING)
    answered(state, ["3.a"], Item("desk", "caller"), 2)
    few = asked(state, small, path, monkeypatch)
    for system, mapped in large.datamap.systems.items():
        for status in ("waiting", "approved", "paused", "done", "running") * 2:
            plan(state, system, next(iter(mapped.datasets)), records.Status(status))
    answered(state, list(large.clauses), Item("app", "public.account"), 30)
    assert asked(state, large, path, monkeypatch) == few
    assert 0 < len(few) <= most
