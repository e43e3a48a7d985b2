"""Who may let avow do what: three persons, one step at a time, with evidence; anyone may lower."""

from __future__ import annotations

from datetime import date

import pytest

from avow.common.calendar import Period
from avow.declaration.model import End, Level, LevelSetting, Member, Rule, Scope
from avow.engine.planner.plan import Measure, Part, Plan, PlanKind, PlannedStep
from avow.engine.planner.program import Move, Program, Step
from avow.engine.planner.ramp import bounded
from avow.engine.planner.release import reaches_no_more
from avow.engine.planner.trust import (
    Evidence,
    Standing,
    capped,
    changed,
    climbed,
    may_raise,
    quorum,
    tried,
)
from avow.estate.datamap.predicates import TRUE

PEOPLE = {
    p.id: p
    for p in (
        Member("claire", "Claire", frozenset({"author", "approver"})),
        Member("marc", "Marc", frozenset({"approver"})),
        Member("paul", "Paul", frozenset({"approver"})),
        Member("olivia", "Olivia", frozenset({"officer", "approver"})),
        Member("rosa", "Rosa", frozenset({"author"})),
    )
}
FULL = Evidence(7, unknown=False, rehearsal="r", sample="s", steps_checked=True)


def test_two_approvers_beside_the_author_are_enough() -> None:
    assert quorum(PEOPLE, "claire", ["marc", "paul"]).is_met
    assert quorum(PEOPLE, "claire", ["marc"]).missing == 1
    assert quorum(PEOPLE, "claire", ["marc", "marc"]).missing == 1


@pytest.mark.parametrize("person", ["claire", "olivia", "rosa", "nobody"])
def test_author_officer_and_strangers_may_not(person: str) -> None:
    """Art. 38: the data-protection officer approves nothing, whatever else they are."""
    met = quorum(PEOPLE, "claire", ["marc", person])
    assert [finding.code for finding in met.findings] == ["AV420"]
    assert not met.is_met


def test_in_a_small_firm_two_persons_are_enough_and_it_is_said() -> None:
    small = {name: PEOPLE[name] for name in ("claire", "marc", "olivia")}
    met = quorum(small, "claire", ["marc"])
    assert (met.is_met, met.small) == (True, True)
    assert not quorum(PEOPLE, "claire", ["marc", "paul"]).small


def test_a_level_rises_one_step_at_a_time() -> None:
    now = Standing("app", "visits")
    assert may_raise(now, Level.REHEARSE, FULL) == ()
    for level in (Level.OBSERVE, Level.APPROVE, Level.AUTOMATIC):
        assert [f.code for f in may_raise(now, level, FULL)] == ["AV421"]


@pytest.mark.parametrize(
    ("at", "to", "evidence"),
    [
        (Level.OBSERVE, Level.REHEARSE, Evidence(6, unknown=False)),
        (Level.OBSERVE, Level.REHEARSE, Evidence(7, unknown=True)),
        (Level.REHEARSE, Level.APPROVE, Evidence(sample="s")),
        (Level.REHEARSE, Level.APPROVE, Evidence(rehearsal="r")),
        (Level.REHEARSE, Level.APPROVE, Evidence(rehearsal="r", sample="s", wrong=1)),
        (Level.APPROVE, Level.AUTOMATIC, FULL),
    ],
)
def test_without_its_evidence_no_level_rises(at: Level, to: Level, evidence: Evidence) -> None:
    assert may_raise(Standing("app", "visits", at), to, evidence)


def test_automatic_comes_after_the_whole_ramp() -> None:
    assert may_raise(Standing("app", "visits", Level.APPROVE, 3), Level.AUTOMATIC, FULL) == ()


def test_the_ramp_is_ten_a_thousand_one_percent_all() -> None:
    now = changed(Standing("app", "visits", ramp=2), Level.APPROVE)
    allowed = []
    for _ in range(5):
        allowed.append(now.allowed(500_000))
        now = climbed(now)
    assert allowed == [10, 1_000, 5_000, None, None]
    assert Standing("app", "visits", Level.APPROVE, 2).allowed(100) == 1_000


def test_the_declaration_caps_a_level_and_never_lifts_it() -> None:
    high, low = Standing("app", "visits", Level.AUTOMATIC), Standing("app", "visits")
    settings = [
        LevelSetting("app", None, Level.REHEARSE),
        LevelSetting("other", None, Level.OBSERVE),
    ]
    assert capped(high, settings).level is Level.REHEARSE
    assert capped(low, settings) == low
    assert capped(high, settings[1:]) == high


def test_steps_of_one_rule_share_what_the_ramp_allows() -> None:
    step = Step("visit", Move.DELETE, TRUE, ("2.a",), ("visits",))
    planned = tuple(PlannedStep(step, Measure(rows, 100)) for rows in (6, 30))
    part = Part(Program("app", date(2026, 5, 1), (step, step)), planned)
    plan = Plan("p", PlanKind.SWEEP, "app", "r", date(2026, 5, 1), (part,), "claire")
    cut = bounded(plan, {"visits": Standing("app", "visits", Level.APPROVE)})
    assert [s.bound for _, s in cut.steps] == [6, 4]
    assert cut.is_cut
    assert not bounded(plan, {"visits": Standing("app", "visits", Level.APPROVE, 3)}).is_cut


def rule(
    months: int, *, categories: frozenset[str] = frozenset({"a"}), starts: str = "seen"
) -> Rule:
    """A rule of one end."""
    return Rule("r", "2.a", Scope(category=categories), (End(starts, Period(months=months)),))


@pytest.mark.parametrize(
    ("new", "narrower"),
    [
        (rule(2), True),
        (rule(3), True),
        (rule(1), False),
        (rule(2, starts="made"), False),
        (rule(2, categories=frozenset({"a", "b"})), False),
        (rule(2, categories=frozenset()), False),
    ],
)
def test_what_cannot_be_shown_to_reach_less_counts_as_more(new: Rule, *, narrower: bool) -> None:
    assert reaches_no_more(rule(2), new) is narrower


@pytest.mark.parametrize(
    ("rows", "cut", "ramp"),
    [
        ([10], True, 1),
        ([4], False, 0),
        ([4, 6], False, 1),
        ([0] * 20, False, 0),
        ([1] * 6, False, 0),
        ([1] * 7, False, 1),
    ],
)
def test_a_step_of_the_ramp_ends_by_its_rows_or_by_seven_plans(
    rows: list[int], ramp: int, *, cut: bool
) -> None:
    """Ten rows at once or in several plans; nothing moved says nothing."""
    now = Standing("app", "visits", Level.APPROVE)
    for each in rows:
        now = tried(now, each, cut=cut)
    assert now.ramp == ramp


def test_a_new_step_begins_without_what_was_moved_before() -> None:
    """Nine of ten rows do not help with the next thousand."""
    now = tried(Standing("app", "visits", Level.APPROVE, 0, moved=9, plans=2), 5, cut=False)
    assert now == Standing("app", "visits", Level.APPROVE, 1)
