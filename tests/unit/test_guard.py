"""The guard refuses with the numbers, with all reasons at once, and only for these reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from avow.declaration.model import Level
from avow.engine.planner.guard import Every, Freeze, Surroundings, guard, level_of
from avow.engine.planner.plan import (
    Cascade,
    Measure,
    Part,
    Plan,
    PlanKind,
    PlannedStep,
    Unindexed,
)
from avow.engine.planner.program import Move, Program, Step
from avow.engine.planner.trust import Standing
from avow.estate.connectors.catalogue import Closed
from avow.estate.datamap.predicates import TRUE

TODAY = date(2026, 5, 1)
STEP = Step("visit", Move.DELETE, TRUE, ("2.a",), ("visits",))
QUIET = Surroundings(
    TODAY, "r", catalogue="c", standings={"visits": Standing("app", "visits", Level.APPROVE, 3)}
)


def plan(*changes: Callable[[PlannedStep], PlannedStep], rows: int = 20, of: int = 100) -> Plan:
    """A plan of one step, changed as the test wants."""
    planned = PlannedStep(STEP, Measure(rows, of), bound=rows)
    for change in changes:
        planned = change(planned)
    part = Part(Program("app", TODAY, (planned.step,)), (planned,), "c")
    return Plan("plan-1", PlanKind.SWEEP, "app", "r", TODAY, (part,), "claire")


def codes(of: Plan, around: Surroundings = QUIET) -> list[str]:
    """What the guard says."""
    return [finding.code for finding in guard(of, around)]


def test_a_plan_like_any_other_day_passes() -> None:
    assert codes(plan()) == []


@pytest.mark.parametrize(
    ("rows", "of", "refused"), [(20, 100, False), (21, 100, True), (9, 9, False), (3, 10, True)]
)
def test_more_than_a_fifth_of_ten_rows_or_more_wants_a_word(
    rows: int, of: int, *, refused: bool
) -> None:
    assert codes(plan(rows=rows, of=of)) == (["AV401"] if refused else [])


def test_the_number_that_was_accepted_passes_and_one_more_does_not() -> None:
    assert codes(replace(plan(rows=50), accepted=(("visits", 50),))) == []
    assert codes(replace(plan(rows=51), accepted=(("visits", 50),))) == ["AV401"]


def test_an_event_that_moved_backwards_refuses() -> None:
    """21 rows became due although no day passed for the predicate of the last plan."""
    moved = replace(plan().parts[0].steps[0], measure=Measure(20, 100, moved=21))
    assert codes(plan(lambda _: moved)) == ["AV402"]


PLANTED: dict[str, Callable[[Plan], tuple[Plan, Surroundings]]] = {
    "AV403": lambda p: (replace(p, parts=(replace(p.parts[0], gaps=("hidden",)),)), QUIET),
    "AV404": lambda p: (_step(p, cascades=(Cascade("x", "fk", "cascade", 2),)), QUIET),
    "AV405": lambda p: (_step(p, unblankable=("page",)), QUIET),
    "AV406": lambda p: (_step(p, unindexed=(Unindexed("x", ("up",), 7_200.0),)), QUIET),
    "AV407": lambda p: (replace(p, preview=True), QUIET),
    "AV408": lambda p: (p, replace(QUIET, today=TODAY + timedelta(days=8))),
    "AV409": lambda p: (p, replace(QUIET, catalogue="other")),
    "AV410": lambda p: (p, replace(QUIET, freezes=(Freeze(TODAY, TODAY),))),
    "AV411": lambda p: (p, replace(QUIET, standings={})),
    "AV412": lambda p: (p, replace(QUIET, spent=90, budget=100)),
    "AV591": lambda p: (_step(p, closed=(("old", Closed.NOT_UNDONE),)), QUIET),
    "AV592": lambda p: (_step(p, closed=(("old", Closed.HISTORY),)), QUIET),
    "AV593": lambda p: (_step(p, closed=(("old", Closed.ELSEWHERE),)), QUIET),
}


def _step(of: Plan, **changes: object) -> Plan:
    planned = replace(of.parts[0].steps[0], **changes)  # type: ignore[arg-type]
    return replace(of, parts=(replace(of.parts[0], steps=(planned,)),))


@pytest.mark.parametrize("code", PLANTED)
def test_each_reason_alone_refuses_with_its_code(code: str) -> None:
    assert codes(*PLANTED[code](plan())) == [code]


def test_a_link_without_an_index_says_its_price_and_what_helps() -> None:
    """As many seconds as were accepted may be lost, and not one more."""
    link = Unindexed("x", ("up",), 7_200.5, 36_000, "CREATE INDEX …;")
    slow = _step(plan(), unindexed=(link,))
    (found,) = guard(slow, QUIET)
    assert (found.code, "36,000 rows" in found.because) == ("AV406", True)
    assert "CREATE INDEX …;" in found.help
    assert "--accept no-index=7201" in found.help
    assert codes(replace(slow, accepted=(("no-index", 7_201),))) == []
    assert codes(replace(slow, accepted=(("no-index", 7_200),))) == ["AV406"]


def test_unknown_cascades_refuse_and_empty_ones_do_not() -> None:
    assert codes(_step(plan(), cascades=(Cascade("x", "fk", "cascade", None),))) == ["AV404"]
    assert codes(_step(plan(), cascades=(Cascade("x", "fk", "cascade", 0),))) == []


def test_a_plan_from_tomorrow_is_refused() -> None:
    assert codes(plan(), replace(QUIET, today=TODAY - timedelta(days=1))) == ["AV408"]


def test_another_release_refuses() -> None:
    assert codes(plan(), replace(QUIET, release="s")) == ["AV407"]


def test_the_least_level_of_its_rules_governs_a_plan() -> None:
    both = replace(STEP, rules=("visits", "others"))
    mixed = plan(lambda planned: replace(planned, step=both))
    assert codes(mixed) == ["AV411"]
    assert level_of(mixed, QUIET) is Level.OBSERVE
    assert level_of(plan(), QUIET) is Level.APPROVE


def test_a_step_that_no_rule_governs_is_never_written() -> None:
    assert codes(plan(lambda planned: replace(planned, step=replace(STEP, rules=())))) == ["AV411"]


def test_all_reasons_are_said_at_once() -> None:
    bad = _step(plan(rows=50), cascades=(Cascade("x", "fk", "cascade", 2),))
    assert codes(bad, replace(QUIET, standings={})) == ["AV401", "AV404", "AV411"]


def test_the_sentence_says_the_numbers() -> None:
    said = guard(plan(rows=1_500, of=2_000), QUIET)[0]
    assert said.message == "1,500 of 2,000 rows of `app.visit` would be moved"
    assert "75%" in said.because


YEARS_END = Freeze(date(2026, 12, 20), date(2027, 1, 4), "app", Every.YEAR)
CLOSING = Freeze(date(2027, 1, 30), date(2027, 2, 2), None, Every.MONTH)


@pytest.mark.parametrize(
    ("freeze", "day", "until"),
    [
        (YEARS_END, date(2026, 12, 19), None),
        (YEARS_END, date(2026, 12, 20), date(2027, 1, 4)),
        (YEARS_END, date(2027, 1, 4), date(2027, 1, 4)),
        (YEARS_END, date(2027, 1, 5), None),
        (YEARS_END, date(2031, 1, 3), date(2031, 1, 4)),
        (YEARS_END, date(2025, 12, 24), None),
        (CLOSING, date(2027, 2, 28), date(2027, 3, 2)),  # 30 February is its last day
        (CLOSING, date(2027, 2, 27), None),
        (CLOSING, date(2027, 4, 1), date(2027, 4, 2)),
        (replace(YEARS_END, every=None), date(2027, 12, 24), None),
    ],
)
def test_a_freeze_comes_back(freeze: Freeze, day: date, until: date | None) -> None:
    """Across the end of a year and of short months; never before its first day."""
    assert freeze.until("app", day) == until


def test_a_freeze_of_one_system_leaves_the_others() -> None:
    assert YEARS_END.until("crm", date(2026, 12, 24)) is None
