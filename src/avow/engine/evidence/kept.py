"""The answers of checks, written into our own database as they come.

A result keeps its check's kind and freshness, so that what was asked is known from the answers
alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from avow.common.ids import new_id
from avow.engine.db.store import Runs
from avow.engine.evidence.checks import Check, CheckResult, Mode


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
    if result.attested is not None:
        word = result.attested
        detail |= {"by": word.by, "digest": word.digest, "until": word.until.isoformat()}
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
