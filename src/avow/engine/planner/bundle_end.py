"""The end of undo bundles: their keys are destroyed on the day of the maximum, or when the hours of
an erasure on request are over, and then what was sealed with them.

With its key a bundle is gone wherever it was copied to; removing the rest only tidies up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from avow.engine.db.store import Row, Runs
from avow.engine.evidence.entries import BundleDestroyed
from avow.engine.keys.bundles import destroy
from avow.engine.planner.approve import Note
from avow.engine.planner.keeping import FOLDER


@runtime_checkable
class Rewrites(Protocol):
    """A database that can write a table anew, so that old values leave its file."""

    def rewrite(self, table: str) -> None:
        """Write a table of ours anew."""
        ...


@dataclass(frozen=True, slots=True)
class ErasuresLying:
    """Erasures on request of one plan that can be taken back: how many, their rows, and when the
    hours of the first are over."""

    plan: str
    system: str
    cases: int
    rows: int
    ends_at: datetime


def erasures_lying(runs: Runs, at: datetime) -> tuple[ErasuresLying, ...]:
    """Which erasures on request could still be taken back."""
    return tuple(
        ErasuresLying(r["plan"], r["system"], int(r["cases"]), int(r["rows"]), r["ends_at"])
        for r in runs.run("undo_cases_lying")
        if r["ends_at"] > at
    )


@dataclass(frozen=True, slots=True)
class RowsLying:
    """Rows of a dataset that lie in bundles of a plan, and their last day there."""

    plan: str
    system: str
    dataset: str
    rows: int
    last: date


def rows_lying(runs: Runs, day: date, system: str | None = None) -> tuple[RowsLying, ...]:
    """What could still be brought back on `day`, in one system or in all."""
    return tuple(
        RowsLying(r["plan"], r["system"], r["dataset"], int(r["rows"]), r["destroy_by"])
        for r in runs.run("undo_bundles_lying", system=system)
        if r["destroy_by"] >= day
    )


def destroy_due(runs: Runs, folder: Path, day: date, at: datetime, note: Note) -> tuple[str, ...]:
    """Destroy the bundles whose rows come to their maximum on `day` or have, and those of erasures
    whose hours are over; gives their ids."""
    due = [r for r in runs.run("undo_bundles", plan=None) if is_due(r, day, at)]
    return end_bundles(runs, folder, [(r["id"], r["key"]) for r in due], at, note)


def is_due(bundle: Row, day: date, at: datetime) -> bool:
    """Whether a bundle may lie no longer: that of an erasure ends at a moment, others by a day."""
    ends = bundle["ends_at"]
    return bool(ends <= at) if ends is not None else bool(bundle["destroy_by"] < day)


def end_bundles(
    runs: Runs, folder: Path, bundles: Sequence[tuple[str, str]], at: datetime, note: Note
) -> tuple[str, ...]:
    """Destroy these bundles (id, key): the keys and frames, then every file that no living bundle
    names."""
    with runs.transaction() as tx:
        destroy(tx, [key for _, key in bundles], at)
        tx.run("undo_frames_end", ids=[name for name, _ in bundles])
        ended = [
            name
            for name, _ in bundles
            if tx.one("undo_bundle_end", id=name, restored=False, at=at) is not None
        ]
    for name in ended:
        note(BundleDestroyed(bundle=name), at)
    if ended and isinstance(runs, Rewrites):
        runs.rewrite("bundle_key")
    _tidy(runs, folder)
    return tuple(ended)


def end_of_cases(
    runs: Runs, plans: Sequence[str], cases: Sequence[str], at: datetime
) -> tuple[str, ...]:
    """Destroy what lies for some cases of plans of erasure, in the caller's transaction; gives the
    ids of the bundles."""
    rows = runs.run("undo_bundles_of_cases", plans=list(plans), cases=list(cases))
    living = [row for row in rows if row["destroyed_at"] is None]
    if living:
        destroy(runs, [row["key"] for row in living], at)
        runs.run("undo_frames_end", ids=[row["id"] for row in living])
        runs.many("undo_bundle_end", [_ended(row["id"], at) for row in living])
    return tuple(row["id"] for row in living)


def _ended(bundle: str, at: datetime) -> dict[str, object]:
    return {"id": bundle, "restored": False, "at": at}


def _tidy(runs: Runs, folder: Path) -> None:
    files = list((folder / FOLDER).glob("*.bundle"))
    rows = runs.run("undo_bundles", plan=None)
    living = {folder / row["path"] for row in rows if row["path"] is not None}
    for file in files:
        if file not in living:
            file.unlink(missing_ok=True)
