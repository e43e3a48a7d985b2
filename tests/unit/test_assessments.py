"""The register of assessments: what a declaration needs, how each stands, and until when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from avow.declaration.assessing import State, digest_of, stands
from avow.declaration.check.run import check
from avow.declaration.interpretation import in_force
from avow.declaration.load import load
from avow.declaration.model import Declaration
from avow.declaration.publishing import AssessmentKind
from avow.duties.notice.assessment_checks import answers
from avow.duties.notice.assessments import Entry, Why, register
from tests.exported import DAY, shop

REVIEW = date(2027, 9, 1)
WRITTEN = ("conclusion: passes}", "conclusion: passes, interest: a, necessity: b, balance: c}")
BALANCING = AssessmentKind.BALANCING


def weighed(*changes: tuple[str, str]) -> Declaration:
    """The shop with a balancing that says everything, and some pieces replaced."""
    return shop(WRITTEN, *changes)


def listed(declaration: Declaration, day: date = DAY) -> dict[tuple[str, str], Entry]:
    law, _ = in_force(declaration, day)
    return {(str(e.needed.kind), e.needed.of): e for e in register(declaration, law, day)}


@pytest.mark.parametrize(
    ("before", "state"),
    [
        (timedelta(days=91), State.VALID),
        (timedelta(days=90), State.DUE_SOON),
        (timedelta(days=31), State.DUE_SOON),
        (timedelta(days=30), State.DUE_NOW),
        (timedelta(0), State.DUE_NOW),
        (-timedelta(days=1), State.OVERDUE),
    ],
)
def test_the_day_of_review_decides_and_counts_itself(before: timedelta, state: State) -> None:
    found = stands(weighed(), BALANCING, "study", REVIEW - before)

    assert (found.state, found.due) == (state, REVIEW)


@pytest.mark.parametrize(
    ("old", "new", "state", "why"),
    [
        ("conclusion: passes", "conclusion: fails", State.FAILS, "may not go on"),
        ("conclusion: passes", "conclusion: open", State.OPEN, "nobody has approved"),
        (" approver: bob,", "", State.OPEN, "nobody has approved"),
        ("date: 2026-09-01", "date: 2026-12-02", State.OPEN, "nobody has approved"),
        ("approver: bob", "approver: ann", State.VOID, "of their own"),
        ("approver: bob", "approver: eve", State.VOID, "officer advises"),
        ("author: ann, approver: bob", "author: bob, approver: ann", State.VOID, "not the role"),
        ("balance: c", 'balance: ""', State.VOID, "says nothing of: balance"),
        (", review: 2027-09-01", "", State.VOID, "no day"),
        ("review: 2027-09-01", "review: 2026-09-01", State.VOID, "before it was approved"),
    ],
)
def test_what_does_not_count_says_why(old: str, new: str, state: State, why: str) -> None:
    found = stands(weighed((old, new)), BALANCING, "study", DAY)

    assert found.state is state
    assert why in found.why


def test_what_nobody_wrote_is_missing_and_the_best_of_several_counts() -> None:
    assert stands(weighed(), BALANCING, "deliver", DAY).state is State.MISSING
    older = (
        "{assessment: old, kind: balancing, of: study, author: ann, approver: bob, "
        "date: 2025-09-01, review: 2026-09-02, conclusion: passes, interest: a, necessity: b, "
        "balance: c}"
    )
    both = ("assessments: [", f"assessments: [{older}, ")
    assert stands(weighed(both), BALANCING, "study", DAY).state is State.VALID


def test_the_register_lists_what_the_law_asks_for_and_what_the_structure_suggests() -> None:
    found = listed(weighed())

    assert set(found) == {("balancing", "study"), ("impact", "deliver"), ("transfer", "cloud")}
    assert found["impact", "deliver"].needed.because == (Why.SPECIAL,)
    assert found["transfer", "cloud"].needed.because == (Why.TOOL,)
    assert [e.is_wanting for e in found.values()] == [False, False, True]


def test_two_criteria_suggest_an_impact_assessment_and_one_does_not() -> None:
    plain = ("dpv: pd:MedicalHealth", "dpv: pd:CallLog")
    assert ("impact", "deliver") not in listed(weighed(plain))
    child = ("{buyer: {dpv: dpv:Customer}", "{buyer: {dpv: dpv:Child}")
    found = listed(weighed(plain, child))
    assert found["impact", "deliver"].needed.because == (Why.MONITORING, Why.VULNERABLE)


def test_adequacy_and_no_tool_ask_for_no_assessment_of_the_transfer() -> None:
    assert ("transfer", "cloud") not in listed(weighed(("scc-2021", "adequacy")))
    assert ("transfer", "cloud") not in listed(weighed(("scc-2021", "none-printed")))


def test_a_past_review_is_a_finding_that_the_day_brings() -> None:
    def codes(day: date) -> set[str]:
        return {f.code for f in check(weighed(), day)} & {"AV670", "AV671", "AV672"}

    assert codes(REVIEW) == set()
    assert codes(REVIEW + timedelta(days=1)) == {"AV672"}


def test_the_digest_is_of_what_is_said_and_not_of_where() -> None:
    one = weighed().assessments["study-weighed"]
    moved = weighed(("assessments: [", "assessments: [\n  ")).assessments["study-weighed"]
    other = weighed(("balance: c", "balance: d")).assessments["study-weighed"]

    assert digest_of(one) == digest_of(moved)
    assert digest_of(one) != digest_of(other)


def test_a_statement_that_prints_no_assessment_is_answered_as_broken() -> None:
    """Nine purposes on legitimate interest, each at its own clause and at the one that promises."""
    declaration = load(Path(__file__).parents[2] / "declarations" / "clearnox").whole
    law, _ = in_force(declaration, DAY)
    found = [r for _, r in answers(declaration, law, DAY, datetime(2026, 12, 1, tzinfo=UTC))]

    assert len(found) == 18
    assert all(result.outcome.bad and result.attested is None for result in found)
    assert sum("4.c.LIA" in result.clauses for result in found) == 9
