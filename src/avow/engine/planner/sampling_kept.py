"""Samples in our database: rows by sealed keys, and what persons said of them.

A key is needed until somebody has looked at its row. It is emptied when the row is judged right,
and those of older samples of a system when a new one is drawn there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from avow.declaration.model import Declaration
from avow.engine.db.store import Row, Runs
from avow.engine.evidence.entries import SampleJudged
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.approve import Note, unwritten
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.sampling import Drawn, Judgement, Sample, Stratum


def keep(runs: Runs, ring: KeyRing, sample: Sample, at: datetime) -> None:
    """Keep a new sample, and forget the keys of older ones of its system."""
    head = {
        f: getattr(sample, f)
        for f in ("id", "plan", "plan_digest", "system", "release", "clause", "schema", "seed")
    }
    with runs.transaction() as tx:
        tx.run("sample_add", **head, rules=list(sample.rules), at=at)
        tx.many(
            "sample_row_add",
            [
                {
                    "sample": sample.id,
                    "number": row.number,
                    "dataset": row.dataset,
                    "action": row.action,
                    "stratum": str(row.stratum),
                    "agrees": row.agrees,
                    "sealed": ring.seal(
                        json.dumps(row.key).encode(), _about(sample.id, row.number)
                    ),
                }
                for row in sample.rows
            ],
        )
        tx.run("sample_forget", system=sample.system, id=sample.id)


def newest(runs: Runs, ring: KeyRing, plan: str) -> Sample | None:
    """The newest sample of a plan; None when none was drawn.

    Raises:
        KeyringError: AV872, somebody changed a row of it.
    """
    head = runs.one("sample_of_plan", plan=plan)
    return None if head is None else _sample(runs, ring, head)


def of_id(runs: Runs, ring: KeyRing, sample: str) -> Sample:
    """The sample with this id.

    Raises:
        PlannerError: AV581, there is none.
        KeyringError: AV872, somebody changed a row of it.
    """
    head = runs.one("sample_of_id", id=sample)
    if head is None:
        raise PlannerError(f"there is no sample `{sample}`", code="AV581")
    return _sample(runs, ring, head)


def _sample(runs: Runs, ring: KeyRing, head: Row) -> Sample:
    rows = tuple(_row(ring, head["id"], row) for row in runs.run("sample_rows", sample=head["id"]))
    fields = {**head, "rules": tuple(head["rules"])}
    return Sample(**fields, rows=rows)


def _row(ring: KeyRing, sample: str, row: Row) -> Drawn:
    sealed = bytes(row["sealed"])
    key = tuple(json.loads(ring.open(sealed, _about(sample, row["number"])))) if sealed else ()
    judgement = row["judgement"] and Judgement(row["judgement"])
    return Drawn(
        row["number"],
        row["dataset"],
        row["action"],
        Stratum(row["stratum"]),
        row["agrees"],
        key,
        judgement,
        row["person"],
    )


def _about(sample: str, number: int) -> str:
    return f"{sample} {number}"


def judge(
    runs: Runs,
    ring: KeyRing,
    declaration: Declaration,
    sample: Sample,
    said: Mapping[int, Judgement],
    *,
    person: str,
    at: datetime,
    note: Note = unwritten,
) -> Sample:
    """Write down what a person says of some rows; gives the sample as it stands then. Once every
    row is judged, the ledger is told.

    Raises:
        PlannerError: AV549, a row was judged wrong, and one person cannot take that back; AV581,
            the sample has no such row; AV582, nobody knows this person.
    """
    if person not in declaration.people:
        raise PlannerError(
            f"the declaration names no person `{person}`",
            because="who judges rows answers for it by name",
            help="name a person of the declaration with `--as`",
            code="AV582",
        )
    numbers = {row.number for row in sample.rows}
    strange = sorted(set(said) - numbers)
    if strange:
        raise PlannerError(
            f"`{sample.id}` has no row {strange[0]}",
            help=f"its rows have the numbers 1 to {len(numbers)}",
            code="AV581",
        )
    with runs.transaction() as tx:
        for number, judgement in said.items():
            done = tx.one(
                "sample_judge",
                sample=sample.id,
                number=number,
                judgement=str(judgement),
                person=person,
                at=at,
            )
            if done is None:
                raise PlannerError(
                    f"row {number} of `{sample.id}` was judged wrong",
                    because="a warning is not taken back by one person",
                    help="two approvers correct it, with a reason: `avow sample PLAN --correct`",
                    code="AV549",
                )
    now = of_id(runs, ring, sample.id)
    if said and now.is_judged:
        note(_entry(now), at)
    return now


def _entry(sample: Sample) -> SampleJudged:
    return SampleJudged(
        sample=sample.id,
        plan=sample.plan,
        system=sample.system,
        right=sample.judged(Judgement.RIGHT),
        wrong=sample.judged(Judgement.WRONG),
        unsure=sample.judged(Judgement.UNSURE),
        by=tuple(sorted({row.person for row in sample.rows if row.person})),
    )
