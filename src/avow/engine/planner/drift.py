"""The difference between the data map of a system and its live catalogue. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from avow.estate.connectors.catalogue import Catalogue, Table
from avow.estate.datamap.model import Dataset, System, structure


class DriftKind(StrEnum):
    """How a live system and its map can differ.

    `table`: nobody said whose its rows are, so "only" and "never" promises of the system are
    unknown. `column`: goes with its row, and the notice does not name it. `undecided-column`:
    nothing says what it holds. `no-table`, `no-column`: declared and not there, an error. `schema`:
    changed since the last plan of the release.
    """

    TABLE = "table"
    COLUMN = "column"
    UNDECIDED = "undecided-column"
    NO_TABLE = "no-table"
    NO_COLUMN = "no-column"
    SCHEMA = "schema"


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference: its kind and the table or `table.column`; a schema has no name."""

    kind: DriftKind
    name: str = ""


def drift(system: System, catalogue: Catalogue) -> tuple[Drift, ...]:
    """Every difference between the map and the catalogue, in the catalogue's order.

    A plain view holds nothing of its own and is no new table; a materialized one is.
    """
    return (*_new_tables(system, catalogue), *_of_datasets(system, catalogue))


def _new_tables(system: System, catalogue: Catalogue) -> Iterator[Drift]:
    for name, table in catalogue.tables.items():
        if name not in system.datasets and table.holds_rows and not table.is_receipts:
            yield Drift(DriftKind.TABLE, name)


def _of_datasets(system: System, catalogue: Catalogue) -> Iterator[Drift]:
    declared = named(system)
    for dataset in system.datasets.values():
        table = catalogue.tables.get(dataset.name)
        if table is None:
            yield Drift(DriftKind.NO_TABLE, dataset.name)
        elif dataset.is_personal:
            yield from _columns(dataset, table, declared[dataset.name])


def _columns(dataset: Dataset, table: Table, declared: frozenset[str]) -> Iterator[Drift]:
    new = DriftKind.COLUMN if dataset.rest else DriftKind.UNDECIDED
    for column in table.columns:
        if column.name not in declared:
            yield Drift(new, f"{dataset.name}.{column.name}")
    for name in sorted(declared):
        if table.column(name) is None:
            yield Drift(DriftKind.NO_COLUMN, f"{dataset.name}.{name}")


def named(system: System) -> dict[str, frozenset[str]]:
    """Every column that the map of a system names, for whatever it is, by its dataset."""
    found = {name: set(_own(dataset)) for name, dataset in system.datasets.items()}
    for name, dataset in system.datasets.items():
        for event in dataset.events:
            for source in event.sources:
                columns = (source.field, source.moved_by, source.cancelled_by)
                found.get(source.dataset or name, set()).update(c for c in columns if c is not None)
    return {name: frozenset(columns) for name, columns in found.items()}


def _own(dataset: Dataset) -> frozenset[str]:
    own = {f.name for f in dataset.fields} | {i.field for i in dataset.identities}
    return frozenset(structure(dataset) | own | set(dataset.blanks))
