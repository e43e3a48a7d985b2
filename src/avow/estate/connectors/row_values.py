"""Rows of the driver as rows of Python values: only the columns whose kind needs it are touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Reader = Callable[[object], object]


def read_by(
    rows: Iterable[tuple[Any, ...]], readers: Mapping[int, Reader]
) -> Iterator[tuple[object, ...]]:
    """The rows with these columns, by their place, read as values of their kind."""
    if not readers:
        yield from rows
        return
    for row in rows:
        values = list(row)
        for place, reader in readers.items():
            values[place] = reader(values[place])
        yield tuple(values)
