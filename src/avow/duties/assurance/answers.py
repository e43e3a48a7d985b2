"""The answers of checks in our own database: kept as they come, read back for the fold.

A result keeps its check's kind and freshness, so that what was asked is known from the answers
alone. Attestations become documents of their clause; a remedy becomes the answer that ends the
red of its case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any

from psycopg.types.json import Jsonb

from avow.common.ids import new_id
from avow.duties.assurance.model import (
    MAIN_LEG,
    Answer,
    Attestation,
    Check,
    CheckKind,
    CheckResult,
    Item,
    Mode,
    Outcome,
    passed,
)
from avow.engine.db.store import Row, Runs


def keep(
    runs: Runs,
    checks: Iterable[Check],
    results: Sequence[CheckResult],
    *,
    release: str | None,
    at: datetime,
) -> str:
    """Keep one run of the checks that ended at `at`; gives its id.

    `entry` of a result is not kept: its number in the table takes its place. A result of a
    check that is not in `checks` is a KeyError: nobody would know how long it counts.
    """
    asked = {check.id: check for check in checks}
    run = new_id("run")
    with runs.transaction() as kept:
        first = min((result.run_at for result in results), default=at)
        kept.run("check_run_add", id=run, release=release, at=first)
        kept.many(
            "check_result_add", (_row(run, asked[result.check], result) for result in results)
        )
        kept.run("check_run_end", id=run, at=at)
    return run


def _row(run: str, check: Check, result: CheckResult) -> Mapping[str, Any]:
    said = result.outcome
    detail = {
        "leg": result.leg,
        "case": result.case,
        "simulated": result.simulated,
        "everywhere": check.everywhere,
        "failed": said.failed,
        "undated": said.undated,
        "undecided": said.undecided,
        "contradicts": list(said.contradicts),
        "where": said.where,
        "why": said.why,
    }
    return {
        "run": run,
        "check_id": result.check,
        "clauses": sorted(result.clauses),
        "kind": str(check.kind),
        "item": f"{result.item.system}/{result.item.dataset}",
        "answer": str(said.answer),
        "count": said.count,
        "detail": Jsonb(detail),
        "canary_seen": result.canary_seen,
        "enforced": result.mode is Mode.ENFORCED,
        "at": result.run_at,
        "fresh_until": result.run_at + check.freshness,
    }


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
    )


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
