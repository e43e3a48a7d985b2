"""What checks answered, kept in PostgreSQL and read back: the fold sees the same as before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from avow.common.clock import SetClock
from avow.duties.assurance.answers import answers, documents
from avow.duties.assurance.history import fold
from avow.duties.assurance.model import Clause, Evidenced, ReasonCode, Status
from avow.duties.assurance.standing import Standing
from avow.engine.db.store import Store
from avow.engine.evidence.checks import (
    Check,
    CheckKind,
    CheckResult,
    Item,
    Mode,
    blind,
    failed,
    passed,
)
from avow.engine.evidence.kept import keep
from tests.unit.declared import SOUND, reading

NOW = datetime(2027, 3, 15, 9, tzinfo=UTC)
PLACE = Item("desk", "caller")
OLDEST = Check("retention.oldest", frozenset({"3.a"}), freshness=timedelta(hours=48))
REQUESTS = Check("requests.on-time", frozenset({"9.1"}), CheckKind.CASE, everywhere=False)


def answer(hours_ago: float = 1, **more: object) -> CheckResult:
    base = CheckResult(
        OLDEST.id, OLDEST.clauses, PLACE, passed(7), NOW - timedelta(hours=hours_ago), 0,
        Mode.ENFORCED, canary_seen=True,
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]


def stored(store: Store, *results: CheckResult) -> None:
    keep(store, (OLDEST, REQUESTS), results, release=None, at=NOW)


def test_a_result_comes_back_as_it_was_but_for_its_number(store: Store) -> None:
    outcome = replace(
        failed(3, "desk.caller: oldest is 40 days old", count=9), undated=1, undecided=2,
        contradicts=("1.a",),
    )  # fmt: skip
    result = answer(outcome=outcome, leg="told", simulated=True, canary_seen=None)
    stored(store, result)
    (check,), (found,) = answers(store, NOW)
    assert replace(found, entry=0) == result
    assert found.entry > 0
    assert check == replace(OLDEST, legs=frozenset({"told"}))


def test_the_fold_sees_the_last_answer_and_the_last_that_could_look(store: Store) -> None:
    """Broken, then blind ten times: ten days of silence leave it broken and the rows few."""
    stored(store, answer(300, outcome=failed(2, "old rows")))
    for hours in range(240, 0, -24):
        stored(store, answer(hours, outcome=blind("unreachable")))
    checks, results = answers(store, NOW)
    assert len(results) == 2
    known = Evidenced((Clause("3.a"),), {"3.a": frozenset({PLACE})}, checks, results)
    (promise,) = fold(known, NOW)
    assert promise.status is Status.BROKEN
    assert [r.code for r in promise.reasons] == [ReasonCode.FAILED, ReasonCode.BLIND]


def test_a_late_case_is_red_until_its_remedy_is_entered(store: Store) -> None:
    desk = Item("avow", "request")
    late = answer(
        500, check=REQUESTS.id, clauses=REQUESTS.clauses, item=desk,
        outcome=failed(1, "answered late"), case="request-31",
    )  # fmt: skip
    sweep = replace(late, outcome=passed(4), run_at=NOW - timedelta(hours=2), case=None)
    stored(store, late, sweep)

    def word() -> Status:
        checks, results = answers(store, NOW)
        (promise,) = fold(Evidenced((Clause("9.1"),), {}, checks, results), NOW)
        return promise.status

    assert word() is Status.BROKEN
    store.run(
        "remedy_add", id="remedy-1", check_id=REQUESTS.id, item="request-31", person="claire",
        reason="answered, deadline explained", at=NOW - timedelta(hours=1),
    )  # fmt: skip
    assert word() is Status.KEPT


def test_a_remedy_is_no_look_and_keeps_nothing_fresh(store: Store) -> None:
    desk = Item("avow", "request")
    late = answer(
        500, check=REQUESTS.id, clauses=REQUESTS.clauses, item=desk,
        outcome=failed(1, "answered late"), case="request-31",
    )  # fmt: skip
    stored(store, late)
    store.run(
        "remedy_add", id="remedy-1", check_id=REQUESTS.id, item="request-31", person="claire",
        reason="explained", at=NOW - timedelta(hours=1),
    )  # fmt: skip
    checks, results = answers(store, NOW)
    (promise,) = fold(Evidenced((Clause("9.1"),), {}, checks, results), NOW)
    assert [r.code for r in promise.reasons] == [ReasonCode.STALE]


def test_a_lapsed_document_is_still_known_and_a_withdrawn_one_is_not(store: Store) -> None:
    for name, lapses in (("a", date(2027, 3, 1)), ("b", date(2028, 1, 1))):
        store.run(
            "attestation_add", id=f"attestation-{name}", clauses=["1.a", "2.a"], item="",
            person="claire", document=name * 64, at=NOW - timedelta(days=30), lapses_on=lapses,
        )  # fmt: skip
    found = documents(store, NOW, UTC)
    assert [(d.clause, d.until) for d in found] == [
        ("1.a", date(2027, 3, 1)),
        ("2.a", date(2027, 3, 1)),
        ("1.a", date(2028, 1, 1)),
        ("2.a", date(2028, 1, 1)),
    ]
    assert documents(store, NOW - timedelta(days=31), UTC) == ()


def test_the_source_folds_the_declaration_with_the_answers_and_remembers_past_days(
    store: Store,
) -> None:
    """Kept on the 13th, broken since the 14th; the day before the first answer is no point."""
    stored(store, answer(49), answer(25, outcome=failed(1, "old rows")), answer(1))
    source = Standing(reading(SOUND).whole, store, SetClock(NOW))
    promises = {promise.clause: promise for promise in fold(source.evidenced(), source.now())}
    assert promises["3.a"].status is Status.KEPT
    assert promises["3.a"].items[0].item == PLACE
    assert promises["1.a"].status is Status.UNENFORCED
    past = source.history()
    assert [(point.day.day, point.words["3.a"]) for point in past] == [
        (13, Status.KEPT),
        (14, Status.BROKEN),
    ]
    assert source.history() == past
