"""Places inside columns of SQLite: leaves of JSON and elements of lists.

SQLite's own functions find a key only as it is spelt in the document, change the first alone of two
keys, and write large numbers anew with fewer digits. A document is therefore read and changed here,
in functions that a connection gives to SQLite, letter by letter: what stays, stays as it was
written. What is no JSON, or has a key on the way twice, is refused and never guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

import sqlalchemy as sa

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Column
from avow.estate.connectors.render import Condition, Elements, Expression, value
from avow.estate.datamap.leaf_moments import Told, moment_text

RAISED = "user-defined function raised exception"
"""All that SQLite says of an error in a function that it was given."""
_SPACE = re.compile(r"[ \t\n\r]*")


def leaf(base: Expression, column: Column) -> Expression:
    """The text of a leaf; null where there is none, or a null."""
    return sa.func.avow_leaf(base, _path(column.inside.keys if column.inside else ()))


def with_leaf(base: Expression, column: Column, text: Expression | None) -> Expression:
    """See `Grammar.with_leaf`."""
    path = _path(column.inside.keys if column.inside else ())
    return sa.func.avow_with_leaf(base, path, sa.null() if text is None else text)


def moment(said: Expression, told: Told) -> Expression:
    """See `Grammar.moment`."""
    return sa.func.avow_moment(said, value(str(told)))


def elements(base: Expression, column: Column) -> Elements:
    """See `Grammar.elements`."""
    place = column.inside
    if place is None:
        raise Refused("form", "", column.name)
    listed = sa.func.avow_elements(base, _path(place.keys), _path(place.of_each))
    found = sa.func.json_each(listed).table_valued("key", "value", name="e")
    return Elements(found, found.c.value)


def with_elements(base: Expression, column: Column, each: Elements, kept: Condition) -> Expression:
    """See `Grammar.with_elements`."""
    path, rows = _path(column.inside.keys if column.inside else ()), each.relation
    left = sa.select(sa.func.json_group_array(rows.c.key)).select_from(rows).where(kept)
    return sa.func.avow_with_elements(base, path, left.scalar_subquery())


def _path(keys: tuple[str, ...]) -> Expression:
    return value(json.dumps(keys))


@lru_cache(maxsize=1024)
def _keys(path: str) -> tuple[str, ...]:
    return tuple(json.loads(path))


# --- what SQLite is given --------------------------------------------------------------------


def _leaf(held: object, path: str) -> str | None:
    text = _text(held)
    spot = None if text is None else _spot(text, _keys(path))
    return None if text is None or spot is None else _said(text, spot)


def _with_leaf(held: object, path: str, new: object) -> object:
    text = _text(held)
    spot = None if text is None else _spot(text, _keys(path))
    if text is None or spot is None or _said(text, spot) is None:
        return held
    if new is None:
        return text[: spot.cut] + text[spot.rest :]
    return text[: spot.start] + json.dumps(str(new), ensure_ascii=False) + text[spot.end :]


def _moment(said: str | None, told: str) -> str | None:
    return moment_text(said, Told(told))


def _elements(held: object, path: str, of_each: str) -> str:
    """The texts by which the elements are compared, as a list in JSON."""
    text = _text(held)
    listed = None if text is None else _list(text, _keys(path))
    if text is None or listed is None:
        return "[]"
    spots = (_below(text, item, _keys(of_each)) for item in _items(text, listed))
    return json.dumps([None if s is None else _said(text, s) for s in spots])


def _with_elements(held: object, path: str, numbers: str) -> object:
    text, kept = _text(held), frozenset(json.loads(numbers))
    listed = None if text is None else _list(text, _keys(path))
    if text is None or listed is None:
        return held
    items = _items(text, listed)
    if len(kept) == len(items):
        return held
    left = ", ".join(text[s.start : s.end] for n, s in enumerate(items) if n in kept)
    return f"{text[: listed.start]}[{left}]{text[listed.end :]}"


FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "avow_leaf": (2, _leaf),
    "avow_with_leaf": (3, _with_leaf),
    "avow_moment": (2, _moment),
    "avow_elements": (3, _elements),
    "avow_with_elements": (3, _with_elements),
}
"""By name: how many values each takes, and what it does."""


# --- where a value stands in a document ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Spot:
    """A value in a text, and what goes with it when it is taken out: from `cut` up to `rest`."""

    start: int
    end: int
    cut: int = 0
    rest: int = 0


def _no_json(word: str) -> NoReturn:
    raise ValueError("no JSON", len(word))


_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_no_json)


def _text(held: object) -> str | None:
    """The document; None where there is none, or where SQLite made one number of it."""
    if isinstance(held, str):
        return held
    if isinstance(held, bytes):  # SQLite's own binary form, which only SQLite reads
        raise TypeError("bytes")
    return None


def _past(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _end(text: str, at: int) -> int:
    return _DECODER.raw_decode(text, at)[1]


def _spot(text: str, keys: tuple[str, ...]) -> _Spot | None:
    """Where the value at these keys stands; ValueError where the whole text is no JSON."""
    start = _past(text, 0)
    end = _end(text, start)
    if _past(text, end) != len(text):
        _no_json(text)
    return _below(text, _Spot(start, end), keys)


def _below(text: str, spot: _Spot, keys: tuple[str, ...]) -> _Spot | None:
    for key in keys:
        found = _members(text, spot) if text[spot.start] == "{" else []
        same = [member for name, member in found if name == key]
        if len(same) > 1:
            raise ValueError("a key twice", len(same))
        if not same:
            return None
        spot = same[0]
    return spot


def _members(text: str, spot: _Spot) -> list[tuple[str, _Spot]]:
    """The members of an object that is known to be JSON."""
    names: list[str] = []
    places: list[tuple[int, int, int]] = []
    at = _past(text, spot.start + 1)
    while text[at] != "}":
        name, after = _DECODER.raw_decode(text, at)
        start = _past(text, _past(text, after) + 1)
        end = _end(text, start)
        names.append(name)
        places.append((at, start, end))
        at = _next(text, end)
    return list(zip(names, _cuts(places), strict=True))


def _cuts(places: list[tuple[int, int, int]]) -> list[_Spot]:
    """A member goes with the comma behind it; the last one with the comma before it."""
    spots = []
    for n, (at, start, end) in enumerate(places):
        cut, rest = at, end
        if n + 1 < len(places):
            rest = places[n + 1][0]
        elif n:
            cut = places[n - 1][2]
        spots.append(_Spot(start, end, cut, rest))
    return spots


def _next(text: str, end: int) -> int:
    at = _past(text, end)
    return _past(text, at + 1) if text[at] == "," else at


def _list(text: str, keys: tuple[str, ...]) -> _Spot | None:
    spot = _spot(text, keys)
    return spot if spot is not None and text[spot.start] == "[" else None


def _items(text: str, spot: _Spot) -> list[_Spot]:
    found = []
    at = _past(text, spot.start + 1)
    while text[at] != "]":
        found.append(_Spot(at, _end(text, at)))
        at = _next(text, found[-1].end)
    return found


def _said(text: str, spot: _Spot) -> str | None:
    """A value as text: a number as it is written, a truth value as JSON spells it."""
    raw = text[spot.start : spot.end]
    if raw == "null":
        return None
    return str(json.loads(raw)) if raw[0] == '"' else raw
