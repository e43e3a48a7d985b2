"""The answers of checks in our own database: kept as they come, read back for the fold.

A result keeps its check's kind and freshness, so that what was asked is known from the answers
alone. Attestations become documents of their clause; a remedy becomes the answer that ends the
red of its case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo

from avow.engine.db.store import Row, Runs
from avow.engine.evidence.checks import (
    MAIN_LEG,
    Answer,
    Attestation,
    Attested,
    Check,
    CheckKind,
    CheckResult,
    Item,
    Mode,
    Outcome,
    passed,
)


def answers(runs: Runs, at: datetime) -> tuple[tuple[Check, ...], tuple[CheckResult, ...]]:
    """What was asked and answered up to `at`: all that the fold at that instant needs."""
    rows = runs.run("assurance_results", at=at)
    results = tuple(_result(row) for row in rows)
    remedies = runs.run("assurance_remedies", at=at)
    return _asked(rows), (*results, *_remedied(results, remedies))


def _asked(rows: Sequence[Row]) -> tuple[Check, ...]:
    """The checks as their answers describe them; the newest says how long one counts."""
    found: dict[str, Check] = {}
    for row in rows:
        old = found.get(row["check_id"])
        detail = row["detail"]
        found[row["check_id"]] = Check(
            id=row["check_id"],
            clauses=frozenset(row["clauses"]) | (old.clauses if old else frozenset()),
            kind=CheckKind(row["kind"]),
            freshness=row["fresh_until"] - row["at"],
            legs=frozenset({detail.get("leg", MAIN_LEG)}) | (old.legs if old else frozenset()),
            everywhere=detail.get("everywhere", True),
        )
    return tuple(found.values())


def _result(row: Row) -> CheckResult:
    detail = row["detail"]
    system, _, dataset = row["item"].partition("/")
    outcome = Outcome(
        answer=Answer(row["answer"]),
        count=row["count"],
        failed=detail.get("failed", 0),
        undated=detail.get("undated", 0),
        undecided=detail.get("undecided", 0),
        contradicts=tuple(detail.get("contradicts", ())),
        where=detail.get("where", ""),
        why=detail.get("why", ""),
    )
    return CheckResult(
        check=row["check_id"],
        clauses=frozenset(row["clauses"]),
        item=Item(system, dataset),
        outcome=outcome,
        run_at=row["at"],
        entry=row["number"],
        mode=Mode.ENFORCED if row["enforced"] else Mode.OBSERVED,
        leg=detail.get("leg", MAIN_LEG),
        canary_seen=row["canary_seen"],
        simulated=detail.get("simulated", False),
        case=detail.get("case"),
        attested=_attested(detail),
    )


def _attested(detail: Mapping[str, str]) -> Attested | None:
    if "by" not in detail:
        return None
    return Attested(detail["by"], detail["digest"], date.fromisoformat(detail["until"]))


def _remedied(results: Sequence[CheckResult], remedies: Sequence[Row]) -> Iterable[CheckResult]:
    """Each remedy as the answer that ends its case: at the same place, for the same clauses."""
    when = {(row["check_id"], row["item"]): row["at"] for row in remedies}
    for result in results:
        at = when.get((result.check, result.case))
        if at is not None and result.outcome.bad:
            yield replace(result, outcome=passed(1), run_at=at, remedy=result.entry)


def documents(runs: Runs, at: datetime, zone: tzinfo) -> tuple[Attestation, ...]:
    """The documents of persons, given up to `at`; days are those of `zone`."""
    return tuple(
        Attestation(
            clause,
            f"sha256:{row['document']}",
            row["person"],
            row["at"].astimezone(zone).date(),
            row["lapses_on"],
        )
        for row in runs.run("assurance_documents", at=at)
        for clause in row["clauses"]
    )
