"""Laws of the status fold, on random clauses, scopes, checks and answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from avow.duties.assurance.history import fold, history
from avow.duties.assurance.model import RANK, Clause, Evidenced, Status
from avow.engine.evidence.checks import (
    NO_CAPABILITY,
    Answer,
    Check,
    CheckKind,
    CheckResult,
    Item,
    Outcome,
    failed,
)

NOW = datetime(2027, 3, 15, 9, tzinfo=UTC)
CLAUSES = ("a", "b")
ITEMS = tuple(Item("s", name) for name in "xyz")
LEGS = ("main", "told")

outcomes = st.builds(
    Outcome,
    answer=st.sampled_from(Answer),
    count=st.integers(0, 2),
    undated=st.integers(0, 1),
    undecided=st.integers(0, 1),
    why=st.sampled_from(["unreachable", NO_CAPABILITY]),
)
results = st.builds(
    CheckResult,
    check=st.sampled_from(["c1", "c2"]),
    clauses=st.sets(st.sampled_from(CLAUSES), min_size=1).map(frozenset),
    item=st.sampled_from(ITEMS),
    outcome=outcomes,
    run_at=st.integers(0, 6).map(lambda days: NOW - timedelta(days=days)),
    entry=st.integers(1, 9),
    leg=st.sampled_from(LEGS),
    canary_seen=st.sampled_from([True, False, None]),
    case=st.sampled_from([None, "1", "2"]),
    remedy=st.sampled_from([None, 5]),
)


@st.composite
def evidence(draw: st.DrawFn) -> Evidenced:
    clauses = tuple(
        Clause(
            name,
            draw(st.sampled_from(["E", "H", "E+H"])),
            draw(st.sampled_from([None, None, "x"])),
        )
        for name in CLAUSES
    )
    scope = {name: frozenset(draw(st.sets(st.sampled_from(ITEMS)))) for name in CLAUSES}
    checks = tuple(
        Check(
            name,
            frozenset(draw(st.sets(st.sampled_from(CLAUSES), min_size=1))),
            draw(st.sampled_from(CheckKind)),
            timedelta(days=2),
            frozenset(draw(st.sets(st.sampled_from(LEGS), min_size=1))),
            everywhere=draw(st.booleans()),
        )
        for name in ("c1", "c2")
    )
    return Evidenced(clauses, scope, checks, tuple(draw(st.lists(results, max_size=12))))


laws = settings(max_examples=100, deadline=None)


@laws
@given(evidence(), results)
def test_adding_a_failing_answer_never_improves(known: Evidenced, more: CheckResult) -> None:
    bad = replace(more, outcome=failed(1, "here"), remedy=None)
    before = fold(known, NOW)
    after = fold(replace(known, results=(*known.results, bad)), NOW)
    for old, new in zip(before, after, strict=True):
        assert RANK[new.status] <= RANK[old.status]


@laws
@given(evidence(), results)
def test_going_blind_never_improves(known: Evidenced, more: CheckResult) -> None:
    """Switching a check off is no way to a better word, unless it said a worse doubt before."""
    off = Outcome(Answer.BLIND, why="off")
    blinded = replace(more, outcome=off, run_at=NOW, entry=99, remedy=None)
    before = fold(known, NOW)
    after = fold(replace(known, results=(*known.results, blinded)), NOW)
    for old, new in zip(before, after, strict=True):
        assert RANK[new.status] <= max(RANK[old.status], RANK[Status.UNKNOWN])


@laws
@given(evidence())
def test_a_clause_with_an_unanswered_item_is_never_kept(known: Evidenced) -> None:
    asked_everywhere = {c for check in known.checks if check.everywhere for c in check.clauses}
    for promise in fold(known, NOW):
        answered = {r.item for r in known.results if promise.clause in r.clauses}
        if promise.clause in asked_everywhere and known.scope[promise.clause] - answered:
            assert promise.status not in (Status.KEPT, Status.ATTESTED)


@laws
@given(evidence(), st.randoms(use_true_random=False))
def test_the_order_of_answers_is_irrelevant(known: Evidenced, random: object) -> None:
    shuffled = list(known.results)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold(replace(known, results=tuple(shuffled)), NOW) == fold(known, NOW)


@laws
@given(evidence())
def test_stale_is_never_kept(known: Evidenced) -> None:
    """A hundred days later nothing is kept; only a document could attest, and there is none."""
    for promise in fold(known, NOW + timedelta(days=100)):
        assert promise.status not in (Status.KEPT, Status.ATTESTED)


@laws
@given(evidence())
def test_the_word_is_the_worst_of_its_items_and_the_fraction_counts_the_good_ones(
    known: Evidenced,
) -> None:
    for promise in fold(known, NOW):
        ranks = [RANK[item.status] for item in promise.items]
        assert RANK[promise.status] == min(ranks)
        assert promise.fulfilled == sum(rank >= RANK[Status.ATTESTED] for rank in ranks)
        assert (promise.status is Status.KEPT) <= (promise.reasons == ())


@laws
@given(evidence())
def test_history_agrees_with_the_fold_at_the_end_of_the_day(known: Evidenced) -> None:
    (point,) = history(known, [NOW.date()], UTC)
    at_midnight = fold(known, datetime(2027, 3, 16, tzinfo=UTC))
    assert point.words == {promise.clause: promise.status for promise in at_midnight}
