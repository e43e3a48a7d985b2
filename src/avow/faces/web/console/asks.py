"""What needs a person today: each thing once, with the one page on which it is settled.

A broken promise asks for the one thing that would make it kept. Where rows are past their end that
is whatever keeps the sweep of their system from running, asked once for all its promises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from avow.duties.assurance.model import ItemStatus, PromiseStatus, Reason, ReasonCode, Status
from avow.duties.notice.assessment_checks import OWN
from avow.engine.evidence.checks import Answer, Attestation, CheckResult
from avow.faces.web.source import (
    Ask,
    AskKind,
    Digest,
    HoldToReview,
    Novelty,
    NoveltyKind,
    PlanState,
    Stop,
    Sweep,
)

LAPSES_SOON = timedelta(days=30)
UNDONE = ("retention.overdue.", "retention.needless.")
"""Checks whose failure says that rows are past their end: nothing but a sweep ends it."""
HEALING = (
    ReasonCode.UNDECIDED,
    ReasonCode.UNDATED,
    ReasonCode.LATE_CASE,
    ReasonCode.FAILED,
)
ORDER = {kind: place for place, kind in enumerate(AskKind)}


@dataclass(frozen=True, slots=True)
class Known:
    """What the asks follow from."""

    digest: Digest
    promises: tuple[PromiseStatus, ...]
    attestations: tuple[Attestation, ...]
    stops: tuple[Stop, ...]
    day: date


def asks(known: Known) -> tuple[Ask, ...]:
    """Everything that waits for a person, each once, the most urgent first."""
    digest = known.digest
    found = [
        *(Ask(AskKind.RELEASE_STOP, stop.system or "", link=("stop",)) for stop in known.stops),
        *(_approval(known) if digest.waiting else ()),
        *_sweeps(known),
        *(_linked(ask) for ask in digest.asks or ()),
        *_unsigned(digest.unsigned),
        *_healing(known.promises),
        *_holds(digest.holds, known.day),
        *_lapsing(known.attestations, known.day),
        *_undecided_tables(digest.novelties or (), digest.asks or ()),
    ]
    return tuple(sorted(found, key=_urgency))


def _urgency(ask: Ask) -> tuple[bool, date, int, str]:
    """A stop first: nothing else goes on. Then what is due soonest, whatever it is."""
    is_stop = ask.kind is AskKind.RELEASE_STOP
    return (not is_stop, ask.due or date.max, ORDER[ask.kind], ask.subject)


def _linked(ask: Ask) -> Ask:
    """An ask that was told, with the page of its clause where it names one."""
    return replace(ask, link=("promises", ask.clauses[0])) if ask.clauses else ask


def _approval(known: Known) -> Iterator[Ask]:
    for each in known.digest.waiting:
        kind, link = AskKind.APPROVE_PLAN, ("plans", each.plan)
        yield Ask(kind, each.system, each.as_of, each.clauses, each.plan, each.missing, link)


def _sweeps(known: Known) -> Iterator[Ask]:
    """Per system the one thing that keeps what is past its end from going."""
    late = _past_end(known.promises)
    newest = {sweep.system: sweep for sweep in known.digest.sweeps}
    waiting = {each.plan for each in known.digest.waiting}
    for sweep in newest.values():
        if sweep.state is PlanState.REFUSED and sweep.system not in late:
            yield _refused(sweep, ())
    for system, clauses in late.items():
        if system not in newest:
            link = ("promises", clauses[0])
            yield Ask(AskKind.MAKE_PLAN, system, clauses=clauses, link=link)
        elif newest[system].plan not in waiting:
            yield from _hindrance(newest[system], clauses)


def _past_end(promises: Iterable[PromiseStatus]) -> dict[str, tuple[str, ...]]:
    """System -> the broken promises of which rows there are past their end."""
    found: dict[str, list[str]] = {}
    for promise in promises:
        for item in promise.items:
            if _is_undone(item):
                found.setdefault(item.item.system, []).append(promise.clause)
    return {system: tuple(dict.fromkeys(clauses)) for system, clauses in found.items()}


def _is_undone(item: ItemStatus) -> bool:
    return item.status is Status.BROKEN and any(
        proof.answer is Answer.FAIL and proof.source.startswith(UNDONE) for proof in item.evidence
    )


def _hindrance(sweep: Sweep, clauses: tuple[str, ...]) -> Iterator[Ask]:
    """What keeps the rows of these clauses; those whose level forbids it ask for their level."""
    low = tuple(c for c in clauses if sweep.levels.get(c) in ("observe", "rehearse"))
    free = tuple(c for c in clauses if c not in low)
    link = ("plans", sweep.plan)
    if low:
        yield Ask(AskKind.RAISE_LEVEL, sweep.system, None, low, sweep.plan, link=link)
    if sweep.state is PlanState.REFUSED:
        yield _refused(sweep, free)
    elif free and sweep.state in (PlanState.APPROVED, PlanState.PAUSED):
        yield Ask(AskKind.CARRY_OUT, sweep.system, sweep.as_of, free, sweep.plan, link=link)
    elif free and sweep.state is not PlanState.RUNNING:
        yield Ask(AskKind.MAKE_PLAN, sweep.system, None, free, link=("promises", free[0]))


def _refused(sweep: Sweep, clauses: tuple[str, ...]) -> Ask:
    return Ask(
        AskKind.SOLVE_REFUSAL,
        sweep.system,
        sweep.as_of,
        clauses,
        sweep.plan,
        link=("plans", sweep.plan),
        detail=", ".join(sweep.codes),
    )


def _unsigned(decisions: tuple[str, ...]) -> Iterator[Ask]:
    """All proposed decisions together: they are read and signed in one go."""
    if decisions:
        yield Ask(AskKind.SIGN_DECISION, ", ".join(decisions), n=len(decisions))


def _healing(promises: Iterable[PromiseStatus]) -> Iterator[Ask]:
    """What else breaks promises: one ask per reason and not one per promise."""
    found: dict[ReasonCode, list[tuple[str, Reason]]] = {}
    for promise in promises:
        for item in promise.items:
            for reason in item.reasons if item.status is Status.BROKEN else ():
                undone = reason.code is ReasonCode.FAILED and _is_undone(item)
                if reason.code in HEALING and not undone:
                    found.setdefault(reason.code, []).append((promise.clause, reason))
    for code in HEALING:
        clauses = tuple(dict.fromkeys(clause for clause, _ in found.get(code, ())))
        if clauses:
            rows = {(r.item, r.leg): r.count for _, r in found[code]}
            link = ("promises", clauses[0])
            yield Ask(AskKind.HEAL, code, None, clauses, n=sum(rows.values()), link=link)


def _holds(holds: Iterable[HoldToReview], day: date) -> Iterator[Ask]:
    for hold in holds:
        if hold.on <= day:
            yield Ask(AskKind.REVIEW_HOLD, hold.hold, hold.on, link=("holds",))


def _lapsing(attestations: Iterable[Attestation], day: date) -> Iterator[Ask]:
    """The newest document of each clause, if it ends within thirty days or has ended."""
    newest: dict[str, date] = {}
    for document in attestations:
        newest[document.clause] = max(document.until, newest.get(document.clause, date.min))
    for clause, until in sorted(newest.items()):
        if until <= day + LAPSES_SOON:
            link = ("promises", clause)
            yield Ask(AskKind.RENEW_DOCUMENT, clause, until, (clause,), link=link)


def reviews(results: Iterable[CheckResult]) -> Iterator[Attestation]:
    """The newest word under each assessment, as a document of its clause: its review comes."""
    newest: dict[tuple[str, object], CheckResult] = {}
    about = (result for result in results if result.check.startswith(OWN))
    for result in sorted(about, key=lambda r: r.run_at):
        newest[result.check, result.item] = result
    for result in newest.values():
        if result.attested is not None:
            word, on = result.attested, result.run_at.date()
            for clause in result.clauses:
                yield Attestation(clause, word.digest, word.by, on, word.until)


def _undecided_tables(novelties: Iterable[Novelty], told: Iterable[Ask]) -> Iterator[Ask]:
    """Tables of which nobody said whose their rows are, one ask per system."""
    known = {ask.subject for ask in told if ask.kind is AskKind.DECIDE_DATASET}
    tables: dict[str, list[str]] = {}
    for new in novelties:
        if new.kind is NoveltyKind.DATASET and f"{new.system}.{new.name}" not in known:
            tables.setdefault(new.system, []).append(new.name)
    for system, names in tables.items():
        subject = f"{system}.{names[0]}" if len(names) == 1 else system
        yield Ask(AskKind.DECIDE_DATASET, subject, n=len(names))
