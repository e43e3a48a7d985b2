"""Messages between avow and a worker as bytes: MessagePack, with the values of rows kept exact.

A value of a kind that is not in the list below travels as its text: that is how predicates read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from msgspec.msgpack import Ext

_NUMBER_BITS = 63
_DECIMAL, _UUID, _MOMENT, _DAY, _TIME, _SPAN, _LARGE, _ODD_TEXT = range(1, 9)
_READERS: Mapping[int, Callable[[bytes], object]] = {
    _DECIMAL: lambda data: Decimal(data.decode()),
    _UUID: lambda data: UUID(bytes=data),
    _MOMENT: lambda data: datetime.fromisoformat(data.decode()),
    _DAY: lambda data: date.fromisoformat(data.decode()),
    _TIME: lambda data: time.fromisoformat(data.decode()),
    _SPAN: lambda data: timedelta(microseconds=int(data)),
    _LARGE: int,
    _ODD_TEXT: lambda data: data.decode("utf-8", "surrogatepass"),
}


def _ext(code: int, text: str) -> Ext:
    return Ext(code, text.encode())


def written(value: object) -> object:
    """A value of a row, or lists and mappings of such, in what MessagePack can say."""
    match value:
        case None | bool() | float() | bytes():
            return value
        case str():
            return value if value.isascii() else _text(value)
        case int():
            return value if value.bit_length() <= _NUMBER_BITS else _ext(_LARGE, str(value))
        case list() | tuple():
            return [written(each) for each in value]
        case dict():
            return {str(key): written(each) for key, each in value.items()}
        case memoryview() | bytearray():
            return bytes(value)
    return _rarer(value)


def _rarer(value: object) -> object:
    match value:
        case datetime():
            return _ext(_MOMENT, value.isoformat())
        case date():
            return _ext(_DAY, value.isoformat())
        case time():
            return _ext(_TIME, value.isoformat())
        case timedelta():
            return _ext(_SPAN, str(value // timedelta(microseconds=1)))
        case Decimal():
            return _ext(_DECIMAL, str(value))
        case UUID():
            return Ext(_UUID, value.bytes)
    return _text(str(value))


def _text(value: str) -> str | Ext:
    """A text; one that is no UTF-8 (SQLite holds such) keeps its odd parts."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return Ext(_ODD_TEXT, value.encode("utf-8", "surrogatepass"))
    return value


def _read(code: int, data: memoryview) -> object:
    reader = _READERS.get(code)
    if reader is None:
        raise ValueError(f"no value is written as {code}")
    return reader(bytes(data))


_WRITE = msgspec.msgpack.Encoder().encode
_DECODER = msgspec.msgpack.Decoder(ext_hook=_read)


def packed(message: object) -> bytes:
    """A message of plain values and of what `written` gave."""
    return _WRITE(message)


def unpacked(data: bytes) -> Any:  # noqa: ANN401 (who reads it knows its shape)
    """What `packed` wrote.

    Raises:
        ValueError: this is no message.
    """
    try:
        return _DECODER.decode(data)
    except (ValueError, ArithmeticError) as error:
        raise ValueError("this is no message") from error


def rows_of(lists: Iterable[Iterable[object]]) -> list[tuple[object, ...]]:
    """Rows as the contract gives them."""
    return [tuple(row) for row in lists]
