"""Types under the names that PostgreSQL gives them, and moments that Python has no value for."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import psycopg
from psycopg.abc import AdaptContext
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader
from sqlalchemy.types import UserDefinedType

DAYS = 10_000
"""Days that the reader of one answer remembers."""


class Native(UserDefinedType[Any]):
    """A type under the name that the database itself gives it."""

    cache_ok = True

    def __init__(self, native: str) -> None:
        self.native = native

    def get_col_spec(self, **_: object) -> str:
        return self.native


class _Date(DateLoader):
    """Dates that Python has none for (infinity, before the year 1) come as their text.

    There are few days and many rows: each is read once, as long as there are not too many.
    """

    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        self._known: dict[bytes, date] = {}

    def load(self, data: Any) -> date:  # noqa: ANN401 (a buffer)
        said = bytes(data)
        found = self._known.get(said)
        if found is None:
            found = self._read(said)
            if len(self._known) < DAYS:
                self._known[said] = found
        return found

    def _read(self, said: bytes) -> date:
        try:
            return super().load(said)
        except psycopg.DataError:
            return cast("date", said.decode())


class _Naive(TimestampLoader):
    """See `_Date`."""

    def load(self, data: Any) -> Any:  # noqa: ANN401 (a buffer)
        try:
            return super().load(data)
        except psycopg.DataError:
            return bytes(data).decode()


class _Instant(TimestamptzLoader):
    """See `_Date`."""

    def load(self, data: Any) -> Any:  # noqa: ANN401 (a buffer)
        try:
            return super().load(data)
        except psycopg.DataError:
            return bytes(data).decode()


LENIENT: dict[str, type[Any]] = {"date": _Date, "timestamp": _Naive, "timestamptz": _Instant}
