"""Some rows, named by their keys, as a predicate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from avow.estate.datamap.predicates import Equal, Predicate, all_of, any_of


def among(key: Sequence[str], keys: Iterable[tuple[object, ...]]) -> Predicate:
    """The rows with one of these keys."""
    return any_of(
        all_of(Equal(f, _text(v)) for f, v in zip(key, values, strict=True)) for values in keys
    )


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.hex() if isinstance(value, bytes) else str(value)
