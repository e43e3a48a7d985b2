"""Values of the model as short text: what stood in a field, to be shown beside what stands now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import TYPE_CHECKING

from avow.common.calendar import Period
from avow.declaration.model import End

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


_WORDS: Mapping[bool | None, str] = {None: "", True: "yes", False: "no"}


def plain(value: object) -> str:
    """The value in one line, members of sets in order; what equals its default is not said."""
    match value:
        case None | bool():
            return _WORDS[value]
        case End():
            return _end(value)
        case frozenset() | set():
            return ", ".join(sorted(plain(each) for each in value))
        case tuple() | list():
            return "; ".join(plain(each) for each in value)
        case Mapping():
            return ", ".join(_pair(key, each) for key, each in value.items() if _is_said(each))
    is_record = is_dataclass(value) and not isinstance(value, type | Period)
    return _record(value) if is_record else str(value)  # type: ignore[arg-type]


def _pair(key: object, value: object) -> str:
    return f"{key}: {plain(value)}" if key else plain(value)


def _is_said(value: object) -> bool:
    return value not in (None, "", (), frozenset(), {})


def _end(end: End) -> str:
    start = end.starts or "a day that is not said"
    otherwise = f", or {end.otherwise}" if end.otherwise else ""
    held = f", for what began before {end.before}" if end.before else ""
    return f"{end.period} after {start}{otherwise}{held}"


def _record(value: DataclassInstance) -> str:
    said = (
        (f.name, getattr(value, f.name))
        for f in fields(value)
        if f.compare and (f.default is MISSING or getattr(value, f.name) != f.default)
    )
    return ", ".join(f"{name} {plain(each)}" for name, each in said if _is_said(each))
