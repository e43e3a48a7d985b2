"""The word of one series of answers: one check about one item.

Two rules hold throughout. Silence never heals: after a failed answer only an answer that
looked again, or the remedy of the case, ends the red. And a check that found nothing proves
nothing unless its planted row was found (design section 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from avow.duties.assurance.model import RANK, Reason, ReasonCode, Status
from avow.engine.evidence.checks import NO_CAPABILITY, Answer, Check, CheckKind, CheckResult

UNENFORCED = frozenset({ReasonCode.NO_CAPABILITY, ReasonCode.ATTESTATION_LAPSED})
"""Doubts after which nothing acts; after the others nothing is known."""


class Judged(NamedTuple):
    """The word of a series, its reasons, and the answer it rests on."""

    status: Status
    reasons: tuple[Reason, ...]
    newest: CheckResult


def judge(check: Check, series: Sequence[CheckResult], now: datetime) -> Judged:
    """Judge the answers of `check` about one item and leg, none later than `now`.

    `series` is not empty and in any order.
    """
    ordered = sorted(series, key=_order) if len(series) > 1 else series
    if any(result.attested for result in ordered):
        # Where an owner's word stands for our own look, that we cannot look says nothing new.
        ordered = [r for r in ordered if r.outcome.answer is not Answer.BLIND] or ordered
    newest = _newest(ordered)
    red = _red(check, ordered)
    doubts = _doubts(check, newest, now)
    if red:
        return Judged(Status.BROKEN, red + doubts, newest)
    if doubts:
        return Judged(min((_word(d.code) for d in doubts), key=RANK.__getitem__), doubts, newest)
    return Judged(Status.ATTESTED if newest.attested else Status.KEPT, (), newest)


def _newest(ordered: Sequence[CheckResult]) -> CheckResult:
    """The last answer that was a look; the remedy of a case looks at nothing."""
    return next((result for result in reversed(ordered) if result.remedy is None), ordered[-1])


def _order(result: CheckResult) -> tuple[object, ...]:
    """By time; at the same instant the worse answer counts, whatever the order of arrival."""
    outcome = result.outcome
    worse = (outcome.bad, outcome.answer is Answer.BLIND, result.canary_seen is not True)
    return (result.run_at, result.remedy is None, *worse, result.entry, *_rest(result))


def _rest(result: CheckResult) -> tuple[object, ...]:
    """All else that is shown, so that no two answers that differ are equal in the order."""
    said = result.outcome
    numbers = (said.count, said.failed, said.undated, said.undecided)
    words = (said.contradicts, said.where, said.why, result.case or "", result.mode)
    return (*numbers, *words, result.canary_seen is False, result.simulated)


def _word(code: ReasonCode) -> Status:
    return Status.UNENFORCED if code in UNENFORCED else Status.UNKNOWN


def _red(check: Check, ordered: Sequence[CheckResult]) -> tuple[Reason, ...]:
    """The reasons that break the promise and are not healed."""
    if check.kind is CheckKind.CASE:
        return _open_cases(ordered)
    looked = [result for result in ordered if result.outcome.answer is not Answer.BLIND]
    last = looked[-1] if looked else ordered[-1]
    return _breaches(last) if last.outcome.bad else ()


def _breaches(result: CheckResult) -> tuple[Reason, ...]:
    outcome, item, leg = result.outcome, result.item, result.leg
    found = []
    if outcome.answer is Answer.FAIL:
        found.append(Reason(ReasonCode.FAILED, item, leg, outcome.failed, outcome.where))
    if outcome.undated:
        found.append(Reason(ReasonCode.UNDATED, item, leg, outcome.undated))
    if outcome.undecided:
        found.append(
            Reason(ReasonCode.UNDECIDED, item, leg, outcome.undecided, clauses=outcome.contradicts)
        )
    return tuple(found)


def _open_cases(ordered: Sequence[CheckResult]) -> tuple[Reason, ...]:
    """One reason for all cases that failed and have no remedy since."""
    late: dict[str | None, CheckResult] = {}
    for result in ordered:
        if result.outcome.bad:
            late[result.case] = result
        elif result.remedy is not None:
            late.pop(result.case, None)
    if not late:
        return ()
    first = min(late.values(), key=lambda result: result.run_at)
    count = sum(max(result.outcome.failed, 1) for result in late.values())
    on = first.run_at.date()
    return (Reason(ReasonCode.LATE_CASE, first.item, first.leg, count, first.outcome.where, on=on),)


def _doubts(check: Check, newest: CheckResult, now: datetime) -> tuple[Reason, ...]:
    """Why the newest answer proves nothing, if so."""
    outcome, item, leg = newest.outcome, newest.item, newest.leg
    found = []
    if outcome.answer is Answer.BLIND and outcome.why == NO_CAPABILITY:
        found.append(Reason(ReasonCode.NO_CAPABILITY, item, leg, detail=outcome.where))
    elif outcome.answer is Answer.BLIND:
        found.append(Reason(ReasonCode.BLIND, item, leg, detail=outcome.why))
    word = newest.attested
    if word is not None and word.until < now.date():
        found.append(Reason(ReasonCode.ATTESTATION_LAPSED, item, leg, on=word.until))
    elif word is None and now - newest.run_at > check.freshness:
        found.append(Reason(ReasonCode.STALE, item, leg, on=newest.run_at.date()))
    if outcome.answer is Answer.PASS and _unproven(newest):
        found.append(Reason(ReasonCode.CANARY_UNSEEN, item, leg))
    return tuple(found)


def _unproven(result: CheckResult) -> bool:
    """A missed canary, or nothing found where no canary was planted."""
    return result.canary_seen is False or (result.outcome.count == 0 and result.canary_seen is None)
