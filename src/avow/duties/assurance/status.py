"""The status of every promise: a pure fold over check results (design section 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import NamedTuple

from avow.duties.assurance.judge import Judged, judge
from avow.duties.assurance.model import (
    RANK,
    Clause,
    Evidence,
    ItemStatus,
    PromiseStatus,
    Reason,
    ReasonCode,
    Status,
)
from avow.engine.evidence.checks import (
    DOCUMENT,
    HUMAN_LEG,
    MAIN_LEG,
    ORGANISATION,
    WEIGHED_LEG,
    Answer,
    Attestation,
    Check,
    CheckResult,
    Item,
    Mode,
)


class Place(NamedTuple):
    """The answers of one check about one item and leg form one series."""

    check: str
    item: Item
    leg: str


Series = Mapping[Place, Sequence[CheckResult]]
FULFILLED = frozenset({Status.KEPT, Status.ATTESTED})


def status(
    clauses: Iterable[Clause],
    scope: Mapping[str, frozenset[Item]],
    checks: Iterable[Check],
    results: Iterable[CheckResult],
    attestations: Iterable[Attestation],
    *,
    now: datetime,
) -> tuple[PromiseStatus, ...]:
    """The word of each clause at `now` (aware, in the controller's zone), in their order.

    A clause is its worst item: broken > unknown > unenforced > attested > kept. Answers
    later than `now` have not happened yet; answers of a check that is no longer asked
    (not in `checks`) do not count. An empty scope means: the places the checks name.
    """
    asked = {check.id: check for check in checks}
    series = _series(asked, results, now)
    documents: dict[str, list[Attestation]] = defaultdict(list)
    for attestation in attestations:
        if attestation.on <= now.date():
            documents[attestation.clause].append(attestation)
    return tuple(
        _promise(
            clause,
            _items(clause, scope.get(clause.id, frozenset()), asked, series[clause.id], now)
            + _document_items(clause, asked, documents[clause.id], now),
        )
        for clause in clauses
    )


def _series(
    asked: Mapping[str, Check], results: Iterable[CheckResult], now: datetime
) -> defaultdict[str, dict[Place, list[CheckResult]]]:
    """Clause -> place -> its answers up to `now`."""
    found: defaultdict[str, dict[Place, list[CheckResult]]] = defaultdict(dict)
    for result in results:
        if result.check in asked and result.run_at <= now:
            place = Place(result.check, result.item, result.leg)
            for clause_id in result.clauses:
                found[clause_id].setdefault(place, []).append(result)
    return found


def _items(
    clause: Clause,
    scope: frozenset[Item],
    asked: Mapping[str, Check],
    series: Series,
    now: datetime,
) -> tuple[ItemStatus, ...]:
    """The items of a clause that checks answer for, each with all its legs."""
    judged = {place: judge(asked[place.check], answers, now) for place, answers in series.items()}
    gaps = _gaps(clause, scope, _bound(clause, asked), judged)
    by_item: dict[Item, list[Judged]] = defaultdict(list)
    for place, verdict in judged.items():
        if _counts(place, verdict, scope, asked):
            by_item[place.item].append(verdict)
    holes: dict[Item, list[Reason]] = defaultdict(list)
    for gap in gaps:
        holes[gap.item].append(gap)
    return tuple(_item(item, by_item[item], holes[item]) for item in sorted({*by_item, *holes}))


def _bound(clause: Clause, asked: Mapping[str, Check]) -> Sequence[Check]:
    return [check for check in asked.values() if clause.id in check.clauses]


def _counts(
    place: Place, verdict: Judged, scope: frozenset[Item], asked: Mapping[str, Check]
) -> bool:
    """Places outside the scope count only as red: a dropped system shall not stay unknown."""
    inside = not scope or place.item in scope or not asked[place.check].everywhere
    return inside or verdict.status is Status.BROKEN


def _gaps(
    clause: Clause,
    scope: frozenset[Item],
    bound: Sequence[Check],
    judged: Mapping[Place, Judged],
) -> tuple[Reason, ...]:
    """Every leg at every item that has no answer, as the reason it gives."""
    if clause.unbound is not None:
        return (Reason(ReasonCode.NO_CHECK, ORGANISATION, detail=clause.unbound),)
    legs = clause.legs.union(*(check.legs for check in bound)) - {HUMAN_LEG}
    if not legs - {WEIGHED_LEG} and clause.needs_check:
        legs |= {MAIN_LEG}
    found: list[Reason] = []
    for leg in sorted(legs):
        found += _leg_gaps(leg, scope, [c for c in bound if leg in c.legs], judged)
    return tuple(found)


def _leg_gaps(
    leg: str, scope: frozenset[Item], bound: Sequence[Check], judged: Mapping[Place, Judged]
) -> Iterable[Reason]:
    answered = {place.item for place in judged if place.leg == leg}
    if not bound:
        for item in sorted(scope - answered or ({ORGANISATION} if not answered else ())):
            yield Reason(ReasonCode.NO_CHECK, item, leg)
    elif any(check.everywhere for check in bound):
        for item in sorted(scope - answered or ({ORGANISATION} if not answered else ())):
            yield Reason(ReasonCode.MISSING, item, leg)
    elif not answered:
        yield Reason(ReasonCode.MISSING, ORGANISATION, leg)


def _item(item: Item, verdicts: Sequence[Judged], gaps: Sequence[Reason]) -> ItemStatus:
    words = [verdict.status for verdict in verdicts] + [_gap_word(gap) for gap in gaps]
    reasons = [reason for verdict in verdicts for reason in verdict.reasons] + list(gaps)
    evidence = sorted((_evidence(verdict.newest) for verdict in verdicts), key=_evidence_order)
    return ItemStatus(item, _worst(words), tuple(sorted(reasons, key=_severity)), tuple(evidence))


def _gap_word(gap: Reason) -> Status:
    return Status.UNKNOWN if gap.code is ReasonCode.MISSING else Status.UNENFORCED


def _evidence(result: CheckResult) -> Evidence:
    word = result.attested
    return Evidence(
        source=word.by if word else result.check,
        leg=result.leg,
        at=result.run_at,
        entry=result.entry,
        answer=result.outcome.answer,
        count=result.outcome.count,
        mode=result.mode,
        simulated=result.simulated,
        digest=f"sha256:{word.digest}" if word else "",
    )


def _evidence_order(proof: Evidence) -> tuple[object, ...]:
    return (proof.leg, proof.source, proof.at, proof.entry)


def _document_items(
    clause: Clause,
    asked: Mapping[str, Check],
    documents: Sequence[Attestation],
    now: datetime,
) -> tuple[ItemStatus, ...]:
    """The leg that a person keeps: a dated document, for a clause of kind H."""
    if not clause.needs_document or clause.unbound is not None:
        return ()
    if any(HUMAN_LEG in check.legs for check in _bound(clause, asked)):
        return ()
    if not documents:
        return (_no_document(Reason(ReasonCode.NO_ATTESTATION, DOCUMENT, HUMAN_LEG)),)
    last = max(documents, key=lambda document: (document.until, document.on, document.digest))
    if last.until < now.date():
        lapsed = Reason(ReasonCode.ATTESTATION_LAPSED, DOCUMENT, HUMAN_LEG, on=last.until)
        return (_no_document(lapsed),)
    at = datetime.combine(last.on, time(), tzinfo=now.tzinfo)
    proof = Evidence(last.by, HUMAN_LEG, at, 0, Answer.PASS, count=1, digest=last.digest)
    return (ItemStatus(DOCUMENT, Status.ATTESTED, (), (proof,)),)


def _no_document(reason: Reason) -> ItemStatus:
    return ItemStatus(DOCUMENT, Status.UNENFORCED, (reason,))


def _promise(clause: Clause, items: tuple[ItemStatus, ...]) -> PromiseStatus:
    """Fold the items of one clause into its word."""
    proofs = [proof for item in items for proof in item.evidence]
    modes = {proof.mode for proof in proofs if proof.mode is not None}
    reasons = [reason for item in items for reason in item.reasons]
    return PromiseStatus(
        clause=clause.id,
        kind=clause.kind,
        status=_worst([item.status for item in items]),
        items=items,
        fulfilled=sum(item.status in FULFILLED for item in items),
        total=len(items),
        mode=None if not modes else Mode.OBSERVED if Mode.OBSERVED in modes else Mode.ENFORCED,
        reasons=tuple(sorted(reasons, key=_severity)),
        oldest=min((proof.at for proof in proofs), default=None),
        simulated=any(proof.simulated for proof in proofs),
    )


def _worst(words: Sequence[Status]) -> Status:
    """The worst word; a clause about which nothing at all is known is unenforced."""
    return min(words, key=RANK.__getitem__, default=Status.UNENFORCED)


_CODES = {code: place for place, code in enumerate(ReasonCode)}


def _severity(reason: Reason) -> tuple[object, ...]:
    """The gravest first, then by place; total, so that equal facts give equal answers."""
    place = (reason.item, reason.leg)
    return (
        _CODES[reason.code],
        *place,
        -reason.count,
        reason.detail,
        reason.clauses,
        str(reason.on),
    )
