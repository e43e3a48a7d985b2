"""A wrong judgement that was a slip: two approvers correct it with a reason, and both are kept."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from avow.declaration.model import Declaration
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import SampleCorrected, commitment
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.approve import Note, unwritten
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.sampling import Judgement, Sample
from avow.engine.planner.sampling_kept import of_id
from avow.engine.planner.trust import Quorum, quorum

_SALT = 32


@dataclass(frozen=True, slots=True)
class Correction:
    """One judgement that was corrected: what `person` had said, what `by` say now, and why."""

    number: int
    before: Judgement
    person: str
    after: Judgement
    by: tuple[str, ...]
    reason: str = field(repr=False)
    at: datetime


def correct(
    runs: Runs,
    ring: KeyRing,
    declaration: Declaration,
    sample: Sample,
    number: int,
    judgement: Judgement,
    *,
    by: Sequence[str],
    reason: str,
    at: datetime,
    note: Note = unwritten,
) -> tuple[Sample, Quorum]:
    """Put `right` or `unsure` in the place of `wrong`; gives the sample as it stands then.

    Two approvers do it, neither of them who judged, or one where the organisation has no second.
    What was said before stays in the record, and the reason lies sealed beside it.

    Raises:
        Guarded: AV420, one of them may not.
        PlannerError: AV549, it is no correction of a wrong judgement, or one more is needed.
    """
    persons = tuple(dict.fromkeys(by))
    met = _allowed(declaration, sample, number, judgement, persons, reason)
    salt = secrets.token_bytes(_SALT)
    with runs.transaction() as tx:
        before = tx.one(
            "sample_correct",
            sample=sample.id, number=number, judgement=str(judgement), person=persons[0], at=at,
        )  # fmt: skip
        if before is None:
            raise _no(f"row {number} of `{sample.id}` is not judged wrong", "it changed meanwhile")
        times = tx.one("sample_corrected", sample=sample.id, number=number)
        place = int(times["times"]) + 1 if times else 1
        tx.run(
            "sample_correction_add",
            sample=sample.id,
            number=number,
            place=place,
            before=before["judgement"],
            person=before["person"],
            judged_at=before["judged_at"],
            judgement=str(judgement),
            by=list(persons),
            sealed=ring.seal(reason.encode(), _about(sample.id, number, place)),
            salt=salt,
            at=at,
        )
    entry = SampleCorrected(
        sample=sample.id,
        row=number,
        before="wrong",
        after="right" if judgement is Judgement.RIGHT else "unsure",
        by=persons,
        reason=commitment(salt, reason),
    )
    note(entry, at)
    return of_id(runs, ring, sample.id), met


def _allowed(
    declaration: Declaration,
    sample: Sample,
    number: int,
    judgement: Judgement,
    persons: tuple[str, ...],
    reason: str,
) -> Quorum:
    """The quorum of who corrects; raises what `correct` says where they may not."""
    row = next((r for r in sample.rows if r.number == number), None)
    if row is None or row.judgement is not Judgement.WRONG or row.person is None:
        raise _no(
            f"row {number} of `{sample.id}` is not judged wrong", "nothing is to be corrected"
        )
    if judgement is Judgement.WRONG or not reason.strip():
        raise _no(
            f"this corrects no judgement of row {number}",
            "it becomes right or unsure, and for a reason",
        )
    met = quorum(declaration.people, row.person, persons)
    if met.findings:
        raise Guarded(met.findings)
    if not met.is_met:
        raise _no(f"row {number} of `{sample.id}` stays wrong", "one more approver is needed")
    return met


def corrections(runs: Runs, ring: KeyRing, sample: str) -> list[Correction]:
    """What was corrected in a sample, oldest first. Raises KeyringError AV872 (changed)."""
    return [
        Correction(
            row["number"],
            Judgement(row["before"]),
            row["person"],
            Judgement(row["judgement"]),
            tuple(row["by"]),
            ring.open(bytes(row["sealed"]), _about(sample, row["number"], row["place"])).decode(),
            row["at"],
        )
        for row in runs.run("sample_corrections", sample=sample)
    ]


def _about(sample: str, number: int, place: int) -> str:
    return f"{sample} {number} {place}"


def _no(what: str, because: str) -> PlannerError:
    return PlannerError(
        what,
        because=because,
        help="name two approvers with `--as`, neither of them who judged, and say `--reason`",
        code="AV549",
    )
