"""The word of a promise, one case per sentence of docs/reference/status.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from avow.duties.assurance.model import Clause, PromiseStatus, ReasonCode, Status
from avow.duties.assurance.status import status
from avow.engine.evidence.checks import (
    DOCUMENT,
    HUMAN_LEG,
    NO_CAPABILITY,
    ORGANISATION,
    Attestation,
    Check,
    CheckKind,
    CheckResult,
    Item,
    Mode,
    Outcome,
    blind,
    failed,
    passed,
)

NOW = datetime(2027, 3, 15, 9, tzinfo=UTC)
PHONE = Item("phone", "recording")
SUPPORT = Item("support", "session")
OLDEST = Check("retention.oldest", frozenset({"6.h"}), freshness=timedelta(days=2))
BOTH = {"6.h": frozenset({PHONE, SUPPORT})}


def answer(
    outcome: Outcome,
    item: Item = PHONE,
    *,
    hours_ago: float = 1,
    canary: bool | None = True,
    **more: object,
) -> CheckResult:
    """One answer of `OLDEST`, with the canary seen unless told otherwise."""
    at = NOW - timedelta(hours=hours_ago)
    base = CheckResult(
        OLDEST.id, frozenset({"6.h"}), item, outcome, at, entry=7, canary_seen=canary
    )
    return replace(base, **more)  # type: ignore[arg-type]


def of(
    *results: CheckResult,
    clause: Clause | None = None,
    scope: dict[str, frozenset[Item]] | None = None,
    checks: tuple[Check, ...] = (OLDEST,),
    attestations: tuple[Attestation, ...] = (),
    now: datetime = NOW,
) -> PromiseStatus:
    """The status of 6.h over both places unless told otherwise."""
    wanted = clause or Clause("6.h")
    places = BOTH if scope is None else scope
    (found,) = status((wanted,), places, checks, results, attestations, now=now)
    return found


def codes(promise: PromiseStatus) -> list[ReasonCode]:
    return [reason.code for reason in promise.reasons]


def test_kept_when_every_item_passes() -> None:
    promise = of(answer(passed(12)), answer(passed(3), SUPPORT))
    assert (promise.status, promise.fraction) == (Status.KEPT, "2 of 2")
    assert promise.reasons == ()


def test_one_failing_item_breaks_the_promise_and_the_fraction_says_how_much_is_kept() -> None:
    promise = of(answer(passed(12)), answer(failed(4, "older than the limit"), SUPPORT))
    assert (promise.status, promise.fraction) == (Status.BROKEN, "1 of 2")
    assert [(r.code, r.item, r.count) for r in promise.reasons] == [(ReasonCode.FAILED, SUPPORT, 4)]


def test_the_worst_item_wins_broken_over_unknown_over_unenforced() -> None:
    no_way = answer(blind(NO_CAPABILITY, "flag"), SUPPORT)
    assert of(answer(passed(1)), no_way).status is Status.UNENFORCED
    assert of(answer(blind("unreachable")), no_way).status is Status.UNKNOWN
    assert of(answer(failed(1, "here")), no_way).status is Status.BROKEN


def test_an_item_of_the_scope_without_an_answer_is_unknown() -> None:
    promise = of(answer(passed(12)))
    assert (promise.status, promise.fraction) == (Status.UNKNOWN, "1 of 2")
    assert [(r.code, r.item) for r in promise.reasons] == [(ReasonCode.MISSING, SUPPORT)]


def test_a_stale_answer_is_unknown_from_the_moment_its_freshness_has_passed() -> None:
    other = answer(passed(1), SUPPORT)
    assert of(answer(passed(1), hours_ago=48), other).status is Status.KEPT
    late = of(answer(passed(1), hours_ago=48.01), other)
    assert (late.status, codes(late)) == (Status.UNKNOWN, [ReasonCode.STALE])


@pytest.mark.parametrize(
    ("count", "canary", "word"),
    [
        (0, True, Status.KEPT),
        (0, None, Status.UNKNOWN),
        (0, False, Status.UNKNOWN),
        (5, None, Status.KEPT),
        (5, False, Status.UNKNOWN),
    ],
)
def test_nothing_found_counts_only_if_the_canary_was_seen(
    count: int, canary: bool | None, word: Status
) -> None:
    promise = of(answer(passed(count), canary=canary), scope={"6.h": frozenset({PHONE})})
    assert promise.status is word


def test_silence_never_heals_a_failed_answer() -> None:
    """A system that becomes unreachable after it was found red stays red, and says both."""
    gone = of(
        answer(failed(2, "old rows"), hours_ago=30),
        answer(blind("unreachable")),
        answer(passed(1), SUPPORT),
    )
    assert gone.status is Status.BROKEN
    assert codes(gone) == [ReasonCode.FAILED, ReasonCode.BLIND]
    weeks_later = of(
        answer(failed(2, "old rows"), hours_ago=900), scope={"6.h": frozenset({PHONE})}
    )
    assert codes(weeks_later) == [ReasonCode.FAILED, ReasonCode.STALE]


def test_a_later_look_heals_a_state_check() -> None:
    promise = of(
        answer(failed(2, "old rows"), hours_ago=30), answer(passed(9)), answer(passed(1), SUPPORT)
    )
    assert promise.status is Status.KEPT


def test_undated_and_undecided_rows_break_the_promise_with_words() -> None:
    undated = replace(passed(10), undated=3)
    undecided = replace(passed(10), undecided=5, contradicts=("6.c",))
    promise = of(answer(undated), answer(undecided, SUPPORT))
    assert promise.status is Status.BROKEN
    assert [(r.code, r.count, r.clauses) for r in promise.reasons] == [
        (ReasonCode.UNDATED, 3, ()),
        (ReasonCode.UNDECIDED, 5, ("6.c",)),
    ]


CASES = replace(OLDEST, kind=CheckKind.CASE)


def test_a_late_case_stays_red_until_a_remedy_entry_exists() -> None:
    """Request 31 was answered late; answering the next ones in time changes nothing."""
    scope = {"6.h": frozenset({PHONE})}
    late = answer(failed(1, "answered late"), hours_ago=900, case="31")
    good = answer(passed(1), case="32")
    red = of(late, good, checks=(CASES,), scope=scope)
    assert (red.status, codes(red)) == (Status.BROKEN, [ReasonCode.LATE_CASE])
    same_case_passes = answer(passed(1), hours_ago=2, case="31")
    assert of(late, good, same_case_passes, checks=(CASES,), scope=scope).status is Status.BROKEN
    remedy = answer(passed(1), hours_ago=2, case="31", remedy=90)
    assert of(late, good, remedy, checks=(CASES,), scope=scope).status is Status.KEPT


def test_a_case_that_fails_after_its_remedy_is_red_again() -> None:
    remedy = answer(passed(1), hours_ago=3, case="31", remedy=90)
    again = answer(failed(1, "late"), hours_ago=2, case="31")
    assert of(remedy, again, checks=(CASES,)).status is Status.BROKEN


def test_several_legs_need_every_leg() -> None:
    """Version published and everybody told: two legs, the second unanswered."""
    clause = Clause("2.b", legs=frozenset({"published", "told"}))
    check = Check("notice.published", frozenset({"2.b"}), legs=frozenset({"published"}))
    site = Item("site")
    here = CheckResult(check.id, frozenset({"2.b"}), site, passed(3), NOW, entry=1, leg="published")
    scope = {"2.b": frozenset({site})}
    half = of(here, clause=clause, checks=(check,), scope=scope)
    assert (half.status, half.fraction) == (Status.UNENFORCED, "0 of 1")
    assert [(r.code, r.leg) for r in half.reasons] == [(ReasonCode.NO_CHECK, "told")]
    told = Check("notice.told", frozenset({"2.b"}), legs=frozenset({"told"}))
    unseen = of(here, clause=clause, checks=(check, told), scope=scope)
    assert unseen.status is Status.UNKNOWN
    there = replace(here, check=told.id, leg="told")
    assert of(here, there, clause=clause, checks=(check, told), scope=scope).status is Status.KEPT


def test_a_check_with_places_of_its_own_answers_for_one_place_at_least() -> None:
    crawl = Check("site.crawl", frozenset({"6.h"}), everywhere=False)
    seen = answer(passed(4), Item("site"), check=crawl.id)
    assert of(seen, checks=(crawl,)).fraction == "1 of 1"
    assert of(checks=(crawl,)).status is Status.UNKNOWN


def test_an_unbound_clause_is_unenforced_with_what_will_bind_it() -> None:
    promise = of(clause=Clause("5.a-2", "E+H", unbound="a register of signed agreements"))
    assert promise.status is Status.UNENFORCED
    assert [(r.code, r.detail) for r in promise.reasons] == [
        (ReasonCode.NO_CHECK, "a register of signed agreements")
    ]


def test_a_clause_without_any_check_is_unenforced_at_each_item() -> None:
    promise = of(checks=())
    assert (promise.status, promise.fraction) == (Status.UNENFORCED, "0 of 2")
    nowhere = of(checks=(), scope={})
    assert [item.item for item in nowhere.items] == [ORGANISATION]


PAPER = Attestation("6.h", "sha256:ab", "claire", date(2027, 1, 1), date(2027, 3, 15))


def test_a_document_attests_through_its_last_day_and_lapses_the_next() -> None:
    human = Clause("6.h", "H")
    assert of(clause=human, checks=(), attestations=(PAPER,)).status is Status.ATTESTED
    next_day = NOW + timedelta(days=1)
    lapsed = of(clause=human, checks=(), attestations=(PAPER,), now=next_day)
    assert (lapsed.status, codes(lapsed)) == (
        Status.UNENFORCED,
        [ReasonCode.ATTESTATION_LAPSED],
    )
    assert codes(of(clause=human, checks=())) == [ReasonCode.NO_ATTESTATION]


def test_a_document_dated_tomorrow_does_not_attest_today() -> None:
    tomorrow = replace(PAPER, on=date(2027, 3, 16), until=date(2028, 1, 1))
    assert of(clause=Clause("6.h", "H"), checks=(), attestations=(tomorrow,)).reasons


def test_software_and_document_are_both_needed() -> None:
    both = Clause("6.h", "D+H")
    results = (answer(passed(1)), answer(passed(1), SUPPORT))
    attested = of(*results, clause=both, attestations=(PAPER,))
    assert (attested.status, attested.fraction) == (Status.ATTESTED, "3 of 3")
    assert attested.items[-1].item == DOCUMENT
    assert attested.items[-1].evidence[0].leg == HUMAN_LEG
    assert of(*results, clause=both).status is Status.UNENFORCED
    only_paper = of(clause=both, checks=(), attestations=(PAPER,), scope={})
    assert only_paper.status is Status.UNENFORCED


def test_enforced_only_if_all_evidence_is() -> None:
    acts = answer(passed(1), mode=Mode.ENFORCED)
    looks = answer(passed(1), SUPPORT)
    assert of(acts, replace(looks, mode=Mode.ENFORCED)).mode is Mode.ENFORCED
    assert of(acts, looks).mode is Mode.OBSERVED
    assert of().mode is None


def test_evidence_names_the_ledger_entry_and_the_oldest_answer() -> None:
    promise = of(
        answer(passed(1), hours_ago=5), answer(passed(1), SUPPORT, entry=44, simulated=True)
    )
    assert promise.oldest == NOW - timedelta(hours=5)
    assert promise.simulated
    assert [e.entry for item in promise.items for e in item.evidence] == [7, 44]


def test_an_answer_later_than_now_has_not_happened_yet() -> None:
    assert of(answer(passed(1), hours_ago=-1), scope={"6.h": frozenset({PHONE})}).status is (
        Status.UNKNOWN
    )


def test_a_place_outside_the_scope_counts_only_while_it_is_red() -> None:
    dropped = Item("old-crm", "contact")
    good = (answer(passed(1)), answer(passed(1), SUPPORT))
    assert of(*good, answer(passed(1), dropped, hours_ago=900)).fraction == "2 of 2"
    assert of(*good, answer(failed(1, "rows left"), dropped)).status is Status.BROKEN


def test_an_answer_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match=r"retention\.oldest has no zone"):
        answer(passed(1), run_at=datetime(2027, 3, 15, 9))  # noqa: DTZ001 -- the planted fault
