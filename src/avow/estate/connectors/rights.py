"""What rights a database must give avow, and what is said where it gives others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from avow.common.findings import Finding, Kind, Severity
from avow.estate.connectors.base import Access
from avow.estate.connectors.catalogue import Table
from avow.estate.datamap.model import Dataset, System, personal_columns
from avow.estate.datamap.paths import column_of

ROLE = "avow"
"""The role, or account, that the statements name unless another is given."""


@dataclass(frozen=True, slots=True)
class Need:
    """What avow is to do in a system: READ for the levels observe and rehearse, WRITE for approve
    and automatic; `undone` are the datasets into which rows may be brought back."""

    access: Access
    undone: Collection[str] = frozenset()

    def writes(self, dataset: Dataset) -> bool:
        """Whether rows of the dataset may have to be removed or emptied."""
        return self.access is Access.WRITE and dataset.is_personal

    def brings_back(self, dataset: Dataset) -> bool:
        """Whether rows may have to be inserted into it."""
        return self.writes(dataset) and dataset.name in self.undone


READING, WRITING = Need(Access.READ), Need(Access.WRITE)


def changed(dataset: Dataset, table: Table | None) -> tuple[str, ...]:
    """The columns that avow may have to empty: those that hold personal data or point to a person,
    and those with a declared blank. Generated columns cannot be set. Without the live table, only
    columns that the data map names."""
    live = tuple(c.name for c in table.columns) if table else ()
    named = [*personal_columns(dataset, live), *dataset.blanks]
    named += [f for link in dataset.links for f in link.fields]
    fixed = set(dataset.key) | {c.name for c in (table.columns if table else ()) if c.generated}
    columns = {n if n in live else column_of(n) for n in named}
    return tuple(sorted({n for n in columns if n not in fixed and (not live or n in live)}))


def personal(system: System) -> tuple[Dataset, ...]:
    """The datasets in which something may have to be changed."""
    return tuple(d for d in system.datasets.values() if d.is_personal)


def missing(right: str, place: str) -> Finding:
    """The database does not give what the level needs."""
    return Finding(
        "AV511",
        f"{right} on {place} is missing",
        kind=Kind.DEFECT,
        because="without it the promises that reach it are unknown or not enforced",
        help="give the owner of the database what `avow grants` prints",
    )


def too_much(place: str, can: str) -> Finding:
    """The database gives more than the level needs."""
    return Finding(
        "AV512",
        f"the role of avow has too many rights on {place}: it {can}",
        kind=Kind.DEFECT,
        severity=Severity.W,
        because="the database's own refusal is the lock that holds when everything else fails",
        help="revoke it; `avow grants` prints what is enough",
    )
