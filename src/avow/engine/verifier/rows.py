"""Some rows, named by their keys, as a predicate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from avow.estate.datamap.predicates import Equal, Predicate, all_of, any_of


def among(key: Sequence[str], keys: Iterable[tuple[object, ...]]) -> Predicate:
    """The rows with one of these keys."""
    return _among(tuple(key), tuple(tuple(map(_text, values)) for values in keys))


@lru_cache(maxsize=64)
def _among(key: tuple[str, ...], texts: tuple[tuple[str, ...], ...]) -> Predicate:
    """The same rows are asked for before and after every batch, and in the next one."""
    return any_of(
        all_of(Equal(f, text) for f, text in zip(key, values, strict=True)) for values in texts
    )


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.hex() if isinstance(value, bytes) else str(value)
