"""What the cells of restricted rows become, by the mode that each dataset declares."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from avow.engine.planner.changing import Cells, keys_name
from avow.engine.planner.hiding import unable
from avow.engine.planner.making import Estate
from avow.estate.connectors.base import Access
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind
from avow.estate.connectors.values import emptied
from avow.estate.datamap.model import Blank, BlankKind, Dataset, personal_columns
from avow.estate.datamap.paths import inside
from avow.estate.datamap.predicates import InKeys
from avow.estate.datamap.reach import Key


def restricting_cells(
    estate: Estate, system: str, rows: Mapping[str, tuple[Key, ...]]
) -> tuple[Cells, ...]:
    """The cells of these rows (by dataset) as their datasets' modes make them.

    Raises:
        Away: the system does not answer.
        Guarded: AV948, the database is to hide rows from roles and cannot.
    """
    with closing(estate.open(system, Access.READ)) as connection:
        unable(connection)
        catalogue, datasets = connection.catalogue(), connection.system.datasets
    return tuple(
        Cells(name, keys, restricted(datasets[name], catalogue)) for name, keys in rows.items()
    )


def restricted(dataset: Dataset, catalogue: Catalogue) -> dict[str, Blank]:
    """What the cells of a restricted row become. A vault takes every personal column but those that
    give the moment of an event or of a use: periods go on and end, and a use is seen. A gate
    changes nothing."""
    how = dataset.restriction
    if how is None or not how.writes:
        return {}
    if how.column:
        return {how.column: Blank(BlankKind.CONSTANT, how.value)}
    table = catalogue.tables[dataset.name]
    live = tuple(c.name for c in table.columns if not c.generated)
    moments = {s.field for e in dataset.events for s in e.sources if s.dataset is None}
    stay = moments | dataset.made | set(dataset.key) | dataset.uses.keys()
    found = (c for c in personal_columns(dataset, live) if c not in stay and inside(c) is None)
    return {c: _emptied(dataset, column) for c in found if (column := table.column(c))}


def _emptied(dataset: Dataset, column: Column) -> Blank:
    """What a vault leaves in a column. What names a person is mostly unique: there a constant would
    let one row be restricted and no second one."""
    blank = dataset.blanks.get(column.name, Blank(BlankKind.NULL))
    names = {identity.field for identity in dataset.identities}
    is_text = column.kind is ColumnKind.TEXT and column.length is None
    if blank.kind is BlankKind.CONSTANT and column.name in names and is_text:
        return Blank(BlankKind.GHOST)
    return blank


@dataclass(frozen=True, slots=True)
class Open:
    """Rows of a dataset that are there, and how many of them are open to use all the same."""

    dataset: str
    rows: int
    open: int


def open_rows(estate: Estate, system: str, rows: Mapping[str, tuple[Key, ...]]) -> tuple[Open, ...]:
    """How many restricted rows can be used: a cell that has to be empty or set is not.

    Raises:
        Away: the system does not answer.
    """
    found = []
    with closing(estate.open(system, Access.READ)) as connection:
        for name, keys in rows.items():
            dataset, table = connection.system.datasets[name], connection.catalogue().tables[name]
            blanks = restricted(dataset, connection.catalogue())
            connection.put_keys(keys_name(name), name, [(1, k, None) for k in keys])
            mine, n = InKeys(dataset.key, keys_name(name)), len(dataset.key)
            now = list(connection.fetch(name, mine, [*dataset.key, *blanks]))
            columns = [c for b in blanks if (c := table.column(b)) is not None]
            bad = sum(is_open(columns, blanks, row[:n], row[n:], name) for row in now)
            connection.drop_keys(keys_name(name))
            found.append(Open(name, len(now), bad))
    return tuple(found)


def is_open(
    columns: Sequence[Column],
    blanks: Mapping[str, Blank],
    key: Key,
    values: Sequence[object],
    table: str,
) -> bool:
    """Whether some cell of a row is not what a restriction makes of it."""
    return any(
        not _same(emptied(value, blanks[column.name], column, key, table), value, column)
        for column, value in zip(columns, values, strict=True)
    )


def _same(wanted: object, value: object, column: Column) -> bool:
    """Whether two values of a column are one; a document is the same however it is written."""
    if column.kind is not ColumnKind.JSON:
        return wanted == value
    return _document(wanted) == _document(value)


def _document(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str | bytes) else value
    except ValueError:
        return value


def finds_open() -> bool:
    """The canary: whether a cell that was not emptied is found, and an emptied one is not."""
    column, blanks = Column("cell", "text", ColumnKind.TEXT), {"cell": Blank(BlankKind.NULL)}
    full, empty = (is_open([column], blanks, (1,), [v], "canary") for v in ("used", None))
    return full and not empty
