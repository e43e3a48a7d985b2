"""The Clearnox declaration as a whole: what is printed stays visible, what is decided settles it.

The decisions of the repository are not signed. Where a test needs them in force it signs a copy.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from avow.common.calendar import Period
from avow.common.findings import Finding
from avow.declaration.cases import run_cases
from avow.declaration.check.run import check
from avow.declaration.load import load
from avow.declaration.model import Declaration, Signature

FOLDER = Path(__file__).parents[2] / "declarations" / "clearnox"
TODAY = date(2026, 11, 23)

CONTRADICTIONS = {
    ("6.a", "6.c"), ("6.a", "6.d"), ("6.a", "6.e"), ("6.b", "6.c"), ("6.b", "6.d"),
    ("6.e", "6.i"), ("6.e", "6.m"), ("6.f", "6.g"), ("6.f", "6.h"), ("6.f", "6.m"),
    ("6.i", "6.m"), ("6.j", "6.m"), ("6.j", "6.o"), ("6.k", "6.o"),
}  # fmt: skip
"""The printed periods that reach the same data and end it at different times."""


@pytest.fixture(scope="module")
def printed() -> Declaration:
    """The declaration as it stands: nothing is signed."""
    return load(FOLDER).whole


@pytest.fixture(scope="module")
def signed(printed: Declaration) -> Declaration:
    """The same with every decision signed by the approver."""
    signatures = tuple(
        Signature(decision.id, decision.digest, "marc", TODAY)
        for decision in printed.decisions.values()
    )
    return replace(printed, signatures=signatures)


def open_(declaration: Declaration, *codes: str) -> list[Finding]:
    """What is open of the findings of these codes, each member of a group by itself."""
    told = [each for f in check(declaration, TODAY) for each in f.each]
    return [f for f in told if f.is_open and f.code in codes]


def test_it_can_be_read_without_a_finding() -> None:
    """No error of the document: every name that is used is declared."""
    assert load(FOLDER).findings == ()


def test_every_contradiction_of_the_print_is_found(printed: Declaration) -> None:
    """Section 6 contradicts itself in fourteen pairs, and no more are invented."""
    found = {tuple(sorted(finding.clauses)) for finding in open_(printed, "AV221")}
    assert found == CONTRADICTIONS


def test_five_periods_do_not_say_from_when_they_run(printed: Declaration) -> None:
    """6.f, g, i, j and l name no start."""
    found = sorted(clause for finding in open_(printed, "AV222") for clause in finding.clauses)
    assert found == ["6.f", "6.g", "6.i", "6.j", "6.l"]


def test_ten_transfers_have_no_tool(printed: Declaration) -> None:
    """Each processor in the United States; the one in the United Kingdom has its adequacy."""
    found = {clause for finding in open_(printed, "AV209") for clause in finding.clauses}
    assert found == {
        f"5.e.{n}" for n in ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
    }


def test_the_decisions_settle_every_contradiction_start_and_gap(signed: Declaration) -> None:
    """With all signed, each cell that a rule reaches has one answer, and none is without a rule."""
    assert open_(signed, "AV202", "AV221", "AV222", "AV223") == []


def test_no_decision_widens_claims_too_much_or_does_nothing(signed: Declaration) -> None:
    """Each says truly what it settles and narrows what is done with data."""
    assert open_(signed, "AV231", "AV232", "AV233", "AV236", "AV237", "AV238", "AV239") == []


def test_a_decision_left_unsigned_leaves_its_contradiction_open(signed: Declaration) -> None:
    """Take away one signature: its two contradictions, and only they, are open again."""
    others = tuple(
        s for s in signed.signatures if s.decision != "contact-details-end-with-the-contract"
    )
    found = open_(replace(signed, signatures=others), "AV221")
    assert {tuple(sorted(f.clauses)) for f in found} == {("6.b", "6.c"), ("6.b", "6.d")}


def test_it_passes_its_own_tests(printed: Declaration) -> None:
    """At least sixty, and each gives the verdict and the clauses it says."""
    judged = run_cases(printed)
    assert len(judged) >= 60
    assert [j.case.id for j in judged if not j.is_right] == []


def test_a_wrong_period_fails_the_tests_of_the_declaration(printed: Declaration) -> None:
    """Plant two months where 6.h prints one: the tests of recordings notice, and no others."""
    rule = printed.rules["recordings"]
    longer = replace(rule, ends=(replace(rule.ends[0], period=Period(months=2)),))
    planted = replace(printed, rules={**printed.rules, rule.id: longer})
    wrong = [j.case for j in run_cases(planted) if not j.is_right]
    assert wrong
    assert {case.group["category"] for case in wrong} == {"call-recording", "screen-recording"}
