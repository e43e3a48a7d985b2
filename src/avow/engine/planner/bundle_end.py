"""The end of undo bundles: their keys are destroyed on the day of the maximum, then the files.

With its key a bundle is gone wherever it was copied to; removing the file only tidies up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from avow.engine.db.store import Runs
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
    """Destroy the bundles whose rows come to their maximum on `day` or have; gives their ids."""
    due = [r for r in runs.run("undo_bundles", plan=None) if r["destroy_by"] < day]
    return end_bundles(runs, folder, [(r["id"], r["key"]) for r in due], at, note)


def end_bundles(
    runs: Runs, folder: Path, bundles: Sequence[tuple[str, str]], at: datetime, note: Note
) -> tuple[str, ...]:
    """Destroy these bundles (id, key): the keys, then every file that no living bundle names."""
    with runs.transaction() as tx:
        destroy(tx, [key for _, key in bundles], at)
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


def _tidy(runs: Runs, folder: Path) -> None:
    files = list((folder / FOLDER).glob("*.bundle"))
    living = {folder / row["path"] for row in runs.run("undo_bundles", plan=None)}
    for file in files:
        if file not in living:
            file.unlink(missing_ok=True)
