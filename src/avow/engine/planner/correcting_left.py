"""Where a value that was corrected in one place still stands in another: in the person's other
rows, in rows that belong to them, and in declared copies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from avow.engine.planner.making import Estate
from avow.engine.planner.refusals import PlannerError
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.below import put_below
from avow.estate.connectors.values import plain
from avow.estate.datamap.derived import derivations, source_edge_of
from avow.estate.datamap.edges import Side, edges
from avow.estate.datamap.model import Dataset, Then, personal_columns, structure
from avow.estate.datamap.predicates import InKeys
from avow.estate.datamap.reach import Key

Places = Mapping[tuple[str, str], tuple[Key, ...]]
"""Rows of a person by system and dataset."""
IsOld = Callable[[str, str], bool]
"""Whether a value (the second) of a category (the first) was corrected away."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A field that still holds a value that was corrected elsewhere, and in which rows; `is_copy`:
    the data map says that they are copies."""

    system: str
    dataset: str
    field: str
    keys: tuple[Key, ...]
    is_copy: bool

    @property
    def name(self) -> str:
        """`system.dataset.field`."""
        return f"{self.system}.{self.dataset}.{self.field}"


def as_text(value: object) -> str | None:
    """A value as it is compared; None where there is none."""
    return plain(value)


def category_of(dataset: Dataset, field: str) -> str:
    """What a field holds; empty for one that holds nothing about a person."""
    return personal_columns(dataset, (field,)).get(field, "")


def standing(
    estate: Estate, places: Places, categories: Sequence[str], is_old: IsOld
) -> tuple[Standing, ...]:
    """Fields of these categories that hold an old value, in rows of the person and all that belong
    to them. Values are compared as they are written.

    Raises:
        Away: a system does not answer.
    """
    found: list[Standing] = []
    for system in dict.fromkeys(s for s, _ in places):
        with closing(estate.open(system, Access.READ)) as connection:
            mine = {d: [(1, k) for k in keys] for (s, d), keys in places.items() if s == system}
            names = put_below(connection, mine, "theirs")
            for name, keys in names.items():
                found += _in_dataset(connection, name, keys, frozenset(categories), is_old)
    return tuple(found)


def _in_dataset(
    connection: Connection, name: str, keys: str, categories: frozenset[str], is_old: IsOld
) -> Iterator[Standing]:
    dataset, table = connection.system.datasets[name], connection.catalogue().tables.get(name)
    live = tuple(c.name for c in table.columns if not c.generated) if table else ()
    beside = structure(dataset) | dataset.made
    held = personal_columns(dataset, live)
    fields = {f: c for f, c in held.items() if c in categories and f not in beside}
    if not fields or not dataset.key:
        return
    n = len(dataset.key)
    rows = list(connection.fetch(name, InKeys(dataset.key, keys), [*dataset.key, *fields]))
    is_copy = any(e.copy and e.child == name for e in edges(connection.system))
    for place, (field, category) in enumerate(fields.items(), n):
        texts = ((row[:n], plain(row[place])) for row in rows)
        found = tuple(_key(k) for k, text in texts if text and is_old(category, text))
        if found:
            yield Standing(connection.system.name, name, field, found, is_copy)


def _key(values: Sequence[object]) -> Key:
    return tuple(v if isinstance(v, int) else str(v) for v in values)


def values_of(
    estate: Estate, system: str, dataset: str, keys: Sequence[Key], field: str
) -> frozenset[str]:
    """The values of a field in these rows, as they are written.

    Raises:
        Away: the system does not answer.
        PlannerError: AV461, there is no such field.
    """
    with closing(estate.open(system, Access.READ)) as connection:
        table = connection.catalogue().tables.get(dataset)
        if table is None or table.column(field) is None:
            raise PlannerError(f"there is no field `{dataset}.{field}`", code="AV461")
        connection.put_keys("theirs", dataset, [(1, k, None) for k in keys])
        mine = InKeys(connection.system.datasets[dataset].key, "theirs")
        found = [plain(row[0]) for row in connection.fetch(dataset, mine, [field])]
    return frozenset(text for text in found if text)


@dataclass(frozen=True, slots=True)
class Computed:
    """Columns that are computed from corrected rows: of which rows, and how."""

    dataset: str
    keys: tuple[Key, ...]
    columns: Mapping[str, str]


def computed_from(
    estate: Estate, system: str, rows: Mapping[str, Sequence[Key]]
) -> tuple[Computed, ...]:
    """The columns that the data map says are computed from these rows (by dataset).

    Raises:
        Away: the system does not answer.
    """
    known = estate.declaration.datamap.systems[system]
    wanted = [(d, how) for d, how in derivations(known, Then.RECOMPUTE) if how.of in rows]
    if not wanted:
        return ()
    found = []
    with closing(estate.open(system, Access.READ)) as connection:
        for dataset, how in wanted:
            keys = tuple(rows[how.of])
            if dataset.name != how.of:
                connection.put_keys("source", how.of, [(1, k, None) for k in keys])
                edge = source_edge_of(known, dataset, how)
                connection.spread(edge, Side.CHILD, "source", "made")
                keys = tuple(key for _, key in connection.keys("made"))
                connection.drop_keys("source")
                connection.drop_keys("made")
            if keys:
                found.append(Computed(dataset.name, keys, how.columns))
    return tuple(found)


def rows_below(estate: Estate, system: str, dataset: str, places: Places) -> tuple[Key, ...]:
    """The rows of a dataset that belong to a person's rows in its system.

    Raises:
        Away: the system does not answer.
    """
    with closing(estate.open(system, Access.READ)) as connection:
        mine = {d: [(1, k) for k in keys] for (s, d), keys in places.items() if s == system}
        names = put_below(connection, mine, "theirs")
        return tuple(k for _, k in connection.keys(names[dataset])) if dataset in names else ()
