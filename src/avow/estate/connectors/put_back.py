"""What was taken out of a column and is put back: a leaf of a JSON document, elements of a list.

What is kept is the leaf or the elements alone, and what is put back goes into the document as it is
then: other keys that were written meanwhile keep what was written. Numbers, and a key that stands
twice, stay as they were spelt; only the blanks between them change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Column
from avow.estate.datamap.paths import Inside


class _Number(str):
    """A number as it is spelt."""

    __slots__ = ()


class _Object(list[tuple[str, Any]]):
    """An object as its members, in their order."""


_ABSENT = object()


def copied(columns: Sequence[Column], values: Sequence[object]) -> tuple[object, ...]:
    """The values of the columns of one row as they are kept.

    `values` hold one value for a plain column, the document for a leaf, and for a list the document
    and what it becomes.

    Raises:
        Refused: `form`, what leaves a list cannot be told from what stays.
    """
    left = iter(values)
    return tuple(_copied(column, left) for column in columns)


def _copied(column: Column, values: Iterator[object]) -> object:
    place, first = column.inside, next(values)
    if place is None:
        return first
    found = _below(_read(first), place.keys)
    if not place.each:
        return None if found is _ABSENT else _written(found)
    then = _below(_read(next(values)), place.keys)
    if not _is_list(found) or not _is_list(then):
        return None
    gone = _gone(column, found, then)
    return _written([[_Number(n), item] for n, item in gone]) if gone else None


def _gone(column: Column, before: list[Any], after: list[Any]) -> list[tuple[int, Any]]:
    gone: list[tuple[int, Any]] = []
    stays = [_plain(item) for item in reversed(after)]
    for n, item in enumerate(before):
        if stays and stays[-1] == _plain(item):
            stays.pop()
        else:
            gone.append((n, item))
    if stays:
        raise Refused("form", "", column.name)
    return gone


def put_back(now: object, place: Inside, kept: str, *, emptied: bool) -> str | None:
    """The document with a leaf, or with elements of a list, put back; None where there is no place
    for them any more, or where something stands there that was written since.

    `emptied`: the leaf was taken out, and not replaced by another value. Elements that are there
    again are passed over.
    """
    try:
        document = _read(now)
    except ValueError:
        return None
    if place.each:
        return _with_elements(document, place.keys, _read(kept))
    parent, name = _below(document, place.keys[:-1]), place.keys[-1]
    if not isinstance(parent, _Object):
        return None
    at = [n for n, (key, _) in enumerate(parent) if key == name]
    there = parent[at[-1]][1] if at else None
    if (there is not None) is emptied:
        return None
    member = (name, _read(kept))
    if member == (name, there):
        return None
    parent[at[-1] if at else len(parent) :] = [member, *(parent[at[-1] + 1 :] if at else ())]
    return _written(document)


def _with_elements(document: Any, keys: tuple[str, ...], kept: Any) -> str | None:  # noqa: ANN401 (JSON)
    held = _below(document, keys)
    if not _is_list(held):
        return None
    there = {_plain(item) for item in held}
    back = [(int(n), item) for n, item in kept if _plain(item) not in there]
    for n, item in back:
        held.insert(n, item)
    return _written(document) if back else None


def _below(value: Any, keys: tuple[str, ...]) -> Any:  # noqa: ANN401 (JSON)
    for key in keys:
        found = [v for k, v in value if k == key] if isinstance(value, _Object) else []
        if not found:
            return _ABSENT
        value = found[-1]
    return value


def _is_list(value: object) -> bool:
    return isinstance(value, list) and not isinstance(value, _Object)


def _read(text: object) -> Any:  # noqa: ANN401 (JSON)
    if text is None:
        return _ABSENT
    said = text if isinstance(text, str | bytes) else json.dumps(text)
    return json.loads(
        said,
        parse_int=_Number,
        parse_float=_Number,
        parse_constant=_Number,
        object_pairs_hook=_Object,
    )


def _plain(value: object) -> str:
    """By what two values are the same, however they are spelt."""
    return json.dumps(json.loads(_written(value)), sort_keys=True)


def _written(value: object) -> str:
    match value:
        case _Number():
            return str(value)
        case _Object():
            return "{" + ", ".join(f"{_text(k)}: {_written(v)}" for k, v in value) + "}"
        case list():
            return "[" + ", ".join(map(_written, value)) + "]"
        case str():
            return _text(value)
    return json.dumps(value)


def _text(value: str) -> str:
    """A text as JSON; half of a pair of surrogates can only be escaped."""
    half = any("\ud800" <= letter <= "\udfff" for letter in value)
    return json.dumps(value, ensure_ascii=half)
