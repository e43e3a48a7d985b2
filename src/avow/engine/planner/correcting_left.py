"""Where a value that was corrected in one place still stands in another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing

from avow.engine.planner.making import Estate
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.values import plain
from avow.estate.datamap.predicates import InKeys
from avow.estate.datamap.reach import Key

Places = Mapping[tuple[str, str], tuple[Key, ...]]
"""Rows of a person by system and dataset."""
Old = Mapping[str, frozenset[str]]
"""Values that stood in corrected fields, by category."""


def as_text(value: object) -> str | None:
    """A value as it is compared; None where there is none."""
    return plain(value)


def still_old(estate: Estate, places: Places, old: Old) -> tuple[str, ...]:
    """Fields of the person's rows in which a value that was corrected elsewhere still stands, as
    `system.dataset.field`. Only fields with a category of their own are compared, as they are
    written.

    Raises:
        Away: a system does not answer.
    """
    found: list[str] = []
    for system in dict.fromkeys(s for s, _ in places):
        with closing(estate.open(system, Access.READ)) as connection:
            for name in (d for s, d in places if s == system):
                found += _in_dataset(connection, name, places[system, name], old)
    return tuple(found)


def _in_dataset(
    connection: Connection, name: str, keys: tuple[Key, ...], old: Old
) -> Iterator[str]:
    dataset = connection.system.datasets[name]
    fields = [f for f in dataset.fields if f.category in old]
    if not fields:
        return
    connection.put_keys("theirs", name, [(1, k, None) for k in keys])
    mine = InKeys(dataset.key, "theirs")
    rows = list(connection.fetch(name, mine, [f.name for f in fields]))
    connection.drop_keys("theirs")
    for n, each in enumerate(fields):
        if any(plain(row[n]) in old[each.category] for row in rows):
            yield f"{connection.system.name}.{name}.{each.name}"
