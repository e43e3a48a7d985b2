"""How a value of any engine is read as text, made from text, compared, and emptied.

The twin works with these functions; SQL connectors render the same meaning, and the contract suite
holds them against each other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Column, ColumnKind
from avow.estate.datamap.model import Blank, BlankKind

_INTEGER = re.compile(r"-?[1-9][0-9]{0,18}|0")
_LARGEST = 2**63
GHOST = "gone-"
"""What a text that must stay unique is replaced by: this and the row's own key."""


def typed(text: str, kind: ColumnKind) -> object | None:
    """The value of a column of this kind that reads as `text`; None when there is no such value."""
    try:
        return _typed(text, kind)
    except (ValueError, InvalidOperation):
        return None


def _typed(text: str, kind: ColumnKind) -> object | None:
    match kind:
        case ColumnKind.INTEGER:
            fits = _INTEGER.fullmatch(text) and -_LARGEST <= int(text) < _LARGEST
            return int(text) if fits else None
        case ColumnKind.NUMBER:
            number = Decimal(text)
            return number if number.is_finite() else None
        case ColumnKind.BOOLEAN:
            return {"true": True, "false": False}.get(text)
        case ColumnKind.UUID:
            return UUID(text) if str(UUID(text)) == text else None
        case ColumnKind.DATE:
            return date.fromisoformat(text) if len(text) == len("2026-01-01") else None
        case ColumnKind.INSTANT | ColumnKind.NAIVE:
            moment = datetime.fromisoformat(text)
            return moment if (moment.tzinfo is None) is (kind is ColumnKind.NAIVE) else None
        case ColumnKind.BYTES:
            return bytes.fromhex(text)
    return text


def says(value: object, text: str) -> bool:
    """Whether the value, read as text, is `text`; an absent value says nothing.

    Numbers are compared as numbers and instants as instants, so that no engine's way of writing
    them matters; a truth value reads `true` or `false`.
    """
    if value is None:
        return False
    if isinstance(value, str):
        return value == text
    kind = _kind_of(value)
    meant = typed(text, kind)
    if isinstance(value, float):
        return meant == Decimal(str(value))
    return meant == value if kind is not ColumnKind.OTHER else str(value) == text


def _kind_of(value: object) -> ColumnKind:
    match value:
        case bool():
            return ColumnKind.BOOLEAN
        case int():
            return ColumnKind.INTEGER
        case float() | Decimal():
            return ColumnKind.NUMBER
        case datetime():
            return ColumnKind.NAIVE if value.tzinfo is None else ColumnKind.INSTANT
        case date():
            return ColumnKind.DATE
        case UUID():
            return ColumnKind.UUID
        case bytes():
            return ColumnKind.BYTES
    return ColumnKind.OTHER


def plain(value: object) -> str | None:
    """The form in which values of keys and pointers are compared across types; None stays None."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case float() | Decimal():
            return f"{Decimal(str(value)).normalize():f}"
        case datetime() if value.tzinfo is not None:
            return value.astimezone(UTC).isoformat()
        case bytes():
            return value.hex()
    return str(value)


def plain_all(values: Iterable[object]) -> tuple[str, ...] | None:
    """`plain` of every value; None where one of them is absent, since it points nowhere."""
    found = tuple(plain(v) for v in values)
    return None if None in found else tuple(v for v in found if v is not None)


def emptied(
    value: object, blank: Blank, column: Column, key: Sequence[object], table: str
) -> object:
    """What `value` becomes when it is blanked; the same again when it already is.

    Raises:
        Refused: `form`, when a value of this kind cannot be emptied so.
    """
    match blank.kind:
        case BlankKind.NULL:
            return None
        case BlankKind.CONSTANT:
            return _constant(blank.value or "", column, table)
        case BlankKind.GHOST if blank.value is not None:
            return _constant(blank.value, column, table)
        case BlankKind.GHOST:
            return ghost(column, key, table)
        case BlankKind.TRUNCATE:
            return truncated(value, column, blank.value, table)
    if column.generated:  # the database recomputes it from what was emptied
        return value
    raise Refused("form", table, column.name)


def _constant(text: str, column: Column, table: str) -> object:
    made = typed(text, column.kind)
    if made is None:
        raise Refused("form", table, column.name)
    return made


def ghost(column: Column, key: Sequence[object], table: str) -> object:
    """A value of nobody that no other row has: made from the row's own key, which stays anyway."""
    name = GHOST + "-".join(plain(part) or "" for part in key)
    if column.kind is ColumnKind.UUID:
        return UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest())
    if column.kind is ColumnKind.TEXT:
        return name
    raise Refused("form", table, column.name)


def truncated(value: object, column: Column, keep: str | None, table: str) -> object:
    """A coarser value: the first instant of its year, the first `keep` characters, or zero."""
    if value is None:
        return None
    match column.kind:
        case ColumnKind.TEXT if isinstance(value, str):
            return value[: int(keep or 0)]
        case ColumnKind.INTEGER | ColumnKind.NUMBER:
            return 0
        case ColumnKind.DATE | ColumnKind.NAIVE | ColumnKind.INSTANT if isinstance(value, date):
            return year_start(value)
    raise Refused("form", table, column.name)


def year_start(value: date) -> date:
    """1 January of the value's year; of an instant, of its year in UTC, at midnight."""
    if not isinstance(value, datetime):
        return value.replace(month=1, day=1)
    moment = value if value.tzinfo is None else value.astimezone(UTC)
    return moment.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
