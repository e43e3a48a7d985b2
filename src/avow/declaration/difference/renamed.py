"""Ids that changed while all else stayed: found, and written through the older declaration.

A thing counts as renamed when one went and one came that are equal but for their ids, and no other
went or came like it. Everything that refers to it is then read with the new id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

from avow.declaration.model import Declaration

Value = TypeVar("Value")

_PARTS = {
    "categories": "category",
    "points": "point",
    "purposes": "purpose",
    "recipients": "recipient",
    "rules": "rule",
    "minimums": "minimum",
    "events": "event",
    "sections": "section",
    "assessments": "assessment",
}
"""Mappings of named things, and the word for one."""

_REFERENCES = {
    ("Scope", "category"): "category",
    ("Scope", "collected_at"): "point",
    ("End", "starts"): "event",
    ("End", "otherwise"): "event",
    ("Minimum", "starts"): "event",
    ("Purpose", "ends"): "event",
    ("Purpose", "recipients"): "recipient",
    ("Collected", "category"): "category",
    ("Never", "category"): "category",
    ("Cookie", "purpose"): "purpose",
    ("Cookie", "recipient"): "recipient",
    ("Assessment", "of"): "purpose",
    ("Section", "within"): "section",
    ("Narrow", "rule"): "rule",
    ("Starts", "rule"): "rule",
    ("Starts", "event"): "event",
    ("Starts", "otherwise"): "event",
    ("Shortest", "rules"): "rule",
    ("EndPurpose", "purpose"): "purpose",
    ("EndPurpose", "event"): "event",
    ("LevelSetting", "rule"): "rule",
    ("Field", "category"): "category",
    ("Field", "collected_at"): "point",
    ("Dataset", "rest"): "category",
    ("Dataset", "collected_at"): "point",
    ("EventMap", "event"): "event",
}
"""Which fields hold ids of what."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """A thing of a kind that has another id now."""

    thing: str
    before: str
    after: str


def renamed(old: Declaration, new: Declaration) -> tuple[Declaration, tuple[Renamed, ...]]:
    """The older declaration with the newer ids, and which those are."""
    found: list[Renamed] = []
    while more := [r for part in _PARTS for r in _in(part, old, new)]:
        found += more
        for each in more:
            old = _rewritten(old, each)
    return old, tuple(found)


def _in(part: str, old: Declaration, new: Declaration) -> Iterator[Renamed]:
    was, now = getattr(old, part), getattr(new, part)
    went = {k: v for k, v in was.items() if k not in now}
    came = {k: v for k, v in now.items() if k not in was}
    for key, thing in went.items():
        alike = [k for k, v in came.items() if replace(thing, id=k) == v]
        others = [k for k, v in went.items() if replace(v, id=key) == thing]
        if len(alike) == len(others) == 1:
            yield Renamed(_PARTS[part], key, alike[0])


def _rewritten(declaration: Declaration, how: Renamed) -> Declaration:
    part = next(p for p, word in _PARTS.items() if word == how.thing)
    things: Mapping[str, Any] = getattr(declaration, part)
    named = {
        how.after if k == how.before else k: replace(v, id=how.after) if k == how.before else v
        for k, v in things.items()
    }
    changes: dict[str, Any] = {
        f.name: _through(getattr(declaration, f.name), how)
        for f in fields(declaration)
        if f.compare and f.name not in (part, "texts", "labels")
    }
    changes[part] = {k: _through(v, how) for k, v in named.items()}
    changes["labels"] = _labels(declaration, how)
    return replace(declaration, **changes)


def _labels(
    declaration: Declaration, how: Renamed
) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return {
        language: {
            kind: {how.after if kind == how.thing and k == how.before else k: words
                   for k, words in ids.items()}
            for kind, ids in kinds.items()
        }
        for language, kinds in declaration.labels.items()
    }  # fmt: skip


def _through(value: Value, how: Renamed) -> Value:
    """The value with every reference to the renamed thing rewritten."""
    result: Any = value
    if is_dataclass(value) and not isinstance(value, type):
        changes = {f.name: _field(value, f.name, how) for f in fields(value) if f.init}
        result = replace(value, **changes)
    elif isinstance(value, Mapping):
        result = {k: _through(v, how) for k, v in value.items()}
    elif isinstance(value, tuple):
        result = tuple(_through(v, how) for v in value)
    return result  # type: ignore[no-any-return]


def _field(owner: object, name: str, how: Renamed) -> object:
    value = getattr(owner, name)
    if _REFERENCES.get((type(owner).__name__, name)) != how.thing:
        return _through(value, how)
    match value:
        case frozenset():
            return frozenset(how.after if v == how.before else v for v in value)
        case tuple():
            return tuple(how.after if v == how.before else v for v in value)
    return how.after if value == how.before else value
