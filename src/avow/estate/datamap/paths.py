"""Values inside a column: a leaf of a JSON document, or the elements of a list.

A field may be written as a column and a path in it: `profile$.contact.email` is a leaf,
`member_ids$[]` every element of a list (of JSON, or an array of PostgreSQL), and
`parties$[].account` one leaf of every object in it. A leaf that is read as a moment says how at its
end: `profile$.seen$moment`, `profile$.seen$seconds`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from avow.estate.datamap.leaf_moments import Told, moment

_WRITTEN = re.compile(
    r"""([^$]+)\$((?:\.[^.\[\]$"]+)*)(\[\])?((?:\.[^.\[\]$"]+)*)"""
    r"""(?:\$(moment|seconds|milliseconds))?"""
)


@dataclass(frozen=True, slots=True)
class Inside:
    """A place inside `column`: the leaf at `keys`; with `each` the list there, and of each of its
    elements the leaf at `of_each` (the element itself where that is empty). `told` is set where it
    is read as a moment."""

    column: str
    keys: tuple[str, ...]
    each: bool = False
    of_each: tuple[str, ...] = ()
    told: Told | None = None


@lru_cache(maxsize=4096)
def inside(field: str) -> Inside | None:
    """The place that a field names inside a column; None where it is a plain column."""
    found = _WRITTEN.fullmatch(field)
    if found is None or not (found[2] or found[3]):
        return None
    if found[4] and not found[3]:
        return None
    told = Told(found[5]) if found[5] else None
    return Inside(found[1], _keys(found[2]), bool(found[3]), _keys(found[4]), told)


def _keys(written: str) -> tuple[str, ...]:
    return tuple(written.split(".")[1:])


def column_of(field: str) -> str:
    """The column that a field stands in: itself, where it is a plain one."""
    place = inside(field)
    return field if place is None else place.column


def as_moment(field: str) -> str:
    """The field as an event reads it: a leaf as a moment, where it does not say already how."""
    place = inside(field)
    return field if place is None or place.told is not None else f"{field}${Told.MOMENT}"


def as_value(field: str) -> str:
    """The field whose moment this is: itself, where it is no leaf that is read as one."""
    place = inside(field)
    return field if place is None or place.told is None else field.rpartition("$")[0]


def look(row: Mapping[str, object], field: str) -> object:
    """The value of a field of a row; None where there is none."""
    if field in row:
        return row[field]
    place = inside(field)
    if place is None or place.each:
        return None
    found = at(document(row.get(place.column)), place.keys)
    return found if place.told is None else moment(found, place.told)


def looks(row: Mapping[str, object], field: str) -> tuple[object, ...]:
    """The values of a field of a row: of a list those of its elements, else the one value."""
    place = None if field in row else inside(field)
    if place is None or not place.each:
        return (look(row, field),)
    return tuple(at(each, place.of_each) for each in elements(row, place))


def elements(row: Mapping[str, object], place: Inside) -> list[object]:
    """The elements of a list inside a column; none where there is no list."""
    found = at(document(row.get(place.column)), place.keys)
    return found if isinstance(found, list) else []


def document(value: object) -> object:
    """What a column with JSON holds: engines give it as text or as values."""
    return json.loads(value) if isinstance(value, str) else value


def at(value: object, keys: tuple[str, ...]) -> object:
    """The value at these keys, going down from `value`."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def put(value: object, keys: tuple[str, ...], new: object) -> object:
    """The document with another value at these keys, where there is one already; None takes the
    leaf out."""
    if not keys:
        return new
    if not isinstance(value, Mapping) or keys[0] not in value:
        return value
    changed = put(value[keys[0]], keys[1:], new)
    if changed is None and len(keys) == 1:
        return {k: v for k, v in value.items() if k != keys[0]}
    return {k: changed if k == keys[0] else v for k, v in value.items()}
